/** Which variant of a family answers: the preferred one of those whose inputs are all known, else the one that lacks least. */
import type { FactKey } from '../case/index.ts';
import { factsOf } from './case-rows.ts';
import type { PredictionModel } from './load-models.ts';
import type { CaseReadings } from './readings.ts';

export interface ChosenVariant {
  readonly model: PredictionModel;
  /** Facts that a preferred variant needs and that are not known. */
  readonly wanted: readonly FactKey[];
}

export const unknownFacts = (model: PredictionModel, readings: CaseReadings): FactKey[] =>
  factsOf(model.additive).filter((fact) => readings(fact).alternatives.length === 0);

/** @returns whether the case says anything that the model can use */
export const knowsSomething = (model: PredictionModel, readings: CaseReadings): boolean =>
  unknownFacts(model, readings).length < factsOf(model.additive).length;

/**
 * @param variants of one family, in the order of preference
 * @returns null when no variant has any input known, unless `fromNothing` asks for an answer even then
 */
export function chooseVariant(
  variants: readonly PredictionModel[],
  readings: CaseReadings,
  fromNothing = false,
): ChosenVariant | null {
  const usable = variants
    .filter((model) => fromNothing || knowsSomething(model, readings))
    .map((model) => ({ model, lacks: unknownFacts(model, readings).length }));
  // Ties go to the preferred one: the sort is stable.
  const best = usable.sort((a, b) => a.lacks - b.lacks)[0]?.model;
  if (best === undefined) return null;
  const better = variants.slice(0, variants.indexOf(best));
  return { model: best, wanted: [...new Set(better.flatMap((model) => unknownFacts(model, readings)))] };
}
