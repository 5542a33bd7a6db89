/** The clocks of the stroke. */
import type { Fact, StrokeFacts, TimeSpan } from '../../case/index.ts';
import { known } from '../../case/index.ts';
import { isFutureDated } from '../time.ts';
import { sourcesOf } from './choose.ts';
import type { EventEntry } from './index-events.ts';
import { LOOK_BACK } from './quantity-table.ts';
import { readingsOf, type RecordIndex } from './record-index.ts';
import type { RecordKey } from '../record.ts';
import { unknownFact, type Scope } from './scope.ts';
import { clockOf, sameSpan, yesNoFact } from './values.ts';

export type ClockKey =
  'lastKnownWell' | 'witnessedOnset' | 'symptomRecognition' | 'wakeUpStroke' | 'bedtime' | 'wakeTime' | 'arrival';

const LISTS: readonly RecordKey[] = ['strokeObservations', 'questionnaireResponses'];
const ACUTE_KINDS = ['ischemic-stroke', 'intracerebral-hemorrhage', 'subarachnoid-hemorrhage'];

/** Onsets of strokes within the last week that name a time of day; a mere date is the day of the diagnosis. */
function strokeOnsets(scope: Scope, index: RecordIndex): readonly EventEntry[] {
  return ACUTE_KINDS.flatMap((kind) => index.events.get(kind) ?? []).filter(
    (e) =>
      !e.refuted &&
      !e.onlyRecorded &&
      e.when !== null &&
      e.when.earliest === e.when.latest &&
      !isFutureDated(e.when, scope.at) &&
      e.when.latest >= scope.at - LOOK_BACK.clock,
  );
}

/**
 * When no observation gives last known well, the recorded onset of the acute stroke stands for it ('derived').
 * Several onsets that differ: the latest stroke counts only if nothing says otherwise, so they conflict.
 */
function lastKnownWell(scope: Scope, index: RecordIndex): Fact<TimeSpan> {
  const stated = clockOf(scope, readingsOf(index, 'observation-last-known-well'), 'lastKnownWell', LISTS);
  if (stated.status !== 'unknown' || stated.why === 'malformed' || stated.why === 'future-dated') return stated;
  const onsets = strokeOnsets(scope, index);
  const values: { span: TimeSpan; from: EventEntry[] }[] = [];
  for (const entry of onsets) {
    if (entry.when === null) continue;
    const span = entry.when;
    const same = values.find((v) => sameSpan(v.span, span));
    if (same === undefined) values.push({ span, from: [entry] });
    else same.from.push(entry);
  }
  const facts = values
    .toSorted((a, b) => b.span.latest - a.span.latest)
    .map(({ span, from }) => known(span, span, sourcesOf(from), 'derived'));
  const [only] = facts;
  if (only === undefined) return stated;
  return facts.length === 1 ? only : { status: 'conflicting', values: facts };
}

/** Arrival of the current encounter, unless an observation states it. */
function arrival(scope: Scope, index: RecordIndex): Fact<TimeSpan> {
  const stated = clockOf(scope, readingsOf(index, 'observation-arrival'), 'arrival', ['encounter']);
  if (stated.status !== 'unknown') return stated;
  const current = index.encounters.find((e) => e.id === scope.record.encounterId);
  if (current?.arrival == null) return stated;
  const sources = [{ reference: current.reference }];
  if (isFutureDated(current.arrival, scope.at))
    return unknownFact(scope, 'arrival', ['encounter'])('future-dated', undefined, sources);
  return known(current.arrival, current.arrival, sources);
}

export function mapClocks(scope: Scope, index: RecordIndex): Pick<StrokeFacts, ClockKey> {
  const clock = (group: string, fact: ClockKey): Fact<TimeSpan> =>
    clockOf(scope, readingsOf(index, group), fact, LISTS);
  return {
    lastKnownWell: lastKnownWell(scope, index),
    witnessedOnset: clock('observation-witnessed-onset', 'witnessedOnset'),
    symptomRecognition: clock('observation-symptom-recognition', 'symptomRecognition'),
    bedtime: clock('observation-bedtime', 'bedtime'),
    wakeTime: clock('observation-wake-time', 'wakeTime'),
    wakeUpStroke: yesNoFact(
      scope,
      readingsOf(index, 'observation-wake-up-stroke'),
      'wakeUpStroke',
      LOOK_BACK.clock,
      LISTS,
    ),
    arrival: arrival(scope, index),
  };
}
