/**
 * The plane of the falx and how far the middle of the brain has left it: the distance of the septum pellucidum (at the level of
 * the foramen of Monro) and of the third ventricle from the line between the anterior and the posterior attachment of the falx
 * (Bullock 2006, Neurosurgery 58(3 Suppl):S2; Liao 2018, Comput Methods Programs Biomed 161:61).
 */
import { type Affine, type Point, transform } from '../affine.ts';
import { solve } from '../registration/solve.ts';
import type { Grid } from '../volume/volume.ts';
import type { MidlinePlane, MidlineShift } from './anatomy.ts';
import { labelOf, labelsOf, type Side, SIDED_STRUCTURES } from './labels.ts';

/** The fissure between the halves may hold this much fluid or falx, mm. */
const FISSURE_MM = 12;
/** The falx is fixed to the skull: in this outer share of the length of the border the brain leaves it least. */
const ANCHORED_SHARE = 0.25;
const LEAST_ANCHORS = 30;
/** Steps and width of the robust fit, mm. */
const FIT_STEPS = 12;
const FIT_WIDTH_MM = 2;
/** The septum lies between the frontal horns and bodies: rows in front of the middle of the lateral ventricles. */
const LEAST_SEPTUM_ROWS = 3;
/** A septum of at most this many millimeters parts the ventricles. */
const SEPTUM_MM = 12;
const LEAST_THIRD_VOXELS = 3;
/** 95 % of the errors of a shift are smaller (model card of head-anatomy, synthetic heads); below it a shift has no direction. */
export const MIDLINE_SHIFT_ERROR_MM = 3.3;

const HEMISPHERE = SIDED_STRUCTURES.filter((name) => !name.endsWith('Cerebellum'));

/** Where along a row the right half gives way to the left one: column (may be half), row, slice. */
type Border = Point;

/** @returns null when the halves show too little border near the skull */
export function midlinePlane(labels: Uint8Array, grid: Grid): MidlinePlane | null {
  const border = borderOf(labels, grid, labelsOf(HEMISPHERE, 'right'), labelsOf(HEMISPHERE, 'left'), FISSURE_MM);
  const anchors = anchored(border);
  if (anchors.length < LEAST_ANCHORS) return null;
  const fit = robustPlane(anchors, grid);
  if (fit === null) return null;
  const [offset, perRow, perSlice] = fit;
  const column = (row: number, slice: number): number => offset + perRow * row + perSlice * slice;
  const rows = anchors.map((p) => p[1]);
  const slices = anchors.map((p) => p[2]);
  const middle: Point = [column(mean(rows), mean(slices)), mean(rows), mean(slices)];
  const at = (row: number, slice: number): Point => transform(grid.affine, [column(row, slice), row, slice]);
  const point = at(middle[1], middle[2]);
  const along = difference(at(middle[1] + 1, middle[2]), point);
  const up = difference(at(middle[1], middle[2] + 1), point);
  const normal = towardsRight(unit(cross(along, up)), grid.affine);
  const distances = anchors.map((p) => dot(difference(transform(grid.affine, p), point), normal));
  return { point, normal, spreadMm: Math.sqrt(mean(distances.map((d) => d * d))) };
}

/** Millimeters to the patient's right of the plane; negative on the left. */
export function rightOfPlane({ point, normal }: MidlinePlane, position: Point): number {
  return dot(difference(position, point), normal);
}

/** @returns null when neither septum nor third ventricle is seen */
export function midlineShift(labels: Uint8Array, grid: Grid, plane: MidlinePlane): MidlineShift | null {
  return chosenShift(septum(labels, grid, plane), thirdVentricle(labels, grid, plane));
}

/**
 * Plane and shift as the mean of two labelings: of the image, and of its mirror image (mirrored back). What the network
 * prefers on one side cancels out.
 * @returns null for what is seen in neither
 */
export function midlineOfBoth(
  labelings: readonly [Uint8Array, Uint8Array],
  grid: Grid,
): { readonly midline: MidlinePlane | null; readonly midlineShift: MidlineShift | null } {
  const seen = labelings.flatMap((labels) => {
    const plane = midlinePlane(labels, grid);
    if (plane === null) return [];
    return [{ plane, septum: septum(labels, grid, plane), third: thirdVentricle(labels, grid, plane) }];
  });
  const [first] = seen;
  if (first === undefined) return { midline: null, midlineShift: null };
  const planes = seen.map(({ plane }) => plane);
  const both = (values: readonly (number | null)[]): number | null => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : mean(known);
  };
  return {
    midline: {
      point: meanPoint(planes.map(({ point }) => point)),
      normal: unit(meanPoint(planes.map(({ normal }) => normal))),
      spreadMm: mean(planes.map(({ spreadMm }) => spreadMm)),
    },
    midlineShift: chosenShift(both(seen.map((s) => s.septum)), both(seen.map((s) => s.third))),
  };
}

/** The larger of the two. */
function chosenShift(septumMm: number | null, thirdVentricleMm: number | null): MidlineShift | null {
  const septumIsLarger = Math.abs(septumMm ?? 0) >= Math.abs(thirdVentricleMm ?? 0);
  const chosen = septumMm !== null && (septumIsLarger || thirdVentricleMm === null) ? septumMm : thirdVentricleMm;
  if (chosen === null) return null;
  const mm = Math.abs(chosen);
  const towards: Side = chosen > 0 ? 'right' : 'left';
  return {
    mm,
    towards: mm < MIDLINE_SHIFT_ERROR_MM ? null : towards,
    at: chosen === septumMm ? 'septum-pellucidum' : 'third-ventricle',
    septumMm,
    thirdVentricleMm,
  };
}

