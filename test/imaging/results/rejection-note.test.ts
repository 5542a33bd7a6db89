import { describe, expect, it } from 'vitest';
import {
  REJECTION_REASONS,
  writeRejectionNote,
  type RejectionReason,
} from '../../../src/imaging/results/dicom/rejection-note.ts';
import { writeReport } from '../../../src/imaging/results/dicom/report.ts';
import { writeSegmentations } from '../../../src/imaging/results/dicom/segmentation.ts';
import { readStudyHeader } from '../../../src/imaging/results/dicom/study-header.ts';
import {
  dciodvfyProblems,
  dicomToolsUnavailable,
  dsrdump,
  readWithPydicom,
  type ReadKo,
} from '../../support/dicom-tools.ts';
import { FOUND_AT } from '../../support/imaging-result.ts';
import { DEVICE, reportContext } from '../../support/report-context.ts';
import { makeSeries } from '../../support/source-series.ts';

const unavailable = dicomToolsUnavailable();
const series = makeSeries();
const context = reportContext(series);
const segs = writeSegmentations(context);
const report = writeReport(context, segs);
const objects = [...segs.map((seg) => ({ kind: 'seg' as const, ...seg })), { kind: 'sr' as const, ...report }];
const noteOf = (header: Uint8Array, of = objects, reason: RejectionReason = 'withdrawn') =>
  writeRejectionNote(
    {
      resultId: 'a result',
      reason,
      header: readStudyHeader(header),
      device: DEVICE,
      at: FOUND_AT,
      timeZone: 'America/New_York',
    },
    of,
  );

describe.skipIf(unavailable !== null)(`a rejection note ${unavailable ?? ''}`, () => {
  const note = noteOf(report.bytes);
  const read = readWithPydicom([note.bytes])[0] as ReadKo;

  it('is found without error by dciodvfy, and dcmtk reads it as a Key Object Selection Document', () => {
    expect(dciodvfyProblems(note.bytes)).toEqual([]);
    expect(dsrdump(note.bytes)).toContain('Key Object Selection Document');
  });

  it('has the title by which archives know it, and says why', () => {
    expect(read.root.concept).toEqual(['113001', 'DCM']);
    expect(read.root.children.find(({ concept }) => concept?.[0] === '113012')?.value).toBe(
      REJECTION_REASONS.withdrawn,
    );
  });

  it('hides from everybody what may be of another patient', () => {
    const doubted = noteOf(report.bytes, objects, 'patient-in-doubt');
    expect(dciodvfyProblems(doubted.bytes)).toEqual([]);
    const [{ root } = read] = readWithPydicom([doubted.bytes]) as ReadKo[];
    expect(root.concept).toEqual(['113037', 'DCM']);
  });

  it('names segmentations and report, in the content and as evidence', () => {
    const named = read.root.children.filter(({ type }) => type === 'IMAGE' || type === 'COMPOSITE');
    expect(named.flatMap(({ value }) => value).toSorted()).toEqual(
      objects.map(({ sopInstanceUid }) => sopInstanceUid).toSorted(),
    );
    expect(read.evidence).toEqual(
      Object.fromEntries(objects.map(({ seriesUid, sopInstanceUid }) => [seriesUid, [sopInstanceUid]])),
    );
  });

  it('is filed where the objects are: the same study and patient, letter for letter', () => {
    const [source] = readWithPydicom([report.bytes]);
    expect(read.study).toBe(series.source.studyUid);
    expect(read.patient).toEqual(source?.patient);
  });

  it('is the same again for the same objects, read from any of them, and another one for others', () => {
    expect(noteOf(segs[0]?.bytes ?? new Uint8Array(), objects.toReversed())).toEqual(note);
    expect(noteOf(report.bytes, objects.slice(1)).sopInstanceUid).not.toBe(note.sopInstanceUid);
  });
});

it('a note that names nothing is a fault', () => {
  expect(() => noteOf(report.bytes, [])).toThrow(RangeError);
});
