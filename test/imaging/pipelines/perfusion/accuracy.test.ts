/** The accuracy figures of the model card are what the graph does, and reach what is aimed at. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inProcessEngine } from '../../../support/in-process-engine.ts';
import { accuracyRows, accuracyTables, type AccuracyRow } from '../../../support/perfusion-accuracy.ts';

const MODEL = new URL('../../../../models/perfusion/', import.meta.url);
const engine = inProcessEngine();
afterAll(() => engine.close());

let rows: readonly AccuracyRow[];
beforeAll(async () => {
  rows = await accuracyRows(engine);
});

it('are those of accuracy.json and of the card', () => {
  const told = JSON.parse(readFileSync(new URL('accuracy.json', MODEL), 'utf8')) as AccuracyRow[];
  expect(rows).toHaveLength(told.length);
  rows.forEach((row, n) => {
    for (const name of ['tmaxOffset', 'tmaxBias', 'tmaxError', 'flowRatio', 'volumeRatio'] as const) {
      // Rounded to 0.01; another processor may add in another order.
      expect(Math.abs(row[name] - (told[n]?.[name] ?? NaN)), `${name} ${JSON.stringify(row)}`).toBeLessThan(0.06);
    }
  });
  expect(readFileSync(new URL('MODEL_CARD.md', MODEL), 'utf8')).toContain(accuracyTables(told));
});

it('Tmax follows delays up to 6 s: bias below 0.2 s, error about 0.5 s at a signal to noise of 20', () => {
  const aimed = rows.filter((row) => row.shape === 'exponential' && row.dispersion === 0 && row.delay <= 6);
  for (const row of aimed.filter(({ flow }) => flow >= 25)) {
    expect(Math.abs(row.tmaxBias), JSON.stringify(row)).toBeLessThan(0.2);
    expect(row.tmaxError, JSON.stringify(row)).toBeLessThan(0.55);
  }
});
