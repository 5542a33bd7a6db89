/**
 * The individual's risk of mRS 3 to 6 without reperfusion treatment, from what is published. The central figure is that
 * of the control arms of the thrombolysis trials at the patient's NIHSS and age: untreated by lot, and of the same trials
 * as the effects that are set against it. ASTRAL, the one score with a rate for every total, comes from a registry that
 * was mostly untreated; in the trials' case mix it says 46 % with mRS 0 to 1 where 29 % were observed, so it is a reading
 * beside, and the central one only for what the trials did not enroll: NIHSS 0, or a deficit judged not disabling. Scores of treated
 * patients do not speak for an untreated one; DRAGON, with the same cut, does after its treatment's effect is taken off.
 */
import { astralObserved, astralRisk } from '../scores/astral.ts';
import { samuelCumulative } from '../scores/samuel.ts';
import { UNTREATED } from '../scores/samuel-distributions.ts';
import type { Citation } from '../evaluation.ts';
import { expit, hull, INDEPENDENT, logit } from './distribution.ts';
import { REFERENCES } from './occlusion.ts';
import { trialControlRisk } from './trial-controls.ts';
import type { BaselineReading, Estimate, Occlusion, PrognosisScore, Span } from './result.ts';

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
 * @param likeTrials null for a patient whom the trials would not have enrolled (NIHSS 0, a deficit judged not disabling)
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

/** Span over all readings; the value is that of the central reading, where age and NIHSS are exact. */
export function baselineRisk(
  astral: PrognosisScore,
  likeTrials: AgeAndSeverity | null,
  readings: readonly BaselineReading[],
): Estimate {
  const span = hull(readings.flatMap(({ risk }) => [risk.low, risk.high]));
  return { value: centralRisk(astral, likeTrials), ...span };
}

function centralRisk(astral: PrognosisScore, likeTrials: AgeAndSeverity | null): number | null {
  if (likeTrials === null) {
    return astral.state === 'computed' && astral.points !== null ? astralRisk(astral.points.low) : null;
  }
  const { age, nihss } = likeTrials;
  return nihss.low === nihss.high ? trialControlRisk(age, nihss.low) : null;
}
