import { defineScore, when } from './definition.ts';
import { flag, hours, volume } from './inputs.ts';

/** Points by hours from onset to CT: up to 1, 2, 3, 4 and 5 h (the upper end belongs to the class). */
export function brainTimePoints(h: number): number {
  return [1, 2, 3, 4, 5].filter((end) => h <= end).length;
}

/** BRAIN: Baseline volume, Recurrent hemorrhage, Anticoagulation by warfarin, Intraventricular extension, Number of hours; 0–24. */
export const BRAIN = defineScore({
  name: 'BRAIN',
  synonyms: ['BRAIN score'],
  basis: {
    definition: 'hematoma growth of 6 mL or more from baseline to 24 h',
    cohort: '964 patients of INTERACT2 with CT at 24 h',
    range: 'spontaneous hemorrhage, first CT within 6 h',
    limits: 'the probability is published for 0 (3.4 %) and 24 points (85.8 %); the curve between was not seen',
    citation: { source: 'Wang 2015', doi: '10.1161/STROKEAHA.114.006910', grade: 'V1' },
  },
  inputs: {
    ich_volume_ml: volume(),
    recurrent_ich: flag(),
    warfarin_at_onset: flag(),
    intraventricular_extension: flag(),
    onset_to_ct_h: hours(),
  },
  compute: (i) => {
    // Up to and including 10 mL scores 0, up to and including 20 mL scores 5.
    const size = i.ich_volume_ml > 20 ? 7 : when(i.ich_volume_ml > 10, 5);
    const points =
      size +
      when(i.recurrent_ich, 4) +
      when(i.warfarin_at_onset, 6) +
      when(i.intraventricular_extension, 2) +
      brainTimePoints(i.onset_to_ct_h);
    return { points, growth_pct: points === 0 ? 3.4 : points === 24 ? 85.8 : null };
  },
});
