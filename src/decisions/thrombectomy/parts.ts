/**
 * The parts of a thrombectomy recommendation: site, time, NIHSS, pre-stroke mRS, ASPECTS, age, mass effect.
 * Each part answers met, notMet or unknown; a recommendation is the conjunction of its parts.
 */
import { awaitsReader, candidates, holds, isAbove, isAtLeast, isAtMost, isBelow, not } from '../../case/index.ts';
import type {
  Fact,
  FactKey,
  Instant,
  MrsGrade,
  NihssTotal,
  OcclusionSite,
  Quantity,
  StrokeCase,
  StrokeFacts,
} from '../../case/index.ts';
import { borderlineLimits } from '../borderline.ts';
import type { Borderline } from '../borderline.ts';
import type { Message, Verdict } from '../evaluation.ts';
import { hoursAfterZero } from '../stroke-state/clock.ts';
import type { StrokeClock } from '../stroke-state/clock.ts';
import { and, or } from '../three-valued.ts';

export const PART_IDS = [
  'site',
  'time',
  'nihss',
  'pre-stroke-mrs',
  'aspects',
  'pc-aspects',
  'age',
  'mass-effect',
  'core-volume',
  'mismatch',
] as const;
export type PartId = (typeof PART_IDS)[number];

export interface PartResult {
  readonly part: PartId;
  readonly status: 'met' | 'notMet' | 'unknown';
  readonly missing: readonly FactKey[];
  readonly note?: Message;
  readonly borderline?: readonly Borderline[];
  /** Instants at which the part may change by itself. */
  readonly changesAt: readonly Instant[];
}

export type PartCheck = (stroke: StrokeCase, at: Instant, clock: StrokeClock) => PartResult;

/** @param missing reported only when the answer is open */
export function partResult(
  part: PartId,
  answer: boolean | undefined,
  missing: readonly FactKey[],
  note?: Message,
  borderline: readonly Borderline[] = [],
): PartResult {
  const open = answer === undefined;
  return {
    part,
    status: open ? 'unknown' : answer ? 'met' : 'notMet',
    missing: open ? missing : [],
    ...(note === undefined ? {} : { note }),
    ...(open && borderline.length > 0 ? { borderline } : {}),
    changesAt: [],
  };
}

export const siteIs =
  (...sites: readonly OcclusionSite[]): PartCheck =>
  ({ facts }) =>
    partResult(
      'site',
      holds(facts.occlusionSite, (site) => sites.includes(site)),
      ['occlusionSite'],
    );

/** @param afterHours exclusive lower edge, or 0 for none @param upToHours inclusive upper edge */
export const timeWithin =
  (afterHours: number, upToHours: number): PartCheck =>
  (_stroke, at, clock) => {
    if (clock.status === 'unknown') {
      const note = clock.why === 'onset-before-last-known-well' ? { key: 'onset-before-last-known-well' } : undefined;
      return partResult('time', undefined, clock.missing, note);
    }
    const from = hoursAfterZero(clock, afterHours) ?? at;
    const to = hoursAfterZero(clock, upToHours) ?? at;
    const inside = (afterHours === 0 || at > from) && at <= to;
    return { ...partResult('time', inside, []), changesAt: [from, to].filter((edge) => edge >= at) };
  };

const lowerBoundNote = (fact: Fact<NihssTotal>): Message | undefined => {
  const bound = candidates(fact).find((known) => known.value.isLowerBound);
  return bound === undefined ? undefined : { key: 'nihss-is-lower-bound', params: { total: bound.value.total } };
};

/** A lower bound (untestable item) may satisfy 'at least', never 'at most'. */
export const nihssAtLeast =
  (limit: number): PartCheck =>
  ({ facts }) => {
    const answer = holds(facts.nihss, reaches(limit));
    return partResult('nihss', answer, ['nihss'], answer === undefined ? lowerBoundNote(facts.nihss) : undefined);
  };

/** Both edges inclusive; needs an exact total unless the lower bound is already above the band. */
export const nihssBetween =
  (low: number, high: number): PartCheck =>
  ({ facts }) => {
    const answer = holds(facts.nihss, ({ total, isLowerBound }) => {
      if (total > high) return false;
      return isLowerBound ? undefined : total >= low;
    });
    return partResult('nihss', answer, ['nihss'], answer === undefined ? lowerBoundNote(facts.nihss) : undefined);
  };

/** At least `low` for certain, while it is open whether it reaches `high`: a lower bound between them, or two totals that disagree. */
export const nihssOpenAcross =
  (low: number, high: number): PartCheck =>
  ({ facts }) => {
    const isSettled = holds(facts.nihss, reaches(high)) !== undefined;
    return partResult(
      'nihss',
      isSettled ? false : holds(facts.nihss, reaches(low)),
      ['nihss'],
      lowerBoundNote(facts.nihss),
    );
  };

