/** The installed models and what predicts with them, opened alike for the service and for the command line. */
import type { AdvisorParts } from './advice.ts';
import { openModelRegistry, type ModelRegistry } from './inference/index.ts';
import { loadPredictionModels, predictCase, type PredictionModels } from './prediction/index.ts';

interface ModelLog {
  readonly warn: (details: object, message: string) => void;
  readonly error: (details: object, message: string) => void;
}

export interface OpenModels {
  readonly registry: ModelRegistry;
  readonly prediction: PredictionModels;
  /** Absent where no model with a family is installed: then nothing is said about models at all. */
  readonly predict?: NonNullable<AdvisorParts['predict']>;
}

/** @throws when a schema cannot be read, or the configuration names a model that is not installed */
export async function openModels(options: Parameters<typeof openModelRegistry>[0], log: ModelLog): Promise<OpenModels> {
  const registry = await openModelRegistry(options);
  let prediction: PredictionModels;
  try {
    prediction = await loadPredictionModels(registry, options.directory);
  } catch (error) {
    await registry.close();
    throw error;
  }
  for (const { name, why, reason } of prediction.unusable) {
    log.warn({ model: name, why, reason }, 'a model makes no statements');
  }
  if (prediction.usable.length + prediction.unusable.length === 0) return { registry, prediction };
  const onError = (model: string, error: unknown): void => {
    log.error({ model, error }, 'a model failed for a case; the other statements stand');
  };
  return { registry, prediction, predict: (stroke) => predictCase(stroke, prediction, { onError }) };
}
