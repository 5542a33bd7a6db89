/** Which intraparenchymal labels are described as a hematoma: place, diameter, ABC/2, signs. */
import { describe, expect, it } from 'vitest';
import { CLASSES } from '../../../../src/imaging/pipelines/hemorrhage/settings.ts';
import { hematomaMask } from '../../../../src/imaging/pipelines/hemorrhage/labels.ts';

const SIZE = [40, 40, 1] as const;
const VOXEL_ML = 0.01;
const IPH = CLASSES.indexOf('intraparenchymal');
const SAH = CLASSES.indexOf('subarachnoid');

/** Rows of labels: [label, first row, rows], each 40 voxels (0.4 mL) a row. */
function labels(...blocks: readonly (readonly [number, number, number])[]): Uint8Array {
  const out = new Uint8Array(SIZE[0] * SIZE[1]);
  for (const [label, from, rows] of blocks) out.fill(label, from * SIZE[0], (from + rows) * SIZE[0]);
  return out;
}
const mlOf = (mask: Uint8Array): number => mask.reduce((sum, one) => sum + one, 0) * VOXEL_ML;

describe('what is described as a hematoma', () => {
  it('is all intraparenchymal blood, however little, where there is no more blood of another kind', () => {
    expect(mlOf(hematomaMask(labels([IPH, 0, 1]), SIZE, VOXEL_ML))).toBeCloseTo(0.4);
    expect(mlOf(hematomaMask(labels([IPH, 0, 1], [SAH, 5, 1]), SIZE, VOXEL_ML))).toBeCloseTo(0.4);
  });

  it('is not the border of much subarachnoid blood, which looks like it in places', () => {
    expect(mlOf(hematomaMask(labels([IPH, 0, 1], [SAH, 1, 20]), SIZE, VOXEL_ML))).toBe(0);
  });

  it('is a hematoma of 1 mL and more beside any amount of other blood', () => {
    expect(mlOf(hematomaMask(labels([IPH, 0, 3], [SAH, 5, 20]), SIZE, VOXEL_ML))).toBeCloseTo(1.2);
  });
});
