/**
 * What trained models say about one case, as data for the decisions: computed before them by `src/prediction`, stored
 * with the evaluation, and never recomputed for the basis page. Types only; probabilities are 0 to 1.
 *
 * Words: *family* is the question (mRS at discharge), *model* one of its variants, chosen by what is known; *headline*
 * is the one probability that a card names; *reference* is the population that contributions are measured against.
 */
import type { FactKey } from '../case/index.ts';

export const MODEL_FAMILIES = ['discharge-mrs', 'toast', 'hemorrhagic-transformation', 'mrs-90-days'] as const;
export type ModelFamily = (typeof MODEL_FAMILIES)[number];

/** 95 % unless said otherwise. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** One input of the case: raw, before any transformation of the model's own. */
export interface ModelInput {
  /** 'age', 'sex', 'nihss', or the name of a lesion feature. */
  readonly input: string;
  /** Null when it was not known: then it was averaged over the reference population. */
  readonly value: number | null;
  /** UCUM. */
  readonly unit: string;
  /** What the model read in its place, where the value lies beyond what its training table tells apart. */
  readonly takenAs?: number;
}

/** How one idea (age, NIHSS, lesion size, lesion place) moves the prediction away from the reference population. */
export interface Contribution {
  readonly group: string;
  /** Signed, natural logarithm; 0 for a group of which nothing was known. Log-odds add up, probabilities do not. */
  readonly logOdds: number;
  readonly values: readonly ModelInput[];
  /** False when an input of the group was not known. */
  readonly known: boolean;
}

export interface Headline extends Interval {
  /** 'mrs-at-least-3', 'toast-2', 'hemorrhagic-transformation': addresses the wording. */
  readonly id: string;
  /** Names of the classes that it sums; one for a class probability. */
  readonly classes: readonly string[];
  readonly probability: number;
}

/** What adds up: `baseline + contributions + mixture = total`, within 1e-6 of what the graph computed. */
export interface Explanation {
  /**
   * 'log-odds': logit of the headline's probability.
   * 'centered-log-ratio': logarithm of the headline class' probability over the geometric mean of all classes; with
   * several classes p / (1 - p) does not add up, and a log-ratio to one class would make that class the yardstick.
   */
  readonly quantity: 'log-odds' | 'centered-log-ratio';
  /** Mean over the reference population. */
  readonly baselineLogOdds: number;
  readonly contributions: readonly Contribution[];
  /** What averaging over unknown or conflicting inputs adds; 0 when every input was known. */
  readonly mixtureLogOdds: number;
  readonly totalLogOdds: number;
}

/**
 * The smallest change of one group that moves the headline by a step: the model's answer for another patient, not the
 * effect of treating this one. Age and sex are never offered.
 */
export interface Counterfactual {
  readonly group: string;
  /** The input that was varied. */
  readonly input: string;
  readonly from: number;
  readonly to: number;
  /** UCUM. */
  readonly unit: string;
  /** Probability of the headline after the change. */
  readonly probability: number;
}

/** Do the contributions keep their order when inputs move within their measurement error? */
export interface Stability {
  /** The three largest contributions, by size, as ordered for the case. */
  readonly topGroups: readonly string[];
  /** False: at least one small change reorders them; say so beside the bars. */
  readonly stable: boolean;
  /** Lowest and highest headline probability among the small changes. */
  readonly range: Interval;
  /** What was varied: 'nihss ±1', 'volumeMl ±10 %'. */
  readonly tried: readonly string[];
}

export interface OutOfDistribution {
  /** Mahalanobis distance from the training population. */
  readonly score: number;
  /** 95th and 99th percentile of the training population's own scores. */
  readonly threshold95: number;
  readonly threshold99: number;
  /**
   * 'unusual': above the 95th percentile, or an input beyond the range of training. 'outside': above the 99th, an input
   * beyond its range by more than half of its width, or a minor in a model of adults: no headline.
   */
  readonly state: 'inside' | 'unusual' | 'outside';
  /** Inputs beyond the range seen in training. */
  readonly beyondTraining: readonly string[];
}

/** An input that the model wanted and the case did not have as one known value. */
export interface MissingInput {
  readonly fact: FactKey;
  readonly why: 'unknown' | 'conflicting' | 'lower-bound';
  /**
   * 'other-variant': a model that does not need it answered. 'averaged': averaged over the reference population (or over
   * the conflicting values), and the interval spans it.
   */
  readonly handled: 'other-variant' | 'averaged';
}

export interface ModelPrediction {
  readonly family: ModelFamily;
  /** Name of the variant that answered. */
  readonly model: string;
  readonly version: string;
  /** SHA-256 of the graph. */
  readonly digest: string;
  readonly title: string;
  /** Shadow predictions are stored and never shown. */
  readonly role: 'active' | 'shadow';
  /** Trained on simulated data: every statement says so. */
  readonly simulated: boolean;
  /** Names of the classes in order: 'mrs-0' … 'mrs-6', 'toast-1' … 'toast-5'. */
  readonly classes: readonly string[];
  /** One per class, sum 1. For research output and the record; a card shows none when `headline` is null. */
  readonly probabilities: readonly number[];
  readonly intervals: readonly Interval[];
  /** Null when the case is outside what the model knows: no number may be shown then. */
  readonly headline: Headline | null;
  /** Classes that hold the truth with the given coverage, as measured on patients like those of training. */
  readonly conformalSet: { readonly level: number; readonly classes: readonly string[] };
  readonly outOfDistribution: OutOfDistribution;
  readonly explanation: Explanation;
  readonly counterfactuals: readonly Counterfactual[];
  readonly stability: Stability;
  readonly missing: readonly MissingInput[];
  /** True while a hemorrhage is not excluded: the models know ischemic strokes only, so the card says 'if ischemic'. */
  readonly assumesIschemic: boolean;
  /** One sentence: who the reference population is. */
  readonly reference: string;
}

/** A statement that no model could make, and why. */
export interface UnavailablePrediction {
  readonly family: ModelFamily;
  readonly model: string | null;
  /**
   * 'not-ischemic': an intracranial hemorrhage is there, and the models were trained on ischemic strokes only.
   * 'nothing-known': no input of any variant is known, or so little that the
   * interval would span more than 60 of 100. 'disagrees': graph and statistics differ, the model is not used.
   * 'unusable': damaged, missing file or not loadable. 'failed': it threw for this case.
   */
  readonly why: 'not-ischemic' | 'nothing-known' | 'disagrees' | 'unusable' | 'failed';
  /** Facts that would let it answer. */
  readonly missing: readonly FactKey[];
}

/** Everything that models said about a case. Families without an installed model are in neither list. */
export interface CasePredictions {
  readonly predictions: readonly ModelPrediction[];
  readonly unavailable: readonly UnavailablePrediction[];
}
