/**
 * Values out of the "CSA image header" that Siemens MR writes into a private element, second edition ('SV10'). The layout is
 * not published by the vendor; it is as the NiBabel documentation ("Siemens format DICOM with CSA header") describes it. The
 * first edition, which has no such mark, is not read: public descriptions of the lengths of its items contradict each other,
 * and slices in the wrong place are worse than none.
 */
import type { DataSet } from 'dicom-parser';
import { privateTag, valueBytes } from './elements.ts';

const MARK = 'SV10';
const NAME_BYTES = 64;
const TAG_BYTES = 84;
const ITEM_HEAD_BYTES = 16;
const MAX_TAGS = 1024;
const MAX_ITEMS = 4096;

/** Texts of each named tag, without empty ones; empty where there is no such header or it is cut off. */
export function csaImageHeader(dataSet: DataSet): ReadonlyMap<string, readonly string[]> {
  const tag = privateTag(dataSet, '0029', 'SIEMENS CSA HEADER', '10');
  const bytes = tag === undefined ? null : valueBytes(dataSet, tag);
  return bytes === null ? new Map() : csaTags(bytes);
}

export function csaTags(bytes: Uint8Array): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const latin1 = (from: number, length: number): string =>
    Buffer.from(bytes.subarray(from, from + length))
      .toString('latin1')
      .replace(/\0.*$/s, '')
      .trim();
  if (bytes.length < 16 || latin1(0, 4) !== MARK) return found;
  const count = Math.min(view.getUint32(8, true), MAX_TAGS);
  let at = 16;
  for (let tag = 0; tag < count; tag++) {
    if (at + TAG_BYTES > bytes.length) return new Map();
    const name = latin1(at, NAME_BYTES);
    const items = view.getUint32(at + 76, true);
    at += TAG_BYTES;
    if (items > MAX_ITEMS) return new Map();
    const values: string[] = [];
    for (let item = 0; item < items; item++) {
      if (at + ITEM_HEAD_BYTES > bytes.length) return new Map();
      const length = view.getUint32(at + 4, true);
      at += ITEM_HEAD_BYTES;
      if (at + length > bytes.length) return new Map();
      const value = latin1(at, length);
      if (value !== '') values.push(value);
      at += 4 * Math.ceil(length / 4);
    }
    found.set(name, values);
  }
  return found;
}

/** All of `count` numbers, or null. */
export function csaNumbers(
  tags: ReadonlyMap<string, readonly string[]>,
  name: string,
  count: number,
): readonly number[] | null {
  const values = (tags.get(name) ?? []).slice(0, count).map(Number);
  return values.length === count && values.every(Number.isFinite) ? values : null;
}
