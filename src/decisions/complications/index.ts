/** After thrombolysis: the watch of the first 24 h, symptomatic hemorrhage, angioedema, and the guard against a second dose. */
import type { Instant, StrokeCase } from '../../case/index.ts';
import type { Evaluation } from '../evaluation.ts';
import { evaluateAngioedema } from './angioedema.ts';
import type { AngioedemaConclusion } from './angioedema.ts';
import { evaluateHemorrhageAfterThrombolysis } from './hemorrhage.ts';
import type { HemorrhageConclusion } from './hemorrhage.ts';
import { evaluateMonitoring } from './monitoring.ts';
import type { MonitoringEvaluation } from './monitoring.ts';
import { thrombolysisGiven } from './thrombolytic-given.ts';
import type { ThrombolysisGiven } from './thrombolytic-given.ts';

export { ANGIOEDEMA_CONCLUSIONS } from './angioedema.ts';
export type { AngioedemaConclusion } from './angioedema.ts';
export { HEMORRHAGE_CONCLUSIONS } from './hemorrhage.ts';
export type { HemorrhageConclusion } from './hemorrhage.ts';
export type { MonitoringConclusion, MonitoringEvaluation } from './monitoring.ts';
export { drugsOrderedTooEarly } from './monitoring-criteria.ts';
export { MONITORING_PHASES } from './schedule.ts';
export type { MonitoringPhase, MonitoringSchedule } from './schedule.ts';
export { thrombolyticAlreadyGiven } from './thrombolytic-given.ts';
export type { ThrombolysisGiven } from './thrombolytic-given.ts';

export interface ComplicationsEvaluation {
  readonly given: ThrombolysisGiven;
  readonly monitoring: MonitoringEvaluation;
  readonly hemorrhage: Evaluation<HemorrhageConclusion>;
  readonly angioedema: Evaluation<AngioedemaConclusion>;
}

/** @returns null unless the record shows a thrombolytic within the last seven days (or one without a time) */
export function evaluateComplications(stroke: StrokeCase, at: Instant): ComplicationsEvaluation | null {
  const given = thrombolysisGiven(stroke, at);
  if (given === null) return null;
  return {
    given,
    monitoring: evaluateMonitoring(stroke, at, given),
    hemorrhage: evaluateHemorrhageAfterThrombolysis(stroke, at, given),
    angioedema: evaluateAngioedema(stroke, at, given),
  };
}
