/**
 * The 90-day outlook of an ischemic stroke from published evidence. Probabilities are 0 to 1, times are minutes.
 * Scores stand side by side with their own outcome; the trained prediction at discharge stands beside and is never mixed in.
 */
import type { FactKey, Instant } from '../../case/index.ts';
import type { Citation } from '../evaluation.ts';
import type { ModelPrediction } from '../prediction.ts';
import type { ScoreBasis } from '../scores/definition.ts';

export const PROGNOSIS_SCORES = ['ASTRAL', 'DRAGON', 'THRIVE', 'PLAN', 'HIAT2', 'SPAN-100'] as const;
export type PrognosisScoreName = (typeof PROGNOSIS_SCORES)[number];

/** Lowest and highest that facts and sources allow; equal when they leave nothing open. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

/** `value` is null when facts or references leave only the span. */
export interface Estimate extends Span {
  readonly value: number | null;
}

/** Share with mRS 0, 1, 2, 3, 4, 5, 6; sums to 1. */
export type MrsDistribution = readonly [number, number, number, number, number, number, number];

/** What a score's published rate counts; two rates of different outcomes are not comparable. */
export type PrognosisOutcome =
  | 'mrs-3-to-6-at-90-days'
  | 'mrs-0-to-2-at-90-days'
  | 'mrs-4-to-6-at-90-days'
  | 'favorable-composite-at-90-days'
  | 'death-within-30-days'
  | 'death-at-90-days';

/** Who was in the derivation cohort: decides whether its rates can speak for an untreated patient. */
export type CohortTreatment = 'mixed' | 'thrombolysis' | 'thrombectomy' | 'intra-arterial';

/** Why the patient is not like those in whom the score was derived. */
export type OutsidePrognosisCohort =
  | 'age-below-18'
  | 'dependent-before-stroke'
  | 'admitted-after-24-hours'
  | 'onset-to-treatment-over-3-hours'
  | 'onset-to-treatment-over-4-5-hours'
  | 'onset-time-unknown'
  | 'basilar-occlusion'
  | 'no-large-vessel-occlusion'
  | 'occlusion-unknown'
  | 'not-treated-so';

export interface PrognosisItem {
  /** 'age', 'nihss', 'glucose', 'visual-field', 'consciousness', 'onset-to-admission' … */
  readonly id: string;
  readonly points: Span;
  /** Highest points that the item can give. */
  readonly most: number;
  readonly facts: readonly FactKey[];
  readonly state: 'known' | 'lower-bound' | 'unknown';
}

export interface PublishedOutcome {
  readonly outcome: PrognosisOutcome;
  readonly probability: Span;
}

export interface PrognosisScore {
  readonly score: PrognosisScoreName;
  /** `range`: an item is open, it counts with its lowest and its highest class. */
  readonly state: 'computed' | 'range' | 'nothing-known' | 'outside-range';
  readonly points: Span | null;
  readonly scale: Span;
  /** Empty where no source seen here gives a rate for these points. */
  readonly published: readonly PublishedOutcome[];
  /** The outcome that the score was made for, published for these points or not. */
  readonly outcome: PrognosisOutcome;
  readonly cohortTreatment: CohortTreatment;
  readonly outsideCohort: readonly OutsidePrognosisCohort[];
  readonly items: readonly PrognosisItem[];
  readonly missing: readonly FactKey[];
  readonly basis: ScoreBasis;
}

/**
 * One published reading of the patient's risk of mRS 3 to 6 without treatment.
 * 'astral-curve': a third party's curve through the figure of the paper. 'astral-observed': share observed in the
 * derivation cohort among patients in the same band of points. 'trial-controls': control arms of the thrombolysis trials,
 * same NIHSS and age; their patients did worse than ASTRAL's cohort. 'dragon-less-thrombolysis': its rate after alteplase with
 * the mean effect of alteplase at that time taken off.
 */
export interface BaselineReading {
  readonly id: 'astral-curve' | 'astral-observed' | 'trial-controls' | 'dragon-less-thrombolysis';
  readonly risk: Span;
  readonly citation: Citation;
}

export type Occlusion = 'large-vessel' | 'no-large-vessel';

