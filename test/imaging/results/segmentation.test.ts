import fc from 'fast-check';
import dicomParser from 'dicom-parser';
import { describe, expect, it } from 'vitest';
import { ImageRefusal } from '../../../src/imaging/image-refusal.ts';
import { decimalString, fitting } from '../../../src/imaging/results/dicom/encode.ts';
import { readSegmentation, sliceKey } from '../../../src/imaging/results/dicom/read-segmentation.ts';
import { writeSegmentations } from '../../../src/imaging/results/dicom/segmentation.ts';
import {
  dciodvfyProblems,
  dicomToolsUnavailable,
  hounsfieldOf,
  maskOf,
  readWithPydicom,
  type ReadCt,
  type ReadSeg,
} from '../../support/dicom-tools.ts';
import { labelsOnSource } from '../../../src/imaging/volume/on-source-slices.ts';
import { CORE, HYPOPERFUSION, reportContext, segment } from '../../support/report-context.ts';
import { makeSeries, sphere } from '../../support/source-series.ts';

const unavailable = dicomToolsUnavailable();
const judged = describe.skipIf(unavailable !== null);

judged.each([
  ['an untilted series', {}],
  ['a tilted gantry', { tiltDegrees: 17.5 }],
  ['frames that do not fill whole bytes', { rows: 45, columns: 63 }],
] as const)(`the segmentation of %s ${unavailable ?? ''}`, (_name, options) => {
  const series = makeSeries({ ...options, lesion: CORE });
  const [seg] = writeSegmentations(reportContext(series));
  const [read, ...images] = readWithPydicom([seg?.bytes ?? new Uint8Array(), ...series.instances]) as [
    ReadSeg,
    ...ReadCt[],
  ];
  const imageOf = (uid: string): ReadCt | undefined => images.find((image) => image.uid === uid);

  it('is found without error by dciodvfy', () => {
    expect(dciodvfyProblems(seg?.bytes ?? new Uint8Array())).toEqual([]);
  });

  it('lies where its source lies, frame by frame, to the last digit', () => {
    expect(read.frames.length).toBeGreaterThan(6);
    for (const frame of read.frames) {
      const image = imageOf(frame.source);
      expect(image?.position).toEqual(frame.position);
      expect([image?.orientation, image?.spacing]).toEqual([read.orientation, read.spacing]);
      expect([image?.rows, image?.columns]).toEqual([read.rows, read.columns]);
      expect(image?.frameOfReference).toBe(read.frameOfReference);
      expect(frame.purpose).toEqual(['121322', 'DCM']);
    }
  });

  it('covers exactly the tissue that was meant: the mask over the pixels of the source, as pydicom reads both', () => {
    const cores = read.frames.filter((frame) => frame.segment === 1);
    for (const image of images) {
      const frame = cores.find(({ source }) => source === image.uid);
      const hu = hounsfieldOf(image);
      const intended = Uint8Array.from(hu, (value) => (value >= 60 && value < 70 ? 1 : 0));
      expect(frame === undefined ? new Uint8Array(hu.length) : maskOf(frame)).toEqual(intended);
    }
  });

  it('is ordered by segment and position, in words that readers follow', () => {
    expect(read.dimensions).toEqual([
      ['SegmentIdentificationSequence', 'ReferencedSegmentNumber'],
      ['PlanePositionSequence', 'ImagePositionPatient'],
    ]);
  });

  it('has no frame without a voxel and every voxel in a frame', () => {
    const counts = [CORE, HYPOPERFUSION].map((region) =>
      sphere(series.grid, region).reduce((sum, one) => sum + one, 0),
    );
    const found = [1, 2].map((number) =>
      read.frames.filter((f) => f.segment === number).map((f) => maskOf(f).reduce((sum, one) => sum + one, 0)),
    );
    expect(found.flat().every((count) => count > 0)).toBe(true);
    expect(found.map((frames) => frames.reduce((sum, one) => sum + one, 0))).toEqual(counts);
  });

  it('names patient and study as the source does, and codes that viewers know', () => {
    expect(read.patient).toEqual(['Müller^Jürgen', 'TEST-0001', 'stroke-cds tests']);
    expect(read.study).toBe(series.source.studyUid);
    // 14:05:30 UTC, in the offset of the source.
    expect(read.times).toEqual(['20261128', '150530.000', '+0100']);
    expect(read.segments).toMatchObject([
      { number: 1, type: ['55641003', 'SCT'], category: ['49755003', 'SCT'], algorithm: 'AUTOMATIC' },
      { number: 2, type: ['hypoperfusion', '99STROKECDS'], category: ['49755003', 'SCT'], algorithm: 'AUTOMATIC' },
    ]);
  });
});

