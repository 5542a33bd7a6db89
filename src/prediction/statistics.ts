/**
 * `models/<name>/statistics.json` (schema: `models/statistics.schema.json`): the additive model behind a graph, with what
 * intervals, conformal sets and explanations need. Every predictor is `intercept + Σ coefficient × t(input)`: no
 * products between inputs, so Shapley values are closed form and exact.
 */
import type { TransformName } from './transforms.ts';

/**
 * 'cumulative-logit': predictor k (1 … K-1) is the log-odds of class k or a later one. 'softmax': one predictor a class.
 * 'logit': one predictor, the log-odds of the second of two classes.
 */
export type Link = 'cumulative-logit' | 'softmax' | 'logit';

export interface BasisColumn {
  /** A name of {@link StatisticsInput}. */
  readonly input: string;
  readonly transform: TransformName;
  readonly parameters: readonly number[];
}

export interface ModelColumn extends BasisColumn {
  /** The idea that it belongs to; contributions are summed over it. */
  readonly group: string;
  /** Mean of the transformed column in the reference population. */
  readonly mean: number;
  /** Per unit of the transformed column: one for 'cumulative-logit' and 'logit', one a class for 'softmax'. */
  readonly coefficients: readonly number[];
}

/** A raw column of the graph, in its order. */
export interface StatisticsInput {
  readonly name: string;
  /** UCUM. */
  readonly unit: string;
  /** Lowest and highest value in training. */
  readonly low: number;
  readonly high: number;
  /** Standard deviation of the measurement error: absolute + relative × value. */
  readonly noise: { readonly absolute: number; readonly relative: number };
}

export interface ConformalRule {
  readonly level: number;
  readonly method: 'lac' | 'aps' | 'ordinal-interval';
  readonly threshold: number;
  readonly calibration: string;
}

export interface DistanceRule {
  readonly columns: readonly BasisColumn[];
  readonly mean: readonly number[];
  readonly precision: readonly (readonly number[])[];
  /** Of the distance, not of its square. */
  readonly threshold95: number;
  readonly threshold99: number;
}

export interface ModelStatistics {
  readonly format: 1;
  readonly link: Link;
  readonly classes: readonly string[];
  /** Null: the most probable class is the headline; id 'most-probable': the most probable of `classes`. */
  readonly headline: { readonly id: string; readonly classes: readonly string[] } | null;
  readonly inputs: readonly StatisticsInput[];
  readonly groups: readonly string[];
  readonly columns: readonly ModelColumn[];
  /** K-1, falling, for 'cumulative-logit'; K for 'softmax'; 1 for 'logit'. */
  readonly intercepts: readonly number[];
  /** Of the intercepts, then column by column, within a column predictor by predictor. */
  readonly covariance: { readonly method: string; readonly matrix: readonly (readonly number[])[] };
  readonly conformal: ConformalRule;
  readonly outOfDistribution: DistanceRule;
  readonly reference: {
    readonly population: string;
    readonly subjects: number;
    /** Mean of each linear predictor without its intercept. */
    readonly meanLinear: readonly number[];
    /** Averages over similar subjects, raw values in the order of `inputs`, with their weights (sum 1). */
    readonly rows: readonly (readonly number[])[];
    readonly weights: readonly number[];
  };
  /** What the trainer computed for some rows. */
  readonly checks: {
    readonly rows: readonly (readonly number[])[];
    readonly probabilities: readonly (readonly number[])[];
  };
}
