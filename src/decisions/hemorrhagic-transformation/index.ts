/** Risk of hemorrhagic transformation: published scores side by side, and the site's own model where there is one. */
import type { Instant, StrokeCase } from '../../case/index.ts';
import { activePrediction } from '../active-prediction.ts';
import type { SitePolicy } from '../evaluation.ts';
import type { CasePredictions } from '../prediction.ts';
import { caseAtTreatment } from './at-treatment.ts';
import { evaluateScore, hull } from './evaluate-score.ts';
import { outsideCohort } from './outside-cohort.ts';
import { perfusionMarkers } from './perfusion-markers.ts';
import { TRANSFORMATION_SCORES } from './result.ts';
import type { HemorrhagicTransformation, RateSpread, TransformationScore } from './result.ts';
import { HAS_SCORES, settingOf } from './setting.ts';

export { TRANSFORMATION_SCORES } from './result.ts';
export type {
  HemorrhageOutcome,
  HemorrhagicTransformation,
  OutsideCohort,
  PerfusionMarker,
  PublishedRate,
  RateSpread,
  ScoreItem,
  Span,
  TransformationScore,
  TransformationScoreName,
  TransformationSetting,
} from './result.ts';

/**
 * @param at the instant of the decision; counts as the time of treatment where none was given yet
 * @param predictions what trained models said about this case; a shadow prediction is never taken
 */
export function evaluateHemorrhagicTransformation(
  stroke: StrokeCase,
  at: Instant,
  policy: SitePolicy,
  predictions?: CasePredictions,
): HemorrhagicTransformation {
  const situation = settingOf(stroke, at);
  const { setting, given, hoursSince, validUntil } = situation;
  const applies = HAS_SCORES.has(setting);
  const treatedAt = given?.at ?? null;
  const baseline =
    applies && treatedAt !== null ? caseAtTreatment(stroke, treatedAt) : { stroke, measuredAfter: [] as const };
  const scores = applies
    ? TRANSFORMATION_SCORES.map((name): TransformationScore => ({
        ...evaluateScore(name, baseline.stroke, at),
        outsideCohort: outsideCohort(name, stroke, at, situation, policy),
      }))
    : [];
  return {
    decision: 'hemorrhagic-transformation',
    setting,
    treatedAt,
    hoursSince,
    scores,
    spread: spreadOf(scores),
    measuredAfterTreatment: baseline.measuredAfter,
    perfusionMarkers: applies ? perfusionMarkers(stroke) : [],
    prediction: applies ? (activePrediction(predictions, 'hemorrhagic-transformation') ?? null) : null,
    missing: [...new Set(scores.flatMap(({ missing }) => missing))],
    validUntil,
  };
}

/**
 * Symptomatic hemorrhage only. With one complete score there is something to say; all others then count with their
 * whole range, so that a further gap can only widen the spread.
 */
function spreadOf(scores: readonly TransformationScore[]): RateSpread | null {
  const counted = scores.filter(({ outcome }) => outcome.startsWith('symptomatic'));
  if (!counted.some(({ state, riskPercent }) => state === 'computed' && riskPercent !== null)) return null;
  const published = counted.filter(({ riskPercent }) => riskPercent !== null);
  const span = hull(published.flatMap(({ riskPercent }) => (riskPercent === null ? [] : [riskPercent])));
  if (span === null) return null;
  return {
    ...span,
    scores: published.map(({ score }) => score),
    widened: published.some(({ state }) => state === 'range'),
  };
}
