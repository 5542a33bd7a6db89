/**
 * The trained probability over the TOAST classes, beside the rules. In nearly half of the patients it was trained on no
 * cause was found, whatever the lesion: the causes are compared among themselves, as if one will be found, and the share
 * without one is told apart from them.
 */
import { activePrediction } from '../active-prediction.ts';
import type { CasePredictions, ModelPrediction } from '../prediction.ts';
import { CAUSES, type Cause } from './classes.ts';
import type { SubtypePrediction } from './subtype.ts';

/** Class names of the models, numbered as in the data they were trained on. */
export const TRAINED_CLASSES: Readonly<Record<Cause | 'undetermined', string>> = {
  'large-artery-atherosclerosis': 'toast-1',
  cardioembolism: 'toast-2',
  'small-vessel-occlusion': 'toast-3',
  'other-determined-cause': 'toast-4',
  undetermined: 'toast-5',
};

/**
 * Smallest difference of the two most probable causes from which on the first was right more often than the second (out of
 * fold) and models refitted on resampled patients keep their order; threshold 'told-apart' of the model with the lesion.
 */
export const TOLD_APART = 0.23;

export function trainedCauses(predictions: CasePredictions | undefined): SubtypePrediction | null {
  const prediction = activePrediction(predictions, 'toast');
  if (prediction === undefined) return null;
  const none = probabilityOf(prediction, TRAINED_CLASSES.undetermined);
  const found = CAUSES.map((cause) => {
    const probability = probabilityOf(prediction, TRAINED_CLASSES[cause]);
    return { cause, probability: none < 1 ? probability / (1 - none) : 0 };
  });
  const ifFound = found.toSorted((a, b) => b.probability - a.probability);
  const [first, second] = ifFound;
  const margin = (first?.probability ?? 0) - (second?.probability ?? 0);
  return {
    prediction,
    ifFound,
    noneFound: none,
    tellsApart: prediction.headline !== null && knowsLesion(prediction) && margin >= TOLD_APART,
  };
}

/** Without a lesion there is no pattern: the order of the causes is then little more than their frequency at that age. */
export function knowsLesion({ explanation }: ModelPrediction): boolean {
  return explanation.contributions.some(({ group, known }) => known && group.startsWith('lesion-'));
}

function probabilityOf({ classes, probabilities }: ModelPrediction, name: string): number {
  return probabilities[classes.indexOf(name)] ?? 0;
}
