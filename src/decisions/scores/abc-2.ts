import { defineScore, round } from './definition.ts';
import { centimeters } from './inputs.ts';

/** ABC/2: volume of a hematoma taken as an ellipsoid, mL. */
export const ABC_2 = defineScore({
  name: 'ABC/2',
  synonyms: ['ABC2', 'ABC over 2'],
  basis: {
    definition:
      'volume of an intracerebral hematoma from its largest diameter (A), the diameter across (B) and its height (C), in cm',
    cohort: 'Kothari 1996: 118 hemorrhages against planimetry',
    range: 'compact, roughly ellipsoid hematomas',
    limits: 'overestimates irregular, lobar and anticoagulant-related hematomas',
    citation: { source: 'Kothari 1996', doi: '10.1161/01.STR.27.8.1304', grade: 'V2' },
  },
  inputs: { a_cm: centimeters(), b_cm: centimeters(), c_cm: centimeters() },
  compute: (i) => ({ volume_ml: round((i.a_cm * i.b_cm * i.c_cm) / 2, 4) }),
});
