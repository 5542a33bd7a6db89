import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PRE_STROKE, TREATED, UNTREATED } from '../../../src/decisions/scores/samuel-distributions.ts';
import { samuelCumulative } from '../../../src/decisions/scores/samuel.ts';

const FOLDER = resolve('../shared/data/samuel-mrs');
const TREATMENTS = ['nlvo_ivt', 'lvo_ivt', 'lvo_mt'] as const;
const fileOf = (treatment: string): string =>
  resolve(FOLDER, `outcome_model_methods_output_probs_with_time_${treatment}.csv`);

it('every distribution rises to at most 1, and treatment at onset beats treatment without effect', () => {
  for (const shares of [...Object.values(PRE_STROKE), ...Object.values(UNTREATED)]) {
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(Math.max(...shares)).toBeLessThanOrEqual(1);
  }
  for (const { noEffect, atOnset } of Object.values(TREATED)) {
    expect(atOnset.every((share, grade) => share > (noEffect[grade] ?? 1))).toBe(true);
  }
});

it('late treatment keeps its harm: no effect is never better than no treatment', () => {
  expect(TREATED.nlvo_ivt.noEffect.every((share, grade) => share <= (UNTREATED.nlvo[grade] ?? 0))).toBe(true);
  expect(TREATED.lvo_mt.noEffect.every((share, grade) => share <= (UNTREATED.lvo[grade] ?? 0))).toBe(true);
});

describe.skipIf(!existsSync(fileOf('lvo_mt')))(
  'published curves over time (skipped when ../shared/data/samuel-mrs is not there)',
  () => {
    it.each(TREATMENTS)('%s agrees at every published minute', (treatment) => {
      const rows = readFileSync(fileOf(treatment), 'utf8').trim().split(/\r?\n/).slice(1);
      expect(rows.length).toBeGreaterThan(100);
      let worst = 0;
      for (const row of rows) {
        const [min = Number.NaN, ...published] = row.split(',').map(Number);
        if (min > TREATED[treatment].noEffectAfterMin) continue;
        samuelCumulative(treatment, min).forEach((share, grade) => {
          worst = Math.max(worst, Math.abs(share - (published[grade] ?? Number.POSITIVE_INFINITY)));
        });
      }
      expect(worst).toBeLessThan(1e-4);
    });
  },
);
