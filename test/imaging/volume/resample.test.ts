import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Affine, cornerDistance, determinant, transform } from '../../../src/imaging/affine.ts';
import { readNifti } from '../../../src/imaging/nifti.ts';
import { diffusionCoefficient } from '../../../src/imaging/volume/diffusion-coefficient.ts';
import { gridWithSpacing, labelsTo, resampleTo } from '../../../src/imaging/volume/resample.ts';
import type { Grid, Volume } from '../../../src/imaging/volume/volume.ts';
import { writeNifti } from '../../../src/imaging/volume/write-nifti.ts';

const small = fc.double({ min: -1, max: 1, noNaN: true });
const step = fc.double({ min: 0.4, max: 6, noNaN: true });

/** Any rotation and spacing, flipped or not, sometimes with shear. */
const affines: fc.Arbitrary<Affine> = fc
  .record({ q: fc.tuple(small, small, small, small), s: fc.tuple(step, step, step), flip: fc.boolean() })
  .filter(({ q }) => Math.hypot(...q) > 0.1)
  .map(({ q, s, flip }) => {
    const [a, b, c, d] = q.map((v) => v / Math.hypot(...q)) as [number, number, number, number];
    const z = flip ? -s[2] : s[2];
    const rows = [
      [(1 - 2 * (c * c + d * d)) * s[0], 2 * (b * c - a * d) * s[1], 2 * (b * d + a * c) * z, 12.5],
      [2 * (b * c + a * d) * s[0], (1 - 2 * (b * b + d * d)) * s[1], 2 * (c * d - a * b) * z, -70],
      [2 * (b * d - a * c) * s[0], 2 * (c * d + a * b) * s[1], (1 - 2 * (b * b + c * c)) * z, 33],
    ];
    return rows.flat() as unknown as Affine;
  });

const size = [5, 4, 3] as const;
const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, at) => at * 1.5 - 20);

describe('NIfTI', () => {
  it('any volume comes back as it was written, left and right included', async () => {
    await fc.assert(
      fc.asyncProperty(affines, async (affine) => {
        const values = numbers(60);
        const back = readNifti(await writeNifti({ size, affine, values, unit: 'HU' }));
        expect(back.values).toEqual(values);
        expect(back.space).toBe('scanner');
        expect(cornerDistance(back.affine, affine, size)).toBeLessThan(1e-3);
        expect(Math.sign(determinant(back.affine))).toBe(Math.sign(determinant(affine)));
      }),
      { numRuns: 200 },
    );
  });

  it('writes both forms for right angles, and no qform for axes that are not', async () => {
    const square: Affine = [-1, 0, 0, 9, 0, 2, 0, 9, 0, 0, 3, 9];
    const sheared: Affine = [1, 0, 0, 9, 0, 2, 0.5, 9, 0, 0, 3, 9];
    const { gunzipSync } = await import('node:zlib');
    const codes = async (affine: Affine): Promise<number[]> => {
      const file = gunzipSync(await writeNifti({ size, affine, values: numbers(60), unit: 'HU' }));
      return [file.readInt16LE(252), file.readInt16LE(254)];
    };
    expect(await codes(square)).toEqual([1, 1]);
    expect(await codes(sheared)).toEqual([0, 1]);
  });

  it('writes labels, whole numbers and padding', async () => {
    const affine: Affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
    for (const values of [
      Uint8Array.from({ length: 60 }, (_, at) => at),
      Int16Array.from({ length: 60 }, (_, at) => at - 1000),
    ]) {
      expect(readNifti(await writeNifti({ size, affine, values, unit: '{label}' })).values).toEqual(values);
    }
    const padded = numbers(60).fill(NaN, 0, 7);
    expect(readNifti(await writeNifti({ size, affine, values: padded, unit: 'HU' })).values).toEqual(padded);
  });
});

