/** A mask is 0 and one other value; on another grid it keeps its place. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Affine, Point } from '../../src/imaging/affine.ts';
import { compose, inverse, transform } from '../../src/imaging/affine.ts';
import { boundingBox, onGrid } from '../../src/imaging/binary-mask.ts';
import { binaryMask, ImageRefusal, type NiftiImage } from '../../src/imaging/index.ts';
import { ball, drawn, type Grid } from '../support/lesions.ts';

const UNIT: Affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
const image = (values: number[], more: Partial<NiftiImage> = {}): NiftiImage => ({
  size: [values.length, 1, 1],
  affine: UNIT,
  space: 'mni',
  values: Float32Array.from(values),
  slope: 1,
  intercept: 0,
  ...more,
});

describe('a binary mask', () => {
  it('is 1 wherever the image holds its one value', () => {
    expect([...binaryMask(image([0, 255, 0, 255])).voxels]).toEqual([0, 1, 0, 1]);
    expect([...binaryMask(image([0, 1, 0], { slope: 0.25 })).voxels]).toEqual([0, 1, 0]);
    expect([...binaryMask(image([0, 0])).voxels]).toEqual([0, 0]);
  });

  it.each([
    ['a label map', [0, 1, 2], 'not-binary'],
    ['probabilities', [0, 0.25, 0.75], 'not-binary'],
    ['negative values', [0, -1], 'not-binary'],
    ['undefined values', [0, NaN, 1], 'not-binary'],
    ['no background', [1, 1, 1], 'no-background'],
  ])('is not %s', (_name, values, code) => {
    expect(() => binaryMask(image(values))).toThrow(expect.objectContaining({ name: 'ImageRefusal', code }));
    expect(() => binaryMask(image(values))).toThrow(ImageRefusal);
  });
});

describe('affines', () => {
  it('compose and invert', () => {
    const number = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(fc.array(number, { minLength: 12, maxLength: 12 }), number, number, number, (values, x, y, z) => {
        // A dominant diagonal keeps it far from singular.
        const a = values.map((v, at) => (at % 5 === 0 ? v + 10 : v)) as unknown as Affine;
        const there = transform(a, [x, y, z]);
        transform(inverse(a), there).forEach((v, at) => {
          expect(v).toBeCloseTo([x, y, z][at] ?? NaN, 8);
        });
        transform(compose(a, a), [x, y, z]).forEach((v, at) => {
          expect(v).toBeCloseTo(transform(a, there)[at] ?? NaN, 6);
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe('bounding box', () => {
  it('holds every voxel that is set, and no margin', () => {
    const size: Point = [5, 4, 3];
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1 }), (set) => {
        const voxels = new Uint8Array(60);
        for (const at of set) voxels[at] = 1;
        const axes = [
          set.map((at) => at % 5),
          set.map((at) => Math.floor(at / 5) % 4),
          set.map((at) => Math.floor(at / 20)),
        ];
        expect(boundingBox(voxels, size)).toEqual({
          from: axes.map((axis) => Math.min(...axis)),
          to: axes.map((axis) => Math.max(...axis) + 1),
        });
      }),
      { numRuns: 100 },
    );
    expect(boundingBox(new Uint8Array(60), size)).toBeUndefined();
  });
});

describe('on another grid', () => {
  const target: Grid = { size: [60, 60, 60], affine: [-1, 0, 0, 30, 0, 1, 0, -30, 0, 0, 1, -30] };
  const shape = ball([8, -4, 2], 9.3);
  const wanted = drawn(shape, target).voxels;

  it.each<[string, Grid]>([
    ['x from left to right', { size: [60, 60, 60], affine: [1, 0, 0, -29, 0, 1, 0, -30, 0, 0, 1, -30] }],
    ['axes in another order', { size: [60, 60, 60], affine: [0, 0, 1, -29, -1, 0, 0, 29, 0, 1, 0, -30] }],
    ['all axes mirrored', { size: [60, 60, 60], affine: [-1, 0, 0, 30, 0, -1, 0, 29, 0, 0, -1, 29] }],
    ['a larger field of view', { size: [90, 80, 70], affine: [1, 0, 0, -44, 0, 1, 0, -40, 0, 0, 1, -35] }],
  ])('is voxel for voxel the same: %s', (_name, grid) => {
    expect(Buffer.compare(onGrid(drawn(shape, grid), target), wanted)).toBe(0);
  });

  it.each<[string, Grid]>([
    ['2 mm', { size: [40, 40, 40], affine: [2, 0, 0, -40, 0, 2, 0, -40, 0, 0, 2, -40] }],
    ['0.5 mm', { size: [130, 130, 130], affine: [0.5, 0, 0, -32, 0, 0.5, 0, -32, 0, 0, 0.5, -32] }],
    ['slices of 5 mm', { size: [70, 70, 14], affine: [1, 0, 0, -35, 0, 1, 0, -35, 0, 0, 5, -33] }],
    ['a tilted grid', { size: [80, 80, 80], affine: [0.8, -0.6, 0, 0, 0.6, 0.8, 0, -58, 0, 0, 1, -40] }],
  ])('overlaps by more than 85 %% of Dice: %s', (_name, grid) => {
    const moved = onGrid(drawn(shape, grid), target);
    let [both, sum] = [0, 0];
    moved.forEach((voxel, at) => {
      both += voxel & (wanted[at] ?? 0);
      sum += voxel + (wanted[at] ?? 0);
    });
    expect((2 * both) / sum).toBeGreaterThan(0.85);
  });
});
