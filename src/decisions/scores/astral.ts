import { defineScore, round, when } from './definition.ts';
import { age, choice, flag, glucoseMmol, nihss } from './inputs.ts';

/** A third party's logistic curve through the published figure: log-odds of mRS 3 to 6 at 0 points, and per point. */
export const ASTRAL_CURVE = { intercept: -5.587, slope: 0.1838 } as const;

/** Probability of mRS 3 to 6 at 3 months by that curve. */
export const astralRisk = (points: number): number =>
  1 / (1 + Math.exp(-(ASTRAL_CURVE.slope * points + ASTRAL_CURVE.intercept)));

/**
 * Sensitivity and specificity for mRS 3 to 6 at each published cut (points at or above), derivation cohort. Predictive
 * values printed beside them (40.7 % at 18 points) give the share with mRS 3 to 6 in the cohort.
 */
const CUTS = [
  { from: 18, sensitivity: 0.973, specificity: 0.285 },
  { from: 23, sensitivity: 0.848, specificity: 0.659 },
  { from: 31, sensitivity: 0.596, specificity: 0.902 },
  { from: 38, sensitivity: 0.313, specificity: 0.975 },
  { from: 43, sensitivity: 0.174, specificity: 0.996 },
] as const;
const UNFAVORABLE_IN_COHORT = 0.335;

/** Share with mRS 3 to 6 observed in the derivation cohort among patients in the same band between the published cuts. */
export function astralObserved(points: number): number {
  const lower = CUTS.findLast(({ from }) => points >= from) ?? { sensitivity: 1, specificity: 0 };
  const upper = CUTS.find(({ from }) => points < from) ?? { sensitivity: 0, specificity: 1 };
  const unfavorable = UNFAVORABLE_IN_COHORT * (lower.sensitivity - upper.sensitivity);
  const favorable = (1 - UNFAVORABLE_IN_COHORT) * (upper.specificity - lower.specificity);
  return unfavorable / (unfavorable + favorable);
}

const fitted = (points: number): number => round(100 * astralRisk(points), 1);

/** ASTRAL: age, severity, time, visual field, glucose, consciousness. */
export const ASTRAL = defineScore({
  name: 'ASTRAL',
  synonyms: ['ASTRAL score'],
  basis: {
    definition: 'unfavorable outcome (mRS above 2) at 3 months',
    cohort: '1 645 patients with ischemic stroke, ASTRAL registry, Lausanne; validated in Athens and Vienna',
    range: 'ischemic stroke admitted within 24 h',
    limits:
      'the paper’s 50 % lies at 31 points, where the third-party curve gives 52.8 %; sources round age/5 down or to the nearest whole: both totals are given',
    citation: { source: 'Ntaios 2012', doi: '10.1212/WNL.0b013e318259e221', grade: 'V2' },
  },
  inputs: {
    age: age(),
    nihss: nihss(),
    // The score itself counts an unknown onset like a late one; that is a finding ('unknown'), not an absent input.
    onset_to_admission_gt_3h: choice(['true', 'false', 'unknown'], {
      yes: 'true',
      no: 'false',
      '1': 'true',
      '0': 'false',
    }),
    visual_field_defect: flag(),
    glucose_mmol_l: glucoseMmol(),
    decreased_loc: flag(),
  },
  compute: (i) => {
    const others =
      i.nihss +
      when(i.onset_to_admission_gt_3h !== 'false', 2) +
      when(i.visual_field_defect, 2) +
      when(i.glucose_mmol_l > 7.3 || i.glucose_mmol_l < 3.7, 1) +
      when(i.decreased_loc, 3);
    const points = others + Math.floor(i.age / 5);
    const rounded = others + Math.round(i.age / 5);
    return {
      points,
      points_age_rounded: rounded,
      age_rounding_differs: points !== rounded,
      unfavorable_3m_pct_fit: fitted(points),
      unfavorable_3m_pct_fit_age_rounded: fitted(rounded),
    };
  },
});
