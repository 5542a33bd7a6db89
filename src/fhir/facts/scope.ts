/** What every mapper of one record needs: the instant, the zone, the code sets, and how an absence is to be worded. */
import type { FactKey, Instant, Source, TimeSpan, Unknown, UnknownReason } from '../../case/index.ts';
import type { PatientRecord, RecordKey } from '../record.ts';
import type { Terminology } from '../terminology/terminology.ts';
import { fhirTime } from '../time.ts';
import { FACT_GROUPS } from './fact-groups.ts';

export interface Scope {
  readonly record: PatientRecord;
  readonly at: Instant;
  readonly timeZone: string;
  readonly terminology: Terminology;
}

/** Earliest time that any entry of the record can be about, when the date of birth is not known. */
export const RECORD_BEGINS = Date.UTC(1900, 0, 1);

/** Start and end of a FHIR Period; an open end is now, an open start is unknown. */
export function periodSpan(period: unknown, scope: Scope): TimeSpan | undefined {
  if (typeof period !== 'object' || period === null) return undefined;
  const { start, end } = period as { start?: unknown; end?: unknown };
  const from = fhirTime(start, scope.timeZone);
  const to = end === undefined ? undefined : fhirTime(end, scope.timeZone);
  if (from === undefined) return to;
  if (end !== undefined && to === undefined) return undefined;
  const latest = to === undefined ? Math.max(from.latest, scope.at) : to.latest;
  return latest < from.earliest ? undefined : { earliest: from.earliest, latest: latest as Instant };
}

/** What the absence of an entry means: the least complete of the lists it would be in decides. */
export function absence(scope: Scope, lists: readonly RecordKey[]): UnknownReason {
  let why: UnknownReason = 'not-recorded';
  for (const key of lists) {
    const { state } = scope.record.reads[key];
    if (state === 'failed') return 'not-read';
    if (state === 'incomplete') why = 'incomplete';
  }
  return why;
}

const codeLists = new WeakMap<Terminology, Map<FactKey, readonly string[]>>();

/** The codes under which a fact would be found. */
export function codesOfFact(terminology: Terminology, fact: FactKey): readonly string[] {
  let byFact = codeLists.get(terminology);
  if (byFact === undefined) codeLists.set(terminology, (byFact = new Map<FactKey, readonly string[]>()));
  let codes = byFact.get(fact);
  if (codes === undefined) {
    codes = Object.freeze([...new Set(FACT_GROUPS[fact].flatMap((g) => terminology.codesOf(g)))]);
    byFact.set(fact, codes);
  }
  return codes;
}

const NO_SOURCES: readonly Source[] = Object.freeze([]);

/** The unknown of a fact; 'not-recorded' is weakened to what the reads allow to be said. */
export function unknownFact(
  scope: Scope,
  fact: FactKey,
  lists: readonly RecordKey[],
): (why: UnknownReason, about?: string, sources?: readonly Source[]) => Unknown {
  return (why, about, sources = NO_SOURCES) => {
    const reason = why === 'not-recorded' && sources.length === 0 ? absence(scope, lists) : why;
    const wouldBeFoundIn = codesOfFact(scope.terminology, fact);
    return about === undefined
      ? { status: 'unknown', why: reason, sources, wouldBeFoundIn }
      : { status: 'unknown', why: reason, about, sources, wouldBeFoundIn };
  };
}
