/** Bytes of single frames out of the pixel data element: plain, or encapsulated in fragments (PS3.5 Annex A.4). */
import { ImageRefusal } from '../image-refusal.ts';
import { valueBytes } from './elements.ts';
import type { PixelFormat } from './instance-header.ts';
import { LIMITS } from './limits.ts';
import type { OpenedInstance } from './open-instance.ts';

const ITEM = 0xe000fffe;
const DELIMITER = 0xe0ddfffe;

/** Bytes of one frame when it is not compressed. */
export function frameBytes({ rows, columns, samplesPerPixel, bitsAllocated }: PixelFormat): number {
  return Math.ceil((rows * columns * samplesPerPixel * bitsAllocated) / 8);
}

/**
 * Frames as stored: uncompressed ones have `frameBytes`, compressed ones are code streams.
 * @param frames number of frames by the header
 * @throws ImageRefusal 'damaged' when bytes are missing or offsets contradict the fragments
 */
export function storedFrames(opened: OpenedInstance, pixels: PixelFormat, frames: number): readonly Uint8Array[] {
  const { bytes, pixelData, syntax } = opened;
  if (pixelData === undefined) throw new ImageRefusal('no-pixels', 'the instance has no pixel data');
  const encapsulated = pixelData.hadUndefinedLength === true;
  if (encapsulated !== (syntax.packing !== 'native')) {
    throw new ImageRefusal('damaged', `the pixel data is not packed as its transfer syntax (${syntax.name}) says`);
  }
  if (encapsulated) return encapsulatedFrames(opened, pixelData.dataOffset, frames);
  const size = frameBytes(pixels);
  const held = Math.min(pixelData.length, bytes.length - pixelData.dataOffset);
  if (held < size * frames) {
    throw new ImageRefusal(
      'damaged',
      `the pixel data is cut off: ${Math.max(held, 0)} of ${size * frames} bytes; send the instance again`,
    );
  }
  return Array.from({ length: frames }, (_, at) => {
    const from = pixelData.dataOffset + at * size;
    return bytes.subarray(from, from + size);
  });
}

interface Fragment {
  /** Of its item tag, from the first byte after the offset table: what offset tables count. */
  readonly offset: number;
  readonly content: Uint8Array;
}

function encapsulatedFrames(opened: OpenedInstance, start: number, frames: number): readonly Uint8Array[] {
  const { table, fragments } = readFragments(opened.bytes, start, frames);
  if (fragments.length < frames) {
    throw new ImageRefusal('damaged', `the pixel data holds ${fragments.length} fragments for ${frames} frames`);
  }
  if (frames === 1) return [joined(fragments)];
  if (fragments.length === frames) return fragments.map(({ content }) => content);
  const starts = extendedTable(opened) ?? (table.length > 0 ? table : startsOfStreams(fragments));
  const first = starts.map((offset) => fragments.findIndex((fragment) => fragment.offset === offset));
  const ordered = first.every((at, frame) => at >= 0 && (frame === 0 ? at === 0 : at > (first[frame - 1] ?? at)));
  if (first.length !== frames || !ordered) {
    throw new ImageRefusal('damaged', 'the offset table of the pixel data contradicts its fragments');
  }
  return first.map((at, frame) => joined(fragments.slice(at, first[frame + 1])));
}

/** The whole element (7FE0,0010) as received, tag and length included. @throws ImageRefusal as storedFrames */
export function pixelDataElement(opened: OpenedInstance, pixels: PixelFormat, frames: number): Uint8Array {
  storedFrames(opened, pixels, frames);
  const { bytes, pixelData, syntax } = opened;
  if (pixelData === undefined) throw new ImageRefusal('no-pixels', 'the instance has no pixel data');
  const long = syntax.explicit && ['OB', 'OW', 'UN'].includes(pixelData.vr ?? '');
  const start = pixelData.dataOffset - (long ? 12 : 8);
  const end =
    syntax.packing === 'native'
      ? pixelData.dataOffset + pixelData.length
      : readFragments(bytes, pixelData.dataOffset, frames).end;
  return bytes.subarray(start, end);
}

