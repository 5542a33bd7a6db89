import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { predictCommand } from '../../src/cli/predict.ts';
import { CommandError } from '../../src/cli/terminal.ts';
import { installModels, statisticsOf, type InstalledModels } from '../support/additive-models.ts';
import { ATLAS_GRID, ball, drawn } from '../support/lesions.ts';
import { niftiFile } from '../support/nifti-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-predict-'));
const masks = join(folder, 'masks');
let installed: InstalledModels;
let config: string;

function mask(name: string, values: ArrayLike<number>): void {
  const { size, affine } = ATLAS_GRID;
  writeFileSync(
    join(masks, name),
    niftiFile({ size, values, sform: affine, sformCode: 1, gzip: name.endsWith('.gz') }),
  );
}

beforeAll(async () => {
  installed = await installModels([
    { name: 'discharge-mrs-lesion', statistics: statisticsOf({ inputs: ['age', 'nihss', 'volumeMl'] }) },
    { name: 'discharge-mrs-lesion-no-nihss', statistics: statisticsOf({ inputs: ['age', 'volumeMl'] }) },
    { name: 'discharge-mrs-clinical', statistics: statisticsOf({ inputs: ['age', 'nihss'] }) },
    { name: 'toast-lesion', statistics: statisticsOf({ inputs: ['age', 'nihss', 'volumeMl'], link: 'softmax' }) },
    { name: 'toast-clinical', statistics: statisticsOf({ inputs: ['age', 'nihss'], link: 'softmax' }) },
    {
      name: 'toast-site',
      statistics: statisticsOf({ inputs: ['age'], link: 'softmax' }),
      manifest: { role: 'shadow' },
    },
  ]);
  config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify({ modelsDirectory: installed.directory }));
  mkdirSync(masks);
  mask('bwsrsub-1_lesion.nii.gz', drawn(ball([-40, -20, 20], 18)).voxels);
  mask('bwsrsub-4_lesion.nii.gz', drawn(ball([30, 10, 10], 9)).voxels);
  mask('bwsrsub-6_lesion.nii.gz', new Uint8Array(ATLAS_GRID.size[0] * ATLAS_GRID.size[1] * ATLAS_GRID.size[2]));
  writeFileSync(join(masks, 'bwsrsub-5_lesion.nii.gz'), 'no image');
});
afterAll(async () => {
  await installed.remove();
  rmSync(folder, { recursive: true, force: true });
});

const TABLE = [
  'participant_id\tsex\tage\tnihss\tbmi',
  'sub-1\tF\t71\t9\tn/a',
  'sub-2\tM\t66\t4\t28',
  'sub-3\tn/a\tn/a\tn/a\tn/a',
  'sub-4\tn/a\tn/a\tn/a\tn/a',
  'sub-5\tF\t89+\tn/a\tn/a',
  'sub-6\tM\tabout 60\t0\tn/a',
].join('\n');

type Row = Readonly<Record<string, string>>;

async function predicted(
  name: string,
  more: { model?: string; lesions?: string } = {},
): Promise<{ code: number; rows: Row[] }> {
  const participants = join(folder, `${name}.tsv`);
  const out = join(folder, `${name}.csv`);
  writeFileSync(participants, TABLE);
  const code = await predictCommand({ participants, out, config, ...more });
  return { code, rows: parse(readFileSync(out, 'utf8'), { columns: true }) };
}

const sum = (row: Row, names: readonly string[]): number => names.reduce((s, name) => s + Number(row[name]), 0);
const GRADES = [0, 1, 2, 3, 4, 5, 6].map((grade) => `p_mrs${grade}`);
const TYPES = [1, 2, 3, 4, 5].map((type) => `p_toast_${type}`);

/** One run with masks for several tests: preparing the atlas takes seconds. */
let everything: ReturnType<typeof predicted> | undefined;
const withMasks = (): ReturnType<typeof predicted> => (everything ??= predicted('all', { lesions: masks }));

