/** One image on the grid of another. */
import { type Affine, compose, inverse } from '../affine.ts';
import type { Grid, Volume } from './volume.ts';

/** How far in voxels outside the centers of the border a point may lie and still count as on the border (rounding). */
const BORDER = 1e-3;

/**
 * Trilinear; NaN outside and wherever a voxel that takes part is NaN. It does not smooth: to coarsen by more than about
 * two, smooth first.
 */
export function resampleTo(volume: Volume, grid: Grid): Volume {
  const [nx, ny, nz] = volume.size;
  const values = new Float32Array(grid.size[0] * grid.size[1] * grid.size[2]);
  const from = volume.values;
  const at = (i: number, j: number, k: number): number => from[i + nx * (j + ny * k)] ?? NaN;
  // A neighbor of no weight must not make the value undefined.
  const mix = (a: number, b: number, share: number): number => (share === 0 ? a : a + share * (b - a));
  eachVoxel(volume, grid, (index, x, y, z) => {
    const [px, py, pz] = [onto(x, nx), onto(y, ny), onto(z, nz)];
    if (Number.isNaN(px + py + pz)) {
      values[index] = NaN;
      return;
    }
    const [i, j, k] = [Math.floor(px), Math.floor(py), Math.floor(pz)];
    const [u, v, w] = [px - i, py - j, pz - k];
    const row = (jj: number, kk: number): number => mix(at(i, jj, kk), u === 0 ? 0 : at(i + 1, jj, kk), u);
    const plane = (kk: number): number => mix(row(j, kk), v === 0 ? 0 : row(j + 1, kk), v);
    values[index] = mix(plane(k), w === 0 ? 0 : plane(k + 1), w);
  });
  return { ...grid, values, unit: volume.unit };
}

/** Nearest neighbor, for labels; 0 outside. */
export function labelsTo(labels: Grid & { readonly voxels: Uint8Array }, grid: Grid): Uint8Array {
  const [nx, ny, nz] = labels.size;
  const voxels = new Uint8Array(grid.size[0] * grid.size[1] * grid.size[2]);
  eachVoxel(labels, grid, (index, x, y, z) => {
    const [i, j, k] = [Math.floor(x + 0.5), Math.floor(y + 0.5), Math.floor(z + 0.5)];
    if (i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz) return;
    voxels[index] = labels.voxels[i + nx * (j + ny * k)] ?? 0;
  });
  return voxels;
}

/** A grid with the same extent and other, even spacing in mm along each axis: the corners of the outer voxels stay. */
export function gridWithSpacing({ size, affine }: Grid, [sx, sy, sz]: readonly [number, number, number]): Grid {
  const old = [0, 1, 2].map((axis) => Math.hypot(affine[axis] ?? 0, affine[axis + 4] ?? 0, affine[axis + 8] ?? 0));
  const wanted = [sx, sy, sz];
  const counts = size.map((n, axis) => Math.max(1, Math.round((n * (old[axis] ?? 1)) / (wanted[axis] ?? 1))));
  const ratio = size.map((n, axis) => n / (counts[axis] ?? 1));
  const [rx = 1, ry = 1, rz = 1] = ratio;
  const [cx = 1, cy = 1, cz = 1] = counts;
  const step: Affine = [rx, 0, 0, (rx - 1) / 2, 0, ry, 0, (ry - 1) / 2, 0, 0, rz, (rz - 1) / 2];
  return { size: [cx, cy, cz], affine: compose(affine, step) };
}

/** NaN outside; within rounding of the border, the border. */
function onto(x: number, count: number): number {
  if (x < -BORDER || x > count - 1 + BORDER) return NaN;
  const inside = Math.min(count - 1, Math.max(0, x));
  const whole = Math.round(inside);
  return Math.abs(inside - whole) < BORDER ? whole : inside;
}

/** Calls with each voxel of `to`: its index, and where it lies in voxels of `from`. */
function eachVoxel(from: Grid, to: Grid, visit: (index: number, x: number, y: number, z: number) => void): void {
  const a = compose(inverse(from.affine), to.affine);
  const [nx, ny, nz] = to.size;
  let index = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const [x, y, z] = [a[1] * j + a[2] * k + a[3], a[5] * j + a[6] * k + a[7], a[9] * j + a[10] * k + a[11]];
      for (let i = 0; i < nx; i++, index++) visit(index, a[0] * i + x, a[4] * i + y, a[8] * i + z);
    }
  }
}
