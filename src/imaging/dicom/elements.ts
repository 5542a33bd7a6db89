/** Typed values of elements. What is absent, empty or not readable as its type is null, never zero. */
import type { DataSet, Element } from 'dicom-parser';
import { decodeText } from './character-sets.ts';
import { LIMITS } from './limits.ts';

export type NumberKind = 'DS' | 'IS' | 'US' | 'SS' | 'UL' | 'SL' | 'FL' | 'FD';

const SIZES = { US: 2, SS: 2, UL: 4, SL: 4, FL: 4, FD: 8 } as const;

/** Bytes of an element's value; null where it is absent, empty or lies past the end. */
export function valueBytes(dataSet: DataSet, tag: string): Uint8Array | null {
  const element = dataSet.elements[tag];
  if (element === undefined || element.length <= 0) return null;
  const end = element.dataOffset + element.length;
  return end > dataSet.byteArray.length ? null : dataSet.byteArray.subarray(element.dataOffset, end);
}

/** Numbers of an element. @param kind its VR by the dictionary; a VR that the data set states goes first */
export function numbers(dataSet: DataSet, tag: string, kind: NumberKind): readonly (number | null)[] {
  const bytes = valueBytes(dataSet, tag);
  const element = dataSet.elements[tag];
  if (bytes === null || element === undefined || bytes.length > LIMITS.textBytes * 64) return [];
  const stated = numberKind(element.vr) ?? kind;
  if (stated === 'DS' || stated === 'IS') return plain(bytes).split('\\').map(decimal);
  const size = SIZES[stated];
  const reader = element.parser ?? dataSet.byteArrayParser;
  const read = (at: number): number => {
    const here = element.dataOffset + at * size;
    if (stated === 'US') return reader.readUint16(dataSet.byteArray, here);
    if (stated === 'SS') return reader.readInt16(dataSet.byteArray, here);
    if (stated === 'UL') return reader.readUint32(dataSet.byteArray, here);
    if (stated === 'SL') return reader.readInt32(dataSet.byteArray, here);
    return stated === 'FL' ? reader.readFloat(dataSet.byteArray, here) : reader.readDouble(dataSet.byteArray, here);
  };
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, at) => finite(read(at)));
}

export function number(dataSet: DataSet, tag: string, kind: NumberKind): number | null {
  return numbers(dataSet, tag, kind)[0] ?? null;
}

/** All of `count` numbers, or null. */
export function numberTuple(dataSet: DataSet, tag: string, kind: NumberKind, count: number): readonly number[] | null {
  const found = numbers(dataSet, tag, kind);
  const known = found.filter((value) => value !== null);
  return found.length === count && known.length === count ? known : null;
}

/** Values of a code string, UID or other ASCII element. */
export function codes(dataSet: DataSet, tag: string): readonly string[] {
  const bytes = valueBytes(dataSet, tag);
  if (bytes === null || bytes.length > LIMITS.textBytes || bytes.some((byte) => byte >= 0x80)) return [];
  const values = plain(bytes)
    .split('\\')
    .map((value) => value.trim());
  return values.every((value) => value === '') ? [] : values;
}

export function code(dataSet: DataSet, tag: string): string | null {
  const first = codes(dataSet, tag)[0];
  return first === undefined || first === '' ? null : first;
}

/** @returns null for what is no UID */
export function uid(dataSet: DataSet, tag: string): string | null {
  const found = code(dataSet, tag);
  return found !== null && /^[0-9]+(\.[0-9]+)*$/.test(found) && found.length <= 64 ? found : null;
}

/** Values of a text element, decoded. @param inherited character sets of the enclosing data set, for items of sequences */
export function texts(dataSet: DataSet, tag: string, inherited: readonly string[] = []): readonly (string | null)[] {
  const bytes = valueBytes(dataSet, tag);
  if (bytes === null || bytes.length > LIMITS.textBytes) return [];
  const text = decodeText(bytes, characterSets(dataSet, inherited));
  return text === null ? [null] : text.split('\\').map(trimmed);
}

export function text(dataSet: DataSet, tag: string, inherited: readonly string[] = []): string | null {
  return texts(dataSet, tag, inherited)[0] ?? null;
}

export function characterSets(dataSet: DataSet, inherited: readonly string[] = []): readonly string[] {
  return dataSet.elements['x00080005'] === undefined ? inherited : codes(dataSet, 'x00080005');
}

/** Items of a sequence. */
export function items(dataSet: DataSet | undefined, tag: string): readonly DataSet[] {
  return (dataSet?.elements[tag]?.items ?? []).flatMap((item: Element) => item.dataSet ?? []);
}

export const item = (dataSet: DataSet | undefined, tag: string): DataSet | undefined => items(dataSet, tag)[0];

/**
 * An element of a vendor: `element` in the block that `creator` reserved in `group` (PS3.5 7.8.1).
 * @returns its tag in this data set; undefined where the creator reserved nothing
 */
export function privateTag(dataSet: DataSet, group: string, creator: string, element: string): string | undefined {
  for (let block = 0x10; block <= 0xff; block++) {
    const xx = block.toString(16).padStart(2, '0');
    const reserved = valueBytes(dataSet, `x${group}00${xx}`);
    if (reserved !== null && plain(reserved).trim() === creator) return `x${group}${xx}${element}`;
  }
  return undefined;
}

function numberKind(vr: string | undefined): NumberKind | undefined {
  if (vr === 'DS' || vr === 'IS' || vr === 'FL' || vr === 'FD') return vr;
  return vr === 'US' || vr === 'SS' || vr === 'UL' || vr === 'SL' ? vr : undefined;
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function decimal(written: string): number | null {
  const value = written.trim();
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value) ? finite(Number(value)) : null;
}

/** Latin-1 text without the padding of its end. */
function plain(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\0 ]+$/, '');
}

function trimmed(value: string): string | null {
  const kept = value.replace(/\0/g, '').trim();
  return kept === '' ? null : kept;
}
