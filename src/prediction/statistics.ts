/**
 * `models/<name>/statistics.json`: the additive model behind a graph, with what intervals, conformal sets and explanations
 * need. Every predictor is `intercept + Σ coefficient × t(input)`: no products, so Shapley values are closed form.
 */
import type { TransformName } from './transforms.ts';

export const LINKS = ['cumulative-logit', 'softmax', 'logit'] as const;
/**
 * 'cumulative-logit': predictor k (1 … K-1) is the log-odds of class k or a later one. 'softmax': one predictor a class.
 * 'logit': one predictor, the log-odds of the second of two classes.
 */
export type Link = (typeof LINKS)[number];

export interface ModelColumn {
  /** A name of {@link StatisticsInput}. */
  readonly input: string;
  /** The idea that it belongs to; contributions are summed over it. */
  readonly group: string;
  readonly transform: TransformName;
  readonly parameters: readonly number[];
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
}

export interface DistanceColumn {
  readonly input: string;
  readonly transform: TransformName;
  readonly parameters: readonly number[];
}

export const CONFORMAL_METHODS = ['lac', 'aps', 'ordinal-interval'] as const;
export type ConformalMethod = (typeof CONFORMAL_METHODS)[number];

export interface ModelStatistics {
  readonly format: 1;
  readonly link: Link;
  readonly inputs: readonly StatisticsInput[];
  readonly columns: readonly ModelColumn[];
  /** K-1, falling, for 'cumulative-logit'; K for 'softmax'; 1 for 'logit'. */
  readonly intercepts: readonly number[];
  readonly groups: readonly string[];
  /** Of (intercepts, then the coefficients column by column), from the group bootstrap. */
  readonly covariance: readonly (readonly number[])[];
  readonly headline?: { readonly id: string; readonly classes: readonly string[] };
  readonly conformal: {
    readonly level: number;
    readonly method: ConformalMethod;
    readonly threshold: number;
    readonly calibration: string;
  };
  readonly outOfDistribution: {
    readonly columns: readonly DistanceColumn[];
    readonly mean: readonly number[];
    readonly precision: readonly (readonly number[])[];
    readonly threshold95: number;
    readonly threshold99: number;
  };
  readonly reference: {
    readonly population: string;
    readonly subjects: number;
    /** At most 60 synthetic patients, raw values in the order of `inputs`. */
    readonly rows: readonly (readonly number[])[];
  };
}
