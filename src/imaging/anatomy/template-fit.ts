/** The affine that brings the centers of the structures of a patient onto those of the template (MNI). */
import { type Affine, determinant, type Point, transform } from '../affine.ts';
import { solve } from '../registration/solve.ts';
import type { Grid } from '../volume/volume.ts';
import { LABEL_COUNT, structureOf } from './labels.ts';
import { voxelAt } from './midline.ts';
import { TEMPLATE_CENTERS } from './template-centers.ts';

/** A structure takes part when it has this share of the template's volume: one that the image cuts off has its center elsewhere. */
const LEAST_SHARE = 0.6;
const LEAST_STRUCTURES = 12;

export interface TemplateFit {
  readonly toTemplate: Affine;
  /** Root mean square distance of the centers after the fit, mm. */
  readonly errorMm: number;
  /** How far the head is turned from upright and facing forward, degrees. */
  readonly turnedDegrees: number;
}

/** @returns null when too few structures are seen whole */
export function fitToTemplate(labels: Uint8Array, grid: Grid): TemplateFit | null {
  const voxelMl = Math.abs(determinant(grid.affine)) / 1000;
  const sums = Array.from({ length: LABEL_COUNT }, () => [0, 0, 0, 0] as [number, number, number, number]);
  labels.forEach((label, at) => {
    const sum = sums[label];
    if (sum === undefined || label === 0) return;
    const [i, j, k] = voxelAt(at, grid.size);
    sum[0] += i;
    sum[1] += j;
    sum[2] += k;
    sum[3]++;
  });
  const pairs: { patient: Point; template: Point; weight: number }[] = [];
  for (const { label, centerMm, ml } of TEMPLATE_CENTERS) {
    const [i, j, k, count] = sums[label] ?? [0, 0, 0, 0];
    const share = (count * voxelMl) / ml;
    // Fluid spaces differ most between people.
    if (share < LEAST_SHARE || structureOf(label).structure.endsWith('Ventricle')) continue;
    pairs.push({
      patient: transform(grid.affine, [i / count, j / count, k / count]),
      template: centerMm,
      weight: Math.min(1, share),
    });
  }
  if (pairs.length < LEAST_STRUCTURES) return null;
  const rows = [0, 1, 2].map((axis) => leastSquares(pairs, axis));
  if (rows.some((row) => row === null)) return null;
  const toTemplate = rows.flat() as unknown as Affine;
  const squares = pairs.map(({ patient, template }) => {
    const at = transform(toTemplate, patient);
    return (at[0] - template[0]) ** 2 + (at[1] - template[1]) ** 2 + (at[2] - template[2]) ** 2;
  });
  return {
    toTemplate,
    errorMm: Math.sqrt(squares.reduce((sum, x) => sum + x, 0) / squares.length),
    turnedDegrees: turned(toTemplate),
  };
}

function leastSquares(
  pairs: readonly { readonly patient: Point; readonly template: Point; readonly weight: number }[],
  axis: number,
): number[] | null {
  const matrix = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  const right = [0, 0, 0, 0];
  for (const { patient, template, weight } of pairs) {
    const terms = [...patient, 1];
    terms.forEach((a, r) => {
      const line = matrix[r] ?? [];
      terms.forEach((b, c) => {
        line[c] = (line[c] ?? 0) + weight * a * b;
      });
      right[r] = (right[r] ?? 0) + weight * a * (template[axis] ?? 0);
    });
  }
  return solve(matrix, right);
}

/** Angle of the rotation nearest to the matrix, by the trace after its columns are made of length 1. */
function turned(a: Affine): number {
  const diagonal = [0, 1, 2].map((axis) => {
    const length = Math.hypot(a[axis] ?? 0, a[axis + 4] ?? 0, a[axis + 8] ?? 0);
    return (a[5 * axis] ?? 0) / length;
  });
  const cosine = (diagonal.reduce((sum, x) => sum + x, 0) - 1) / 2;
  return (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI;
}
