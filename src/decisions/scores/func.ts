import { defineScore, when } from './definition.ts';
import { age, choice, flag, gcs, volume } from './inputs.ts';

const LOCATION_POINTS = { lobar: 2, deep: 1, infratentorial: 0 } as const;

/** Functionally independent at 90 days, %, of all and of survivors. */
function independent(points: number): readonly [all: number, survivors: number] {
  if (points <= 4) return [0, 0];
  if (points <= 7) return [13, 29];
  if (points === 8) return [42, 48];
  return points <= 10 ? [66, 75] : [82, 95];
}

/** FUNC: volume, age, location, GCS, cognition before; 0–11 points, higher is better. */
export const FUNC = defineScore({
  name: 'FUNC',
  synonyms: ['FUNC score'],
  basis: {
    definition: 'functional independence (Glasgow Outcome Score 4 or more) at 90 days after intracerebral hemorrhage',
    cohort: '629 consecutive patients, Boston (418 derivation, 211 validation)',
    range: 'spontaneous intracerebral hemorrhage at admission',
    citation: { source: 'Rost 2008', doi: '10.1161/STROKEAHA.107.512202', grade: 'V1' },
  },
  inputs: {
    ich_volume_ml: volume(),
    age: age(),
    location: choice(['lobar', 'deep', 'infratentorial'], {
      brainstem: 'infratentorial',
      cerebellar: 'infratentorial',
    }),
    gcs: gcs(),
    pre_ich_cognitive_impairment: flag(),
  },
  compute: (i) => {
    // 30 and 60 mL both belong to the middle class (30–60).
    const size = i.ich_volume_ml < 30 ? 4 : i.ich_volume_ml <= 60 ? 2 : 0;
    const years = i.age < 70 ? 2 : i.age < 80 ? 1 : 0;
    const points =
      size + years + LOCATION_POINTS[i.location] + when(i.gcs >= 9, 2) + when(!i.pre_ich_cognitive_impairment, 1);
    const [all, survivors] = independent(points);
    return { points, independent_90d_pct: all, independent_90d_pct_survivors: survivors };
  },
});
