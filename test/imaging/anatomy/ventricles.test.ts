/** Borders of ventricles by the image, on invented heads: a box of fluid in brain, which the network drew too large or too small. */
import { describe, expect, it } from 'vitest';
import type { Point } from '../../../src/imaging/affine.ts';
import { labelOf, maskOf, VENTRICLES } from '../../../src/imaging/anatomy/index.ts';
import { ventriclesByImage } from '../../../src/imaging/anatomy/ventricles.ts';
import { dice } from '../../support/dice.ts';
import { gauss } from '../../support/head-phantom.ts';

const SIZE: Point = [30, 30, 30];
const LEFT = labelOf('lateralVentricle', 'left');
const RIGHT = labelOf('lateralVentricle', 'right');
const [WHITE_LEFT, WHITE_RIGHT] = [labelOf('deepWhite', 'left'), labelOf('deepWhite', 'right')];
const SULCI = labelOf('cerebrospinalFluid');

/** Columns go to the patient's left. */
const side = (i: number, left: number, right: number): number => (i >= 15 ? left : right);
const everyVoxel = (of: (p: Point) => number): number[] =>
  Array.from({ length: SIZE[0] * SIZE[1] * SIZE[2] }, (_, at) =>
    of([at % SIZE[0], Math.floor(at / SIZE[0]) % SIZE[1], Math.floor(at / (SIZE[0] * SIZE[1]))]),
  );
/** A box about the middle, wider by so many voxels on each side. */
const inBox = ([i, j, k]: Point, wider = 0): boolean =>
  Math.abs(i - 14.5) < 5 + wider && Math.abs(j - 14.5) < 7 + wider && Math.abs(k - 14.5) < 5 + wider;
const labelsWith = (wider: number): Uint8Array =>
  Uint8Array.from(
    everyVoxel((p) =>
      inBox(p, wider) ? side(p[0], LEFT, RIGHT) : p[2] > 27 ? SULCI : side(p[0], WHITE_LEFT, WHITE_RIGHT),
    ),
  );
const imageOf = (fluid: number, brain: number, noise = 0.02): Float32Array =>
  Float32Array.from(everyVoxel((p) => (inBox(p) || p[2] > 27 ? fluid : brain) + noise * gauss(p)));

const truth = maskOf(labelsWith(0), VENTRICLES);
const refined = (labels: Uint8Array, image: Float32Array): Uint8Array =>
  ventriclesByImage(labels, new Float32Array(labels.length).fill(0.9), {
    image,
    covered: new Uint8Array(labels.length).fill(1),
    grid: { size: SIZE, affine: [-3, 0, 0, 0, 0, -3, 0, 0, 0, 0, 3, 0] },
  });

describe('ventricles', () => {
  it.each([
    ['dark, as on CT and T1', 0.25, 0.45],
    ['bright, as on T2 and ADC', 0.9, 0.4],
  ])('whose fluid is %s get the border of the image, drawn too large or too small', (_, fluid, brain) => {
    for (const wider of [1, -1]) {
      const labels = labelsWith(wider);
      expect(dice(truth, maskOf(labels, VENTRICLES))).toBeLessThan(0.85);
      const out = refined(labels, imageOf(fluid, brain));
      expect(dice(truth, maskOf(out, VENTRICLES))).toBeGreaterThan(0.98);
      // Sides are those of the network; what is neither ventricle nor brain beside one stays.
      for (const [at, label] of out.entries()) {
        const left = at % SIZE[0] >= 15;
        if (label !== labels[at]) expect(left ? [LEFT, WHITE_LEFT] : [RIGHT, WHITE_RIGHT]).toContain(label);
      }
    }
  });

  it('full of blood in one half stay ventricles there', () => {
    const blood = imageOf(0.25, 0.45).map((value, at) => (value < 0.35 && at % SIZE[0] < 13 ? 0.7 : value));
    expect(dice(truth, maskOf(refined(labelsWith(0), blood), VENTRICLES))).toBeGreaterThan(0.98);
  });

  it('that cannot be told from brain stay as the network drew them', () => {
    const labels = labelsWith(1);
    expect(refined(labels, imageOf(0.44, 0.45))).toEqual(labels);
    expect(refined(labels, imageOf(0.3, 0.45, 0.2))).toEqual(labels);
  });

  it('take no fluid that no ventricle touches', () => {
    const cyst = imageOf(0.25, 0.45).map((value, at) => (at % SIZE[0] < 4 ? 0.25 : value));
    expect(maskOf(refined(labelsWith(0), cyst), VENTRICLES)).toEqual(truth);
  });
});
