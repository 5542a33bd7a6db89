/** Patient and study must be the source's letter for letter, or an archive files our objects elsewhere. */
import { describe, expect, it } from 'vitest';
import { readStudyHeader } from '../../../src/imaging/results/dicom/study-header.ts';
import { localTime } from '../../../src/imaging/results/dicom/report-context.ts';
import { writeSegmentations } from '../../../src/imaging/results/dicom/segmentation.ts';
import { dciodvfyProblems, dicomToolsUnavailable, readWithPydicom, type ReadSeg } from '../../support/dicom-tools.ts';
import { CORE, reportContext, segment } from '../../support/report-context.ts';
import { FOUND_AT } from '../../support/imaging-result.ts';
import { makeSeries, type MadeSeries, type SeriesOptions } from '../../support/source-series.ts';

const unavailable = dicomToolsUnavailable();
const headerOf = (options: SeriesOptions) => readStudyHeader(makeSeries(options).instances[0] ?? new Uint8Array());
const segOf = (series: MadeSeries): Uint8Array => {
  const [seg] = writeSegmentations(reportContext(series, [segment('core', series, CORE)]));
  return seg?.bytes ?? new Uint8Array();
};

describe('the header of a study', () => {
  it('keeps names of every script, all components of them', () => {
    for (const name of ['Müller^Jürgen', 'Yamada^Tarou=山田^太郎=やまだ^たろう', '王^小东']) {
      expect(headerOf({ patientName: name }).elements['PatientName']).toBe(name);
    }
  });

  it('repeats how the source was compressed with loss, and that it was de-identified', () => {
    const more = {
      LossyImageCompression: '01',
      LossyImageCompressionRatio: '8.5',
      LossyImageCompressionMethod: 'ISO_15444_1',
      PatientIdentityRemoved: 'YES',
    };
    expect(headerOf({ more })).toMatchObject({
      lossy: { LossyImageCompressionRatio: '8.5', LossyImageCompressionMethod: 'ISO_15444_1' },
      elements: { PatientIdentityRemoved: 'YES', DeidentificationMethod: 'not stated by the source' },
    });
  });

  it('writes times in the offset of the source, else of the site, summer time included', () => {
    const header = headerOf({});
    const zoned = { at: FOUND_AT, timeZone: 'America/New_York' };
    expect(localTime({ ...zoned, header })).toEqual({ date: '20261128', time: '150530.000', offset: '+0100' });
    expect(localTime({ ...zoned, header: { ...header, utcOffset: null } })).toMatchObject({
      time: '090530.000',
      offset: '-0500',
    });
  });

  it('of something that is no instance is refused', () => {
    expect(() => readStudyHeader(new Uint8Array(300))).toThrow();
  });
});

describe.skipIf(unavailable !== null)(`objects of such studies ${unavailable ?? ''}`, () => {
  it('are valid and carry the name', () => {
    const series = makeSeries({
      patientName: 'Yamada^Tarou=山田^太郎=やまだ^たろう',
      more: { PatientIdentityRemoved: 'YES', TimezoneOffsetFromUTC: null },
    });
    const bytes = segOf(series);
    expect(dciodvfyProblems(bytes)).toEqual([]);
    expect((readWithPydicom([bytes])[0] as ReadSeg).patient[0]).toBe('Yamada^Tarou=山田^太郎=やまだ^たろう');
  });

  it('of enhanced multi-frame images name the frame of each slice', () => {
    const series = makeSeries();
    const slices = series.source.slices.map((slice, at) => ({
      ...slice,
      sopClassUid: '1.2.840.10008.5.1.4.1.1.2.1',
      sopInstanceUid: '1.2.840.99999.2.1',
      frame: at + 1,
    }));
    const bytes = segOf({ ...series, source: { ...series.source, slices } });
    expect(dciodvfyProblems(bytes)).toEqual([]);
    const { frames } = readWithPydicom([bytes])[0] as ReadSeg;
    expect(frames.length).toBeGreaterThan(1);
    for (const { position, sourceFrame } of frames) {
      expect(slices.find(({ frame }) => frame === sourceFrame)?.position).toEqual(position);
    }
  });
});
