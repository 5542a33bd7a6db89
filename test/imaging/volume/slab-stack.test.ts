import { describe, expect, it } from 'vitest';
import { spacing, transform, type Affine } from '../../../src/imaging/affine.ts';
import { cropInPlane, headBox, slabStack } from '../../../src/imaging/volume/slab-stack.ts';
import type { Volume } from '../../../src/imaging/volume/volume.ts';

const OPTIONS = { pixelMm: 1.2, slabMm: 5, outside: -1000 };

/** A volume whose value at each voxel is a function of its place in the patient. */
function painted(
  size: readonly [number, number, number],
  affine: Affine,
  hu: (p: readonly number[]) => number,
): Volume {
  const [nx, ny, nz] = size;
  const values = new Float32Array(nx * ny * nz);
  for (let at = 0; at < values.length; at++) {
    values[at] = hu(transform(affine, [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))]));
  }
  return { size, affine, values, unit: 'HU' };
}

describe('slabs of a head CT', () => {
  // Right, front and up positive, as NIfTI has it: everything is the other way round in the stack.
  const thin = painted(
    [100, 120, 40],
    [0.6, 0, 0, -30, 0, 0.6, 0, -36, 0, 0, 1.25, 5],
    ([x = 0, y = 0, z = 0]) => 2 * x + 3 * y + z,
  );
  const slabs = slabStack(thin, OPTIONS);

  it('take as many thin slices as come nearest to 5 mm, with even pixels', () => {
    expect(slabs.size).toEqual([50, 60, 10]);
    expect(spacing(slabs.affine).map((mm) => Math.round(mm * 1000) / 1000)).toEqual([1.2, 1.2, 5]);
  });

  it('run upward, to the back and to the left of the patient', () => {
    const [first, last] = [transform(slabs.affine, [0, 0, 0]), transform(slabs.affine, [49, 59, 9])];
    expect(first[0]).toBeGreaterThan(last[0]);
    expect(first[1]).toBeGreaterThan(last[1]);
    expect(first[2]).toBeLessThan(last[2]);
  });

  it('hold the mean of what they cover: a plane in space stays the same plane', () => {
    for (const [i, j, k] of [
      [3, 4, 0],
      [25, 30, 5],
      [46, 55, 9],
    ] as const) {
      const [x, y, z] = transform(slabs.affine, [i, j, k]);
      expect(slabs.values[(k * 60 + j) * 50 + i]).toBeCloseTo(2 * x + 3 * y + z, 3);
    }
  });

  it('leave slices of 4 to 7 mm as they are', () => {
    const thick = painted([40, 40, 6], [-1, 0, 0, 20, 0, -1, 0, 20, 0, 0, 7, 0], ([, , z = 0]) => z);
    const stack = slabStack(thick, OPTIONS);
    expect(stack.size[2]).toBe(6);
    expect(stack.values[0]).toBeCloseTo(0);
    expect(stack.values.at(-1)).toBeCloseTo(35);
  });

  it('count what was not acquired as outside', () => {
    const hole = painted([40, 40, 4], [-1.2, 0, 0, 20, 0, -1.2, 0, 20, 0, 0, 5, 0], ([x = 0]) => (x > 0 ? NaN : 30));
    expect(slabStack(hole, OPTIONS).values[0]).toBe(-1000);
  });

  it('are cut to the head and widened to what a network can halve four times', () => {
    const head = painted([200, 200, 30], [-1.2, 0, 0, 120, 0, -1.2, 0, 120, 0, 0, 5, -75], ([x = 0, y = 0, z = 0]) =>
      Math.hypot(x / 80, (y - 20) / 95, z / 70) < 1 ? 30 : y < -118 ? 200 : -1000,
    );
    const stack = slabStack(head, OPTIONS);
    const box = headBox(stack, -300);
    if (box === null) throw new Error('no head');
    const cropped = cropInPlane(stack, box, 16, -1000);
    expect(cropped.size[0] % 16).toBe(0);
    expect(cropped.size[1] % 16).toBe(0);
    expect(cropped.size[0]).toBeLessThan(160);
    expect(cropped.size[2]).toBe(30);
    const [nx, ny] = cropped.size;
    const middle = cropped.values.findIndex((hu) => hu === 30);
    const [x, y, z] = transform(cropped.affine, [
      middle % nx,
      Math.floor(middle / nx) % ny,
      Math.floor(middle / (nx * ny)),
    ]);
    expect(Math.hypot(x / 80, (y - 20) / 95, z / 70)).toBeLessThan(1.02);
  });
});
