/** Which series is looked at, and the head in it as the network sees it. */
import { ImageRefusal } from '../../image-refusal.ts';
import { spacing } from '../../affine.ts';
import { cropInPlane, headBox, slabStack } from '../../volume/slab-stack.ts';
import type { Built, Volume } from '../../volume/volume.ts';
import { brainMask } from '../perfusion/brain-mask.ts';
import { dilated } from '../perfusion/morphology.ts';
import type { RoledSeries } from '../pipeline.ts';
import { SETTINGS } from './settings.ts';

/** Slices of this thickness are what readers and the network are used to, mm. */
const USUAL_MM = [3.5, 6] as const;

/**
 * Soft before sharp reconstructions, those that the gate lets pass before others, slices of usual thickness before thin ones
 * (made into slabs) before thick ones.
 */
export function chooseNative(series: readonly RoledSeries[]): RoledSeries {
  const [best] = series
    .filter(({ role }) => role === 'ncct')
    .map((one) => ({ one, rank: rankOf(one) }))
    .toSorted((a, b) => a.rank - b.rank || b.one.source.slices.length - a.one.source.slices.length);
  if (best === undefined) throw new ImageRefusal('no-pixels', 'the study holds no native CT of the head');
  return best.one;
}

/** The angiography with the thinnest slices: thick ones and projections average a spot away. */
export function chooseAngiography(series: readonly RoledSeries[]): RoledSeries | undefined {
  return series
    .filter(({ role, quality }) => role === 'cta' && !quality.some(({ severity }) => severity === 'refuses'))
    .map((one) => ({ one, mm: sliceMm(one.source.slices.map(({ position }) => position)) }))
    .toSorted((a, b) => a.mm - b.mm)[0]?.one;
}

function rankOf({ quality, source }: RoledSeries): number {
  const has = (wanted: (code: string, severity: string) => boolean): boolean =>
    quality.some(({ code, severity }) => wanted(code, severity));
  const mm = sliceMm(source.slices.map(({ position }) => position));
  const thickness = mm >= USUAL_MM[0] && mm <= USUAL_MM[1] ? 0 : mm < USUAL_MM[0] ? 1 : 2;
  return (
    (has((_, severity) => severity === 'refuses') ? 100 : 0) +
    (has((code) => code === 'sharp-kernel') ? 10 : 0) +
    thickness
  );
}

/** Median distance of neighbors. */
function sliceMm(positions: readonly (readonly [number, number, number])[]): number {
  const gaps = positions.slice(1).map((p, at) => {
    const before = positions[at] ?? p;
    return Math.hypot(p[0] - before[0], p[1] - before[1], p[2] - before[2]);
  });
  return gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
}

export async function volumeOf(series: RoledSeries): Promise<Built<Volume>> {
  const built = await series.load();
  if ('frames' in built.image) {
    throw new ImageRefusal('not-three-dimensional', 'the native CT holds volumes over time: send one volume');
  }
  return { ...built, image: built.image };
}

export interface Head {
  /** Slabs on the grid of the network, HU. */
  readonly stack: Volume;
  /** mm between voxels of the stack. */
  readonly millimeters: readonly [number, number, number];
  /** 1 inside the skull, found by bone and density. */
  readonly brain: Uint8Array;
  /** `brain` and a little beyond, for blood lies against the skull; nothing near the vertex. */
  readonly inside: Uint8Array;
}

/** Blood under the skull is denser than what counts as brain: as far as a thick subdural hematoma, mm. */
const BESIDE_BRAIN_MM = 12;

/**
 * Near the vertex bone fills a part of every voxel and looks like blood: slices above the widest one whose brain is smaller
 * than this share of it are not looked at. In a ball these are the uppermost 4 of 75 mm.
 */
const VERTEX_SHARE = 0.1;

/** @throws ImageRefusal when there is no head in it */
export function headOf(volume: Volume): Head {
  const { pixelMm, slabMm, outsideHu: outside, multiple, headHu } = SETTINGS;
  const whole = slabStack(volume, { pixelMm, slabMm, outside });
  const box = headBox(whole, headHu);
  if (box === null) throw new ImageRefusal('no-pixels', 'the CT holds nothing but air');
  const stack = cropInPlane(whole, box, multiple, outside);
  const [x, y, z] = spacing(stack.affine);
  const brain = brainMask(stack.values, stack.size, pixelMm, 'ct');
  const inside = dilated(brain, stack.size, Math.round(BESIDE_BRAIN_MM / pixelMm));
  leaveVertexOut(inside, brain, stack.size);
  return { stack, millimeters: [x, y, z], brain, inside };
}

function leaveVertexOut(inside: Uint8Array, brain: Uint8Array, [nx, ny, nz]: Volume['size']): void {
  const plane = nx * ny;
  const areas = Array.from({ length: nz }, (_, k) =>
    brain.subarray(k * plane, (k + 1) * plane).reduce((sum, voxel) => sum + voxel, 0),
  );
  const widest = areas.indexOf(Math.max(...areas));
  for (const [k, area] of areas.entries()) {
    if (k > widest && area < VERTEX_SHARE * (areas[widest] ?? 0)) inside.fill(0, k * plane, (k + 1) * plane);
  }
}
