import type { FactKey, Instant, StrokeFacts } from '../../case/index.ts';
import type { Message, Verdict } from '../evaluation.ts';

/** A three-valued answer as a verdict; `missing` is reported only when it is open. */
export function verdict(answer: boolean | undefined, missing: readonly FactKey[], note?: Message): Verdict {
  if (answer === undefined)
    return note === undefined ? { status: 'unknown', missing } : { status: 'unknown', missing, note };
  const status = answer ? 'met' : 'notMet';
  return note === undefined ? { status } : { status, note };
}

/** Those of the facts that are unknown or conflicting. */
export function openFacts(facts: StrokeFacts, keys: readonly FactKey[]): FactKey[] {
  return keys.filter((key) => facts[key].status !== 'known');
}

/** Adds 'ask the patient' to a 'notMet' that rests on a list holding nothing of the kind. */
export function confirmIfNotRecorded(v: Verdict, facts: StrokeFacts, key: FactKey): Verdict {
  const fact = facts[key];
  return v.status === 'notMet' && fact.status === 'known' && fact.basis === 'not-recorded'
    ? { ...v, confirm: true }
    : v;
}

/** Adds the instants from `at` on at which the verdict may change. */
export function changing(v: Verdict, instants: readonly Instant[], at: Instant): Verdict {
  const ahead = instants.filter((instant) => instant >= at);
  return ahead.length === 0 ? v : { ...v, changesAt: ahead };
}
