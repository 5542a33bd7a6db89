/** From bytes to a data set, whatever they are: DICOM with or without its preamble, or a refusal that says what it is. */
import { inflateRawSync } from 'node:zlib';
import dicomParser from 'dicom-parser';
import type { DataSet, Element } from 'dicom-parser';
import { ImageRefusal } from '../image-refusal.ts';
import { surveyHeader } from './header-survey.ts';
import { LIMITS } from './limits.ts';
import { TRANSFER_SYNTAXES, type TransferSyntax } from './transfer-syntaxes.ts';

export interface OpenedInstance {
  readonly syntaxUid: string;
  readonly syntax: TransferSyntax;
  /** Elements before the pixel data. */
  readonly dataSet: DataSet;
  /** The data set without meta information, inflated where it was deflated: offsets of elements count from its start. */
  readonly bytes: Uint8Array;
  /** (7FE0,0010), not read yet; undefined without pixel data. */
  readonly pixelData: Element | undefined;
}

const CUT_OFF = 'the data set is damaged or cut off; send the instance again';
const PIXEL_DATA = 'x7fe00010';
const IMPLICIT = '1.2.840.10008.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';
const BIG_ENDIAN = '1.2.840.10008.1.2.2';

/** @throws ImageRefusal 'not-dicom', 'unsupported-syntax', 'too-large' or 'damaged' */
export function openInstance(received: Uint8Array): OpenedInstance {
  if (received.length > LIMITS.fileBytes) throw new ImageRefusal('too-large', 'the file is larger than 2 GB');
  const { syntaxUid, body } = withoutMeta(received);
  const syntax = TRANSFER_SYNTAXES[syntaxUid];
  if (syntax === undefined) throw unsupported(syntaxUid);
  const bytes = syntax.deflated ? inflated(body) : body;
  const dataSet = parsed(bytes, syntax.deflated ? EXPLICIT : syntaxUid, syntax);
  checkNesting(dataSet, 0);
  return { syntaxUid, syntax, dataSet, bytes, pixelData: dataSet.elements[PIXEL_DATA] };
}

function withoutMeta(bytes: Uint8Array): { syntaxUid: string; body: Uint8Array } {
  if (hasPrefix(bytes)) {
    if (isExecutable(bytes)) {
      throw new ImageRefusal('not-dicom', 'this is a program that poses as DICOM in its preamble; it was not opened');
    }
    return readMeta(bytes, 132);
  }
  if (startsWithMeta(bytes)) return readMeta(bytes, 0);
  const syntaxUid = guessedSyntax(bytes);
  if (syntaxUid === undefined) throw new ImageRefusal('not-dicom', `${kindOf(bytes)}, no DICOM instance`);
  return { syntaxUid, body: bytes };
}

/** Group 0002 is explicit little endian, whatever follows (PS3.10 7.1). */
function readMeta(bytes: Uint8Array, start: number): { syntaxUid: string; body: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let syntaxUid: string | undefined;
  let at = start;
  while (at + 12 <= bytes.length && view.getUint16(at, true) === 2) {
    const long = /^(O[BDFLVW]|S[QV]|U[CNRTV])$/.test(latin1(bytes, at + 4, at + 6));
    const length = long ? view.getUint32(at + 8, true) : view.getUint16(at + 6, true);
    const from = at + (long ? 12 : 8);
    if (from + length > bytes.length) throw new ImageRefusal('damaged', CUT_OFF);
    if (view.getUint16(at + 2, true) === 0x10) {
      syntaxUid = latin1(bytes, from, from + Math.min(length, 66)).replace(/[\0 ]+$/, '');
    }
    at = from + length;
  }
  const body = bytes.subarray(at);
  const known = syntaxUid ?? guessedSyntax(body);
  if (known === undefined) {
    throw new ImageRefusal('damaged', 'the file is cut off or its meta information names no transfer syntax');
  }
  return { syntaxUid: known, body };
}

function unsupported(syntaxUid: string): ImageRefusal {
  const named = /^[0-9.]{1,64}$/.test(syntaxUid) ? syntaxUid : 'unreadable';
  return new ImageRefusal(
    'unsupported-syntax',
    `the transfer syntax (${named}) is not supported; send the instance uncompressed or in a lossless JPEG syntax`,
  );
}

