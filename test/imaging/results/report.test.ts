import { describe, expect, it } from 'vitest';
import { RESEARCH_USE, writeReport } from '../../../src/imaging/results/dicom/report.ts';
import type { ReportContext } from '../../../src/imaging/results/dicom/report-context.ts';
import { writeSegmentations } from '../../../src/imaging/results/dicom/segmentation.ts';
import {
  dciodvfyProblems,
  dicomToolsUnavailable,
  dsrdump,
  readWithPydicom,
  type ReadItem,
  type ReadSr,
} from '../../support/dicom-tools.ts';
import { aResult, MOTION, SHORT_TAIL } from '../../support/imaging-result.ts';
import { reportContext } from '../../support/report-context.ts';
import { makeSeries } from '../../support/source-series.ts';

const unavailable = dicomToolsUnavailable();
const series = makeSeries();

const written = (context: ReportContext): { bytes: Uint8Array; read: ReadSr } => {
  const { bytes } = writeReport(context, writeSegmentations(context));
  return { bytes, read: readWithPydicom([bytes])[0] as ReadSr };
};

const all = (item: ReadItem): readonly ReadItem[] => [item, ...item.children.flatMap(all)];
const named = (item: ReadItem, ...codes: readonly string[]): readonly ReadItem[] =>
  all(item).filter(({ concept }) => codes.includes(concept?.[0] ?? ''));
const valuesOf = (item: ReadItem, code: string): readonly unknown[] => named(item, code).map(({ value }) => value);
const groupsOf = ({ root }: ReadSr): readonly ReadItem[] => named(root, '125007');

describe.skipIf(unavailable !== null)(`the report of a result ${unavailable ?? ''}`, () => {
  const context = reportContext(series);
  const [seg] = writeSegmentations(context);
  const { bytes, read } = written(context);

  it('is found without error by dciodvfy, and dcmtk reads it as a Comprehensive SR', () => {
    expect(dciodvfyProblems(bytes)).toEqual([]);
    expect(dsrdump(bytes)).toContain('Comprehensive SR Document');
  });

  it('says every number with its unit, interval and detection floor', () => {
    const [core] = groupsOf(read);
    if (core === undefined) throw new Error('no group');
    expect(named(core, '118565006')).toMatchObject([{ type: 'NUM', value: 23.4, unit: ['mL', 'UCUM'] }]);
    expect(['interval-low', 'interval-high', 'detection-floor'].flatMap((code) => valuesOf(core, code))).toEqual([
      17.9, 30.1, 1.5,
    ]);
    expect(valuesOf(core, 'interval-basis')).toEqual(['noise and threshold jitter, 90 %']);
  });

  it('refers to the segment that was measured and to its source series', () => {
    const [core, tmax, ratio] = groupsOf(read);
    expect([core, tmax].map((group) => valuesOf(group as ReadItem, '121191'))).toEqual([
      [[seg?.sopInstanceUid, 1]],
      [[seg?.sopInstanceUid, 2]],
    ]);
    expect(valuesOf(core as ReadItem, '121232')).toEqual([series.source.seriesUid]);
    expect(valuesOf(core as ReadItem, '112040')).toEqual([seg?.segments.get('core')?.trackingUid]);
    expect(valuesOf(ratio as ReadItem, '121191')).toEqual([]);
  });

  it('names as evidence the source images and the segmentation', () => {
    expect(read.evidence[series.source.seriesUid]).toHaveLength(series.instances.length);
    expect(read.evidence[seg?.seriesUid ?? '']).toEqual([seg?.sopInstanceUid]);
  });

  it('says what could not be computed as such, never as zero', () => {
    const [ratio] = named(read.root, 'mismatch-ratio');
    expect(ratio).toMatchObject({ type: 'CODE', value: ['114011', 'DCM'] });
  });

  it('codes side and territory, and the side as laterality of the site', () => {
    expect(valuesOf(read.root, 'ischemic-side')).toEqual([['7771000', 'SCT']]);
    expect(valuesOf(read.root, 'territory')).toEqual([['left-carotid', '99STROKECDS']]);
    expect(new Set(valuesOf(read.root, '272741003').map(String))).toEqual(new Set(['7771000,SCT']));
  });

  it('names software, version, settings, remarks, language, and that it is for research', () => {
    expect(new Set(valuesOf(read.root, '111001'))).toEqual(new Set(['perfusion']));
    expect(valuesOf(read.root, '111003')[0]).toBe('1.0.0');
    expect(valuesOf(read.root, '111002')[0]).toContain('"relativeCbf":0.3');
    expect(valuesOf(read.root, 'quality-remark')).toEqual(['limits: bolus-cut-off (seconds 38)']);
    expect(valuesOf(read.root, '121049')).toEqual([['en-US', 'RFC5646']]);
    expect(valuesOf(read.root, '121005')).toEqual([['121007', 'DCM']]);
    expect(valuesOf(read.root, '121106')).toContain(RESEARCH_USE);
    expect([read.completion, read.preliminary, read.verification]).toEqual(['COMPLETE', 'FINAL', 'UNVERIFIED']);
    expect(read.patient).toEqual(['Müller^Jürgen', 'TEST-0001', 'stroke-cds tests']);
  });
});

