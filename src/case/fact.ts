import type { TimeSpan } from './time.ts';

/**
 * A fact is what the record says, with where it says so. Its value cannot be read without
 * saying what happens when it is unknown or when two sources disagree.
 */
export type Fact<T> = Known<T> | Unknown | Conflicting<T>;

/** Where a value came from: a relative FHIR reference ('Observation/123'), or 'site' for configuration. */
export interface Source {
  readonly reference: string;
}

export interface Known<T> {
  readonly status: 'known';
  readonly value: T;
  /** When the value held (clinically relevant time); null when the record gives no time. */
  readonly at: TimeSpan | null;
  readonly sources: readonly Source[];
  /**
   * `stated`: a resource says so. `derived`: computed from stated ones.
   * `not-recorded`: the complete list was read and holds nothing of the kind;
   * good enough to go on, not good enough to stop asking the patient.
   */
  readonly basis: 'stated' | 'derived' | 'not-recorded';
}

export const UNKNOWN_REASONS = [
  'not-recorded',
  'not-read',
  'incomplete',
  'unidentified-drug',
  'implausible',
  'unit-not-understood',
  'malformed',
  'undated',
  'future-dated',
  'pending',
  'untestable',
] as const;
/**
 * `not-recorded`: read, nothing there. `not-read`: the source could not be read. `incomplete`: only a part of the list
 * was read. `unidentified-drug`: the list was read, and what one of its drugs is could not be told. `implausible`: outside the range a living patient can have. `pending`: ordered or collected, no result yet.
 */
export type UnknownReason = (typeof UNKNOWN_REASONS)[number];

export interface Unknown {
  readonly status: 'unknown';
  readonly why: UnknownReason;
  /** The rejected entry in the project's own words ('INR 480 {INR}'), never text from the record. */
  readonly about?: string;
  readonly sources: readonly Source[];
  /** Codes under which the value would be found: 'http://loinc.org|6301-6'. */
  readonly wouldBeFoundIn: readonly string[];
}

/** Two sources of equal rank disagree; `values` holds at least two, newest first. */
export interface Conflicting<T> {
  readonly status: 'conflicting';
  readonly values: readonly Known<T>[];
}

export function known<T>(
  value: T,
  at: TimeSpan | null,
  sources: readonly Source[],
  basis: Known<T>['basis'] = 'stated',
): Known<T> {
  return { status: 'known', value, at, sources, basis };
}

export function unknown(why: UnknownReason, wouldBeFoundIn: readonly string[] = [], about?: string): Unknown {
  return about === undefined
    ? { status: 'unknown', why, sources: [], wouldBeFoundIn }
    : { status: 'unknown', why, about, sources: [], wouldBeFoundIn };
}

/** Every value that the record supports: one when known, several when conflicting, none when unknown. */
export function candidates<T>(fact: Fact<T>): readonly Known<T>[] {
  switch (fact.status) {
    case 'known':
      return [fact];
    case 'conflicting':
      return fact.values;
    case 'unknown':
      return [];
  }
}

/** Handles all three states in one expression. */
export function match<T, R>(
  fact: Fact<T>,
  handlers: { known: (fact: Known<T>) => R; unknown: (fact: Unknown) => R; conflicting: (fact: Conflicting<T>) => R },
): R {
  switch (fact.status) {
    case 'known':
      return handlers.known(fact);
    case 'unknown':
      return handlers.unknown(fact);
    case 'conflicting':
      return handlers.conflicting(fact);
  }
}

/**
 * Asks a yes/no question of a fact. Unknown gives undefined; conflicting gives an answer only when every value agrees.
 * @param test may itself answer undefined ('the comparator leaves it open')
 */
export function holds<T>(fact: Fact<T>, test: (value: T, fact: Known<T>) => boolean | undefined): boolean | undefined {
  if (fact.status === 'known') return test(fact.value, fact);
  const answers = candidates(fact).map((k) => test(k.value, k));
  const first = answers[0];
  return answers.length > 0 && answers.every((a) => a === first) ? first : undefined;
}