describe('every row is answered by what is known of it', () => {
  it('probabilities sum to 1, intervals hold them, sets name classes as the data count them', async () => {
    const { code, rows } = await withMasks();
    // One mask is no image: said, and the row answered without it.
    expect(code).toBe(1);
    expect(rows.map((row) => row['participant_id'])).toEqual(['sub-1', 'sub-2', 'sub-3', 'sub-4', 'sub-5', 'sub-6']);
    for (const row of rows) {
      expect(sum(row, GRADES)).toBeCloseTo(1, 8);
      expect(sum(row, TYPES)).toBeCloseTo(1, 8);
      expect(Number(row['p_mrs_ge3'])).toBeCloseTo(sum(row, GRADES.slice(3)), 8);
      for (const name of [...GRADES, ...TYPES]) {
        expect(Number(row[`${name}_low`])).toBeLessThanOrEqual(Number(row[name]));
        expect(Number(row[`${name}_high`])).toBeGreaterThanOrEqual(Number(row[name]));
      }
      expect(row['mrs_set']).toMatch(/^[0-6]( [0-6])*$/);
      expect(row['toast_set']).toMatch(/^[1-5]( [1-5])*$/);
    }
  });

  it('names the variant and what was missing', async () => {
    const { rows } = await withMasks();
    const said = rows.map((row) => [row['model_mrs'], row['model_toast'], row['note']]);
    expect(said).toMatchObject([
      ['discharge-mrs-lesion', 'toast-lesion', ''],
      ['discharge-mrs-clinical', 'toast-clinical', 'no mask'],
      [
        'discharge-mrs-lesion-no-nihss',
        'toast-clinical',
        expect.stringContaining('mRS: nothing known, average of the reference population'),
      ],
      [
        'discharge-mrs-lesion-no-nihss',
        'toast-lesion',
        expect.stringContaining('mRS: averaged over the reference population for age'),
      ],
      ['discharge-mrs-lesion-no-nihss', 'toast-clinical', expect.stringContaining('mask refused')],
      ['discharge-mrs-clinical', 'toast-clinical', expect.stringContaining('the mask holds no lesion')],
    ]);
    expect(rows[5]?.['note']).toContain('age is no number');
    // A value that cannot be read is never repeated.
    expect(rows[5]?.['note']).not.toContain('about');
  });

  it('a NIHSS of 0 is a value, and an unknown one is not 0', async () => {
    const { rows } = await predicted('zero');
    expect(rows[5]?.['note']).not.toContain('NIHSS unknown');
    expect(rows[4]?.['note']).toContain('NIHSS unknown');
  });

  it('works without masks at all', async () => {
    const { code, rows } = await predicted('clinical');
    expect(code).toBe(0);
    expect(rows[0]?.['model_mrs']).toBe('discharge-mrs-clinical');
  });
});

describe('--model', () => {
  it('a family changes nothing: both kinds of columns are filled', async () => {
    const all = (await predicted('a')).rows;
    expect((await predicted('b', { model: 'discharge-mrs' })).rows).toEqual(all);
  });

  it('a named variant answers where its inputs are known, others elsewhere', async () => {
    const { rows } = await predicted('named', { lesions: masks, model: 'discharge-mrs-clinical' });
    expect(rows.map((row) => row['model_mrs'])).toEqual([
      'discharge-mrs-clinical',
      'discharge-mrs-clinical',
      expect.any(String),
      'discharge-mrs-lesion-no-nihss',
      'discharge-mrs-clinical',
      'discharge-mrs-clinical',
    ]);
  });

  it('a shadow model answers only when it is named', async () => {
    expect((await predicted('shadow', { model: 'toast-site' })).rows[0]?.['model_toast']).toBe('toast-site');
  });

  it('a name that is not there is refused with those that are', async () => {
    await expect(predicted('wrong', { model: 'discharge-mrs-lesions' })).rejects.toThrow(CommandError);
    await expect(predicted('wrong', { model: 'discharge-mrs-lesions' })).rejects.toThrow(
      /there are .*discharge-mrs-lesion,/,
    );
  });
});
