/** One model on one case: probabilities from the graph, and everything that must be said with them. */
import type { FactKey } from '../case/index.ts';
import type {
  Contribution,
  Explanation,
  Interval,
  MissingInput,
  ModelInput,
  ModelPrediction,
} from '../decisions/prediction.ts';
import { evaluateRow, predictorsOf, type AdditiveModel, type EvaluatedRow } from './additive-model.ts';
import { rowsOf, type CaseRows } from './case-rows.ts';
import { conformalSetOfRows } from './conformal-set.ts';
import { counterfactuals } from './counterfactuals.ts';
import { outOfDistribution } from './distance.ts';
import {
  explainedCoefficients,
  explainedWeights,
  headlineOf,
  weighted,
  type HeadlineClasses,
} from './explained-quantity.ts';
import { AGREEMENT, largestDifference, type PredictionModel } from './load-models.ts';
import type { CaseReadings } from './readings.ts';
import { runGraph } from './run-graph.ts';
import { baselineOf, shapleyValues } from './shapley.ts';
import { stability } from './stability.ts';
import { classIntervals, envelope, exceedanceInterval, predictorCovariance } from './uncertainty.ts';

/** The graph said something else than its explanation: nothing is shown. No patient data in the message. */
export class GraphDisagrees extends Error {
  override readonly name = 'GraphDisagrees';
}

interface EvaluatedCase extends EvaluatedRow {
  readonly weight: number;
}

/** Weighted mean of each column. */
function averaged(rows: readonly (readonly number[])[], weights: readonly number[]): number[] {
  return (rows[0] ?? []).map((_, k) => {
    let sum = 0;
    for (let i = 0; i < rows.length; i += 1) sum += (weights[i] ?? 0) * (rows[i]?.[k] ?? 0);
    return sum;
  });
}

const sumOf = (values: readonly number[], indices: readonly number[]): number =>
  indices.reduce((sum, k) => sum + (values[k] ?? 0), 0);

/** Of each class and of the headline: over all rows that stand for the case. */
function intervalsOf(
  model: AdditiveModel,
  cases: readonly EvaluatedCase[],
  headline: HeadlineClasses,
): { classes: Interval[]; headline: Interval } {
  const byClass: Interval[][] = model.statistics.classes.map(() => []);
  const ofHeadline: Interval[] = [];
  const [first = 0, ...more] = headline.indices;
  for (const { basis, predictors, probabilities } of cases) {
    const covariance = predictorCovariance(model, basis);
    const classes = classIntervals(model, predictors, probabilities, covariance);
    classes.forEach((interval, k) => byClass[k]?.push(interval));
    // Several classes are the last ones of ordered ones.
    const single = classes[first] ?? { low: 0, high: 1 };
    ofHeadline.push(more.length > 0 ? exceedanceInterval(predictors, covariance, first) : single);
  }
  return { classes: byClass.map(envelope), headline: envelope(ofHeadline) };
}

const FLOOR = 1e-300;

/** The explained number of averaged probabilities. */
function logOddsOf(model: AdditiveModel, probabilities: readonly number[], { indices }: HeadlineClasses): number {
  const log = (p: number): number => Math.log(Math.max(p, FLOOR));
  if (model.statistics.link === 'softmax') {
    return (
      log(sumOf(probabilities, indices)) - probabilities.reduce((sum, p) => sum + log(p), 0) / probabilities.length
    );
  }
  const others = probabilities.map((_, k) => k).filter((k) => !indices.includes(k));
  return log(sumOf(probabilities, indices)) - log(sumOf(probabilities, others));
}

