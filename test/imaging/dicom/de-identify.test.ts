/** A copy for export holds nothing of the patient, stays a valid image and measures the same. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import dcmjs from 'dcmjs';
import { describe, expect, it } from 'vitest';
import * as table from '../../../src/imaging/dicom/de-identification/confidentiality-table.ts';
import { cleanDescriptor } from '../../../src/imaging/dicom/de-identification/clean-descriptor.ts';
import {
  deidentify,
  parseInstance,
  readFrames,
  type DeidentificationOptions,
} from '../../../src/imaging/dicom/index.ts';
import {
  ctSeries,
  dicomFile,
  enhancedCt,
  mrSeries,
  SYNTAX,
  uidOf,
  type BuiltInstance,
  type DicomTags,
  type DicomValue,
  type SeriesOptions,
} from '../../support/dicom-files.ts';

const key = Buffer.from('a secret of the site, long enough');
const values = (i: number, j: number, k: number): number => 10 * k + j - i;
const head: SeriesOptions = { size: [8, 6, 2], values, times: [0, 2] };

const built = (series: readonly BuiltInstance[], at = 0): Uint8Array => {
  const instance = series[at];
  if (instance === undefined) throw new Error('no instance was built');
  return instance.bytes;
};

const CANARY_UID = '1.2.999.777.1';
/** An identifier in the form of each VR. */
const CANARIES: Readonly<Record<string, DicomValue>> = {
  ...{ AE: 'CANARY-AE', CS: 'CANARY', LO: 'Canary Long', LT: 'Canary\r\nText', PN: 'Canary^Jane', SH: 'CANARY-SH' },
  ...{ ST: 'Canary short', UC: 'Canary unlimited', UR: 'http://canary.example', UT: 'Canary unlimited text' },
  ...{ DA: '19470203', DT: '19470203101112', AS: '077Y', UI: CANARY_UID },
  ...{ OB: Buffer.from('CANARY BYTES'), OW: Buffer.from('CANARY WORDS'), UN: Buffer.from('CANARY UNKNOWN') },
  ...{ OD: Buffer.from('CANARYDD'), OF: Buffer.from('CANARYFF'), OL: Buffer.from('CANARYLL') },
};
const LEAK = /canary|19470203|1\.2\.999\.777/i;

const dictionary = dcmjs.data.DicomMetaDictionary.dictionary;
const planted = (vr: string): DicomValue | undefined => {
  const value = CANARIES[vr];
  return value === undefined ? undefined : { vr, value };
};

/** Every attribute that the table lists, private ones of every VR, curves, overlays and texts that nobody lists. */
function canaryTags(): DicomTags {
  const listed = [...Object.values(table.BASIC_PROFILE).flat()].flatMap((tag): [string, DicomValue][] => {
    const vr = dictionary[`(${tag.slice(0, 4)},${tag.slice(4)})`]?.vr ?? 'UN';
    const value = vr === 'SQ' ? { vr, value: [INNER] } : planted(vr);
    return value === undefined || /^(0000|0002|FFF|0008001[68]|0020000[DE])/.test(tag) ? [] : [[tag, value]];
  });
  const ours = Object.keys(CANARIES).map((vr, at): [string, DicomValue] => [
    `0099${(0x1001 + at).toString(16)}`,
    planted(vr) ?? null,
  ]);
  return { ...Object.fromEntries(listed), ...Object.fromEntries(ours), ...UNLISTED };
}

const INNER: DicomTags = {
  PatientName: 'Canary^Inner',
  PatientID: 'CANARY-INNER',
  ReferencedSOPInstanceUID: CANARY_UID,
  '00990010': { vr: 'LO', value: 'CANARY PRIVATE' },
  '00991001': { vr: 'SQ', value: [{ PatientName: 'Canary^Deep' }] },
};

const UNLISTED: DicomTags = {
  '00990010': { vr: 'LO', value: 'CANARY CREATOR' },
  // Curves and overlays, data and comments.
  '50003000': { vr: 'OW', value: Buffer.from('CANARY CURVE') },
  '50002600': { vr: 'LO', value: 'Canary curve label' },
  '60003000': { vr: 'OW', value: Buffer.from('CANARY PIXELS') },
  '60001500': { vr: 'LO', value: 'Canary overlay' },
  // Standard elements whose text is free, and such whose VR lies.
  SourceApplicationEntityTitle: null,
  RespiratoryMotionCompensationTechniqueDescription: 'Canary technique',
  TypeOfFilters: 'Canary filters',
  BodyPartExamined: { vr: 'LO', value: 'Canary part' },
  PatientPosition: { vr: 'CS', value: 'Canary^Jane' },
  ExposureTime: { vr: 'IS', value: 'CANARY' },
  ReferencedImageSequence: [INNER],
  RequestAttributesSequence: [INNER],
  ReferencedPerformedProcedureStepSequence: [
    { ReferencedSOPClassUID: uidOf('x'), ReferencedSOPInstanceUID: CANARY_UID },
  ],
};

