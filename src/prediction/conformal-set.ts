/**
 * Conformal prediction sets: classes that hold the truth with the stated coverage, on average over patients like those of
 * the calibration (Vovk 2005; APS: Romano, NeurIPS 2020; LAC: Sadinle, JASA 2019). Wide sets are an honest answer.
 */
import type { ConformalRule } from './statistics.ts';

/** @returns positions of the classes in their order; the most probable is always among them */
export function conformalSet(
  rule: Pick<ConformalRule, 'method' | 'threshold'>,
  probabilities: readonly number[],
): number[] {
  const ranked = probabilities
    .map((_, k) => k)
    .sort((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0) || a - b);
  const top = ranked[0];
  if (top === undefined) return [];
  switch (rule.method) {
    case 'lac':
      return inOrder(ranked.filter((k) => k === top || 1 - (probabilities[k] ?? 0) <= rule.threshold));
    case 'aps':
      return inOrder(adaptive(rule.threshold, ranked, probabilities));
    case 'ordinal-interval':
      return grown(rule.threshold, top, probabilities);
  }
}

/**
 * Of a case that several rows stand for (an input unknown or conflicting): every class that the set of some row holds, since
 * the coverage was measured on patients whose inputs were all known, of whom this one may be any.
 * @param rows probabilities by class, one list for each row
 */
export function conformalSetOfRows(
  rule: Pick<ConformalRule, 'method' | 'threshold'>,
  rows: readonly (readonly number[])[],
): number[] {
  return inOrder([...new Set(rows.flatMap((row) => conformalSet(rule, row)))]);
}

const inOrder = (indices: readonly number[]): number[] => [...indices].sort((a, b) => a - b);

/** In falling order of probability while the mass up to and including the class stays within the threshold. */
function adaptive(threshold: number, ranked: readonly number[], probabilities: readonly number[]): number[] {
  let mass = 0;
  return ranked.filter((k, rank) => {
    mass += probabilities[k] ?? 0;
    return rank === 0 || mass <= threshold;
  });
}

/** From the most probable class outward, the more probable neighbor first (the lower one of two equals). */
function grown(threshold: number, top: number, probabilities: readonly number[]): number[] {
  let [first, last, mass] = [top, top, probabilities[top] ?? 0];
  while (mass < threshold && (first > 0 || last < probabilities.length - 1)) {
    const below = first > 0 ? (probabilities[first - 1] ?? 0) : -1;
    const above = last < probabilities.length - 1 ? (probabilities[last + 1] ?? 0) : -1;
    if (below >= above) first -= 1;
    else last += 1;
    mass += Math.max(below, above);
  }
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
