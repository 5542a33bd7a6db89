/** Compressed pixel data: lossless means bit for bit, lossy stays within what the stream states. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseInstance, readFrames, type InstanceHeader } from '../../../src/imaging/dicom/index.ts';
import { ctSeries, type DicomTags, type DicomValue, type SeriesOptions } from '../../support/dicom-files.ts';

const SAMPLES = join(import.meta.dirname, '../../../../shared/data/dicom-codecs');
const installed = (tool: string): boolean => spawnSync(tool, ['--version']).error === undefined;

/** Padding would hide what a lossy codec made of it. */
const withPadding = (header: InstanceHeader): InstanceHeader =>
  header.pixels === null ? header : { ...header, pixels: { ...header.pixels, padding: null } };

async function only(bytes: Uint8Array): Promise<Float32Array> {
  const [frame] = await readFrames(bytes, withPadding(parseInstance(bytes)));
  if (frame === undefined) throw new Error('no frame was read');
  return frame;
}

/** Largest and root mean square difference. */
function difference(a: Float32Array, b: Float32Array): { largest: number; rms: number } {
  let [largest, squares] = [0, 0];
  for (let at = 0; at < a.length; at++) {
    const by = Math.abs((a[at] ?? NaN) - (b[at] ?? NaN));
    largest = Math.max(largest, by);
    squares += by * by;
  }
  expect(a.length).toBe(b.length);
  return { largest, rms: Math.sqrt(squares / a.length) };
}

describe.skipIf(!existsSync(SAMPLES) || !installed('zstd'))('NEMA WG-04 samples beside their reference', () => {
  const reference = (name: string): Promise<Float32Array> =>
    only(execFileSync('zstd', ['-dc', join(SAMPLES, `${name.slice(0, 3)}_UNC.zst`)], { maxBuffer: 2 ** 24 }));

  it.each(['CT1_RLE', 'CT1_JPLL', 'CT1_JLSL', 'CT1_J2KR', 'MR1_RLE', 'MR1_JPLL', 'MR1_JLSL', 'MR1_J2KR'])(
    '%s is bit for bit its reference',
    async (name) => {
      const bytes = readFileSync(join(SAMPLES, name));
      expect(parseInstance(bytes).lossy).toBe(false);
      expect(difference(await only(bytes), await reference(name))).toEqual({ largest: 0, rms: 0 });
    },
  );

  it.each([
    // NEAR is 4 in both streams: no sample may be further off.
    ['CT1_JLSN', 4, 2.58],
    ['MR1_JLSN', 4, 2.58],
    // 69:1 and 73:1; GDCM decodes the same values bit for bit.
    ['CT1_J2KI', 352, 38.1],
    ['MR1_J2KI', 396, 50.2],
    // 12 bits; dcmtk decodes the same values bit for bit.
    ['MR1_JPLY', 128, 15.3],
  ])('%s is within %d of its reference', async (name, largest, rms) => {
    const bytes = readFileSync(join(SAMPLES, name));
    expect(parseInstance(bytes).lossy).toBe(true);
    const found = difference(await only(bytes), await reference(name));
    expect(found.largest).toBeLessThanOrEqual(largest);
    expect(found.rms).toBeLessThan(rms);
    expect(found.rms).toBeGreaterThan(0);
  });
});

/** A head-like disc with a gradient and noise that repeats. */
const head = (i: number, j: number, k: number): number =>
  Math.hypot(i - 32, j - 24) > 22 ? -1000 : 30 + ((i * 7 + j * 13 + k * 29) % 41);
const SIZE = [64, 48, 1] as const;

function instance(options: Partial<SeriesOptions> = {}): Uint8Array {
  const [built] = ctSeries({ size: SIZE, values: head, ...options });
  if (built === undefined) throw new Error('no instance was built');
  return built.bytes;
}

interface Encoder {
  readonly getDecodedBuffer: (info: object) => Uint8Array;
  readonly setQuality: (reversible: boolean, step: number) => void;
  readonly setProgressionOrder: (order: number) => void;
  readonly encode: () => void;
  readonly getEncodedBuffer: () => Uint8Array;
}
type EncoderModule = Readonly<Record<string, new () => Encoder>>;
const load = createRequire(import.meta.url);

