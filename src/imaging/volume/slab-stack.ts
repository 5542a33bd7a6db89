/**
 * A CT as slice networks see it: axial slabs of about 5 mm with even pixels, slices upward, rows to the back, columns to
 * the patient's left. Means over boxes, so that nothing aliases and thin noisy slices become quiet thick ones.
 */
import { compose, inverse, spacing, type Affine, type Point } from '../affine.ts';
import { displayGrid } from '../display-grid.ts';
import type { Grid, Volume } from './volume.ts';

export interface SlabOptions {
  /** mm between pixels. */
  readonly pixelMm: number;
  /** Wanted mm between slabs: as many whole slices as come nearest are one slab; thicker slices stay as they are. */
  readonly slabMm: number;
  /** For voxels that were not acquired. */
  readonly outside: number;
}

export interface Share {
  readonly at: number;
  readonly weight: number;
}

/** @param volume axial */
export function slabStack(volume: Volume, { pixelMm, slabMm, outside }: SlabOptions): Volume {
  const turned = displayGrid(volume);
  const { width, height, slices } = turned.size;
  const [across, down] = turned.pixel;
  const whole = turned.plane(0).affine;
  const sliceMm = spacing(whole)[2];
  const merged = Math.max(1, Math.min(slices, Math.round(slabMm / sliceMm)));
  const [nx, ny, nz] = [
    Math.max(1, Math.round((width * across) / pixelMm)),
    Math.max(1, Math.round((height * down) / pixelMm)),
    Math.max(1, Math.floor(slices / merged)),
  ];
  // The middle stays in the middle; slices that make no whole slab are left out at the lower end, below the brain.
  const [rx, ry] = [pixelMm / across, pixelMm / down];
  const [x0, y0, z0] = [
    (width - 1) / 2 - ((nx - 1) / 2) * rx,
    (height - 1) / 2 - ((ny - 1) / 2) * ry,
    slices - nz * merged,
  ];
  const step: Affine = [rx, 0, 0, x0, 0, ry, 0, y0, 0, 0, merged, z0 + (merged - 1) / 2];
  const grid: Grid = { size: [nx, ny, nz], affine: compose(whole, step) };
  const columns = shares(nx, width, rx, x0);
  const rows = shares(ny, height, ry, y0);
  const read = reader(volume, whole);
  const values = new Float32Array(nx * ny * nz);
  const plane = new Float64Array(width * height);
  const narrow = new Float64Array(nx * height);
  for (let k = 0; k < nz; k++) {
    plane.fill(0);
    for (let m = 0; m < merged; m++) read(z0 + k * merged + m, width, height, plane, outside);
    shrinkRows(plane, width, height, columns, narrow);
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++) {
        let sum = 0;
        for (const { at, weight } of rows[j] ?? []) sum += weight * (narrow[at * nx + i] ?? 0);
        values[(k * ny + j) * nx + i] = sum / merged;
      }
    }
  }
  return { ...grid, values, unit: volume.unit };
}

/**
 * Which voxels each target voxel covers, and how much of it; at the border what there is counts for all.
 * @param count of target voxels, which are `ratio` voxels wide; the middle of the first lies at `start`
 */
export function shares(count: number, from: number, ratio: number, start: number): readonly (readonly Share[])[] {
  return Array.from({ length: count }, (_, n) => {
    const [low, high] = [start + (n - 0.5) * ratio, start + (n + 0.5) * ratio];
    const found: { at: number; weight: number }[] = [];
    for (let at = Math.max(0, Math.round(low)); at <= Math.min(from - 1, Math.round(high)); at++) {
      const weight = Math.min(high, at + 0.5) - Math.max(low, at - 0.5);
      if (weight > 1e-9) found.push({ at, weight });
    }
    if (found.length === 0)
      found.push({ at: Math.min(from - 1, Math.max(0, Math.round(start + n * ratio))), weight: 1 });
    const sum = found.reduce((total, { weight }) => total + weight, 0);
    return found.map(({ at, weight }) => ({ at, weight: weight / sum }));
  });
}

