/** Components, diameters and distances against brute force and known figures. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Point } from '../../../src/imaging/affine.ts';
import { boundingBox } from '../../../src/imaging/binary-mask.ts';
import { components } from '../../../src/imaging/lesion/components.ts';
import { largestAxialDiameter, largestDiameter } from '../../../src/imaging/lesion/diameter.ts';
import { distanceTransform, FAR } from '../../../src/imaging/lesion/distance-transform.ts';
import { squaredDepth } from '../../../src/imaging/lesion/brain-surface.ts';

const SIZE: Point = [7, 6, 5];
const COUNT = 7 * 6 * 5;
const voxelsIn = fc.uniqueArray(fc.integer({ min: 0, max: COUNT - 1 }), { minLength: 1, maxLength: 40 });
const place = (at: number): Point => [at % 7, Math.floor(at / 7) % 6, Math.floor(at / 42)];
const gap = (a: number, b: number): number =>
  place(a).reduce((sum, x, axis) => sum + (x - (place(b)[axis] ?? 0)) ** 2, 0);

function maskOf(set: readonly number[]): Uint8Array {
  const voxels = new Uint8Array(COUNT);
  for (const at of set) voxels[at] = 1;
  return voxels;
}
const partsOf = (set: readonly number[]) => {
  const voxels = maskOf(set);
  return components(voxels, SIZE, boundingBox(voxels, SIZE) ?? { from: [0, 0, 0], to: SIZE });
};

describe('components', () => {
  it('join by corner, and not over a gap', () => {
    const at = ([i, j, k]: Point): number => (k * 6 + j) * 7 + i;
    expect(partsOf([at([1, 1, 1]), at([2, 2, 2])]).sizes).toEqual([2]);
    expect(partsOf([at([1, 1, 1]), at([3, 1, 1])]).sizes).toEqual([1, 1]);
    // The last voxel of a row and the first of the next are neighbors in memory only.
    expect(partsOf([at([6, 1, 1]), at([0, 2, 1])]).sizes).toEqual([1, 1]);
  });

  it('are what joining neighbors one by one gives', () => {
    fc.assert(
      fc.property(voxelsIn, (set) => {
        const open = new Set(set);
        const sizes: number[] = [];
        for (const seed of set) {
          if (!open.delete(seed)) continue;
          const part = [seed];
          for (const at of part) {
            for (const other of open) {
              if (!place(at).every((x, axis) => Math.abs(x - (place(other)[axis] ?? 0)) <= 1)) continue;
              open.delete(other);
              part.push(other);
            }
          }
          sizes.push(part.length);
        }
        const found = partsOf(set);
        const ascending = (a: number, b: number): number => a - b;
        expect([...found.sizes].sort(ascending)).toEqual(sizes.sort(ascending));
        expect(found.largest.length).toBe(Math.max(...sizes));
        expect([...found.all].sort(ascending)).toEqual([...set].sort(ascending));
      }),
      { numRuns: 100 },
    );
  });
});

describe('diameters', () => {
  it('are the largest of all pairs, plus one voxel', () => {
    fc.assert(
      fc.property(voxelsIn, (set) => {
        const largest = (of: readonly number[]): number => Math.max(0, ...of.flatMap((a) => of.map((b) => gap(a, b))));
        const slices = [0, 1, 2, 3, 4].map((k) => set.filter((at) => place(at)[2] === k)).filter((s) => s.length > 0);
        expect(largestDiameter(Int32Array.from(set), SIZE)).toBeCloseTo(1 + Math.sqrt(largest(set)), 10);
        expect(largestAxialDiameter(Int32Array.from(set), SIZE)).toBeCloseTo(
          1 + Math.sqrt(Math.max(...slices.map(largest))),
          10,
        );
      }),
      { numRuns: 100 },
    );
  });

  it('of a single voxel is one voxel', () => {
    expect(largestDiameter(Int32Array.of(17), SIZE)).toBe(1);
  });
});

describe('distances', () => {
  it('are those to the nearest source, with a label at that distance', () => {
    fc.assert(
      fc.property(voxelsIn, (set) => {
        const labels = new Uint8Array(COUNT);
        set.forEach((at, index) => (labels[at] = index + 1));
        const { squared, nearest } = distanceTransform(labels, SIZE);
        for (let at = 0; at < COUNT; at++) {
          expect(squared[at]).toBe(Math.min(...set.map((source) => gap(at, source))));
          expect(gap(at, set[(nearest[at] ?? 0) - 1] ?? -1)).toBe(squared[at]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('are far without any source', () => {
    expect(distanceTransform(new Uint8Array(COUNT), SIZE).squared.every((d) => d === FAR)).toBe(true);
  });
});

describe('depth below the brain surface', () => {
  const size: Point = [41, 41, 30];
  const at = (i: number, j: number, k: number): number => (k * 41 + j) * 41 + i;
  function brain(inside: (i: number, j: number, k: number) => boolean): Int32Array {
    const labels = new Uint8Array(41 * 41 * 30);
    for (let k = 0; k < 30; k++) {
      for (let j = 0; j < 41; j++) for (let i = 0; i < 41; i++) if (inside(i, j, k)) labels[at(i, j, k)] = 1;
    }
    return squaredDepth(labels, size);
  }
  // A half ball whose flat side is the lower edge of the grid.
  const half = (i: number, j: number, k: number): boolean => (i - 20) ** 2 + (j - 20) ** 2 + k ** 2 <= 15 ** 2;

  it('is counted from the outside in, and the edge of the grid is no surface', () => {
    const depth = brain(half);
    expect(Math.sqrt(depth[at(20, 20, 0)] ?? 0)).toBeGreaterThan(15);
    expect(Math.sqrt(depth[at(20, 20, 15)] ?? 0)).toBe(1);
    expect(depth[at(20, 20, 16)]).toBe(0);
  });

  it('ignores a narrow sulcus and a cavity inside', () => {
    const solid = brain(half);
    const folded = brain((i, j, k) => half(i, j, k) && !(Math.abs(i - 20) <= 1 && k >= 8));
    // Were the fold left open, its floor would be 4 voxels away instead of 11.
    const hollow = brain((i, j, k) => half(i, j, k) && (i - 20) ** 2 + (j - 20) ** 2 + (k - 6) ** 2 > 25);
    expect(Math.abs(Math.sqrt(folded[at(20, 20, 4)] ?? 0) - Math.sqrt(solid[at(20, 20, 4)] ?? 0))).toBeLessThan(3);
    expect(hollow[at(20, 20, 6)]).toBe(solid[at(20, 20, 6)]);
  });
});