/** The bytes that a reader would see. */
function readable(bytes: Uint8Array, syntax: string): string {
  const all = Buffer.from(bytes);
  if (syntax !== SYNTAX.deflated) return all.toString('latin1');
  const start = 144 + all.readUInt32LE(140);
  return all.subarray(0, start).toString('latin1') + inflateRawSync(all.subarray(start)).toString('latin1');
}

describe('nothing of the patient survives', () => {
  const options: readonly [string, DeidentificationOptions][] = [
    ['the basic profile', {}],
    ['clean descriptors and dates moved', { cleanDescriptors: true, retainLongitudinal: 'modified' }],
  ];
  describe.each(Object.entries(SYNTAX))('%s', (_syntax, syntax) => {
    it.each(options)('%s', (_name, chosen) => {
      const bytes = built(ctSeries({ ...head, syntax, tags: canaryTags() }));
      expect(readable(bytes, syntax).match(new RegExp(LEAK, 'gi'))?.length).toBeGreaterThan(400);
      const copy = deidentify(bytes, { key, options: chosen });
      expect(readable(copy.bytes, syntax)).not.toMatch(LEAK);
      expect(readable(copy.bytes, syntax)).not.toMatch(/Doe\^Jane|P-1 |A-1 /);
      expect(parseInstance(copy.bytes).frames).toHaveLength(1);
    });
  });

  it('keeps only what an option names', () => {
    const bytes = built(ctSeries({ ...head, tags: canaryTags() }));
    const options = { retainDeviceIdentity: true, retainInstitutionIdentity: true, retainPatientCharacteristics: true };
    const text = readable(deidentify(bytes, { key, options }).bytes, SYNTAX.explicit);
    expect(text).not.toMatch(/Canary\^|CANARY-INNER|CANARY CREATOR|CANARY PIXELS/);
    expect(text).toMatch(/Canary Long/);
  });
});

