/** How far the head moves between the time points of a perfusion: rigid registration of each to one of them. */
import { type Affine, transform } from '../affine.ts';
import { breathe } from '../volume/slice.ts';
import type { TimeSeries } from '../volume/volume.ts';
import { solve } from './solve.ts';

/** Points of strong edges that are compared, and rounds of refinement. */
const POINTS = 3000;
const ROUNDS = 8;
const COARSE_MM = 3.5;
/** CT: edges of skin and skull; contrast in vessels hardly counts. */
const CT_WINDOW = [-200, 200] as const;
const RADIUS_MM = 80;

interface Coarse {
  readonly size: readonly [number, number, number];
  readonly values: Float32Array;
}

/**
 * Displacement of each time point from the usual position (the median over time), millimeters: root mean square over a
 * sphere of 80 mm (Jenkinson 1999). Linearized rigid motion with gain and offset, so that contrast is not taken for
 * motion; meant for up to about 10 mm.
 */
export async function frameMotion(series: TimeSeries): Promise<number[]> {
  const pixelMm = Math.hypot(series.affine[0], series.affine[4], series.affine[8]);
  const factor = Math.max(1, Math.round(COARSE_MM / pixelMm));
  const affine = coarseAffine(series.affine, factor);
  const reference = coarse(series, Math.min(2, series.frames.length - 1), factor);
  const edges = edgesOf(reference, affine);
  const motions: number[][] = [];
  for (let t = 0; t < series.frames.length; t++) {
    motions.push(register(edges, coarse(series, t, factor)));
    await breathe();
  }
  const usual = [0, 1, 2, 3, 4, 5].map((at) => median(motions.map((motion) => motion[at] ?? 0)));
  return motions.map((motion) => {
    const [x = 0, y = 0, z = 0, rx = 0, ry = 0, rz = 0] = motion.map((value, at) => value - (usual[at] ?? 0));
    return Math.sqrt(x * x + y * y + z * z + (2 * RADIUS_MM ** 2 * (rx * rx + ry * ry + rz * rz)) / 5);
  });
}

function coarseAffine(a: Affine, f: number): Affine {
  const [x, y, z] = transform(a, [(f - 1) / 2, (f - 1) / 2, 0]);
  return [a[0] * f, a[1] * f, a[2], x, a[4] * f, a[5] * f, a[6], y, a[8] * f, a[9] * f, a[10], z];
}

/** Block means of the windowed values, then a small blur in the plane, so that edges reach a few millimeters. */
function coarse({ size: [nx, ny, nz], frames, unit }: TimeSeries, t: number, factor: number): Coarse {
  const from = frames[t] ?? new Float32Array();
  const [cx, cy] = [Math.floor(nx / factor), Math.floor(ny / factor)];
  const values = new Float32Array(cx * cy * nz);
  const [low, high] = unit === 'HU' ? CT_WINDOW : [0, Infinity];
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < cy * factor; j++) {
      const row = nx * (j + ny * k);
      const to = cx * (Math.floor(j / factor) + cy * k);
      for (let i = 0; i < cx * factor; i++) {
        const value = from[row + i] ?? low;
        const at = to + Math.floor(i / factor);
        values[at] =
          (values[at] ?? 0) + (Number.isNaN(value) ? low : Math.min(high, Math.max(low, value))) / factor ** 2;
      }
    }
  }
  return { size: [cx, cy, nz], values: blurred(blurred(values, 1, cx), cx, cy) };
}

/** 1-2-1 along one axis. */
function blurred(values: Float32Array, step: number, length: number): Float32Array {
  return values.map((value, at) => {
    const index = Math.floor(at / step) % length;
    const before = index === 0 ? value : (values[at - step] ?? value);
    const after = index === length - 1 ? value : (values[at + step] ?? value);
    return (before + 2 * value + after) / 4;
  });
}

interface Edges {
  /** Voxel indices of the points, three each. */
  readonly voxels: Float32Array;
  readonly values: Float32Array;
  /** Change of the value per millimeter of motion x, y, z and per radian around x, y, z. */
  readonly slopes: Float32Array;
  /** Per parameter: how a voxel index changes; built from the affine for each point. */
  readonly moved: (point: number, motion: readonly number[]) => readonly [number, number, number];
}

