/** A volume of any orientation and spacing as the tensor of the head-anatomy network, and the grid that it lies on. */
import { type Affine, compose, type Point, spacing } from '../affine.ts';
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
  const turned = leftBackUp(volume);
  const coarse = averaged(turned.values, turned, NETWORK_MM);
  const image = normalized(coarse.values, modality);
  const { start, lowest } = windowOf(image, coarse.size);
  return placed(image.fill(NaN, 0, lowest * coarse.size[0] * coarse.size[1]), coarse, start);
}

interface Turned extends Grid {
  readonly values: Float32Array;
  /** Steps in `values` along the axes. */
  readonly strides: Point;
  readonly first: number;
}

/** The axes named anew and turned, so that they run to the patient's left, back and up as nearly as they can. No copy. */
function leftBackUp({ size, affine, values }: Volume): Turned {
  const along = (axis: number, world: number): number => (affine[4 * world + axis] ?? 0) / (spacing(affine)[axis] ?? 1);
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ] as const;
  const fit = (order: readonly number[]): number =>
    order.reduce((sum, axis, world) => sum + Math.abs(along(axis, world)), 0);
  const order = orders.reduce((best, tried) => (fit(tried) > fit(best) ? tried : best));
  const strides: Point = [1, size[0], size[0] * size[1]];
  // World axes are right, front, up.
  const wanted = [-1, -1, 1];
  const step: number[] = new Array<number>(12).fill(0);
  const out = { size: [0, 0, 0], strides: [0, 0, 0], first: 0 };
  order.forEach((axis, world) => {
    const flipped = Math.sign(along(axis, world)) !== wanted[world];
    const [count, stride] = [size[axis], strides[axis]];
    out.size[world] = count;
    out.strides[world] = flipped ? -stride : stride;
    out.first += flipped ? (count - 1) * stride : 0;
    step[4 * axis + world] = flipped ? -1 : 1;
    step[4 * axis + 3] = flipped ? count - 1 : 0;
  });
  return {
    size: out.size as unknown as Point,
    affine: compose(affine, step as unknown as Affine),
    values,
    strides: out.strides as unknown as Point,
    first: out.first,
  };
}

/**
 * Means over the millimeters that a new voxel spans, along one axis after the other; between the centers of coarser voxels
 * straight lines. NaN takes no part; NaN where nothing else is.
 */
function averaged(values: Float32Array, from: Turned, mm: number): Grid & { readonly values: Float32Array } {
  const old = spacing(from.affine);
  let current = { values, size: from.size, strides: from.strides, first: from.first };
  const counts = from.size.map((n, axis) => Math.max(1, Math.round((n * (old[axis] ?? mm)) / mm)));
  for (const axis of [0, 1, 2] as const) {
    const weights = weightsAlong(current.size[axis], old[axis], counts[axis] ?? 1, mm);
    current = alongAxis(current, axis, weights);
  }
  const ratio = old.map((step) => mm / step);
  // Both start at the same corner; the new grid ends up to half a voxel before or behind the old one.
  const [rx = 1, ry = 1, rz = 1] = ratio;
  const step: Affine = [rx, 0, 0, (rx - 1) / 2, 0, ry, 0, (ry - 1) / 2, 0, 0, rz, (rz - 1) / 2];
  return { size: current.size, affine: compose(from.affine, step), values: current.values };
}

type Weights = readonly (readonly (readonly [number, number])[])[];

/** For each new voxel the old ones that it is made of, with their weights. */
function weightsAlong(count: number, old: number, newCount: number, mm: number): Weights {
  return Array.from({ length: newCount }, (_, at) => {
    if (old >= mm) {
      const place = Math.min(count - 1, Math.max(0, ((at + 0.5) * mm) / old - 0.5));
      const low = Math.floor(place);
      const share = place - low;
      return share === 0 || low + 1 >= count
        ? [[low, 1] as const]
        : [[low, 1 - share] as const, [low + 1, share] as const];
    }
    const [start, end] = [(at * mm) / old, ((at + 1) * mm) / old];
    const parts: (readonly [number, number])[] = [];
    for (let i = Math.floor(start); i < Math.min(count, end); i++) {
      const overlap = Math.min(i + 1, end) - Math.max(i, start);
      if (overlap > 1e-9) parts.push([i, overlap]);
    }
    return parts.length > 0 ? parts : [[count - 1, 1] as const];
  });
}

interface Strided {
  readonly values: Float32Array;
  readonly size: Point;
  readonly strides: Point;
  readonly first: number;
}

function alongAxis({ values, size, strides, first }: Strided, axis: 0 | 1 | 2, weights: Weights): Strided {
  const next = size.map((n, a) => (a === axis ? weights.length : n)) as unknown as Point;
  const [nx, ny, nz] = next;
  const out = new Float32Array(nx * ny * nz);
  const [sx, sy, sz] = strides.map((s, a) => (a === axis ? 0 : s)) as unknown as Point;
  const along = strides[axis];
  let to = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, to++) {
        const from = first + i * sx + j * sy + k * sz;
        let [sum, total] = [0, 0];
        for (const [index, weight] of weights[axis === 0 ? i : axis === 1 ? j : k] ?? []) {
          const value = values[from + index * along] ?? NaN;
          if (Number.isNaN(value)) continue;
          sum += weight * value;
          total += weight;
        }
        out[to] = total > 0 ? sum / total : NaN;
      }
    }
  }
  return { values: out, size: next, strides: [1, nx, nx * ny], first: 0 };
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