interface Fragments {
  readonly table: readonly number[];
  readonly fragments: readonly Fragment[];
  /** Behind the sequence delimiter. */
  readonly end: number;
}

function readFragments(bytes: Uint8Array, start: number, frames: number): Fragments {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const delimiter = delimiterOf(view, start, LIMITS.frames + frames * 64);
  const fragments: Fragment[] = [];
  let table: number[] | undefined;
  let base = start;
  let at = start;
  while (at < delimiter) {
    const next = at + 8 + view.getUint32(at + 4, true);
    const content = bytes.subarray(at + 8, next);
    if (table === undefined) {
      table = offsets(content);
      base = next;
    } else fragments.push({ offset: at - base, content });
    at = next;
  }
  return { table: table ?? [], fragments, end: delimiter + 8 };
}

/** Where the fragments end. @param most fragments that are walked over */
function delimiterOf(view: DataView, start: number, most: number): number {
  let at = start;
  // The first item is the offset table.
  for (let items = 0; at + 8 <= view.byteLength; items += 1) {
    const tag = view.getUint32(at, true);
    if (tag === DELIMITER) return at;
    if (tag !== ITEM) break;
    if (items > most) {
      throw new ImageRefusal('too-large', 'the pixel data is cut into more fragments than its frames need');
    }
    at += 8 + view.getUint32(at + 4, true);
  }
  throw new ImageRefusal('damaged', 'the compressed pixel data is cut off; send the instance again');
}

/**
 * A transfer that broke off leaves a header that reads well. Taken in, it would hold the place of the whole instance.
 * @throws ImageRefusal 'damaged' when bytes of the pixel data are missing
 */
export function checkPixelDataIsWhole({ bytes, pixelData, syntax }: OpenedInstance): void {
  if (pixelData === undefined) return;
  const { dataOffset, length } = pixelData;
  if (pixelData.hadUndefinedLength === true) {
    // Not packed as its syntax says: what reads the frames says so.
    if (syntax.packing === 'native') return;
    delimiterOf(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), dataOffset, LIMITS.frames * 65);
  } else if (dataOffset + length > bytes.length) {
    const held = Math.max(bytes.length - dataOffset, 0);
    throw new ImageRefusal('damaged', `the pixel data is cut off: ${held} of ${length} bytes; send the instance again`);
  }
}

function offsets(content: Uint8Array): number[] {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const count = Math.min(Math.floor(content.length / 4), LIMITS.frames);
  return Array.from({ length: count }, (_, at) => view.getUint32(at * 4, true));
}

/** Extended Offset Table (7FE0,0001): unsigned 64-bit offsets. */
function extendedTable({ dataSet }: OpenedInstance): number[] | undefined {
  const content = valueBytes(dataSet, 'x7fe00001');
  if (content === null) return undefined;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const count = Math.min(Math.floor(content.length / 8), LIMITS.frames);
  return Array.from({ length: count }, (_, at) => Number(view.getBigUint64(at * 8, true)));
}

/** Without a table: frames begin where a JPEG (FFD8) or JPEG 2000 (FF4F) stream does. */
function startsOfStreams(fragments: readonly Fragment[]): readonly number[] {
  return fragments
    .filter(({ content }) => content[0] === 0xff && (content[1] === 0xd8 || content[1] === 0x4f))
    .map(({ offset }) => offset);
}

function joined(fragments: readonly Fragment[]): Uint8Array {
  const [only, ...more] = fragments;
  if (only !== undefined && more.length === 0) return only.content;
  const all = new Uint8Array(fragments.reduce((sum, { content }) => sum + content.length, 0));
  let at = 0;
  for (const { content } of fragments) {
    all.set(content, at);
    at += content.length;
  }
  return all;
}
