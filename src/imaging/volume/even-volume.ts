/** A volume of any orientation and spacing with even voxels, in the order that the three-dimensional networks expect. */
import { type Affine, compose, type Point, spacing } from '../affine.ts';
import { axesOf } from '../display-grid.ts';
import type { Grid, Volume } from './volume.ts';

interface Turned extends Grid {
  readonly values: Float32Array;
  /** Steps in `values` along the axes. */
  readonly strides: Point;
  readonly first: number;
}

/** The axes named anew and turned, so that they run to the patient's left, back and up as nearly as they can. No copy. */
function leftBackUp({ size, affine, values }: Volume): Turned {
  const order = axesOf(affine);
  const strides: Point = [1, size[0], size[0] * size[1]];
  // World axes are right, front, up.
  const wanted = [-1, -1, 1];
  const step: number[] = new Array<number>(12).fill(0);
  const out = { size: [0, 0, 0], strides: [0, 0, 0], first: 0 };
  order.forEach((axis, world) => {
    const flipped = Math.sign(affine[4 * world + axis] ?? 0) !== wanted[world];
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
 * Columns to the patient's left, rows to the back, slices up, `mm` each, as nearly as the axes of the volume run there: nothing
 * is turned. Means over the millimeters that a new voxel spans, along one axis after the other; between the centers of coarser
 * voxels straight lines. NaN takes no part; NaN where nothing else is.
 */
export function evenVolume(volume: Volume, mm: number): Volume {
  const from = leftBackUp(volume);
  const old = spacing(from.affine);
  let current: Strided = { values: from.values, size: from.size, strides: from.strides, first: from.first };
  const counts = from.size.map((n, axis) => Math.max(1, Math.round((n * (old[axis] ?? mm)) / mm)));
  for (const axis of [0, 1, 2] as const) {
    const weights = weightsAlong(current.size[axis], old[axis], counts[axis] ?? 1, mm);
    current = alongAxis(current, axis, weights);
  }
  const ratio = old.map((step) => mm / step);
  // Both start at the same corner; the new grid ends up to half a voxel before or behind the old one.
  const [rx = 1, ry = 1, rz = 1] = ratio;
  const step: Affine = [rx, 0, 0, (rx - 1) / 2, 0, ry, 0, (ry - 1) / 2, 0, 0, rz, (rz - 1) / 2];
  return { size: current.size, affine: compose(from.affine, step), values: current.values, unit: volume.unit };
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
