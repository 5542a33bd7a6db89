import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { additiveModel } from '../../src/prediction/additive-model.ts';
import { mahalanobis, outOfDistribution } from '../../src/prediction/distance.ts';
import { statisticsOf } from '../support/additive-models.ts';

/** Correlated training population: precision with off-diagonal terms. */
const base = statisticsOf({ inputs: ['age', 'nihss', 'volumeMl'] });
const model = additiveModel({
  ...base,
  outOfDistribution: {
    ...base.outOfDistribution,
    mean: [68, 8, 40],
    precision: [
      [0.006, -0.002, 0],
      [-0.002, 0.03, -0.001],
      [0, -0.001, 0.00008],
    ],
  },
});
const all = (): boolean => true;

it('is zero at the mean and the Mahalanobis distance elsewhere', () => {
  expect(mahalanobis(model, [68, 8, 40], all)).toBe(0);
  // 10² × 0.006 + 2 × 10 × 5 × (-0.002) + 5² × 0.03
  expect(mahalanobis(model, [78, 13, 40], all)).toBeCloseTo(Math.sqrt(0.6 - 0.2 + 0.75), 12);
});

it('without an input it is the smallest distance that any value of that input could give', () => {
  const row = fc.tuple(
    fc.integer({ min: 18, max: 100 }),
    fc.integer({ min: 0, max: 42 }),
    fc.double({ min: 0, max: 500, noNaN: true }),
  );
  fc.assert(
    fc.property(row, fc.integer({ min: 0, max: 42 }), ([age, nihss, volume], other) => {
      const open = mahalanobis(model, [age, Number.NaN, volume], (input) => input !== 'nihss');
      expect(open).toBeLessThanOrEqual(mahalanobis(model, [age, nihss, volume], all) + 1e-9);
      expect(open).toBeLessThanOrEqual(mahalanobis(model, [age, other, volume], all) + 1e-9);
      // It is reached: at the conditional mean of NIHSS.
      const best = 8 - (-0.002 * (age - 68) - 0.001 * (volume - 40)) / 0.03;
      expect(open).toBeCloseTo(mahalanobis(model, [age, best, volume], all), 9);
    }),
    { numRuns: 50 },
  );
});

describe('states', () => {
  const stateOf = (...row: number[]): string => outOfDistribution(model, [row], all).state;

  it.each([
    ['inside', [70, 6, 30]],
    ['unusual: an input just beyond training', [70, 6, 401]],
    ['outside: beyond training by more than half its range', [70, 6, 700]],
    ['outside: a minor', [17, 6, 30]],
  ] as const)('%s', (name, row) => {
    expect(stateOf(...row)).toBe(name.split(':')[0]);
  });

  it('the worst reading of conflicting ones counts', () => {
    const rows = [
      [70, 6, 30],
      [70, 6, 2000],
    ];
    expect(outOfDistribution(model, rows, all)).toMatchObject({ state: 'outside', beyondTraining: ['volumeMl'] });
  });
});
