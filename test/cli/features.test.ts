/** `stroke-cds features` as it is run: the table, what is said of what is missing, and the exit codes. */
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LESION_FEATURE_NAMES } from '../../src/case/index.ts';
import { findMasks, maskFiles, participantOfMask } from '../../src/cli/lesion-masks.ts';
import { lesionFeatures, measureMasks } from '../../src/imaging/index.ts';
import { strokeCds, type CliResult } from '../support/cli.ts';
import { ATLAS_GRID, ball, drawn, NOTHING, productAtlas, type Shape } from '../support/lesions.ts';
import { niftiFile } from '../support/nifti-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-features-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const LEFT = ball([-40, -30, 30], 9);
const RIGHT = ball([40, -30, 30], 9);
const mask = (shape: Shape): Buffer => {
  const { size, affine, voxels } = drawn(shape);
  return niftiFile({ size, values: voxels, sform: affine, sformCode: 4, gzip: true });
};

function put(name: string, files: Readonly<Record<string, Buffer | string>>): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
  return path;
}

const TABLE = [
  'participant_id\tsex\tage\tpriorstroke\tbmi\tnihss',
  'sub-1\tF\t89+\t0\t24.9\t12',
  'sub-10\tM\t60\tn/a\tn/a\t0',
  'sub-2\tM\t60\t1\t27\tn/a',
  'sub-3\tF\t70\t0\t22\t5',
  'sub-4\tF\t70\t0\t22\t5',
  '5\tF\t70\t0\t22\t5',
  '',
].join('\n');

const run = (lesions: string, participants: string, out: string, ...more: string[]): Promise<CliResult> =>
  strokeCds(['features', '--lesions', lesions, '--participants', participants, '--out', out, ...more]);

type Row = Readonly<Record<string, string>>;
const rowsOf = (file: string): ReadonlyMap<string, Row> =>
  new Map(parse<Row>(readFileSync(file), { columns: true }).map((row) => [row['participant_id'] ?? '', row]));

describe('features', () => {
  const out = join(folder, 'features.csv');
  let result: CliResult;
  let rows: ReadonlyMap<string, Row>;
  beforeAll(async () => {
    const lesions = put('masks', {
      'bwsrsub-1_lesion.nii.gz': mask(LEFT),
      'sub-10_ses-1_lesion.nii.gz': mask(RIGHT),
      'sub-2_lesion.nii.gz': mask(NOTHING),
      'sub-3_lesion.nii.gz': mask(LEFT).subarray(0, 500),
      'sub-5_lesion.nii.gz': mask(RIGHT),
      'sub-77_lesion.nii.gz': mask(RIGHT),
      'readme.txt': 'not a mask',
    });
    const participants = join(folder, 'participants.tsv');
    writeFileSync(participants, TABLE);
    result = await run(lesions, participants, out);
    rows = rowsOf(out);
  });

  it('has a row for each participant, and the columns of the table of features', () => {
    expect([...rows.keys()]).toEqual(['sub-1', 'sub-10', 'sub-2', 'sub-3', 'sub-4', '5']);
    const [header = ''] = readFileSync(out, 'utf8').split('\n');
    expect(header.split(',')).toEqual([
      ...['participant_id', 'state', 'reason', 'age', 'age_capped', 'sex', 'nihss', 'prior_stroke', 'bmi'],
      ...LESION_FEATURE_NAMES,
    ]);
  });

  it('measures masks exactly as the product does', async () => {
    const expected = lesionFeatures(drawn(LEFT), await productAtlas());
    for (const name of LESION_FEATURE_NAMES) expect(Number(rows.get('sub-1')?.[name])).toBe(expected[name]);
    expect(rows.get('sub-1')).toMatchObject({ state: 'measured', leftHemisphere: '1', age: '89', age_capped: '1' });
    expect(rows.get('sub-10')).toMatchObject({
      state: 'measured',
      rightHemisphere: '1',
      nihss: '0',
      prior_stroke: '',
      bmi: '',
    });
    expect(rows.get('5')).toMatchObject({ state: 'measured', rightHemisphere: '1' });
  });

  it('keeps an empty mask, a bad mask and no mask apart', () => {
    expect(rows.get('sub-2')).toMatchObject({ state: 'no-lesion', volumeMl: '0', lesionPresent: '0', nihss: '' });
    expect(rows.get('sub-3')).toMatchObject({ state: 'refused', volumeMl: '' });
    expect(rows.get('sub-3')?.['reason']).toMatch(/gzip.*cut off/);
    expect(rows.get('sub-4')).toMatchObject({ state: 'no-mask', volumeMl: '', lesionPresent: '' });
  });

  it('says what is missing and ends with exit code 1 for the refused mask', () => {
    expect(result.code).toBe(1);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(/^sub-3: .*gzip/m);
    expect(result.stderr).toMatch(/^no mask: sub-4$/m);
    expect(result.stderr).toMatch(/^masks of nobody in the table: sub-77_lesion\.nii\.gz$/m);
    expect(result.stderr).toMatch(/6 participants: 3 lesions measured, 1 without lesion, 1 without mask, 1 refused/);
  });
});

