/** What a scanner writes is what is read: headers and modality values in every uncompressed transfer syntax. */
import { describe, expect, it } from 'vitest';
import { parseInstance, readFrames } from '../../../src/imaging/dicom/index.ts';
import {
  ctSeries,
  dicomFile,
  enhancedCt,
  enhancedMr,
  mrSeries,
  SYNTAX,
  type DicomTags,
  type SeriesOptions,
} from '../../support/dicom-files.ts';

const size = [6, 5, 3] as const;
const hu = (i: number, j: number, k: number): number => 100 * k + 10 * j + i - 50;
const expected = (k: number): number[] => Array.from({ length: 30 }, (_, at) => hu(at % 6, Math.floor(at / 6), k));

const first = (options: Partial<SeriesOptions> = {}): Uint8Array => {
  const [instance] = ctSeries({ size: [6, 5, 1], values: hu, ...options });
  if (instance === undefined) throw new Error('no instance was built');
  return instance.bytes;
};
const values = async (bytes: Uint8Array): Promise<number[]> => {
  const [frame] = await readFrames(bytes, parseInstance(bytes));
  return [...(frame ?? [])];
};

describe.each(Object.entries(SYNTAX))('%s', (_name, syntax) => {
  it('reads a classic CT series', async () => {
    const series = ctSeries({ size, spacing: [0.5, 0.75, 4], origin: [-10, -20, 30], values: hu, syntax });
    expect(series).toHaveLength(3);
    for (const { bytes, k, ...uids } of series) {
      const header = parseInstance(bytes);
      expect(header).toMatchObject({
        transferSyntaxUid: syntax,
        studyUid: uids.studyUid,
        seriesUid: uids.seriesUid,
        sopInstanceUid: uids.sopInstanceUid,
        modality: 'CT',
        kvp: 120,
        instanceNumber: k + 1,
        patient: { patientId: 'P-1', birthDate: '1950-01-17', sex: 'F', otherIds: [] },
        rescaleType: 'HU',
        lossy: false,
      });
      expect(header.frames).toEqual([
        expect.objectContaining({
          position: [-10, -20, 30 + 4 * k],
          orientation: [1, 0, 0, 0, 1, 0],
          pixelSpacing: [0.75, 0.5],
          sliceThickness: 4,
          acquiredAt: '2026-03-01T12:00:00.000000',
        }),
      ]);
      expect(await values(bytes)).toEqual(expected(k));
    }
  });

  it.each([false, true])('reads an enhanced CT over time, undefined lengths: %s', async (undefinedLengths) => {
    const at = (i: number, j: number, k: number, t: number): number => hu(i, j, k) + 7 * t;
    const { bytes } = enhancedCt({ size, times: [0, 1.5], values: at, syntax, undefinedLengths });
    const header = parseInstance(bytes);
    expect(header.frames).toHaveLength(6);
    expect(header.frames[4]).toMatchObject({
      position: [0, 0, 5],
      pixelSpacing: [1, 1],
      intercept: -1024,
      acquiredAt: '2026-03-01T12:00:01.500000',
      temporalIndex: 2,
      frameType: ['ORIGINAL', 'PRIMARY', 'VOLUME', 'NONE'],
      dimensionIndices: [2, 2],
    });
    const [later] = await readFrames(bytes, header, [4]);
    expect([...(later ?? [])]).toEqual(expected(1).map((value) => value + 7));
  });
});

