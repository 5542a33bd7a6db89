/** A published score: its table as a pure function, with what it predicts, for whom, and how well the numbers are sourced. */
import type { Citation, SourceGrade } from '../evaluation.ts';
import { inputParser } from './inputs.ts';
import type { Inputs, InputSpecs } from './inputs.ts';

export type ScoreValue = number | string | boolean | null | readonly number[] | readonly string[];
export type ScoreValues = Readonly<Record<string, ScoreValue>>;

/** Returned by a score when what was given makes a further input necessary. */
export interface Needs {
  readonly needs: readonly string[];
}
export const needs = (...inputs: readonly string[]): Needs => ({ needs: inputs });

/** What a clinician has to know to read the number: two scores with different definitions are never compared. */
export interface ScoreBasis {
  /** The outcome that it predicts, with its definition. */
  readonly definition: string;
  /** The patients it was derived in. */
  readonly cohort: string;
  /** The range in which it was derived or in which it may be used. */
  readonly range: string;
  /** What is doubtful or not published. */
  readonly limits?: string;
  readonly citation: Citation;
  readonly grade: SourceGrade;
}

export interface ComputedScore {
  readonly status: 'computed';
  readonly basis: ScoreBasis;
  readonly [value: string]: ScoreValue | ScoreBasis;
}
export interface MissingScore {
  readonly status: 'missing';
  /** Names of the inputs without which there is no number. */
  readonly inputs: readonly string[];
  readonly basis: ScoreBasis;
}
export type ScoreResult = ComputedScore | MissingScore;

export interface ScoreDefinition {
  readonly name: string;
  readonly synonyms: readonly string[];
  readonly basis: ScoreBasis;
  readonly inputs: InputSpecs;
  /** @throws ScoreInputError when a value is of the wrong kind or out of range */
  readonly run: (raw: Readonly<Record<string, unknown>>) => ScoreResult;
}

/** A score that is not computed here, with the reason: asked for, it refuses instead of guessing. */
export interface RefusedScore {
  readonly name: string;
  readonly synonyms: readonly string[];
  readonly refused: string;
}

interface Recipe<S extends InputSpecs> {
  readonly name: string;
  readonly synonyms?: readonly string[];
  readonly basis: Omit<ScoreBasis, 'grade'>;
  readonly inputs: S;
  readonly compute: (inputs: Inputs<S>) => ScoreValues | Needs;
}

const isNeeds = (values: ScoreValues | Needs): values is Needs => 'needs' in values;

export function defineScore<const S extends InputSpecs>(
  recipe: Recipe<S>,
): ScoreDefinition & { readonly compute: Recipe<S>['compute'] } {
  const { name, synonyms = [], inputs, compute } = recipe;
  const basis: ScoreBasis = { ...recipe.basis, grade: recipe.basis.citation.grade };
  const parse = inputParser(inputs);
  return {
    name,
    synonyms,
    basis,
    inputs,
    compute,
    run: (raw) => {
      const parsed = parse(raw);
      if (!parsed.ok) return { status: 'missing', inputs: parsed.missing, basis };
      // The parser has checked every value against `inputs`, which is where the type comes from.
      const values = compute(parsed.values as Inputs<S>);
      return isNeeds(values)
        ? { status: 'missing', inputs: values.needs, basis }
        : { ...values, status: 'computed', basis };
    },
  };
}

/** Rounds half up at a decimal, free of binary noise (19.9 − 5 = 14.9). */
export function round(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor + 1e-9) / factor;
}

/** Points for a true item. */
export const when = (present: boolean, points: number): number => (present ? points : 0);

/** Points of the highest step that `value` reaches (value ≥ from); 0 below the first. */
export function steps(value: number, table: readonly (readonly [from: number, points: number])[]): number {
  return table.reduce((points, [from, worth]) => (value >= from ? worth : points), 0);
}

/** A published rate by total; null where none was published. The last entry holds for all higher totals. */
export function rateOf(total: number, rates: readonly (number | null)[]): number | null {
  return rates[Math.min(total, rates.length - 1)] ?? null;
}
