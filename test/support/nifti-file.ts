/** NIfTI files built byte by byte from the format's own description (nifti1.h, nifti2.h), not with our reader's library. */
import { gzipSync } from 'node:zlib';
import type { Affine, Point } from '../../src/imaging/affine.ts';

export interface NiftiFile {
  readonly size: readonly number[];
  readonly values: ArrayLike<number>;
  readonly sform?: Affine;
  readonly sformCode?: number;
  readonly qformCode?: number;
  /** b, c, d. */
  readonly quaternion?: Point;
  readonly offset?: Point;
  readonly spacing?: Point;
  readonly qfac?: number;
  /** Time between volumes, in the unit of `units`. */
  readonly time?: number;
  readonly type?: 'uint8' | 'int16' | 'int32' | 'int64' | 'float32' | 'float64';
  readonly typeCode?: number;
  readonly slope?: number;
  readonly intercept?: number;
  readonly littleEndian?: boolean;
  readonly version?: 1 | 2;
  readonly units?: number;
  readonly gzip?: boolean;
}

const TYPES = {
  uint8: {
    code: 2,
    bytes: 1,
    put: (v: DataView, at: number, x: number) => {
      v.setUint8(at, x);
    },
  },
  int16: {
    code: 4,
    bytes: 2,
    put: (v: DataView, at: number, x: number, le: boolean) => {
      v.setInt16(at, x, le);
    },
  },
  int32: {
    code: 8,
    bytes: 4,
    put: (v: DataView, at: number, x: number, le: boolean) => {
      v.setInt32(at, x, le);
    },
  },
  int64: {
    code: 1024,
    bytes: 8,
    put: (v: DataView, at: number, x: number, le: boolean) => {
      v.setBigInt64(at, BigInt(x), le);
    },
  },
  float32: {
    code: 16,
    bytes: 4,
    put: (v: DataView, at: number, x: number, le: boolean) => {
      v.setFloat32(at, x, le);
    },
  },
  float64: {
    code: 64,
    bytes: 8,
    put: (v: DataView, at: number, x: number, le: boolean) => {
      v.setFloat64(at, x, le);
    },
  },
} as const;

/** A complete `.nii` (or `.nii.gz`). Without codes it has no position. */
export function niftiFile(file: NiftiFile): Buffer {
  const bytes = file.version === 2 ? nifti2(file) : nifti1(file);
  return file.gzip === true ? gzipSync(bytes, { level: 1 }) : bytes;
}

function nifti1(file: NiftiFile): Buffer {
  const { littleEndian: le = true, type = 'uint8' } = file;
  const buffer = Buffer.alloc(352 + file.values.length * TYPES[type].bytes);
  const v = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  v.setInt32(0, 348, le);
  dims(file.size).forEach((n, at) => {
    v.setInt16(40 + 2 * at, n, le);
  });
  v.setInt16(70, file.typeCode ?? TYPES[type].code, le);
  v.setInt16(72, 8 * TYPES[type].bytes, le);
  pixels(file).forEach((x, at) => {
    v.setFloat32(76 + 4 * at, x, le);
  });
  v.setFloat32(108, 352, le);
  v.setFloat32(112, file.slope ?? 1, le);
  v.setFloat32(116, file.intercept ?? 0, le);
  v.setUint8(123, file.units ?? 2);
  v.setInt16(252, file.qformCode ?? 0, le);
  v.setInt16(254, file.sformCode ?? 0, le);
  [...(file.quaternion ?? [0, 0, 0]), ...(file.offset ?? [0, 0, 0])].forEach((x, at) => {
    v.setFloat32(256 + 4 * at, x, le);
  });
  (file.sform ?? []).forEach((x, at) => {
    v.setFloat32(280 + 4 * at, x, le);
  });
  buffer.write('n+1\0', 344, 'latin1');
  writeValues(v, 352, file, le);
  return buffer;
}

function nifti2(file: NiftiFile): Buffer {
  const { littleEndian: le = true, type = 'uint8' } = file;
  const buffer = Buffer.alloc(544 + file.values.length * TYPES[type].bytes);
  const v = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  v.setInt32(0, 540, le);
  buffer.write('n+2\0\r\n\u001a\n', 4, 'latin1');
  v.setInt16(12, file.typeCode ?? TYPES[type].code, le);
  v.setInt16(14, 8 * TYPES[type].bytes, le);
  dims(file.size).forEach((n, at) => {
    v.setBigInt64(16 + 8 * at, BigInt(n), le);
  });
  pixels(file).forEach((x, at) => {
    v.setFloat64(104 + 8 * at, x, le);
  });
  v.setBigInt64(168, 544n, le);
  v.setFloat64(176, file.slope ?? 1, le);
  v.setFloat64(184, file.intercept ?? 0, le);
  v.setInt32(344, file.qformCode ?? 0, le);
  v.setInt32(348, file.sformCode ?? 0, le);
  [...(file.quaternion ?? [0, 0, 0]), ...(file.offset ?? [0, 0, 0])].forEach((x, at) => {
    v.setFloat64(352 + 8 * at, x, le);
  });
  (file.sform ?? []).forEach((x, at) => {
    v.setFloat64(400 + 8 * at, x, le);
  });
  v.setInt32(500, file.units ?? 2, le);
  writeValues(v, 544, file, le);
  return buffer;
}

function dims(size: readonly number[]): number[] {
  return [size.length, ...size, ...new Array<number>(7 - size.length).fill(1)];
}

function pixels(file: NiftiFile): number[] {
  return [file.qfac ?? 1, ...(file.spacing ?? [1, 1, 1]), file.time ?? 1, 0, 0, 0];
}

function writeValues(v: DataView, start: number, file: NiftiFile, le: boolean): void {
  const { bytes, put } = TYPES[file.type ?? 'uint8'];
  for (let at = 0; at < file.values.length; at++) put(v, start + at * bytes, file.values[at] ?? 0, le);
}