describe('features refuses', () => {
  const participants = join(folder, 'table.tsv');
  const good = join(folder, 'good');
  beforeAll(() => {
    writeFileSync(participants, TABLE);
    put('good', { 'sub-1_lesion.nii.gz': mask(LEFT) });
    put('empty', {});
    put('strangers', { 'case-9_lesion.nii.gz': mask(LEFT) });
  });

  it.each<[string, () => Promise<CliResult>, RegExp]>([
    [
      'a folder that is not there',
      () => run(join(folder, 'none'), participants, join(folder, 'x.csv')),
      /no folder .*none/,
    ],
    [
      'a folder without masks',
      () => run(join(folder, 'empty'), participants, join(folder, 'x.csv')),
      /<participant>_lesion\.nii\.gz/,
    ],
    [
      'masks of nobody',
      () => run(join(folder, 'strangers'), participants, join(folder, 'x.csv')),
      /belongs to a participant/,
    ],
    ['no table', () => run(good, join(folder, 'none.tsv'), join(folder, 'x.csv')), /cannot read .*none\.tsv/],
    ['no place to write', () => run(good, participants, join(folder, 'no/where.csv')), /no folder .* to write into/],
    ['half a thread', () => run(good, participants, join(folder, 'x.csv'), '--threads', '0.5'), /whole number/],
    ['a missing option', () => strokeCds(['features', '--lesions', good]), /required option/],
  ])('%s with a sentence and exit code 2', async (_name, start, reason) => {
    const { code, stdout, stderr } = await start();
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(reason)]);
    expect(stderr).not.toMatch(/^\s+at |node:internal/m);
  });

  it('nothing that is merely missing: participants without a mask end with exit code 0', async () => {
    const { code } = await run(good, participants, join(folder, 'few.csv'));
    expect(code).toBe(0);
  });
});

describe('masks find their participant', () => {
  it.each([
    ['bwsrsub-12_lesion.nii.gz', 'sub-12'],
    ['sub-12_lesion.nii', 'sub-12'],
    ['sub-12_ses-2_space-MNI_lesion.nii.gz', 'sub-12'],
    ['sub-A7_lesion.nii.gz', 'sub-A7'],
    ['patient9_lesion.nii.gz', 'patient9'],
  ])('%s is of %s', (name, id) => {
    expect(participantOfMask(name)).toBe(id);
  });

  it('sub-1 is not sub-10, and two masks of one participant are used for nobody', async () => {
    const path = put('matching', {
      'sub-10_lesion.nii.gz': '',
      'sub-2_lesion.nii.gz': '',
      'wsub-2_lesion.nii.gz': '',
      'SUB-3_lesion.NII.GZ': '',
      'lesion.nii.gz': '',
    });
    expect(await maskFiles(path)).not.toContain('lesion.nii.gz');
    const found = await findMasks(path, ['sub-1', 'sub-2', '3', 'sub-10']);
    expect([...found.masks.keys()]).toEqual(['3', 'sub-10']);
    expect(found).toMatchObject({ without: ['sub-1'], ambiguous: ['sub-2'], unmatched: [] });
  });
});

describe('many masks', () => {
  it('are measured alike by one thread and by several, in the order asked for', async () => {
    const shapes = [-50, -44, -38, -32, -26, 30, 36].map((x) => ball([x, -30, 30], 5));
    const path = put('many', Object.fromEntries(shapes.map((shape, at) => [`sub-${at}_lesion.nii.gz`, mask(shape)])));
    const files = [...shapes.keys(), 99].map((at) => join(path, `sub-${at}_lesion.nii.gz`));
    const ticks: number[] = [];
    const several = await measureMasks(files, { threads: 2, onProgress: (done) => ticks.push(done) });
    expect(several.map(({ file }) => file)).toEqual(files);
    expect(several).toEqual(await measureMasks(files, { threads: 1 }));
    expect(several.at(-1)).toMatchObject({ state: 'refused', reason: 'the file cannot be read' });
    expect(ticks).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  }, 120_000);

  it('say what was done to them and what is taken on trust', async () => {
    const coarse = { size: [91, 109, 91], affine: [-2, 0, 0, 90, 0, 2, 0, -126, 0, 0, 2, -72] } as const;
    const low = drawn(ball([10, -60, -47], 10), coarse);
    const path = put('noted', {
      'plain_lesion.nii.gz': mask(LEFT),
      'coarse_lesion.nii.gz': niftiFile({ size: coarse.size, values: low.voxels, sform: coarse.affine, sformCode: 1 }),
    });
    const files = ['plain', 'coarse'].map((name) => join(path, `${name}_lesion.nii.gz`));
    const [plain, noted] = await measureMasks(files);
    expect(plain).toMatchObject({ state: 'measured', notes: [] });
    expect(noted).toMatchObject({ state: 'measured', features: { touchesLowerCut: 1 } });
    const notes = noted !== undefined && 'notes' in noted ? noted.notes : [];
    expect(notes).toEqual([
      expect.stringMatching(/scanner coordinates.*MNI/),
      'resampled to 1 mm from 2 x 2 x 2 mm',
      expect.stringMatching(/^(2|3|4)\d % of the lesion lies beyond the atlas/),
    ]);
  });

  it('need the atlas: a damaged one is named', async () => {
    const atlas = put('atlas', {
      'atlas.json': readFileSync(new URL('../../models/arterial-atlas/atlas.json', import.meta.url)),
      'ArterialAtlas136.nii.gz': niftiFile({
        size: ATLAS_GRID.size,
        values: new Uint8Array(157 * 189 * 136),
        gzip: true,
      }),
    });
    await expect(measureMasks([], { atlasDirectory: atlas })).rejects.toThrow(/differs from its digest/);
  });
});
