/** What the signs of expansion look at: the intraparenchymal hemorrhage, slab by slab, and the density inside it. */
import type { Point } from '../../../affine.ts';
import { holesFilled } from '../../perfusion/morphology.ts';
import { partsOf } from '../labels.ts';

export interface HematomaInput {
  readonly size: Point;
  readonly pixelMm: number;
  readonly slabMm: number;
  readonly hu: Float32Array;
  /** 1: intraparenchymal blood. */
  readonly blood: Uint8Array;
  /** Median HU of brain without lesion; null when it could not be measured. */
  readonly brainHu: number | null;
  /** Standard deviation of a voxel; null when it could not be measured. */
  readonly noiseHu: number | null;
}

export interface Hematoma extends HematomaInput {
  /** Blood with what it encloses in its slab. */
  readonly region: Uint8Array;
  /** HU, mean over 3 × 3 pixels of the region. */
  readonly smooth: Float32Array;
  /** Parts of the region (26 neighbors), the largest first. */
  readonly parts: readonly Int32Array[];
  /** Slab in which the largest part is largest. */
  readonly largestSlab: number;
}

export interface SignResult {
  readonly status: 'present' | 'absent' | 'not-assessable';
  readonly measured: Readonly<Record<string, number>>;
}

/** Hypodensity is judged only where noise does not make it, HU of a slab's pixel. Own choice. */
export const HIGHEST_NOISE_HU = 8;
/** Smaller hematomas show too few pixels, mL. Own choice. */
export const SMALLEST_ML = 1;
/** Smaller spots are noise or partial volume, mm². Own choice: none of the definitions gives a size. */
export const SMALLEST_FOCUS_MM2 = 5;

export function hematomaOf(input: HematomaInput): Hematoma {
  const { size, blood, hu } = input;
  const region = holesFilled(blood, size);
  const parts = partsOf(region, size);
  const plane = size[0] * size[1];
  const areas = new Map<number, number>();
  for (const at of parts[0] ?? []) {
    const k = Math.floor(at / plane);
    areas.set(k, (areas.get(k) ?? 0) + 1);
  }
  const largestSlab = [...areas].reduce((best, [k, area]) => (area > (areas.get(best) ?? 0) ? k : best), 0);
  return { ...input, region, smooth: smoothed(hu, region, size), parts, largestSlab };
}

function smoothed(hu: Float32Array, region: Uint8Array, [nx, ny]: Point): Float32Array {
  const out = new Float32Array(hu.length).fill(NaN);
  region.forEach((inside, at) => {
    if (inside !== 1) return;
    const [i, j] = [at % nx, Math.floor(at / nx) % ny];
    let [sum, count] = [0, 0];
    for (let y = Math.max(0, j - 1); y <= Math.min(ny - 1, j + 1); y++) {
      for (let x = Math.max(0, i - 1); x <= Math.min(nx - 1, i + 1); x++) {
        const neighbor = at + (y - j) * nx + x - i;
        if (region[neighbor] !== 1) continue;
        sum += hu[neighbor] ?? 0;
        count++;
      }
    }
    out[at] = sum / count;
  });
  return out;
}

export const volumeMl = ({ region, pixelMm, slabMm }: Hematoma): number =>
  (region.reduce((sum, one) => sum + one, 0) * pixelMm ** 2 * slabMm) / 1000;

/** Large enough to be judged by its shape. */
export const isAssessable = (hematoma: Hematoma): boolean => volumeMl(hematoma) >= SMALLEST_ML;

/** Large and quiet enough to be judged by its density. */
export const isDensityAssessable = (hematoma: Hematoma): boolean =>
  isAssessable(hematoma) && hematoma.noiseHu !== null && hematoma.noiseHu <= HIGHEST_NOISE_HU;

export const NOT_ASSESSABLE = (hematoma: Hematoma): SignResult => ({
  status: 'not-assessable',
  measured: {
    volumeMl: round(volumeMl(hematoma)),
    ...(hematoma.noiseHu === null ? {} : { noiseHu: round(hematoma.noiseHu) }),
  },
});

export const round = (value: number): number => Math.round(value * 100) / 100;

/** Flat indices of the region in one slab. */
export function regionInSlab({ region, size: [nx, ny] }: Hematoma, k: number): Int32Array {
  const found: number[] = [];
  for (let at = k * nx * ny; at < (k + 1) * nx * ny; at++) if (region[at] === 1) found.push(at);
  return Int32Array.from(found);
}

export function mean(values: Float32Array, where: Iterable<number>): number {
  let [sum, count] = [0, 0];
  for (const at of where) {
    sum += values[at] ?? 0;
    count++;
  }
  return count === 0 ? NaN : sum / count;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
}
