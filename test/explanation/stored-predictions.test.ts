import { afterAll, beforeAll, expect, it } from 'vitest';
import { decide } from '../../src/decisions/decide.ts';
import type { CasePredictions } from '../../src/decisions/prediction.ts';
import { predictionsOf, storeEvaluation, type StoredEvaluation } from '../../src/explanation/stored-evaluation.ts';
import { predictCase } from '../../src/prediction/index.ts';
import { installModels, statisticsOf, type InstalledModels } from '../support/additive-models.ts';
import { aPolicy, eligiblePatient, measured, NOW } from '../support/case-builder.ts';

let installed: InstalledModels;
let predictions: CasePredictions;
// Older than the models read: both ages are kept.
const stroke = eligiblePatient({ age: measured(104, 'a') });
beforeAll(async () => {
  installed = await installModels([
    { name: 'discharge-mrs-clinical', statistics: statisticsOf({ inputs: ['age', 'nihss'] }) },
    { name: 'discharge-mrs-site', statistics: statisticsOf({ inputs: ['age'] }), manifest: { role: 'shadow' } },
    { name: 'toast-clinical', statistics: statisticsOf({ inputs: ['age', 'nihss', 'volumeMl'], link: 'softmax' }) },
  ]);
  predictions = await predictCase(stroke, installed.models);
});
afterAll(() => installed.remove());

const stored = (): StoredEvaluation =>
  JSON.parse(
    JSON.stringify(
      storeEvaluation(
        stroke,
        decide(stroke, NOW, aPolicy(), { predictions }),
        NOW,
        aPolicy(),
        { service: '1', content: 'c' },
        predictions,
      ),
    ),
  ) as StoredEvaluation;

/** Every number to nine digits. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, x: unknown) => (typeof x === 'number' ? Number(x.toPrecision(9)) : x)));

it('what models said comes back from the record as it was, shadow models included', () => {
  const restored = predictionsOf(stored());
  expect(restored?.predictions.map(({ model, role }) => [model, role])).toEqual([
    ['discharge-mrs-clinical', 'active'],
    ['discharge-mrs-site', 'shadow'],
    ['toast-clinical', 'active'],
  ]);
  expect(rounded(restored)).toEqual(rounded(predictions));
});

it('contributions still add up within 1e-6 after storing', () => {
  for (const { explanation } of predictionsOf(stored())?.predictions ?? []) {
    const { baselineLogOdds, contributions, mixtureLogOdds, totalLogOdds } = explanation;
    const sum = contributions.reduce((s, { logOdds }) => s + logOdds, baselineLogOdds + mixtureLogOdds);
    expect(Math.abs(sum - totalLogOdds)).toBeLessThan(1e-6);
  }
});

it('a record of before there were models has none', () => {
  const record = storeEvaluation(stroke, null, NOW, aPolicy(), { service: '1', content: 'c' });
  expect(record).not.toHaveProperty('predictions');
  expect(predictionsOf(record)).toBeUndefined();
});
