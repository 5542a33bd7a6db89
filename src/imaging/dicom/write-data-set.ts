/** Writes elements as a Part 10 file in a given transfer syntax, values byte for byte (PS3.5 chapter 7, PS3.10). */
import { deflateRawSync } from 'node:zlib';
import type { TransferSyntax } from './transfer-syntaxes.ts';

export interface OutElement {
  /** 'x00100010' */
  readonly tag: string;
  readonly vr: string;
  /** Bytes of even length in the byte order of the syntax, or the items of a sequence. */
  readonly value: Uint8Array | readonly (readonly OutElement[])[];
}

/** Implementation Class UID of what this product writes: 2.25 and a UUID of its own. */
const IMPLEMENTATION = '2.25.211740262346126871318907459382260137513';
const LONG_LENGTH = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const META = { explicit: true, littleEndian: true };

type Style = Pick<TransferSyntax, 'explicit' | 'littleEndian'>;

export interface OutFile {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly syntaxUid: string;
  readonly syntax: TransferSyntax;
  /** In any order. */
  readonly elements: readonly OutElement[];
  /** (7FE0,0010) as it is written in this syntax, its tag and length included. */
  readonly pixelData: Uint8Array;
}

export function writeFile(file: OutFile): Uint8Array {
  const meta = encodeElements(
    [
      { tag: 'x00020001', vr: 'OB', value: new Uint8Array([0, 1]) },
      { tag: 'x00020002', vr: 'UI', value: text(file.sopClassUid, 0) },
      { tag: 'x00020003', vr: 'UI', value: text(file.sopInstanceUid, 0) },
      { tag: 'x00020010', vr: 'UI', value: text(file.syntaxUid, 0) },
      { tag: 'x00020012', vr: 'UI', value: text(IMPLEMENTATION, 0) },
    ],
    META,
  );
  const length = uint(meta.length, 4, true);
  const body = Buffer.concat([encodeElements(file.elements, file.syntax), file.pixelData]);
  return new Uint8Array(
    Buffer.concat([
      Buffer.alloc(128),
      Buffer.from('DICM', 'latin1'),
      encodeElements([{ tag: 'x00020000', vr: 'UL', value: length }], META),
      meta,
      file.syntax.deflated ? deflateRawSync(body) : body,
    ]),
  );
}

/** Text of even length. @param pad a space, or 0 for UIDs */
export function text(value: string, pad: 0 | 0x20 = 0x20): Uint8Array {
  const bytes = Buffer.from(value, 'latin1');
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from([pad])]);
}

function encodeElements(elements: readonly OutElement[], style: Style): Buffer {
  const sorted = [...elements].sort((a, b) => (a.tag < b.tag ? -1 : 1));
  return Buffer.concat(sorted.flatMap((element) => encodeElement(element, style)));
}

function encodeElement({ tag, vr, value }: OutElement, style: Style): Uint8Array[] {
  const content =
    value instanceof Uint8Array
      ? value
      : Buffer.concat(value.flatMap((item) => encodeItem(encodeElements(item, style), style)));
  return [head(tag, vr, content.length, style), content];
}

function encodeItem(content: Buffer, style: Style): Buffer[] {
  return [head('xfffee000', '', content.length, { ...style, explicit: false }), content];
}

function head(tag: string, vr: string, length: number, { explicit, littleEndian }: Style): Buffer {
  const number = [tag.slice(1, 5), tag.slice(5)].map((half) => uint(Number.parseInt(half, 16), 2, littleEndian));
  if (!explicit) return Buffer.concat([...number, uint(length, 4, littleEndian)]);
  const code = Buffer.from(vr, 'latin1');
  return LONG_LENGTH.has(vr)
    ? Buffer.concat([...number, code, Buffer.alloc(2), uint(length, 4, littleEndian)])
    : Buffer.concat([...number, code, uint(length, 2, littleEndian)]);
}

function uint(value: number, size: number, littleEndian: boolean): Buffer {
  const bytes = Buffer.alloc(size);
  if (littleEndian) bytes.writeUIntLE(value, 0, size);
  else bytes.writeUIntBE(value, 0, size);
  return bytes;
}