function explanationOf(
  model: AdditiveModel,
  cases: readonly EvaluatedCase[],
  { isKnown, rows, beyondLimit }: CaseRows,
  probabilities: readonly number[],
  headline: HeadlineClasses,
): Explanation {
  const { statistics } = model;
  const weights = explainedWeights(model, headline);
  const coefficients = explainedCoefficients(model, weights);
  const baseline = baselineOf(model, weights, coefficients);
  const values = shapleyValues(model, coefficients, cases, isKnown);
  const only = cases.length === 1 ? cases[0] : undefined;
  // With one row the number comes from the predictors: a probability of nearly 1 has lost the digits of its log-odds.
  const total =
    only === undefined ? logOddsOf(model, probabilities, headline) : weighted(weights, predictorsOf(model, only.basis));
  const sum = values.reduce((s, { logOdds }) => s + logOdds, baseline);
  const contributions = values.map(({ group, logOdds }): Contribution => {
    const names = new Set(statistics.columns.filter((column) => column.group === group).map(({ input }) => input));
    const inputs = statistics.inputs.map((input, at) => ({ input, at })).filter(({ input }) => names.has(input.name));
    return {
      group,
      logOdds,
      values: inputs.map(({ input: { name, unit }, at }): ModelInput => {
        const taken = isKnown(name) ? rows.reduce((mean, { row, weight }) => mean + weight * (row[at] ?? 0), 0) : null;
        const own = beyondLimit.get(name);
        if (own === undefined || taken === null) return { input: name, value: taken, unit };
        return { input: name, value: own, unit, takenAs: taken };
      }),
      known: inputs.every(({ input }) => isKnown(input.name)),
    };
  });
  return {
    quantity: statistics.link === 'softmax' ? 'centered-log-ratio' : 'log-odds',
    baselineLogOdds: baseline,
    contributions,
    mixtureLogOdds: only === undefined ? total - sum : 0,
    totalLogOdds: total,
  };
}

function missingOf(facts: CaseRows['facts'], preferred: readonly FactKey[]): MissingInput[] {
  const averagedOver = [...facts].flatMap(([fact, why]): MissingInput[] =>
    why === 'known' ? [] : [{ fact, why, handled: 'averaged' }],
  );
  const leftOut = preferred.filter((fact) => !facts.has(fact));
  return [
    ...averagedOver,
    ...leftOut.map((fact): MissingInput => ({ fact, why: 'unknown', handled: 'other-variant' })),
  ];
}

/**
 * @param wanted facts that a better variant of the family would have needed and that are not known
 * @throws GraphDisagrees, RangeError (a value in another unit), or what the runtime throws
 */
export async function predictModel(
  model: PredictionModel,
  readings: CaseReadings,
  options: { readonly wanted: readonly FactKey[]; readonly assumesIschemic: boolean },
): Promise<ModelPrediction> {
  const { additive, installed } = model;
  const { manifest, report } = installed;
  const { statistics } = additive;
  const caseRows = rowsOf(additive, readings);
  const cases = caseRows.rows.map(({ row, weight }) => ({ ...evaluateRow(additive, row), weight }));
  const graph = await runGraph(
    installed,
    caseRows.rows.map(({ row }) => row),
  );
  const own = cases.map(({ probabilities }) => probabilities);
  const apart = largestDifference(graph, own);
  if (!(apart <= AGREEMENT)) throw new GraphDisagrees(`${model.name}: graph and statistics differ by ${String(apart)}`);

  const probabilities = averaged(
    graph,
    caseRows.rows.map(({ weight }) => weight),
  );
  const headline = headlineOf(additive, probabilities);
  const distance = outOfDistribution(additive, caseRows.readings, caseRows.isKnown);
  const ends = caseRows.ends.map((row) => ({ ...evaluateRow(additive, row), weight: 0 }));
  const intervals = intervalsOf(additive, [...cases, ...ends], headline);
  const outside = distance.state === 'outside';
  const names = (indices: readonly number[]): string[] => indices.map((k) => statistics.classes[k] ?? '');
  const [first, ...more] = caseRows.rows;
  return {
    family: model.family,
    model: model.name,
    version: manifest.version,
    digest: report.digest ?? '',
    title: manifest.title,
    role: model.role,
    simulated: model.simulated,
    classes: statistics.classes,
    probabilities,
    intervals: intervals.classes,
    headline: outside
      ? null
      : {
          id: headline.id,
          classes: names(headline.indices),
          probability: sumOf(probabilities, headline.indices),
          ...intervals.headline,
        },
    conformalSet: {
      level: statistics.conformal.level,
      classes: names(conformalSetOfRows(statistics.conformal, [...graph, ...ends.map(({ probabilities: p }) => p)])),
    },
    outOfDistribution: distance,
    explanation: explanationOf(additive, cases, caseRows, probabilities, headline),
    counterfactuals:
      outside || first === undefined || more.length > 0 ? [] : counterfactuals(additive, first.row, headline),
    stability: stability(additive, caseRows, headline),
    missing: missingOf(caseRows.facts, options.wanted),
    assumesIschemic: options.assumesIschemic,
    reference: statistics.reference.population,
  };
}
