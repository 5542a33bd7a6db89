/**
 * Pattern of the infarcts from the parts of a lesion, each looked at by itself: what `infarctPatternOf` says of the features,
 * and beyond it infarcts of the border zones and scattered cortical ones. A part at a border may as well be an embolus or the
 * edge of a territory: only several of them in a row, or one drawn out along the border, make the pattern, and only when no
 * part lies elsewhere. What is at the borders and does neither is left open.
 */
import { infarctPatternOf, type InfarctPattern } from '../../case/index.ts';
import type { BinaryMask } from '../binary-mask.ts';
import type { ArterialAtlas } from './arterial-atlas.ts';
import { lesionFeatures } from './features.ts';
import { type InfarctPart, infarctParts } from './infarct-parts.ts';

export const PATTERN_SETTINGS = {
  /** Smaller parts are taken for noise, mL. */
  leastMl: 0.05,
  /** Own: share of a part within 10 mm of a border that makes it one of the border; the rest is the mask's edge. */
  leastAtBorder: 0.8,
  /** Rosary of the centrum ovale: three or more, each below 15 mm (Krapf 1998, AJNR; 3 to 30 a hemisphere). */
  chainParts: 3,
  chainPartMm: 15,
  /** Own: a chain lies along the lateral ventricle when it reaches this far from front to back, mm. */
  chainMm: 20,
  /** Own: what follows an external border reaches this far along it, mm, and lies on both of its sides with this share. */
  alongBorderMm: 30,
  leastSide: 0.15,
  /**
   * Own: length over width of one infarct that is drawn out along an external border. A single long one of the corona radiata
   * may be that of a perforator: size did not tell them apart (Krapf 1998).
   */
  drawnOut: 2,
  /** Own: scattered infarcts are three or more, each smaller than this (mm), and this share of each is cortex. */
  scatteredParts: 3,
  scatteredPartMm: 20,
  leastCortical: 0.25,
  /** Lengths in template space exceed those of the patient by up to this factor. */
  stretch: 1.15,
} as const;

const S = PATTERN_SETTINGS;

/**
 * @param mask in template space
 * @returns undefined when the parts do not tell
 * @throws ImageRefusal 'outside-template' when most of the lesion lies outside of the template brain
 */
export function infarctPattern(mask: BinaryMask, atlas: ArterialAtlas): InfarctPattern | undefined {
  const parts = infarctParts(mask, atlas, S.leastMl);
  if (parts.length === 0) return undefined;
  if (parts.every(isAtBorder) && (parts.length > 1 || parts.some(isDrawnOut))) {
    const sides = (['left', 'right'] as const).map((side) => parts.filter((part) => part.side === side));
    return sides.every((own) => own.length === 0 || followsBorder(own)) ? 'border-zone' : undefined;
  }
  const pattern = infarctPatternOf(lesionFeatures(withParts(parts, atlas), atlas));
  return pattern === 'multiple-one-territory' && areScattered(parts) ? 'scattered-cortical' : pattern;
}

const isAtBorder = ({ external, internal }: InfarctPart): boolean => external + internal >= S.leastAtBorder;

/** The parts of one hemisphere, all of them at borders. */
const followsBorder = (parts: readonly InfarctPart[]): boolean =>
  isInternalChain(parts) || parts.some((part) => isDrawnOut(part) && onBothSides([part])) || isExternalChain(parts);

function isInternalChain(parts: readonly InfarctPart[]): boolean {
  const inside = parts.filter(
    ({ internal, diameterMm }) => internal >= S.leastAtBorder && diameterMm < S.stretch * S.chainPartMm,
  );
  return inside.length === parts.length && inside.length >= S.chainParts && reach(inside, [1]) >= S.chainMm;
}

const isExternalChain = (parts: readonly InfarctPart[]): boolean =>
  parts.length >= S.chainParts && reach(parts, [0, 1, 2]) >= S.alongBorderMm && onBothSides(parts);

/** Infarcts of a border lie on both of its sides, taken together. */
function onBothSides(parts: readonly InfarctPart[]): boolean {
  const ml = parts.reduce((sum, part) => sum + part.ml, 0);
  const share = parts.reduce((sum, part) => sum + part.mca * part.ml, 0) / ml;
  return share >= S.leastSide && share <= 1 - S.leastSide;
}

const UL_OF_ML = 1000;

function isDrawnOut({ diameterMm, ml, external, internal }: InfarctPart): boolean {
  const widthMm = Math.sqrt((4 * ml * UL_OF_ML) / (Math.PI * diameterMm));
  return external > internal && diameterMm >= S.alongBorderMm && diameterMm >= S.drawnOut * widthMm;
}

/** Largest distance of two centers along these axes, mm. */
function reach(parts: readonly InfarctPart[], axes: readonly (0 | 1 | 2)[]): number {
  let largest = 0;
  for (const a of parts) {
    for (const b of parts) largest = Math.max(largest, Math.hypot(...axes.map((i) => a.center[i] - b.center[i])));
  }
  return largest;
}

/** Where most lie at borders, low flow may have its part in it: several in one territory is all that is said. */
const areScattered = (parts: readonly InfarctPart[]): boolean =>
  parts.length >= S.scatteredParts &&
  2 * parts.filter(isAtBorder).length <= parts.length &&
  parts.every(({ diameterMm, cortical }) => diameterMm < S.stretch * S.scatteredPartMm && cortical >= S.leastCortical);

/** The mask without what is too small to count. */
function withParts(parts: readonly InfarctPart[], { size, affine, territory }: ArterialAtlas): BinaryMask {
  const voxels = new Uint8Array(territory.length);
  for (const part of parts) for (const at of part.voxels) voxels[at] = 1;
  return { size, affine, voxels };
}
