/**
 * 'With NIHSS 8 in place of 17 the model would say …': the smallest change of one input that moves the headline by a step.
 * It is the model's answer for another patient, not what treating this one would do; age, sex and history are never varied.
 */
import { LESION_FEATURES } from '../case/index.ts';
import type { Counterfactual } from '../decisions/prediction.ts';
import { basisOf, predictorsOf, probabilitiesOf, type AdditiveModel, type Row } from './additive-model.ts';
import { headlineChoice, mostProbable, type HeadlineClasses } from './explained-quantity.ts';
import type { ModelColumn, StatisticsInput } from './statistics.ts';
import { transformed } from './transforms.ts';

/** A step is passing from one of these bands of probability to another. */
const BANDS = [0.1, 0.25, 0.5, 0.75, 0.9];
/** Inputs that name who the patient is. */
const NEVER_VARIED: ReadonlySet<string> = new Set(['age', 'sex', 'preStrokeMrs']);
/** Of a lesion only its volume: another share of a tract or territory at the same size is nothing one can picture. */
const PICTURED: ReadonlySet<string> = new Set(['volumeMl']);
const isVaried = (name: string): boolean =>
  !NEVER_VARIED.has(name) && (!(name in LESION_FEATURES) || PICTURED.has(name));
/** Values tried between the lowest and the highest of training. */
const STEPS = 80;

const bandOf = (p: number): number => BANDS.filter((limit) => p >= limit).length;

/** Inputs that are the only one of their group: varying one of several measurements of a lesion makes no patient. */
function changeable({ statistics }: AdditiveModel): StatisticsInput[] {
  return statistics.inputs.filter(({ name, unit, low, high }) => {
    const groups = new Set(statistics.columns.filter(({ input }) => input === name).map(({ group }) => group));
    const alone = statistics.columns.every(({ input, group }) => input === name || !groups.has(group));
    return groups.size === 1 && alone && high > low && unit !== '{flag}' && isVaried(name);
  });
}

/** Values to try in rising order: whole numbers for scores and counts, a fine scale otherwise. */
function valuesToTry({ name, unit, low, high }: StatisticsInput): number[] {
  const whole = name === 'nihss' || /^\{(score|count)\}$/.test(unit);
  if (whole) return Array.from({ length: Math.floor(high) - Math.ceil(low) + 1 }, (_, i) => Math.ceil(low) + i);
  // Volumes spread over orders of magnitude: equal ratios above 1, so that small lesions are told apart too.
  const logarithmic = unit === 'mL' && low >= 0;
  const scale = (share: number): number =>
    logarithmic ? (low + 1) * ((high + 1) / (low + 1)) ** share - 1 : low + share * (high - low);
  return Array.from({ length: STEPS + 1 }, (_, i) => Number(scale(i / STEPS).toPrecision(3)));
}

interface Change {
  readonly input: StatisticsInput;
  readonly at: number;
  readonly group: string;
  /** The columns that read the input, with their positions. */
  readonly affected: readonly { readonly column: ModelColumn; readonly c: number }[];
  /** Rising. */
  readonly values: readonly number[];
}

const changesOfModels = new WeakMap<AdditiveModel, readonly Change[]>();

/** What may be varied and to which values: the same for every case. */
function changesOf(model: AdditiveModel): readonly Change[] {
  let changes = changesOfModels.get(model);
  if (changes === undefined) {
    changes = changeable(model).map((input) => ({
      input,
      at: model.position.get(input.name) ?? 0,
      affected: model.columns.flatMap((column, c) => (column.input === input.name ? [{ column, c }] : [])),
      group: model.statistics.columns.find((column) => column.input === input.name)?.group ?? '',
      values: valuesToTry(input),
    }));
    changesOfModels.set(model, changes);
  }
  return changes;
}

/**
 * @param row the case with every input known: an average over unknown inputs has no counterfactual
 * @returns at most two for an input, the nearest below and the nearest above; most telling groups are the caller's choice
 */
export function counterfactuals(model: AdditiveModel, row: Row, headline: HeadlineClasses): Counterfactual[] {
  const probability = (probabilities: readonly number[]): number =>
    headline.indices.reduce((sum, k) => sum + (probabilities[k] ?? 0), 0);
  const { link } = model.statistics;
  const basis = basisOf(model, row);
  const now = probabilitiesOf(link, predictorsOf(model, basis));
  const choice = headlineChoice(model);
  // With several classes a step is another class as headline.
  const steps = (probabilities: readonly number[]): boolean =>
    choice === null
      ? bandOf(probability(probabilities)) !== bandOf(probability(now))
      : mostProbable(choice, probabilities) !== mostProbable(choice, now);

  return changesOf(model).flatMap(({ input, at, group, values, affected }) => {
    const from = row[at] ?? 0;
    const trial = [...basis];
    const nearest = (candidates: readonly number[]): Counterfactual[] => {
      for (const to of candidates) {
        for (const { column, c } of affected) trial[c] = transformed(column, to);
        const probabilities = probabilitiesOf(link, predictorsOf(model, trial));
        if (steps(probabilities)) {
          return [{ group, input: input.name, from, to, unit: input.unit, probability: probability(probabilities) }];
        }
      }
      return [];
    };
    return [...nearest(values.filter((v) => v < from).reverse()), ...nearest(values.filter((v) => v > from))];
  });
}
