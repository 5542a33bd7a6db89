/** What is missing, ranked by what it would settle, and what rests on an empty list and should be confirmed. */
import type { Fact, FactKey, StrokeCase, UnknownReason } from '../../case/index.ts';
import type { CriterionResult, Evaluation } from '../evaluation.ts';
import { obtainedBy } from './obtained-by.ts';
import type { WayToObtain } from './obtained-by.ts';

export { WAYS_TO_OBTAIN } from './obtained-by.ts';
export type { WayToObtain } from './obtained-by.ts';

export interface MissingFact {
  readonly fact: FactKey;
  readonly why: UnknownReason | 'conflicting';
  /** The rejected entry in the project's own words. */
  readonly about: string | null;
  readonly obtainedBy: WayToObtain;
  /** Decisions that cannot conclude without it. */
  readonly settles: readonly string[];
  /** Decisions with a criterion that stays open without it. */
  readonly neededBy: readonly { readonly decision: string; readonly criteria: readonly string[] }[];
  /** Codes under which the value would be found. */
  readonly wouldBeFoundIn: readonly string[];
}

export interface ConfirmFact {
  readonly fact: FactKey;
  readonly decisions: readonly string[];
}

/** An entry that was there and could not be used. */
export interface RejectedEntry {
  readonly fact: FactKey;
  readonly why: UnknownReason;
  readonly about: string | null;
}

export interface MissingData {
  /** Most urgent first. */
  readonly missing: readonly MissingFact[];
  /** 'None recorded' is good enough to go on, not good enough to stop asking. */
  readonly confirm: readonly ConfirmFact[];
  readonly rejected: readonly RejectedEntry[];
  readonly conflicting: readonly FactKey[];
}

/** Reasons that mean: something is in the record, but it cannot be used. */
const REJECTED: readonly UnknownReason[] = [
  'implausible',
  'unit-not-understood',
  'malformed',
  'undated',
  'future-dated',
];

/**
 * @param evaluations in the order of their urgency: of two facts that settle something, the one for the earlier decision
 * comes first, and within a decision its own order (`settledBy`) holds
 */
export function findMissingData(stroke: StrokeCase, evaluations: readonly Evaluation[]): MissingData {
  const settling = evaluations.flatMap(({ settledBy }) => settledBy);
  const openRows = evaluations.filter(isOpenTo).map(({ decision, criteria }) => ({
    decision,
    rows: criteria.filter(({ missing }) => missing !== undefined),
  }));
  const byFact = rowsByFact(openRows);
  const open = openRows.flatMap(({ rows }) => rows.flatMap(({ missing }) => missing ?? []));
  const ranked = [...new Set([...settling, ...byCount(open)])];
  const keys = Object.keys(stroke.facts) as FactKey[];
  return {
    missing: ranked.map((fact) => missingFact(stroke, fact, evaluations, byFact.get(fact) ?? [])),
    confirm: toConfirm(evaluations),
    rejected: keys.flatMap((fact) => rejected(stroke, fact)),
    conflicting: keys.filter((fact) => stroke.facts[fact].status === 'conflicting'),
  };
}

/** A clear 'no' is not reopened by looking for more: its open criteria ask for nothing. */
const CLOSED: readonly string[] = [
  'contraindicated',
  'not-recommended',
  'not-applicable',
  'no-guideline-recommendation',
];
const isOpenTo = ({ conclusion, settledBy }: Evaluation): boolean =>
  settledBy.length > 0 || !CLOSED.includes(conclusion);

/** The fact that leaves most criteria open comes first; equal counts keep the order of the decisions. */
function byCount(facts: readonly FactKey[]): FactKey[] {
  const counts = new Map<FactKey, number>();
  for (const fact of facts) counts.set(fact, (counts.get(fact) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([fact]) => fact);
}

/** The rows of a decision that name something missing. */
type NeededBy = MissingFact['neededBy'][number];
interface OpenRows {
  readonly decision: string;
  readonly rows: readonly CriterionResult[];
}

/** The criteria that each fact leaves open, decision by decision. */
function rowsByFact(openRows: readonly OpenRows[]): ReadonlyMap<FactKey, readonly NeededBy[]> {
  const byFact = new Map<FactKey, NeededBy[]>();
  for (const evaluation of openRows) {
    const own = new Map<FactKey, string[]>();
    for (const { id, missing = [] } of evaluation.rows) {
      for (const fact of new Set(missing)) {
        const ids = own.get(fact);
        if (ids === undefined) own.set(fact, [id]);
        else ids.push(id);
      }
    }
    for (const [fact, criteria] of own) {
      const needed = { decision: evaluation.decision, criteria };
      const found = byFact.get(fact);
      if (found === undefined) byFact.set(fact, [needed]);
      else found.push(needed);
    }
  }
  return byFact;
}

function missingFact(
  stroke: StrokeCase,
  key: FactKey,
  evaluations: readonly Evaluation[],
  neededBy: readonly NeededBy[],
): MissingFact {
  const fact = stroke.facts[key];
  const why = whyMissing(fact, key, evaluations);
  return {
    fact: key,
    why,
    about: fact.status === 'unknown' ? (fact.about ?? null) : null,
    obtainedBy: obtainedBy(key),
    settles: evaluations.filter(({ settledBy }) => settledBy.includes(key)).map(({ decision }) => decision),
    neededBy,
    wouldBeFoundIn: fact.status === 'unknown' ? fact.wouldBeFoundIn : [],
  };
}

/** A known fact may contradict another, or leave a criterion open (a lower bound, a comparator): then it is to be completed. */
function whyMissing(fact: Fact<unknown>, key: FactKey, evaluations: readonly Evaluation[]): MissingFact['why'] {
  if (fact.status === 'unknown') return fact.why;
  if (fact.status === 'conflicting') return 'conflicting';
  const isContradicted = evaluations.some(({ criteria }) =>
    criteria.some(({ status, missing }) => status === 'met' && missing?.includes(key) === true),
  );
  return isContradicted ? 'conflicting' : 'incomplete';
}

function toConfirm(evaluations: readonly Evaluation[]): ConfirmFact[] {
  const decisions = new Map<FactKey, string[]>();
  for (const { decision, confirm } of evaluations) {
    for (const fact of new Set(confirm)) {
      const named = decisions.get(fact);
      if (named === undefined) decisions.set(fact, [decision]);
      else named.push(decision);
    }
  }
  return [...decisions].map(([fact, names]) => ({ fact, decisions: names }));
}

function rejected(stroke: StrokeCase, key: FactKey): RejectedEntry[] {
  const fact = stroke.facts[key];
  if (fact.status !== 'unknown' || !REJECTED.includes(fact.why)) return [];
  return [{ fact: key, why: fact.why, about: fact.about ?? null }];
}
