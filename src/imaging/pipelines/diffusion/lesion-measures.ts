/** What is measured of a lesion on its own grid, and in template space through the anatomy of the head. */
import type { InfarctPattern, InfarctTerritory, LesionFeatures } from '../../../case/index.ts';
import { type Affine, compose, spacing } from '../../affine.ts';
import { ImageRefusal } from '../../image-refusal.ts';
import type { ArterialAtlas } from '../../lesion/arterial-atlas.ts';
import { components } from '../../lesion/components.ts';
import { largestAxialDiameter } from '../../lesion/diameter.ts';
import type { BinaryMask } from '../../binary-mask.ts';
import { lesionFeatures } from '../../lesion/features.ts';
import { infarctPattern } from '../../lesion/infarct-pattern.ts';
import type { Grid } from '../../volume/volume.ts';
import { voxelVolume } from '../perfusion/working-grid.ts';

export interface OwnMeasures {
  readonly ml: number;
  /** Connected parts (26 neighbors). */
  readonly parts: number;
  /** Largest diameter within a slice of the largest part, mm; null without a lesion or with pixels that are not square. */
  readonly diameterMm: number | null;
}

const MOST_OBLONG = 1.02;

export function ownMeasures(lesion: Uint8Array, grid: Grid): OwnMeasures {
  const { sizes, largest } = components(lesion, grid.size, { from: [0, 0, 0], to: grid.size });
  const ml = sizes.reduce((sum, n) => sum + n, 0) * voxelVolume(grid);
  const [x, y] = spacing(grid.affine);
  const isSquare = Math.max(x, y) <= MOST_OBLONG * Math.min(x, y);
  return {
    ml,
    parts: sizes.length,
    diameterMm: sizes.length === 0 || !isSquare ? null : largestAxialDiameter(largest, grid.size) * x,
  };
}

/**
 * Features in template space. The way there is an affine one through the centers of the labelled structures: volumes and
 * lengths are those of the template, as in the data that the prognosis models learned from; shares of territories err at
 * their borders by some millimeters.
 * @param toTemplate patient mm → template mm
 * @returns null when most of the lesion would lie outside of the template
 */
export function templateFeatures(
  lesion: Uint8Array,
  grid: Grid,
  toTemplate: Affine,
  atlas: ArterialAtlas,
): LesionFeatures | null {
  return unlessOutside(() => lesionFeatures(inTemplate(lesion, grid, toTemplate), atlas));
}

/**
 * Pattern of the infarcts by the parts of the lesion, in template space.
 * @returns null when they do not tell
 */
export function templatePattern(
  lesion: Uint8Array,
  grid: Grid,
  toTemplate: Affine,
  atlas: ArterialAtlas,
): InfarctPattern | null {
  return unlessOutside(() => infarctPattern(inTemplate(lesion, grid, toTemplate), atlas)) ?? null;
}

const inTemplate = (voxels: Uint8Array, { size, affine }: Grid, toTemplate: Affine): BinaryMask => ({
  size,
  affine: compose(toTemplate, affine),
  voxels,
});

function unlessOutside<T>(measure: () => T): T | null {
  try {
    return measure();
  } catch (error) {
    if (error instanceof ImageRefusal) return null;
    throw error;
  }
}

/** Share of the MCA territory of the worse side that the lesion fills. */
export const mcaShare = ({ mcaAllCoverage }: LesionFeatures): number => mcaAllCoverage;

/** The least share of a lesion in front or behind that counts: below it lies the blurred edge of the mask. */
const SPILL = 0.1;

/** Supplies in which the lesion lies; empty when front and back, left and right cannot be told apart. */
export function suppliesOf(lesion: LesionFeatures): readonly InfarctTerritory[] {
  const front = lesion.anteriorFraction >= SPILL;
  const back = lesion.anteriorFraction <= 1 - SPILL;
  if (front && back && lesion.bilateral === 1) return [];
  const left = lesion.leftHemisphere === 1 || lesion.bilateral === 1;
  const right = lesion.rightHemisphere === 1 || lesion.bilateral === 1;
  return [
    ...(front && left ? (['left-carotid'] as const) : []),
    ...(front && right ? (['right-carotid'] as const) : []),
    ...(back ? (['vertebrobasilar'] as const) : []),
  ];
}

export type LesionPart = 'cortical' | 'subcortical' | 'brainstem' | 'cerebellar';

/** A part of the brain is named when it holds this share of the lesion, and this much of it in mL. */
const LEAST_SHARE = 0.05;
const LEAST_ML = 0.05;

/** Where it lies, in the words of reports; 'cortical' when cortex of the hemispheres may take part. */
export function partsOf(lesion: LesionFeatures): readonly LesionPart[] {
  const counts = (ml: number): boolean => ml >= LEAST_ML && ml >= LEAST_SHARE * lesion.volumeMl;
  const cerebellar = lesion.superiorCerebellarMl + lesion.inferiorCerebellarMl;
  const above = lesion.volumeMl - cerebellar - lesion.basilarMl;
  const deepMl = lesion.deepFraction * lesion.volumeMl - lesion.basilarMl;
  return [
    ...(counts(above) && lesion.subcorticalOnly === 0 ? (['cortical'] as const) : []),
    ...(counts(deepMl) || (counts(above) && lesion.subcorticalOnly === 1) ? (['subcortical'] as const) : []),
    ...(counts(lesion.basilarMl) ? (['brainstem'] as const) : []),
    ...(counts(cerebellar) ? (['cerebellar'] as const) : []),
  ];
}
