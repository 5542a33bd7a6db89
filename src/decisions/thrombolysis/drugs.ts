/** Questions to the lists of drugs: was one taken, and how long before. */
import { HOUR, holds, plus } from '../../case/index.ts';
import type { DrugExposure, Fact, FactKey, Instant, StrokeFacts } from '../../case/index.ts';
import { and, or } from '../three-valued.ts';
import { isWithinHours, spanOf } from '../time-windows.ts';
import { isActive } from './history.ts';
import type { Evaluate } from './rule.ts';
import { changing, confirmIfNotRecorded, emptyList, openFacts, verdict } from './verdict.ts';

export type DrugListKey = {
  [K in FactKey]: StrokeFacts[K] extends Fact<readonly DrugExposure[]> ? K : never;
}[FactKey];

/** Met when the last dose lies at most `hours` back; a drug without a time of intake leaves it open. */
export function takenWithinHours(
  key: DrugListKey,
  hours: number,
  counts: (exposure: DrugExposure) => boolean | undefined = () => true,
): Evaluate {
  return ({ facts }, at) => {
    const list = facts[key];
    const empty = emptyList(list);
    if (empty !== undefined) return empty;
    const answer = holds(list, (exposures) =>
      or(...exposures.map((exposure) => and(counts(exposure), isRecent(exposure, at, hours)))),
    );
    const note = answer === undefined && list.status === 'known' ? { key: 'last-intake-unknown' } : undefined;
    const taken = confirmIfNotRecorded(verdict(answer, [key], note), facts, key);
    return changing(taken, intakeEdges(list, hours), at);
  };
}

const NO_INSTANTS: readonly Instant[] = [];

export function isRecent({ lastIntake }: DrugExposure, at: Instant, hours: number): boolean | undefined {
  const span = spanOf(lastIntake);
  return span === undefined ? undefined : isWithinHours(span, at, hours);
}

export function intakeEdges(list: Fact<readonly DrugExposure[]>, hours: number): readonly Instant[] {
  if (list.status === 'unknown' || emptyList(list) !== undefined) return NO_INSTANTS;
  const exposures = list.status === 'known' ? list.value : list.values.flatMap(({ value }) => value);
  return exposures.flatMap(({ lastIntake }) => {
    const span = spanOf(lastIntake);
    return span === undefined ? [] : [plus(span.earliest, hours * HOUR), plus(span.latest, hours * HOUR)];
  });
}

/** Met when the list names any exposure that counts. */
export function drugFound(key: DrugListKey, counts: (exposure: DrugExposure) => boolean = () => true): Evaluate {
  return ({ facts }) =>
    emptyList(facts[key]) ??
    confirmIfNotRecorded(
      verdict(
        holds(facts[key], (exposures) => exposures.some(counts)),
        [key],
      ),
      facts,
      key,
    );
}

/** Heparin at treatment dose; a record that does not name the intent leaves it open. */
export const isTreatmentDose = ({ intent }: DrugExposure): boolean | undefined =>
  intent === 'unspecified' ? undefined : intent === 'treatment';

const ANTICOAGULANTS = [
  'vitaminKAntagonist',
  'directOralAnticoagulant',
  'unfractionatedHeparin',
  'lowMolecularWeightHeparin',
  'otherAnticoagulant',
] as const satisfies readonly DrugListKey[];
export const SUSPICION_FACTS = [
  ...ANTICOAGULANTS,
  'bleedingDisorder',
  'dialysis',
] as const satisfies readonly FactKey[];

/** A stopped anticoagulant stops being a reason for suspicion after a week. */
const STOPPED_FOR_HOURS = 7 * 24;

/** Is there a reason to expect an abnormal coagulation test? Prophylactic and treatment doses alike. */
export const reasonToSuspectCoagulopathy: Evaluate = ({ facts }, at) => {
  const inUse = (exposure: DrugExposure): boolean | undefined =>
    exposure.active ? true : isRecent(exposure, at, STOPPED_FOR_HOURS);
  const answer = or(
    ...ANTICOAGULANTS.map((key) => holds(facts[key], (exposures) => or(...exposures.map(inUse)))),
    holds(facts.bleedingDisorder, (events) => events.length > 0),
    holds(facts.dialysis, (events) => events.some(isActive)),
  );
  const missing = answer === undefined ? whyOpen(facts) : [];
  const instants = ANTICOAGULANTS.flatMap((key) => intakeEdges(facts[key], STOPPED_FOR_HOURS));
  return changing(verdict(answer, missing), instants, at);
};

function whyOpen(facts: StrokeFacts): readonly FactKey[] {
  const unread = openFacts(facts, SUSPICION_FACTS);
  return unread.length > 0 ? unread : ANTICOAGULANTS.filter((key) => hasUndatedStop(facts[key]));
}

function hasUndatedStop(list: Fact<readonly DrugExposure[]>): boolean {
  return (
    list.status === 'known' && list.value.some(({ active, lastIntake }) => !active && lastIntake.status !== 'known')
  );
}
