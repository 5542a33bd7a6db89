/** Every published score by name: runs one, or a row of a file, and refuses what has no verified table. */
import { ABC_2 } from './abc-2.ts';
import { ASPECTS } from './aspects.ts';
import { ASTRAL } from './astral.ts';
import { BAT } from './bat.ts';
import { BRAIN } from './brain.ts';
import { DAWN } from './dawn.ts';
import type { ScoreDefinition, ScoreResult } from './definition.ts';
import { DRAGON } from './dragon.ts';
import { FUNC } from './func.ts';
import { GRASPS } from './grasps.ts';
import { HAT } from './hat.ts';
import { HIAT2 } from './hiat2.ts';
import { HIR } from './hir.ts';
import { ICH_SCORE } from './ich-score.ts';
import { ScoreInputError } from './inputs.ts';
import { MAX_ICH } from './max-ich.ts';
import { DEFUSE_3, ECASS_4, EPITHET, EXTEND, TIMELESS_TRACE_3 } from './mismatch.ts';
import { NIHSS_TOTAL } from './nihss-total.ts';
import { PLAN } from './plan.ts';
import { REFUSED_SCORES } from './refused.ts';
import { RICH } from './rich.ts';
import { SAMUEL } from './samuel.ts';
import { SEDAN } from './sedan.ts';
import { SITS_SICH } from './sits-sich.ts';
import { SPAN_100 } from './span-100.ts';
import { SPOT_SIGN_SCORE } from './spot-sign.ts';
import { ALTEPLASE, TENECTEPLASE_BANDED, TENECTEPLASE_EXACT } from './thrombolytic-doses.ts';
import { THRIVE } from './thrive.ts';

export type {
  ComputedScore,
  MissingScore,
  RefusedScore,
  ScoreBasis,
  ScoreDefinition,
  ScoreResult,
  ScoreValue,
} from './definition.ts';
export { ScoreInputError } from './inputs.ts';
export { REFUSED_SCORES } from './refused.ts';

const ALL: readonly ScoreDefinition[] = [
  SEDAN,
  HAT,
  GRASPS,
  SITS_SICH,
  SPAN_100,
  RICH,
  DRAGON,
  THRIVE,
  ASTRAL,
  PLAN,
  HIAT2,
  ICH_SCORE,
  FUNC,
  MAX_ICH,
  BAT,
  BRAIN,
  SPOT_SIGN_SCORE,
  ABC_2,
  ASPECTS,
  HIR,
  DAWN,
  DEFUSE_3,
  EXTEND,
  EPITHET,
  ECASS_4,
  TIMELESS_TRACE_3,
  TENECTEPLASE_BANDED,
  TENECTEPLASE_EXACT,
  ALTEPLASE,
  SAMUEL,
  NIHSS_TOTAL,
];

/** Computable scores by their name. */
export const SCORES: Readonly<Record<string, ScoreDefinition>> = Object.fromEntries(ALL.map((s) => [s.name, s]));

/** A name that no score has, or a score that is refused; the text says which and why. */
export class ScoreUnavailableError extends Error {
  override readonly name = 'ScoreUnavailableError';
}

/** Case, spaces, hyphens and slashes do not matter: 'dawn clinical core mismatch', 'ICH-score'. */
const key = (name: string): string => name.toLowerCase().replace(/[^a-z0-9@]+/g, '');

const BY_KEY: ReadonlyMap<string, ScoreDefinition> = new Map(
  // Names last, so that no synonym shadows a name.
  [
    ...ALL.flatMap((s) => s.synonyms.map((name) => [key(name), s] as const)),
    ...ALL.map((s) => [key(s.name), s] as const),
  ],
);
/** The code asks by exact names. */
const BY_NAME: ReadonlyMap<string, ScoreDefinition> = new Map(ALL.map((s) => [s.name, s]));
const REFUSED_BY_KEY = new Map(
  REFUSED_SCORES.flatMap((s) => [s.name, ...s.synonyms].map((name) => [key(name), s] as const)),
);

/** @throws ScoreUnavailableError when no score has that name, or when it is refused for want of a verified table */
export function scoreNamed(name: string): ScoreDefinition {
  const found = BY_NAME.get(name) ?? BY_KEY.get(key(name));
  if (found !== undefined) return found;
  const refused = REFUSED_BY_KEY.get(key(name));
  if (refused !== undefined) throw new ScoreUnavailableError(`${refused.name} is not computed: ${refused.refused}`);
  throw new ScoreUnavailableError(`no score has that name; known are: ${ALL.map((s) => s.name).join('; ')}`);
}

/**
 * Runs a score on named inputs (units are in the names, e.g. `glucose_mg_dl`).
 * @returns flat values with `status: 'computed'` and a nested `basis` (definition, cohort, range, citation, grade), or
 *   `status: 'missing'` with the names of the inputs that are absent
 * @throws ScoreUnavailableError for an unknown or refused score
 * @throws ScoreInputError for a value of the wrong kind or outside its range
 */
export function runScore(name: string, inputs: Readonly<Record<string, unknown>>): ScoreResult {
  return scoreNamed(name).run(inputs);
}

export type ScoredRow =
  | { readonly score: string; readonly inputs: Readonly<Record<string, unknown>>; readonly result: ScoreResult }
  | { readonly score: string; readonly error: string };

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One row `{score, inputs}` of a file. Never throws: what cannot be computed becomes `error`, in plain words. */
export function scoreRow(row: unknown): ScoredRow {
  if (!isRecord(row) || typeof row['score'] !== 'string') {
    return { score: '', error: 'a row needs "score" (its name) and "inputs" (an object)' };
  }
  const { score, inputs } = row;
  if (!isRecord(inputs)) return { score, error: '"inputs" must be an object of named values' };
  try {
    return { score, inputs, result: runScore(score, inputs) };
  } catch (error) {
    if (error instanceof ScoreInputError || error instanceof ScoreUnavailableError)
      return { score, error: error.message };
    throw error;
  }
}
