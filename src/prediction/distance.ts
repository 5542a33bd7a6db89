/**
 * Is the case like the patients that the model was trained on? Mahalanobis distance with thresholds from the training
 * patients themselves. Inputs that are not known are left out: the distance is the smallest that any value of them could
 * give, which equals the distance of the known ones under their own covariance.
 */
import type { OutOfDistribution } from '../decisions/prediction.ts';
import { positionOf, type AdditiveModel, type Row } from './additive-model.ts';
import { transformed } from './transforms.ts';

/** Beyond the training range by more than this share of its width a single input is outside, whatever the distance. */
const FAR = 0.5;
const ADULT = 18;

/** Solves the symmetric positive system `a x = b` by elimination with pivoting; a singular direction gives 0. */
function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i] ?? 0]);
  const n = rows.length;
  for (let c = 0; c < n; c += 1) {
    const pivot = rows.reduce(
      (best, row, r) => (r > c && Math.abs(row[c] ?? 0) > Math.abs(rows[best]?.[c] ?? 0) ? r : best),
      c,
    );
    const top = rows[pivot] ?? [];
    rows[pivot] = rows[c] ?? [];
    rows[c] = top;
    const lead = top[c] ?? 0;
    if (Math.abs(lead) < 1e-14) continue;
    for (let r = 0; r < n; r += 1) {
      const row = rows[r];
      if (r === c || row === undefined) continue;
      const factor = (row[c] ?? 0) / lead;
      for (let k = c; k <= n; k += 1) row[k] = (row[k] ?? 0) - factor * (top[k] ?? 0);
    }
  }
  return rows.map((row, i) => {
    const lead = row[i] ?? 0;
    return Math.abs(lead) < 1e-14 ? 0 : (row[n] ?? 0) / lead;
  });
}

/** Distance of one row, over the inputs that are known. */
export function mahalanobis(model: AdditiveModel, row: Row, isKnown: (input: string) => boolean): number {
  const { columns, mean, precision } = model.statistics.outOfDistribution;
  const deviation = columns.map((column, i) =>
    isKnown(column.input)
      ? transformed(column, row[positionOf(model.position, column.input)] ?? Number.NaN) - (mean[i] ?? 0)
      : 0,
  );
  const open = columns.flatMap(({ input }, i) => (isKnown(input) ? [] : [i]));
  if (open.length > 0) {
    const pull = open.map((i) => -dot(precision[i] ?? [], deviation));
    const inner = open.map((i) => open.map((j) => precision[i]?.[j] ?? 0));
    solve(inner, pull).forEach((value, k) => (deviation[open[k] ?? 0] = value));
  }
  const square = deviation.reduce((sum, d, i) => sum + d * dot(precision[i] ?? [], deviation), 0);
  return Math.sqrt(Math.max(0, square));
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** The worst of the rows that stand for the case counts. */
export function outOfDistribution(
  model: AdditiveModel,
  rows: readonly Row[],
  isKnown: (input: string) => boolean,
): OutOfDistribution {
  const { threshold95, threshold99 } = model.statistics.outOfDistribution;
  const score = Math.max(...rows.map((row) => mahalanobis(model, row, isKnown)));
  const beyond = model.statistics.inputs.flatMap(({ name, low, high }, i) => {
    if (!isKnown(name)) return [];
    const excess = Math.max(...rows.map((row) => Math.max(low - (row[i] ?? 0), (row[i] ?? 0) - high)));
    const minor = name === 'age' && rows.some((row) => (row[i] ?? 0) < ADULT && low >= ADULT);
    return excess > 0 ? [{ name, far: minor || (high > low && excess > FAR * (high - low)) }] : [];
  });
  const outside = score > threshold99 || beyond.some(({ far }) => far);
  const unusual = score > threshold95 || beyond.length > 0;
  return {
    score,
    threshold95,
    threshold99,
    state: outside ? 'outside' : unusual ? 'unusual' : 'inside',
    beyondTraining: beyond.map(({ name }) => name),
  };
}
