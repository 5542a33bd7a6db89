/** Siemens mosaics are the volume that the same slices make when they come one by one, or they are none. */
import { describe, expect, it } from 'vitest';
import { determinant, transform } from '../../../src/imaging/affine.ts';
import { csaTags } from '../../../src/imaging/dicom/csa-header.ts';
import { deidentify } from '../../../src/imaging/dicom/de-identify.ts';
import { parseInstance } from '../../../src/imaging/dicom/index.ts';
import { openStudySeries } from '../../../src/imaging/series/open-study-series.ts';
import { sliceReader, type StudyInstance } from '../../../src/imaging/series/slice-reader.ts';
import { buildTimeSeries } from '../../../src/imaging/volume/build-time-series.ts';
import { buildVolume } from '../../../src/imaging/volume/build-volume.ts';
import { slicesOf } from '../../../src/imaging/volume/slice.ts';
import type { Volume } from '../../../src/imaging/volume/volume.ts';
import { mrSeries, type BuiltInstance, type SeriesOptions } from '../../support/dicom-files.ts';
import { csaHeader, mosaics, type MosaicOptions } from '../../support/mosaics.ts';

const RADIUS = 17;
const ML = ((4 / 3) * Math.PI * RADIUS ** 3) / 1000;
const [NX, NY, NZ] = [40, 36, 11] as const;
const SPACING = [1.5, 1.5, 4.4] as const;

/** A sphere off the middle, averaged through the slice, and a mark at the first pixel of the last slice. */
function sphere(i: number, j: number, k: number): number {
  if (i === 0 && j === 0 && k === NZ - 1) return 900;
  const at = (off: number): number =>
    Math.hypot((i - 22) * SPACING[0], (j - 16) * SPACING[1], (k - 5 + off) * SPACING[2]) < RADIUS ? 400 : 0;
  return Array.from({ length: 8 }, (_, n) => at((n - 3.5) / 8)).reduce((sum, value) => sum + value, 0) / 8;
}

const tilted = [Math.cos(0.3), Math.sin(0.3), 0, 0, 0, -1] as const;
const ORIENTATIONS = {
  axial: [1, 0, 0, 0, 1, 0],
  'axial, turned': [0, 1, 0, -1, 0, 0],
  coronal: [1, 0, 0, 0, 0, -1],
  'sagittal, oblique': tilted,
} as const satisfies Readonly<Record<string, SeriesOptions['orientation']>>;

const stored = (built: readonly BuiltInstance[]): StudyInstance[] =>
  built.map(({ bytes }) => ({ header: parseInstance(bytes), bytes: () => Promise.resolve(bytes) }));

async function volume(built: readonly BuiltInstance[]): Promise<Volume> {
  const instances = stored(built);
  const slices = slicesOf(instances.map(({ header }) => header));
  return (await buildVolume(slices, sliceReader(instances), { unit: 'signal', repeats: 'mean' })).image;
}

const options: MosaicOptions = { size: [NX, NY, NZ], spacing: SPACING, origin: [-31, -42, 17], values: sphere };

/** The same slices as they would come one by one. */
function singly({ reversed = false, orientation = [1, 0, 0, 0, 1, 0], ...given }: MosaicOptions): BuiltInstance[] {
  const [a, b, c, d, e, f] = orientation;
  const step = (reversed ? -1 : 1) * SPACING[2];
  return mrSeries({
    ...given,
    orientation,
    step: [step * (b * f - c * e), step * (c * d - a * f), step * (a * e - b * d)],
  });
}

