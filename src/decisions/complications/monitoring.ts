/** The first 24 h after intravenous thrombolysis: pressure, checks, follow-up scan, no antithrombotics before it. */
import type { Instant, StrokeCase } from '../../case/index.ts';
import { evaluateCriteria } from '../evaluation.ts';
import type { CriterionResult, Evaluation, RequiredAction } from '../evaluation.ts';
import { conclusionChangesAt } from '../stroke-state/conclusion-change.ts';
import { CARE_AFTER_THROMBOLYSIS, PRESSURE_AFTER_THROMBOLYSIS, PRODUCT_RULE } from './citations.ts';
import { followUpScan, MONITORING_CRITERIA, readingToLower } from './monitoring-criteria.ts';
import { monitoringSchedule } from './schedule.ts';
import type { MonitoringPhase, MonitoringSchedule } from './schedule.ts';
import type { ThrombolysisGiven } from './thrombolytic-given.ts';

/** The phase of the watch; undecided when it was given at an unknown time. */
export type MonitoringConclusion = MonitoringPhase | 'undecided';

export interface MonitoringEvaluation extends Evaluation<MonitoringConclusion> {
  /** null when the time of the dose is not known. */
  readonly schedule: MonitoringSchedule | null;
}

export function evaluateMonitoring(stroke: StrokeCase, at: Instant, given: ThrombolysisGiven): MonitoringEvaluation {
  const common = { decision: 'post-thrombolysis-monitoring', guideline: 'aha-asa-2026', strength: null } as const;
  if (given.at === null) {
    return {
      ...common,
      conclusion: 'undecided',
      citation: PRODUCT_RULE,
      decidedBy: [],
      criteria: [],
      settledBy: ['thrombolyticGiven'],
      before: [{ key: 'record-time-of-thrombolysis', because: ['thrombolyticGiven'], citation: PRODUCT_RULE }],
      confirm: [],
      validUntil: null,
      schedule: null,
    };
  }
  const givenAt = given.at;
  const schedule = monitoringSchedule(givenAt, at);
  const criteria = evaluateCriteria(MONITORING_CRITERIA, stroke, at, schedule);
  return {
    ...common,
    conclusion: schedule.phase,
    citation: CARE_AFTER_THROMBOLYSIS,
    decidedBy: criteria.filter((row) => row.status === 'met').map((row) => row.id),
    criteria,
    settledBy: [],
    before: steps(stroke, at, schedule, criteria),
    confirm: [],
    validUntil: conclusionChangesAt(schedule.phaseEnds, at, (then) => monitoringSchedule(givenAt, then).phase),
    schedule,
  };
}

function steps(
  stroke: StrokeCase,
  at: Instant,
  schedule: MonitoringSchedule,
  criteria: readonly CriterionResult[],
): RequiredAction[] {
  const isMet = (id: string): boolean => criteria.some((row) => row.id === id && row.status === 'met');
  const because = ['thrombolyticGiven'] as const;
  const actions: RequiredAction[] = [];
  const high = isMet('blood-pressure-at-or-above-180-105-after-thrombolysis')
    ? readingToLower(stroke, schedule, at)
    : undefined;
  if (high !== undefined) {
    actions.push({
      key: 'lower-blood-pressure-after-thrombolysis',
      params: { systolic: high.systolic.value, diastolic: high.diastolic.value },
      because: ['bloodPressure', ...because],
      citation: PRESSURE_AFTER_THROMBOLYSIS,
    });
  }
  const next = schedule.nextChecks[0];
  if (schedule.checkEveryMinutes !== null) {
    actions.push({
      key: 'keep-blood-pressure-below-180-105',
      params: { until: { instant: schedule.endsAt } },
      because,
      citation: PRESSURE_AFTER_THROMBOLYSIS,
    });
    if (next !== undefined) {
      actions.push({
        key: 'check-blood-pressure-and-neurology',
        params: { minutes: schedule.checkEveryMinutes, next: { instant: next } },
        because,
        citation: CARE_AFTER_THROMBOLYSIS,
      });
    }
  }
  const scan = followUpScan(stroke, schedule);
  if (scan === undefined || scan === 'none') {
    const due = { instant: schedule.imagingDueAt };
    actions.push(
      { key: 'follow-up-imaging-at-24h', params: { due }, because, citation: CARE_AFTER_THROMBOLYSIS },
      { key: 'no-antithrombotic-before-follow-up-imaging', because, citation: CARE_AFTER_THROMBOLYSIS },
    );
  }
  if (at < schedule.aspirinNotBefore) {
    actions.push({
      key: 'no-intravenous-aspirin',
      params: { until: { instant: schedule.aspirinNotBefore } },
      because,
      citation: CARE_AFTER_THROMBOLYSIS,
    });
  }
  return actions;
}
