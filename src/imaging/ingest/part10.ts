/** The DICOM file format (PS3.10 section 7): preamble, 'DICM', file meta information, data set. */
import { sha256 } from './digest.ts';

const PREAMBLE_BYTES = 128;
const META_START = PREAMBLE_BYTES + 4;
/** (0002,0000) UL: tag, VR, length and value. */
const GROUP_LENGTH_BYTES = 12;
/** A UID below the root that anybody may derive from a UUID (2.25); it names this implementation. */
const IMPLEMENTATION_CLASS_UID = '2.25.66567795945045042759463681348229586522';
const IMPLEMENTATION_VERSION = 'STROKE_CDS';

/** Offset of the data set in a file; 0 when there is no file meta information with a group length. */
export function dataSetOffset(file: Uint8Array): number {
  const view = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (view.length < META_START + GROUP_LENGTH_BYTES || view.toString('latin1', PREAMBLE_BYTES, META_START) !== 'DICM') {
    return 0;
  }
  const isGroupLength = view.readUInt32LE(META_START) === 0x00000002 && view.toString('latin1', 136, 138) === 'UL';
  if (!isGroupLength) return 0;
  const offset = META_START + GROUP_LENGTH_BYTES + view.readUInt32LE(META_START + 8);
  return offset <= view.length ? offset : 0;
}

/** Every way in writes its own file meta information, so instances are compared by their data set. */
export function contentDigest(file: Uint8Array, transferSyntaxUid: string): Promise<string> {
  return sha256(file.subarray(dataSetOffset(file)), `${transferSyntaxUid}\n`);
}

/** Explicit VR little endian, as file meta information always is. */
function element(tag: number, vr: string, value: Buffer): Buffer {
  const long = vr === 'OB';
  const head = Buffer.alloc(long ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4, 'latin1');
  if (long) head.writeUInt32LE(value.length, 8);
  else head.writeUInt16LE(value.length, 6);
  return Buffer.concat([head, value]);
}

/** UIDs are padded with NUL, other text with a space, to an even length. */
function text(value: string, pad: '\0' | ' '): Buffer {
  return Buffer.from(value.length % 2 === 0 ? value : value + pad, 'latin1');
}

export interface FileMeta {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  /** AE title of the sender. */
  readonly sourceAeTitle: string;
}

/** @param dataSet as it came over the network, in pieces; in the file it stays byte for byte */
export function toPart10(dataSet: readonly Uint8Array[], meta: FileMeta): Buffer {
  const elements = Buffer.concat([
    element(0x00020001, 'OB', Buffer.from([0, 1])),
    element(0x00020002, 'UI', text(meta.sopClassUid, '\0')),
    element(0x00020003, 'UI', text(meta.sopInstanceUid, '\0')),
    element(0x00020010, 'UI', text(meta.transferSyntaxUid, '\0')),
    element(0x00020012, 'UI', text(IMPLEMENTATION_CLASS_UID, '\0')),
    element(0x00020013, 'SH', text(IMPLEMENTATION_VERSION, ' ')),
    element(0x00020016, 'AE', text(meta.sourceAeTitle, ' ')),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(elements.length);
  const start = Buffer.alloc(META_START);
  start.write('DICM', PREAMBLE_BYTES, 'latin1');
  return Buffer.concat([start, element(0x00020000, 'UL', length), elements, ...dataSet]);
}
