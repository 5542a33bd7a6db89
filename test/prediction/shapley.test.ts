import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { additiveModel, basisOf, evaluateRow, predictorsOf } from '../../src/prediction/additive-model.ts';
import {
  explainedCoefficients,
  explainedWeights,
  headlineOf,
  headlineProblem,
  weighted,
} from '../../src/prediction/explained-quantity.ts';
import { baselineOf, shapleyValues } from '../../src/prediction/shapley.ts';
import type { ModelStatistics } from '../../src/prediction/statistics.ts';
import { statisticsOf } from '../support/additive-models.ts';

const ALL = ['age', 'sex', 'nihss', 'volumeMl', 'corticalFraction'] as const;
const LINKS = ['cumulative-logit', 'softmax', 'logit'] as const;

/** Patients far beyond what is possible too: nothing may become NaN. */
const rows = fc.tuple(
  fc.double({ min: 0, max: 150, noNaN: true }),
  fc.constantFrom(0, 1),
  fc.integer({ min: 0, max: 42 }),
  fc.double({ min: 0, max: 1e6, noNaN: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

function explain(
  statistics: ModelStatistics,
  row: readonly number[],
  isKnown: (input: string) => boolean = () => true,
) {
  const model = additiveModel(statistics);
  const { basis, predictors, probabilities } = evaluateRow(model, row);
  const headline = headlineOf(model, probabilities);
  const weights = explainedWeights(model, headline);
  const coefficients = explainedCoefficients(model, weights);
  const values = shapleyValues(model, coefficients, [{ basis, weight: 1 }], isKnown);
  return {
    model,
    weights,
    baseline: baselineOf(model, weights, coefficients),
    values,
    predictors,
    probabilities,
    headline,
  };
}

describe.each(LINKS)('with link %s', (link) => {
  const statistics = statisticsOf({ inputs: ALL, link });

  it('baseline and contributions add up to the explained number', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const { baseline, values, weights, predictors } = explain(statistics, row);
        const sum = values.reduce((s, { logOdds }) => s + logOdds, baseline);
        expect(Math.abs(sum - weighted(weights, predictors))).toBeLessThan(1e-9);
      }),
      { numRuns: 60 },
    );
  });

  it('the explained number is the one that the probabilities give', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const { weights, predictors, probabilities, headline } = explain(statistics, row);
        const p = headline.indices.reduce((s, k) => s + (probabilities[k] ?? 0), 0);
        fc.pre(p > 1e-6 && p < 1 - 1e-6 && probabilities.every((q) => q > 1e-200));
        const expected =
          link === 'softmax'
            ? Math.log(p) - probabilities.reduce((s, q) => s + Math.log(q), 0) / probabilities.length
            : Math.log(p / (1 - p));
        expect(weighted(weights, predictors)).toBeCloseTo(expected, 6);
      }),
      { numRuns: 60 },
    );
  });

  it('are the Shapley values of full enumeration over all orders in which inputs become known', () => {
    const row = [81, 1, 17, 64, 0.7];
    const { model, values, weights } = explain(statistics, row);
    const basis = basisOf(model, row);
    const groups = statistics.groups;
    /** Value of a coalition: what is not in it stays at the mean of the reference population. */
    const value = (members: ReadonlySet<string>): number =>
      weighted(
        weights,
        predictorsOf(
          model,
          model.columns.map((column, c) => (members.has(column.group) ? (basis[c] ?? 0) : column.mean)),
        ),
      );
    for (const group of groups) {
      const others = groups.filter((g) => g !== group);
      let phi = 0;
      for (let mask = 0; mask < 2 ** others.length; mask += 1) {
        const inside = others.filter((_, i) => (mask >> i) % 2 === 1);
        const share = (factorial(inside.length) * factorial(others.length - inside.length)) / factorial(groups.length);
        phi += share * (value(new Set([...inside, group])) - value(new Set(inside)));
      }
      expect(values.find((v) => v.group === group)?.logOdds).toBeCloseTo(phi, 9);
    }
  });

  it('do not depend on the order of the columns', () => {
    fc.assert(
      fc.property(
        rows,
        fc.shuffledSubarray([...statistics.columns], { minLength: statistics.columns.length }),
        (row, columns) => {
          const sorted = ({ values }: ReturnType<typeof explain>): Record<string, number> =>
            Object.fromEntries(values.map(({ group, logOdds }) => [group, Number(logOdds.toFixed(9))]));
          expect(sorted(explain({ ...statistics, columns }, row))).toEqual(sorted(explain(statistics, row)));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are exactly zero for what is not known', () => {
    const { values } = explain(statistics, [81, 1, 17, 64, 0.7], (input) => input !== 'nihss');
    expect(values.find(({ group }) => group === 'nihss')?.logOdds).toBe(0);
    expect(values.filter(({ logOdds }) => logOdds === 0)).toHaveLength(1);
  });

  it('probabilities sum to 1 and none is NaN, negative or above 1', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const { probabilities } = explain(statistics, row);
        expect(probabilities.every((p) => p >= 0 && p <= 1)).toBe(true);
        expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      }),
      { numRuns: 60 },
    );
  });
});

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

it('a higher NIHSS never lowers the probability of a poor outcome where its coefficient is positive', () => {
  const model = additiveModel(statisticsOf({ inputs: ALL }));
  const poor = (row: readonly number[]): number =>
    evaluateRow(model, row)
      .probabilities.slice(3)
      .reduce((a, b) => a + b, 0);
  fc.assert(
    fc.property(rows, ([age, sex, nihss, volume, cortical]) => {
      expect(poor([age, sex, nihss + 1, volume, cortical])).toBeGreaterThanOrEqual(
        poor([age, sex, nihss, volume, cortical]),
      );
    }),
    { numRuns: 60 },
  );
});

it('a class that names nothing keeps its probability and is never the headline', () => {
  const headline = { id: 'most-probable', classes: ['toast-1', 'toast-2', 'toast-4', 'toast-5'] };
  const model = additiveModel({ ...statisticsOf({ link: 'softmax' }), headline });
  const { probabilities } = evaluateRow(model, [40, 1, 0.1]);
  expect(probabilities.indexOf(Math.max(...probabilities))).toBe(2);
  expect(headlineProblem(model)).toBeNull();
  const chosen = headlineOf(model, probabilities);
  expect(chosen.id).not.toBe('toast-3');
  expect(probabilities[chosen.indices[0] ?? -1]).toBe(Math.max(...probabilities.filter((_, k) => k !== 2)));
});

describe('a headline that would not add up is refused', () => {
  it.each([
    ['a middle part of ordered classes', { ...statisticsOf(), headline: { id: 'x', classes: ['mrs-2', 'mrs-3'] } }],
    ['an ordered model without headline', { ...statisticsOf(), headline: null }],
    [
      'two unordered classes together',
      { ...statisticsOf({ link: 'softmax' }), headline: { id: 'x', classes: ['toast-1', 'toast-2'] } },
    ],
    [
      'the most probable of ordered classes',
      { ...statisticsOf(), headline: { id: 'most-probable', classes: ['mrs-5', 'mrs-6'] } },
    ],
    ['a class that does not exist', { ...statisticsOf(), headline: { id: 'x', classes: ['mrs-9'] } }],
  ] as const)('%s', (_name, statistics) => {
    expect(headlineProblem(additiveModel(statistics))).not.toBeNull();
  });
});
