/** Sound instances of every form that is read: what mutations start from. */
import codecs from 'dcmjs-codecs';
import {
  ctSeries,
  enhancedCt,
  enhancedMr,
  mrSeries,
  SYNTAX,
  type BuiltInstance,
  type SeriesOptions,
} from '../../support/dicom-files.ts';
import { mosaics } from '../../support/mosaics.ts';

export interface Seed {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const SIZE = [24, 20, 2] as const;
const values = (i: number, j: number, k: number): number =>
  Math.hypot(i - 12, j - 10) > 9 ? -1000 : 40 + ((i * 5 + j * 3 + k * 7) % 17);
const signal = (i: number, j: number, k: number): number => values(i, j, k) + 1000;

const { Context, NativeCodecs } = codecs;

export async function seeds(): Promise<readonly Seed[]> {
  await NativeCodecs.initializeAsync();
  const plain = Object.entries(SYNTAX).flatMap(([name, syntax]): Seed[] => [
    { name: `ct ${name}`, bytes: first(ctSeries({ size: SIZE, values, syntax })) },
    { name: `enhanced ct ${name}`, bytes: enhancedCt({ size: SIZE, times: [0, 2], values, syntax }).bytes },
    {
      name: `enhanced mr ${name}, undefined lengths`,
      bytes: enhancedMr({ size: SIZE, bValues: [0, 1000], values: signal, syntax, undefinedLengths: true }).bytes,
    },
  ]);
  const texts = {
    SpecificCharacterSet: ['ISO 2022 IR 100', 'ISO 2022 IR 87'],
    SeriesDescription: 'Sch\xe4del',
    OtherPatientIDsSequence: [{ PatientID: 'X-1', IssuerOfPatientID: 'Y' }],
    '00190010': { vr: 'LO', value: 'SIEMENS MR HEADER' },
    '0019100c': { vr: 'IS', value: '1000' },
  };
  return [
    ...plain,
    { name: 'mr with texts and private elements', bytes: first(mrSeries({ size: SIZE, values: signal, tags: texts })) },
    { name: 'ct bare implicit', bytes: first(ctSeries({ size: SIZE, values, syntax: SYNTAX.implicit, bare: true })) },
    { name: 'mosaic', bytes: first(mosaics({ size: [12, 10, 4], values: signal })) },
    { name: 'mosaic implicit', bytes: first(mosaics({ size: [12, 10, 4], values: signal, syntax: SYNTAX.implicit })) },
    ...PACKED.map(([name, syntax, encode]) => ({ name, bytes: packed(syntax, encode) })),
    { name: 'rle, two frames with offsets', bytes: packedFrames() },
  ];
}

type Encode = (context: InstanceType<typeof Context>) => InstanceType<typeof Context>;

const PACKED: readonly (readonly [string, string, Encode])[] = [
  ['rle', '5', (c) => NativeCodecs.encodeRle(c)],
  ['jpeg baseline', '4.50', (c) => NativeCodecs.encodeJpeg(c, { lossy: true, quality: 90 })],
  ['jpeg lossless', '4.70', (c) => NativeCodecs.encodeJpeg(c, { lossy: false })],
  ['jpeg-ls', '4.80', (c) => NativeCodecs.encodeJpegLs(c, { lossy: false })],
  ['jpeg-ls near-lossless', '4.81', (c) => NativeCodecs.encodeJpegLs(c, { lossy: true, allowedLossyError: 2 })],
  ['jpeg 2000', '4.90', (c) => NativeCodecs.encodeJpeg2000(c, { lossy: false })],
  ['jpeg 2000 lossy', '4.91', (c) => NativeCodecs.encodeJpeg2000(c, { lossy: true, rate: 10 })],
  ['htj2k', '4.201', (c) => NativeCodecs.encodeHtJpeg2000(c, { lossy: false })],
];

const BASE = '1.2.840.10008.1.2';
const FRAME_BYTES = SIZE[0] * SIZE[1] * 2;

function packed(syntax: string, encode: Encode): Uint8Array {
  const options: SeriesOptions = { size: SIZE, values };
  const plain = first(ctSeries(options)).slice(-FRAME_BYTES);
  // JPEG baseline knows 8 bits only.
  const bits = syntax === '4.50' ? 8 : 16;
  const stream = encoded(bits === 8 ? plain.filter((_, at) => at % 2 === 0) : plain, encode, bits);
  const depth = { BitsAllocated: bits, BitsStored: bits, HighBit: bits - 1 };
  const tags = { ...depth, PixelData: { fragments: [stream] } };
  return first(ctSeries({ ...options, syntax: `${BASE}.${syntax}`, tags }));
}

function packedFrames(): Uint8Array {
  const frame = encoded(first(ctSeries({ size: SIZE, values })).slice(-FRAME_BYTES), (c) => NativeCodecs.encodeRle(c));
  const even = frame.length + (frame.length % 2);
  const tags = {
    NumberOfFrames: 2,
    PixelData: { fragments: [frame.slice(0, 70), frame.slice(70), frame], offsetTable: [0, even + 16] },
  };
  return first(ctSeries({ size: SIZE, syntax: `${BASE}.5`, tags }));
}

function encoded(samples: Uint8Array, encode: Encode, bits: 8 | 16 = 16): Uint8Array {
  const context = new Context({
    width: SIZE[0],
    height: SIZE[1],
    bitsAllocated: bits,
    bitsStored: bits,
    samplesPerPixel: 1,
    pixelRepresentation: 0,
    planarConfiguration: 0,
    photometricInterpretation: 'MONOCHROME2',
    decodedBuffer: samples,
  });
  return new Uint8Array(encode(context).getEncodedBuffer() ?? []);
}

function first(series: readonly BuiltInstance[]): Uint8Array {
  const [instance] = series;
  if (instance === undefined) throw new Error('no instance was built');
  return instance.bytes;
}
