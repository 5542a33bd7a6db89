/** How far off a head lies after it was laid on an earlier scan of it: native on angiography, and what must not be matched. */
import { describe, expect, it, vi } from 'vitest';
import { transform, type Affine, type Point } from '../../../src/imaging/affine.ts';
import { registerHeads } from '../../../src/imaging/registration/register-heads.ts';
import type { Volume } from '../../../src/imaging/volume/volume.ts';
import { inSpace, movedBy, NATIVE_SCAN, NECK_SCAN, scanned, STILL, type Motion } from '../../support/cta-study.ts';
import { headHu, waterHu } from '../../support/head-phantom.ts';

vi.setConfig({ testTimeout: 240_000 });

/** Brain: 60 mm around the middle. */
const POINTS: readonly Point[] = [-60, 0, 60].flatMap((x) =>
  [-60, 0, 60].flatMap((y) => [-40, 0, 50].map((z): Point => [x, y, z])),
);

/** mm between where a point lies and where the registration says it does: the mean and the largest. */
function errorMm(toMoving: Affine, motion: Motion): { readonly mean: number; readonly most: number } {
  const off = POINTS.map((p) => {
    const [found, truth] = [transform(toMoving, inSpace(p)), inSpace(movedBy(motion, p))];
    return Math.hypot(...found.map((x, axis) => x - (truth[axis] ?? 0)));
  });
  return { mean: off.reduce((sum, x) => sum + x, 0) / off.length, most: Math.max(...off) };
}

const BLEEDING = { at: [28, 0, 20], half: [15, 24, 20], hu: 64 } as const;
let made: Volume | undefined;
const native = (): Volume => (made ??= scanned({ bleedings: [BLEEDING] }, NATIVE_SCAN));

describe('a native head and an angiography of it', () => {
  it.each([
    ['that did not move', STILL],
    ['moved by millimeters', { degrees: [3, -2, 4], mm: [4, -6, 5] }],
    ['turned by ten degrees', { degrees: [0, 0, 10], mm: [-8, 3, -12] }],
    ['on the table anew, 40 mm further in', { degrees: [2, 1, -5], mm: [10, 15, 40] }],
  ] as const)('%s lie on each other within a millimeter', (_, motion) => {
    const contrast = { bleedings: [BLEEDING], vesselHu: 320, noiseHu: 6, motion };
    const scan = { ...NECK_SCAN, from: [-104, -124, -110 + motion.mm[2]], to: [104, 104, 100 + motion.mm[2]] } as const;
    const found = registerHeads(native(), scanned(contrast, scan));
    expect(found?.correlation).toBeGreaterThan(0.9);
    const { mean, most } = errorMm(found?.toMoving as Affine, motion);
    expect(mean).toBeLessThan(0.7);
    expect(most).toBeLessThan(1.2);
  });

  it('that goes down to the shoulders, too', () => {
    const motion: Motion = { degrees: [2, -3, 3], mm: [3, 4, -5] };
    const found = registerHeads(native(), scanned({ vesselHu: 320, motion }, NECK_SCAN));
    expect(errorMm(found?.toMoving as Affine, motion).most).toBeLessThan(1.2);
  });
});

it.each([
  ['a cylinder of water', waterHu],
  ['a smaller head', (p: Point) => headHu()([1.4 * p[0], 1.4 * p[1], 1.4 * p[2]])],
] as const)('%s is no scan of this head', (_, huAt) => {
  const { size, affine } = native();
  const values = Float32Array.from(native().values, (_hu, at) => {
    const [i, j, k] = [at % size[0], Math.floor(at / size[0]) % size[1], Math.floor(at / (size[0] * size[1]))];
    return huAt(transform(affine, [i, j, k]));
  });
  expect(registerHeads(native(), { size, affine, values, unit: 'HU' })).toBeNull();
});
