/** Reads a NIfTI-1 or NIfTI-2 file, gzipped or not, into typed values with a trusted position. */
import { endianness } from 'node:os';
import { gunzipSync } from 'node:zlib';
import * as nifti from 'nifti-reader-js';
import type { Affine, Point } from './affine.ts';
import { ImageRefusal } from './image-refusal.ts';
import { orientation, type OrientationHeader, type SpaceCode } from './nifti-orientation.ts';

export type VoxelValues =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

export interface NiftiImage {
  /** Voxels along i, j and k; i runs fastest in `values`. */
  readonly size: Point;
  readonly affine: Affine;
  /** What the header says about its coordinates. */
  readonly space: SpaceCode;
  /** As stored; the true value is `slope * value + intercept`. */
  readonly values: VoxelValues;
  readonly slope: number;
  readonly intercept: number;
}

/** Volumes over time, as perfusion is exported. */
export interface NiftiSeries extends Omit<NiftiImage, 'values'> {
  readonly frames: readonly VoxelValues[];
  readonly secondsPerFrame: number;
}

/** Unpacked; a head at 0.5 mm in 32 bits fits. */
const MAX_BYTES = 768 * 1024 * 1024;

/** @throws ImageRefusal, 'not-three-dimensional' for a series, too */
export function readNifti(bytes: Uint8Array): NiftiImage {
  const { size, affine, space, values, slope, intercept, count } = read(bytes);
  if (count !== 1) throw new ImageRefusal('not-three-dimensional', `the image has 4 axes (${count} volumes), not 3`);
  return { size, affine, space, values, slope, intercept };
}

/** @throws ImageRefusal, 'no-time' when the header does not say how long a frame lasts */
export function readNiftiSeries(bytes: Uint8Array): NiftiSeries {
  const { values, count, secondsPerFrame, ...image } = read(bytes);
  if (count < 2)
    throw new ImageRefusal('not-three-dimensional', 'the image holds one volume: it is no series over time');
  if (!(secondsPerFrame > 0)) {
    throw new ImageRefusal('no-time', 'the header gives no time between volumes (pixdim[4]): write it in seconds');
  }
  const voxels = values.length / count;
  const frames = Array.from({ length: count }, (_, at) => values.subarray(at * voxels, (at + 1) * voxels));
  return { ...image, frames, secondsPerFrame };
}

interface Volumes extends NiftiImage {
  readonly count: number;
  readonly secondsPerFrame: number;
}

function read(bytes: Uint8Array): Volumes {
  const file = unpacked(bytes);
  const data = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer;
  if (data.byteLength < 352 || !nifti.isNIFTI(data))
    throw new ImageRefusal('not-nifti', 'this is no NIfTI file (.nii)');
  const header = readHeader(data);
  const { size, count } = dimensions(header.dims);
  const stored = STORED[header.datatypeCode];
  if (stored === undefined) {
    throw new ImageRefusal('unsupported-type', `voxels of NIfTI data type ${header.datatypeCode} are no plain numbers`);
  }
  const start = Math.round(header.vox_offset);
  const end = start + size[0] * size[1] * size[2] * count * stored.bytes;
  if (start < 348 || end > data.byteLength) {
    throw new ImageRefusal('damaged', 'the file is shorter than its header says');
  }
  const units = header.xyzt_units & 7;
  if (units !== 0 && units !== 2) throw new ImageRefusal('impossible-geometry', 'the header does not measure in mm');
  const scaled = Number.isFinite(header.scl_slope) && header.scl_slope !== 0;
  return {
    size,
    ...orientation(orientationHeader(header, data), size),
    values: stored.read(inHostOrder(data.slice(start, end), stored.bytes, header.littleEndian)),
    slope: scaled ? header.scl_slope : 1,
    intercept: scaled && Number.isFinite(header.scl_inter) ? header.scl_inter : 0,
    count,
    secondsPerFrame: (header.pixDims[4] ?? 0) * (SECONDS[header.xyzt_units & 0x38] ?? 0),
  };
}

