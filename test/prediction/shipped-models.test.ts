/** What is promised of every model in `models/`, whatever was trained. */
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LESION_FEATURES } from '../../src/case/index.ts';
import { openModelRegistry, type ModelRegistry } from '../../src/inference/index.ts';
import { evaluateRow } from '../../src/prediction/additive-model.ts';
import { loadPredictionModels, type PredictionModel, type PredictionModels } from '../../src/prediction/index.ts';
import { runGraph } from '../../src/prediction/run-graph.ts';
import { FACT_KEYS } from '../support/fact-keys.ts';

const MODELS = fileURLToPath(new URL('../../models', import.meta.url));
let registry: ModelRegistry;
let models: PredictionModels;
beforeAll(async () => {
  registry = await openModelRegistry({ directory: MODELS, providers: ['cpu'] });
  models = await loadPredictionModels(registry, MODELS);
});
afterAll(() => registry.close());

/** Patients within the ranges of training, and as far again beyond them. */
const anyRow = ({ additive }: PredictionModel): fc.Arbitrary<number[]> =>
  fc.tuple(
    ...additive.statistics.inputs.map(({ low, high }) =>
      fc.double({ min: low - (high - low), max: high + (high - low), noNaN: true }),
    ),
  );

it('every model is usable, and one that speaks for patients was trained on patients', () => {
  expect(models.unusable).toEqual([]);
  expect(models.usable.length).toBeGreaterThan(0);
  expect(models.usable.filter(({ role, simulated }) => role === 'active' && simulated)).toEqual([]);
});

it('every input is a fact of the case in the unit of that fact', () => {
  const plain = new Set(['age', 'sex', 'nihss', 'systolicPressure', 'diastolicPressure', ...FACT_KEYS]);
  for (const { additive } of models.usable) {
    for (const { name, unit } of additive.statistics.inputs) {
      const lesion = LESION_FEATURES[name as keyof typeof LESION_FEATURES] as { unit: string } | undefined;
      if (lesion === undefined) expect(plain).toContain(name);
      else expect([name, unit]).toEqual([name, lesion.unit]);
    }
  }
});

it('the graph says what the explanation adds up, for any patient; probabilities sum to 1', async () => {
  for (const model of models.usable) {
    const rows = fc.sample(anyRow(model), { numRuns: 100, seed: 7 });
    const graph = await runGraph(model.installed, rows);
    rows.forEach((row, i) => {
      const own = evaluateRow(model.additive, row).probabilities;
      const said = graph[i] ?? [];
      expect(said.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      expect(Math.max(...own.map((p, k) => Math.abs(p - (said[k] ?? Number.NaN))))).toBeLessThan(1e-6);
    });
  }
});

describe('mRS at discharge', () => {
  it.each(['nihss', 'age', 'volumeMl'])('more of %s never makes a poor outcome less probable', (input) => {
    const concerned = models.usable.filter(
      ({ family, additive }) => family === 'discharge-mrs' && additive.position.has(input),
    );
    expect(concerned.length).toBeGreaterThan(0);
    for (const model of concerned) {
      const at = model.additive.position.get(input) ?? -1;
      const poor = (row: readonly number[]): number =>
        evaluateRow(model.additive, row)
          .probabilities.slice(3)
          .reduce((a, b) => a + b, 0);
      fc.assert(
        fc.property(anyRow(model), fc.double({ min: 0, max: 50, noNaN: true }), (row, more) => {
          expect(poor(row.with(at, (row[at] ?? 0) + more))).toBeGreaterThanOrEqual(poor(row) - 1e-12);
        }),
        { numRuns: 50 },
      );
    }
  });
});