async function htj2k(samples: Uint8Array, signed: boolean, reversible: boolean, order: number): Promise<Uint8Array> {
  const factory = load('@cornerstonejs/codec-openjph') as (options: object) => Promise<EncoderModule>;
  const { HTJ2KEncoder } = await factory({ print: () => undefined, printErr: () => undefined });
  if (HTJ2KEncoder === undefined) throw new Error('the codec has no encoder');
  const encoder = new HTJ2KEncoder();
  const info = { width: SIZE[0], height: SIZE[1], bitsPerSample: 16, componentCount: 1, isSigned: signed };
  encoder.getDecodedBuffer({ ...info, isUsingColorTransform: false }).set(samples);
  encoder.setQuality(reversible, reversible ? 0 : 0.0001);
  encoder.setProgressionOrder(order);
  encoder.encode();
  return new Uint8Array(encoder.getEncodedBuffer());
}

describe('HTJ2K', () => {
  it.each([
    ['.201 lossless', '201', true, 2, false],
    ['.201 lossless, signed', '201', true, 2, true],
    ['.202 lossless by position', '202', true, 2, false],
    ['.203 irreversible', '203', false, 2, false],
  ])('%s', async (_name, syntax, reversible, order, signed) => {
    const plain = instance({ signed });
    const stream = await htj2k(plain.slice(-SIZE[0] * SIZE[1] * 2), signed, reversible, order);
    const tags = { PixelData: { fragments: [stream] } };
    const packed = instance({ signed, syntax: `1.2.840.10008.1.2.4.${syntax}`, tags });
    const { largest } = difference(await only(packed), await only(plain));
    expect(largest).toBeLessThanOrEqual(reversible ? 0 : 8);
  });
});

