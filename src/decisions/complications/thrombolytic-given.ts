/** Was a thrombolytic given in this episode, when, and which. The guard against a second dose reads the same answer. */
import { candidates, DAY, holds, plus } from '../../case/index.ts';
import type { DrugExposure, Instant, StrokeCase, TimeSpan } from '../../case/index.ts';

/** Follow-up of symptomatic hemorrhage in ECASS II and III: seven days. Later the dose explains nothing any more. */
export const EPISODE = 7 * DAY;

function counts({ lastIntake }: DrugExposure, at: Instant): boolean {
  const times = candidates(lastIntake).map((known) => known.value);
  // A dose without a time counts: a second one would be the greater harm.
  return times.length === 0 || times.some((time) => time.latest >= plus(at, -EPISODE));
}

/** @returns undefined when the administrations could not be read */
export function thrombolyticAlreadyGiven(stroke: StrokeCase, at: Instant): boolean | undefined {
  return holds(stroke.facts.thrombolyticGiven, (given) => given.some((dose) => counts(dose, at)));
}

export interface ThrombolysisGiven {
  readonly drug: string;
  /** When the dose was given; null when the record does not say. The later end counts: it keeps the watch on longer. */
  readonly at: TimeSpan | null;
}

/** The newest dose of this episode, or null when none is recorded or the list is unknown. */
export function thrombolysisGiven(stroke: StrokeCase, at: Instant): ThrombolysisGiven | null {
  const doses = candidates(stroke.facts.thrombolyticGiven)
    .flatMap((known) => known.value)
    .filter((dose) => counts(dose, at));
  const timed = doses.map(({ drug, lastIntake }) => ({
    drug,
    at: past(hull(candidates(lastIntake).map((k) => k.value)), at),
  }));
  return timed.reduce<ThrombolysisGiven | null>(
    (newest, dose) =>
      newest === null || (dose.at?.latest ?? -Infinity) > (newest.at?.latest ?? -Infinity) ? dose : newest,
    null,
  );
}

/** What is dated by the day alone was given by now, not at the end of the day. */
function past(span: TimeSpan | null, at: Instant): TimeSpan | null {
  if (span === null || span.latest <= at) return span;
  return { earliest: span.earliest, latest: span.earliest > at ? span.earliest : at };
}

function hull(spans: readonly TimeSpan[]): TimeSpan | null {
  return spans.reduce<TimeSpan | null>(
    (all, span) =>
      all === null
        ? span
        : {
            earliest: span.earliest < all.earliest ? span.earliest : all.earliest,
            latest: span.latest > all.latest ? span.latest : all.latest,
          },
    null,
  );
}
