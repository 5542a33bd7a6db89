/** When something is due after thrombolysis. Counted from the later end of an inexact time: the watch is never cut short. */
import { HOUR, MINUTE, plus } from '../../case/index.ts';
import type { Instant, TimeSpan } from '../../case/index.ts';

export const MONITORING_PHASES = ['every-15-min', 'every-30-min', 'hourly', 'completed'] as const;
export type MonitoringPhase = (typeof MONITORING_PHASES)[number];

/** Checks every 15 min for 2 h, every 30 min for the next 6 h, hourly to 24 h. */
const PHASES = [
  { phase: 'every-15-min', minutes: 15, endsAfterHours: 2 },
  { phase: 'every-30-min', minutes: 30, endsAfterHours: 8 },
  { phase: 'hourly', minutes: 60, endsAfterHours: 24 },
] as const;

const SHOWN_CHECKS = 3;

export interface MonitoringSchedule {
  readonly givenAt: TimeSpan;
  readonly phase: MonitoringPhase;
  /** null when the 24 h are over. */
  readonly checkEveryMinutes: number | null;
  /** The next checks, at most three. */
  readonly nextChecks: readonly Instant[];
  /** Ends of the phases: 2 h, 8 h, 24 h. */
  readonly phaseEnds: readonly Instant[];
  readonly endsAt: Instant;
  /** CT or MRI before any antithrombotic. */
  readonly imagingDueAt: Instant;
  readonly aspirinNotBefore: Instant;
}

export function monitoringSchedule(givenAt: TimeSpan, at: Instant): MonitoringSchedule {
  const zero = givenAt.latest;
  const end = (hours: number): Instant => plus(zero, hours * HOUR);
  const current = PHASES.find(({ endsAfterHours }) => at <= end(endsAfterHours));
  return {
    givenAt,
    phase: current?.phase ?? 'completed',
    checkEveryMinutes: current?.minutes ?? null,
    nextChecks: allChecks(zero)
      .filter((due) => due > at)
      .slice(0, SHOWN_CHECKS),
    phaseEnds: PHASES.map(({ endsAfterHours }) => end(endsAfterHours)),
    endsAt: end(24),
    imagingDueAt: end(24),
    aspirinNotBefore: plus(zero, 90 * MINUTE),
  };
}

function allChecks(zero: Instant): Instant[] {
  return PHASES.flatMap(({ minutes, endsAfterHours }, index) => {
    const from = PHASES[index - 1]?.endsAfterHours ?? 0;
    const count = ((endsAfterHours - from) * 60) / minutes;
    return Array.from({ length: count }, (_, n) => plus(zero, from * HOUR + (n + 1) * minutes * MINUTE));
  });
}
