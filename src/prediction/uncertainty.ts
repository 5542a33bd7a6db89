/**
 * Intervals by the delta method: the covariance of intercepts and coefficients (group bootstrap of the training subjects)
 * is carried to the log-odds of a probability, and back. On the log-odds scale an interval never leaves 0 to 1. It says how
 * well the model is known, not how far one patient may differ: that is the conformal set's part.
 */
import type { Interval } from '../decisions/prediction.ts';
import { sigmoid, type AdditiveModel } from './additive-model.ts';

/** 95 %. */
const Z = 1.959963984540054;
/** Below this a class' own log-odds have lost their digits. */
const VANISHING = 1e-12;

/** Covariance of the linear predictors at transformed columns `basis`. */
export function predictorCovariance({ statistics }: AdditiveModel, basis: readonly number[]): number[][] {
  const { matrix } = statistics.covariance;
  const count = statistics.intercepts.length;
  return statistics.link === 'softmax' ? separate(matrix, count, basis) : shared(matrix, count, basis);
}

/** Every predictor has the same coefficients and an intercept of its own. */
function shared(matrix: readonly (readonly number[])[], count: number, basis: readonly number[]): number[][] {
  const carried = matrix.map((row) => basis.reduce((sum, t, c) => sum + t * (row[count + c] ?? 0), 0));
  const common = basis.reduce((sum, t, c) => sum + t * (carried[count + c] ?? 0), 0);
  return matrix
    .slice(0, count)
    .map((row, l) => row.slice(0, count).map((own, m) => own + (carried[l] ?? 0) + (carried[m] ?? 0) + common));
}

/** Every predictor has an intercept and coefficients of its own. */
function separate(matrix: readonly (readonly number[])[], count: number, basis: readonly number[]): number[][] {
  const withIntercept = [1, ...basis];
  const sumOver = (values: readonly number[], predictor: number): number =>
    withIntercept.reduce((sum, t, c) => sum + t * (values[c * count + predictor] ?? 0), 0);
  const carried = matrix.map((row) => Array.from({ length: count }, (_, m) => sumOver(row, m)));
  return Array.from({ length: count }, (_, l) =>
    Array.from({ length: count }, (_unused, m) =>
      sumOver(
        carried.map((values) => values[m] ?? 0),
        l,
      ),
    ),
  );
}

function variance(covariance: readonly (readonly number[])[], weights: readonly number[]): number {
  let sum = 0;
  weights.forEach((w, l) => {
    if (w === 0) return;
    weights.forEach((v, m) => (sum += w * v * (covariance[l]?.[m] ?? 0)));
  });
  // A bootstrap covariance may be a hair negative in a direction that hardly varies.
  return Math.max(0, sum);
}

/** 95 % interval of sigmoid(weights · predictors). */
function onLogOdds(logOdds: number, weights: readonly number[], covariance: readonly (readonly number[])[]): Interval {
  const half = Z * Math.sqrt(variance(covariance, weights));
  return { low: sigmoid(logOdds - half), high: sigmoid(logOdds + half) };
}

const unit = (length: number, at: number): number[] => Array.from({ length }, (_, l) => (l === at ? 1 : 0));

/** Interval of the probability of class k or a later one, k = 1 … K-1; ordered and two-class models. */
export function exceedanceInterval(
  predictors: readonly number[],
  covariance: readonly (readonly number[])[],
  k: number,
): Interval {
  return onLogOdds(predictors[k - 1] ?? 0, unit(predictors.length, k - 1), covariance);
}

/** Interval of the probability of each class. */
export function classIntervals(
  { statistics }: AdditiveModel,
  predictors: readonly number[],
  probabilities: readonly number[],
  covariance: readonly (readonly number[])[],
): Interval[] {
  return probabilities.map((p, k) => {
    const others = probabilities.reduce((sum, q, j) => (j === k ? sum : sum + q), 0);
    if (statistics.link === 'softmax') {
      if (others < VANISHING) return { low: 1 - VANISHING, high: 1 };
      const weights = probabilities.map((q, j) => (j === k ? 1 : -q / others));
      return onLogOdds(Math.log(Math.max(p, 1e-300) / others), weights, covariance);
    }
    return orderedClassInterval(predictors, p, others, covariance, k);
  });
}

function orderedClassInterval(
  predictors: readonly number[],
  p: number,
  others: number,
  covariance: readonly (readonly number[])[],
  k: number,
): Interval {
  // The first and the last class have log-odds of their own.
  if (k === predictors.length) return exceedanceInterval(predictors, covariance, k);
  const above = exceedanceInterval(predictors, covariance, k + 1);
  if (k === 0) return { low: 1 - above.high, high: 1 - above.low };
  const from = exceedanceInterval(predictors, covariance, k);
  if (p < VANISHING) return { low: 0, high: Math.max(p, Math.min(from.high, 1 - above.low)) };
  if (others < VANISHING) return { low: Math.min(p, Math.max(0, from.low - above.high)), high: 1 };
  const slope = (z: number): number => sigmoid(z) * sigmoid(-z);
  const weights = predictors.map((z, l) =>
    l === k - 1 ? slope(z) / (p * others) : l === k ? -slope(z) / (p * others) : 0,
  );
  return onLogOdds(Math.log(p / others), weights, covariance);
}

/** The interval that holds all of them: what a case may be when an input is not known. */
export function envelope(intervals: readonly Interval[]): Interval {
  return {
    low: Math.min(...intervals.map(({ low }) => low)),
    high: Math.max(...intervals.map(({ high }) => high)),
  };
}