describe('the copy', () => {
  const copyOf = (bytes: Uint8Array, options: DeidentificationOptions = {}) => deidentify(bytes, { key, options });

  it.each(Object.entries(SYNTAX))('measures the same: %s', async (_name, syntax) => {
    for (const bytes of [built(ctSeries({ ...head, syntax })), enhancedCt({ ...head, syntax }).bytes]) {
      const copy = copyOf(bytes).bytes;
      const [before, after] = [parseInstance(bytes), parseInstance(copy)];
      const geometry = (header: typeof before): unknown =>
        header.frames.map(({ position, orientation, pixelSpacing }) => ({ position, orientation, pixelSpacing }));
      expect(after).toMatchObject({ transferSyntaxUid: syntax, modality: 'CT', pixels: before.pixels });
      expect(geometry(after)).toEqual(geometry(before));
      expect(await readFrames(copy, after)).toEqual(await readFrames(bytes, before));
    }
  });

  it('copies compressed frames with their offset tables', async () => {
    const plain = built(ctSeries({ size: [8, 6, 1], values }));
    const [header, literal] = [Buffer.alloc(64), plain.slice(-96)];
    header.writeUInt32LE(2, 0);
    header.writeUInt32LE(64, 4);
    header.writeUInt32LE(64 + 50, 8);
    const plane = (byte: number): Buffer => Buffer.from([47, ...literal.filter((_, at) => at % 2 === byte), 128]);
    const frame = Buffer.concat([header, plane(1), Buffer.alloc(1, 128), plane(0), Buffer.alloc(1, 128)]);
    const tags = {
      NumberOfFrames: 2,
      ExtendedOffsetTable: [0, frame.length + 8],
      ExtendedOffsetTableLengths: [frame.length, frame.length],
      PixelData: { fragments: [frame, frame] },
    };
    const bytes = built(ctSeries({ size: [8, 6, 1], syntax: '1.2.840.10008.1.2.5', tags }));
    const copy = copyOf(bytes).bytes;
    expect(await readFrames(copy, parseInstance(copy))).toEqual(await readFrames(bytes, parseInstance(bytes)));
    expect((await readFrames(copy, parseInstance(copy)))[1]).toEqual(
      (await readFrames(plain, parseInstance(plain)))[0],
    );
  });

  it('belongs to the same study, series and patient as the other copies, and to others with another key', () => {
    const series = ctSeries(head);
    const [a, b] = [parseInstance(copyOf(built(series)).bytes), parseInstance(copyOf(built(series, 1)).bytes)];
    expect(a.studyUid).toBe(b.studyUid);
    expect(a.seriesUid).toBe(b.seriesUid);
    expect(a.frameOfReferenceUid).toBe(b.frameOfReferenceUid);
    expect(a.patient.patientId).toBe(b.patient.patientId);
    expect(a.sopInstanceUid).not.toBe(b.sopInstanceUid);
    expect(a.studyUid).toMatch(/^2\.25\.\d{1,39}$/);
    const other = deidentify(built(series), { key: Buffer.from('another secret of a site') }).bytes;
    expect(parseInstance(other).studyUid).not.toBe(a.studyUid);
    expect(parseInstance(other).patient.patientId).not.toBe(a.patient.patientId);
    expect(copyOf(built(series)).bytes).toEqual(copyOf(built(series)).bytes);
  });

  it('keeps intervals when dates are moved, and the very dates when they are kept', () => {
    const [first, later] = [
      ctSeries({ ...head, tags: { AcquisitionDate: '20251230', PatientAge: '095Y' } }),
      ctSeries({ ...head, series: 'later', tags: { AcquisitionDate: '20260102', PatientAge: '095Y' } }),
    ];
    const at = (series: readonly BuiltInstance[], options: DeidentificationOptions): string =>
      parseInstance(copyOf(built(series), options).bytes).frames[0]?.acquiredAt ?? '';
    const modified = { retainLongitudinal: 'modified' } as const;
    const days = (a: string, b: string): number => (Date.parse(`${b}Z`) - Date.parse(`${a}Z`)) / 86_400_000;
    expect(days(at(first, modified), at(later, modified))).toBe(3);
    expect(at(first, modified).slice(0, 10)).not.toBe('2025-12-30');
    expect(at(first, modified).slice(10)).toBe('T12:00:00.000000');
    expect(at(first, { retainLongitudinal: 'full' })).toBe('2025-12-30T12:00:00.000000');
    expect(at(first, {})).toBe('');
  });

  it('keeps the characteristics that were chosen, and makes no one older than 90', () => {
    const bytes = built(ctSeries({ ...head, tags: { PatientAge: '095Y', PatientWeight: 71 } }));
    const kept = readable(copyOf(bytes, { retainPatientCharacteristics: true }).bytes, SYNTAX.explicit);
    expect(kept).toMatch(/AS\x04\x00090Y/);
    expect(parseInstance(copyOf(bytes, { retainPatientCharacteristics: true }).bytes).patient.sex).toBe('F');
    expect(parseInstance(copyOf(bytes).bytes).patient).toMatchObject({ sex: null, birthDate: null });
  });

  it('keeps UIDs on demand', () => {
    const bytes = built(ctSeries(head));
    const [before, after] = [parseInstance(bytes), parseInstance(copyOf(bytes, { retainUids: true }).bytes)];
    expect([after.studyUid, after.seriesUid, after.sopInstanceUid]).toEqual([
      before.studyUid,
      before.seriesUid,
      before.sopInstanceUid,
    ]);
  });

  it('keeps the words of the trade in descriptions', () => {
    const tags = { SpecificCharacterSet: 'ISO_IR 192', SeriesDescription: 'CT Head 5.0mm Müller, Hans 19500117' };
    const bytes = built(ctSeries({ ...head, tags }));
    expect(parseInstance(copyOf(bytes, { cleanDescriptors: true }).bytes).seriesDescription).toBe('CT HEAD 5.0MM');
    expect(parseInstance(copyOf(bytes).bytes).seriesDescription).toBeNull();
    expect(cleanDescriptor('ep2d_diff_b1000 trace 3.0mm H31s')).toBe('EP2D B1000 TRACE 3.0MM H31S');
    expect(cleanDescriptor('Perfusion for Jane Doe MRN 4711 room 112')).toBe('PERFUSION FOR');
    expect(cleanDescriptor(null)).toBe('');
  });
});

