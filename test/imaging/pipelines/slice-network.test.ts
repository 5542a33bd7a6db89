/** Whatever the order of the stored voxels, a network sees every head the same way around. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compose, transform, type Affine, type Point } from '../../../src/imaging/affine.ts';
import { aroundMask, runOnSlices, sliceGrid } from '../../../src/imaging/pipelines/slice-network.ts';
import { resampleTo } from '../../../src/imaging/volume/resample.ts';
import type { Grid } from '../../../src/imaging/volume/volume.ts';
import type { InferenceEngine } from '../../../src/inference/engine.ts';

const flips = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean());

/** A grid of 40 × 44 × 6 voxels with axes turned about, its first two exchanged or not. */
function gridOf([x, y, z]: readonly boolean[], exchanged: boolean): Grid {
  const size: Point = [40, 44, 6];
  const plain: Affine = [2, 0, 0, -40, 0, 2, 0, -44, 0, 0, 5, 0];
  const flip: Affine = [
    ...(x === true ? [-1, 0, 0, size[0] - 1] : [1, 0, 0, 0]),
    ...(y === true ? [0, -1, 0, size[1] - 1] : [0, 1, 0, 0]),
    ...(z === true ? [0, 0, -1, size[2] - 1] : [0, 0, 1, 0]),
  ] as unknown as Affine;
  const swap: Affine = [0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0];
  return exchanged
    ? { size: [44, 40, 6], affine: compose(compose(plain, flip), swap) }
    : { size, affine: compose(plain, flip) };
}

it('columns grow to the left, rows to the back, slices upward', () => {
  fc.assert(
    fc.property(flips, fc.boolean(), (turned, exchanged) => {
      const { affine, size } = sliceGrid(gridOf(turned, exchanged), 1.5);
      expect([Math.sign(affine[0]), Math.sign(affine[5]), Math.sign(affine[10])]).toEqual([-1, -1, 1]);
      expect([affine[1], affine[2], affine[4]].map(Math.abs)).toEqual([0, 0, 0]);
      expect(size).toEqual([53, 59, 6]);
      // The extent stays: the center of the grid is where it was.
      const center = transform(affine, size.map((n) => (n - 1) / 2) as unknown as Point);
      center.forEach((c, axis) => {
        expect(c).toBeCloseTo([-1, -1, 12.5][axis] ?? NaN, 6);
      });
    }),
  );
});

it('refuses slices that are not axial', () => {
  const coronal: Grid = { size: [40, 40, 10], affine: [2, 0, 0, 0, 0, 0, 5, 0, 0, 2, 0, 0] };
  expect(() => sliceGrid(coronal, 1.5)).toThrow(expect.objectContaining({ code: 'not-three-dimensional' }));
});

it('cuts around a mask with rows and columns that a network can halve four times', () => {
  const grid = sliceGrid(gridOf([false, false, false], false), 1.5);
  const mask = new Uint8Array(53 * 59 * 6);
  mask[(2 * 59 + 30) * 53 + 20] = 1;
  const cut = aroundMask(grid, mask, 8);
  expect(cut.size).toEqual([32, 32, 6]);
  const marked = resampleTo({ ...grid, values: Float32Array.from(mask), unit: '{label}' }, cut).values;
  expect(marked.filter((value) => value === 1)).toHaveLength(1);
});

it('reads every slice twice, once mirrored, and gives the mean', async () => {
  const seen: number[][] = [];
  // Class 1 is the value plus the column: what is mirrored wrongly does not average out.
  const engine: InferenceEngine = {
    infer: ({ inputs }) => {
      const [{ data, shape }] = inputs as unknown as [{ data: Float32Array; shape: number[] }];
      seen.push(shape);
      const [n = 0, , height = 0, width = 0] = shape;
      const plane = height * width;
      const out = new Float32Array(n * 2 * plane);
      for (let s = 0; s < n; s++)
        for (let at = 0; at < plane; at++) out[(2 * s + 1) * plane + at] = (data[s * plane + at] ?? 0) + (at % width);
      return Promise.resolve({
        model: { name: 'm', version: '1.0.0', digest: 'd' },
        outputs: [{ name: 'probability', datatype: 'FP32', shape: [n, 2, height, width], data: out }],
        ranOn: 'cpu',
        milliseconds: 1,
      });
    },
    close: () => Promise.resolve(),
  };
  const values = Float32Array.from({ length: 4 * 2 * 5 }, (_, at) => (at === 7 ? NaN : at));
  const { probability } = await runOnSlices(engine, {
    ...{ model: 'm', input: 'x', channels: [values], size: [4, 2, 5] },
    signal: new AbortController().signal,
  });
  // A column c of width 4 is column 3 - c of the mirror image: their mean is 1.5 everywhere.
  probability.forEach((p, at) => {
    expect(p).toBeCloseTo((at === 7 ? 0 : at) + 1.5, 5);
  });
  expect(seen).toEqual([
    [8, 1, 2, 4],
    [2, 1, 2, 4],
  ]);
});
