import { describe, expect, it } from 'vitest';
import { transform } from '../../../src/imaging/affine.ts';
import { labelsFromSource, labelsOnSource, sliceAffine } from '../../../src/imaging/volume/on-source-slices.ts';
import type { Grid, SourceSeries } from '../../../src/imaging/volume/volume.ts';

const source: SourceSeries = {
  studyUid: '1.2',
  seriesUid: '1.2.3',
  frameOfReferenceUid: null,
  modality: 'CT',
  rows: 6,
  columns: 8,
  orientation: [1, 0, 0, 0, 1, 0],
  pixelSpacing: [2, 1],
  slices: [10, 17, 21].map((z, at) => ({
    sopInstanceUid: `1.2.3.${at}`,
    sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
    frame: 1,
    position: [-4, -6, z],
  })),
};

describe('where the pixels of a stored slice lie', () => {
  it('columns run to the left of the patient and rows to the back: right and front are positive here', () => {
    const affine = sliceAffine([-4, -6, 10], source);
    expect(transform(affine, [0, 0, 0])).toEqual([4, 6, 10]);
    expect(transform(affine, [3, 0, 0])).toEqual([1, 6, 10]);
    expect(transform(affine, [0, 2, 0])).toEqual([4, 2, 10]);
  });
});

describe('labels on source slices', () => {
  /** 1 mm voxels; only those of the patient's left front quarter between z = 15 and 19 are set. */
  const size = [20, 20, 30] as const;
  const grid: Grid = { size, affine: [1, 0, 0, -10, 0, 1, 0, -10, 0, 0, 1, 0] };
  const voxels = new Uint8Array(20 * 20 * 30);
  for (let k = 15; k <= 19; k++)
    for (let j = 10; j < 20; j++) for (let i = 0; i < 10; i++) voxels[i + 20 * (j + 20 * k)] = 7;

  it('take the voxel at each pixel of each slice, whatever the distance of the slices', () => {
    const slices = labelsOnSource(grid, voxels, source);
    expect(slices.map((slice) => slice.length)).toEqual([48, 48, 48]);
    expect(slices.map((slice) => slice.includes(7))).toEqual([false, true, false]);
    const rows = Array.from({ length: 6 }, (_, row) => [...(slices[1] ?? [])].slice(8 * row, 8 * row + 8));
    // x = 4 - column is below 0 from column 5 on, y = 6 - 2 row is at least 0 up to row 3.
    const left = [0, 0, 0, 0, 0, 7, 7, 7];
    expect(rows).toEqual([left, left, left, left, new Array(8).fill(0), new Array(8).fill(0)]);
  });

  it('are 0 outside the grid', () => {
    const far: Grid = { size, affine: [1, 0, 0, 500, 0, 1, 0, 500, 0, 0, 1, 500] };
    for (const slice of labelsOnSource(far, voxels.fill(1), source))
      expect(slice.every((label) => label === 0)).toBe(true);
  });
});

describe('labels back from source slices', () => {
  const grid: Grid = { size: [9, 13, 18], affine: [1, 0, 0, -4, 0, 1, 0, -6, 0, 0, 1, 5] };
  const labels = source.slices.map((_, slice) => new Uint8Array(48).fill(slice + 1));
  const at = (x: number, y: number, z: number): number | undefined =>
    labelsFromSource(labels, source, grid)[x + 4 + 9 * (y + 6 + 13 * (z - 5))];

  it('are those of the nearest slice, and none beyond half the widest gap', () => {
    expect([6, 7, 13, 14, 18, 20, 22].map((z) => at(0, 0, z))).toEqual([0, 1, 1, 2, 2, 3, 3]);
  });

  it('are those of the pixel, and none beside the image', () => {
    const one = labels.map((slice) => slice.map((label, pixel) => (pixel === 2 * 8 + 3 ? label : 0)));
    const found = labelsFromSource(one, source, grid);
    const places = [...found.keys()]
      .filter((n) => found[n] === 2)
      .map((n) => `${(n % 9) - 4} ${(Math.floor(n / 9) % 13) - 6}`);
    // Column 3, row 2: x = 4 - 3, y = 6 - 4 and the next one, since rows are 2 mm apart.
    expect(new Set(places)).toEqual(new Set(['1 2', '1 3']));
    expect([4, -3, -4].map((x) => at(x, 0, 17))).toEqual([2, 2, 0]);
  });

  it('are nothing where a slice holds nothing', () => {
    expect(labelsFromSource([undefined, undefined, undefined], source, grid).includes(1)).toBe(false);
  });
});