describe('segmentations', () => {
  const series = makeSeries();
  const empty = { ...segment('core', series, CORE), voxels: new Uint8Array(series.values.length) };

  it('leave out segments without a voxel, and write nothing when all are empty', () => {
    expect(writeSegmentations(reportContext(series, [empty]))).toEqual([]);
    const [seg, ...more] = writeSegmentations(reportContext(series, [empty, segment('brain', series, HYPOPERFUSION)]));
    expect([...(seg?.segments.keys() ?? [])]).toEqual(['brain']);
    expect(more).toEqual([]);
  });

  it('are one object a source series', () => {
    const other = makeSeries({ seriesUid: '1.2.840.99999.3', rows: 32 });
    const context = reportContext(series, [segment('core', series, CORE), segment('hypoperfusion', other, CORE)]);
    const written = writeSegmentations(context);
    expect(written.map(({ source }) => source.seriesUid)).toEqual([series.source.seriesUid, other.source.seriesUid]);
    expect(new Set(written.map(({ sopInstanceUid }) => sopInstanceUid)).size).toBe(2);
  });

  it('are the same bytes when the job is repeated, and keep the tracking UID in a later version', () => {
    const context = reportContext(series);
    expect(writeSegmentations(context)).toEqual(writeSegmentations(context));
    const later = { ...context, result: { ...context.result, inputsHash: 'f'.repeat(64) } };
    const [a, b] = [writeSegmentations(context)[0], writeSegmentations(later)[0]];
    expect(a?.sopInstanceUid).not.toBe(b?.sopInstanceUid);
    expect(a?.segments.get('core')?.trackingUid).toBe(b?.segments.get('core')?.trackingUid);
  });

  it('write a label that has no code with one of our own', () => {
    const [seg] = writeSegmentations(reportContext(series, [segment('no such label', series, CORE)]));
    expect(seg?.segments.has('no such label')).toBe(true);
  });
});

describe('the algorithm of a segment', () => {
  const series = makeSeries();
  const network = { name: 'hemorrhage', version: '1.2.0', digest: 'sha256:00' };
  const [seg] = writeSegmentations(
    reportContext(series, [
      { ...segment('intraparenchymal-hemorrhage', series, CORE), network },
      segment('spot-sign', series, CORE),
    ]),
  );
  const segments = dicomParser.parseDicom(seg?.bytes ?? new Uint8Array()).elements['x00620002']?.items ?? [];
  const said = segments.map(({ dataSet: item }) => {
    const algorithm = item?.elements['x00620007']?.items?.[0]?.dataSet;
    const family = algorithm?.elements['x0066002f']?.items?.[0]?.dataSet;
    return {
      family: [family?.string('x00080100'), family?.string('x00080102'), family?.string('x00080104')],
      algorithm: [algorithm?.string('x00660036'), algorithm?.string('x00660031')],
      name: item?.string('x00620009'),
    };
  });

  it('is the network that outlined it, with its version, in the family of CID 7162', () => {
    expect(said[0]).toEqual({
      family: ['123110', 'DCM', 'Artificial Intelligence'],
      algorithm: ['hemorrhage', '1.2.0'],
      name: 'hemorrhage',
    });
  });

  it('is the pipeline where a rule outlined it', () => {
    const { pipeline, pipelineVersion } = reportContext(series).result;
    expect(said[1]).toEqual({
      family: ['thresholds', '99STROKECDS', 'Thresholds on maps'],
      algorithm: [pipeline, pipelineVersion],
      name: pipeline,
    });
  });
});

describe('values', () => {
  it('are decimal strings of at most 16 characters that read back within the last digits', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), (value) => {
        const text = decimalString(value);
        expect(text.length).toBeLessThanOrEqual(16);
        expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(1e-8 * Math.max(1, Math.abs(value)));
      }),
    );
    expect(() => decimalString(Number.NaN)).toThrow(RangeError);
  });

  it('hold no separator and fit their VR', () => {
    expect(fitting('a\\b', 64)).toBe('a/b');
    expect(fitting('x'.repeat(70), 64)).toBe(`${'x'.repeat(61)}...`);
    expect(Buffer.byteLength(fitting('核'.repeat(40), 64))).toBeLessThanOrEqual(64);
  });
});

describe('a segmentation read back', () => {
  it('marks the pixels that it was written with, segment by segment', () => {
    const series = makeSeries({ rows: 45, columns: 63, tiltDegrees: 14 });
    const segments = [segment('core', series, CORE), segment('hypoperfusion', series, HYPOPERFUSION)];
    const [written] = writeSegmentations(reportContext(series, segments));
    const read = readSegmentation(written?.bytes ?? new Uint8Array());
    expect(read.sourceSeriesUid).toBe(series.source.seriesUid);
    expect([...read.segments.keys()]).toEqual(['core', 'hypoperfusion']);
    for (const { label, grid, voxels, source } of segments) {
      const pixels = labelsOnSource(grid, voxels, source);
      const marked = source.slices.map((slice) => read.segments.get(label)?.get(sliceKey(slice)));
      expect(marked).toEqual(pixels.map((slice) => (slice.includes(1) ? slice : undefined)));
      expect(marked.some((slice) => slice !== undefined)).toBe(true);
    }
  });

  it('that was cut off, or is an image, is refused', () => {
    const series = makeSeries();
    const [written] = writeSegmentations(reportContext(series));
    const { bytes = new Uint8Array() } = written ?? {};
    expect(() => readSegmentation(bytes.subarray(0, bytes.length - 40))).toThrow(ImageRefusal);
    expect(() => readSegmentation(series.instances[0] ?? new Uint8Array())).toThrow(ImageRefusal);
  });
});
