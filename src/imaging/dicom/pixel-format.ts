/** How pixels are stored (PS3.3 C.7.6.3), with every claim inside what an image can be. */
import type { DataSet } from 'dicom-parser';
import { ImageRefusal } from '../image-refusal.ts';
import { code, number } from './elements.ts';
import type { PixelFormat } from './instance-header.ts';
import { LIMITS } from './limits.ts';

/** @throws ImageRefusal 'damaged', 'too-large' or 'unsupported-type' */
export function pixelFormat(dataSet: DataSet): { readonly pixels: PixelFormat; readonly frames: number } {
  const count = (tag: string, name: string, most: number, absent?: number): number => {
    const kind = tag === 'x00280008' ? 'IS' : 'US';
    const found = dataSet.elements[tag] === undefined ? absent : number(dataSet, tag, kind);
    if (typeof found !== 'number' || !Number.isInteger(found) || found < 1) {
      throw new ImageRefusal('damaged', `${name} is missing or no count`);
    }
    if (found > most) throw new ImageRefusal('too-large', `${name} is more than ${most}`);
    return found;
  };
  const rows = count('x00280010', 'Rows', LIMITS.rows);
  const columns = count('x00280011', 'Columns', LIMITS.columns);
  const frames = count('x00280008', 'NumberOfFrames', LIMITS.frames, 1);
  const samplesPerPixel = count('x00280002', 'SamplesPerPixel', 4, 1);
  if (rows * columns * frames * samplesPerPixel > LIMITS.pixels) {
    throw new ImageRefusal('too-large', 'the frames of the instance have more than 1,073,741,824 pixels together');
  }
  const bitsAllocated = count('x00280100', 'BitsAllocated', 64);
  const bitsStored = count('x00280101', 'BitsStored', bitsAllocated, bitsAllocated);
  const highBit = number(dataSet, 'x00280102', 'US') ?? bitsStored - 1;
  if (![1, 8, 16, 32].includes(bitsAllocated)) {
    throw new ImageRefusal('unsupported-type', `pixels of ${bitsAllocated} bits are not supported`);
  }
  if (highBit >= bitsAllocated || highBit < bitsStored - 1) {
    throw new ImageRefusal('damaged', `HighBit ${highBit} does not fit ${bitsStored} of ${bitsAllocated} bits`);
  }
  const signed = number(dataSet, 'x00280103', 'US') === 1;
  const stored = (tag: string): number | null => {
    const kind = signed ? 'SS' : 'US';
    return asSigned(number(dataSet, tag, kind), signed, bitsStored);
  };
  const photometric = code(dataSet, 'x00280004') ?? 'MONOCHROME2';
  return {
    pixels: {
      ...{ rows, columns, bitsAllocated, bitsStored, highBit, signed, samplesPerPixel, photometric },
      padding: stored('x00280120'),
      paddingLimit: stored('x00280121'),
    },
    frames,
  };
}

/** A padding value is often written with the VR of the other sign: 63536 means -2000 for signed pixels. */
function asSigned(value: number | null, signed: boolean, bitsStored: number): number | null {
  if (value === null) return null;
  if (signed && value >= 2 ** (bitsStored - 1)) return value >= 2 ** 15 ? value - 2 ** 16 : value - 2 ** bitsStored;
  return !signed && value < 0 ? value + 2 ** 16 : value;
}
