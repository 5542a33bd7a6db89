import { describe, expect, it } from 'vitest';
import { additiveModel, evaluateRow } from '../../src/prediction/additive-model.ts';
import { counterfactuals } from '../../src/prediction/counterfactuals.ts';
import { headlineOf } from '../../src/prediction/explained-quantity.ts';
import { stability } from '../../src/prediction/stability.ts';
import { statisticsOf } from '../support/additive-models.ts';

const model = additiveModel(statisticsOf({ inputs: ['age', 'nihss', 'volumeMl'] }));
const poor = (row: readonly number[]): number =>
  evaluateRow(model, row)
    .probabilities.slice(3)
    .reduce((a, b) => a + b, 0);
const ROW = [72, 17, 30];
const headline = headlineOf(model, evaluateRow(model, ROW).probabilities);

describe('counterfactuals', () => {
  const found = counterfactuals(model, ROW, headline);

  it('name the smallest change of one input that moves the probability into another band', () => {
    const lower = found.find(({ input, to }) => input === 'nihss' && to < 17);
    if (lower === undefined) throw new Error('no lower NIHSS found');
    const band = (p: number): number => [0.1, 0.25, 0.5, 0.75, 0.9].filter((limit) => p >= limit).length;
    expect(lower).toMatchObject({ group: 'nihss', from: 17, unit: '{score}' });
    expect(lower.probability).toBeCloseTo(poor([72, lower.to, 30]), 12);
    expect(band(lower.probability)).toBeLessThan(band(poor(ROW)));
    expect(band(poor([72, lower.to + 1, 30]))).toBe(band(poor(ROW)));
    expect(Number.isInteger(lower.to)).toBe(true);
  });

  it('never offer another age or sex, and stay within what training saw', () => {
    expect(found.map(({ input }) => input)).not.toContain('age');
    for (const { input, to } of found) {
      const range = model.statistics.inputs.find(({ name }) => name === input);
      expect(to).toBeGreaterThanOrEqual(range?.low ?? Infinity);
      expect(to).toBeLessThanOrEqual(range?.high ?? -Infinity);
    }
  });

  it('with several classes a step is another most probable class', () => {
    const toast = additiveModel(
      statisticsOf({
        inputs: ['age', 'nihss', 'volumeMl'],
        link: 'softmax',
        coefficients: [
          [0, 0, 0, 0, 0],
          [0, 0, 0, 0, 0],
          [0, 0.3, -0.1, 0, 0],
          [0, 0.5, -1, 0, 0],
        ],
      }),
    );
    const now = evaluateRow(toast, ROW).probabilities;
    const top = (row: readonly number[]): number => {
      const { probabilities } = evaluateRow(toast, row);
      return probabilities.indexOf(Math.max(...probabilities));
    };
    const changes = counterfactuals(toast, ROW, headlineOf(toast, now));
    expect(changes.length).toBeGreaterThan(0);
    for (const { input, to } of changes) {
      expect(top(ROW.with(toast.position.get(input) ?? -1, to))).not.toBe(top(ROW));
    }
  });
});

describe('stability', () => {
  const tested = (row: readonly number[]) =>
    stability(model, { rows: [{ row, weight: 1 }], readings: [row], isKnown: () => true }, headline);

  it('orders the groups by the size of their contribution and says what was varied', () => {
    const { topGroups, tried, range } = tested([88, 24, 1]);
    expect(topGroups).toHaveLength(3);
    expect(tried).toEqual(['nihss', 'volumeMl']);
    expect(range.low).toBeLessThan(poor([88, 24, 1]));
    expect(range.high).toBeGreaterThan(poor([88, 24, 1]));
  });

  it('warns where one point of NIHSS reorders the three largest, and not where the order is clear', () => {
    // Volume that makes its contribution equal that of NIHSS 17, then a clear order.
    const nihssValue = 0.15 * (17 - 10);
    const volumeMean = model.columns.find(({ input }) => input === 'volumeMl')?.mean ?? 0;
    const nihssMean = model.columns.find(({ input }) => input === 'nihss')?.mean ?? 0;
    const equal = 10 ** (volumeMean + (nihssValue + 0.15 * (10 - nihssMean)) / 0.6) - 0.1;
    expect(tested([67, 17, equal]).stable).toBe(false);
    expect(tested([89, 25, 9]).stable).toBe(true);
  });
});
