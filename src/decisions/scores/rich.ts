import { defineScore, rateOf, when } from './definition.ts';
import { age, flag, glucoseMg, nihss, systolic } from './inputs.ts';

const SICH = [0, 1.7, 2.7, 6.3, 8.1] as const;

/** RICH: age, NIHSS, glucose, systolic pressure, statin in medium or high dose; 0–5 points. */
export const RICH = defineScore({
  name: 'RICH',
  synonyms: ['RICH score', 'Erdur'],
  basis: {
    definition:
      'symptomatic intracranial hemorrhage after intravenous alteplase, ECASS III (predominant cause of the decline)',
    cohort: 'derivation: 1 336 patients given alteplase, Berlin, 4.0 % had it; validation: 983, Basel, 3.4 %',
    range: 'intravenous alteplase',
    limits: 'AUC 0.72 at derivation, 0.69 at validation; 4 and 5 points share one rate',
    citation: { source: 'Erdur 2018', locator: 'PMC5820302', doi: '10.3389/fneur.2018.00074', grade: 'V2' },
  },
  inputs: { age: age(), nihss: nihss(), glucose_mg_dl: glucoseMg(), sbp: systolic(), medium_or_high_statin: flag() },
  compute: (i) => {
    const points =
      when(i.age > 80, 1) +
      when(i.nihss >= 5, 1) +
      when(i.glucose_mg_dl > 125, 1) +
      when(i.sbp > 155, 1) +
      when(i.medium_or_high_statin, 1);
    return { points, sich_pct: rateOf(points, SICH) };
  },
});
