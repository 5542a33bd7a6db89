/** What a schema cannot say about statistics: that their parts fit each other and the manifest. */
import type { ModelManifest } from '../inference/index.ts';
import { PARAMETER_COUNT } from './transforms.ts';
import type { BasisColumn, ModelStatistics } from './statistics.ts';

const square = (matrix: readonly (readonly number[])[], size: number): boolean =>
  matrix.length === size && matrix.every((row) => row.length === size);

/** @returns the first problem in words; null when everything fits */
export function statisticsProblem(statistics: ModelStatistics, manifest: ModelManifest): string | null {
  const { link, classes, inputs, columns, intercepts, covariance, outOfDistribution, reference, checks, groups } =
    statistics;
  const names = new Set(inputs.map(({ name }) => name));
  const width = inputs.length;
  const predictors = link === 'softmax' ? classes.length : classes.length - 1;
  const perColumn = link === 'softmax' ? classes.length : 1;
  const badBasis = ({ input, transform, parameters }: BasisColumn): boolean =>
    !names.has(input) || parameters.length !== PARAMETER_COUNT[transform];
  const total = reference.weights.reduce((a, b) => a + b, 0);
  const groupsOf = (name: string): number =>
    new Set(columns.filter(({ input }) => input === name).map(({ group }) => group)).size;
  const tests: readonly (readonly [boolean, string])[] = [
    [names.size !== width, 'an input is named twice'],
    [classes.join() !== (manifest.classes ?? []).join(), 'classes differ from model.json'],
    [link === 'logit' && classes.length !== 2, 'logit needs two classes'],
    [intercepts.length !== predictors, 'one intercept is needed for each linear predictor'],
    [
      link === 'cumulative-logit' && intercepts.some((a, k) => k > 0 && a >= (intercepts[k - 1] ?? 0)),
      'the intercepts of ordered classes must fall',
    ],
    [manifest.inputs.length !== 1 || manifest.inputs[0]?.shape.at(-1) !== width, 'the graph takes another width'],
    [columns.some(badBasis), 'a column names no input, or has the wrong number of parameters'],
    [columns.some(({ group }) => !groups.includes(group)), 'a column belongs to no group'],
    [inputs.some(({ name }) => groupsOf(name) > 1), 'an input belongs to two groups'],
    [columns.some(({ coefficients }) => coefficients.length !== perColumn), 'coefficients do not fit the link'],
    [!square(covariance.matrix, intercepts.length + columns.length * perColumn), 'covariance has another size'],
    [
      outOfDistribution.columns.some(badBasis) ||
        outOfDistribution.mean.length !== outOfDistribution.columns.length ||
        !square(outOfDistribution.precision, outOfDistribution.columns.length),
      'the distance does not fit its columns',
    ],
    [
      reference.rows.length !== reference.weights.length || Math.abs(total - 1) > 1e-6,
      'the weights of the reference rows do not fit or do not sum to 1',
    ],
    [[...reference.rows, ...checks.rows].some((row) => row.length !== width), 'a row has another width'],
  ];
  return tests.find(([wrong]) => wrong)?.[1] ?? null;
}
