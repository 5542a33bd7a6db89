/** Writes DICOM byte by byte (PS3.5, PS3.10), with none of the code that reads it; only the dictionary is a package's. */
import { createRequire } from 'node:module';
import { deflateRawSync } from 'node:zlib';

export type DicomValue =
  | string
  | number
  | readonly (string | number)[]
  | Uint8Array
  | Uint16Array
  | Int16Array
  | readonly DicomTags[]
  | { readonly vr: string; readonly value: DicomValue }
  /** Encapsulated pixel data. */
  | { readonly fragments: readonly Uint8Array[]; readonly offsetTable?: readonly number[] }
  /** Not written. */
  | null;

/** By keyword ('PatientID') or by tag ('00091001', then with its VR). */
export interface DicomTags {
  readonly [name: string]: DicomValue;
}

export const SYNTAX = {
  implicit: '1.2.840.10008.1.2',
  explicit: '1.2.840.10008.1.2.1',
  deflated: '1.2.840.10008.1.2.1.99',
  bigEndian: '1.2.840.10008.1.2.2',
} as const;

export interface EncodeOptions {
  /** Default explicit little endian. */
  readonly syntax?: string;
  /** Write no preamble and no group 0002. */
  readonly bare?: boolean;
  /** Sequences and items with delimiters in place of lengths. */
  readonly undefinedLengths?: boolean;
  readonly preamble?: Uint8Array;
}

interface Style {
  readonly explicit: boolean;
  readonly littleEndian: boolean;
  readonly undefinedLengths: boolean;
  readonly signed: boolean;
  readonly utf8: boolean;
}

interface DictionaryEntry {
  readonly tag: string;
  readonly vr: string;
}

const dcmjs = createRequire(import.meta.url)('dcmjs') as {
  data: { DicomMetaDictionary: { nameMap: Readonly<Record<string, DictionaryEntry | undefined>> } };
};

const LONG = ['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'];

/** A whole Part 10 file. SOPClassUID and SOPInstanceUID are repeated in its meta information. */
export function dicomFile(tags: DicomTags, options: EncodeOptions = {}): Uint8Array {
  const syntax = options.syntax ?? SYNTAX.explicit;
  const style: Style = {
    explicit: syntax !== SYNTAX.implicit,
    littleEndian: syntax !== SYNTAX.bigEndian,
    undefinedLengths: options.undefinedLengths ?? false,
    signed: tags['PixelRepresentation'] === 1,
    utf8: tags['SpecificCharacterSet'] === 'ISO_IR 192',
  };
  const body = encodeDataSet(tags, style);
  if (options.bare === true) return new Uint8Array(body);
  const meta = encodeDataSet(
    {
      FileMetaInformationVersion: new Uint8Array([0, 1]),
      MediaStorageSOPClassUID: tags['SOPClassUID'] ?? null,
      MediaStorageSOPInstanceUID: tags['SOPInstanceUID'] ?? null,
      TransferSyntaxUID: syntax,
      ImplementationClassUID: '2.25.90817263545362718091',
    },
    { explicit: true, littleEndian: true, undefinedLengths: false, signed: false, utf8: false },
  );
  const length = Buffer.from([2, 0, 0, 0, 0x55, 0x4c, 4, 0, 0, 0, 0, 0]);
  length.writeUInt32LE(meta.length, 8);
  const start = Buffer.alloc(128);
  start.set((options.preamble ?? new Uint8Array()).subarray(0, 128));
  const packed = syntax === SYNTAX.deflated ? deflateRawSync(body) : body;
  return new Uint8Array(Buffer.concat([start, Buffer.from('DICM'), length, meta, packed]));
}

function encodeDataSet(tags: DicomTags, style: Style): Uint8Array {
  const elements = Object.entries(tags)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ({ ...tagOf(name, value, style), value }))
    .sort((a, b) => a.tag - b.tag);
  return Buffer.concat(elements.map(({ tag, vr, value }) => encodeElement(tag, vr, value, style)));
}

function tagOf(name: string, value: DicomValue, style: Style): { tag: number; vr: string } {
  const stated = isObject(value) && 'vr' in value ? value.vr : undefined;
  if (/^[0-9a-f]{8}$/i.test(name)) return { tag: Number.parseInt(name, 16), vr: stated ?? 'UN' };
  const entry = dcmjs.data.DicomMetaDictionary.nameMap[name];
  if (entry === undefined) throw new Error(`no DICOM element is called ${name}`);
  const known: Readonly<Record<string, string>> = { xs: style.signed ? 'SS' : 'US', lt: 'US', ox: 'OW' };
  return { tag: Number.parseInt(entry.tag.replace(/[(),]/g, ''), 16), vr: stated ?? known[entry.vr] ?? entry.vr };
}

function encodeElement(tag: number, vr: string, given: DicomValue, style: Style): Buffer {
  const value = isObject(given) && 'vr' in given ? given.value : given;
  if (isObject(value) && 'fragments' in value) return encapsulated(tag, value.fragments, value.offsetTable ?? []);
  const open = vr === 'SQ' && style.undefinedLengths;
  const content = vr === 'SQ' ? encodeItems(value as readonly DicomTags[], style) : encodeValue(vr, value, style);
  return Buffer.concat([
    elementHead(tag, vr, open ? 0xffffffff : content.length, style),
    content,
    open ? itemHead(0xfffee0dd, 0, style) : Buffer.alloc(0),
  ]);
}

