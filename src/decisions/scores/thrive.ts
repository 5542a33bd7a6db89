import { defineScore, steps, when } from './definition.ts';
import { age, flag, nihss } from './inputs.ts';

/** THRIVE: NIHSS, age, hypertension, diabetes, atrial fibrillation; 0–9 points. */
export const THRIVE = defineScore({
  name: 'THRIVE',
  synonyms: ['THRIVE score'],
  basis: {
    definition: 'good outcome (mRS 0–2) and death at 90 days after mechanical thrombectomy',
    cohort: 'MERCI and Multi MERCI trials (first-generation retrievers)',
    range: 'large-vessel occlusion treated with thrombectomy',
    limits: 'rates are published for 0–2 and 6–9 points only; outcomes of newer devices are better',
    citation: { source: 'Flint 2010', doi: '10.3174/ajnr.A2050', grade: 'V1' },
  },
  inputs: { nihss: nihss(), age: age(), hypertension: flag(), diabetes: flag(), atrial_fibrillation: flag() },
  compute: (i) => {
    const points =
      steps(i.nihss, [
        [11, 2],
        [21, 4],
      ]) +
      steps(i.age, [
        [60, 1],
        [80, 2],
      ]) +
      when(i.hypertension, 1) +
      when(i.diabetes, 1) +
      when(i.atrial_fibrillation, 1);
    const band = points <= 2 ? 'low' : points >= 6 ? 'high' : 'middle';
    return {
      points,
      good_outcome_pct: band === 'low' ? 64.7 : band === 'high' ? 10.6 : null,
      mortality_90d_pct: band === 'low' ? 5.9 : band === 'high' ? 56.4 : null,
    };
  },
});
