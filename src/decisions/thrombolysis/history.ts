/** Questions to the lists of diagnoses, procedures and events: is there one, and how long ago. */
import { DAY, holds, plus } from '../../case/index.ts';
import type { ClinicalEvent, Fact, FactKey, Instant, StrokeFacts } from '../../case/index.ts';
import type { Message } from '../evaluation.ts';
import { and, or } from '../three-valued.ts';
import type { Evaluate } from './rule.ts';
import { changing, confirmIfNotRecorded, emptyList, verdict } from './verdict.ts';

type ListKey = {
  [K in FactKey]: StrokeFacts[K] extends Fact<readonly ClinicalEvent[]> ? K : never;
}[FactKey];

/** Time since the event in days: from `fromDays` (inclusive, default 0) to `toDays`. */
export interface Period {
  readonly fromDays?: number;
  readonly toDays: number;
  /** Does the last day itself count ('≤ 21 d') or not ('< 14 d')? */
  readonly includesEnd: boolean;
}

/** Guidelines say '3 months'; counted as 90 days. */
export const THREE_MONTHS_DAYS = 90;
export const lessThanThreeMonths: Period = { toDays: THREE_MONTHS_DAYS, includesEnd: false };

/** As long as anyone can remember: 200 years. */
const A_LIFETIME_DAYS = 73_000;
export const moreThan = (days: number): Period => ({ fromDays: days, toDays: A_LIFETIME_DAYS, includesEnd: true });

export interface EventQuestion {
  /** Which events count; undefined leaves it open ('severity not recorded'). */
  readonly counts?: (event: ClinicalEvent) => boolean | undefined;
  readonly period?: Period;
  /** A suspicion is enough (endocarditis, dissection); otherwise it leaves the answer open. */
  readonly suspicionCounts?: boolean;
}

/** Met when the list holds such an event. Undated events leave a question of time open. */
export function eventFound(key: ListKey, question: EventQuestion = {}): Evaluate {
  return ({ facts }, at) => {
    const fact: Fact<readonly ClinicalEvent[]> = facts[key];
    const empty = emptyList(fact);
    if (empty !== undefined) return empty;
    const answer = holds(fact, (events) => or(...events.map((event) => answerFor(event, question, at))));
    const note = answer === undefined ? whyOpen(fact, question) : undefined;
    const found = confirmIfNotRecorded(verdict(answer, [key], note), facts, key);
    return question.period === undefined ? found : changing(found, periodEdges(fact, question.period), at);
  };
}

export const isActive = (event: ClinicalEvent): boolean => event.active;

function answerFor(event: ClinicalEvent, question: EventQuestion, at: Instant): boolean | undefined {
  const sure = event.certainty === 'confirmed' || question.suspicionCounts === true ? true : undefined;
  const counts = question.counts === undefined ? true : question.counts(event);
  return and(counts, sure, question.period === undefined ? true : isInPeriod(event, question.period, at));
}

/** Both ends of a date that is a span must lie on the same side, else the answer is open. */
export function isInPeriod(event: ClinicalEvent, period: Period, at: Instant): boolean | undefined {
  if (event.when === null) return undefined;
  const shortest = at - event.when.latest;
  const longest = at - event.when.earliest;
  const end = period.toDays * DAY;
  const start = period.fromDays === undefined ? Number.NEGATIVE_INFINITY : period.fromDays * DAY;
  const beforeEnd = (elapsed: number): boolean => (period.includesEnd ? elapsed <= end : elapsed < end);
  if (!beforeEnd(shortest) || longest < start) return false;
  return beforeEnd(longest) && shortest >= start ? true : undefined;
}

function periodEdges(fact: Fact<readonly ClinicalEvent[]>, { fromDays = 0, toDays }: Period): Instant[] {
  if (fact.status === 'unknown') return [];
  const events = fact.status === 'known' ? fact.value : fact.values.flatMap(({ value }) => value);
  return events.flatMap(({ when }) =>
    when === null ? [] : [fromDays, toDays].flatMap((d) => [plus(when.earliest, d * DAY), plus(when.latest, d * DAY)]),
  );
}

function whyOpen(fact: Fact<readonly ClinicalEvent[]>, { period, counts }: EventQuestion): Message | undefined {
  if (fact.status !== 'known') return undefined;
  const events = fact.value;
  if (period !== undefined && events.some(({ when }) => when === null)) return { key: 'event-undated' };
  if (counts !== undefined && events.some((event) => counts(event) === undefined))
    return { key: 'event-severity-open' };
  if (events.some(({ certainty }) => certainty !== 'confirmed')) return { key: 'event-only-suspected' };
  return { key: 'event-date-not-exact' };
}

/** 'Moderate to severe' head injury by the group the code belongs to; undefined when the code names no severity. */
export function isModerateOrSevereInjury({ kind }: ClinicalEvent): boolean | undefined {
  if (/mild|minor|concussion/.test(kind)) return false;
  return /moderate|severe|contusion|fracture|hemorrhage|intracranial|diffuse/.test(kind) ? true : undefined;
}

export const isStElevation = ({ kind }: ClinicalEvent): boolean => !/^nstemi|non-st/.test(kind);
export const isGastrointestinal = ({ kind }: ClinicalEvent): boolean => !/urin|genito|hematuria/.test(kind);
