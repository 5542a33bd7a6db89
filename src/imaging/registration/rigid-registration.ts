/**
 * Rigid registration of one volume to a fixed one of the same grid: Gauss–Newton on the sum of squared differences with the
 * gradient of the fixed volume, so that the normal equations are set up once (inverse compositional, Baker 2004, Int J
 * Comput Vis 56:221). Small motion between frames is what it is for: up to about 20 mm and 20 degrees.
 */
import type { Point } from '../affine.ts';
import { solve } from './solve.ts';

/** Rotation (row by row) and shift in mm, about the center of the grid and along its axes: moving = R · fixed + t. */
export interface RigidMotion {
  readonly rotation: readonly number[];
  readonly shift: readonly number[];
}

export const NO_MOTION: RigidMotion = { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], shift: [0, 0, 0] };

export interface FixedVolume {
  readonly size: Point;
  /** mm between voxels. */
  readonly spacing: Point;
  readonly values: Float32Array;
  /** Flat indices of the voxels that are compared. */
  readonly voxels: Int32Array;
  /** Their positions in mm from the center of the grid. */
  readonly positions: Float32Array;
  /** Change of the value by each of three rotations (rad) and three shifts (mm), six a voxel. */
  readonly steepest: Float32Array;
  readonly normal: readonly (readonly number[])[];
}

const ITERATIONS = 30;
/** Step below which nothing visible changes, mm and rad. */
const CONVERGED = 0.003;

/** @param where 1 for voxels that may be compared */
export function fixedVolume(values: Float32Array, size: Point, spacing: Point, where: Uint8Array): FixedVolume {
  const [nx, ny, nz] = size;
  const chosen: number[] = [];
  const thick = nz > 1 ? 1 : 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 1; j < ny - 1; j++) {
      for (let i = 1; i < nx - 1; i++) if (where[(k * ny + j) * nx + i] === 1) chosen.push((k * ny + j) * nx + i);
    }
  }
  const voxels = Int32Array.from(chosen);
  const [positions, steepest] = [new Float32Array(3 * voxels.length), new Float32Array(6 * voxels.length)];
  const normal = Array.from({ length: 6 }, () => new Array<number>(6).fill(0));
  const value = (at: number): number => values[at] ?? 0;
  voxels.forEach((at, n) => {
    const [i, j, k] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
    const [x, y, z] = [
      (i - (nx - 1) / 2) * spacing[0],
      (j - (ny - 1) / 2) * spacing[1],
      (k - (nz - 1) / 2) * spacing[2],
    ];
    const [below, above] = [Math.max(0, k - thick), Math.min(nz - 1, k + thick)];
    const gx = (value(at + 1) - value(at - 1)) / (2 * spacing[0]);
    const gy = (value(at + nx) - value(at - nx)) / (2 * spacing[1]);
    const gz =
      above === below
        ? 0
        : (value(at + (above - k) * nx * ny) - value(at - (k - below) * nx * ny)) / ((above - below) * spacing[2]);
    positions.set([x, y, z], 3 * n);
    const row = [gz * y - gy * z, gx * z - gz * x, gy * x - gx * y, gx, gy, gz].map((g) =>
      Number.isFinite(g) ? g : 0,
    );
    steepest.set(row, 6 * n);
    for (let a = 0; a < 6; a++) {
      for (let b = 0; b < 6; b++) (normal[a] ?? [])[b] = (normal[a]?.[b] ?? 0) + (row[a] ?? 0) * (row[b] ?? 0);
    }
  });
  return { size, spacing, values, voxels, positions, steepest, normal };
}

/** @returns the motion that brings positions of the fixed volume to those of the moving one */
export function register(fixed: FixedVolume, moving: Float32Array, start: RigidMotion = NO_MOTION): RigidMotion {
  let motion = start;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const right = new Float64Array(6);
    const compared = project(fixed, moving, motion, right);
    if (compared < fixed.voxels.length / 4) return motion;
    // Voxels that moved out of view are missing on the right: the normal matrix is scaled to the same count.
    const share = compared / fixed.voxels.length;
    const step = solve(
      fixed.normal.map((row, a) => row.map((x, b) => x * share + (a === b ? 1e-9 : 0))),
      [...right],
    );
    if (step === null) return motion;
    motion = afterInverse(motion, step);
    if (Math.max(...step.slice(3).map(Math.abs), ...step.slice(0, 3).map((r) => Math.abs(r) * 80)) < CONVERGED) break;
  }
  return motion;
}