describe('diffusion', () => {
  it('reads b-values of classic and enhanced MR', () => {
    const options = { size: [4, 4, 1], bValues: [0, 1000] } as const;
    expect(mrSeries(options).map(({ bytes }) => parseInstance(bytes).frames[0]?.bValue)).toEqual([0, 1000]);
    expect(parseInstance(enhancedMr(options).bytes).frames.map(({ bValue }) => bValue)).toEqual([0, 1000]);
  });

  it.each<[string, DicomTags, number | null]>([
    [
      'Siemens',
      { '00190010': { vr: 'LO', value: 'SIEMENS MR HEADER' }, '0019100c': { vr: 'IS', value: '1000' } },
      1000,
    ],
    [
      'Siemens in another block, made UN by an archive',
      {
        '00190011': { vr: 'LO', value: 'SIEMENS MR HEADER' },
        '0019110c': { vr: 'UN', value: new Uint8Array([53, 48]) },
      },
      50,
    ],
    [
      'Philips',
      { '20010010': { vr: 'LO', value: 'Philips Imaging DD 001' }, '20011003': { vr: 'FL', value: 800 } },
      800,
    ],
    [
      'GE with its mark',
      {
        '00430010': { vr: 'LO', value: 'GEMS_PARM_01' },
        '00431039': { vr: 'IS', value: ['1000001000', '8', '0', '0'] },
      },
      1000,
    ],
    ['another creator', { '00190010': { vr: 'LO', value: 'OTHER' }, '0019100c': { vr: 'IS', value: '1000' } }, null],
  ])('reads the private b-value of %s', (_name, tags, wanted) => {
    for (const syntax of [SYNTAX.explicit, SYNTAX.implicit]) {
      const [instance] = mrSeries({ size: [4, 4, 1], tags, syntax });
      expect(parseInstance(instance?.bytes ?? new Uint8Array()).frames[0]?.bValue).toBe(wanted);
    }
  });
});

describe('modality values', () => {
  it('keeps the sign of signed pixels and drops bits above BitsStored', async () => {
    const stored = new Uint16Array([0x0fff, 0x0800, 0x07ff, 0xf001]);
    const tags = { BitsStored: 12, HighBit: 11, PixelData: stored, RescaleIntercept: 0 };
    expect(await values(first({ size: [2, 2, 1], signed: true, tags }))).toEqual([-1, -2048, 2047, 1]);
    expect(await values(first({ size: [2, 2, 1], tags }))).toEqual([4095, 2048, 2047, 1]);
  });

  it('reads pixels that do not end at bit 0', async () => {
    const tags = { BitsStored: 12, HighBit: 15, PixelData: new Uint16Array([0xfff0, 0x0010]), RescaleIntercept: 0 };
    expect(await values(first({ size: [2, 1, 1], tags }))).toEqual([4095, 1]);
    expect(await values(first({ size: [2, 1, 1], signed: true, tags }))).toEqual([-1, 1]);
  });

  it('turns padding into NaN, one value or a range, in whichever sign it was written', async () => {
    const stored = new Int16Array([-2000, -1000, -999, 40]);
    const read = (tags: DicomTags) =>
      values(first({ size: [4, 1, 1], signed: true, intercept: 0, tags: { PixelData: stored, ...tags } }));
    expect(await read({ PixelPaddingValue: -2000 })).toEqual([NaN, -1000, -999, 40]);
    expect(await read({ PixelPaddingValue: { vr: 'US', value: 63536 } })).toEqual([NaN, -1000, -999, 40]);
    expect(await read({ PixelPaddingValue: -2000, PixelPaddingRangeLimit: -1000 })).toEqual([NaN, NaN, -999, 40]);
  });

  it('reads 8 and 32 bits', async () => {
    const eight = { BitsAllocated: 8, BitsStored: 8, HighBit: 7, RescaleIntercept: 0 };
    const bytes = { vr: 'OB', value: new Uint8Array([1, 255]) };
    expect(await values(first({ size: [2, 1, 1], tags: { ...eight, PixelData: bytes } }))).toEqual([1, 255]);
    const long = { BitsAllocated: 32, BitsStored: 32, HighBit: 31, RescaleIntercept: 0 };
    const words = new Uint16Array([0xffff, 0xffff, 5, 1]);
    const syntax = SYNTAX.explicit;
    expect(await values(first({ size: [2, 1, 1], signed: true, syntax, tags: { ...long, PixelData: words } }))).toEqual(
      [-1, 65541],
    );
  });

  it('is the same for MONOCHROME1: only its display is inverted', async () => {
    const plain = await values(first());
    expect(await values(first({ tags: { PhotometricInterpretation: 'MONOCHROME1' } }))).toEqual(plain);
  });

  it('applies a modality LUT in place of slope and intercept', async () => {
    const tags = {
      ...{ RescaleSlope: null, RescaleIntercept: null, RescaleType: null },
      PixelData: new Uint16Array([9, 10, 11, 12, 13]),
      ModalityLUTSequence: [{ LUTDescriptor: [3, 10, 16], ModalityLUTType: 'US', LUTData: [500, 600, 700] }],
    };
    for (const syntax of [SYNTAX.explicit, SYNTAX.bigEndian]) {
      expect(await values(first({ size: [5, 1, 1], tags, syntax }))).toEqual([500, 500, 600, 700, 700]);
    }
  });
});

