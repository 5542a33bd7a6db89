import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { seriesExplainCommand } from '../../src/cli/series-explain.ts';
import { ctSeries, type SeriesOptions } from '../support/dicom-files.ts';
import { headHu } from '../support/head-phantom.ts';

const SIDE = 80;
const head: SeriesOptions = {
  size: [SIDE, SIDE, 12],
  spacing: [2.6, 2.6, 8],
  origin: [-104, -104, -44],
  values: (i, j, k) => headHu()([-104 + 2.6 * i, -104 + 2.6 * j, -44 + 8 * k]),
  tags: { SeriesDescription: 'Head Doe Jane', StudyDescription: 'Doe Jane' },
};

describe('series explain', () => {
  let folder: string;
  let printed: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'series-'));
    printed = '';
    const print = (text: string | Uint8Array): boolean => {
      printed += String(text);
      return true;
    };
    vi.spyOn(process.stdout, 'write').mockImplementation(print);
    vi.spyOn(process.stderr, 'write').mockImplementation(print);
    for (const [at, { bytes }] of ctSeries(head).entries()) await writeFile(join(folder, `${at}.dcm`), bytes);
    await writeFile(join(folder, 'README.txt'), 'no image');
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  it('prints role, reason, what was built, and with --all why every other rule failed; nothing of the patient', async () => {
    expect(await seriesExplainCommand([folder], { build: true, all: true })).toBe(0);
    expect(printed).toContain('12 images at 12 positions, 80 x 80: ncct');
    expect(printed).toContain('axial CT of the head without contrast [rule native-head]');
    expect(printed).toContain('not ct-perfusion (ctp): imagesPerPosition is 1, below 8');
    expect(printed).toContain('limits: few-slices');
    expect(printed).toContain('built: 80 x 80 x 12; {"step":"sorted-by-position","slices":12}');
    expect(printed).not.toMatch(/doe|jane|P-1|1950/i);
  });

  it('answers JSON a line a series, names what could not be read, and fails where there is nothing', async () => {
    const [first] = ctSeries(head);
    await writeFile(join(folder, 'torn.dcm'), (first?.bytes ?? new Uint8Array()).subarray(0, 900));
    expect(await seriesExplainCommand([folder], { json: true })).toBe(1);
    const [line = ''] = printed.split('\n');
    expect(JSON.parse(line)).toMatchObject({ modality: 'CT', role: 'ncct', rule: 'native-head', part: '' });
    expect(printed).toMatch(/1 files? left out/);
    await expect(seriesExplainCommand([join(folder, 'nowhere')])).rejects.toThrow('there is no');
    await expect(seriesExplainCommand([join(folder, 'README.txt')])).rejects.toThrow('no DICOM image');
  });
});
