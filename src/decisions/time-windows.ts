/**
 * Arithmetic of treatment windows. A zero that is a span is judged by its worse (earliest) end for a yes and by its
 * better (latest) end for a no; in between the answer is open and a more exact time settles it.
 */
import { candidates, HOUR, midpoint, MINUTE, plus } from '../case/index.ts';
import type { Fact, Instant, StrokeCase, TimeSpan } from '../case/index.ts';
import { strokeClock } from './stroke-state/clock.ts';

/** Hull of every value the record supports; undefined when there is none. */
export function spanOf(fact: Fact<TimeSpan>): TimeSpan | undefined {
  if (fact.status === 'known') return fact.value;
  let hull: TimeSpan | undefined;
  for (const { value } of candidates(fact)) {
    hull =
      hull === undefined
        ? value
        : {
            earliest: value.earliest < hull.earliest ? value.earliest : hull.earliest,
            latest: value.latest > hull.latest ? value.latest : hull.latest,
          };
  }
  return hull;
}

/** Have at most `hours` passed since `zero`? The limit itself still counts. */
export function isWithinHours(zero: TimeSpan, at: Instant, hours: number): boolean | undefined {
  if (at - zero.earliest <= hours * HOUR) return true;
  return at - zero.latest > hours * HOUR ? false : undefined;
}

/** Instants at which an answer on `hours` since `zero` may change. */
export function edges(zero: TimeSpan, ...hours: readonly number[]): Instant[] {
  return hours.flatMap((h) => [plus(zero.earliest, h * HOUR), plus(zero.latest, h * HOUR)]);
}

/**
 * Middle of the sleep from which the patient woke with symptoms: between falling asleep and waking.
 * Sleep begins at bedtime, or at last known well where that is later or where no bedtime is recorded.
 */
export function midpointOfSleep({ facts }: StrokeCase): TimeSpan | undefined {
  const awake = spanOf(facts.wakeTime);
  const bedtime = spanOf(facts.bedtime);
  const well = spanOf(facts.lastKnownWell);
  const asleep = bedtime !== undefined && well !== undefined ? later(bedtime, well) : (bedtime ?? well);
  return awake === undefined || asleep === undefined ? undefined : midpoint(asleep, awake);
}

function later(a: TimeSpan, b: TimeSpan): TimeSpan {
  return {
    earliest: a.earliest > b.earliest ? a.earliest : b.earliest,
    latest: a.latest > b.latest ? a.latest : b.latest,
  };
}

/** A witnessed onset is recognized when it happens; a longer gap means that one of the two is wrong. */
const RECOGNITION_DELAY_OF_WITNESSED_ONSET = 60 * MINUTE;

/** True when the recorded clock times cannot all be right, or one lies in the future. */
export function clockTimesContradict(stroke: StrokeCase, at: Instant): boolean {
  const { facts } = stroke;
  const onset = spanOf(facts.witnessedOnset);
  const well = spanOf(facts.lastKnownWell);
  const recognized = spanOf(facts.symptomRecognition);
  const asleep = spanOf(facts.bedtime);
  const awake = spanOf(facts.wakeTime);
  const wokeWithSymptoms = facts.wakeUpStroke.status === 'known' && facts.wakeUpStroke.value;
  return (
    [onset, well, recognized, asleep, awake].some((span) => span !== undefined && span.earliest > at) ||
    (onset !== undefined && well !== undefined && strokeClock(stroke, at).status === 'unknown') ||
    (onset !== undefined && wokeWithSymptoms) ||
    (onset !== undefined &&
      recognized !== undefined &&
      recognized.earliest - onset.latest > RECOGNITION_DELAY_OF_WITNESSED_ONSET) ||
    isBefore(recognized, well) ||
    isBefore(awake, asleep) ||
    (wokeWithSymptoms && (isBefore(awake, well) || isBefore(recognized, awake)))
  );
}

function isBefore(first: TimeSpan | undefined, second: TimeSpan | undefined): boolean {
  return first !== undefined && second !== undefined && first.latest < second.earliest;
}

/** Instants at which a recorded time stops lying in the future. */
export function clockInstants({ facts }: StrokeCase): Instant[] {
  return [facts.witnessedOnset, facts.lastKnownWell, facts.symptomRecognition, facts.bedtime, facts.wakeTime].flatMap(
    (fact) => candidates(fact).map(({ value }) => value.earliest),
  );
}