function unpacked(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    if (error instanceof RangeError) throw new ImageRefusal('too-large', 'the file unpacks to more than 768 MB');
    throw new ImageRefusal('damaged', 'the gzip file is damaged or cut off');
  }
}

function readHeader(data: ArrayBuffer): nifti.NIFTI1 | nifti.NIFTI2 {
  try {
    return nifti.readHeader(data);
  } catch {
    throw new ImageRefusal('damaged', 'the NIfTI header is damaged');
  }
}

/** Units of time in `xyzt_units`; unknown counts as seconds, which is what most programs mean. */
const SECONDS: Readonly<Record<number, number>> = { 0: 1, 8: 1, 16: 1e-3, 24: 1e-6 };

function dimensions(dims: readonly number[]): { readonly size: Point; readonly count: number } {
  const [, nx = 0, ny = 0, nz = 0, nt = 1, ...more] = dims;
  if (more.some((n) => n > 1)) {
    throw new ImageRefusal(
      'not-three-dimensional',
      `the image has ${dims.slice(1).filter((n) => n > 1).length} axes, not 3`,
    );
  }
  if (!(nx > 1 && ny > 1 && nz > 1)) {
    throw new ImageRefusal('not-three-dimensional', `the image has ${nx} x ${ny} x ${nz} voxels: it is no volume`);
  }
  const count = Math.max(1, nt);
  if (nx * ny * nz * count > MAX_BYTES / 4) {
    throw new ImageRefusal('too-large', 'the image has more than 200 million voxels');
  }
  return { size: [nx, ny, nz], count };
}

function orientationHeader(header: nifti.NIFTI1 | nifti.NIFTI2, data: ArrayBuffer): OrientationHeader {
  const view = new DataView(data);
  // The library keeps only the form that it prefers: the rows of the sform are read here (nifti1.h, nifti2.h).
  const row = (at: number): number =>
    header instanceof nifti.NIFTI2
      ? view.getFloat64(400 + 8 * at, header.littleEndian)
      : view.getFloat32(280 + 4 * at, header.littleEndian);
  const [qfac = 1, dx = 0, dy = 0, dz = 0] = header.pixDims;
  return {
    sformCode: header.sform_code,
    sform: Array.from({ length: 12 }, (_, at) => row(at)) as unknown as Affine,
    qformCode: header.qform_code,
    quaternion: [header.quatern_b, header.quatern_c, header.quatern_d],
    offset: [header.qoffset_x, header.qoffset_y, header.qoffset_z],
    spacing: [Math.abs(dx), Math.abs(dy), Math.abs(dz)],
    qfac,
  };
}

function inHostOrder(data: ArrayBuffer, bytes: number, littleEndian: boolean): ArrayBuffer {
  if (bytes === 1 || littleEndian === (endianness() === 'LE')) return data;
  const buffer = Buffer.from(data);
  if (bytes === 2) buffer.swap16();
  else if (bytes === 4) buffer.swap32();
  else buffer.swap64();
  return data;
}

/** NIfTI data types that are plain numbers. 64-bit integers become doubles: a mask or a label map never needs more. */
const STORED: Readonly<Record<number, { bytes: number; read: (data: ArrayBuffer) => VoxelValues }>> = {
  2: { bytes: 1, read: (data) => new Uint8Array(data) },
  4: { bytes: 2, read: (data) => new Int16Array(data) },
  8: { bytes: 4, read: (data) => new Int32Array(data) },
  16: { bytes: 4, read: (data) => new Float32Array(data) },
  64: { bytes: 8, read: (data) => new Float64Array(data) },
  256: { bytes: 1, read: (data) => new Int8Array(data) },
  512: { bytes: 2, read: (data) => new Uint16Array(data) },
  768: { bytes: 4, read: (data) => new Uint32Array(data) },
  1024: { bytes: 8, read: (data) => Float64Array.from(new BigInt64Array(data), Number) },
  1280: { bytes: 8, read: (data) => Float64Array.from(new BigUint64Array(data), Number) },
};
