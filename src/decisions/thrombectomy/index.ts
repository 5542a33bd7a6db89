/** Thrombectomy by AHA/ASA 2026 sections 4.7.1–4.7.3, with the selection criteria of the trials as evidence beside it. */
import { candidates, holds, isAbove, plus } from '../../case/index.ts';
import type { FactKey, Instant, StrokeCase } from '../../case/index.ts';
import { evaluateCriteria } from '../evaluation.ts';
import type { CriterionResult, Evaluation, RequiredAction, SitePolicy } from '../evaluation.ts';
import { strokeClock } from '../stroke-state/clock.ts';
import type { StrokeClock } from '../stroke-state/clock.ts';
import { conclusionChangesAt } from '../stroke-state/conclusion-change.ts';
import { or } from '../three-valued.ts';
import { PRESSURE_BEFORE_THROMBECTOMY, THROMBOLYSIS_NOT_SKIPPED, VESSEL_IMAGING } from './citations.ts';
import { concludeThrombectomy } from './conclude.ts';
import type { ThrombectomyConclusion, ThrombectomyVerdict } from './conclude.ts';
import { AGE_BELOW_18, GATE_CRITERIA } from './gates.ts';
import { RECOMMENDATION_CRITERIA } from './recommendations.ts';
import { TRIAL_CRITERIA } from './trials.ts';

export { concludeThrombectomy, THROMBECTOMY_CONCLUSIONS } from './conclude.ts';
export type { ThrombectomyConclusion } from './conclude.ts';
export { AGE_BELOW_18 } from './gates.ts';

export interface ThrombectomyEvaluation extends Evaluation<ThrombectomyConclusion> {
  /** False where nobody would ask: a mild deficit judged not disabling, no occlusion found, and no recommendation for it. */
  readonly worthShowing: boolean;
  /** What it says once `validUntil` has passed and nothing else was learned; null where time changes nothing. */
  readonly afterwards: Pick<Evaluation<ThrombectomyConclusion>, 'conclusion' | 'settledBy'> | null;
}

/** Most urgent first: what excludes, what the vessel is, the clock, then the patient. */
const URGENCY: readonly FactKey[] = [
  'hemorrhageOnImaging',
  'occlusionSite',
  'lastKnownWell',
  'witnessedOnset',
  'nihss',
  'aspects',
  'pcAspects',
  'preStrokeMrs',
  'age',
  'massEffect',
  'acuteIntracranialHemorrhage',
  'thrombectomyDone',
];

/** Everything that decides; the trial rows are evaluated only once, for the card. */
function deciding(stroke: StrokeCase, at: Instant, policy: SitePolicy, clock: StrokeClock): CriterionResult[] {
  return [
    ...evaluateCriteria(GATE_CRITERIA, stroke, at, { clock, siteAccess: policy.thrombectomyAccess }),
    ...evaluateCriteria(RECOMMENDATION_CRITERIA, stroke, at, clock),
  ];
}

/**
 * Is thrombectomy recommended for this patient at this instant?
 * The table is that of AHA/ASA 2026 whatever the site's thrombolysis guideline is: the older ones predate the large-core trials.
 * @param policy only its answer on access to thrombectomy is read, where the record gives none
 */
