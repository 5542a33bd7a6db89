/**
 * The individual's risk of mRS 3 to 6 without reperfusion treatment, from what is published. ASTRAL is the one score with
 * a rate for every total and a cohort that was mostly untreated. Scores of treated patients do not speak for an untreated
 * one; DRAGON, whose outcome has the same cut, does so after the mean effect of its treatment is taken off. The control
 * arms of the thrombolysis trials say what became of patients of the same severity and age.
 */
import { ASTRAL_CURVE, astralObserved, astralRisk } from '../scores/astral.ts';
import { samuelCumulative } from '../scores/samuel.ts';
import { UNTREATED } from '../scores/samuel-distributions.ts';
import type { Citation } from '../evaluation.ts';
import { expit, hull, INDEPENDENT, logit } from './distribution.ts';
import { REFERENCES } from './occlusion.ts';
import { trialControlRisk } from './trial-controls.ts';
import type { BaselineReading, Estimate, Occlusion, PrognosisExplanation, PrognosisScore, Span } from './result.ts';

const NTAIOS: Citation = { source: 'Ntaios 2012', doi: '10.1212/WNL.0b013e318259e221', grade: 'V1' };
const STRBIAN: Citation = { source: 'Strbian 2012 (DRAGON)', doi: '10.1212/WNL.0b013e318248b687', grade: 'V1' };

const EMBERSON: Citation = {
  source: 'Emberson 2014',
  section: 'Figure 2, control arms by NIHSS',
  doi: '10.1016/S0140-6736(14)60584-5',
  grade: 'V1',
};

/** Age and NIHSS of the patient, the NIHSS with both ends where an item was untestable. */
export interface AgeAndSeverity {
  readonly age: number;
  readonly nihss: Span;
}

/**
 * @param likeTrials null for a patient whom the trials would not have enrolled (a deficit judged not disabling)
 * @param minutes from onset to thrombolysis as DRAGON counts it (given, else now); null when not known or after 4.5 h
 * @returns empty when ASTRAL has no points
 */
export function baselineReadings(
  astral: PrognosisScore,
  dragon: PrognosisScore,
  likeTrials: AgeAndSeverity | null,
  occlusions: readonly Occlusion[],
  minutes: Span | null,
): readonly BaselineReading[] {
  if (astral.points === null) return [];
  const { low, high } = astral.points;
  const lessThrombolysis = minutes === null ? null : dragonLessThrombolysis(dragon, occlusions, minutes);
  return [
    { id: 'astral-curve', risk: { low: astralRisk(low), high: astralRisk(high) }, citation: NTAIOS },
    {
      id: 'astral-observed',
      risk: { low: astralObserved(low), high: astralObserved(high) },
      citation: { ...NTAIOS, section: 'sensitivity and specificity by cut' },
    },
    ...(likeTrials === null
      ? []
      : [
          {
            id: 'trial-controls' as const,
            risk: {
              low: trialControlRisk(likeTrials.age, likeTrials.nihss.low),
              high: trialControlRisk(likeTrials.age, likeTrials.nihss.high),
            },
            citation: EMBERSON,
          },
        ]),
    ...(lessThrombolysis === null
      ? []
      : [{ id: 'dragon-less-thrombolysis' as const, risk: lessThrombolysis, citation: STRBIAN }]),
  ];
}

/**
 * Null unless the score is complete and has a published rate strictly between 0 and 1: the 0 % published for 8 to 10
 * points is that of few patients, and no odds can be made of it.
 */
function dragonLessThrombolysis(dragon: PrognosisScore, occlusions: readonly Occlusion[], minutes: Span): Span | null {
  if (dragon.state !== 'computed' || dragon.outsideCohort.includes('basilar-occlusion')) return null;
  const good = dragon.published.find(({ outcome }) => outcome === 'mrs-0-to-2-at-90-days')?.probability;
  if (good === undefined || good.low <= 0 || good.high >= 1) return null;
  return hull(
    occlusions.flatMap((occlusion) =>
      [minutes.low, minutes.high].flatMap((time) =>
        [good.low, good.high].map((rate) => 1 - expit(logit(rate) - thrombolysisEffect(occlusion, time))),
      ),
    ),
  );
}

/** Log-odds of mRS 0 to 2 that thrombolysis adds on average. */
function thrombolysisEffect(occlusion: Occlusion, minutes: number): number {
  const { thrombolysis, untreated } = REFERENCES[occlusion];
  return logit(samuelCumulative(thrombolysis, minutes)[INDEPENDENT] ?? 0) - logit(UNTREATED[untreated][INDEPENDENT]);
}

/** Span over all readings; the value is ASTRAL's curve, where no fact is missing. */
export function baselineRisk(astral: PrognosisScore, readings: readonly BaselineReading[]): Estimate {
  const span = hull(readings.flatMap(({ risk }) => [risk.low, risk.high]));
  const value = astral.state === 'computed' && astral.points !== null ? astralRisk(astral.points.low) : null;
  return { value, ...span };
}

/** ASTRAL's items on its own scale and in log-odds; they add up to the total exactly. */
export function explanationOf(astral: PrognosisScore): PrognosisExplanation | null {
  if (astral.points === null) return null;
  const inLogOdds = ({ low, high }: Span): Span => ({ low: ASTRAL_CURVE.slope * low, high: ASTRAL_CURVE.slope * high });
  const total = inLogOdds(astral.points);
  return {
    score: 'ASTRAL',
    baselineLogOdds: ASTRAL_CURVE.intercept,
    contributions: astral.items.map(({ id, points, facts }) => ({
      item: id,
      points,
      logOdds: inLogOdds(points),
      facts,
    })),
    totalLogOdds: { low: ASTRAL_CURVE.intercept + total.low, high: ASTRAL_CURVE.intercept + total.high },
  };
}
