import { describe, expect, it } from 'vitest';
import {
  labelOf,
  midlineOfBoth,
  midlinePlane,
  midlineShift,
  rightOfPlane,
} from '../../../src/imaging/anatomy/index.ts';
import type { Affine } from '../../../src/imaging/affine.ts';
import type { Grid } from '../../../src/imaging/volume/volume.ts';

const SIZE = [64, 80, 64] as const;
const UPRIGHT: Affine = [-3, 0, 0, 94.5, 0, -3, 0, 118.5, 0, 0, 3, -94.5];

/** Two halves of an ellipsoid with ventricles; `shiftMm` pushes the middle of the brain to the right, not its rim. */
function head(shiftMm: number, turn = 0): { labels: Uint8Array; grid: Grid } {
  const labels = new Uint8Array(SIZE[0] * SIZE[1] * SIZE[2]);
  const [right, left] = [labelOf('aca', 'right'), labelOf('aca', 'left')];
  for (let k = 0, at = 0; k < SIZE[2]; k++) {
    for (let j = 0; j < SIZE[1]; j++) {
      for (let i = 0; i < SIZE[0]; i++, at++) {
        const [x, y, z] = [94.5 - 3 * i, 118.5 - 3 * j, 3 * k - 94.5];
        if ((x / 70) ** 2 + (y / 85) ** 2 + (z / 70) ** 2 > 1) continue;
        const deep = Math.max(0, 1 - (y / 50) ** 2 - (z / 50) ** 2);
        const across = x - turn * y - shiftMm * deep;
        labels[at] = across > 0 ? right : left;
        const lateral = Math.abs(across) < 15 && y > -30 && y < 30 && z > 5 && z < 30;
        if (lateral) labels[at] = labelOf('lateralVentricle', across > 0 ? 'right' : 'left');
        if (Math.abs(across) < 3 && Math.abs(y) < 15 && z > -10 && z < 2) labels[at] = labelOf('thirdVentricle');
      }
    }
  }
  return { labels, grid: { size: SIZE, affine: UPRIGHT } };
}

describe('the plane of the falx', () => {
  it('parts the halves of a straight head, and tells right from left', () => {
    const { labels, grid } = head(0);
    const plane = midlinePlane(labels, grid);
    expect(plane).not.toBeNull();
    if (plane === null) return;
    expect(Math.abs(rightOfPlane(plane, [0, 40, 20]))).toBeLessThan(1.6);
    expect(rightOfPlane(plane, [30, 0, 0])).toBeCloseTo(30, -1);
    expect(rightOfPlane(plane, [-30, 0, 0])).toBeLessThan(-25);
  });

  it('follows a head that is turned about the long axis', () => {
    const { labels, grid } = head(0, 0.2);
    const plane = midlinePlane(labels, grid);
    if (plane === null) throw new Error('no plane');
    const degrees = (Math.atan2(-plane.normal[1], plane.normal[0]) * 180) / Math.PI;
    expect(Math.abs(degrees - 11.3)).toBeLessThan(2);
    expect(midlineShift(labels, grid, plane)?.mm).toBeLessThan(1.5);
  });

  it('is not there without two halves', () => {
    const { grid } = head(0);
    expect(midlinePlane(new Uint8Array(SIZE[0] * SIZE[1] * SIZE[2]), grid)).toBeNull();
  });
});

describe('midline shift', () => {
  it.each([6, 8, 12, -10])('measures a shift of %d mm within 2 mm, with its side', (mm) => {
    const { labels, grid } = head(mm);
    const plane = midlinePlane(labels, grid);
    if (plane === null) throw new Error('no plane');
    const shift = midlineShift(labels, grid, plane);
    expect(Math.abs((shift?.mm ?? NaN) - Math.abs(mm))).toBeLessThan(2);
    expect(shift?.towards).toBe(mm > 0 ? 'right' : 'left');
  });

  it('is the mean of the image and its mirror image: a preference for one side cancels out', () => {
    const [a, b] = [head(9), head(3)];
    const both = midlineOfBoth([a.labels, b.labels], a.grid);
    expect(Math.abs((both.midlineShift?.mm ?? NaN) - 6)).toBeLessThan(1.5);
    expect(midlineOfBoth([a.labels.map(() => 0), b.labels.map(() => 0)], a.grid).midline).toBeNull();
  });

  it('has no direction below the error of the measurement', () => {
    const { labels, grid } = head(0);
    const plane = midlinePlane(labels, grid);
    if (plane === null) throw new Error('no plane');
    expect(midlineShift(labels, grid, plane)?.towards).toBeNull();
  });

  it('is unknown without ventricles', () => {
    const { labels, grid } = head(6);
    const plane = midlinePlane(labels, grid);
    if (plane === null) throw new Error('no plane');
    const none = labels.map((label) => (label === 3 ? 0 : label === 8 ? 33 : label === 9 ? 32 : label));
    expect(midlineShift(none, grid, plane)).toBeNull();
  });
});
