/** The prediction that may be shown for a family: the active one; a shadow prediction is never returned. */
import type { CasePredictions, ModelFamily, ModelPrediction } from './prediction.ts';

export const NO_PREDICTIONS: CasePredictions = { predictions: [], unavailable: [] };

export function activePrediction(
  predictions: CasePredictions | undefined,
  family: ModelFamily,
): ModelPrediction | undefined {
  return predictions?.predictions.find((p) => p.family === family && p.role === 'active');
}
