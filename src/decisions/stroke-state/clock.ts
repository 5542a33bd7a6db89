/**
 * The clock of the treatment windows. A witnessed onset is the best zero; without it the last known well is.
 * Where a time is a span, the earliest instant counts, so that a window never looks more open than it is.
 */
import { candidates, holds, HOUR, plus, timeSpan } from '../../case/index.ts';
import type { Fact, FactKey, Instant, StrokeCase, TimeSpan } from '../../case/index.ts';

export type StrokeClock =
  | {
      readonly status: 'known';
      readonly basis: 'witnessed-onset' | 'last-known-well';
      /** Hull of all values the record supports. */
      readonly since: TimeSpan;
    }
  | {
      readonly status: 'unknown';
      readonly why: 'no-time' | 'onset-before-last-known-well' | 'in-the-future';
      readonly missing: readonly FactKey[];
    };

function hull(fact: Fact<TimeSpan>): TimeSpan | undefined {
  const spans = candidates(fact).map((known) => known.value);
  const first = spans[0];
  if (first === undefined) return undefined;
  return spans.reduce<TimeSpan>(
    (all, span) => ({
      earliest: span.earliest < all.earliest ? span.earliest : all.earliest,
      latest: span.latest > all.latest ? span.latest : all.latest,
    }),
    first,
  );
}

/**
 * Zero of the thrombectomy windows ("symptom onset or last known well").
 * An onset recorded before the last known well contradicts it: the clock is then unknown, not the kinder of the two.
 * @param at the instant of the decision; a zero that lies after it is unknown
 */
export function strokeClock(stroke: StrokeCase, at: Instant): StrokeClock {
  const wellKnown = hull(stroke.facts.lastKnownWell);
  // Nobody witnesses the onset of a stroke that began in sleep: what is recorded then is the waking.
  const asleep = holds(stroke.facts.wakeUpStroke, (woke) => woke) === true;
  const onset = asleep ? undefined : hull(stroke.facts.witnessedOnset);
  const since = onset !== undefined && wellKnown !== undefined ? narrowed(onset, wellKnown) : (onset ?? wellKnown);
  if (since === 'contradiction') {
    return {
      status: 'unknown',
      why: 'onset-before-last-known-well',
      missing: ['lastKnownWell', 'witnessedOnset'],
    };
  }
  if (since === undefined) return { status: 'unknown', why: 'no-time', missing: ['lastKnownWell'] };
  if (since.earliest > at) return { status: 'unknown', why: 'in-the-future', missing: ['lastKnownWell'] };
  return { status: 'known', basis: onset === undefined ? 'last-known-well' : 'witnessed-onset', since };
}

/** The onset cannot be earlier than the moment at which the patient was last seen well. */
function narrowed(onset: TimeSpan, wellKnown: TimeSpan): TimeSpan | 'contradiction' {
  if (onset.latest < wellKnown.earliest) return 'contradiction';
  return timeSpan(onset.earliest > wellKnown.earliest ? onset.earliest : wellKnown.earliest, onset.latest);
}

/** The instant `hours` after zero by the worse (earliest) end; null when the clock is unknown. */
export function hoursAfterZero(clock: StrokeClock, hours: number): Instant | null {
  return clock.status === 'known' ? plus(clock.since.earliest, hours * HOUR) : null;
}