/** Adds up steepest descent times difference. @returns number of voxels that could be compared */
function project(
  fixed: FixedVolume,
  moving: Float32Array,
  { rotation: r, shift: t }: RigidMotion,
  right: Float64Array,
): number {
  const { voxels, positions, steepest, values } = fixed;
  const sample = sampler(moving, fixed.size, fixed.spacing);
  let compared = 0;
  for (let n = 0; n < voxels.length; n++) {
    const [x, y, z] = [positions[3 * n] ?? 0, positions[3 * n + 1] ?? 0, positions[3 * n + 2] ?? 0];
    const seen = sample(
      (r[0] ?? 0) * x + (r[1] ?? 0) * y + (r[2] ?? 0) * z + (t[0] ?? 0),
      (r[3] ?? 0) * x + (r[4] ?? 0) * y + (r[5] ?? 0) * z + (t[1] ?? 0),
      (r[6] ?? 0) * x + (r[7] ?? 0) * y + (r[8] ?? 0) * z + (t[2] ?? 0),
    );
    const difference = seen - (values[voxels[n] ?? 0] ?? 0);
    if (Number.isNaN(difference)) continue;
    compared++;
    for (let a = 0; a < 6; a++) right[a] = (right[a] ?? 0) + (steepest[6 * n + a] ?? 0) * difference;
  }
  return compared;
}

/** Value at a position in mm from the center of the grid, trilinear; NaN outside and beside voxels that are NaN. */
export function sampler(
  values: Float32Array,
  [nx, ny, nz]: Point,
  [sx, sy, sz]: Point,
): (x: number, y: number, z: number) => number {
  const [cx, cy, cz] = [(nx - 1) / 2, (ny - 1) / 2, (nz - 1) / 2];
  // A hair over the edge is still the edge.
  const margin = 1e-4;
  return (x, y, z) => {
    const [u, v, w] = [x / sx + cx, y / sy + cy, z / sz + cz];
    if (u < -margin || v < -margin || w < -margin || u > nx - 1 + margin || v > ny - 1 + margin || w > nz - 1 + margin)
      return NaN;
    const i = Math.min(Math.max(Math.floor(u), 0), Math.max(nx - 2, 0));
    const j = Math.min(Math.max(Math.floor(v), 0), Math.max(ny - 2, 0));
    const k = Math.min(Math.max(Math.floor(w), 0), Math.max(nz - 2, 0));
    const [a, b, c] = [
      Math.min(Math.max(u - i, 0), 1),
      Math.min(Math.max(v - j, 0), 1),
      Math.min(Math.max(w - k, 0), 1),
    ];
    const lower = plane(values, (k * ny + j) * nx + i, nx, a, b);
    return c < margin ? lower : lower * (1 - c) + plane(values, ((k + 1) * ny + j) * nx + i, nx, a, b) * c;
  };
}

function plane(values: Float32Array, at: number, nx: number, a: number, b: number): number {
  const near = (values[at] ?? NaN) * (1 - a) + (values[at + 1] ?? NaN) * a;
  const far = (values[at + nx] ?? NaN) * (1 - a) + (values[at + nx + 1] ?? NaN) * a;
  return near * (1 - b) + far * b;
}

/** motion ∘ (small step)⁻¹ */
function afterInverse({ rotation, shift }: RigidMotion, step: readonly number[]): RigidMotion {
  const [a = 0, b = 0, c = 0, x = 0, y = 0, z = 0] = step;
  const inverse = rotationOf([-a, -b, -c]);
  const back = multiply3(inverse, [-x, -y, -z]);
  return {
    rotation: [0, 1, 2].flatMap((row) =>
      [0, 1, 2].map((column) =>
        [0, 1, 2].reduce((sum, n) => sum + (rotation[3 * row + n] ?? 0) * (inverse[3 * n + column] ?? 0), 0),
      ),
    ),
    shift: multiply3(rotation, back).map((value, n) => value + (shift[n] ?? 0)),
  };
}

export function multiply3(matrix: readonly number[], vector: readonly number[]): number[] {
  return [0, 1, 2].map((row) => [0, 1, 2].reduce((sum, n) => sum + (matrix[3 * row + n] ?? 0) * (vector[n] ?? 0), 0));
}

/** Rotation by the length of the vector (rad) about it (Rodrigues). */
export function rotationOf([x = 0, y = 0, z = 0]: readonly number[]): number[] {
  const angle = Math.hypot(x, y, z);
  if (angle < 1e-12) return [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const [u, v, w] = [x / angle, y / angle, z / angle];
  const [s, c] = [Math.sin(angle), Math.cos(angle)];
  const d = 1 - c;
  return [
    ...[c + u * u * d, u * v * d - w * s, u * w * d + v * s],
    ...[v * u * d + w * s, c + v * v * d, v * w * d - u * s],
    ...[w * u * d - v * s, w * v * d + u * s, c + w * w * d],
  ];
}
