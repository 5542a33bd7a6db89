/**
 * Walks the elements before the pixel data without keeping any: what a parser makes of an element is many times its
 * eight bytes, so they are counted first.
 */
import { ImageRefusal } from '../image-refusal.ts';
import { LIMITS } from './limits.ts';

const ITEM_GROUP = 0xfffe;
const UNDEFINED = 0xffffffff;
const LONG_LENGTH = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

/** What is left uncounted where the walk loses its way, in bytes. */
const UNCOUNTED = 2 ** 20;

/**
 * @returns how many bytes a parser needs to see: up to the pixel data, or to where the elements make no sense any more
 * @throws ImageRefusal 'too-large' when there are more elements than an image has
 */
export function surveyHeader(bytes: Uint8Array, explicit: boolean, littleEndian: boolean): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, LIMITS.headerBytes));
  let at = 0;
  let total = 0;
  let inOneDataSet = 0;
  // Sequences of undefined length that an archive wrote as UN are implicit inside (PS3.5 6.2.2): how many are open.
  let unknown = 0;
  while (at + 8 <= view.byteLength) {
    const group = view.getUint16(at, littleEndian);
    const element = view.getUint16(at + 2, littleEndian);
    total += 1;
    inOneDataSet = group === ITEM_GROUP ? 0 : inOneDataSet + 1;
    if (total > LIMITS.elements || inOneDataSet > LIMITS.elementsOfOneDataSet) {
      throw new ImageRefusal('too-large', 'the data set holds more elements than an image has');
    }
    const withVr = explicit && unknown === 0 && group !== ITEM_GROUP;
    const vr = withVr ? String.fromCharCode(bytes[at + 4] ?? 0, bytes[at + 5] ?? 0) : '';
    if (group === 0 || (withVr && !/^[A-Z]{2}$/.test(vr))) break;
    const long = LONG_LENGTH.has(vr);
    const start = at + (long ? 12 : 8);
    if (start > view.byteLength) break;
    if (group === 0x7fe0 && element === 0x10) return Math.min(start + 4, bytes.length);
    const length = withVr && !long ? view.getUint16(at + 6, littleEndian) : view.getUint32(start - 4, littleEndian);
    if (unknown > 0 && group === ITEM_GROUP && element !== 0xe000) unknown -= 1;
    else if (length === UNDEFINED && (unknown > 0 || vr === 'UN')) unknown += 1;
    // Sequences and items are walked into, not over.
    const sequence = withVr ? vr === 'SQ' : group % 2 === 0 && beginsWithItem(view, start, littleEndian);
    at = start + (group === ITEM_GROUP || sequence || length === UNDEFINED ? 0 : length);
  }
  return Math.min(at + UNCOUNTED, bytes.length, LIMITS.headerBytes);
}

function beginsWithItem(view: DataView, at: number, littleEndian: boolean): boolean {
  return (
    at + 4 <= view.byteLength &&
    view.getUint16(at, littleEndian) === ITEM_GROUP &&
    view.getUint16(at + 2, littleEndian) === 0xe000
  );
}
