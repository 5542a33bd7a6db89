import { defineScore, steps, when } from './definition.ts';
import { age, aspectsPoints, glucoseMg, nihss } from './inputs.ts';

/** HIAT2: age, glucose, NIHSS, ASPECTS; 0–10 points. */
export const HIAT2 = defineScore({
  name: 'HIAT2',
  synonyms: ['HIAT-2', 'HIAT 2', 'Houston intra-arterial therapy 2'],
  basis: {
    definition: 'poor outcome (mRS 4–6) at 90 days despite intra-arterial treatment',
    cohort: 'patients treated intra-arterially, Houston, before stent retrievers',
    range: 'anterior large-vessel occlusion before stent retrievers',
    limits: 'published for 5 points and above only: more than 80 %',
    citation: { source: 'Sarraj 2013', grade: 'V1' },
  },
  inputs: { age: age(), glucose_mg_dl: glucoseMg(), nihss: nihss(), aspects: aspectsPoints() },
  compute: (i) => {
    const points =
      steps(i.age, [
        [60, 2],
        [80, 4],
      ]) +
      when(i.glucose_mg_dl >= 150, 1) +
      steps(i.nihss, [
        [11, 1],
        [21, 2],
      ]) +
      when(i.aspects <= 7, 3);
    return { points, poor_outcome_pct: points >= 5 ? '>80' : null };
  },
});
