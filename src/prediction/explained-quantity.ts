/**
 * Which number is explained. It must be a weighted sum of the linear predictors, or contributions would not add up:
 * - ordered or two classes: the log-odds of the headline ('mRS at least 3'), which is one of the predictors;
 * - several unordered classes: predictor of the headline class minus the mean of all predictors, that is the logarithm of
 *   its probability over the geometric mean of all classes. p / (1 - p) is not additive under softmax, and a log-ratio to
 *   one class would change with the choice of that class. (Centered log-ratio: Aitchison, J R Stat Soc B 1982;44:139.)
 */
import type { AdditiveModel } from './additive-model.ts';

/** Headline id in statistics: the most probable of the named classes. */
const MOST_PROBABLE = 'most-probable';

export interface HeadlineClasses {
  readonly id: string;
  /** Positions of its classes in the output. */
  readonly indices: readonly number[];
}

/**
 * Classes of which the most probable is the headline; null when the headline is declared outright. A model may leave out a
 * class that names nothing ('cryptogenic'): it keeps its probability and is never the one that a card names.
 */
export function headlineChoice({ statistics: { classes, headline } }: AdditiveModel): number[] | null {
  if (headline === null) return classes.map((_, k) => k);
  return headline.id === MOST_PROBABLE ? headline.classes.map((name) => classes.indexOf(name)) : null;
}

/** The most probable of some classes; the first of equals. */
export function mostProbable(choice: readonly number[], probabilities: readonly number[]): number {
  return choice.reduce((best, k) => ((probabilities[k] ?? 0) > (probabilities[best] ?? 0) ? k : best), choice[0] ?? 0);
}

/** The headline of a case: as declared, else the most probable class of those that may be named. */
export function headlineOf(model: AdditiveModel, probabilities: readonly number[]): HeadlineClasses {
  const { classes, headline } = model.statistics;
  const choice = headlineChoice(model);
  if (choice !== null) {
    const top = mostProbable(choice, probabilities);
    return { id: classes[top] ?? '', indices: [top] };
  }
  return { id: headline?.id ?? '', indices: (headline?.classes ?? []).map((name) => classes.indexOf(name)) };
}

/** Why the headline of a model cannot be explained by its link; null when it can. */
export function headlineProblem({ statistics }: AdditiveModel): string | null {
  const { classes, headline, link } = statistics;
  if (headline === null) {
    return link === 'cumulative-logit' ? 'an ordered model must declare its headline' : null;
  }
  const indices = headline.classes.map((name) => classes.indexOf(name));
  if (indices.some((i) => i < 0)) return 'the headline names a class that the model does not have';
  if (link === 'softmax')
    return indices.length === 1 || headline.id === MOST_PROBABLE
      ? null
      : 'a headline of several unordered classes does not add up';
  if (headline.id === MOST_PROBABLE) return 'only unordered classes can have the most probable one as headline';
  const first = classes.length - indices.length;
  const isEnd = first > 0 && indices.every((index, i) => index === first + i);
  return isEnd ? null : 'the headline of ordered classes must be the last ones, in order';
}

/** Weights of the linear predictors in the explained number. */
export function explainedWeights({ statistics }: AdditiveModel, { indices }: HeadlineClasses): number[] {
  const { link, classes, intercepts } = statistics;
  if (link === 'softmax') {
    return intercepts.map((_, k) => (k === indices[0] ? 1 : 0) - 1 / intercepts.length);
  }
  // Two classes without declared headline: the first class has the opposite log-odds.
  if (link === 'logit') return [indices[0] === 1 ? 1 : -1];
  return intercepts.map((_, l) => (l === classes.length - indices.length - 1 ? 1 : 0));
}

/** Weighted sum of the linear predictors. */
export const weighted = (weights: readonly number[], predictors: readonly number[]): number =>
  weights.reduce((sum, w, l) => sum + w * (predictors[l] ?? 0), 0);

/** Effect of one unit of each transformed column on the explained number. */
export function explainedCoefficients(model: AdditiveModel, weights: readonly number[]): number[] {
  const { coefficients, predictors } = model;
  return model.columns.map((_, c) => {
    let sum = 0;
    for (let l = 0; l < weights.length; l += 1) sum += (weights[l] ?? 0) * (coefficients[c * predictors + l] ?? 0);
    return sum;
  });
}
