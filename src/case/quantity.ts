/** Quantities carry their UCUM unit in the type: a mg/dL never meets a mmol/L by accident. */

export type Unit =
  | 'a'
  | 'kg'
  | 'mg'
  | 'mm[Hg]'
  | 'mg/dL'
  | '{INR}'
  | 's'
  | '[IU]/mL'
  | '10*9/L'
  | 'mL/min/{1.73_m2}'
  | '%'
  | 'mL'
  | 'mm'
  | 'mL/(100.g.min)'
  | '{ratio}'
  | '{score}'
  | '{count}';

/** Closed, in the unit of the value. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * A measured value. `comparator` is FHIR's: '<' means that the true value lies below `value`. `interval` is what the
 * method itself says of its uncertainty; a value has a comparator or an interval, never both.
 */
export interface Quantity<U extends Unit = Unit> {
  readonly value: number;
  readonly unit: U;
  readonly comparator?: '<' | '<=' | '>' | '>=';
  readonly interval?: Interval;
}

export function quantity<U extends Unit>(value: number, unit: U, comparator?: Quantity['comparator']): Quantity<U> {
  return comparator === undefined ? { value, unit } : { value, unit, comparator };
}

/**
 * A value with the interval of its method; the interval is widened to hold the value.
 * @throws RangeError when an end is not a number
 */
export function estimate<U extends Unit>(value: number, unit: U, { low, high }: Interval): Quantity<U> {
  if (Number.isNaN(low) || Number.isNaN(high)) throw new RangeError('the ends of an interval are numbers');
  return { value, unit, interval: { low: Math.min(low, value), high: Math.max(high, value) } };
}

/**
 * Does `limit` lie inside the interval of the value, or at its end? Then no comparison with it has an answer.
 * An interval that is a single point is as exact as a value without one.
 */
export function isBorderline({ interval }: Quantity, limit: number): boolean {
  return interval !== undefined && interval.low < interval.high && interval.low <= limit && limit <= interval.high;
}

/** Is the value below `limit` (same unit)? `undefined` when the comparator or the interval leaves it open. */
export function isBelow(q: Quantity, limit: number): boolean | undefined {
  if (isBorderline(q, limit)) return undefined;
  switch (q.comparator) {
    case undefined:
      return q.value < limit;
    case '<':
      return q.value <= limit ? true : undefined;
    case '<=':
      return q.value < limit ? true : undefined;
    case '>':
    case '>=':
      return q.value >= limit ? false : undefined;
  }
}

/** Is the value above `limit` (same unit)? `undefined` when the comparator or the interval leaves it open. */
export function isAbove(q: Quantity, limit: number): boolean | undefined {
  if (isBorderline(q, limit)) return undefined;
  switch (q.comparator) {
    case undefined:
      return q.value > limit;
    case '>':
      return q.value >= limit ? true : undefined;
    case '>=':
      return q.value > limit ? true : undefined;
    case '<':
    case '<=':
      return q.value <= limit ? false : undefined;
  }
}

/** Negation that keeps 'open' open. */
export function not(answer: boolean | undefined): boolean | undefined {
  return answer === undefined ? undefined : !answer;
}

export const isAtLeast = (q: Quantity, limit: number): boolean | undefined => not(isBelow(q, limit));
export const isAtMost = (q: Quantity, limit: number): boolean | undefined => not(isAbove(q, limit));

/**
 * A computed figure as people are shown it, the same wherever it stands: whole from 10 on, with one decimal below, ratios
 * below 1 with two. More is a precision that no method has. What is decided, stored and sent is not rounded.
 */
export function shownFigure(value: number, unit: Unit | null): number {
  const size = Math.abs(value);
  const parts = size >= 9.95 ? 1 : unit === '{ratio}' && size < 0.995 ? 100 : 10;
  return Math.round(value * parts) / parts;
}
