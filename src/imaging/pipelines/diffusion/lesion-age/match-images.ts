/**
 * Do two series of one examination show the head in one place? The patient may have moved between them: the rigid motion with
 * the highest normalized mutual information (Studholme 1999, Pattern Recognit 32:71), sought near none. Contrasts may differ.
 */
import { inverse, transform, type Point } from '../../../affine.ts';
import type { Volume } from '../../../volume/volume.ts';
import { multiply3, rotationOf } from '../../../registration/rigid-registration.ts';
import { placeOfVoxel } from '../../slice-network.ts';

export interface Match {
  /** mm of the fixed image → mm of the moving one. */
  readonly toMoving: (position: Point) => Point;
  /** Largest distance that a voxel of the brain moved, mm. */
  readonly movedMm: number;
  /** 1: the images tell nothing of each other; 2: one follows from the other. */
  readonly agreement: number;
}

const BINS = 32;
const SAMPLES = 6_000;
/** Steps of shifts (mm) and turns (degrees), coarse to fine. */
const STEPS = [4, 2, 1, 0.5];
const DEGREE = Math.PI / 180;

/** @param where 1 for the voxels of `fixed` that are compared */
export function matchImages(fixed: Volume, moving: Volume, where: Uint8Array): Match {
  const chosen = sampled(where);
  const places = chosen.map((at) => placeOfVoxel(fixed, at));
  const values = chosen.map((at) => fixed.values[at] ?? NaN);
  const center = [0, 1, 2].map(
    (axis) => places.reduce((sum, place) => sum + (place[axis] ?? 0), 0) / Math.max(1, places.length),
  ) as unknown as Point;
  const read = reader(moving);
  const fixedBin = binner(values);
  const movingBin = binner(places.map(read));
  const score = (motion: readonly number[]): number => {
    const move = mover(motion, center);
    return information(values, places, (place) => read(move(place)), fixedBin, movingBin);
  };
  let best = { motion: [0, 0, 0, 0, 0, 0], score: score([0, 0, 0, 0, 0, 0]) };
  for (const step of STEPS) {
    for (let improved = true, round = 0; improved && round < 6; round++) {
      improved = false;
      for (let axis = 0; axis < 6; axis++) {
        for (const sign of [1, -1]) {
          const motion = best.motion.map((x, n) => (n === axis ? x + sign * step * (axis < 3 ? DEGREE : 1) : x));
          const tried = score(motion);
          // A gain of rounding is no motion.
          if (tried > best.score + 1e-4) {
            best = { motion, score: tried };
            improved = true;
          }
        }
      }
    }
  }
  const toMoving = mover(best.motion, center);
  const movedMm = places.reduce((most, place) => {
    const [x, y, z] = toMoving(place);
    return Math.max(most, Math.hypot(x - place[0], y - place[1], z - place[2]));
  }, 0);
  return { toMoving, movedMm, agreement: best.score };
}

function sampled(where: Uint8Array): number[] {
  const inside: number[] = [];
  for (let at = 0; at < where.length; at++) if (where[at] === 1) inside.push(at);
  const step = Math.max(1, inside.length / SAMPLES);
  return Array.from({ length: Math.floor(inside.length / step) }, (_, n) => inside[Math.floor(n * step)] ?? 0);
}

/** Turns (rad) about the center, then shifts (mm). */
function mover([a = 0, b = 0, c = 0, x = 0, y = 0, z = 0]: readonly number[], center: Point): (place: Point) => Point {
  const turn = rotationOf([a, b, c]);
  return (place) => {
    const [u = 0, v = 0, w = 0] = multiply3(
      turn,
      place.map((at, axis) => at - (center[axis] ?? 0)),
    );
    return [u + center[0] + x, v + center[1] + y, w + center[2] + z];
  };
}

/** Value at a position in mm, trilinear; NaN outside. */
export function reader({ size, affine, values }: Volume): (place: Point) => number {
  const toVoxel = inverse(affine);
  const [nx, ny, nz] = size;
  const at = (i: number, j: number, k: number): number => values[i + nx * (j + ny * k)] ?? NaN;
  return (place) => {
    const [x, y, z] = transform(toVoxel, place);
    const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
    if (i < 0 || j < 0 || k < 0 || x > nx - 1 || y > ny - 1 || z > nz - 1) return NaN;
    const [u, v, w] = [x - i, y - j, z - k];
    const [i1, j1, k1] = [Math.min(i + 1, nx - 1), Math.min(j + 1, ny - 1), Math.min(k + 1, nz - 1)];
    const row = (jj: number, kk: number): number => at(i, jj, kk) * (1 - u) + at(i1, jj, kk) * u;
    const plane = (kk: number): number => row(j, kk) * (1 - v) + row(j1, kk) * v;
    return plane(k) * (1 - w) + plane(k1) * w;
  };
}

/** Bins of equal width from the 1st to the 99th percentile. */
function binner(values: readonly number[]): (value: number) => number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const low = sorted[Math.floor(0.01 * sorted.length)] ?? 0;
  const high = sorted[Math.floor(0.99 * sorted.length)] ?? 1;
  const width = high > low ? (high - low) / BINS : 1;
  return (value) => Math.min(BINS - 1, Math.max(0, Math.floor((value - low) / width)));
}

/** (H(A) + H(B)) / H(A, B) */
function information(
  values: readonly number[],
  places: readonly Point[],
  readMoving: (place: Point) => number,
  binA: (value: number) => number,
  binB: (value: number) => number,
): number {
  const joint = new Float64Array(BINS * BINS);
  let total = 0;
  places.forEach((place, n) => {
    const [a, b] = [values[n] ?? NaN, readMoving(place)];
    if (Number.isNaN(a) || Number.isNaN(b)) return;
    const at = binA(a) * BINS + binB(b);
    joint[at] = (joint[at] ?? 0) + 1;
    total++;
  });
  if (total < places.length / 2) return 0;
  const [rows, columns] = [new Float64Array(BINS), new Float64Array(BINS)];
  joint.forEach((count, at) => {
    const [a, b] = [Math.floor(at / BINS), at % BINS];
    rows[a] = (rows[a] ?? 0) + count;
    columns[b] = (columns[b] ?? 0) + count;
  });
  const entropy = (counts: Float64Array): number =>
    counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / total) * Math.log(count / total)), 0);
  const together = entropy(joint);
  return together === 0 ? 0 : (entropy(rows) + entropy(columns)) / together;
}