/** Outcome under one course of action, with the estimates that a card names. */
export interface Outlook {
  /** By occlusion: one entry, or two when the occlusion is not known; never mixed, since no source gives the share. */
  readonly distributions: readonly {
    readonly occlusion: Occlusion;
    /** Null when facts are missing: then only the two ends are there. */
    readonly central: MrsDistribution | null;
    /** At the lowest and at the highest published risk. */
    readonly best: MrsDistribution;
    readonly worst: MrsDistribution;
  }[];
  /** mRS 0–2. */
  readonly independent: Estimate;
  /** mRS 0–1. */
  readonly noDisability: Estimate;
  /** mRS 6. */
  readonly death: Estimate;
  /** Pre-stroke mRS again or better; null when the pre-stroke mRS is not known. */
  readonly backToBefore: Estimate | null;
}

export type TreatmentName = 'thrombolysis' | 'thrombectomy';

/**
 * 'given': already done. 'possible': its decision does not exclude it. 'open': its decision is not settled.
 * 'excluded': its decision speaks against it, so no effect is claimed. 'unknown': its decision failed.
 */
export type TreatmentState = 'given' | 'possible' | 'open' | 'excluded' | 'unknown';

/**
 * Why there are no figures. 'late-window': later than the source's trials treated without selection by imaging (4.5 h,
 * 6 h), or after sleep. 'basilar': not in the source's trials. 'time-unknown': of onset or of treatment.
 */
export type NoFiguresBecause =
  'excluded' | 'decision-unknown' | 'time-unknown' | 'late-window' | 'basilar' | 'no-large-vessel-occlusion';

/** Change of a share by the treatment against none: above 0 more patients, below 0 fewer. */
export interface Gain {
  readonly independent: Estimate;
  readonly noDisability: Estimate;
  readonly death: Estimate;
  /** Null when the pre-stroke mRS is not known. */
  readonly backToBefore: Estimate | null;
}

/**
 * Independence (mRS 0–2); for a patient with mRS 3 or more before the stroke, who cannot become independent, being back
 * at the state before.
 */
export type GoodOutcome = 'independent' | 'back-to-before';

/** Patients treated for one more with the good outcome; null where there is no such number, since nobody gains. */
export interface NumberNeeded {
  readonly outcome: GoodOutcome;
  readonly value: number | null;
  /** Fewest and most that the interval allows; `most` null: the interval reaches 'no benefit'. */
  readonly fewest: number | null;
  readonly most: number | null;
}

export interface TreatmentByOcclusion {
  readonly occlusion: Occlusion;
  readonly treated: MrsDistribution | null;
  readonly gain: Gain;
  readonly numberNeeded: NumberNeeded;
  /**
   * Change of the share with the good outcome if treated 15 minutes later than now; below 0 is a loss.
   * Null once given, or when a missing fact leaves only a span.
   */
  readonly per15Minutes: number | null;
  /** Minutes from onset at which the share with mRS 0–2 is no better than without treatment. */
  readonly noGainAfterMin: number;
  /** Treated now, 15, 30, 45 … minutes later, while the source covers it; empty once given or without a value. */
  readonly course: readonly TreatedAt[];
}

export interface TreatedAt {
  readonly minutesFromOnset: number;
  /** Share with the good outcome. */
  readonly good: number;
  readonly death: number;
}

export interface TreatmentOutlook {
  readonly treatment: TreatmentName;
  readonly state: TreatmentState;
  /** Null when there are figures in `effects`. */
  readonly noFiguresBecause: NoFiguresBecause | null;
  /** Minutes from onset that were used, both ends possible; the longer one gives the central figures. */
  readonly minutesFromOnset: Span | null;
  /** Empty without figures. Thrombectomy has the entry of a large-vessel occlusion only ('if a large vessel is occluded'). */
  readonly effects: readonly TreatmentByOcclusion[];
  /** When the effect of the source is at its end. */
  readonly noEffectAt: Instant | null;
  readonly citation: Citation;
}

