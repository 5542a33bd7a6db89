/** Writes a volume as NIfTI-1 (.nii.gz), little endian, in scanner coordinates (nifti1.h). */
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { type Affine, cornerDistance, determinant, spacing } from '../affine.ts';
import { quaternionAffine } from '../nifti-orientation.ts';
import type { Volume } from './volume.ts';

const HEADER_BYTES = 352;
const SCANNER = 1;
const MILLIMETERS_AND_SECONDS = 2 | 8;
/** A quaternion cannot hold a shear: a qform that is off by more is not written. */
const QFORM_MM = 0.01;

/**
 * @param description at most 79 ASCII characters; never anything of the patient
 * @returns the gzipped file; padding stays NaN in floating point
 */
export async function writeNifti(
  volume: Volume<Float32Array | Int16Array | Uint8Array>,
  { description = '' }: { readonly description?: string } = {},
): Promise<Uint8Array> {
  const { size, affine, values } = volume;
  if (size.some((n) => n > 32_767)) throw new RangeError('NIfTI-1 holds at most 32767 voxels along an axis');
  const file = new Uint8Array(HEADER_BYTES + values.byteLength);
  const view = new DataView(file.buffer);
  const short = (at: number, value: number): void => {
    view.setInt16(at, value, true);
  };
  const float = (at: number, ...numbers: readonly number[]): void => {
    numbers.forEach((value, index) => {
      view.setFloat32(at + 4 * index, value, true);
    });
  };
  const [code, bits] = typeOf(values);
  const quaternion = quaternionOf(affine);
  const { b, c, d, qfac } = quaternion;
  const hasQform = cornerDistance(quaternionForm(affine, quaternion), affine, size) < QFORM_MM;

  view.setInt32(0, 348, true);
  [3, ...size, 1, 1, 1, 1].forEach((n, at) => {
    short(40 + 2 * at, n);
  });
  short(70, code);
  short(72, bits);
  float(76, qfac, ...spacing(affine), 1, 0, 0, 0);
  float(108, HEADER_BYTES);
  float(112, 1, 0);
  view.setUint8(123, MILLIMETERS_AND_SECONDS);
  file.set(new TextEncoder().encode(description.replace(/[^\x20-\x7e]/g, '?').slice(0, 79)), 148);
  short(252, hasQform ? SCANNER : 0);
  short(254, SCANNER);
  if (hasQform) float(256, b, c, d, affine[3], affine[7], affine[11]);
  float(280, ...affine);
  file.set(new TextEncoder().encode('n+1\0'), 344);
  file.set(littleEndian(values), HEADER_BYTES);
  return promisify(gzip)(file, { level: constants.Z_BEST_SPEED });
}

/** Data type code and bits. */
function typeOf(values: Float32Array | Int16Array | Uint8Array): readonly [number, number] {
  if (values instanceof Float32Array) return [16, 32];
  return values instanceof Int16Array ? [4, 16] : [2, 8];
}

function littleEndian(values: Float32Array | Int16Array | Uint8Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const isLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  if (isLittle || values.BYTES_PER_ELEMENT === 1) return bytes;
  const swapped = Buffer.from(bytes);
  return values.BYTES_PER_ELEMENT === 2 ? swapped.swap16() : swapped.swap32();
}

interface Quaternion {
  readonly b: number;
  readonly c: number;
  readonly d: number;
  /** -1: the third axis is flipped. */
  readonly qfac: number;
}

function quaternionForm(affine: Affine, { b, c, d, qfac }: Quaternion): Affine {
  return quaternionAffine({
    sformCode: 0,
    sform: affine,
    qformCode: SCANNER,
    quaternion: [b, c, d],
    offset: [affine[3], affine[7], affine[11]],
    spacing: spacing(affine),
    qfac,
  });
}

/** The rotation of an affine as a unit quaternion with a >= 0, of which the format stores b, c and d. */
function quaternionOf(m: Affine): Quaternion {
  const [sx, sy, sz] = spacing(m);
  const qfac = determinant(m) < 0 ? -1 : 1;
  const z = sz * qfac;
  const [xx, xy, xz] = [m[0] / sx, m[1] / sy, m[2] / z];
  const [yx, yy, yz] = [m[4] / sx, m[5] / sy, m[6] / z];
  const [zx, zy, zz] = [m[8] / sx, m[9] / sy, m[10] / z];
  // Each of the four squares, from the diagonal; the largest one divides the others without loss.
  const squares = [1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz];
  const largest = squares.indexOf(Math.max(...squares));
  const twice = Math.sqrt(squares[largest] ?? 1);
  const raw = [
    [twice * twice, zy - yz, xz - zx, yx - xy],
    [zy - yz, twice * twice, yx + xy, xz + zx],
    [xz - zx, yx + xy, twice * twice, zy + yz],
    [yx - xy, xz + zx, zy + yz, twice * twice],
  ][largest] as [number, number, number, number];
  const [a, b, c, d] = raw.map((value) => value / (2 * twice)) as [number, number, number, number];
  const sign = a < 0 ? -1 : 1;
  return { b: sign * b, c: sign * c, d: sign * d, qfac };
}
