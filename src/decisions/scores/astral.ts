import { defineScore, round, when } from './definition.ts';
import { age, choice, flag, glucoseMmol, nihss } from './inputs.ts';

/** A third party's logistic curve through the published figure, in %. */
const fitted = (points: number): number => round(100 / (1 + Math.exp(-(0.1838 * points - 5.587))), 1);

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
