/**
 * How likely onset was within 4.5 h, by Bayes' rule from what PRE-FLAIR (Thomalla 2011, Lancet Neurol 10:978; 543 patients with a
 * known onset within 12 h, DWI and FLAIR read by eye) found of the mismatch. The prior is ours: of an unknown onset nothing is
 * known, so that it is even odds, and the interval spans a range of priors.
 */
export interface OnsetProbability {
  /** 0 to 1 */
  readonly value: number;
  /** Ends over the confidence intervals of sensitivity and specificity and over the priors. */
  readonly low: number;
  readonly high: number;
}

/** Of the mismatch for onset within 4.5 h; 95 % confidence. */
export const PRE_FLAIR = {
  sensitivity: { value: 0.62, low: 0.57, high: 0.66 },
  specificity: { value: 0.78, low: 0.72, high: 0.84 },
} as const;
export const PRIOR = { value: 0.5, low: 0.35, high: 0.65 } as const;

export function onsetWithinWindow(mismatch: boolean): OnsetProbability {
  const { sensitivity: se, specificity: sp } = PRE_FLAIR;
  const likelihood = (sensitivity: number, specificity: number): number =>
    mismatch ? sensitivity / (1 - specificity) : (1 - sensitivity) / specificity;
  const posterior = (prior: number, ratio: number): number => {
    const odds = (prior / (1 - prior)) * ratio;
    return odds / (1 + odds);
  };
  const [worst, best] = mismatch
    ? [likelihood(se.low, sp.low), likelihood(se.high, sp.high)]
    : [likelihood(se.high, sp.high), likelihood(se.low, sp.low)];
  return {
    value: posterior(PRIOR.value, likelihood(se.value, sp.value)),
    low: posterior(PRIOR.low, worst),
    high: posterior(PRIOR.high, best),
  };
}
