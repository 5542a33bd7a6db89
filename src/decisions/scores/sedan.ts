import { defineScore, rateOf, when } from './definition.ts';
import { age, flag, glucoseMmol, nihss } from './inputs.ts';

/** Observed sICH, %, at 0 to 5 points; 6 points read the top stratum (few patients). */
const DERIVATION = [1.4, 2.9, 8.5, 12.2, 21.7, 33.3] as const;
const VALIDATION = [1.0, 3.5, 5.1, 9.2, 16.9, 27.8] as const;

/** SEDAN: blood Sugar, Early infarct signs, Dense artery, Age, NIHSS; 0–6 points. */
export const SEDAN = defineScore({
  name: 'SEDAN',
  synonyms: ['SEDAN score'],
  basis: {
    definition:
      'symptomatic intracranial hemorrhage after intravenous alteplase, ECASS II (any hemorrhage with NIHSS +4 or more)',
    cohort: 'derivation: 974 patients given alteplase, Helsinki; validation: 828, Basel',
    range: 'anterior and posterior strokes given alteplase; basilar occlusion not included',
    limits:
      'a total of 6 is read at the stratum of 5 or more; glucose above 8.0 mmol/L counts from 8.1 as measured to one decimal',
    citation: { source: 'Strbian 2012', section: 'Table 3', doi: '10.1002/ana.23546', grade: 'V2' },
  },
  inputs: {
    glucose_mmol_l: glucoseMmol(),
    early_infarct_signs: flag(),
    hyperdense_artery: flag(),
    age: age(),
    nihss: nihss(),
  },
  compute: (i) => {
    // 8.1–12.0 (145–216 mg/dL) scores 1 and above 12.0 scores 2; a value between 8.0 and 8.1 is above the lowest class.
    const sugar = i.glucose_mmol_l > 12 ? 2 : when(i.glucose_mmol_l > 8, 1);
    const points =
      sugar +
      when(i.early_infarct_signs, 1) +
      when(i.hyperdense_artery, 1) +
      when(i.age > 75, 1) +
      when(i.nihss >= 10, 1);
    return {
      points,
      sich_pct_derivation: rateOf(points, DERIVATION),
      sich_pct_validation: rateOf(points, VALIDATION),
    };
  },
});