export function evaluateThrombectomy(stroke: StrokeCase, at: Instant, policy: SitePolicy): ThrombectomyEvaluation {
  const clock = strokeClock(stroke, at);
  const results = deciding(stroke, at, policy, clock);
  const verdict = concludeThrombectomy(results);
  const resultsAt = (then: Instant): CriterionResult[] => deciding(stroke, then, policy, strokeClock(stroke, then));
  const validUntil = conclusionChangesAt(changes(results), at, (then) =>
    statement(then === at ? results : resultsAt(then)),
  );
  const later = validUntil === null ? null : concludeThrombectomy(resultsAt(plus(validUntil, 1)));
  return {
    decision: 'thrombectomy',
    guideline: 'aha-asa-2026',
    conclusion: verdict.conclusion,
    strength: verdict.strength,
    citation: verdict.citation,
    decidedBy: verdict.decidedBy,
    criteria: [...results, ...evaluateCriteria(TRIAL_CRITERIA, stroke, at, clock)],
    settledBy: mostUrgentFirst(verdict.openFacts),
    before: actions(stroke, verdict, results),
    worthShowing: isWorthShowing(stroke, verdict),
    confirm: results.filter((result) => result.confirm === true).flatMap((result) => result.data),
    validUntil,
    afterwards: later === null ? null : { conclusion: later.conclusion, settledBy: mostUrgentFirst(later.openFacts) },
  };
}

const mostUrgentFirst = (facts: readonly FactKey[]): FactKey[] => URGENCY.filter((key) => facts.includes(key));

function isWorthShowing({ facts }: StrokeCase, { conclusion }: ThrombectomyVerdict): boolean {
  if (conclusion !== 'no-guideline-recommendation') return true;
  const isMild = holds(facts.nihss, ({ total, isLowerBound }) => total < 6 && !isLowerBound) === true;
  const isJudgedNotDisabling = holds(facts.disablingDeficit, (disabling) => !disabling) === true;
  const noOcclusionFound = !candidates(facts.occlusionSite).some(({ value }) => value !== 'none');
  return !(isMild && isJudgedNotDisabling && noOcclusionFound);
}

const changes = (results: readonly CriterionResult[]): Instant[] => results.flatMap((result) => result.changesAt ?? []);

/** What must not change before `validUntil`: the conclusion and its strength. */
function statement(results: readonly CriterionResult[]): string {
  const verdict = concludeThrombectomy(results);
  return `${verdict.conclusion} ${verdict.strength?.cor ?? ''}`;
}

const OFFERED: readonly ThrombectomyConclusion[] = ['recommended', 'reasonable', 'may-be-considered'];

function actions(
  { facts }: StrokeCase,
  verdict: ThrombectomyVerdict,
  results: readonly CriterionResult[],
): RequiredAction[] {
  const status = (id: string): CriterionResult['status'] | undefined =>
    results.find((result) => result.id === id)?.status;
  // The individual decision on a child needs the vessel as much as a row of the table does.
  const isVesselOpen =
    verdict.openFacts.includes('occlusionSite') ||
    (verdict.decidedBy.includes(AGE_BELOW_18) && status('vessel-imaging-missing') === 'met');
  if (isVesselOpen) return [{ key: 'obtain-vessel-imaging', because: ['occlusionSite'], citation: VESSEL_IMAGING }];
  if (!OFFERED.includes(verdict.conclusion)) return [];
  const steps: RequiredAction[] = [];
  if (holds(facts.thrombolyticGiven, (given) => given.length > 0) !== true) {
    steps.push({
      key: 'thrombolysis-not-skipped-for-thrombectomy',
      because: ['occlusionSite'],
      citation: THROMBOLYSIS_NOT_SKIPPED,
    });
  }
  const access = status('thrombectomy-access');
  if (access !== 'met') {
    const key = access === 'notMet' ? 'no-thrombectomy-access' : 'arrange-thrombectomy-access';
    steps.push({ key, because: ['thrombectomyAccess'] });
  }
  const tooHigh = candidates(facts.bloodPressure).find(
    ({ value }) => or(isAbove(value.systolic, 185), isAbove(value.diastolic, 110)) === true,
  );
  if (tooHigh !== undefined) {
    steps.push({
      key: 'lower-blood-pressure-before-thrombectomy',
      params: { systolic: tooHigh.value.systolic.value, diastolic: tooHigh.value.diastolic.value },
      because: ['bloodPressure'],
      citation: PRESSURE_BEFORE_THROMBECTOMY,
    });
  }
  return steps;
}
