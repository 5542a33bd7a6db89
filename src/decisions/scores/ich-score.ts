import { defineScore, rateOf, when } from './definition.ts';
import { age, flag, gcs, volume } from './inputs.ts';

const MORTALITY = [0, 13, 26, 72, 97, 100, 100] as const;

/** ICH score: GCS, hematoma volume, intraventricular blood, infratentorial origin, age; 0–6 points. */
export const ICH_SCORE = defineScore({
  name: 'ICH score',
  synonyms: ['ICH', 'ICH-score', 'Hemphill'],
  basis: {
    definition: 'death within 30 days of spontaneous intracerebral hemorrhage',
    cohort: 'Hemphill 2001: 152 patients, San Francisco 1997–1998 (later cohorts give other rates)',
    range: 'non-traumatic intracerebral hemorrhage at presentation',
    limits:
      'no patient of the cohort had 6 points; early limits of care make the score come true, so it is not a ground for withholding treatment',
    citation: { source: 'Hemphill 2001', section: 'Table 3', doi: '10.1161/01.STR.32.4.891', grade: 'V2' },
  },
  inputs: { gcs: gcs(), age: age(), ich_volume_ml: volume(), ivh: flag(), infratentorial: flag() },
  compute: (i) => {
    const consciousness = i.gcs <= 4 ? 2 : i.gcs <= 12 ? 1 : 0;
    const points =
      consciousness +
      when(i.ich_volume_ml >= 30, 1) +
      when(i.ivh, 1) +
      when(i.infratentorial, 1) +
      when(i.age >= 80, 1);
    return { points, mortality_30d_pct: rateOf(points, MORTALITY) };
  },
});