function shrinkRows(
  plane: Float64Array,
  width: number,
  height: number,
  columns: readonly (readonly Share[])[],
  out: Float64Array,
): void {
  const nx = columns.length;
  columns.forEach((own, i) => {
    for (let y = 0; y < height; y++) {
      let sum = 0;
      for (const { at, weight } of own) sum += weight * (plane[y * width + at] ?? 0);
      out[y * nx + i] = sum;
    }
  });
}

/** Adds one turned plane to a sum. */
function reader(
  { size: [nx, ny], affine, values }: Volume,
  whole: Affine,
): (slice: number, width: number, height: number, sum: Float64Array, outside: number) => void {
  const toVoxel = compose(inverse(affine), whole).map(Math.round) as unknown as Affine;
  const index = ([i, j, k]: Point): number => i + nx * (j + ny * k);
  const across = index([toVoxel[0], toVoxel[4], toVoxel[8]]);
  const down = index([toVoxel[1], toVoxel[5], toVoxel[9]]);
  const up = index([toVoxel[2], toVoxel[6], toVoxel[10]]);
  const origin = index([toVoxel[3], toVoxel[7], toVoxel[11]]);
  return (slice, width, height, sum, outside) => {
    for (let y = 0, at = 0; y < height; y++) {
      let from = origin + slice * up + y * down;
      for (let x = 0; x < width; x++, at++, from += across) {
        const value = values[from] ?? NaN;
        sum[at] = (sum[at] ?? 0) + (Number.isNaN(value) ? outside : value);
      }
    }
  };
}

/** First and last index (inclusive) along each axis. */
export interface IndexBox {
  readonly from: Point;
  readonly to: Point;
}

/** Share of the fullest plane: emptier ones hold a headrest or a tube, not the head. */
const EMPTY_PLANE = 0.06;

/** Where the head lies: voxels above the threshold, without planes that hold next to none of them. */
export function headBox({ size, values }: Volume, threshold: number): IndexBox | null {
  const [nx, ny, nz] = size;
  const counts = [new Uint32Array(nx), new Uint32Array(ny), new Uint32Array(nz)] as const;
  for (let at = 0; at < values.length; at++) {
    if (!((values[at] ?? NaN) > threshold)) continue;
    const [i, j, k] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
    counts[0][i] = (counts[0][i] ?? 0) + 1;
    counts[1][j] = (counts[1][j] ?? 0) + 1;
    counts[2][k] = (counts[2][k] ?? 0) + 1;
  }
  const ends = counts.map((planes) => {
    const least = Math.max(1, EMPTY_PLANE * planes.reduce((most, count) => Math.max(most, count), 0));
    return [planes.findIndex((count) => count >= least), planes.findLastIndex((count) => count >= least)] as const;
  });
  if (ends.some(([first]) => first === -1)) return null;
  return {
    from: ends.map(([first]) => first) as unknown as Point,
    to: ends.map(([, last]) => last) as unknown as Point,
  };
}

/**
 * Cut to the box in plane, all slabs kept, widened on both sides to multiples of `multiple` pixels; pixels beyond the
 * image are `outside`.
 */
export function cropInPlane(stack: Volume, { from, to }: IndexBox, multiple: number, outside: number): Volume {
  const [nx, ny, nz] = stack.size;
  const wide = (axis: 0 | 1): readonly [number, number] => {
    const length = to[axis] - from[axis] + 1;
    const wanted = Math.ceil(length / multiple) * multiple;
    return [from[axis] - Math.floor((wanted - length) / 2), wanted];
  };
  const [[x0, width], [y0, height]] = [wide(0), wide(1)];
  const values = new Float32Array(width * height * nz).fill(outside);
  for (let k = 0; k < nz; k++) {
    for (let j = Math.max(0, -y0); j < height && y0 + j < ny; j++) {
      const [first, last] = [Math.max(0, x0), Math.min(nx, x0 + width)];
      const row = (k * ny + y0 + j) * nx;
      values.set(stack.values.subarray(row + first, row + last), (k * height + j) * width + first - x0);
    }
  }
  const affine = compose(stack.affine, [1, 0, 0, x0, 0, 1, 0, y0, 0, 0, 1, 0]);
  return { size: [width, height, nz], affine, values, unit: stack.unit };
}