describe('what a person has to look at', () => {
  const codes = (tags: DicomTags): string[] =>
    deidentify(built(ctSeries({ ...head, tags })), { key }).warnings.map(({ code }) => code);

  it.each<[string, DicomTags, string[]]>([
    ['nothing', { BurnedInAnnotation: 'NO' }, []],
    ['text in the pixels', { BurnedInAnnotation: 'YES' }, ['burned-in-text']],
    ['an image that does not say', {}, ['burned-in-text-unknown']],
    ['a screen shot', { ImageType: ['DERIVED', 'SECONDARY', 'SCREEN SAVE'] }, ['burned-in-text-likely']],
    ['ultrasound', { Modality: 'US', BurnedInAnnotation: 'NO' }, ['burned-in-text-likely']],
    [
      'a secondary capture',
      { SOPClassUID: '1.2.840.10008.5.1.4.1.1.7', BurnedInAnnotation: 'NO' },
      ['burned-in-text-likely'],
    ],
    ['a face', { BurnedInAnnotation: 'NO', SliceThickness: 0.6 }, ['face']],
    ['thin slices of a knee', { BurnedInAnnotation: 'NO', SliceThickness: 0.6, BodyPartExamined: 'KNEE' }, []],
  ])('%s', (_name, tags, wanted) => {
    expect(codes(tags)).toEqual(wanted);
  });

  it('refuses reports, documents and damaged images, and a key that is no secret', () => {
    const report = dicomFile({
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.33',
      SOPInstanceUID: uidOf('report'),
      StudyInstanceUID: uidOf('study'),
      SeriesInstanceUID: uidOf('series'),
      Modality: 'SR',
    });
    expect(() => deidentify(report, { key })).toThrow(expect.objectContaining({ code: 'unsupported-type' }));
    const bytes = built(ctSeries(head));
    expect(() => deidentify(bytes.slice(0, -1), { key })).toThrow(expect.objectContaining({ code: 'damaged' }));
    expect(() => deidentify(bytes, { key: Buffer.from('short') })).toThrow(RangeError);
    const wrongVr = built(ctSeries({ ...head, tags: { Rows: { vr: 'UL', value: 6 } } }));
    expect(() => deidentify(wrongVr, { key })).toThrow(expect.objectContaining({ code: 'damaged' }));
  });
});

const SAMPLES = join(import.meta.dirname, '../../../../shared/data/dicom-codecs');
const installed = (tool: string): boolean => spawnSync(tool, ['--version']).error === undefined;
const hasPydicom = spawnSync('/usr/bin/python3', ['-c', 'import pydicom']).status === 0;

describe.skipIf(!installed('dciodvfy'))('dciodvfy', () => {
  const errors = (bytes: Uint8Array): string[] => {
    const folder = mkdtempSync(join(tmpdir(), 'dicom-'));
    try {
      writeFileSync(join(folder, 'file.dcm'), bytes);
      const { stderr } = spawnSync('dciodvfy', [join(folder, 'file.dcm')], { encoding: 'utf8' });
      return stderr.split('\n').filter((line) => line.startsWith('Error'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it.each<[string, Uint8Array]>([
    ['CT', built(ctSeries({ ...head, tags: { Laterality: '' } }))],
    [
      'MR',
      built(mrSeries({ ...head, tags: { Laterality: '', SeriesDescription: 'DWI', DeviceSerialNumber: '4711' } })),
    ],
    ['implicit CT', built(ctSeries({ ...head, syntax: SYNTAX.implicit, tags: { Laterality: '' } }))],
  ])('finds no error in the copy of %s', (_name, bytes) => {
    for (const options of [{}, { retainLongitudinal: 'modified', cleanDescriptors: true } as const]) {
      expect(errors(deidentify(bytes, { key, options }).bytes)).toEqual([]);
    }
  });

  it.skipIf(!existsSync(SAMPLES)).each(['CT1_JPLL', 'MR1_RLE'])(
    'finds no error in the copy of the NEMA sample %s',
    (name) => {
      const bytes = readFileSync(join(SAMPLES, name));
      expect(errors(deidentify(bytes, { key, options: { retainLongitudinal: 'full' } }).bytes)).toEqual([]);
    },
  );

  it('finds no error in the copy of an enhanced CT that the original has not', () => {
    const { bytes } = enhancedCt(head);
    const before = new Set(errors(bytes));
    expect(errors(deidentify(bytes, { key }).bytes).filter((error) => !before.has(error))).toEqual([]);
  });
});

it.skipIf(!hasPydicom)('pydicom reads the copy: pixels, codes of the method, no private element', () => {
  const bytes = built(
    ctSeries({ ...head, tags: { '00990010': { vr: 'LO', value: 'X' }, SeriesDescription: 'CT head' } }),
  );
  const folder = mkdtempSync(join(tmpdir(), 'dicom-'));
  const script = `
import json, sys, pydicom
d = pydicom.dcmread(sys.argv[1])
print(json.dumps({
  'identityRemoved': d.PatientIdentityRemoved,
  'codes': [c.CodeValue for c in d.DeidentificationMethodCodeSequence],
  'times': d.LongitudinalTemporalInformationModified,
  'private': sum(e.tag.is_private for e in d.iterall()),
  'pixels': len(d.PixelData),
  'same': str(d.file_meta.MediaStorageSOPInstanceUID) == str(d.SOPInstanceUID),
}))`;
  try {
    writeFileSync(join(folder, 'copy.dcm'), deidentify(bytes, { key, options: { cleanDescriptors: true } }).bytes);
    const out = execFileSync('/usr/bin/python3', ['-c', script, join(folder, 'copy.dcm')], { encoding: 'utf8' });
    expect(JSON.parse(out)).toEqual({
      ...{ identityRemoved: 'YES', codes: ['113100', '113105'], times: 'REMOVED', private: 0, pixels: 96, same: true },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
