/** One pass over the voxels of a lesion: how many lie where. */
import type { Box } from '../binary-mask.ts';
import type { AtlasGrid } from './arterial-atlas.ts';
import { ZONE } from './zones.ts';

export interface Tally {
  readonly voxels: number;
  /** Voxels by number of territory and of MCA region; index 0 is outside of all. */
  readonly territories: Float64Array;
  readonly mcaRegions: Float64Array;
  /** Voxels by the bits of their zones. */
  readonly zones: Float64Array;
  /** Voxels by squared depth in mm. */
  readonly squaredDepths: Float64Array;
  /** Corticospinal voxels of each slice, left then right. */
  readonly corticospinal: readonly [Float64Array, Float64Array];
  /** Sums of i, j and k. */
  readonly sums: readonly [number, number, number];
  readonly lowestK: number;
}

/** @param voxels a mask on the grid of the atlas, @param box around all that is set */
export function tally(voxels: Uint8Array, box: Box, atlas: AtlasGrid): Tally {
  const [nx, ny, nz] = atlas.size;
  const territories = new Float64Array(256);
  const mcaRegions = new Float64Array(256);
  const zones = new Float64Array(256);
  const squaredDepths = new Float64Array(65_536);
  const corticospinal = [new Float64Array(nz), new Float64Array(nz)] as const;
  let [count, sumI, sumJ, sumK, lowestK] = [0, 0, 0, 0, nz];
  for (let k = box.from[2]; k < box.to[2]; k++) {
    for (let j = box.from[1]; j < box.to[1]; j++) {
      const row = (k * ny + j) * nx;
      for (let i = box.from[0]; i < box.to[0]; i++) {
        const at = row + i;
        if (voxels[at] !== 1) continue;
        count++;
        sumI += i;
        sumJ += j;
        sumK += k;
        if (k < lowestK) lowestK = k;
        add(territories, atlas.territory[at] ?? 0);
        add(mcaRegions, atlas.mcaRegion[at] ?? 0);
        const zone = atlas.zones[at] ?? 0;
        add(zones, zone);
        add(squaredDepths, atlas.squaredDepth[at] ?? 0);
        if ((zone & ZONE.corticospinal) !== 0) add(corticospinal[(zone & ZONE.left) === 0 ? 1 : 0], k);
      }
    }
  }
  const sums = [sumI, sumJ, sumK] as const;
  return { voxels: count, territories, mcaRegions, zones, squaredDepths, corticospinal, sums, lowestK };
}

function add(counts: Float64Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}

/** Voxels whose zones hold every bit of `all` and no bit of `none`. */
export function inZone({ zones }: Tally, all: number, none = 0): number {
  let sum = 0;
  zones.forEach((voxels, zone) => {
    if ((zone & all) === all && (zone & none) === 0) sum += voxels;
  });
  return sum;
}

/** Mean depth, 5th percentile (linear between neighbors) and the share at most `corticalMm` deep. */
export function depths(
  { squaredDepths, voxels }: Tally,
  corticalMm: number,
): { mean: number; p05: number; cortical: number } {
  const position = 0.05 * (voxels - 1);
  const [below, above] = [Math.floor(position), Math.ceil(position)];
  let [seen, sum, cortical, low, high] = [0, 0, 0, 0, 0];
  squaredDepths.forEach((count, squared) => {
    if (count === 0) return;
    const depth = Math.sqrt(squared);
    if (seen <= below && below < seen + count) low = depth;
    if (seen <= above && above < seen + count) high = depth;
    seen += count;
    sum += depth * count;
    if (depth <= corticalMm) cortical += count;
  });
  return { mean: sum / voxels, p05: low + (position - below) * (high - low), cortical: cortical / voxels };
}