function parsed(bytes: Uint8Array, syntaxUid: string, syntax: TransferSyntax): DataSet {
  const needed = surveyHeader(bytes, syntax.explicit, syntax.littleEndian);
  try {
    const start = withKnownVrs(bytes.subarray(0, needed));
    return dicomParser.parseDicom(start, { untilTag: PIXEL_DATA, TransferSyntaxUID: syntaxUid });
  } catch (error) {
    // The parser throws strings, RangeErrors and, for endless nesting, the stack's own overflow; anything else is a fault.
    if (error instanceof TypeError || error instanceof ReferenceError) throw error;
    throw needed < LIMITS.headerBytes
      ? new ImageRefusal('damaged', CUT_OFF)
      : new ImageRefusal('damaged', 'the elements before the pixel data are damaged or longer than 32 MB');
  }
}

/**
 * The parser takes the VR of extended offset tables (OV) for one with a short length and loses its place; as OB they
 * are read right.
 */
function withKnownVrs(bytes: Uint8Array): Uint8Array {
  let known = bytes;
  for (const tag of ['\xe0\x7f\x01\0OV', '\xe0\x7f\x02\0OV']) {
    const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(tag, 0, 'latin1');
    if (at < 0) continue;
    if (known === bytes) known = new Uint8Array(bytes);
    known.set(Buffer.from('OB', 'latin1'), at + 4);
  }
  return known;
}

function inflated(packed: Uint8Array): Uint8Array {
  const limit = Math.min(LIMITS.inflatedBytes, Math.max(packed.length * LIMITS.inflateRatio, 64 * 2 ** 20));
  try {
    return inflateRawSync(packed, { maxOutputLength: limit });
  } catch (error) {
    if (error instanceof RangeError) {
      throw new ImageRefusal('too-large', 'the deflated data set unpacks to more than an image needs');
    }
    throw new ImageRefusal('damaged', 'the deflated data set is damaged or cut off; send the instance again');
  }
}

function checkNesting(dataSet: DataSet, depth: number): void {
  if (depth > LIMITS.nesting)
    throw new ImageRefusal('damaged', 'sequences are nested deeper than any DICOM object needs');
  for (const element of Object.values(dataSet.elements)) {
    for (const item of element.items ?? []) if (item.dataSet !== undefined) checkNesting(item.dataSet, depth + 1);
  }
}

/** Group 0002 at the very start: the preamble was cut off. */
function startsWithMeta(bytes: Uint8Array): boolean {
  return latin1(bytes, 0, 4) === '\x02\0\0\0' && latin1(bytes, 4, 6) === 'UL';
}

const latin1 = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to));

function hasPrefix(bytes: Uint8Array): boolean {
  return bytes.length > 132 && latin1(bytes, 128, 132) === 'DICM';
}

/** Windows, Linux and macOS programs and scripts run by their first bytes, whatever follows the preamble. */
function isExecutable(bytes: Uint8Array): boolean {
  const start = latin1(bytes, 0, 4);
  return ['MZ', '\x7fELF', '\xcf\xfa\xed\xfe', '#!'].some((magic) => start.startsWith(magic));
}

/** A bare data set tells its syntax by its first element, which belongs to group 0008 (or to 0002 without preamble). */
function guessedSyntax(bytes: Uint8Array): string | undefined {
  if (bytes.length < 16) return undefined;
  const vr = /^[A-Z]{2}$/.test(latin1(bytes, 4, 6));
  const [a, b, c, d] = [bytes[0], bytes[1], bytes[2] ?? 0, bytes[3] ?? 0];
  if (a === 8 && b === 0 && d === 0 && c <= 0x18) return vr ? EXPLICIT : shortLength(bytes) ? IMPLICIT : undefined;
  if (a === 0 && b === 8 && c === 0 && d <= 0x18 && vr) return BIG_ENDIAN;
  return undefined;
}

function shortLength(bytes: Uint8Array): boolean {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true) <= 1024;
}

const MAGIC: readonly (readonly [string, string])[] = [
  ['MZ', 'this is a Windows program'],
  ['\x7fELF', 'this is a Linux program'],
  ['PK', 'this is a ZIP archive: unpack it first'],
  ['\x1f\x8b', 'this is a gzip file'],
  ['%PDF', 'this is a PDF document'],
  ['\xff\xd8\xff', 'this is a JPEG picture'],
  ['\x89PNG', 'this is a PNG picture'],
  ['<?xml', 'this is an XML file'],
  ['{', 'this is a JSON file'],
];

function kindOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'the file is empty';
  const start = latin1(bytes, 0, 8);
  return MAGIC.find(([magic]) => start.startsWith(magic))?.[1] ?? 'this is some other kind of file';
}
