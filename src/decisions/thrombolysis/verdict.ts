import type { Fact, FactKey, Instant, StrokeFacts } from '../../case/index.ts';
import type { Message, Verdict } from '../evaluation.ts';

/** The verdicts that carry nothing else: shared, so that most rows of a table cost no memory. */
export const MET: Verdict = Object.freeze({ status: 'met' });
export const NOT_MET: Verdict = Object.freeze({ status: 'notMet' });
export const NOT_APPLICABLE: Verdict = Object.freeze({ status: 'notApplicable' });
/** Not met as far as a complete list without an entry of the kind tells: ask the patient. */
export const NONE_RECORDED: Verdict = Object.freeze({ status: 'notMet', confirm: true });

/** A three-valued answer as a verdict; `missing` is reported only when it is open. */
export function verdict(answer: boolean | undefined, missing: readonly FactKey[], note?: Message): Verdict {
  if (answer === undefined)
    return note === undefined ? { status: 'unknown', missing } : { status: 'unknown', missing, note };
  if (note === undefined) return answer ? MET : NOT_MET;
  return { status: answer ? 'met' : 'notMet', note };
}

/** The answer of a list that was read and holds nothing; undefined for any other. */
export function emptyList(fact: Fact<readonly unknown[]>): Verdict | undefined {
  if (fact.status !== 'known' || fact.value.length > 0) return undefined;
  return fact.basis === 'not-recorded' ? NONE_RECORDED : NOT_MET;
}

/** Those of the facts that are unknown or conflicting. */
export function openFacts(facts: StrokeFacts, keys: readonly FactKey[]): FactKey[] {
  return keys.filter((key) => facts[key].status !== 'known');
}

/** Adds 'ask the patient' to a 'notMet' that rests on a list holding nothing of the kind. */
export function confirmIfNotRecorded(v: Verdict, facts: StrokeFacts, key: FactKey): Verdict {
  const fact = facts[key];
  if (v.status !== 'notMet' || fact.status !== 'known' || fact.basis !== 'not-recorded') return v;
  return v === NOT_MET ? NONE_RECORDED : { ...v, confirm: true };
}

/** Adds the instants from `at` on at which the verdict may change. */
export function changing(v: Verdict, instants: readonly Instant[], at: Instant): Verdict {
  if (instants.length === 0) return v;
  const ahead = instants.filter((instant) => instant >= at);
  return ahead.length === 0 ? v : { ...v, changesAt: ahead };
}