describe.skipIf(unavailable !== null)(`other reports ${unavailable ?? ''}`, () => {
  it('of a refused study hold no number, only why', () => {
    const said = { ...aResult().said, quality: [MOTION, SHORT_TAIL] };
    const { bytes, read } = written(reportContext(series, [], aResult({ state: 'refused', said })));
    expect(dciodvfyProblems(bytes)).toEqual([]);
    expect(all(read.root).filter(({ type }) => type === 'NUM')).toEqual([]);
    for (const group of groupsOf(read)) {
      const statements = group.children.filter(
        ({ type, relationship }) => type === 'CODE' && relationship === 'CONTAINS',
      );
      expect(statements.map(({ value }) => value)).toContainEqual(['114006', 'DCM']);
    }
    expect(valuesOf(read.root, '121106')).toContain('refuses: motion (motionMm 9.4)');
    expect(valuesOf(read.root, 'result-state')).toEqual(['Refused: the images cannot be used; no value was computed']);
  });

  it('of a refused study without any finding are valid too', () => {
    const said = { ...aResult().said, quality: [MOTION], findings: [] };
    const { bytes } = written(reportContext(series, [], aResult({ state: 'refused', said })));
    expect(dciodvfyProblems(bytes)).toEqual([]);
  });

  it('that are preliminary say so and have another identity than the final one', () => {
    const preliminary = written(reportContext(series, undefined, aResult({ state: 'preliminary' }))).read;
    expect([preliminary.completion, preliminary.preliminary]).toEqual(['PARTIAL', 'PRELIMINARY']);
    expect(preliminary.uid).not.toBe(written(reportContext(series)).read.uid);
  });

  it('name the report that they replace', () => {
    const former = { sopInstanceUid: '2.25.77', seriesUid: '2.25.78' };
    const { bytes } = writeReport(reportContext(series), [], former);
    expect(dciodvfyProblems(bytes)).toEqual([]);
    expect((readWithPydicom([bytes])[0] as ReadSr).predecessors).toEqual(['2.25.77']);
  });

  it('never name themselves as replaced', () => {
    const context = reportContext(series);
    const own = writeReport(context, []);
    expect(writeReport(context, [], own)).toEqual(own);
  });

  it('of segments in two series each refer to their own', () => {
    const other = makeSeries({ seriesUid: '1.2.840.99999.3' });
    const context = reportContext(series);
    const both = writeSegmentations({
      ...context,
      segments: [...context.segments.map((s) => ({ ...s, source: other.source })), ...context.segments],
    });
    const { bytes } = writeReport(context, both);
    const [core] = groupsOf(readWithPydicom([bytes])[0] as ReadSr);
    expect(valuesOf(core as ReadItem, '121232')).toEqual([series.source.seriesUid]);
  });
});
