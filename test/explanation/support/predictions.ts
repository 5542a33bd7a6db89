/** Statements of trained models as the decisions carry them; the numbers are made up and add up. */
import type { CasePredictions, Contribution, ModelPrediction } from '../../../src/decisions/prediction.ts';

export const contribution = (
  group: string,
  logOdds: number,
  input: string,
  value: number,
  unit: string,
): Contribution => ({ group, logOdds, known: true, values: [{ input, value, unit }] });

const CONTRIBUTIONS = [
  contribution('nihss', 0.8, 'nihss', 17, '{score}'),
  contribution('age', -0.31, 'age', 61, 'a'),
  contribution('lesion-size', 0.5, 'volumeMl', 23.4, 'mL'),
  contribution('lesion-location', -0.11, 'mcaInsularCoverage', 0.3, '1'),
];

export function prediction(changes: Partial<ModelPrediction> = {}): ModelPrediction {
  return {
    family: 'discharge-mrs',
    model: 'discharge-mrs-lesion',
    version: '1.0.0',
    digest: 'ab'.repeat(32),
    title: 'mRS at discharge',
    role: 'active',
    simulated: false,
    classes: ['mrs-0', 'mrs-1', 'mrs-2', 'mrs-3', 'mrs-4', 'mrs-5', 'mrs-6'],
    probabilities: [0.05, 0.12, 0.21, 0.2, 0.27, 0.08, 0.07],
    intervals: [],
    headline: {
      id: 'mrs-at-least-3',
      classes: ['mrs-3', 'mrs-4', 'mrs-5', 'mrs-6'],
      probability: 0.62,
      low: 0.5,
      high: 0.72,
    },
    conformalSet: { level: 0.9, classes: ['mrs-1', 'mrs-2', 'mrs-3', 'mrs-4', 'mrs-5'] },
    outOfDistribution: { score: 1, threshold95: 3, threshold99: 4, state: 'inside', beyondTraining: [] },
    explanation: {
      quantity: 'log-odds',
      baselineLogOdds: -0.39,
      contributions: CONTRIBUTIONS,
      mixtureLogOdds: 0,
      totalLogOdds: 0.49,
    },
    counterfactuals: [{ group: 'nihss', input: 'nihss', from: 17, to: 8, unit: '{score}', probability: 0.44 }],
    stability: {
      topGroups: ['nihss', 'lesion-size', 'age'],
      stable: true,
      range: { low: 0.58, high: 0.66 },
      tried: ['nihss ±1'],
    },
    missing: [],
    assumesIschemic: false,
    reference: 'Patients of the training data.',
    ...changes,
  };
}

export const toastPrediction = (changes: Partial<ModelPrediction> = {}): ModelPrediction =>
  prediction({
    family: 'toast',
    model: 'toast',
    classes: ['toast-1', 'toast-2', 'toast-3', 'toast-4', 'toast-5'],
    probabilities: [0.12, 0.2, 0.56, 0.04, 0.08],
    headline: { id: 'toast-3', classes: ['toast-3'], probability: 0.56, low: 0.48, high: 0.63 },
    conformalSet: { level: 0.9, classes: ['toast-1', 'toast-2', 'toast-3'] },
    counterfactuals: [],
    ...changes,
  });

export const simulatedBleeding = (changes: Partial<ModelPrediction> = {}): ModelPrediction =>
  prediction({
    family: 'hemorrhagic-transformation',
    model: 'simulated-transformation',
    simulated: true,
    classes: ['absent', 'present'],
    probabilities: [0.92, 0.08],
    headline: { id: 'hemorrhagic-transformation', classes: ['present'], probability: 0.08, low: 0.04, high: 0.15 },
    conformalSet: { level: 0.9, classes: ['absent'] },
    ...changes,
  });

export const casePredictions = (...predictions: readonly ModelPrediction[]): CasePredictions => ({
  predictions,
  unavailable: [],
});
