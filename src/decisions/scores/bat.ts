import { defineScore, when } from './definition.ts';
import { flag } from './inputs.ts';

/** BAT: Blend sign, Any hypodensity, Time to CT; 0–5 points. */
export const BAT = defineScore({
  name: 'BAT',
  synonyms: ['BAT score'],
  basis: {
    definition:
      'hematoma expansion (more than 6 mL or more than 33 %) between two CT scans; 3 points or more predict it',
    cohort: '344 patients, Boston; validated in 241 of the PREDICT study',
    range: 'spontaneous supratentorial or infratentorial hemorrhage, first CT without contrast',
    limits: 'at 3 points or more sensitivity 0.50, specificity 0.89: a low score does not rule expansion out',
    citation: { source: 'Morotti 2018', doi: '10.1161/STROKEAHA.117.020138', grade: 'V1' },
  },
  inputs: { blend_sign: flag(), any_hypodensity: flag(), onset_to_ncct_lt_2_5h: flag() },
  compute: (i) => {
    const points = when(i.blend_sign, 1) + when(i.any_hypodensity, 2) + when(i.onset_to_ncct_lt_2_5h, 2);
    return { points, predicts_expansion: points >= 3 };
  },
});
