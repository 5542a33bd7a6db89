/** A volume of any orientation and spacing as the tensor of the head-anatomy network, and the grid that it lies on. */
import { type Affine, compose, type Point } from '../affine.ts';
import { evenVolume } from '../volume/even-volume.ts';
import type { Grid, Volume } from '../volume/volume.ts';
import type { AnatomyModality } from './anatomy.ts';

/** Columns (to the left), rows (to the back), slices (up) of the tensor. */
export const NETWORK_SIZE: Point = [64, 80, 64];
export const NETWORK_MM = 3;
/** HU that become 0 and 1. */
const CT_WINDOW = [-20, 100] as const;
/** MR: the percentile, of what is brighter than the mean, that becomes 1. */
const MR_PERCENTILE = 98;
/** What is brighter than this is head, in a normalized image. */
const HEAD_ABOVE = 0.2;
/** Shares of the head along an axis that its ends are taken at: a head rest or a tube beside it does not move the middle. */
const ENDS = [0.02, 0.98] as const;
/** From the vertex down: what is below belongs to the neck, of which the network has seen nothing. */
const HEAD_MM = 170;

export interface NetworkInput {
  readonly grid: Grid;
  /** 0 to 1; i fastest. */
  readonly image: Float32Array;
  /** 1 where the volume has voxels. */
  readonly covered: Uint8Array;
}

/** The volume averaged to 3 mm in the order of the network, about the middle of the head. */
export function networkInput(volume: Volume, modality: AnatomyModality): NetworkInput {
  const coarse = evenVolume(volume, NETWORK_MM);
  const image = normalized(coarse.values, modality);
  const { start, lowest } = windowOf(image, coarse.size);
  return placed(image.fill(NaN, 0, lowest * coarse.size[0] * coarse.size[1]), coarse, start);
}

/** 0 to 1; NaN stays. As `normalized` of models/training/stroke_imaging/anatomy_heads.py. */
function normalized(values: Float32Array, modality: AnatomyModality): Float32Array {
  if (modality === 'ct') {
    const [low, high] = CT_WINDOW;
    return values.map((hu) => Math.min(1, Math.max(0, (hu - low) / (high - low))));
  }
  const positive = values.map((value) => Math.max(0, value));
  let [sum, count] = [0, 0];
  for (const value of positive) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  const bright = positive.filter((value) => value > sum / count).toSorted();
  const top = bright.length === 0 ? 1 : percentile(bright, MR_PERCENTILE);
  return positive.map((value) => Math.min(1, value / Math.max(top, 1e-6)));
}

function percentile(sorted: Float32Array, percent: number): number {
  const place = ((sorted.length - 1) * percent) / 100;
  const low = Math.floor(place);
  const [a, b] = [sorted[low] ?? 0, sorted[Math.min(sorted.length - 1, low + 1)] ?? 0];
  return a + (place - low) * (b - a);
}

/** Where the window begins in the 3 mm volume, per axis (may be negative), and the lowest slice of the head. */
function windowOf(image: Float32Array, [nx, ny, nz]: Point): { readonly start: Point; readonly lowest: number } {
  const counts = [new Float64Array(nx), new Float64Array(ny), new Float64Array(nz)] as const;
  const mark = (from: number): void => {
    counts.forEach((c) => c.fill(0));
    for (let at = from * nx * ny; at < image.length; at++) {
      if (!((image[at] ?? 0) > HEAD_ABOVE)) continue;
      const [i, j, k] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
      counts[0][i] = (counts[0][i] ?? 0) + 1;
      counts[1][j] = (counts[1][j] ?? 0) + 1;
      counts[2][k] = (counts[2][k] ?? 0) + 1;
    }
  };
  mark(0);
  const vertex = quantile(counts[2], 0.998);
  // A neck below would pull the middle down and forward.
  const lowest = Math.max(0, vertex - Math.round(HEAD_MM / NETWORK_MM));
  mark(lowest);
  const middle = [0, 1, 2].map((axis) => {
    const along = counts[axis as 0 | 1 | 2];
    return (quantile(along, ENDS[0]) + quantile(along, ENDS[1])) / 2;
  });
  const start = middle.map((m, axis) => Math.round(m - ((NETWORK_SIZE[axis] ?? 1) - 1) / 2));
  return { start: start as unknown as Point, lowest };
}

function quantile(counts: Float64Array, share: number): number {
  const total = counts.reduce((sum, n) => sum + n, 0);
  let below = 0;
  for (let at = 0; at < counts.length; at++) {
    below += counts[at] ?? 0;
    if (total > 0 && below >= share * total) return at;
  }
  return (counts.length - 1) * share;
}

function placed(image: Float32Array, { size, affine }: Grid, [x0, y0, z0]: Point): NetworkInput {
  const [nx, ny, nz] = size;
  const [wx, wy, wz] = NETWORK_SIZE;
  const out = new Float32Array(wx * wy * wz);
  const covered = new Uint8Array(out.length);
  for (let k = 0, at = 0; k < wz; k++) {
    for (let j = 0; j < wy; j++) {
      for (let i = 0; i < wx; i++, at++) {
        const [x, y, z] = [i + x0, j + y0, k + z0];
        if (x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz) continue;
        const value = image[x + nx * (y + ny * z)] ?? NaN;
        if (Number.isNaN(value)) continue;
        out[at] = value;
        covered[at] = 1;
      }
    }
  }
  const shift: Affine = [1, 0, 0, x0, 0, 1, 0, y0, 0, 0, 1, z0];
  return { grid: { size: NETWORK_SIZE, affine: compose(affine, shift) }, image: out, covered };
}