export const reaches =
  (limit: number) =>
  ({ total, isLowerBound }: NihssTotal): boolean | undefined =>
    total >= limit ? true : isLowerBound ? undefined : false;

export const preStrokeMrsIs =
  (...grades: readonly MrsGrade[]): PartCheck =>
  ({ facts }) =>
    partResult(
      'pre-stroke-mrs',
      holds(facts.preStrokeMrs, (grade) => grades.includes(grade)),
      ['preStrokeMrs'],
    );

const within = (q: Quantity, low: number, high: number): boolean | undefined =>
  and(isAtLeast(q, low), isAtMost(q, high));

/**
 * A score that only software computed. It settles no recommendation, neither way: nobody compared it with readers on
 * patients. It is told, so that a reader looks.
 */
function computedScore(facts: StrokeFacts, key: 'aspects' | 'pcAspects'): Message | undefined {
  const fact = facts[key];
  if (fact.status !== 'known' || !awaitsReader(key, facts)) return undefined;
  const { value, interval } = fact.value;
  const { low, high } = interval ?? { low: value, high: value };
  return { key: 'score-computed', params: { score: value, low, high } };
}

/** Both edges inclusive, 0–10. */
export const aspectsBetween =
  (low: number, high: number): PartCheck =>
  ({ facts }) => {
    const computed = computedScore(facts, 'aspects');
    const answer = computed === undefined ? holds(facts.aspects, (score) => within(score, low, high)) : undefined;
    return partResult('aspects', answer, ['aspects'], computed);
  };

export const pcAspectsAtLeast =
  (limit: number): PartCheck =>
  ({ facts }) => {
    const computed = computedScore(facts, 'pcAspects');
    const answer = computed === undefined ? holds(facts.pcAspects, (score) => isAtLeast(score, limit)) : undefined;
    return partResult('pc-aspects', answer, ['pcAspects'], computed);
  };

/** @param limit years, exclusive */
export const ageBelow =
  (limit: number): PartCheck =>
  ({ facts }) =>
    partResult(
      'age',
      holds(facts.age, (age) => isBelow(age, limit)),
      ['age'],
    );

/** @param low @param high years, both inclusive: 90 includes the year after the 90th birthday */
export const ageBetween =
  (low: number, high: number): PartCheck =>
  ({ facts }) =>
    partResult(
      'age',
      holds(facts.age, (age) => and(isAtLeast(age, low), isBelow(age, high + 1))),
      ['age'],
    );

export const noMassEffect: PartCheck = ({ facts }) =>
  partResult(
    'mass-effect',
    holds(facts.massEffect, (present) => !present),
    ['massEffect'],
  );

/** ASPECTS in the band, or the core volume (mL) in its range: one of two ways into a large-core trial. */
export const largeCore =
  (aspectsLow: number, aspectsHigh: number, coreLow: number, coreHigh: number | null): PartCheck =>
  ({ facts }) => {
    const computed = computedScore(facts, 'aspects');
    const answer = or(
      computed === undefined ? holds(facts.aspects, (score) => within(score, aspectsLow, aspectsHigh)) : undefined,
      holds(facts.coreVolume, (core) =>
        and(isAtLeast(core, coreLow), coreHigh === null ? true : not(isAbove(core, coreHigh))),
      ),
    );
    const limits = coreHigh === null ? [coreLow] : [coreLow, coreHigh];
    return partResult(
      'core-volume',
      answer,
      ['aspects', 'coreVolume'],
      answer === undefined ? computed : undefined,
      borderlineLimits(facts, 'coreVolume', limits),
    );
  };

/**
 * A 'no' in any part settles the row, and the note names the first one; else anything unknown keeps it open.
 * Parts after the first 'no' are not asked; the time comes early, so that its instants are never lost to a later part.
 */
export function conjunction(
  checks: readonly PartCheck[],
  stroke: StrokeCase,
  at: Instant,
  clock: StrokeClock,
): Verdict {
  const changesAt: Instant[] = [];
  const open: PartResult[] = [];
  for (const check of checks) {
    const part = check(stroke, at, clock);
    changesAt.push(...part.changesAt);
    if (part.status === 'notMet') {
      return { status: 'notMet', note: { key: `thrombectomy-outside-${part.part}` }, ...times(changesAt) };
    }
    if (part.status === 'unknown') open.push(part);
  }
  if (open.length === 0) return { status: 'met', ...times(changesAt) };
  const note = open.find((part) => part.note !== undefined)?.note;
  const borderline = open.flatMap((part) => part.borderline ?? []);
  return {
    status: 'unknown',
    missing: [...new Set(open.flatMap((part) => part.missing))],
    ...(note === undefined ? {} : { note }),
    ...(borderline.length === 0 ? {} : { borderline }),
    ...times(changesAt),
  };
}

const times = (changesAt: readonly Instant[]): Pick<Verdict, 'changesAt'> =>
  changesAt.length === 0 ? {} : { changesAt };
