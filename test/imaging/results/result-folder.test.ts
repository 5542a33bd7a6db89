import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNifti } from '../../../src/imaging/nifti.ts';
import type { PipelineResult } from '../../../src/imaging/pipelines/pipeline.ts';
import { findingsFile, type FileEntry } from '../../../src/imaging/results/folder/findings-file.ts';
import { writeResultFolder } from '../../../src/imaging/results/folder/write-result-folder.ts';
import { writeReport } from '../../../src/imaging/results/dicom/report.ts';
import { writeSegmentations } from '../../../src/imaging/results/dicom/segmentation.ts';
import { loadCardContent } from '../../../src/explanation/index.ts';
import { sheetWords } from '../../../src/sheet-words.ts';
import { aResult, FOUND_AT } from '../../support/imaging-result.ts';
import { perfusionPicture } from '../../support/perfusion-picture.ts';
import { reportContext } from '../../support/report-context.ts';
import { makeSeries } from '../../support/source-series.ts';

const words = sheetWords(loadCardContent('cards').texts['zh-CN']);
const series = makeSeries();
const picture = perfusionPicture(series.source);
const found = aResult();
const result: PipelineResult = { state: 'final', ...found.said, ...picture, segments: picture.segments.slice(1) };
const context = reportContext(series);
const segs = writeSegmentations(context);
const stages = [{ stage: 'deconvolution', milliseconds: 1234.5 }];

describe('the folder of a result', () => {
  let folder: string;
  let files: readonly FileEntry[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stroke-cds-result-'));
    const outputs = [...segs.map((seg) => ({ ...seg, kind: 'seg' })), { ...writeReport(context, segs), kind: 'sr' }];
    files = await writeResultFolder(
      {
        found,
        result,
        findings: context.findings,
        outputs,
        stages,
        at: FOUND_AT,
        title: 'Perfusion, CT',
        subtitle: 'perfusion 1.0.0',
        words,
      },
      folder,
    );
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('holds findings, SEG, SR, maps, masks, the image and a contact sheet, the findings last', () => {
    expect(files.map(({ path }) => path)).toEqual([
      'seg.dcm',
      'sr.dcm',
      'maps/Tmax.nii.gz',
      'maps/CBF.nii.gz',
      'maps/CBV.nii.gz',
      'maps/MTT.nii.gz',
      'masks/core.nii.gz',
      'masks/hypoperfusion.nii.gz',
      'image.nii.gz',
      'contact-sheet.png',
      'findings.json',
    ]);
  });

  it('lists every file with its digest, and says no patient name', () => {
    const text = readFileSync(join(folder, 'findings.json'), 'utf8');
    const json = JSON.parse(text) as { files: readonly FileEntry[]; findings: readonly unknown[] };
    expect(json.files).toEqual(files.slice(0, -1));
    for (const { path, sha256 } of json.files) {
      expect(
        createHash('sha256')
          .update(readFileSync(join(folder, path)))
          .digest('hex'),
        path,
      ).toBe(sha256);
    }
    expect(json.findings[0]).toMatchObject({
      kind: 'core-volume',
      name: '梗死核心',
      value: 23.4,
      unit: 'mL',
      interval: { low: 17.9 },
    });
    expect(json.findings[2]).toMatchObject({ kind: 'mismatch-ratio', value: null, unit: '{ratio}' });
    expect(text).not.toMatch(/ller|TEST-0001/);
  });

  it('gives maps and masks back in their place', () => {
    const tmax = readNifti(readFileSync(join(folder, 'maps/Tmax.nii.gz')));
    const map = picture.maps[0];
    expect([...tmax.affine]).toEqual([...(map?.volume.affine ?? [])].map(Math.fround));
    expect(tmax.values).toEqual(map?.volume.values);
    const core = readNifti(readFileSync(join(folder, 'masks/core.nii.gz')));
    expect(core.values).toEqual(picture.segments[1]?.voxels);
  });
});

it('findings.json is refused rather than written wrong', () => {
  const broken = { ...found, state: 'superb' as 'final' };
  const input = { result: broken, findings: [], stages, at: FOUND_AT, files: [], words };
  expect(() => findingsFile(input)).toThrow('would break its schema at /state');
});
