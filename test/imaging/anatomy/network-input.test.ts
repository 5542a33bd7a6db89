import { describe, expect, it } from 'vitest';
import { type Affine, transform } from '../../../src/imaging/affine.ts';
import { NETWORK_MM, networkInput } from '../../../src/imaging/anatomy/network-input.ts';
import type { Volume } from '../../../src/imaging/volume/volume.ts';

type Triple = readonly [number, number, number];

/** HU at a place (mm, right, front, up): a ball of brain in bone; a bright block on the right in front, below the middle. */
function huAt([x, y, z]: Triple): number {
  const from = Math.hypot(x / 70, y / 85, z / 75);
  if (x > 20 && x < 40 && y > 20 && y < 50 && z > -40 && z < -10) return 90;
  return from < 0.9 ? 30 : from < 1 ? 900 : -1000;
}

function volume(size: Triple, affine: Affine, value: (place: Triple) => number = huAt): Volume {
  const values = new Float32Array(size[0] * size[1] * size[2]);
  for (let k = 0, at = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, at++) values[at] = value(transform(affine, [i, j, k]));
    }
  }
  return { size, affine, values, unit: 'HU' };
}

const AXIAL = volume([125, 125, 40], [-1.6, 0, 0, 99, 0, -1.6, 0, 99, 0, 0, 5, -97.5]);
/** The same head in coronal slices from front to back, rows upward, columns to the right. */
const CORONAL = volume([125, 125, 40], [1.6, 0, 0, -99, 0, 0, -5, 97.5, 0, 1.6, 0, -99]);

/** Center of the block, in mm. */
function block(input: ReturnType<typeof networkInput>): Triple {
  const [nx, ny] = input.grid.size;
  const sum = [0, 0, 0];
  let count = 0;
  input.image.forEach((value, at) => {
    if (value < 0.8 || value > 0.95) return;
    const place = transform(input.grid.affine, [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))]);
    if (Math.hypot(place[0] / 70, place[1] / 85, place[2] / 75) > 0.8) return;
    place.forEach((mm, axis) => (sum[axis] = (sum[axis] ?? 0) + mm));
    count++;
  });
  return sum.map((mm) => mm / count) as unknown as Triple;
}

describe('input of the head-anatomy network', () => {
  it('has columns to the left, rows to the back, slices up, 3 mm each', () => {
    const { grid } = networkInput(AXIAL, 'ct');
    const [a, b, c] = [grid.affine[0], grid.affine[5], grid.affine[10]];
    expect([a, b, c].map((x) => Math.round(x * 1000) / 1000)).toEqual([-NETWORK_MM, -NETWORK_MM, NETWORK_MM]);
  });

  it.each([
    ['axial', AXIAL],
    ['coronal', CORONAL],
  ] as const)('keeps every place of a head in %s slices', (_, image) => {
    const input = networkInput(image, 'ct');
    const [x, y, z] = block(input);
    expect(Math.abs(x - 30)).toBeLessThan(1.5);
    expect(Math.abs(y - 35)).toBeLessThan(1.5);
    expect(Math.abs(z + 25)).toBeLessThan(2);
    const columns = input.grid.affine[0];
    expect(columns).toBeLessThan(0);
  });

  it('lies about the middle of the head, and says where there are no slices', () => {
    const slab = volume([125, 125, 12], [-1.6, 0, 0, 139, 0, -1.6, 0, 99, 0, 0, 5, 0], ([x, y, z]) =>
      huAt([x - 40, y, z]),
    );
    const { grid, covered, image } = networkInput(slab, 'ct');
    const middle = transform(grid.affine, [31.5, 39.5, 31.5]);
    expect(Math.abs(middle[0] - 40)).toBeLessThan(4);
    expect(Math.abs(middle[2] - 27.5)).toBeLessThan(4);
    expect(covered.indexOf(1)).toBeGreaterThan(0);
    expect(image.every((value, at) => covered[at] === 1 || value === 0)).toBe(true);
  });

  it('keeps the vertex when a neck hangs below', () => {
    const long = volume([125, 125, 80], [-1.6, 0, 0, 99, 0, -1.6, 0, 99, 0, 0, 5, -320], ([x, y, z]) =>
      z < -60 && Math.hypot(x, y) < 60 ? 50 : huAt([x, y, z]),
    );
    const { grid, image, covered } = networkInput(long, 'ct');
    const top = transform(grid.affine, [0, 0, 63])[2];
    expect(top).toBeGreaterThanOrEqual(75);
    expect(image.some((value) => value === 1)).toBe(true);
    // Nothing of what lies deeper than a head reaches.
    const deepest = Math.floor(covered.indexOf(1) / (64 * 80));
    expect(transform(grid.affine, [0, 0, deepest])[2]).toBeGreaterThan(-110);
  });

  it('scales MR by its bright part, whatever its units', () => {
    const one = volume([125, 125, 40], AXIAL.affine, (place) => Math.max(0, huAt(place)));
    const thousand = { ...one, values: one.values.map((v) => v * 1000) };
    const [a, b] = [networkInput(one, 'mr').image, networkInput(thousand, 'mr').image];
    expect(a.every((value, at) => Math.abs(value - (b[at] ?? NaN)) < 1e-4)).toBe(true);
    expect(a.reduce((most, x) => Math.max(most, x), 0)).toBe(1);
  });
});
