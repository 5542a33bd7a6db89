/** Scores of one patient from the facts of the case: an unknown fact never yields one number. */
import type { FactKey, Instant, StrokeCase } from '../../case/index.ts';
import { CASE_INPUTS, factsOfInput } from './case-inputs.ts';
import type { CaseInput } from './case-inputs.ts';
import { agreedNihss, isNotRecorded } from './case-values.ts';
import type { ComputedScore, MissingScore, ScoreBasis, ScoreValue } from './definition.ts';
import { ScoreInputError, scoreNamed } from './index.ts';

/**
 * The NIHSS was a lower bound (an item was untestable): only what holds for every possible total is given, and the
 * points as a lower bound.
 */
export interface AtLeastScore {
  readonly status: 'at-least';
  readonly basis: ScoreBasis;
  readonly points_at_least: number | null;
  readonly [value: string]: ScoreValue | ScoreBasis;
}
/** An input is open that the score has a class for either way: both are given, the lower points first. */
export interface RangedScore {
  readonly status: 'range';
  readonly least: ComputedScore;
  readonly most: ComputedScore;
  readonly basis: ScoreBasis;
}
/** A fact lies outside the range of the score; `reason` names the input and the range. */
export interface OutsideScore {
  readonly status: 'outside-range';
  readonly reason: string;
  readonly basis: ScoreBasis;
}
export type CaseScoreResult = ComputedScore | MissingScore | AtLeastScore | RangedScore | OutsideScore;

export interface CaseScore {
  readonly score: string;
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  readonly result: CaseScoreResult;
  /** Facts whose absence keeps it from being computed, or makes it a range; empty when computed. */
  readonly missingFacts: readonly FactKey[];
  /** Inputs that no fact of the case provides. */
  readonly notInCase: readonly string[];
}

export const HEMORRHAGE_SCORES = ['ICH score', 'FUNC', 'max-ICH', 'BAT', 'BRAIN'] as const;
export const CASE_SCORES: readonly string[] = Object.keys(CASE_INPUTS);

const MOST_NIHSS = 42;

/**
 * @param at the instant of evaluation; counts as the time of treatment where none was given yet (SITS-SICH, DRAGON)
 * @param names scores to fill, by default all that have a mapping
 */
export function scoresFromCase(
  stroke: StrokeCase,
  at: Instant,
  names: readonly string[] = CASE_SCORES,
): readonly CaseScore[] {
  return names.map((name) => scoreFromCase(name, stroke, at));
}

type InputValues = Readonly<Record<string, string | number | boolean>>;

const READERS = new Map(Object.entries(CASE_INPUTS).map(([name, inputs]) => [name, Object.entries(inputs)]));

/** The inputs of a score that the case gives. @param at as in `scoresFromCase` */
export function inputsFromCase(
  name: string,
  stroke: StrokeCase,
  at: Instant,
): Record<string, string | number | boolean> {
  const inputs: Record<string, string | number | boolean> = {};
  for (const [input, { read }] of READERS.get(name) ?? []) {
    const value = read(stroke, at);
    if (value !== undefined) inputs[input] = value;
  }
  return inputs;
}

function scoreFromCase(name: string, stroke: StrokeCase, at: Instant): CaseScore {
  const inputs = inputsFromCase(name, stroke, at);
  const result = settle(name, inputs, agreedNihss(stroke.facts.nihss)?.isLowerBound === true);
  const missing = result.status === 'missing' ? result.inputs : [];
  // A list that was read and holds nothing is no missing fact: what asks for confirmation names it.
  const open = (result.status === 'outside-range' ? [] : openInputs(name, inputs)).flatMap(([, { facts }]) =>
    facts.filter((key) => stroke.facts[key].status !== 'known'),
  );
  return {
    score: name,
    inputs,
    result,
    missingFacts: [...new Set([...missing.flatMap((input) => notSettled(stroke, factsOfInput(name, input))), ...open])],
    notInCase: missing.filter((input) => factsOfInput(name, input).length === 0),
  };
}

/** The open inputs that have two ends. */
const openInputs = (name: string, inputs: InputValues): (readonly [string, CaseInput])[] =>
  (READERS.get(name) ?? []).filter(([input, { ends }]) => ends !== undefined && inputs[input] === undefined);

/** Lists that hold nothing because nothing is recorded, and that the score counts as absent. */
export function countedAbsent(name: string, stroke: StrokeCase, at: Instant): readonly FactKey[] {
  return (READERS.get(name) ?? []).flatMap(([, { facts, read, fromLists }]) => {
    const value = fromLists === true ? read(stroke, at) : undefined;
    return value === false || value === 'none' ? facts.filter((key) => isNotRecorded(stroke.facts[key])) : [];
  });
}

/** Of an input's facts those that are open; all of them when each is known but together they leave it open. */
function notSettled(stroke: StrokeCase, facts: readonly FactKey[]): readonly FactKey[] {
  const open = facts.filter((key) => stroke.facts[key].status !== 'known');
  return open.length > 0 ? open : facts;
}

function settle(name: string, inputs: InputValues, isLowerBound: boolean): CaseScoreResult {
  const { run, basis } = scoreNamed(name);
  const open = openInputs(name, inputs);
  const at = (end: 0 | 1): InputValues => ({
    ...inputs,
    ...Object.fromEntries(open.flatMap(([input, { ends }]) => (ends === undefined ? [] : [[input, ends[end]]]))),
  });
  try {
    const least = run(at(0));
    if (least.status === 'missing') return least;
    const untested = isLowerBound && inputs['nihss'] !== undefined;
    if (open.length === 0 && !untested) return least;
    const most = run(untested ? { ...at(1), nihss: MOST_NIHSS } : at(1));
    if (most.status === 'missing') return most;
    return untested ? onlyCommon(least, most, basis) : { status: 'range', least, most, basis };
  } catch (error) {
    if (error instanceof ScoreInputError) return { status: 'outside-range', reason: error.message, basis };
    throw error;
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function onlyCommon(least: ComputedScore, most: ComputedScore, basis: ScoreBasis): ComputedScore | AtLeastScore {
  if (same(least, most)) return least;
  const common = Object.fromEntries(Object.entries(least).filter(([key, value]) => same(value, most[key])));
  const points = least['points'] ?? least['index'];
  return { ...common, status: 'at-least', basis, points_at_least: typeof points === 'number' ? points : null };
}
