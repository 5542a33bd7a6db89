/**
 * What became of patients like this one in the control arms of the thrombolysis trials: the only large group that was
 * untreated by lot. Emberson 2014, figure 2: mRS 0 to 1 in 189 of 321 with NIHSS 0 to 4 and in 538 of 1 252 with 5 to 10;
 * by difference from all controls (965 of 3 365) in 238 of 1 792 with 11 or more.
 */
import { ASTRAL_CURVE } from '../scores/astral.ts';
import { UNTREATED } from '../scores/samuel-distributions.ts';
import type { Cumulative } from '../scores/samuel-distributions.ts';
import { expit, INDEPENDENT, logit, NO_DISABILITY } from './distribution.ts';

/** Mean age of the trials' patients; years to a point of ASTRAL. */
const MEAN_AGE = 71;
const YEARS_PER_POINT = 5;

interface Band {
  /** NIHSS in the middle of the band; of the open last band about its mean. */
  readonly nihss: number;
  readonly noDisability: number;
  /** The source's reference for that severity carries the share over from mRS ≤ 1 to mRS ≤ 2. */
  readonly reference: Cumulative;
}

const BANDS = [
  { nihss: 3, noDisability: 189 / 321, reference: UNTREATED.nlvo },
  { nihss: 7.5, noDisability: 538 / 1252, reference: UNTREATED.nlvo },
  { nihss: 16, noDisability: 238 / 1792, reference: UNTREATED.lvo },
] as const satisfies readonly Band[];

const riskLogOdds = ({ noDisability, reference }: Band): number =>
  logit(reference[NO_DISABILITY]) - logit(noDisability) - logit(reference[INDEPENDENT]);

/** Mean NIHSS of the trials' patients: with the mean age the reference of the contributions. */
export const AVERAGE_TRIAL_PATIENT = { age: MEAN_AGE, nihss: 12 } as const;

const byNihss = (nihss: number): number => {
  const [mild, moderate, severe] = BANDS;
  const [from, to] = nihss < moderate.nihss ? ([mild, moderate] as const) : ([moderate, severe] as const);
  const slope = (riskLogOdds(to) - riskLogOdds(from)) / (to.nihss - from.nihss);
  return riskLogOdds(from) + slope * (nihss - from.nihss);
};

export interface TrialControlTerms {
  /** Log-odds of mRS 3 to 6 of the average trial patient. */
  readonly baseline: number;
  /** What age and NIHSS add, signed. */
  readonly age: number;
  readonly nihss: number;
}

/**
 * Log-odds of mRS 3 to 6 by term: straight lines between the bands, and from the trials' mean age ASTRAL's points for age.
 * @param age years
 * @param nihss 0 to 42
 */
export function trialControlTerms(age: number, nihss: number): TrialControlTerms {
  const baseline = byNihss(AVERAGE_TRIAL_PATIENT.nihss);
  return {
    baseline,
    age: (ASTRAL_CURVE.slope * (age - AVERAGE_TRIAL_PATIENT.age)) / YEARS_PER_POINT,
    nihss: byNihss(nihss) - baseline,
  };
}

/** The control arm of the thrombectomy trials lies on the same line (Goyal 2016: 73.5 % at 68 years and NIHSS 17). */
export function trialControlRisk(age: number, nihss: number): number {
  const terms = trialControlTerms(age, nihss);
  return expit(terms.baseline + terms.age + terms.nihss);
}
