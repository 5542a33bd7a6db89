/** Distributions of the mRS and their shift on the log-odds scale. */
import type { MrsDistribution, Span } from './result.ts';
import type { Cumulative } from '../scores/samuel-distributions.ts';

export const logit = (p: number): number => Math.log(p / (1 - p));
export const expit = (x: number): number => 1 / (1 + Math.exp(-x));

/** The grade up to which a person counts as independent. */
export const INDEPENDENT = 2;
export const NO_DISABILITY = 1;
/** Cumulative share with mRS ≤ 5: the others have died. */
const ALIVE = 5;

/** The mRS before the stroke where it bounds the outcome: nobody is expected to be better than before. */
export type Floor = 0 | 1 | 2 | 3 | 4 | 5;

/**
 * How far a reference has to move, in log-odds, for mRS 3 to 6 to be as frequent as `risk`.
 * @param reference cumulative shares with mRS ≤ 0 … 5
 * @param risk probability of mRS 3 to 6, above 0 and below 1
 */
export function shiftTo(reference: Cumulative, risk: number): number {
  return logit(1 - risk) - logit(reference[INDEPENDENT]);
}

/**
 * The reference moved by the same log-odds at every cut (proportional odds), which keeps its order.
 * @param reference cumulative shares with mRS ≤ 0 … 5
 * @param shift log-odds; positive is better
 */
export function shifted(reference: Cumulative, shift: number): MrsDistribution {
  const [a, b, c, d, e, f] = logitsOf(reference);
  const [to0, to1, to2] = [expit(a + shift), expit(b + shift), expit(c + shift)];
  const [to3, to4, to5] = [expit(d + shift), expit(e + shift), expit(f + shift)];
  return [to0, to1 - to0, to2 - to1, to3 - to2, to4 - to3, to5 - to4, 1 - to5];
}

const logits = new WeakMap<Cumulative, Cumulative>();

/** The log-odds of a reference: it is moved a hundred times for one patient. */
function logitsOf(reference: Cumulative): Cumulative {
  let made = logits.get(reference);
  if (made === undefined) {
    const [a, b, c, d, e, f] = reference;
    made = [logit(a), logit(b), logit(c), logit(d), logit(e), logit(f)];
    logits.set(reference, made);
  }
  return made;
}

/** Grades better than before the stroke are counted as the grade before it. */
export function notBetterThan(distribution: MrsDistribution, before: Floor): MrsDistribution {
  if (before === 0) return distribution;
  const share = (grade: number): number => {
    if (grade < before) return 0;
    return grade === before ? upTo(distribution, before) : (distribution[grade] ?? 0);
  };
  return [share(0), share(1), share(2), share(3), share(4), share(5), share(6)];
}

/** Share with mRS at most `grade`. */
export function upTo(distribution: MrsDistribution, grade: number): number {
  let sum = 0;
  for (let index = 0; index <= grade; index += 1) sum += distribution[index] ?? 0;
  return sum;
}

export const death = (distribution: MrsDistribution): number => 1 - upTo(distribution, ALIVE);

export const meanMrs = (distribution: MrsDistribution): number =>
  distribution.reduce((sum, share, grade) => sum + share * grade, 0);

export function hull(values: readonly number[]): Span {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    // A value that is no number makes both ends none, as Math.min and Math.max do.
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}
