/** The same sphere from bytes in every uncompressed transfer syntax, classic and enhanced, has the same milliliters. */
import { describe, expect, it } from 'vitest';
import { determinant, type Point } from '../../../src/imaging/affine.ts';
import { parseInstance } from '../../../src/imaging/dicom/index.ts';
import { sliceReader, type StudyInstance } from '../../../src/imaging/series/slice-reader.ts';
import { buildVolume } from '../../../src/imaging/volume/build-volume.ts';
import { slicesOf } from '../../../src/imaging/volume/slice.ts';
import {
  type BuiltInstance,
  ctSeries,
  enhancedCt,
  mrSeries,
  type SeriesOptions,
  SYNTAX,
} from '../../support/dicom-files.ts';
import { sphere } from '../../support/image-headers.ts';

const RADIUS = 14;
const ML = ((4 / 3) * Math.PI * RADIUS ** 3) / 1000;
const picture = sphere([3, -2, 30], RADIUS);
const [FIRST, GAP]: [Point, number] = [[-20, -20, 10], 2];

const options: SeriesOptions = {
  size: [44, 44, 20],
  spacing: [1, 1, GAP],
  origin: FIRST,
  // Averaged through the slice; 1000 inside.
  values: (i, j, k) => {
    const at = (off: number): number => picture([FIRST[0] + i, FIRST[1] + j, FIRST[2] + (k + off) * GAP]);
    return 250 * (at(-0.375) + at(-0.125) + at(0.125) + at(0.375));
  },
};

async function milliliters(built: readonly BuiltInstance[]): Promise<number> {
  const instances: StudyInstance[] = built.map(({ bytes }) => ({
    header: parseInstance(bytes),
    bytes: () => Promise.resolve(bytes),
  }));
  const slices = slicesOf(instances.map(({ header }) => header));
  const { image } = await buildVolume(slices, sliceReader(instances), { unit: 'HU' });
  const sum = image.values.reduce((total, value) => total + value, 0);
  return (sum * determinant(image.affine)) / 1e6;
}

describe('milliliters from bytes', () => {
  it.each(Object.entries(SYNTAX))('%s', async (_name, syntax) => {
    for (const signed of [false, true]) {
      const classic = await milliliters(ctSeries({ ...options, syntax, signed }));
      expect(Math.abs(classic / ML - 1)).toBeLessThan(0.01);
      expect(await milliliters([enhancedCt({ ...options, syntax, signed })])).toBeCloseTo(classic, 6);
    }
  });

  it('with any slope and intercept', async () => {
    const scaled = await milliliters(ctSeries({ ...options, slope: 0.25, intercept: -100 }));
    expect(Math.abs(scaled / ML - 1)).toBeLessThan(0.01);
  });
});

it('is no volume of mosaics, whose positions are those of no slice', async () => {
  const mosaics = mrSeries({
    ...options,
    values: () => 1,
    tags: { ImageType: ['ORIGINAL', 'PRIMARY', 'M', 'MOSAIC'] },
  });
  await expect(milliliters(mosaics)).rejects.toMatchObject({ name: 'ImageRefusal', code: 'unsupported-type' });
});
