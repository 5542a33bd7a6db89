import { defineScore, needs, rateOf } from './definition.ts';
import { choice, nihss, optionalFlag, optionalGlucoseMg } from './inputs.ts';

/** sICH, %, at 0, 1, 2, 3 and more than 3 points. */
const SICH = [2, 5, 10, 15, 44] as const;
const HYPODENSITY_POINTS = { none: 0, le_third_mca: 1, gt_third_mca: 2 } as const;

/** HAT (Hemorrhage After Thrombolysis): NIHSS, early hypodensity, diabetes or glucose above 200 mg/dL; 0–5 points. */
export const HAT = defineScore({
  name: 'HAT',
  synonyms: ['HAT score', 'hemorrhage after thrombolysis'],
  basis: {
    definition: 'symptomatic intracerebral hemorrhage after intravenous alteplase (deterioration attributed to it)',
    cohort: '400 patients given alteplase within 3 h (five centers)',
    range: 'intravenous alteplase within 3 h of onset',
    limits: 'rates rest on few events at 3 points and above',
    citation: { source: 'Lou 2008', doi: '10.1212/01.wnl.0000330297.58334.dd', grade: 'V2' },
  },
  inputs: {
    nihss: nihss(),
    ct_hypodensity: choice(['none', 'le_third_mca', 'gt_third_mca'], {
      no: 'none',
      up_to_one_third_mca: 'le_third_mca',
      over_one_third_mca: 'gt_third_mca',
    }),
    diabetes: optionalFlag(),
    glucose_mg_dl: optionalGlucoseMg(),
  },
  compute: (i) => {
    // One item: diabetes or glucose above 200 mg/dL. A 'yes' of either settles it; a 'no' needs both.
    const isPresent = i.diabetes === true || (i.glucose_mg_dl !== undefined && i.glucose_mg_dl > 200);
    if (!isPresent) {
      const open = [
        ...(i.diabetes === undefined ? ['diabetes'] : []),
        ...(i.glucose_mg_dl === undefined ? ['glucose_mg_dl'] : []),
      ];
      if (open.length > 0) return needs(...open);
    }
    const severity = i.nihss > 20 ? 2 : i.nihss >= 15 ? 1 : 0;
    const points = severity + HYPODENSITY_POINTS[i.ct_hypodensity] + (isPresent ? 1 : 0);
    return { points, sich_pct: rateOf(points, SICH) };
  },
});
