/** Minutes from onset to treatments, given or imagined now. */
import { exactly, holds, MINUTE, plus } from '../../case/index.ts';
import type { Instant, StrokeCase, TimeSpan } from '../../case/index.ts';
import { hoursSinceOnset } from '../scores/case-values.ts';
import { clockTimesContradict } from '../time-windows.ts';
import type { Span } from './result.ts';

/** Steps in which a delay is counted. */
export const STEP_MIN = 15;

/** Null when onset or moment is not known well enough, or the times of the record contradict each other. */
export function minutesFromOnset(stroke: StrokeCase, moment: TimeSpan | null, at: Instant): Span | null {
  if (moment === null || clockTimesContradict(stroke, at)) return null;
  const range = hoursSinceOnset(stroke, moment);
  if (range === undefined || !Number.isFinite(range.most)) return null;
  return { low: range.least * 60, high: range.most * 60 };
}

export const minutesUntilNow = (stroke: StrokeCase, at: Instant): Span | null =>
  minutesFromOnset(stroke, exactly(at), at);

export const wokeWithSymptoms = ({ facts }: StrokeCase): boolean => holds(facts.wakeUpStroke, (woke) => woke) === true;

/** The next instant at which the longest time since onset reaches a full step. */
export function nextStep(minutes: Span, at: Instant): Instant {
  return plus(at, (STEP_MIN - (minutes.high % STEP_MIN)) * MINUTE);
}
