/**
 * The product's prediction is the trainer's: from the original table and masks, through measuring, variants, graph and
 * table, within 1e-5. All subjects with `PARITY=all` (minutes); else some of each model.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, describe, expect, it } from 'vitest';
import { predictCommand } from '../../src/cli/predict.ts';

const SOOP = join(import.meta.dirname, '../../../shared/data/soop');
const TRAINER = join(import.meta.dirname, '../../models/training/discharge-mrs-parity.csv.gz');
const GRADES = [0, 1, 2, 3, 4, 5, 6].map((grade) => `p_mrs${grade}`);
const HIGHEST_DIFFERENCE = 1e-5;
const EVERY = process.env['PARITY'] === 'all' ? 1 : 40;

type Row = Readonly<Record<string, string>>;

const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-parity-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function trainerRows(model: string): Row[] {
  const rows: Row[] = parse(gunzipSync(readFileSync(TRAINER)), { columns: true });
  return rows.filter((row) => row['model'] === model).filter((_, index) => index % EVERY === 0);
}

/** The lines of the original table that belong to these subjects. */
function tableOf(rows: readonly Row[]): string {
  const ids = new Set(rows.map((row) => row['participant_id']));
  const [header = '', ...lines] = readFileSync(join(SOOP, 'participants_dev.tsv'), 'utf8').split('\n');
  return [header, ...lines.filter((line) => ids.has(line.split('\t')[0]))].join('\n');
}

describe.skipIf(!existsSync(SOOP))('the development data beside the checkout (../shared/data/soop)', () => {
  it.each([
    ['discharge-mrs-lesion', true],
    ['discharge-mrs-lesion-no-nihss', true],
    ['discharge-mrs-clinical', false],
  ])(
    '%s predicts what its trainer predicted',
    async (model, withMasks) => {
      const expected = trainerRows(model);
      expect(expected.length).toBeGreaterThan(5);
      const participants = join(folder, `${model}.tsv`);
      const out = join(folder, `${model}.csv`);
      writeFileSync(participants, tableOf(expected));
      await predictCommand({ participants, out, model, ...(withMasks ? { lesions: join(SOOP, 'masks') } : {}) });
      const predicted: Row[] = parse(readFileSync(out), { columns: true });
      expect(predicted).toHaveLength(expected.length);
      const byId = new Map(predicted.map((row) => [row['participant_id'], row]));
      for (const row of expected) {
        const own = byId.get(row['participant_id']);
        expect(own?.['model_mrs']).toBe(model);
        const difference = Math.max(...GRADES.map((grade) => Math.abs(Number(own?.[grade]) - Number(row[grade]))));
        expect(difference, row['participant_id']).toBeLessThan(HIGHEST_DIFFERENCE);
      }
    },
    600_000,
  );
});