describe('what it is', () => {
  const tags = { PatientID: 'P-1' };

  it.each(['explicit', 'implicit', 'bigEndian'] as const)('reads a bare data set: %s', async (name) => {
    const bytes = first({ bare: true, syntax: SYNTAX[name] });
    expect(parseInstance(bytes).transferSyntaxUid).toBe(SYNTAX[name]);
    expect(await values(bytes)).toEqual(expected(0));
  });

  it('reads a file whose preamble was cut off', async () => {
    expect(await values(first().slice(132))).toEqual(expected(0));
  });

  it.each([
    ['a Windows program', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(500)]), /Windows program/],
    ['a ZIP', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(500)]), /unpack/],
    ['nothing', new Uint8Array(), /empty/],
    ['text', Buffer.from('hello '.repeat(100)), /no DICOM/],
    ['a Windows program with a DICOM preamble', first({ preamble: Buffer.from('MZ\x90\0') }), /poses as DICOM/],
    ['a Linux program with a DICOM preamble', first({ preamble: Buffer.from('\x7fELF') }), /poses as DICOM/],
  ])('refuses %s', (_name, bytes, message) => {
    expect(() => parseInstance(bytes)).toThrow(expect.objectContaining({ code: 'not-dicom' }));
    expect(() => parseInstance(bytes)).toThrow(message);
  });

  it('names the instance of what it refuses', () => {
    const [instance] = ctSeries({ size, tags: { PixelSpacing: [0, 0] } });
    expect(() => parseInstance(instance?.bytes ?? new Uint8Array())).toThrow(
      expect.objectContaining({ code: 'impossible-geometry', instanceUid: instance?.sopInstanceUid }),
    );
  });

  it('refuses an unknown transfer syntax and an instance without UIDs', () => {
    expect(() => parseInstance(first({ syntax: '1.2.840.10008.1.2.4.100' }))).toThrow(
      expect.objectContaining({ code: 'unsupported-syntax' }),
    );
    expect(() => parseInstance(dicomFile(tags))).toThrow(expect.objectContaining({ code: 'damaged' }));
  });

  it('refuses pixel data that is cut off, wherever', async () => {
    const bytes = first();
    const header = parseInstance(bytes);
    await expect(readFrames(bytes.slice(0, -1), header)).rejects.toMatchObject({
      name: 'ImageRefusal',
      code: 'damaged',
      instanceUid: header.sopInstanceUid,
    });
  });
});

it('reads on behind private sequences that an archive wrote as UN', async () => {
  // (0009,1010) UN of undefined length: an item of undefined length with one implicit element, and its delimiters.
  const sequence = Buffer.from(
    '09001010554e0000ffffffff' +
      'feff00e0ffffffff' +
      '0900110004000000' +
      '41424344' +
      'feff0de000000000' +
      'feffdde000000000',
    'hex',
  );
  const bytes = Buffer.from(first());
  const at = bytes.indexOf(Buffer.from('10001000', 'hex'), 300);
  const known = Buffer.concat([bytes.subarray(0, at), sequence, bytes.subarray(at)]);
  expect(parseInstance(known).patient.patientId).toBe('P-1');
  expect(await values(known)).toEqual(expected(0));
});
