/** Damaged, absurd and hostile instances, the same ones for the same number. */
import { Buffer } from 'node:buffer';
import dicomParser from 'dicom-parser';
import { ctSeries, SYNTAX, type DicomTags, type DicomValue } from '../../support/dicom-files.ts';
import { Random } from './random.ts';
import type { Seed } from './seeds.ts';

export interface Mutation {
  readonly kind: string;
  readonly seed: string;
  readonly bytes: Uint8Array;
}

type Change = (bytes: Uint8Array, random: Random, seeds: readonly Seed[]) => Uint8Array;

const VRS =
  'AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV ?? \0\0'.split(
    ' ',
  );
const LENGTHS = [0, 1, 2, 3, 0x7fff, 0xfffe, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff];

/** Changes of the bytes of a seed. */
const CHANGES: Readonly<Record<string, Change>> = {
  'flipped bits': (bytes, random) => {
    const changed = bytes.slice();
    for (let n = 1 + random.below(8); n > 0; n--) xor(changed, random.below(changed.length), 1 << random.below(8));
    return changed;
  },
  'flipped bits of the header': (bytes, random) => {
    const changed = bytes.slice();
    const end = Math.min(changed.length, 1600);
    for (let n = 1 + random.below(4); n > 0; n--) xor(changed, random.below(end), 1 << random.below(8));
    return changed;
  },
  'flipped bits of the pixel data': (bytes, random) => {
    const changed = bytes.slice();
    const start = Math.max(0, changed.length - 900);
    for (let n = 1 + random.below(6); n > 0; n--) {
      xor(changed, start + random.below(changed.length - start), 1 << random.below(8));
    }
    return changed;
  },
  'overwritten run': (bytes, random) => {
    const changed = bytes.slice();
    const at = random.below(changed.length);
    changed.set(random.bytes(Math.min(1 + random.below(64), changed.length - at)), at);
    return changed;
  },
  'cut off': (bytes, random) => bytes.slice(0, random.below(bytes.length)),
  'cut off at an element': (bytes, random) => bytes.slice(0, elementAt(bytes, random) + random.below(14)),
  'bytes taken out': (bytes, random) => {
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(40))]);
  },
  'bytes put in': (bytes, random) => {
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), random.bytes(1 + random.below(40)), bytes.subarray(at)]);
  },
  'part repeated': (bytes, random) => {
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at + random.below(600)), bytes.subarray(at)]);
  },
  'two instances spliced': (bytes, random, seeds) => {
    const other = random.of(seeds).bytes;
    return Buffer.concat([bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(other.length))]);
  },
  'wrong VR': (bytes, random) => {
    const changed = bytes.slice();
    const at = elementAt(bytes, random) + 4;
    changed.set(Buffer.from(random.of(VRS), 'latin1').subarray(0, Math.max(0, changed.length - at)), at);
    return changed;
  },
  'wrong length': (bytes, random) => {
    const changed = Buffer.from(bytes);
    const at = elementAt(bytes, random);
    const long = random.below(2) === 0;
    if (at + 12 > changed.length) return changed;
    if (long) changed.writeUInt32LE(random.of(LENGTHS), at + random.of([4, 8]));
    else changed.writeUInt16LE(random.of(LENGTHS) & 0xffff, at + 6);
    return changed;
  },
  'wrong tag': (bytes, random) => {
    const changed = Buffer.from(bytes);
    const at = elementAt(bytes, random);
    if (at + 4 <= changed.length)
      changed.writeUInt32LE(random.of([0xe000fffe, 0xe0ddfffe, 0x00107fe0, 0, 0xffffffff]), at);
    return changed;
  },
  'another transfer syntax': (bytes, random) => {
    const changed = Buffer.from(bytes);
    const at = changed.indexOf('1.2.840.10008.1.2', 200, 'latin1');
    if (at < 0) return changed;
    const uid = `1.2.840.10008.1.2${random.of(['', '.1', '.2', '.5', '.1.99', '.4.50', '.4.51', '.4.57', '.4.70', '.4.80', '.4.90', '.4.201'])}`;
    const end = changed.indexOf('\x02\0\x12\0', at, 'latin1');
    if (end < 0) return changed;
    changed.fill(0, at, end);
    changed.write(uid.slice(0, end - at), at, 'latin1');
    return changed;
  },
  'a program in the preamble': (bytes, random) => {
    const changed = bytes.slice();
    changed.set(Buffer.from(random.of(['MZ\x90\0', '\x7fELF', 'PK\x03\x04', '#!/bin/sh\n']), 'latin1'));
    return changed;
  },
};

