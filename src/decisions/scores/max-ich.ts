import { defineScore, rateOf, steps, when } from './definition.ts';
import { age, choice, flag, nihss, volume } from './inputs.ts';

/** Alive at 5 years, %, at 0 to 8 and more points (Mrochen 2025). */
const SURVIVAL_5Y = [85, 91, 69, 59, 47, 32, 29, 18, 0] as const;

/** max-ICH: NIHSS, age, volume by location, intraventricular blood, oral anticoagulant; 0–9 points. */
export const MAX_ICH = defineScore({
  name: 'max-ICH',
  synonyms: ['max ICH', 'maxICH', 'max-ICH score'],
  basis: {
    definition: 'survival at 5 years (Mrochen 2025); the score was made for outcome at 1 year under full treatment',
    cohort: 'Sembill 2017: patients treated without early limits of care, Erlangen',
    range: 'spontaneous intracerebral hemorrhage without early limits of care',
    limits: 'observed survival is not monotone at 0 and 1 point',
    citation: {
      source: 'Sembill 2017',
      section: 'table of Schmidt 2018',
      doi: '10.1212/WNL.0000000000004248',
      grade: 'V1',
    },
  },
  inputs: {
    nihss: nihss(),
    age: age(),
    location: choice(['lobar', 'nonlobar'], {
      non_lobar: 'nonlobar',
      deep: 'nonlobar',
      infratentorial: 'nonlobar',
      brainstem: 'nonlobar',
      cerebellar: 'nonlobar',
    }),
    ich_volume_ml: volume(),
    ivh: flag(),
    oral_anticoagulant: flag(),
  },
  compute: (i) => {
    const points =
      steps(i.nihss, [
        [7, 1],
        [14, 2],
        [21, 3],
      ]) +
      steps(i.age, [
        [70, 1],
        [75, 2],
        [80, 3],
      ]) +
      when(i.ich_volume_ml >= (i.location === 'lobar' ? 30 : 10), 1) +
      when(i.ivh, 1) +
      when(i.oral_anticoagulant, 1);
    return { points, survival_5y_pct_mrochen2025: rateOf(points, SURVIVAL_5Y) };
  },
});