/** Mean over the rows of each slice, then the median of the slices: as at the foramen of Monro, and no slice decides alone. */
function septum(labels: Uint8Array, grid: Grid, plane: MidlinePlane): number | null {
  const [right, left] = [labelOf('lateralVentricle', 'right'), labelOf('lateralVentricle', 'left')];
  const border = borderOf(labels, grid, [right], [left], SEPTUM_MM);
  const perSlice = new Map<number, Border[]>();
  for (const p of border) perSlice.set(p[2], [...(perSlice.get(p[2]) ?? []), p]);
  const middleRow = meanRow(labels, grid.size, [right, left]);
  const slices = [...perSlice.values()]
    .map((points) => points.filter(([, row]) => row <= middleRow))
    .filter((points) => points.length >= LEAST_SEPTUM_ROWS)
    .map((points) => mean(points.map((p) => rightOfPlane(plane, transform(grid.affine, p)))));
  return slices.length === 0 ? null : median(slices);
}

/** Of the middle of the whole ventricle. */
function thirdVentricle(labels: Uint8Array, { size, affine }: Grid, plane: MidlinePlane): number | null {
  const third = labelOf('thirdVentricle');
  const distances: number[] = [];
  labels.forEach((label, at) => {
    if (label !== third) return;
    distances.push(rightOfPlane(plane, transform(affine, voxelAt(at, size))));
  });
  return distances.length < LEAST_THIRD_VOXELS ? null : mean(distances);
}

/** Rows in which the last column of `right` and the first of `left` lie next to each other, or nearly. */
function borderOf(
  labels: Uint8Array,
  { size, affine }: Grid,
  right: readonly number[],
  left: readonly number[],
  gapMm: number,
): Border[] {
  const half = new Int8Array(256);
  for (const label of right) half[label] = 1;
  for (const label of left) half[label] = 2;
  const gap = gapMm / Math.hypot(affine[0], affine[4], affine[8]);
  const [nx, ny, nz] = size;
  const border: Border[] = [];
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      let [lastRight, firstLeft] = [-1, -1];
      for (let i = 0; i < nx; i++) {
        const of = half[labels[i + nx * (j + ny * k)] ?? 0];
        if (of === 1 && firstLeft === -1) lastRight = i;
        if (of === 2 && firstLeft === -1) firstLeft = i;
      }
      if (lastRight === -1 || firstLeft === -1 || firstLeft - lastRight > gap) continue;
      border.push([(lastRight + firstLeft) / 2, j, k]);
    }
  }
  return border;
}

/** In front, behind, and above: the outer parts of the border in every slice, and its highest slices. */
function anchored(border: readonly Border[]): Border[] {
  const slices = border.map((p) => p[2]);
  const [lowest, highest] = [Math.min(...slices), Math.max(...slices)];
  const upper = highest - ANCHORED_SHARE * (highest - lowest);
  const ends = new Map<number, { first: number; last: number }>();
  for (const [, row, slice] of border) {
    const seen = ends.get(slice) ?? { first: row, last: row };
    ends.set(slice, { first: Math.min(seen.first, row), last: Math.max(seen.last, row) });
  }
  return border.filter(([, row, slice]) => {
    const { first, last } = ends.get(slice) ?? { first: row, last: row };
    const reach = ANCHORED_SHARE * (last - first);
    return slice >= upper || row <= first + reach || row >= last - reach;
  });
}

/** column = a + b row + c slice, with weights that fade with the distance (Cauchy). */
function robustPlane(points: readonly Border[], { affine }: Grid): readonly [number, number, number] | null {
  const mm = Math.hypot(affine[0], affine[4], affine[8]);
  let weights = points.map(() => 1);
  let fit: number[] | null = null;
  for (let step = 0; step < FIT_STEPS; step++) {
    const matrix = [0, 1, 2].map(() => [0, 0, 0]);
    const right = [0, 0, 0];
    points.forEach(([column, row, slice], at) => {
      const terms = [1, row, slice];
      const weight = weights[at] ?? 0;
      terms.forEach((a, r) => {
        terms.forEach((b, c) => {
          const line = matrix[r] ?? [];
          line[c] = (line[c] ?? 0) + weight * a * b;
        });
        right[r] = (right[r] ?? 0) + weight * a * column;
      });
    });
    const solved = solve(matrix, right);
    if (solved === null) return null;
    fit = solved;
    const [a = 0, b = 0, c = 0] = solved;
    weights = points.map(([column, row, slice]) => {
      const away = ((column - a - b * row - c * slice) * mm) / FIT_WIDTH_MM;
      return 1 / (1 + away * away);
    });
  }
  return fit as unknown as readonly [number, number, number] | null;
}

function meanRow(labels: Uint8Array, size: Point, wanted: readonly number[]): number {
  let [sum, count] = [0, 0];
  labels.forEach((label, at) => {
    if (!wanted.includes(label)) return;
    sum += voxelAt(at, size)[1];
    count++;
  });
  return sum / count;
}

/** Indices of a flat voxel index. */
export function voxelAt(at: number, [nx, ny]: Point): Point {
  return [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
}

function towardsRight(normal: Point, affine: Affine): Point {
  // Columns run to the left.
  const left: Point = [affine[0], affine[4], affine[8]];
  return dot(normal, left) < 0 ? normal : (normal.map((x) => -x) as unknown as Point);
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
};
const meanPoint = (points: readonly Point[]): Point =>
  [0, 1, 2].map((axis) => mean(points.map((p) => p[axis] ?? 0))) as unknown as Point;
const difference = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Point, b: Point): Point => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const unit = (a: Point): Point => {
  const length = Math.hypot(...a);
  return [a[0] / length, a[1] / length, a[2] / length];
};
