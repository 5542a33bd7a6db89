import { defineScore, steps, when } from './definition.ts';
import type { ScoreValues } from './definition.ts';
import { age, choice, flag, glucoseMg, minutes, nihss, systolic, weight } from './inputs.ts';

/** Only the ends of the scale were published in a source seen here. */
const risk = (points: number): number | null => (points === 0 ? 0.2 : points >= 10 ? 14.3 : null);

/** Points of the antiplatelet item: a public copy's, and those that the paper's range of 0–12 asks for. */
const ANTIPLATELET_READINGS = { aspirin: [1, 2], aspirin_clopidogrel: [2, 3] } as const;

/** SITS-SICH: nine items, 0–12 points. */
export const SITS_SICH = defineScore({
  name: 'SITS-SICH',
  synonyms: ['SITS SICH', 'SITS symptomatic intracerebral hemorrhage score'],
  basis: {
    definition:
      'symptomatic hemorrhage, SITS-MOST (parenchymal hemorrhage type 2 at 22–36 h with NIHSS +4 or more, or death)',
    cohort: '31 627 patients given alteplase, SITS registry; 1.8 % had it',
    range: 'intravenous alteplase within 6 h, mostly within 4.5 h',
    limits:
      'rates are known for 0 and for 10 or more points only; sources disagree on the points for aspirin and for aspirin with clopidogrel, so with these both totals are shown and none is chosen',
    citation: { source: 'Mazya 2012', doi: '10.1161/STROKEAHA.111.644815', grade: 'V1' },
  },
  inputs: {
    antiplatelet: choice(['none', 'aspirin', 'aspirin_clopidogrel'], {
      no: 'none',
      asa: 'aspirin',
      asa_clopidogrel: 'aspirin_clopidogrel',
      'aspirin+clopidogrel': 'aspirin_clopidogrel',
      'asa+clopidogrel': 'aspirin_clopidogrel',
      aspirin_and_clopidogrel: 'aspirin_clopidogrel',
      aspirin_plus_clopidogrel: 'aspirin_clopidogrel',
      dual: 'aspirin_clopidogrel',
      dapt: 'aspirin_clopidogrel',
    }),
    nihss: nihss(),
    glucose_mg_dl: glucoseMg(),
    sbp: systolic(),
    weight_kg: weight(),
    age: age(),
    ott_min: minutes(),
    hypertension: flag(),
  },
  compute: (i): ScoreValues => {
    const others =
      steps(i.nihss, [
        [7, 1],
        [13, 2],
      ]) +
      when(i.glucose_mg_dl >= 180, 2) +
      when(i.age >= 72, 1) +
      when(i.sbp >= 146, 1) +
      when(i.weight_kg >= 95, 1) +
      when(i.ott_min >= 180, 1) +
      when(i.hypertension, 1);
    if (i.antiplatelet === 'none') return { points: others, sich_pct: risk(others) };
    const [low, high] = ANTIPLATELET_READINGS[i.antiplatelet];
    return {
      points: null,
      points_low: others + low,
      points_high: others + high,
      sich_pct: risk(others + low),
      conflict: 'sources disagree on the points for antiplatelet drugs',
    };
  },
});
