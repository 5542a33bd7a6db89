/** The additive model in TypeScript: what the graph computes, opened up so that every part of the sum can be named. */
import type { Link, ModelColumn, ModelStatistics } from './statistics.ts';
import { transformed } from './transforms.ts';

/** Raw inputs in the order of the graph. */
export type Row = readonly number[];

export interface AdditiveModel {
  readonly statistics: ModelStatistics;
  /** Position of each input in a row. */
  readonly position: ReadonlyMap<string, number>;
  /** Columns with the position of their input. */
  readonly columns: readonly (ModelColumn & { readonly at: number })[];
}

/** @throws RangeError when a column names an input that the model does not have */
export function additiveModel(statistics: ModelStatistics): AdditiveModel {
  const position = new Map(statistics.inputs.map(({ name }, i) => [name, i]));
  const columns = statistics.columns.map((column) => ({ ...column, at: positionOf(position, column.input) }));
  return { statistics, position, columns };
}

export function positionOf(position: ReadonlyMap<string, number>, input: string): number {
  const at = position.get(input);
  if (at === undefined) throw new RangeError(`'${input}' is no input of the model`);
  return at;
}

/** The transformed columns of a row. */
export function basisOf(model: AdditiveModel, row: Row): number[] {
  return model.columns.map((column) => transformed(column, row[column.at] ?? Number.NaN));
}

/** Coefficient of a column in the predictor with this index: shared by all unless the link is softmax. */
export function coefficient(column: ModelColumn, predictor: number): number {
  return column.coefficients[column.coefficients.length === 1 ? 0 : predictor] ?? 0;
}

/** All linear predictors, intercepts included, from transformed columns. */
export function predictorsOf(model: AdditiveModel, basis: readonly number[]): number[] {
  const { intercepts, link } = model.statistics;
  const sumOf = (l: number): number =>
    model.columns.reduce((sum, column, c) => sum + coefficient(column, l) * (basis[c] ?? 0), 0);
  if (link === 'softmax') return intercepts.map((intercept, l) => intercept + sumOf(l));
  const shared = sumOf(0);
  return intercepts.map((intercept) => intercept + shared);
}

/** 1 / (1 + e^-z), without overflow at either end. */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z);
  return e / (1 + e);
}

/** Probabilities of the classes, sum 1. */
export function probabilitiesOf(link: Link, predictors: readonly number[]): number[] {
  if (link === 'softmax') {
    const highest = Math.max(...predictors);
    const weights = predictors.map((z) => Math.exp(z - highest));
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.map((w) => w / total);
  }
  // P(class k or later) for k = 0 … K; the difference of neighbors is taken on the side where it keeps its digits.
  const bounds = [Infinity, ...predictors, -Infinity];
  return bounds.slice(0, -1).map((z, k) => {
    const next = bounds[k + 1] ?? -Infinity;
    return Math.max(0, z > 0 && next > 0 ? sigmoid(-next) - sigmoid(-z) : sigmoid(z) - sigmoid(next));
  });
}

/** What the additive model says of a raw row. */
export function evaluateRow(model: AdditiveModel, row: Row) {
  const basis = basisOf(model, row);
  const predictors = predictorsOf(model, basis);
  return { row, basis, predictors, probabilities: probabilitiesOf(model.statistics.link, predictors) };
}
export type EvaluatedRow = ReturnType<typeof evaluateRow>;
