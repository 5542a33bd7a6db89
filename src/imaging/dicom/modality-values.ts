/**
 * Stored pixels to modality values (HU for CT). PhotometricInterpretation plays no part: MONOCHROME1 only says that a
 * display shows small values bright, the values mean the same.
 */
import type { DataSet } from 'dicom-parser';
import { ImageRefusal } from '../image-refusal.ts';
import type { RawSamples } from './codecs/raw-samples.ts';
import { item, numbers, valueBytes } from './elements.ts';
import type { FrameHeader, PixelFormat } from './instance-header.ts';

export interface ModalityLut {
  /** Stored value of the first entry. */
  readonly first: number;
  readonly entries: Float32Array;
}

/** Padding becomes NaN. Bits outside BitsStored (old overlays) are dropped before the sign is read. */
export function modalityValues(
  raw: RawSamples,
  pixels: PixelFormat,
  frame: Pick<FrameHeader, 'slope' | 'intercept'>,
  lut: ModalityLut | null,
): Float32Array {
  const { bitsStored, highBit, signed } = pixels;
  const drop = highBit + 1 - bitsStored;
  const unused = 32 - bitsStored;
  const [low, high] = paddingRange(pixels);
  const { slope, intercept } = frame;
  const values = new Float32Array(raw.length);
  for (let at = 0; at < raw.length; at++) {
    const bits = ((raw[at] ?? 0) >>> drop) << unused;
    const stored = signed ? bits >> unused : bits >>> unused;
    values[at] = stored >= low && stored <= high ? NaN : lut === null ? stored * slope + intercept : entry(lut, stored);
  }
  return values;
}

function paddingRange({ padding, paddingLimit }: PixelFormat): readonly [number, number] {
  if (padding === null) return [Infinity, -Infinity];
  const other = paddingLimit ?? padding;
  return [Math.min(padding, other), Math.max(padding, other)];
}

/** Values outside the table take its first or last entry (PS3.3 C.11.1.1). */
function entry({ first, entries }: ModalityLut, stored: number): number {
  return entries[Math.min(Math.max(stored - first, 0), entries.length - 1)] ?? NaN;
}

/** Modality LUT Sequence (0028,3000). @throws ImageRefusal 'damaged' */
export function modalityLut(dataSet: DataSet, pixels: PixelFormat): ModalityLut | null {
  const table = item(dataSet, 'x00283000');
  if (table === undefined) return null;
  const [count, first, bits] = numbers(table, 'x00283002', pixels.signed ? 'SS' : 'US');
  const data = valueBytes(table, 'x00283006');
  if (typeof count !== 'number' || typeof first !== 'number' || typeof bits !== 'number' || data === null) {
    throw new ImageRefusal('damaged', 'the modality LUT of the instance is incomplete');
  }
  // The count is unsigned whatever its VR says; 0 stands for 65536.
  const length = (count + 2 ** 16) % 2 ** 16 || 2 ** 16;
  if (data.length < length * 2) throw new ImageRefusal('damaged', 'the modality LUT is shorter than it says');
  const entries = Float32Array.from({ length }, (_, at) => table.byteArrayParser.readUint16(data, at * 2));
  return { first, entries };
}
