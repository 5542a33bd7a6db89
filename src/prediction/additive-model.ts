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
  /** Number of linear predictors. */
  readonly predictors: number;
  /** Columns by predictors in one block, a shared coefficient repeated: what every answer multiplies with. */
  readonly coefficients: Float64Array;
  /** The covariance of the statistics in one block, row by row. */
  readonly covariance: Float64Array;
}

/** @throws RangeError when a column names an input that the model does not have */
export function additiveModel(statistics: ModelStatistics): AdditiveModel {
  const position = new Map(statistics.inputs.map(({ name }, i) => [name, i]));
  const columns = statistics.columns.map((column) => ({ ...column, at: positionOf(position, column.input) }));
  const predictors = statistics.intercepts.length;
  const coefficients = new Float64Array(columns.length * predictors);
  columns.forEach((column, c) => {
    for (let l = 0; l < predictors; l += 1) coefficients[c * predictors + l] = coefficient(column, l);
  });
  const covariance = Float64Array.from(statistics.covariance.matrix.flat());
  return { statistics, position, columns, predictors, coefficients, covariance };
}

export function positionOf(position: ReadonlyMap<string, number>, input: string): number {
  const at = position.get(input);
  if (at === undefined) throw new RangeError(`'${input}' is no input of the model`);
  return at;
}

/** The transformed columns of a row. */
export function basisOf(model: AdditiveModel, row: Row): number[] {
  const { columns } = model;
  const basis: number[] = [];
  for (const column of columns) basis.push(transformed(column, row[column.at] ?? Number.NaN));
  return basis;
}

/** Coefficient of a column in the predictor with this index: shared by all unless the link is softmax. */
export function coefficient(column: ModelColumn, predictor: number): number {
  return column.coefficients[column.coefficients.length === 1 ? 0 : predictor] ?? 0;
}

/** All linear predictors, intercepts included, from transformed columns. */
export function predictorsOf(model: AdditiveModel, basis: readonly number[]): number[] {
  const { coefficients, predictors: count, statistics } = model;
  const { intercepts } = statistics;
  const predictors: number[] = [];
  for (let l = 0; l < count; l += 1) {
    let sum = 0;
    for (let c = 0, k = l; c < basis.length; c += 1, k += count) sum += (coefficients[k] ?? 0) * (basis[c] ?? 0);
    predictors.push((intercepts[l] ?? 0) + sum);
  }
  return predictors;
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
    const weights: number[] = [];
    let total = 0;
    for (const z of predictors) {
      const weight = Math.exp(z - highest);
      weights.push(weight);
      total += weight;
    }
    for (let k = 0; k < weights.length; k += 1) weights[k] = (weights[k] ?? 0) / total;
    return weights;
  }
  // P(class k or later) for k = 0 … K; the difference of neighbors is taken on the side where it keeps its digits.
  const probabilities: number[] = [];
  let z = Infinity;
  for (let k = 0; k <= predictors.length; k += 1) {
    const next = predictors[k] ?? -Infinity;
    probabilities.push(Math.max(0, z > 0 && next > 0 ? sigmoid(-next) - sigmoid(-z) : sigmoid(z) - sigmoid(next)));
    z = next;
  }
  return probabilities;
}

/** What the additive model says of a raw row. */
export function evaluateRow(model: AdditiveModel, row: Row) {
  const basis = basisOf(model, row);
  const predictors = predictorsOf(model, basis);
  return { row, basis, predictors, probabilities: probabilitiesOf(model.statistics.link, predictors) };
}
export type EvaluatedRow = ReturnType<typeof evaluateRow>;