/** Instances built to be absurd. */
const INVENTIONS: Readonly<Record<string, (random: Random) => Uint8Array>> = {
  'absurd numbers': (random) => {
    const absurd: DicomTags = {
      Rows: { vr: 'UL', value: random.of([0, 1, 2 ** 31, 2 ** 32 - 1]) },
      Columns: random.of([0, 1, 65535]),
      NumberOfFrames: random.of(['-1', '0', '2147483647', '1e9', 'NaN', '99999999999999']),
      BitsAllocated: random.of([0, 1, 7, 12, 24, 64, 65535]),
      BitsStored: random.of([0, 1, 17, 65535]),
      HighBit: random.of([0, 3, 31, 65535]),
      SamplesPerPixel: random.of([0, 3, 65535]),
      PixelSpacing: random.of(['0\\0', '-1\\1', 'NaN\\1', '1e-300\\1', '1', '', '1\\1\\1', '\\']),
      SliceThickness: random.of(['0', '-5', '1e308', 'x']),
      ImagePositionPatient: random.of(['1e308\\1e308\\1e308', 'a\\b\\c', '0\\0', '']),
      ImageOrientationPatient: random.of(['0\\0\\0\\0\\0\\0', '1\\0\\0\\1\\0\\0', '9\\9\\9\\9\\9\\9', '1\\0\\0']),
      RescaleSlope: random.of(['0', '1e308', '-1', 'one']),
      RescaleIntercept: random.of(['1e308', 'NaN', '']),
      PixelRepresentation: random.of([2, 65535]),
      PixelPaddingValue: { vr: random.of(['US', 'SS', 'DS', 'UL', 'UN']), value: new Uint8Array([0, 0]) },
      AcquisitionTime: random.of(['256199', '99', ':::', '120000.1234567']),
      PatientBirthDate: random.of(['20230231', '00000000', 'never']),
      SOPInstanceUID: random.of(['', '1..2', 'x', '1'.repeat(200)]),
    };
    const chosen = Object.entries(absurd).filter(() => random.below(6) === 0);
    return ct(Object.fromEntries(chosen));
  },
  'private nonsense': (random) =>
    ct(
      Object.fromEntries(
        Array.from({ length: 1 + random.below(30) }, (): [string, DicomValue] => {
          const group = (random.below(0x7fe0) | 1).toString(16).padStart(4, '0');
          const element = random.below(0x10000).toString(16).padStart(4, '0');
          const vr = random.of(['UN', 'LO', 'OB', 'UT', 'OW']);
          return [`${group}${element}`, { vr, value: random.bytes(random.below(80)) }];
        }),
      ),
    ),
  'deep nesting': (random) => {
    const depth = random.of([10, 30, 500, 20_000]);
    const open = Buffer.from('08001511535100000000ffffffff'.slice(0, 16) + 'fffffffffeff00e0ffffffff', 'hex');
    const nested = Buffer.concat(new Array<Buffer>(depth).fill(open));
    return withElement(random.below(2) === 0 ? nested : Buffer.concat([nested, closed(depth)]));
  },
  'flood of items': (random) => {
    const items = new Array<Buffer>(random.of([100, 20_000])).fill(Buffer.from('feff00e000000000', 'hex'));
    const content = Buffer.concat(items);
    const head = Buffer.from('080015115351000000000000', 'hex');
    head.writeUInt32LE(content.length + random.of([0, 0, 8, 1]), 8);
    return withElement(Buffer.concat([head, content]));
  },
  'wrong text': (random) =>
    ct({
      SpecificCharacterSet: random.of([
        'ISO_IR 192',
        'ISO 2022 IR 87',
        '\\ISO 2022 IR 149',
        'GB18030',
        'NONE',
        '\\\\\\',
      ]),
      SeriesDescription: { vr: 'LO', value: random.bytes(random.of([3, 64, 6000])) },
      PatientID: { vr: 'LO', value: Buffer.concat([Buffer.from([0x1b]), random.bytes(20)]) },
    }),
  'absurd lookup table': (random) =>
    ct({
      ModalityLUTSequence: [
        {
          LUTDescriptor: {
            vr: 'US',
            value: [random.of([0, 1, 65535]), random.below(65536), random.of([0, 8, 16, 99])],
          },
          LUTData: { vr: 'OW', value: random.bytes(random.of([0, 2, 7, 200])) },
        },
      ],
    }),
  'stream of another size': (random) => {
    const [syntax, stream] = random.of([
      [
        '4.90',
        Buffer.from(
          'ff4fff510029000000010000000100000000000000000000000100000001000000000000000000000001070101',
          'hex',
        ),
      ],
      ['4.70', Buffer.from('ffd8ffc3000b10ffffffff01011100ffd9', 'hex')],
      ['4.80', Buffer.from('ffd8fff7000b10ffffffff01011100ffda0008010100000000ffd9', 'hex')],
      ['5', Buffer.from(random.bytes(90))],
    ] as const);
    return ct({ PixelData: { fragments: [stream] } }, `1.2.840.10008.1.2.${syntax}`);
  },
  'deflated bomb': (random) => {
    const zeros = new Uint8Array(random.of([2, 90]) * 2 ** 20);
    return ct({ '00091010': { vr: 'OB', value: zeros } }, SYNTAX.deflated);
  },
  'claims without bytes': (random) => {
    const tags = { Rows: 8000, Columns: 8000, NumberOfFrames: random.of([1, 16]), PixelData: new Uint16Array(16) };
    return random.below(2) === 0
      ? ct(tags)
      : ct(
          { ...tags, PixelData: { fragments: [random.bytes(40)] } },
          `1.2.840.10008.1.2.${random.of(['5', '4.70', '4.80', '4.90', '4.201'])}`,
        );
  },
  'no DICOM': (random) =>
    Buffer.concat([
      Buffer.from(
        random.of(['', 'MZ', '\x7fELF', 'PK\x03\x04', '%PDF-1.7', '{"a":1}', '\x08\0', '\x02\0\0\0UL']),
        'latin1',
      ),
      random.bytes(random.below(700)),
    ]),
};

