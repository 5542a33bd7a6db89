/**
 * Hemorrhagic transformation of an ischemic stroke: what published scores say, side by side, each with its own
 * definition of the outcome and its own cohort. Nothing here averages, ranks or picks among them.
 */
import type { FactKey, Instant, PerfusionFeatureName, TimeSpan } from '../../case/index.ts';
import type { Citation, CriterionStatus } from '../evaluation.ts';
import type { ModelPrediction } from '../prediction.ts';
import type { ScoreBasis } from '../scores/definition.ts';

export const TRANSFORMATION_SCORES = ['SEDAN', 'HAT', 'GRASPS', 'SITS-SICH', 'RICH', 'SPAN-100', 'THRIVE'] as const;
export type TransformationScoreName = (typeof TRANSFORMATION_SCORES)[number];

/**
 * What a published rate would mean for this patient. The scores were derived in patients given alteplase:
 * - `before-thrombolysis`: the risk if thrombolysis is given now, not the risk of the untreated stroke
 * - `thrombolysis-unknown`: whether a thrombolytic was given could not be read; read as the risk with thrombolysis
 * - `after-thrombolysis`: a thrombolytic was given; the risk that follows from it
 * and, without scores:
 * - `after-36-hours`: given more than 36 h ago, the span in which the scores' outcomes were counted
 * - `thrombectomy-only`: thrombectomy without a thrombolytic; no score here was derived in such patients
 * - `too-late`: not treated and more than 24 h from onset, so there is no thrombolysis to ask about
 * - `hemorrhage-after-thrombolysis`: it has happened; `hemorrhagic-stroke`: not an ischemic stroke
 */
export type TransformationSetting =
  | 'before-thrombolysis'
  | 'thrombolysis-unknown'
  | 'after-thrombolysis'
  | 'after-36-hours'
  | 'thrombectomy-only'
  | 'too-late'
  | 'hemorrhage-after-thrombolysis'
  | 'hemorrhagic-stroke';

/** The outcome behind a rate; two rates of different outcomes are not comparable. */
export type HemorrhageOutcome =
  | 'symptomatic-ecass-2'
  | 'symptomatic-ecass-3'
  | 'symptomatic-sits-most'
  | 'symptomatic-attributed'
  | 'symptomatic-attributed-36-hours'
  | 'any-hemorrhage'
  /** The score predicts disability or death; its relation to hemorrhage is known, a rate is not. */
  | 'not-hemorrhage';

/** Lowest and highest that the facts allow; equal when everything was known. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

export interface ScoreItem {
  /** 'glucose', 'nihss', 'early-infarct-signs'. */
  readonly id: string;
  readonly points: Span;
  /** Highest points that the item can give. */
  readonly most: number;
  readonly facts: readonly FactKey[];
  /**
   * `known`. `lower-bound`: an NIHSS with an untestable item. `unknown`: every class of the item counted.
   * `switched-off`: deliberately not used; `not-in-case`: no fact of the case holds it.
   */
  readonly state: 'known' | 'lower-bound' | 'unknown' | 'switched-off' | 'not-in-case';
}

/** Why the patient is not like those in whom the score was derived. */
export type OutsideCohort =
  | 'onset-to-treatment-over-3-hours'
  | 'onset-to-treatment-over-4-5-hours'
  | 'onset-to-treatment-over-6-hours'
  | 'onset-time-unknown'
  | 'age-below-18'
  | 'basilar-occlusion'
  | 'not-alteplase'
  | 'thrombectomy-as-well'
  | 'thrombectomy-cohort';

export interface PublishedRate {
  /** Name of the rate in the score's result. */
  readonly id: string;
  readonly percent: Span;
}

export interface TransformationScore {
  readonly score: TransformationScoreName;
  /**
   * `computed`: every input known. `range`: at least one item open. `nothing-known`: no item known; no number to show.
   * `outside-range`: an input lies outside what the score accepts.
   */
  readonly state: 'computed' | 'range' | 'nothing-known' | 'outside-range';
  /** Null when nothing is known or out of range. */
  readonly points: Span | null;
  readonly scale: Span;
  /** Published rates in percent over all that is published for these points; null where none is. */
  readonly riskPercent: Span | null;
  /** The same by cohort, where derivation and validation were both published ('sich_pct_validation'). */
  readonly rates: readonly PublishedRate[];
  readonly outcome: HemorrhageOutcome;
  readonly items: readonly ScoreItem[];
  /** Facts whose absence leaves it a range. */
  readonly missing: readonly FactKey[];
  readonly outsideCohort: readonly OutsideCohort[];
  /** Sources disagree on the points (SITS-SICH, antiplatelet drugs); both readings are inside `points`. */
  readonly sourcesConflict: boolean;
  readonly basis: ScoreBasis;
}

/** Lowest and highest published rate over the scores, of different outcomes: a spread, never an estimate. */
export interface RateSpread extends Span {
  readonly scores: readonly TransformationScoreName[];
  /** True when a missing fact widens it. */
  readonly widened: boolean;
}

/** A published cut-off of a perfusion map for hemorrhage; a finding of one study, not a rule. */
export interface PerfusionMarker {
  readonly feature: PerfusionFeatureName;
  readonly cutoff: number;
  readonly status: Exclude<CriterionStatus, 'notApplicable'>;
  readonly citation: Citation;
}

export interface HemorrhagicTransformation {
  readonly decision: 'hemorrhagic-transformation';
  readonly setting: TransformationSetting;
  /** When the thrombolytic was given; null when none was, or its time is not known. */
  readonly treatedAt: TimeSpan | null;
  /** Hours since then, both ends possible; null when not treated or not known. */
  readonly hoursSince: Span | null;
  /** Empty in the settings that have no scores. */
  readonly scores: readonly TransformationScore[];
  /** Null unless at least one score with a published rate was computed without a gap. */
  readonly spread: RateSpread | null;
  /** Recorded only from after the treatment, so the scores count them as unknown: they may show the treatment's effect. */
  readonly measuredAfterTreatment: readonly FactKey[];
  /** Empty unless at least one such map was measured. */
  readonly perfusionMarkers: readonly PerfusionMarker[];
  /** The site's own trained model, beside the scores and never mixed with them; null where there is none. */
  readonly prediction: ModelPrediction | null;
  readonly missing: readonly FactKey[];
  /** The instant at which the setting changes by itself; null when time alone does not change it. */
  readonly validUntil: Instant | null;
}
