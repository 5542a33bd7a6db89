/**
 * From several readings to one fact. The newest wins; readings whose times cannot be ordered and whose values differ
 * are a conflict; an entry that cannot be right is named, never skipped in favor of an older one.
 */
import {
  known,
  type Fact,
  type Instant,
  type Known,
  type Source,
  type TimeSpan,
  type Unknown,
} from '../../case/index.ts';
import type { UnknownReason } from '../../case/index.ts';
import { isFutureDated } from '../time.ts';
import type { Parsed } from './reading.ts';

export interface Candidate<T> {
  readonly at: TimeSpan | null;
  readonly timeProblem?: UnknownReason;
  readonly pending?: boolean;
  readonly reference: string;
  readonly result: Parsed<T>;
}

export interface Choice<T> {
  readonly asOf: Instant;
  /** Oldest reading that still counts, in ms before `asOf`. */
  readonly lookBack: number;
  /** Readings so close before the newest one, in ms, are of the same moment: where they differ they contradict it. */
  readonly together?: number;
  readonly same?: (a: T, b: T) => boolean;
  /** Names a value in a reason: 'glucose 95 mg/dL'. */
  readonly describe?: (value: T) => string;
  /** The unknown to answer with; holds the codes and, for 'not-recorded', what the reads allow to be said. */
  readonly unknown: (why: UnknownReason, about?: string, sources?: readonly Source[]) => Unknown;
}

const byReference = (a: { readonly reference: string }, b: { readonly reference: string }): number =>
  a.reference < b.reference ? -1 : a.reference > b.reference ? 1 : 0;

/** Distinct sources in a fixed order. */
export function sourcesOf(entries: readonly { readonly reference: string }[]): readonly Source[] {
  const first = entries[0];
  if (first === undefined) return [];
  if (entries.length === 1) return [{ reference: first.reference }];
  return [...new Set(entries.map((e) => e.reference))].sort().map((reference) => ({ reference }));
}

type Dated<T> = Candidate<T> & { readonly at: TimeSpan };

/** The entries that may be the newest: those whose span reaches the start of the newest one's. */
function newestOf<T>(entries: readonly Dated<T>[], asOf: Instant, together = 0): readonly Dated<T>[] {
  if (entries.length === 1) return entries;
  const end = (e: Dated<T>): number => Math.min(e.at.latest, asOf);
  const newest = Math.max(...entries.map(end));
  const start = Math.max(...entries.filter((e) => end(e) === newest).map((e) => Math.min(e.at.earliest, asOf)));
  return entries.filter((e) => end(e) >= start - together);
}

function agree<T>(entries: readonly Dated<T>[], same: (a: T, b: T) => boolean): Fact<T> | undefined {
  const values: { value: T; members: Dated<T>[] }[] = [];
  for (const entry of entries) {
    const { result } = entry;
    if (!result.ok) continue;
    const group = values.find((v) => same(v.value, result.value));
    if (group === undefined) values.push({ value: result.value, members: [entry] });
    else group.members.push(entry);
  }
  const facts = values.map(({ value, members }): Known<T> => {
    const newest = members.reduce((a, b) => (b.at.latest > a.at.latest ? b : a));
    return known(newest.result.ok ? newest.result.value : value, newest.at, sourcesOf(members));
  });
  const only = facts[0];
  if (only === undefined) return undefined;
  if (facts.length === 1) return only;
  return { status: 'conflicting', values: facts.toSorted((a, b) => (b.at?.latest ?? 0) - (a.at?.latest ?? 0)) };
}

const LAST_RESORT: readonly UnknownReason[] = ['future-dated', 'undated', 'malformed', 'pending'];

export function choose<T>(candidates: readonly Candidate<T>[], choice: Choice<T>): Fact<T> {
  if (candidates.length === 0) return choice.unknown('not-recorded');
  const { asOf, lookBack, together, same = Object.is } = choice;
  const entries = candidates.length === 1 ? candidates : candidates.toSorted(byReference);
  const current: Dated<T>[] = [];
  const stale: Dated<T>[] = [];
  const unusable = new Map<UnknownReason, Candidate<T>>();
  for (const entry of entries) {
    const { at, result, pending, timeProblem } = entry;
    if (pending === true || (!result.ok && (result.why === 'pending' || result.why === 'not-recorded'))) {
      if (!result.ok && result.why === 'not-recorded' && pending !== true) continue;
      unusable.set('pending', entry);
    } else if (timeProblem !== undefined) unusable.set(timeProblem, entry);
    else if (at === null) unusable.set('undated', entry);
    else if (isFutureDated(at, asOf)) unusable.set('future-dated', entry);
    else (at.latest < asOf - lookBack ? stale : current).push(entry as Dated<T>);
  }
  if (current.length > 0) {
    const newest = newestOf(current, asOf, together);
    // An entry that could not be used is replaced by the next good one.
    const rejected = newestOf(current, asOf).find((e) => !e.result.ok);
    if (rejected !== undefined && !rejected.result.ok) {
      return choice.unknown(rejected.result.why, rejected.result.about, sourcesOf([rejected]));
    }
    const fact = agree(newest, same);
    if (fact !== undefined) return fact;
  }
  for (const why of LAST_RESORT) {
    const entry = unusable.get(why);
    if (entry !== undefined) return choice.unknown(why, undefined, sourcesOf([entry]));
  }
  const old = stale.length === 0 ? undefined : newestOf(stale, asOf)[0];
  if (old?.result.ok === true && choice.describe !== undefined) {
    return choice.unknown(
      'not-recorded',
      `${choice.describe(old.result.value)} (> ${Math.round(lookBack / 3_600_000)} h)`,
      sourcesOf([old]),
    );
  }
  return choice.unknown('not-recorded');
}
