/**
 * Exact Shapley values of an additive model against its reference population. With independent inputs the value of a column
 * is coefficient × (t(x) - mean of t), whatever the order in which inputs become known; a group's is the sum of its
 * columns'. (Lundberg & Lee, NeurIPS 2017, corollary 1: linear SHAP; exact here because nothing is multiplied.)
 */
import type { AdditiveModel } from './additive-model.ts';

export interface GroupValue {
  readonly group: string;
  readonly logOdds: number;
}

/**
 * @param bases transformed columns of the rows that stand for the case (one when every input is known), with weights
 * @param isKnown whether the case says anything of an input; the contribution of one of which nothing is known is 0
 * @returns one value per group, in the model's order, in the units of the explained number (log-odds)
 */
export function shapleyValues(
  model: AdditiveModel,
  coefficients: readonly number[],
  bases: readonly { readonly basis: readonly number[]; readonly weight: number }[],
  isKnown: (input: string) => boolean,
): GroupValue[] {
  const sums = new Map(model.statistics.groups.map((group) => [group, 0]));
  model.columns.forEach((column, c) => {
    if (!isKnown(column.input)) return;
    let mean = 0;
    for (const { basis, weight } of bases) mean += weight * (basis[c] ?? 0);
    const value = (coefficients[c] ?? 0) * (mean - column.mean);
    sums.set(column.group, (sums.get(column.group) ?? 0) + value);
  });
  return [...sums].map(([group, logOdds]) => ({ group, logOdds }));
}

/** The explained number of the average reference patient. */
export function baselineOf(model: AdditiveModel, weights: readonly number[], coefficients: readonly number[]): number {
  const intercept = weights.reduce((sum, w, l) => sum + w * (model.statistics.intercepts[l] ?? 0), 0);
  return model.columns.reduce((sum, column, c) => sum + (coefficients[c] ?? 0) * column.mean, intercept);
}
