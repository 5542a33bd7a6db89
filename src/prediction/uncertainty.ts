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
export function predictorCovariance(model: AdditiveModel, basis: readonly number[]): number[][] {
  return model.statistics.link === 'softmax' ? separate(model, basis) : shared(model, basis);
}

/** Every predictor has the same coefficients and an intercept of its own. */
function shared({ covariance, predictors: count }: AdditiveModel, basis: readonly number[]): number[][] {
  const width = count + basis.length;
  const carried = new Float64Array(width);
  for (let row = 0; row < width; row += 1) {
    let sum = 0;
    for (let c = 0, k = row * width + count; c < basis.length; c += 1, k += 1) {
      sum += (basis[c] ?? 0) * (covariance[k] ?? 0);
    }
    carried[row] = sum;
  }
  let common = 0;
  for (let c = 0; c < basis.length; c += 1) common += (basis[c] ?? 0) * (carried[count + c] ?? 0);
  const result: number[][] = [];
  for (let l = 0; l < count; l += 1) {
    const row: number[] = [];
    for (let m = 0; m < count; m += 1) {
      row.push((covariance[l * width + m] ?? 0) + (carried[l] ?? 0) + (carried[m] ?? 0) + common);
    }
    result.push(row);
  }
  return result;
}

/** Every predictor has an intercept and coefficients of its own. */
function separate({ covariance, predictors: count }: AdditiveModel, basis: readonly number[]): number[][] {
  const width = (basis.length + 1) * count;
  // Hinges and steps are zero for most patients, and whole blocks of the matrix with them: only the others are visited.
  const blocks = [0];
  const values = [1];
  for (let c = 0; c < basis.length; c += 1) {
    const value = basis[c] ?? 0;
    if (value === 0) continue;
    blocks.push((c + 1) * count);
    values.push(value);
  }
  const result = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (let r = 0; r < blocks.length; r += 1) {
    for (let l = 0; l < count; l += 1) {
      const row = ((blocks[r] ?? 0) + l) * width;
      const sums = result[l] ?? [];
      for (let m = 0; m < count; m += 1) {
        let carried = 0;
        for (let c = 0; c < blocks.length; c += 1) {
          carried += (values[c] ?? 0) * (covariance[row + (blocks[c] ?? 0) + m] ?? 0);
        }
        sums[m] = (sums[m] ?? 0) + (values[r] ?? 0) * carried;
      }
    }
  }
  return result;
}

function variance(covariance: readonly (readonly number[])[], weights: readonly number[]): number {
  let sum = 0;
  for (let l = 0; l < weights.length; l += 1) {
    const w = weights[l] ?? 0;
    if (w === 0) continue;
    const row = covariance[l];
    for (let m = 0; m < weights.length; m += 1) sum += w * (weights[m] ?? 0) * (row?.[m] ?? 0);
  }
  return sum;
}

/** 95 % interval of the probability with these log-odds. */
function onLogOdds(logOdds: number, varianceOfIt: number): Interval {
  // A bootstrap covariance may be a hair negative in a direction that hardly varies.
  const half = Z * Math.sqrt(Math.max(0, varianceOfIt));
  return { low: sigmoid(logOdds - half), high: sigmoid(logOdds + half) };
}

/** Interval of the probability of class k or a later one, k = 1 … K-1; ordered and two-class models. */
export function exceedanceInterval(
  predictors: readonly number[],
  covariance: readonly (readonly number[])[],
  k: number,
): Interval {
  return onLogOdds(predictors[k - 1] ?? 0, covariance[k - 1]?.[k - 1] ?? 0);
}

/** Interval of the probability of each class. Plain loops: it runs for every row that stands for a case. */
export function classIntervals(
  { statistics }: AdditiveModel,
  predictors: readonly number[],
  probabilities: readonly number[],
  covariance: readonly (readonly number[])[],
): Interval[] {
  const intervals: Interval[] = [];
  for (let k = 0; k < probabilities.length; k += 1) {
    let others = 0;
    for (let j = 0; j < probabilities.length; j += 1) if (j !== k) others += probabilities[j] ?? 0;
    intervals.push(
      statistics.link === 'softmax'
        ? unorderedClassInterval(probabilities, others, covariance, k)
        : orderedClassInterval(predictors, probabilities[k] ?? 0, others, covariance, k),
    );
  }
  return intervals;
}

function unorderedClassInterval(
  probabilities: readonly number[],
  others: number,
  covariance: readonly (readonly number[])[],
  k: number,
): Interval {
  if (others < VANISHING) return { low: 1 - VANISHING, high: 1 };
  const weights: number[] = [];
  for (let j = 0; j < probabilities.length; j += 1) weights.push(j === k ? 1 : -(probabilities[j] ?? 0) / others);
  return onLogOdds(Math.log(Math.max(probabilities[k] ?? 0, 1e-300) / others), variance(covariance, weights));
}

const slope = (z: number): number => sigmoid(z) * sigmoid(-z);

function orderedClassInterval(
  predictors: readonly number[],
  p: number,
  others: number,
  covariance: readonly (readonly number[])[],
  k: number,
): Interval {
  // The first and the last class have log-odds of their own.
  if (k === predictors.length) return exceedanceInterval(predictors, covariance, k);
  if (k === 0) {
    const above = exceedanceInterval(predictors, covariance, 1);
    return { low: 1 - above.high, high: 1 - above.low };
  }
  if (p < VANISHING || others < VANISHING) {
    const from = exceedanceInterval(predictors, covariance, k);
    const above = exceedanceInterval(predictors, covariance, k + 1);
    if (p < VANISHING) return { low: 0, high: Math.max(p, Math.min(from.high, 1 - above.low)) };
    return { low: Math.min(p, Math.max(0, from.low - above.high)), high: 1 };
  }
  // Of the weights of the predictors only these two are not zero.
  const from = slope(predictors[k - 1] ?? 0) / (p * others);
  const to = -slope(predictors[k] ?? 0) / (p * others);
  const between = (l: number, m: number): number => covariance[l]?.[m] ?? 0;
  const sum =
    from * from * between(k - 1, k - 1) +
    from * to * between(k - 1, k) +
    to * from * between(k, k - 1) +
    to * to * between(k, k);
  return onLogOdds(Math.log(p / others), sum);
}

/** The interval that holds all of them: what a case may be when an input is not known. */
export function envelope(intervals: readonly Interval[]): Interval {
  let [low, high] = [Infinity, -Infinity];
  for (const interval of intervals) {
    low = Math.min(low, interval.low);
    high = Math.max(high, interval.high);
  }
  return { low, high };
}
