import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { additiveModel, evaluateRow, probabilitiesOf } from '../../src/prediction/additive-model.ts';
import type { ModelStatistics } from '../../src/prediction/statistics.ts';
import { classIntervals, exceedanceInterval, predictorCovariance } from '../../src/prediction/uncertainty.ts';
import { statisticsOf } from '../support/additive-models.ts';

/** A full covariance: A·Aᵀ of a fixed pattern, so that off-diagonal terms count. */
function withFullCovariance(statistics: ModelStatistics, scale: number): ModelStatistics {
  const size = statistics.covariance.matrix.length;
  const a = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_unused, j) => (scale * Math.sin(1 + i * 7 + j * 3)) / size),
  );
  const matrix = a.map((row) => a.map((other) => row.reduce((sum, x, k) => sum + x * (other[k] ?? 0), 0)));
  return { ...statistics, covariance: { ...statistics.covariance, matrix } };
}

describe.each(['cumulative-logit', 'softmax', 'logit'] as const)('with link %s', (link) => {
  const statistics = withFullCovariance(statisticsOf({ link }), 0.4);
  const model = additiveModel(statistics);
  const { basis, predictors, probabilities } = evaluateRow(model, [72, 9, 25]);
  const covariance = predictorCovariance(model, basis);

  it('the covariance of the predictors is that of the parameters carried through the model', () => {
    const perColumn = link === 'softmax' ? predictors.length : 1;
    const gradient = (l: number): number[] => [
      ...predictors.map((_, m) => (m === l ? 1 : 0)),
      ...basis.flatMap((t) => Array.from({ length: perColumn }, (_, j) => (perColumn === 1 || j === l ? t : 0))),
    ];
    predictors.forEach((_, l) => {
      predictors.forEach((_unused, m) => {
        const [g, h] = [gradient(l), gradient(m)];
        const expected = g.reduce(
          (sum, x, i) => sum + x * h.reduce((s, y, j) => s + y * (statistics.covariance.matrix[i]?.[j] ?? 0), 0),
          0,
        );
        expect(covariance[l]?.[m]).toBeCloseTo(expected, 9);
      });
    });
  });

  it('the interval of each class is what moving the predictors within their covariance gives', () => {
    const small = covariance.map((row) => row.map((value) => value * 1e-6));
    classIntervals(model, predictors, probabilities, small).forEach(({ low, high }, k) => {
      // Standard error on the log-odds, from derivatives by differences.
      const p = probabilities[k] ?? 0;
      const gradient = predictors.map((_, l) => {
        const step = 1e-5;
        const shifted =
          probabilitiesOf(
            link,
            predictors.map((z, m) => (m === l ? z + step : z)),
          )[k] ?? 0;
        return (Math.log(shifted / (1 - shifted)) - Math.log(p / (1 - p))) / step;
      });
      const variance = gradient.reduce(
        (sum, g, l) => sum + g * gradient.reduce((s, h, m) => s + h * (small[l]?.[m] ?? 0), 0),
        0,
      );
      const half = (Math.log(high / (1 - high)) - Math.log(low / (1 - low))) / 2;
      expect(half / (1.96 * Math.sqrt(variance))).toBeCloseTo(1, 2);
    });
  });

  it('contains its probability, stays within 0 and 1 and is never NaN, however far the patient', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -50, max: 500, noNaN: true }),
        fc.integer({ min: 0, max: 42 }),
        fc.double({ min: 0, max: 1e7, noNaN: true }),
        (age, nihss, volume) => {
          const far = evaluateRow(model, [age, nihss, volume]);
          const intervals = classIntervals(
            model,
            far.predictors,
            far.probabilities,
            predictorCovariance(model, far.basis),
          );
          intervals.forEach(({ low, high }, k) => {
            const p = far.probabilities[k] ?? Number.NaN;
            expect(low).toBeGreaterThanOrEqual(0);
            expect(high).toBeLessThanOrEqual(1);
            expect(low).toBeLessThanOrEqual(p + 1e-9);
            expect(high).toBeGreaterThanOrEqual(p - 1e-9);
          });
        },
      ),
      { numRuns: 80 },
    );
  });
});

it('the headline of ordered classes has the interval of its own log-odds', () => {
  const model = additiveModel(statisticsOf());
  const { basis, predictors } = evaluateRow(model, [72, 9, 25]);
  const covariance = predictorCovariance(model, basis);
  const { low, high } = exceedanceInterval(predictors, covariance, 3);
  const half = 1.959963984540054 * Math.sqrt(covariance[2]?.[2] ?? 0);
  expect(Math.log(high / (1 - high))).toBeCloseTo((predictors[2] ?? 0) + half, 9);
  expect(Math.log(low / (1 - low))).toBeCloseTo((predictors[2] ?? 0) - half, 9);
});
