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

/** A measured value. `comparator` is FHIR's: '<' means that the true value lies below `value`. */
export interface Quantity<U extends Unit = Unit> {
  readonly value: number;
  readonly unit: U;
  readonly comparator?: '<' | '<=' | '>' | '>=';
}

export function quantity<U extends Unit>(value: number, unit: U, comparator?: Quantity['comparator']): Quantity<U> {
  return comparator === undefined ? { value, unit } : { value, unit, comparator };
}

/** Is the value below `limit` (same unit)? `undefined` when the comparator leaves it open. */
export function isBelow(q: Quantity, limit: number): boolean | undefined {
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

/** Is the value above `limit` (same unit)? `undefined` when the comparator leaves it open. */
export function isAbove(q: Quantity, limit: number): boolean | undefined {
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