/** @param index any number: the same gives the same mutation */
export function mutation(seeds: readonly Seed[], index: number): Mutation {
  const random = new Random(index * 2_654_435_761 + 1);
  if (random.below(4) === 0) {
    // Bombs are heavy, so they are rare.
    const light = Object.keys(INVENTIONS).filter((name) => name !== 'deflated bomb' || index % 16 === 0);
    const kind = random.of(light);
    return { kind, seed: 'none', bytes: INVENTIONS[kind]?.(random) ?? new Uint8Array() };
  }
  const seed = random.of(seeds);
  const kind = random.of(Object.keys(CHANGES));
  return { kind, seed: seed.name, bytes: new Uint8Array(CHANGES[kind]?.(seed.bytes, random, seeds) ?? []) };
}

function ct(tags: DicomTags, syntax: string = SYNTAX.explicit): Uint8Array {
  const [instance] = ctSeries({ size: [8, 8, 1], tags, syntax });
  if (instance === undefined) throw new Error('no instance was built');
  return instance.bytes;
}

/** An instance with a raw element in front of (0008,0016). */
function withElement(element: Buffer): Uint8Array {
  const bytes = Buffer.from(ct({}));
  const at = bytes.indexOf(Buffer.from('08001600', 'hex'), 132);
  return Buffer.concat([bytes.subarray(0, at), element, bytes.subarray(at)]);
}

function closed(depth: number): Buffer {
  return Buffer.concat(new Array<Buffer>(depth).fill(Buffer.from('feff0de000000000feffdde000000000', 'hex')));
}

function xor(bytes: Uint8Array, at: number, mask: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ mask;
}

const starts = new Map<Uint8Array, readonly number[]>();

/** Where some element of the top level begins; any place in what is not plain explicit little endian. */
function elementAt(bytes: Uint8Array, random: Random): number {
  let found = starts.get(bytes);
  if (found === undefined) {
    found = elementStarts(bytes);
    starts.set(bytes, found);
  }
  return found.length === 0 ? random.below(bytes.length) : random.of(found);
}

function elementStarts(bytes: Uint8Array): readonly number[] {
  try {
    return Object.values(dicomParser.parseDicom(bytes).elements).map(({ dataOffset, vr }) => {
      const long = ['OB', 'OW', 'SQ', 'UN', 'UT'].includes(vr ?? '');
      return dataOffset - (long ? 12 : 8);
    });
  } catch {
    return [];
  }
}