describe.skipIf(!installed('dcmcjpeg') || !installed('dcmcjpls') || !installed('dcmcrle') || !installed('gdcmconv'))(
  'written by dcmtk and GDCM',
  () => {
    const BITS_12 = { BitsStored: 12, HighBit: 11 };
    const BITS_8 = { BitsAllocated: 8, BitsStored: 8, HighBit: 7, RescaleIntercept: 0 };
    const eight = new Uint8Array(SIZE[0] * SIZE[1]).map((_, at) => 100 + (at % SIZE[0]));

    it.each<[string, string, readonly string[], DicomTags, number]>([
      ['RLE', 'dcmcrle', [], {}, 0],
      ['JPEG lossless .57', 'dcmcjpeg', ['+el'], {}, 0],
      ['JPEG lossless .70', 'dcmcjpeg', ['+e1'], {}, 0],
      ['JPEG lossless of 12 bits', 'dcmcjpeg', ['+e1'], BITS_12, 0],
      ['JPEG extended of 12 bits', 'dcmcjpeg', ['+ee', '+q', '99'], BITS_12, 40],
      ['JPEG baseline', 'dcmcjpeg', ['+eb', '+q', '99'], { ...BITS_8, PixelData: { vr: 'OB', value: eight } }, 3],
      ['JPEG-LS', 'dcmcjpls', ['+el'], {}, 0],
      ['JPEG-LS near-lossless by 3', 'dcmcjpls', ['+en', '+md', '3'], {}, 3],
      ['JPEG 2000', 'gdcmconv', ['--j2k'], {}, 0],
    ])('%s', async (_name, tool, options, tags, most) => {
      const folder = mkdtempSync(join(tmpdir(), 'dicom-'));
      try {
        const [from, to] = [join(folder, 'plain.dcm'), join(folder, 'packed.dcm')];
        writeFileSync(from, instance({ tags }));
        execFileSync(tool, [...options, from, to], { stdio: 'ignore' });
        const packed = readFileSync(to);
        expect(parseInstance(packed).transferSyntaxUid).not.toBe('1.2.840.10008.1.2.1');
        const { largest } = difference(await only(packed), await only(readFileSync(from)));
        expect(largest).toBeLessThanOrEqual(most);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  },
);

describe('frames in fragments', () => {
  const plain = [0, 1, 2].map((k) => new Uint8Array(instance({ values: (i, j) => head(i, j, k) }).slice(-6144)));
  const rle = plain.map(rleOf);
  const multiframe = (pixelData: DicomValue, more: DicomTags = {}): Uint8Array =>
    instance({ syntax: '1.2.840.10008.1.2.5', tags: { NumberOfFrames: 3, ...more, PixelData: pixelData } });
  const expected = (k: number): number[] =>
    Array.from({ length: 3072 }, (_, at) => head(at % SIZE[0], Math.floor(at / SIZE[0]), k));
  const read = async (bytes: Uint8Array, which?: readonly number[]): Promise<number[][]> =>
    (await readFrames(bytes, parseInstance(bytes), which)).map((frame) => [...frame]);
  /** Each frame cut in two, with the offsets of the first halves. */
  const halves = rle.flatMap((frame) => [frame.slice(0, 100), frame.slice(100)]);
  const starts = halves.reduce<number[]>(
    (at, part) => [...at, (at.at(-1) ?? 0) + 8 + part.length + (part.length % 2)],
    [0],
  );
  const offsets = [starts[0] ?? 0, starts[2] ?? 0, starts[4] ?? 0];

  it('reads one fragment a frame, all or some', async () => {
    const bytes = multiframe({ fragments: rle });
    expect(await read(bytes)).toEqual([expected(0), expected(1), expected(2)]);
    expect(await read(bytes, [2])).toEqual([expected(2)]);
  });

  it('reads frames of several fragments by the basic or the extended offset table', async () => {
    expect(await read(multiframe({ fragments: halves, offsetTable: offsets }))).toEqual([0, 1, 2].map(expected));
    const extended = { ExtendedOffsetTable: offsets, ExtendedOffsetTableLengths: rle.map(({ length }) => length) };
    expect(await read(multiframe({ fragments: halves }, extended))).toEqual([0, 1, 2].map(expected));
  });

  it.each<[string, DicomValue]>([
    ['too few fragments', { fragments: rle.slice(0, 2) }],
    ['an offset table that points elsewhere', { fragments: halves, offsetTable: [0, 7, 11] }],
    ['an offset table of another length', { fragments: halves, offsetTable: offsets.slice(0, 2) }],
    ['pixel data that is not packed', new Uint16Array(3072 * 3)],
  ])('refuses %s', async (_name, pixelData) => {
    const bytes = multiframe(pixelData);
    await expect(read(bytes)).rejects.toMatchObject({ name: 'ImageRefusal', code: 'damaged' });
  });
});

/** PackBits in literal runs, one segment a byte plane, high bytes first (PS3.5 Annex G). */
function rleOf(samples: Uint8Array): Uint8Array {
  const planes = [1, 0].map((byte) => {
    const plane = samples.filter((_, at) => at % 2 === byte);
    const runs: number[] = [];
    for (let at = 0; at < plane.length; at += 128) {
      const run = plane.subarray(at, at + 128);
      runs.push(run.length - 1, ...run);
    }
    return runs.length % 2 === 0 ? runs : [...runs, 128];
  });
  const header = Buffer.alloc(64);
  header.writeUInt32LE(2, 0);
  header.writeUInt32LE(64, 4);
  header.writeUInt32LE(64 + (planes[0]?.length ?? 0), 8);
  return Buffer.concat([header, ...planes.map((plane) => Buffer.from(plane))]);
}

describe('a stream that cannot be decoded', () => {
  const cut = async (syntax: string, stream: Uint8Array): Promise<unknown> => {
    const bytes = instance({ syntax, tags: { PixelData: { fragments: [stream] } } });
    return only(bytes).then(
      () => 'read',
      (error: unknown) => error,
    );
  };

  it('is refused, and the next good one is read', async () => {
    const plain = instance();
    const stream = await htj2k(plain.slice(-6144), false, true, 2);
    const syntax = '1.2.840.10008.1.2.4.201';
    expect(await cut(syntax, stream.slice(0, 60))).toMatchObject({ name: 'ImageRefusal', code: 'damaged' });
    expect(await cut(syntax, new Uint8Array(200))).toMatchObject({ name: 'ImageRefusal', code: 'damaged' });
    expect(await cut(syntax, stream)).toBe('read');
  });

  it('is refused when it holds another image than its header says', async () => {
    const stream = await htj2k(instance().slice(-6144), false, true, 2);
    const other = instance({
      size: [48, 64, 1],
      syntax: '1.2.840.10008.1.2.4.201',
      tags: { PixelData: { fragments: [stream] } },
    });
    await expect(only(other)).rejects.toMatchObject({ code: 'damaged' });
    await expect(only(other)).rejects.toThrow(/64 x 48/);
  });
});
