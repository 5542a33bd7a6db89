/**
 * The real tilted scan: 28 slices, 18.5° of tilt, 4 then 7 mm, one gap of 1.1 mm. Checked against an integral over the
 * stored slices. (dcm2niix 1.2.0 gives the same 611 rows, and within 0.6 % the same volumes of head and bone.)
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { determinant, inverse, type Point, transform } from '../../../src/imaging/affine.ts';
import { buildVolume } from '../../../src/imaging/volume/build-volume.ts';
import { labelsOnSource } from '../../../src/imaging/volume/on-source-slices.ts';
import { type Slice, slicesOf } from '../../../src/imaging/volume/slice.ts';
import type { Built, Volume } from '../../../src/imaging/volume/volume.ts';
import { geHeadCt, hasGeHeadCt, readingFrom } from '../../support/ge-head-ct.ts';

const BONE = 300;
const HEAD = -300;

describe.skipIf(!hasGeHeadCt)('a tilted head CT of 1997 technique (../shared/data/ge-head-ct)', () => {
  let built: Built<Volume>;
  let slices: Slice[];
  const files = hasGeHeadCt ? geHeadCt() : [];
  const read = readingFrom(files);

  beforeAll(async () => {
    slices = slicesOf(files.map(({ header }) => header));
    built = await buildVolume([...slices].reverse(), read, { unit: 'HU' });
  });

  it('lies on a grid with right angles and says what was done', () => {
    expect(built.image.size).toEqual([512, 611, 37]);
    expect(built.steps).toEqual([
      { step: 'sorted-by-position', slices: 28 },
      { step: 'uneven-gaps-resampled', smallestMm: 1.081, largestMm: 6.999, spacingMm: 4.002 },
      { step: 'tilt-resampled', degrees: 18.5 },
    ]);
  });

  it('has the milliliters of head that the stored slices have', async () => {
    const depths = built.source.slices.map(({ position }) => 0.3173047 * position[1] + 0.9483237 * position[2]);
    let expected = 0;
    for (const [at, pixels] of (await stored()).entries()) {
      const [before, after] = [depths[at - 1] ?? depths[at] ?? 0, depths[at + 1] ?? depths[at] ?? 0];
      expected += (count(pixels, HEAD) * 0.4882812 ** 2 * (after - before)) / 2000;
    }
    const { values, size, affine } = built.image;
    const layer = size[0] * size[1];
    // As the integral does: half of the first and of the last layer.
    const ends = count(values.subarray(0, layer), HEAD) + count(values.subarray(-layer), HEAD);
    const ml = ((count(values, HEAD) - ends / 2) * determinant(affine)) / 1000;
    expect(expected).toBeGreaterThan(2500);
    expect(Math.abs(ml / expected - 1)).toBeLessThan(0.02);
  });

  it('shows the infarct on the left of the patient', () => {
    const left: Point = [-30, -44, 20];
    const right: Point = [36, -44, 20];
    expect(meanHu(left)).toBeLessThan(meanHu(right) - 8);
    expect(meanHu(right)).toBeGreaterThan(25);
  });

  it('brings a region of the volume back onto the slices that show it', async () => {
    const { size, affine, values } = built.image;
    const bone = new Uint8Array(values.length);
    for (let at = 0; at < bone.length; at++) bone[at] = Number((values[at] ?? NaN) > BONE);
    const labels = labelsOnSource({ size, affine }, bone, built.source);
    for (const [at, pixels] of (await stored()).entries()) {
      const shown = labels[at] ?? new Uint8Array();
      const both = count(
        pixels.filter((_, i) => shown[i] === 1),
        BONE,
      );
      expect((2 * both) / (count(pixels, BONE) + count(shown, 0))).toBeGreaterThan(0.75);
    }
  });

  /** Pixels of the stored slices, in the order of the source. */
  function stored(): Promise<Float32Array[]> {
    const byUid = new Map(slices.map((slice) => [slice.header.sopInstanceUid, slice]));
    return Promise.all(
      built.source.slices.map(({ sopInstanceUid }) => {
        const slice = byUid.get(sopInstanceUid);
        if (slice === undefined) throw new Error('a source slice that was not given');
        return read(slice);
      }),
    );
  }

  function meanHu(center: Point): number {
    const { affine, size, values } = built.image;
    const middle = transform(inverse(affine), center);
    const found: number[] = [];
    for (let k = -3; k <= 3; k++) {
      for (let j = -22; j <= 22; j++) {
        for (let i = -22; i <= 22; i++) {
          const at: Point = [Math.round(middle[0]) + i, Math.round(middle[1]) + j, Math.round(middle[2]) + k];
          const p = transform(affine, at);
          if (Math.hypot(p[0] - center[0], p[1] - center[1], p[2] - center[2]) > 10) continue;
          found.push(values[at[0] + size[0] * (at[1] + size[1] * at[2])] ?? NaN);
        }
      }
    }
    return found.reduce((total, hu) => total + hu, 0) / found.length;
  }
});

function count(values: ArrayLike<number>, above: number): number {
  let n = 0;
  for (let at = 0; at < values.length; at++) if ((values[at] ?? NaN) > above) n++;
  return n;
}
