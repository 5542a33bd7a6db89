/** NIfTI files: what is read is where and what the header says; what cannot be trusted is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Affine } from '../../src/imaging/affine.ts';
import { ImageRefusal, readNifti, readNiftiSeries } from '../../src/imaging/index.ts';
import { niftiFile, type NiftiFile } from '../support/nifti-file.ts';

const RAS: Affine = [2, 0, 0, -90, 0, 2, 0, -126, 0, 0, 2, -72];
const VALUES = Array.from({ length: 24 }, (_, at) => at % 5);
const small: NiftiFile = { size: [2, 3, 4], values: VALUES, sform: RAS, sformCode: 4 };

function refusal(bytes: Uint8Array): string {
  try {
    readNifti(bytes);
  } catch (error) {
    if (error instanceof ImageRefusal) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('reads a series over time', () => {
  const series: NiftiFile = {
    size: [2, 3, 4, 3],
    values: Array.from({ length: 72 }, (_, at) => at),
    sform: RAS,
    sformCode: 1,
  };

  it('frame by frame, with the time between them in seconds', () => {
    for (const version of [1, 2] as const) {
      const image = readNiftiSeries(niftiFile({ ...series, type: 'int16', version, units: 2 + 16, time: 1500 }));
      expect(image.secondsPerFrame).toBeCloseTo(1.5, 9);
      expect(image.frames.map((frame) => [frame.length, frame[0]])).toEqual([
        [24, 0],
        [24, 24],
        [24, 48],
      ]);
      expect(image).toMatchObject({ size: [2, 3, 4], affine: RAS });
    }
  });

  it('refuses one without times, one volume as a series, and a series as one volume', () => {
    const code = (run: () => unknown): unknown => {
      try {
        return run();
      } catch (error) {
        return error instanceof ImageRefusal ? error.code : error;
      }
    };
    expect(code(() => readNiftiSeries(niftiFile({ ...series, time: 0 })))).toBe('no-time');
    expect(code(() => readNiftiSeries(niftiFile(small)))).toBe('not-three-dimensional');
    expect(code(() => readNifti(niftiFile(series)))).toBe('not-three-dimensional');
  });
});

describe('reads', () => {
  it.each(['uint8', 'int16', 'int32', 'int64', 'float32', 'float64'] as const)('%s voxels', (type) => {
    const image = readNifti(niftiFile({ ...small, type }));
    expect([...image.values]).toEqual(VALUES);
    expect(image).toMatchObject({ size: [2, 3, 4], affine: RAS, space: 'mni', slope: 1, intercept: 0 });
  });

  it.each([
    ['little-endian', true],
    ['big-endian', false],
  ] as const)('%s files, NIfTI-1 and NIfTI-2, gzipped or not', (_name, littleEndian) => {
    for (const version of [1, 2] as const) {
      for (const gzip of [false, true]) {
        const image = readNifti(niftiFile({ ...small, type: 'int16', littleEndian, version, gzip }));
        expect([...image.values]).toEqual(VALUES);
        expect(image.affine).toEqual(RAS);
      }
    }
  });

  it('reads a file that lies at an odd place of a larger buffer', () => {
    const bytes = niftiFile({ ...small, type: 'float32' });
    const pool = new Uint8Array(bytes.length + 7);
    pool.set(bytes, 7);
    expect([...readNifti(pool.subarray(7)).values]).toEqual(VALUES);
  });

  it('takes the scaling, and a slope of 0 as none', () => {
    expect(readNifti(niftiFile({ ...small, slope: 0.5, intercept: 2 }))).toMatchObject({ slope: 0.5, intercept: 2 });
    expect(readNifti(niftiFile({ ...small, slope: 0, intercept: 2 }))).toMatchObject({ slope: 1, intercept: 0 });
    expect(readNifti(niftiFile({ ...small, slope: NaN }))).toMatchObject({ slope: 1 });
  });
});

describe('position', () => {
  // A half turn around y mirrors x and z; qfac -1 mirrors z back: x alone runs from right to left.
  const leftward: NiftiFile = {
    ...small,
    sformCode: 0,
    qformCode: 2,
    quaternion: [0, 1, 0],
    offset: [78, -112, -50],
    qfac: -1,
  };

  it('comes from the quaternion where there is no sform', () => {
    const { affine, space } = readNifti(niftiFile(leftward));
    expect(affine.map((x) => Math.round(x * 1e6) / 1e6 + 0)).toEqual([-1, 0, 0, 78, 0, 1, 0, -112, 0, 0, 1, -50]);
    expect(space).toBe('aligned');
  });

  it('survives a quaternion that rounding has made longer than 1', () => {
    const { affine } = readNifti(niftiFile({ ...leftward, quaternion: [0, 1.0000001, 0] }));
    expect(affine.every(Number.isFinite)).toBe(true);
    expect(affine[0]).toBeCloseTo(-1, 5);
  });

  it('is the same by quaternion and by sform for any rotation', () => {
    const unit = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(unit, unit, unit, unit, fc.constantFrom(1, -1), (a0, b0, c0, d0, qfac) => {
        const length = Math.hypot(a0, b0, c0, d0);
        fc.pre(length > 0.1);
        // a is never negative: the quaternion and its negative are one rotation.
        const sign = a0 < 0 ? -1 : 1;
        const [a, b, c, d] = [a0, b0, c0, d0].map((x) => (sign * x) / length) as [number, number, number, number];
        const { affine } = readNifti(
          niftiFile({
            ...small,
            sformCode: 0,
            qformCode: 1,
            quaternion: [b, c, d],
            spacing: [1, 2, 3],
            qfac,
            version: 2,
          }),
        );
        // Rodrigues' formula, independent of the quaternion matrix.
        const angle = 2 * Math.acos(Math.min(1, a));
        const s = Math.sin(angle / 2) || 1;
        const [ux, uy, uz] = [b / s, c / s, d / s];
        const turn = ([x, y, z]: readonly [number, number, number]): number[] => {
          const dot = ux * x + uy * y + uz * z;
          const cross = [uy * z - uz * y, uz * x - ux * z, ux * y - uy * x];
          return [x, y, z].map(
            (v, at) =>
              v * Math.cos(angle) +
              (cross[at] ?? 0) * Math.sin(angle) +
              ([ux, uy, uz][at] ?? 0) * dot * (1 - Math.cos(angle)),
          );
        };
        const columns = [turn([1, 0, 0]), turn([0, 2, 0]), turn([0, 0, 3 * qfac])];
        columns.forEach((column, at) => {
          column.forEach((x, row) => {
            expect(affine[4 * row + at]).toBeCloseTo(x, 6);
          });
        });
      }),
      { numRuns: 50 },
    );
  });

  it('prefers the form that names the template', () => {
    const both: NiftiFile = { ...small, qformCode: 1, offset: [-5, -5, -5], spacing: [2, 2, 2] };
    expect(readNifti(niftiFile(both))).toMatchObject({ space: 'mni', affine: RAS });
    const qformMni = { ...both, sformCode: 1, qformCode: 4 };
    expect(readNifti(niftiFile(qformMni))).toMatchObject({ space: 'mni' });
    expect(readNifti(niftiFile(qformMni)).affine[3]).toBe(-5);
  });

  it.each<[string, NiftiFile, RegExp]>([
    ['no form at all', { ...small, sformCode: 0 }, /^no-position: .*left and right/],
    ['an empty sform', { ...small, sform: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] }, /^no-position/],
    ['an sform with a flat axis', { ...small, sform: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0] }, /^no-position/],
    ['an sform that is no number', { ...small, sform: [NaN, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] }, /^no-position/],
    [
      'forms of opposite handedness',
      { ...small, qformCode: 4, quaternion: [0, 1, 0], qfac: -1, spacing: [2, 2, 2], offset: [90, -126, -72] },
      /^left-right-unclear: .*left and right/,
    ],
    [
      'two places in one space',
      { ...small, qformCode: 4, spacing: [2, 2, 2], offset: [-90, -126, -40] },
      /^left-right-unclear: .*32 mm apart/,
    ],
    ['sheared axes', { ...small, sform: [1, 0.9, 0.9, 0, 0, 0.4, 0, 0, 0, 0, 0.4, 0] }, /^impossible-geometry/],
    ['voxels of 50 mm', { ...small, sform: [50, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] }, /^impossible-geometry/],
    ['a header in meters', { ...small, units: 1 }, /^impossible-geometry/],
  ])('refuses %s', (_name, file, reason) => {
    expect(refusal(niftiFile(file))).toMatch(reason);
  });
});

describe('refuses', () => {
  it.each<[string, NiftiFile, RegExp]>([
    ['a series of volumes', { ...small, size: [2, 3, 2, 2] }, /^not-three-dimensional: .*4 axes/],
    ['one slice', { ...small, size: [4, 6, 1] }, /^not-three-dimensional/],
    ['colors', { ...small, typeCode: 128 }, /^unsupported-type/],
  ])('%s', (_name, file, reason) => {
    expect(refusal(niftiFile(file))).toMatch(reason);
  });

  it.each<[string, Buffer, RegExp]>([
    ['an empty file', Buffer.alloc(0), /^not-nifti/],
    ['text', Buffer.from('participant_id\tage\n'.repeat(50)), /^not-nifti/],
    ['a file that ends early', niftiFile(small).subarray(0, 360), /^damaged/],
    ['a gzip that ends early', niftiFile({ ...small, gzip: true }).subarray(0, 60), /^damaged/],
  ])('%s', (_name, bytes, reason) => {
    expect(refusal(bytes)).toMatch(reason);
  });

  it('any damaged header with a reason, never with a crash', () => {
    const bytes = niftiFile(small);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 351 }), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const broken = Buffer.from(bytes);
        broken[at] = value;
        expect(refusal(broken)).toMatch(/^(accepted$|[a-z-]+: \S)/);
      }),
      { numRuns: 300 },
    );
  });
});
