/**
 * Reference distributions of mRS at 90 days: cumulative share with mRS ≤ 0, 1, 2, 3, 4, 5 (SAMueL-2, stroke_outcome).
 * `noEffect`: treated so late that it no longer helps, its harm included; `atOnset`: treated at time 0.
 */
export type SamuelTreatment = 'nlvo_ivt' | 'lvo_ivt' | 'lvo_mt';
export type Cumulative = readonly [number, number, number, number, number, number];

export const PRE_STROKE: Readonly<Record<'nlvo' | 'lvo', Cumulative>> = {
  nlvo: [0.583, 0.746, 0.85, 0.951, 0.993, 1],
  lvo: [0.408, 0.552, 0.672, 0.838, 0.956, 1],
};

export const UNTREATED: Readonly<Record<'nlvo' | 'lvo', Cumulative>> = {
  nlvo: [0.198, 0.46, 0.58, 0.708, 0.856, 0.918],
  lvo: [0.05, 0.129, 0.265, 0.429, 0.676, 0.811],
};

export const TREATED: Readonly<
  Record<
    SamuelTreatment,
    { readonly noEffect: Cumulative; readonly atOnset: Cumulative; readonly noEffectAfterMin: number }
  >
> = {
  nlvo_ivt: {
    noEffect: [0.196, 0.455, 0.574, 0.701, 0.847, 0.908],
    atOnset: [0.445, 0.642, 0.752, 0.862, 0.941, 0.967],
    noEffectAfterMin: 378,
  },
  lvo_ivt: {
    noEffect: [0.048, 0.124, 0.255, 0.414, 0.653, 0.783],
    atOnset: [0.14, 0.233, 0.361, 0.522, 0.73, 0.838],
    noEffectAfterMin: 378,
  },
  lvo_mt: {
    noEffect: [0.048, 0.124, 0.255, 0.412, 0.649, 0.779],
    atOnset: [0.306, 0.429, 0.548, 0.707, 0.851, 0.915],
    noEffectAfterMin: 480,
  },
};

/** Utility of mRS 0 to 6 (Wang 2020). */
export const UTILITIES = [0.97, 0.88, 0.74, 0.55, 0.2, -0.19, 0] as const;