function elementHead(tag: number, vr: string, length: number, style: Style): Buffer {
  if (!style.explicit) return itemHead(tag, length, style);
  const code = Buffer.from(vr, 'latin1');
  if (LONG.includes(vr)) {
    return Buffer.concat([tagBytes(tag, style), code, Buffer.alloc(2), uint(length, 4, style.littleEndian)]);
  }
  return Buffer.concat([tagBytes(tag, style), code, uint(length, 2, style.littleEndian)]);
}

function itemHead(tag: number, length: number, style: Style): Buffer {
  return Buffer.concat([tagBytes(tag, style), uint(length, 4, style.littleEndian)]);
}

function tagBytes(tag: number, { littleEndian }: Style): Buffer {
  return Buffer.concat([uint(tag >>> 16, 2, littleEndian), uint(tag & 0xffff, 2, littleEndian)]);
}

function uint(value: number, size: number, littleEndian: boolean): Buffer {
  const bytes = Buffer.alloc(size);
  if (littleEndian) bytes.writeUIntLE(value, 0, size);
  else bytes.writeUIntBE(value, 0, size);
  return bytes;
}

function encodeItems(items: readonly DicomTags[], style: Style): Buffer {
  return Buffer.concat(
    items.flatMap((tags) => {
      const content = encodeDataSet(tags, style);
      return style.undefinedLengths
        ? [itemHead(0xfffee000, 0xffffffff, style), content, itemHead(0xfffee00d, 0, style)]
        : [itemHead(0xfffee000, content.length, style), content];
    }),
  );
}

function encapsulated(tag: number, fragments: readonly Uint8Array[], offsetTable: readonly number[]): Buffer {
  const style: Style = { explicit: true, littleEndian: true, undefinedLengths: true, signed: false, utf8: false };
  const table = Buffer.concat(offsetTable.map((offset) => uint(offset, 4, true)));
  const parts = [table, ...fragments].map((part) =>
    part.length % 2 === 0 ? part : Buffer.concat([part, Buffer.alloc(1)]),
  );
  return Buffer.concat([
    elementHead(tag, 'OB', 0xffffffff, style),
    ...parts.flatMap((part) => [itemHead(0xfffee000, part.length, style), part]),
    itemHead(0xfffee0dd, 0, style),
  ]);
}

const BINARY: Readonly<Record<string, readonly [size: number, put: (v: DataView, n: number, le: boolean) => void]>> = {
  US: [
    2,
    (v, n, le) => {
      v.setUint16(0, n, le);
    },
  ],
  SS: [
    2,
    (v, n, le) => {
      v.setInt16(0, n, le);
    },
  ],
  UL: [
    4,
    (v, n, le) => {
      v.setUint32(0, n, le);
    },
  ],
  SL: [
    4,
    (v, n, le) => {
      v.setInt32(0, n, le);
    },
  ],
  FL: [
    4,
    (v, n, le) => {
      v.setFloat32(0, n, le);
    },
  ],
  FD: [
    8,
    (v, n, le) => {
      v.setFloat64(0, n, le);
    },
  ],
  OV: [
    8,
    (v, n, le) => {
      v.setBigUint64(0, BigInt(n), le);
    },
  ],
};

function encodeValue(vr: string, value: DicomValue, style: Style): Buffer {
  if (value instanceof Uint16Array || value instanceof Int16Array) {
    const words = Buffer.from(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    return style.littleEndian ? words : words.swap16();
  }
  if (value instanceof Uint8Array) return even(Buffer.from(value), vr === 'UI' ? 0 : vr.startsWith('O') ? 0 : 0x20);
  const values = Array.isArray(value) ? (value as readonly (string | number)[]) : [value as string | number];
  if (vr === 'AT') return Buffer.concat(values.map((tag) => tagBytes(Number.parseInt(String(tag), 16), style)));
  const binary = BINARY[vr];
  if (binary !== undefined) {
    const [size, put] = binary;
    return Buffer.concat(
      values.map((n) => {
        const bytes = Buffer.alloc(size);
        put(new DataView(bytes.buffer, bytes.byteOffset, size), Number(n), style.littleEndian);
        return bytes;
      }),
    );
  }
  const text = values.map((v) => (vr === 'DS' && typeof v === 'number' ? decimalString(v) : String(v))).join('\\');
  return even(Buffer.from(text, style.utf8 ? 'utf8' : 'latin1'), vr === 'UI' ? 0 : 0x20);
}

/** At most 16 characters. */
function decimalString(value: number): string {
  const plain = String(value);
  return plain.length <= 16 ? plain : value.toPrecision(9);
}

function even(bytes: Buffer, pad: number): Buffer {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from([pad])]);
}

function isObject(value: DicomValue): value is Extract<DicomValue, { vr: string } | { fragments: unknown }> {
  return typeof value === 'object' && value !== null && ('vr' in value || 'fragments' in value);
}
