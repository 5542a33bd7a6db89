/** The prediction that may be shown for a family: the active one; a shadow prediction is never returned. */
import type { CasePredictions, ModelFamily, ModelPrediction, UnavailablePrediction } from './prediction.ts';

export const NO_PREDICTIONS: CasePredictions = { predictions: [], unavailable: [] };

export function activePrediction(
  predictions: CasePredictions | undefined,
  family: ModelFamily,
): ModelPrediction | undefined {
  return predictions?.predictions.find((p) => p.family === family && p.role === 'active');
}

const DAMAGED: ReadonlySet<UnavailablePrediction['why']> = new Set(['disagrees', 'unusable', 'failed']);

/** Families that an installed model should have answered and none could: damaged, or failed for this case. */
export function damagedFamilies(predictions: CasePredictions | undefined): ModelFamily[] {
  const { unavailable } = predictions ?? NO_PREDICTIONS;
  const families = new Set(unavailable.flatMap(({ family, why }) => (DAMAGED.has(why) ? [family] : [])));
  return [...families].filter((family) => activePrediction(predictions, family) === undefined);
}
