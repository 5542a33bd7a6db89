import { defineScore } from './definition.ts';
import { age, nihss, volume } from './inputs.ts';

/**
 * Group of the clinical–core mismatch, or null when none applies.
 * @param core mL; group C ends below 51 mL (sources print both '31–51' and '<51')
 */
function dawnGroup(years: number, severity: number, core: number): 'A' | 'B' | 'C' | null {
  if (years >= 80) return severity >= 10 && core < 21 ? 'A' : null;
  if (severity >= 10 && core < 31) return 'B';
  return severity >= 20 && core >= 31 && core < 51 ? 'C' : null;
}

/** DAWN: mismatch between deficit and core by age, 6–24 h. */
export const DAWN = defineScore({
  name: 'DAWN clinical-core mismatch',
  synonyms: ['DAWN', 'DAWN mismatch', 'DAWN clinical core mismatch'],
  basis: {
    definition: 'selection rule of the trial for thrombectomy 6–24 h from last known well (not an outcome)',
    cohort: 'patients of DAWN: intracranial ICA or M1 occlusion, mRS 0–1 before',
    range: 'core by CT perfusion or DWI with automated software',
    limits: 'the upper end of group C is taken as below 51 mL',
    citation: { source: 'DAWN (Nogueira 2018)', doi: '10.1056/NEJMoa1706442', grade: 'V2' },
  },
  inputs: { age: age(), nihss: nihss(), core_ml: volume() },
  compute: (i) => {
    const group = dawnGroup(i.age, i.nihss, i.core_ml);
    return { meets: group !== null, group };
  },
});
