/** A binary mask in its own grid, and its way onto another one. */
import { type Affine, compose, inverse, type Point, transform } from './affine.ts';
import { ImageRefusal } from './image-refusal.ts';
import type { NiftiImage } from './nifti.ts';

export interface BinaryMask {
  /** Voxels along i, j and k; i runs fastest in `voxels`. */
  readonly size: Point;
  readonly affine: Affine;
  /** 1 inside, 0 outside. */
  readonly voxels: Uint8Array;
}

/** Half-open box of voxel indices. */
export interface Box {
  readonly from: Point;
  readonly to: Point;
}

/** @throws ImageRefusal when the image holds anything but 0 and one positive value, or no background */
export function binaryMask({ size, affine, values, slope, intercept }: NiftiImage): BinaryMask {
  const voxels = new Uint8Array(values.length);
  let inside = 0;
  let only = 0;
  for (let at = 0; at < values.length; at++) {
    const value = slope * (values[at] ?? 0) + intercept;
    if (value === 0) continue;
    if (!(value > 0 && value < Infinity)) {
      throw new ImageRefusal('not-binary', 'the image holds negative or undefined values: it is no binary mask');
    }
    if (only === 0) only = value;
    else if (value !== only) {
      throw new ImageRefusal(
        'not-binary',
        'the image holds more than one value besides 0 (a label map, or probabilities): write a mask of 0 and 1',
      );
    }
    voxels[at] = 1;
    inside++;
  }
  if (inside === values.length) throw new ImageRefusal('no-background', 'every voxel is set: this is no lesion mask');
  return { size, affine, voxels };
}

/** The smallest box around the voxels that are set; undefined when none is. */
export function boundingBox(voxels: Uint8Array, [nx, ny, nz]: Point): Box | undefined {
  const low: [number, number, number] = [nx, ny, nz];
  const high: [number, number, number] = [-1, -1, -1];
  let first = voxels.indexOf(1);
  while (first !== -1) {
    const row = Math.floor(first / nx);
    const last = voxels.lastIndexOf(1, (row + 1) * nx - 1);
    const [j, k] = [row % ny, Math.floor(row / ny)];
    low[0] = Math.min(low[0], first - row * nx);
    high[0] = Math.max(high[0], last - row * nx);
    low[1] = Math.min(low[1], j);
    high[1] = Math.max(high[1], j);
    low[2] = Math.min(low[2], k);
    high[2] = Math.max(high[2], k);
    first = voxels.indexOf(1, (row + 1) * nx);
  }
  return boxOf(low, high);
}

function boxOf(low: Point, high: Point): Box | undefined {
  return high[0] < 0 ? undefined : { from: low, to: [high[0] + 1, high[1] + 1, high[2] + 1] };
}

export function sameGrid(a: { size: Point; affine: Affine }, b: { size: Point; affine: Affine }): boolean {
  return (
    a.size.every((n, axis) => n === b.size[axis]) && a.affine.every((x, at) => Math.abs(x - (b.affine[at] ?? 0)) < 1e-3)
  );
}

/** The mask on another grid of the same space: each voxel takes the value of the nearest voxel of the mask. */
export function onGrid(mask: BinaryMask, grid: { size: Point; affine: Affine }): Uint8Array {
  if (sameGrid(mask, grid)) return mask.voxels;
  const [nx, ny, nz] = grid.size;
  const voxels = new Uint8Array(nx * ny * nz);
  const inside = boundingBox(mask.voxels, mask.size);
  if (inside === undefined) return voxels;
  const target = targetBox(inside, mask, grid);
  const m = compose(inverse(mask.affine), grid.affine);
  const [mx, my, mz] = mask.size;
  for (let k = target.from[2]; k < target.to[2]; k++) {
    for (let j = target.from[1]; j < target.to[1]; j++) {
      for (let i = target.from[0]; i < target.to[0]; i++) {
        const u = Math.round(m[0] * i + m[1] * j + m[2] * k + m[3]);
        const v = Math.round(m[4] * i + m[5] * j + m[6] * k + m[7]);
        const w = Math.round(m[8] * i + m[9] * j + m[10] * k + m[11]);
        if (u < 0 || v < 0 || w < 0 || u >= mx || v >= my || w >= mz) continue;
        if (mask.voxels[(w * my + v) * mx + u] === 1) voxels[(k * ny + j) * nx + i] = 1;
      }
    }
  }
  return voxels;
}

/** Where a box of the mask can lie in the grid: all that rounding to the nearest voxel may reach. */
function targetBox(box: Box, mask: BinaryMask, grid: { size: Point; affine: Affine }): Box {
  const m = compose(inverse(grid.affine), mask.affine);
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (const i of [box.from[0] - 1, box.to[0]]) {
    for (const j of [box.from[1] - 1, box.to[1]]) {
      for (const k of [box.from[2] - 1, box.to[2]]) {
        transform(m, [i, j, k]).forEach((x, axis) => {
          low[axis] = Math.min(low[axis] ?? x, x);
          high[axis] = Math.max(high[axis] ?? x, x);
        });
      }
    }
  }
  const within = (x: number, axis: 0 | 1 | 2): number => Math.min(Math.max(x, 0), grid.size[axis]);
  return {
    from: [within(Math.floor(low[0]), 0), within(Math.floor(low[1]), 1), within(Math.floor(low[2]), 2)],
    to: [within(Math.ceil(high[0]) + 1, 0), within(Math.ceil(high[1]) + 1, 1), within(Math.ceil(high[2]) + 1, 2)],
  };
}