function edgesOf({ size: [nx, ny, nz], values }: Coarse, affine: Affine): Edges {
  const steps = [0, 1, 2].map((axis) => Math.hypot(affine[axis] ?? 0, affine[axis + 4] ?? 0, affine[axis + 8] ?? 0));
  const [sx = 1, sy = 1, sz = 1] = steps;
  const slope = (at: number, off: number, mm: number): number =>
    ((values[at + off] ?? 0) - (values[at - off] ?? 0)) / (2 * mm);
  const strength = new Float32Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const [i, j] = [at % nx, Math.floor(at / nx) % ny];
    if (i === 0 || j === 0 || i === nx - 1 || j === ny - 1) continue;
    strength[at] = Math.hypot(slope(at, 1, sx), slope(at, nx, sy));
  }
  const sorted = strength.slice().sort();
  // The strongest sixth, but enough points in a small volume.
  const share = Math.min(1, Math.max(POINTS / values.length, 1 / 6));
  const threshold = Math.max(1e-6, sorted[Math.floor((1 - share) * (sorted.length - 1))] ?? 0);
  const strong: number[] = [];
  strength.forEach((value, at) => {
    if (value >= threshold) strong.push(at);
  });
  const every = Math.max(1, Math.floor(strong.length / POINTS));
  const chosen = strong
    .filter((_, index) => index % every === 0)
    .map((at) => {
      const [i, j, k] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
      const [up, down] = [Math.min(nz - 1, k + 1), Math.max(0, k - 1)];
      const through = (values[at + (up - k) * nx * ny] ?? 0) - (values[at + (down - k) * nx * ny] ?? 0);
      const gk = up === down ? 0 : through / ((up - down) * sz);
      return { at, i, j, k, g: [slope(at, 1, sx), slope(at, nx, sy), gk] as const };
    });
  const axes = [0, 1, 2].map((axis) => {
    const length = steps[axis] ?? 1;
    return [(affine[axis] ?? 0) / length, (affine[axis + 4] ?? 0) / length, (affine[axis + 8] ?? 0) / length] as const;
  });
  const middle = transform(affine, [(nx - 1) / 2, (ny - 1) / 2, (nz - 1) / 2]);
  const places = chosen.map(({ i, j, k }) => {
    const p = transform(affine, [i, j, k]);
    return [p[0] - middle[0], p[1] - middle[1], p[2] - middle[2]] as const;
  });
  const slopes = new Float32Array(6 * chosen.length);
  chosen.forEach(({ g }, index) => {
    const world = [0, 1, 2].map((w) => axes.reduce((sum, axis, a) => sum + (g[a] ?? 0) * (axis[w] ?? 0), 0));
    const [gx = 0, gy = 0, gz = 0] = world;
    const [x = 0, y = 0, z = 0] = places[index] ?? [];
    slopes.set([gx, gy, gz, y * gz - z * gy, z * gx - x * gz, x * gy - y * gx], 6 * index);
  });
  return {
    voxels: Float32Array.from(chosen.flatMap(({ i, j, k }) => [i, j, k])),
    values: Float32Array.from(chosen, ({ at }) => values[at] ?? 0),
    slopes,
    moved: (point, [tx = 0, ty = 0, tz = 0, rx = 0, ry = 0, rz = 0]) => {
      const [x = 0, y = 0, z = 0] = places[point] ?? [];
      const shift = [tx + ry * z - rz * y, ty + rz * x - rx * z, tz + rx * y - ry * x];
      const along = (axis: 0 | 1 | 2): number =>
        shift.reduce((sum, mm, w) => sum + mm * (axes[axis]?.[w] ?? 0), 0) / (steps[axis] ?? 1);
      return [along(0), along(1), along(2)];
    },
  };
}

/** Millimeters and radians by which the image lies off the reference. */
function register(edges: Edges, image: Coarse): number[] {
  const motion = [0, 0, 0, 0, 0, 0];
  const rows = 8;
  for (let round = 0; round < ROUNDS; round++) {
    const matrix = Array.from({ length: rows }, () => new Float64Array(rows));
    const right = new Float64Array(rows);
    const row = new Float64Array(rows);
    for (let point = 0; point < edges.values.length; point++) {
      const [di, dj, dk] = edges.moved(point, motion);
      const value = sampled(
        image,
        (edges.voxels[3 * point] ?? 0) + di,
        (edges.voxels[3 * point + 1] ?? 0) + dj,
        (edges.voxels[3 * point + 2] ?? 0) + dk,
      );
      if (Number.isNaN(value)) continue;
      const reference = edges.values[point] ?? 0;
      for (let c = 0; c < 6; c++) row[c] = edges.slopes[6 * point + c] ?? 0;
      row[6] = -reference;
      row[7] = -1;
      const off = reference - value;
      for (let r = 0; r < rows; r++) {
        const line = matrix[r];
        if (line === undefined) continue;
        right[r] = (right[r] ?? 0) + (row[r] ?? 0) * off;
        for (let c = 0; c < rows; c++) line[c] = (line[c] ?? 0) + (row[r] ?? 0) * (row[c] ?? 0);
      }
    }
    const step = solve(matrix, right);
    for (let c = 0; c < 6; c++) motion[c] = (motion[c] ?? 0) + (step[c] ?? 0);
    if (Math.hypot(...step.slice(0, 3)) < 0.01 && Math.hypot(...step.slice(3, 6)) * RADIUS_MM < 0.01) break;
  }
  return motion;
}

/** Trilinear; beyond the first and last slice the nearest one, NaN beyond the rest. */
function sampled({ size: [nx, ny, nz], values }: Coarse, x: number, y: number, z: number): number {
  if (!(x >= 0 && y >= 0 && x < nx - 1 && y < ny - 1)) return NaN;
  const depth = Math.min(nz - 1, Math.max(0, z));
  const [i, j, k] = [Math.floor(x), Math.floor(y), Math.min(Math.floor(depth), Math.max(0, nz - 2))];
  const [u, v, w] = [x - i, y - j, depth - k];
  const plane = (kk: number): number => {
    const base = i + nx * (j + ny * Math.min(nz - 1, kk));
    const top = (values[base] ?? 0) * (1 - u) + (values[base + 1] ?? 0) * u;
    const bottom = (values[base + nx] ?? 0) * (1 - u) + (values[base + nx + 1] ?? 0) * u;
    return top * (1 - v) + bottom * v;
  };
  return w === 0 ? plane(k) : plane(k) * (1 - w) + plane(k + 1) * w;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
