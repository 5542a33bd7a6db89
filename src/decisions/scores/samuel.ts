import { defineScore, round } from './definition.ts';
import { choice, minutes } from './inputs.ts';
import { TREATED, UTILITIES } from './samuel-distributions.ts';
import type { SamuelTreatment } from './samuel-distributions.ts';

const logit = (p: number): number => Math.log(p / (1 - p));
const expit = (x: number): number => 1 / (1 + Math.exp(-x));

/** Log-odds of mRS ≤ 0 … 5 without effect and at onset. */
const lineOf = ({ noEffect, atOnset }: (typeof TREATED)[SamuelTreatment]) =>
  noEffect.map((late, grade) => ({ late: logit(late), early: logit(atOnset[grade] ?? late) }));
const LINES = {
  nlvo_ivt: lineOf(TREATED.nlvo_ivt),
  lvo_ivt: lineOf(TREATED.lvo_ivt),
  lvo_mt: lineOf(TREATED.lvo_mt),
} as const satisfies Record<SamuelTreatment, unknown>;

/**
 * Cumulative share with mRS ≤ 0 … 6 after treatment at `min` minutes from onset, unrounded: log-odds move in a straight
 * line from the effect at time 0 to none at 378 min (thrombolysis) or 480 min (thrombectomy), and stay there.
 * @param min minutes from onset to treatment, ≥ 0
 */
export function samuelCumulative(treatment: SamuelTreatment, min: number): readonly number[] {
  const { noEffectAfterMin } = TREATED[treatment];
  const f = Math.min(Math.max(min / noEffectAfterMin, 0), 1);
  const upTo5 = LINES[treatment].map(({ late, early }) => expit(f * late + (1 - f) * early));
  return [...upTo5, 1];
}

/** SAMueL: expected distribution of mRS by occlusion, treatment and time. A population average, not a prediction. */
export const SAMUEL = defineScore({
  name: 'SAMueL mRS distribution',
  synonyms: ['SAMueL', 'SAMueL-2', 'SAMueL mRS'],
  basis: {
    definition: 'distribution of mRS at 90 days in a population treated at a given time; utilities of Wang 2020',
    cohort: 'pooled trial and registry distributions (Emberson 2014, Lees 2010, Fransen 2016, Goyal 2016, SSNAP)',
    range:
      'thrombolysis without effect from 378 min, thrombectomy from 480 min; late treatment selected by imaging is not covered',
    limits: 'population averages, not individual predictions',
    citation: { source: 'SAMueL stroke_outcome', section: 'mRS distributions', grade: 'V1' },
  },
  inputs: {
    stroke_treatment: choice(['nlvo_ivt', 'lvo_ivt', 'lvo_mt']),
    onset_to_treatment_min: minutes(),
  },
  compute: (i) => {
    const cumulative = samuelCumulative(i.stroke_treatment, i.onset_to_treatment_min);
    const shares = cumulative.map((p, grade) => p - (cumulative[grade - 1] ?? 0));
    const mean = (worth: (grade: number) => number): number =>
      round(
        shares.reduce((sum, share, grade) => sum + share * worth(grade), 0),
        4,
      );
    return {
      cum_mrs_le_0_to_6: cumulative.map((p) => round(p, 4)),
      mean_mrs: mean((grade) => grade),
      mean_utility: mean((grade) => UTILITIES[grade] ?? 0),
    };
  },
});