/** A ramp through space: linear, so trilinear interpolation must be exact. */
const ramp = (grid: Grid): Float32Array =>
  Float32Array.from({ length: grid.size[0] * grid.size[1] * grid.size[2] }, (_, at) => {
    const [nx, ny] = grid.size;
    const [x, y, z] = transform(grid.affine, [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))]);
    return 2 * x - y + 0.5 * z;
  });

describe('resampling', () => {
  it('gives a ramp through space exactly, wherever the grids lie, and NaN outside', () => {
    fc.assert(
      fc.property(affines, affines, (from, to) => {
        const volume: Volume = {
          size: [9, 8, 7],
          affine: from,
          values: ramp({ size: [9, 8, 7], affine: from }),
          unit: 'HU',
        };
        const grid: Grid = { size: [6, 6, 6], affine: to };
        const truth = ramp(grid);
        resampleTo(volume, grid).values.forEach((value, at) => {
          if (!Number.isNaN(value)) expect(Math.abs(value - (truth[at] ?? NaN))).toBeLessThan(0.05);
        });
        expect([...resampleTo(volume, volume).values]).toEqual([...volume.values]);
      }),
      { numRuns: 60 },
    );
  });

  it('a voxel of padding spoils only what touches it', () => {
    const affine: Affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
    const values = new Float32Array(60).fill(1);
    values[0] = NaN;
    const shifted: Grid = { size, affine: [1, 0, 0, 0.5, 0, 1, 0, 0, 0, 0, 1, 0] };
    const result = resampleTo({ size, affine, values, unit: 'HU' }, shifted).values;
    expect([...result.slice(0, 5)]).toEqual([NaN, 1, 1, 1, NaN]);
    expect([...result.slice(5, 10)]).toEqual([1, 1, 1, 1, NaN]);
  });

  it('labels move to the nearest voxel, 0 outside', () => {
    const labels = { size, affine: [2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] as const, voxels: new Uint8Array(60).fill(3) };
    const grid: Grid = { size: [12, 4, 3], affine: [1, 0, 0, -1.2, 0, 1, 0, 0, 0, 0, 1, 0] };
    expect([...labelsTo(labels, grid).slice(0, 12)]).toEqual([0, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0]);
  });

  it('another spacing keeps the extent', () => {
    const grid = gridWithSpacing({ size: [10, 10, 4], affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 5, 0] }, [2, 2, 2]);
    expect(grid.size).toEqual([5, 5, 10]);
    expect(transform(grid.affine, [-0.5, -0.5, -0.5])).toEqual([-0.5, -0.5, -2.5]);
    expect(determinant(grid.affine)).toBeCloseTo(8, 9);
  });
});

describe('diffusion coefficient', () => {
  const affine: Affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
  const volume = (values: Float32Array): Volume => ({ size, affine, values, unit: 'signal' });

  it('is what the two signals were made of; air has none', () => {
    const truth = Float32Array.from({ length: 60 }, (_, at) => 300 + 40 * at);
    const s0 = Float32Array.from({ length: 60 }, (_, at) => (at < 3 ? 2 : 800 + at));
    const s = Float32Array.from({ length: 60 }, (_, at) => (s0[at] ?? 0) * Math.exp(-1e-3 * (truth[at] ?? 0)));
    const adc = diffusionCoefficient(volume(s0), volume(s), { b0: 0, b: 1000 });
    expect(adc.unit).toBe('10*-6.mm2/s');
    expect([...adc.values.slice(0, 3)]).toEqual([NaN, NaN, NaN]);
    adc.values.slice(3).forEach((value, at) => {
      expect(value).toBeCloseTo(truth[at + 3] ?? NaN, 1);
    });
  });

  it('refuses images that do not cover each other', () => {
    const moved: Volume = { ...volume(numbers(60)), affine: [1, 0, 0, 3, 0, 1, 0, 0, 0, 0, 1, 0] };
    expect(() => diffusionCoefficient(volume(numbers(60)), moved, { b0: 0, b: 1000 })).toThrow(
      'do not cover each other',
    );
  });
});
