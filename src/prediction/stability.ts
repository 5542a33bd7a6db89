/**
 * Would a second measurement explain the patient in another way? Every input with a measurement error is moved by one
 * standard deviation, up and down; volumes, lengths and shares of one lesion move together, as a mask drawn a little wider
 * would move them. If the three largest contributions change their order, the bars carry a warning.
 */
import { LESION_FEATURES } from '../case/index.ts';
import type { Stability } from '../decisions/prediction.ts';
import { basisOf, evaluateRow, type AdditiveModel, type EvaluatedRow, type Row } from './additive-model.ts';
import type { CaseRows } from './case-rows.ts';
import { explainedCoefficients, explainedWeights, type HeadlineClasses } from './explained-quantity.ts';
import { shapleyValues } from './shapley.ts';
import type { StatisticsInput } from './statistics.ts';

const TOP = 3;

interface Change {
  readonly name: string;
  readonly apply: (row: Row) => Row;
}

const moved = ({ noise, unit, name }: StatisticsInput, x: number, sign: 1 | -1): number => {
  const value = x + sign * (noise.absolute + noise.relative * Math.abs(x));
  // Nothing that is measured here lies below zero but a position or a left-right index.
  const floor = name in LESION_FEATURES ? LESION_FEATURES[name as keyof typeof LESION_FEATURES].low : 0;
  const ceiling = name === 'nihss' ? 42 : unit === '1' ? 1 : Infinity;
  return Math.min(ceiling, Math.max(floor, value));
};

/** The lesion's measurements as one, every other input alone. */
function changes({ statistics }: AdditiveModel, isKnown: (input: string) => boolean): Change[] {
  const noisy = statistics.inputs
    .map((input, at) => ({ input, at }))
    .filter(({ input: { name, noise } }) => isKnown(name) && (noise.absolute > 0 || noise.relative > 0));
  const lesion = noisy.filter(({ input }) => input.name in LESION_FEATURES);
  const alone = noisy.filter(({ input }) => !(input.name in LESION_FEATURES)).map((one) => [one]);
  return [...alone, ...(lesion.length > 0 ? [lesion] : [])].flatMap((together) =>
    ([1, -1] as const).map((sign) => ({
      name: together.length === 1 ? (together[0]?.input.name ?? '') : 'ischemicLesion',
      apply: (row: Row): Row => {
        const changed = [...row];
        for (const { input, at } of together) changed[at] = moved(input, row[at] ?? 0, sign);
        return changed;
      },
    })),
  );
}

/**
 * @param readings one row for each way to read what is known: contributions of known inputs do not depend on the rest
 * @param rows all rows that stand for the case
 */
export function stability(
  model: AdditiveModel,
  { rows, readings, isKnown }: Pick<CaseRows, 'rows' | 'readings' | 'isKnown'>,
  headline: HeadlineClasses,
): Stability {
  const coefficients = explainedCoefficients(model, explainedWeights(model, headline));
  const weight = 1 / readings.length;
  /** Every row after a change: its columns serve the contributions and the probability. */
  const answerTo = (apply: Change['apply']): { readonly top: string[]; readonly probability: number } => {
    const evaluated = new Map<Row, EvaluatedRow>();
    let probability = 0;
    for (const one of rows) {
      const answer = evaluateRow(model, apply(one.row));
      evaluated.set(one.row, answer);
      probability += one.weight * headline.indices.reduce((p, k) => p + (answer.probabilities[k] ?? 0), 0);
    }
    const bases = readings.map((row) => ({ basis: evaluated.get(row)?.basis ?? basisOf(model, apply(row)), weight }));
    const top = shapleyValues(model, coefficients, bases, isKnown)
      .filter(({ logOdds }) => logOdds !== 0)
      .sort((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds))
      .slice(0, TOP)
      .map(({ group }) => group);
    return { top, probability };
  };

  const { top: topGroups, probability } = answerTo((row) => row);
  const tried = changes(model, isKnown);
  const answers = tried.map(({ apply }) => answerTo(apply));
  const range = [probability, ...answers.map((answer) => answer.probability)];
  return {
    topGroups,
    stable: answers.every(({ top }) => top.join() === topGroups.join()),
    range: { low: Math.min(...range), high: Math.max(...range) },
    tried: [...new Set(tried.map(({ name }) => name))],
  };
}