describe('a mosaic', () => {
  it.each(Object.entries(ORIENTATIONS))(
    '%s, is the volume of its slices, whichever way they follow',
    async (_, orientation) => {
      for (const reversed of [false, true]) {
        const given = { ...options, orientation, reversed };
        const [one, other] = [await volume(mosaics(given)), await volume(singly(given))];
        expect(one.size).toEqual(other.size);
        one.affine.forEach((value, at) => {
          expect(value).toBeCloseTo(other.affine[at] ?? NaN, 4);
        });
        expect(one.values).toEqual(other.values);
      }
    },
  );

  it('has the milliliters of what it shows, and left stays left', async () => {
    const { values, affine, size } = await volume(mosaics(options));
    const inside = values.reduce((sum, value) => sum + (value > 800 ? 0 : value), 0) / 400;
    expect(Math.abs((inside * Math.abs(determinant(affine))) / 1000 / ML - 1)).toBeLessThan(0.01);
    const mark = values.indexOf(900);
    const place = transform(affine, [
      mark % size[0],
      Math.floor(mark / size[0]) % size[1],
      Math.floor(mark / (size[0] * size[1])),
    ]);
    // LPS of the first pixel of the last slice, in right-anterior-superior.
    [31, 42, 17 + (NZ - 1) * SPACING[2]].forEach((mm, at) => {
      expect(place[at]).toBeCloseTo(mm, 4);
    });
  });

  it('holds diffusion weightings apart, with roles', async () => {
    const series = await openStudySeries(
      stored(
        mosaics({
          size: [NX, NY, NZ],
          spacing: [5, 5, 8],
          bValues: [0, 1000],
          // As large as a head.
          values: (i, j, _, t) => (Math.hypot(i - 20, j - 18) < 15 ? 300 / (t + 1) : 2),
          tags: { SeriesDescription: 'ep2d_diff_b1000', BodyPartExamined: 'HEAD' },
        }),
      ),
    );
    const found = series.filter(({ part }) => part !== 'computed');
    expect(found.map(({ facts }) => [facts.numbers.bValue, facts.numbers.positions])).toEqual([
      [0, NZ],
      [1000, NZ],
    ]);
    expect(found.map(({ role }) => role)).toEqual(['dwi-b0', 'dwi-b1000']);
    expect(found.map(({ source }) => source.slices.length)).toEqual([NZ, NZ]);
  });

  it('gives each slice of a perfusion its own time', async () => {
    const sliceTimes = Array.from({ length: NZ }, (_, k) => (k % 2 === 0 ? k / 2 : 6 + (k - 1) / 2) * 100 + 2.5);
    const times = Array.from({ length: 10 }, (_, t) => 1.5 * t);
    const instances = stored(
      mosaics({
        ...options,
        times,
        sliceTimes,
        tags: { RepetitionTime: 1500 },
        values: (i, j, k, t) => sphere(i, j, k) + t,
      }),
    );
    const slices = slicesOf(instances.map(({ header }) => header));
    const { image } = await buildTimeSeries(slices, sliceReader(instances), { unit: 'signal' });
    expect(image.frames).toHaveLength(times.length);
    image.times.forEach((seconds, k) => {
      times.forEach((at, t) => {
        expect(seconds[t]).toBeCloseTo(at + ((sliceTimes[k] ?? NaN) - 2.5) / 1000, 4);
      });
    });
  });

  it('leaves the site as the picture that it is', () => {
    const [{ bytes }] = mosaics(options) as [BuiltInstance];
    const copy = deidentify(bytes, { key: new Uint8Array(32).fill(1) });
    const header = parseInstance(copy.bytes);
    // Without the private elements nobody can unpack it, and nobody takes it for a slice.
    expect([header.pixels?.columns, header.imageType.includes('MOSAIC')]).toEqual([NX * 4, true]);
  });
});

describe('is no volume, and says why,', () => {
  const refused: readonly (readonly [string, MosaicOptions])[] = [
    ['without the number of slices', { ...options, csa: { NumberOfImagesInMosaic: [] }, tags: { '0019100A': null } }],
    ['without the normal of the slices', { ...options, csa: { SliceNormalVector: [] } }],
    ['with a normal across the slices', { ...options, csa: { SliceNormalVector: ['1', '0', '0'] } }],
    ['without the distance of the slices', { ...options, tags: { SpacingBetweenSlices: null } }],
    ['with slices counted from the other end', { ...options, csa: { ProtocolSliceNumber: [String(NZ - 1)] } }],
    ['with more tiles than fit', { ...options, tags: { '0019100A': { vr: 'US', value: 200 } } }],
    [
      'without private elements',
      { ...options, tags: { '00190010': null, '0019100A': null, '00290010': null, '00291010': null } },
    ],
  ];
  it.each(refused)('%s', async (_name, given) => {
    await expect(volume(mosaics(given))).rejects.toMatchObject({
      name: 'ImageRefusal',
      code: 'unsupported-type',
      message: expect.stringContaining('private elements') as string,
    });
  });
});

describe('the CSA header', () => {
  it('is read up to its end, and not at all where it is cut off or makes no sense', () => {
    const whole = csaHeader({ First: ['1', '2'], Second: ['x'] });
    expect([...csaTags(whole)]).toEqual([
      ['First', ['1', '2']],
      ['Second', ['x']],
    ]);
    for (let length = 0; length < whole.length; length++)
      expect(csaTags(whole.subarray(0, length)).get('Second')).not.toEqual(['y']);
    expect(csaTags(whole.subarray(0, whole.length - 90)).size).toBe(0);
    const absurd = whole.slice();
    absurd.fill(0xff, 16 + 64, 16 + 84 + 16);
    expect(csaTags(absurd).size).toBe(0);
  });
});
