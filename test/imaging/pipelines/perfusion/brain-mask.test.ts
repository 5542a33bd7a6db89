/** Brain and midline on a CT template with known tissue, and on a real head that lies askew. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { spacing } from '../../../../src/imaging/affine.ts';
import { readNifti } from '../../../../src/imaging/nifti.ts';
import { brainMask } from '../../../../src/imaging/pipelines/perfusion/brain-mask.ts';
import { findMidline, rightOf } from '../../../../src/imaging/pipelines/perfusion/midline.ts';
import { reducedGrid, reduceInPlane, voxelVolume } from '../../../../src/imaging/pipelines/perfusion/working-grid.ts';
import { buildVolume } from '../../../../src/imaging/volume/build-volume.ts';
import { geHeadCt, hasGeHeadCt, readingFrom } from '../../../support/ge-head-ct.ts';

/** A skull of bone around brain, with a gap in front as wide as an angle, and muscle before it. */
function openSkull(gapDegrees: number): { hu: Float32Array; size: [number, number, number] } {
  const size: [number, number, number] = [100, 120, 3];
  const hu = Float32Array.from({ length: 100 * 120 * 3 }, (_, at) => {
    const [x, y] = [(at % 100) - 50, (Math.floor(at / 100) % 120) - 65];
    const away = Math.hypot(x / 40, y / 45);
    const fromFront = (Math.abs(Math.atan2(x, -y)) * 180) / Math.PI;
    if (away < 1) return 32;
    if (away < 1.12) return fromFront < gapDegrees / 2 ? 32 : 900;
    return away < 1.35 && fromFront < 50 ? 50 : -1000;
  });
  return { hu, size };
}

describe('a skull that bone does not close', () => {
  it.each([0, 30, 50])('still holds its brain, with a gap of %i degrees, and not what lies before it', (gap) => {
    const { hu, size } = openSkull(gap);
    const mask = brainMask(hu, size, 2, 'ct');
    let [brain, found, outside] = [0, 0, 0];
    for (let at = 0; at < 100 * 120; at++) {
      const [x, y] = [(at % 100) - 50, Math.floor(at / 100) - 65];
      const away = Math.hypot(x / 40, y / 45);
      if (away < 1) [brain, found] = [brain + 1, found + (mask[at] ?? 0)];
      if (away > 1.15) outside += mask[at] ?? 0;
    }
    expect(found / brain).toBeGreaterThan(0.9);
    expect(outside).toBe(0);
  });
});

const TEMPLATE = new URL('../../../../../shared/data/ct-template/', import.meta.url);

describe.skipIf(!existsSync(TEMPLATE))('the CT template beside the checkout (../shared/data/ct-template)', () => {
  const volume = (name: string): { values: Float32Array; image: ReturnType<typeof readNifti> } => {
    const image = readNifti(readFileSync(new URL(name, TEMPLATE)));
    return { image, values: Float32Array.from(image.values, (x) => image.slope * x + image.intercept) };
  };

  it('holds brain and fluid where their maps have them, from the ventricles to the vertex', () => {
    const { image, values } = volume('scct.nii.gz');
    // The template is stored with brain stretched (Rorden 2012).
    const hu = values.map((c) => (c <= 900 ? c - 1000 : c <= 3100 ? (c + 9000) / 11 - 1000 : c - 3000));
    const [gray, white, fluid] = ['scgrey', 'scwhite', 'sccsf'].map((name) => volume(`${name}.nii.gz`).values);
    const mask = brainMask(hu, image.size, 2, 'ct');
    const plane = image.size[0] * image.size[1];
    let [both, found, true_] = [0, 0, 0];
    for (let at = 0; at < mask.length; at++) {
      const z = image.affine[10] * Math.floor(at / plane) + image.affine[11];
      if (z < -10 || z > 60) continue;
      const inside = (gray?.[at] ?? 0) + (white?.[at] ?? 0) + (fluid?.[at] ?? 0) > 0.5;
      both += mask[at] === 1 && inside ? 1 : 0;
      found += mask[at] ?? 0;
      true_ += inside ? 1 : 0;
    }
    expect((2 * both) / (found + true_)).toBeGreaterThan(0.97);
  });
});

describe.skipIf(!hasGeHeadCt)('a real head CT beside the checkout (../shared/data/ge-head-ct)', () => {
  it('has a brain of the size of one, without face, and a midline that follows the turned head', async () => {
    const files = geHeadCt();
    const slices = files.map(({ header }) => ({ header, frame: 0 }));
    const { image } = await buildVolume(slices, readingFrom(files), { unit: 'HU' });
    const factor = 4;
    const grid = reducedGrid(image, factor);
    const values = reduceInPlane(image.values, image.size, factor);
    const [x, y] = spacing(grid.affine);
    const mask = brainMask(values, grid.size, Math.max(x, y), 'ct');
    const brainMl = mask.reduce((sum, inside) => sum + inside, 0) * voxelVolume(grid);
    expect(brainMl).toBeGreaterThan(1200);
    expect(brainMl).toBeLessThan(1600);
    // The skull base is open; these slices above the foramen magnum hold cerebellum, brainstem and temporal lobes.
    const perSlice = mlOfSlices(mask, grid);
    const leastMl = { 6: 15, 7: 23, 8: 31, 9: 38 };
    for (const [k, ml] of Object.entries(leastMl)) expect(perSlice[Number(k)], `slice ${k}`).toBeGreaterThan(ml);
    const midline = findMidline(values, grid, mask);
    // Read on the images: the nose points about ten degrees aside.
    const degrees = (Math.atan2(midline.normal[1], midline.normal[0]) * 180) / Math.PI;
    expect(Math.abs(degrees)).toBeGreaterThan(6);
    expect(Math.abs(degrees)).toBeLessThan(16);
    expect(rightOf(midline, [midline.point[0] + 40, midline.point[1], midline.point[2]])).toBeGreaterThan(30);
  });
});

function mlOfSlices(mask: Uint8Array, grid: ReturnType<typeof reducedGrid>): number[] {
  const plane = grid.size[0] * grid.size[1];
  return Array.from({ length: grid.size[2] }, (_, k) =>
    mask.subarray(k * plane, (k + 1) * plane).reduce((sum, inside) => sum + inside * voxelVolume(grid), 0),
  );
}
