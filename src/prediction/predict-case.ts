/**
 * Everything that the models say about a case. A model that fails takes only its own statement away; shadow models answer
 * beside the active one, for the record only.
 */
import type { StrokeCase } from '../case/index.ts';
import { holds } from '../case/index.ts';
import { hemorrhagePresent } from '../decisions/intracerebral-hemorrhage/index.ts';
import {
  MODEL_FAMILIES,
  type CasePredictions,
  type ModelFamily,
  type ModelPrediction,
  type UnavailablePrediction,
} from '../decisions/prediction.ts';
import { factsOf } from './case-rows.ts';
import { chooseVariant, knowsSomething, unknownFacts, type ChosenVariant } from './choose-variant.ts';
import type { PredictionModel, PredictionModels } from './load-models.ts';
import { GraphDisagrees, predictModel } from './predict-model.ts';
import { caseReadings, type CaseReadings } from './readings.ts';

export interface PredictOptions {
  /** Is told of each model that threw; the error holds no patient data. */
  readonly onError?: (model: string, error: unknown) => void;
  /** Only these families; all when left out. */
  readonly families?: readonly ModelFamily[];
  /** Answer with the average of the reference population when no input is known: for tables, never for cards. */
  readonly fromNothing?: boolean;
}

/** An interval that spans more than this share of all possible answers is none. */
const WIDEST = 0.6;

/** Averaged over so much that is unknown that the number would only look like knowledge. */
function saysNothing({ headline, missing }: ModelPrediction): boolean {
  const averaged = missing.some(({ handled }) => handled === 'averaged');
  return averaged && headline !== null && headline.high - headline.low > WIDEST;
}

type Ischemia = 'established' | 'open' | 'excluded';

/** The models know ischemic strokes only; one that bled later is still one. */
function ischemia(stroke: StrokeCase): Ischemia {
  const { facts } = stroke;
  const diagnosed = holds(facts.acuteIschemicStroke, (events) =>
    events.some(({ active, certainty }) => active && certainty === 'confirmed'),
  );
  const seen = holds(facts.ischemicLesion, ({ lesionPresent }) => lesionPresent === 1);
  if (diagnosed === true || seen === true) return 'established';
  const hemorrhage = hemorrhagePresent(stroke);
  return hemorrhage === true ? 'excluded' : hemorrhage === false ? 'established' : 'open';
}

/** Predictions for a stroke case. Never throws for a model; a case with an intracranial hemorrhage gets none. */
export async function predictCase(
  stroke: StrokeCase,
  models: PredictionModels,
  options: PredictOptions = {},
): Promise<CasePredictions> {
  const state = ischemia(stroke);
  if (state !== 'excluded') {
    return predictReadings(caseReadings(stroke), models, { ...options, assumesIschemic: state === 'open' });
  }
  const families = new Set(models.usable.map(({ family }) => family));
  return {
    predictions: [],
    unavailable: [...families].map((family) => ({ family, model: null, why: 'not-ischemic', missing: [] })),
  };
}

/** Predictions from readings: what a case, or a row of a table with its lesion, says about the inputs. */
export async function predictReadings(
  readings: CaseReadings,
  models: PredictionModels,
  options: PredictOptions & { readonly assumesIschemic: boolean },
): Promise<CasePredictions> {
  const predictions: ModelPrediction[] = [];
  const unavailable: UnavailablePrediction[] = [];
  const attempt = async ({ model, wanted }: ChosenVariant): Promise<boolean> => {
    try {
      const { assumesIschemic } = options;
      const prediction = await predictModel(model, readings, { wanted, assumesIschemic });
      if (options.fromNothing !== true && saysNothing(prediction)) {
        const missing = unknownFacts(model, readings);
        if (model.role === 'active')
          unavailable.push({ family: model.family, model: null, why: 'nothing-known', missing });
      } else predictions.push(prediction);
      return true;
    } catch (error) {
      options.onError?.(model.name, error);
      const why = error instanceof GraphDisagrees ? 'disagrees' : 'failed';
      // A shadow model that fails is no statement that a reader misses.
      if (model.role === 'active') unavailable.push({ family: model.family, model: model.name, why, missing: [] });
      return false;
    }
  };

  for (const family of options.families ?? MODEL_FAMILIES) {
    const ofFamily = models.usable.filter((model) => model.family === family);
    const active = ofFamily.filter(({ role }) => role === 'active');
    await answer(family, active);
    for (const model of ofFamily) {
      if (model.role === 'shadow' && knowsSomething(model, readings)) await attempt({ model, wanted: [] });
    }
  }
  return { predictions, unavailable };

  /** The chosen variant; when it fails, the next best one. */
  async function answer(family: ModelFamily, active: readonly PredictionModel[]): Promise<void> {
    let left = active;
    while (left.length > 0) {
      const chosen = chooseVariant(left, readings, options.fromNothing);
      if (chosen === null) {
        const missing = [...new Set(left.flatMap(({ additive }) => factsOf(additive)))];
        unavailable.push({ family, model: null, why: 'nothing-known', missing });
        return;
      }
      if (await attempt(chosen)) return;
      left = left.filter((model) => model !== chosen.model);
    }
    for (const { name, why } of models.unusable.filter((one) => one.family === family)) {
      unavailable.push({ family, model: name, why, missing: [] });
    }
  }
}
