export { loadPredictionModels, NO_MODELS } from './load-models.ts';
export type { PredictionModel, PredictionModels, UnusableModel } from './load-models.ts';
export { predictCase, predictReadings, type PredictOptions } from './predict-case.ts';
export type { CaseReadings, FactReadings, Reading } from './readings.ts';
