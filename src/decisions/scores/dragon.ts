import { defineScore, steps, when } from './definition.ts';
import { age, choice, glucoseMmol, minutes, mrs, nihss } from './inputs.ts';

const SIGN_POINTS = { neither: 0, either: 1, both: 2 } as const;

/** Good outcome, %, where published in a source seen here: 0–1, 2, 3 and 8–10 points. */
function goodOutcome(points: number): number | null {
  if (points <= 1) return 96;
  if (points === 2) return 88;
  if (points === 3) return 74;
  return points >= 8 ? 0 : null;
}

/** DRAGON: dense artery or early infarct, mRS before, age, glucose, onset to treatment, NIHSS; 0–10 points. */
export const DRAGON = defineScore({
  name: 'DRAGON',
  synonyms: ['DRAGON score'],
  basis: {
    definition: 'good outcome (mRS 0–2) at 3 months after intravenous alteplase',
    cohort: '1 319 patients given alteplase, Helsinki; validated in 333, Basel',
    range: 'anterior and posterior strokes given alteplase; basilar occlusion not included',
    limits:
      'rates of good outcome are shown for 0–3 and 8–10 points only; rates of miserable outcome differ between sources and are not shown',
    citation: { source: 'Strbian 2012 (DRAGON)', doi: '10.1212/WNL.0b013e318248b687', grade: 'V2' },
  },
  inputs: {
    dense_artery_or_early_infarct: choice(['neither', 'either', 'both'], { none: 'neither', one: 'either' }),
    prestroke_mrs: mrs(),
    age: age(),
    glucose_mmol_l: glucoseMmol(),
    onset_to_treatment_min: minutes(),
    nihss: nihss(),
  },
  compute: (i) => {
    const points =
      SIGN_POINTS[i.dense_artery_or_early_infarct] +
      when(i.prestroke_mrs > 1, 1) +
      steps(i.age, [
        [65, 1],
        [80, 2],
      ]) +
      when(i.glucose_mmol_l > 8, 1) +
      when(i.onset_to_treatment_min > 90, 1) +
      steps(i.nihss, [
        [5, 1],
        [10, 2],
        [16, 3],
      ]);
    return { points, good_outcome_pct: goodOutcome(points) };
  },
});
