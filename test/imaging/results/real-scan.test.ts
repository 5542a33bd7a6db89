/** SEG and SR on a real head CT with a tilted gantry: shared data, skipped where it does not lie beside the checkout. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { transform } from '../../../src/imaging/affine.ts';
import { parseInstance } from '../../../src/imaging/dicom/index.ts';
import { writeReport } from '../../../src/imaging/results/dicom/report.ts';
import { readStudyHeader } from '../../../src/imaging/results/dicom/study-header.ts';
import { writeSegmentations, type Segmentation } from '../../../src/imaging/results/dicom/segmentation.ts';
import { findingsOf } from '../../../src/imaging/results/result.ts';
import { openStudySeries } from '../../../src/imaging/series/open-study-series.ts';
import type { Grid } from '../../../src/imaging/volume/volume.ts';
import {
  dciodvfyProblems,
  dicomToolsUnavailable,
  maskOf,
  readWithPydicom,
  type ReadCt,
  type ReadSeg,
} from '../../support/dicom-tools.ts';
import { aResult, FOUND_AT } from '../../support/imaging-result.ts';
import { DEVICE } from '../../support/report-context.ts';
import { sphere } from '../../support/source-series.ts';

const FOLDER = '../shared/data/ge-head-ct';
const unavailable = existsSync(FOLDER) ? dicomToolsUnavailable() : `${FOLDER} is not there`;
const errorsOf = (bytes: Uint8Array): readonly string[] =>
  dciodvfyProblems(bytes).filter((line) => line.startsWith('Error'));

describe.skipIf(unavailable !== null)(`a lesion in a real tilted scan ${unavailable ?? ''}`, () => {
  let seg: Segmentation;
  let report: Uint8Array;
  let milliliters: number;
  let files: readonly Uint8Array[];

  beforeAll(async () => {
    files = readdirSync(FOLDER)
      .filter((name) => name.endsWith('.dcm'))
      .map((name) => readFileSync(`${FOLDER}/${name}`));
    const instances = files.map((bytes) => ({ header: parseInstance(bytes), bytes: () => Promise.resolve(bytes) }));
    const [series] = await openStudySeries(instances);
    if (series === undefined) throw new Error('no series');
    const { image, source } = await series.load();
    const grid: Grid = { size: image.size, affine: image.affine };
    const [nx, ny, nz] = grid.size;
    const middle = transform(grid.affine, [nx / 2, ny / 2, 0.6 * nz]);
    const region = { center: [middle[0] - 35, middle[1], middle[2]], radius: 25 } as const;
    const voxels = sphere(grid, region);
    milliliters = (4 / 3) * Math.PI * 2.5 ** 3;
    const result = aResult({ studyUid: source.studyUid });
    const context = {
      result,
      findings: findingsOf(result, FOUND_AT),
      segments: [{ label: 'core', grid, voxels, source }],
      sources: [source],
      header: readStudyHeader(files[0] ?? new Uint8Array()),
      device: DEVICE,
      at: FOUND_AT,
      timeZone: 'Europe/Berlin',
    };
    const written = writeSegmentations(context);
    [seg] = written as [Segmentation];
    report = writeReport(context, written).bytes;
  });

  it('becomes objects without an error, though the source lacks what the standard wants', () => {
    expect(errorsOf(seg.bytes)).toEqual([]);
    expect(errorsOf(report)).toEqual([]);
  });

  it('lies on the stored slices, at their positions, with its volume', () => {
    const [read, ...images] = readWithPydicom([seg.bytes, ...files]) as [ReadSeg, ...ReadCt[]];
    let volume = 0;
    const heights = images.map(({ position }) => position[2] ?? 0).sort((a, b) => a - b);
    for (const frame of read.frames) {
      const source = images.find(({ uid }) => uid === frame.source);
      expect(frame.position).toEqual(source?.position);
      // The volume's directions have length one; those of the file, with their seven digits, nearly so.
      read.orientation.forEach((value, axis) => {
        expect(value).toBeCloseTo(source?.orientation[axis] ?? NaN, 6);
      });
      const at = heights.indexOf(frame.position[2] ?? 0);
      // The table moves straight through the gantry, so slices are as far apart as their heights times the tilt's cosine.
      const gap = ((heights[at + 1] ?? 0) - (heights[at - 1] ?? 0)) / 2;
      const cosine = Math.abs(read.orientation[4] ?? 1);
      const area = maskOf(frame).reduce((sum, one) => sum + one, 0) * (read.spacing[0] ?? 0) * (read.spacing[1] ?? 0);
      volume += (area * gap * cosine) / 1000;
    }
    expect(volume / milliliters).toBeGreaterThan(0.93);
    expect(volume / milliliters).toBeLessThan(1.07);
  });
});