export interface PrognosisContribution {
  readonly item: string;
  /** On the score's own scale; null where the reading is no score. */
  readonly points: Span | null;
  /** Signed, in log-odds of mRS 3 to 6: above 0 raises the risk against the reference. */
  readonly logOdds: Span;
  readonly facts: readonly FactKey[];
}

/**
 * Of the reading that gives the central figures, additive on the log-odds of mRS 3 to 6: baseline + contributions =
 * total. 'trial-controls': against the trials' average patient (71 years, NIHSS 12). 'astral-curve': against 0 points.
 */
export interface PrognosisExplanation {
  readonly reading: 'trial-controls' | 'astral-curve';
  readonly baselineLogOdds: number;
  readonly contributions: readonly PrognosisContribution[];
  readonly totalLogOdds: Span;
}

/** What a reading would say of another patient; not the effect of treating this one. */
export interface PrognosisCounterfactual {
  readonly item: 'glucose' | 'nihss';
  readonly reading: 'trial-controls' | 'astral-curve';
  readonly from: number;
  readonly to: number;
  readonly unit: 'mg/dL' | '{score}';
  /** P(mRS 0–2) without treatment by that reading, as it is and then. */
  readonly independentNow: number;
  readonly independent: number;
}

/**
 * 'insufficient-data': age or NIHSS is not known; a range over every age or severity would say nothing.
 * 'hemorrhagic-stroke': these scores are of ischemic strokes, see the hemorrhage scores instead.
 * 'hemorrhage-after-treatment': a hemorrhage after reperfusion treatment; what was expected on admission no longer holds.
 * 'past-acute-phase': more than seven days from onset; these are statements made on admission.
 */
export type PrognosisStatus =
  'estimated' | 'insufficient-data' | 'hemorrhagic-stroke' | 'hemorrhage-after-treatment' | 'past-acute-phase';

export type PrognosisNote =
  | 'prognosis-method'
  | 'prognosis-method-astral'
  | 'prognosis-mixed-cohort'
  | 'prognosis-astral-more-favorable'
  | 'prognosis-treatment-assumption'
  | 'prognosis-control-arm-thrombolysed'
  | 'prognosis-better-of-both-treatments'
  | 'prognosis-occlusion-unknown'
  | 'prognosis-basilar-reference'
  | 'prognosis-independent-before-assumed'
  | 'prognosis-not-better-than-before'
  | 'prognosis-dependent-before'
  | 'prognosis-late-window-outside-source'
  | 'prognosis-tenecteplase-as-alteplase'
  | 'prognosis-if-ischemic'
  | 'prognosis-values-before-treatment';

export interface Prognosis {
  readonly decision: 'prognosis';
  readonly status: PrognosisStatus;
  /** True while a hemorrhage is not excluded: 'if ischemic'. */
  readonly assumesIschemic: boolean;
  /** True when the pre-stroke mRS is not known: the figures are those of someone independent before. */
  readonly assumesIndependentBefore: boolean;
  readonly occlusion: Occlusion | 'unknown';
  readonly scores: readonly PrognosisScore[];
  readonly readings: readonly BaselineReading[];
  /** Without reperfusion treatment. Null unless estimated. */
  readonly untreated: Outlook | null;
  readonly treatments: readonly TreatmentOutlook[];
  /** What was given, taken into account: the better single treatment where both were; null when none was. */
  readonly asTreated: { readonly by: TreatmentName; readonly outlook: Outlook } | null;
  readonly explanation: PrognosisExplanation | null;
  readonly counterfactuals: readonly PrognosisCounterfactual[];
  /** Keys of sentences that belong to every use of these figures: the method in one sentence, assumptions, sources. */
  readonly notes: readonly PrognosisNote[];
  /** Trained on outcomes at discharge: another time, another method, beside. */
  readonly discharge: ModelPrediction | null;
  /** The site's own trained 90-day model, beside. */
  readonly siteModel: ModelPrediction | null;
  /** Recorded only from after the treatment; the scores count them as unknown. */
  readonly measuredAfterTreatment: readonly FactKey[];
  readonly missing: readonly FactKey[];
  /** When the figures of a treatment that can still be given have moved on by 15 minutes of delay; null otherwise. */
  readonly validUntil: Instant | null;
}
