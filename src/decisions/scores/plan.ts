import { defineScore, when } from './definition.ts';
import { age, flag } from './inputs.ts';

/** PLAN: preadmission comorbidities, level of consciousness, age, neurologic deficit; 0–25 points. */
export const PLAN = defineScore({
  name: 'PLAN',
  synonyms: ['PLAN score'],
  basis: {
    definition: 'death within 30 days of ischemic stroke (also death or mRS 5–6 at discharge)',
    cohort: '9 847 patients, Registry of the Canadian Stroke Network (half derivation, half validation); c 0.87',
    range: 'admission with ischemic stroke',
    limits:
      'only the rate at 4 points was seen in a source; age counts up to 10 points as in the abstract (a copy that caps it at 9 differs from 100 years)',
    citation: { source: 'O’Donnell 2012', section: 'abstract', doi: '10.1001/2013.jamainternmed.30', grade: 'V2' },
  },
  inputs: {
    dependence: flag(),
    cancer: flag(),
    chf: flag(),
    af: flag(),
    reduced_loc: flag(),
    age: age(),
    leg: flag(),
    arm: flag(),
    aphasia_neglect: flag(),
  },
  compute: (i) => {
    const points =
      when(i.dependence, 1.5) +
      when(i.cancer, 1.5) +
      when(i.chf, 1) +
      when(i.af, 1) +
      when(i.reduced_loc, 5) +
      Math.min(Math.floor(i.age / 10), 10) +
      when(i.leg, 2) +
      when(i.arm, 2) +
      when(i.aphasia_neglect, 1);
    return { points, mortality_30d_pct: points === 4 ? 0.7 : null };
  },
});
