import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { determinant, type Point, transform } from '../../../src/imaging/affine.ts';
import type { FrameHeader } from '../../../src/imaging/dicom/instance-header.ts';
import { ImageRefusal, type RefusalCode } from '../../../src/imaging/image-refusal.ts';
import { buildVolume } from '../../../src/imaging/volume/build-volume.ts';
import { cross, type Slice, slicesOf } from '../../../src/imaging/volume/slice.ts';
import type { Volume } from '../../../src/imaging/volume/volume.ts';
import {
  AXIAL,
  CORONAL,
  drawing,
  type HeaderGiven,
  instanceHeader,
  SAGITTAL,
  sphere,
} from '../../support/image-headers.ts';

type Orientation = NonNullable<FrameHeader['orientation']>;

interface StackGiven {
  readonly orientation: Orientation;
  /** Depths along the normal, in the order of acquisition. */
  readonly depths: readonly number[];
  /** Degrees by which the table moves off the normal, towards the end of a column. */
  readonly tilt?: number;
  readonly size?: readonly [number, number];
  readonly pixelSpacing?: readonly [number, number];
  readonly header?: HeaderGiven;
}

/** Slices around the origin of space. */
function stack({
  orientation: o,
  depths,
  tilt = 0,
  size = [60, 56],
  pixelSpacing = [1, 1],
  header,
}: StackGiven): Slice[] {
  const [row, column]: [Point, Point] = [
    [o[0], o[1], o[2]],
    [o[3], o[4], o[5]],
  ];
  const normal = cross(row, column);
  const [columns, rows] = size;
  const drift = Math.tan((tilt * Math.PI) / 180);
  const headers = depths.map((depth, at) => {
    const [u, v] = [(-(columns - 1) / 2) * pixelSpacing[1], (-(rows - 1) / 2) * pixelSpacing[0] + drift * depth];
    const point = (axis: 0 | 1 | 2): number => u * row[axis] + v * column[axis] + depth * normal[axis];
    const frames = [{ position: [point(0), point(1), point(2)] as const, orientation: o, pixelSpacing }];
    return instanceHeader(at + 1, { columns, rows, ...header, frames });
  });
  return slicesOf(headers);
}

const spaced = (count: number, mm: number): number[] =>
  Array.from({ length: count }, (_, k) => (k - (count - 1) / 2) * mm);

/** Milliliters and center (right, front, up) of what is drawn with 1. */
function measured({ values, size, affine }: Volume): { ml: number; center: Point } {
  const [nx, ny] = size;
  let [sum, x, y, z] = [0, 0, 0, 0];
  values.forEach((value, at) => {
    if (!(value > 0)) return;
    sum += value;
    x += value * (at % nx);
    y += value * (Math.floor(at / nx) % ny);
    z += value * Math.floor(at / (nx * ny));
  });
  return { ml: (sum * Math.abs(determinant(affine))) / 1000, center: transform(affine, [x / sum, y / sum, z / sum]) };
}

const RADIUS = 15;
const ML = ((4 / 3) * Math.PI * RADIUS ** 3) / 1000;
/** LPS: on the patient's left, in front, above. */
const CENTER: Point = [5, -4, 3];

function expectTheSphere(volume: Volume): void {
  const { ml, center } = measured(volume);
  expect(Math.abs(ml / ML - 1)).toBeLessThan(0.01);
  expect(determinant(volume.affine)).toBeGreaterThan(0);
  // RAS: the same point is at negative x and positive y.
  expect(Math.hypot(center[0] + 5, center[1] - 4, center[2] - 3)).toBeLessThan(0.25);
}

async function refusal(slices: readonly Slice[], read = drawing(() => 0, 1)): Promise<RefusalCode> {
  const error = await buildVolume(slices, read, { unit: 'HU' }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ImageRefusal)) throw new Error('was not refused');
  return error.code;
}

/** Turned around a random axis. */
function turned(base: Orientation, axis: Point, angle: number): Orientation {
  const length = Math.hypot(...axis);
  const [x, y, z]: Point = [axis[0] / length, axis[1] / length, axis[2] / length];
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const rotate = (v: Point): Point => {
    const d = (1 - c) * (x * v[0] + y * v[1] + z * v[2]);
    const w = cross([x, y, z], v);
    return [c * v[0] + s * w[0] + d * x, c * v[1] + s * w[1] + d * y, c * v[2] + s * w[2] + d * z];
  };
  // As written in a file: six decimals.
  const rounded = [...rotate([base[0], base[1], base[2]]), ...rotate([base[3], base[4], base[5]])];
  return rounded.map((v) => Number(v.toFixed(6))) as unknown as Orientation;
}

describe('milliliters and sides', () => {
  const flips: Orientation[] = [
    AXIAL,
    CORONAL,
    SAGITTAL,
    [-1, 0, 0, 0, 1, 0],
    [1, 0, 0, 0, -1, 0],
    [0, -1, 0, 0, 0, -1],
    [0, 1, 0, 1, 0, 0],
  ];

  it.each(flips)('are right in the plane %s %s %s, %s %s %s', async (...orientation) => {
    const slices = stack({ orientation, depths: spaced(19, 3) });
    const { image } = await buildVolume(slices, drawing(sphere(CENTER, RADIUS), 3), { unit: 'HU' });
    expectTheSphere(image);
  });

  it('are right for any spacing, tilt, orientation and order of slices', async () => {
    const axisPart = fc.double({ min: 0.1, max: 1, noNaN: true });
    const given = fc.record({
      flip: fc.constantFrom(...flips),
      axis: fc.tuple(axisPart, axisPart, axisPart),
      angle: fc.double({ min: 0, max: 1.5, noNaN: true }),
      spacing: fc.double({ min: 1, max: 5, noNaN: true }),
      pixel: fc.tuple(fc.double({ min: 0.7, max: 1.3, noNaN: true }), fc.double({ min: 0.7, max: 1.3, noNaN: true })),
      tilt: fc.oneof(fc.constant(0), fc.double({ min: -25, max: 25, noNaN: true })),
      order: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
    });
    await fc.assert(
      fc.asyncProperty(given, async ({ flip, axis, angle, spacing, pixel, tilt, order }) => {
        const depths = spaced(Math.ceil(54 / spacing), spacing);
        const slices = stack({
          orientation: turned(flip, axis, angle),
          depths,
          tilt,
          pixelSpacing: pixel,
          size: [72, 70],
        });
        const random = slices
          .map((slice) => ({ slice, key: order.next().value as number }))
          .sort((a, b) => a.key - b.key);
        const read = drawing(sphere(CENTER, RADIUS), spacing, 5);
        const { image, source } = await buildVolume(
          random.map(({ slice }) => slice),
          read,
          { unit: 'HU' },
        );
        expectTheSphere(image);
        expect(source.slices).toHaveLength(depths.length);
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it('survive a change of spacing in mid-stack, and the record says so', async () => {
    const depths = [-27, -24, -21, -18, -15, -12, -9, -6, -3, 0, 5, 10, 15, 20, 25, 30];
    const slices = stack({ orientation: AXIAL, depths, tilt: 15 });
    const { image, steps } = await buildVolume(slices, drawing(sphere(CENTER, RADIUS), 1), { unit: 'HU' });
    expect(image.size[2]).toBe(20);
    expectTheSphere(image);
    expect(steps).toEqual([
      { step: 'sorted-by-position', slices: 16 },
      { step: 'uneven-gaps-resampled', smallestMm: 3, largestMm: 5, spacingMm: 3 },
      { step: 'tilt-resampled', degrees: 15 },
    ]);
  });
});

describe('what was done', () => {
  const read = drawing(sphere(CENTER, RADIUS), 3);

  it('an even stack at right angles is copied, voxel by voxel', async () => {
    const slices = stack({ orientation: AXIAL, depths: spaced(11, 3) });
    const { image, steps, source } = await buildVolume([...slices].reverse(), read, { unit: 'HU' });
    const pixels = await Promise.all(slices.map(read));
    expect(image.values).toEqual(new Float32Array(pixels.flatMap((p) => [...p])));
    expect(steps).toEqual([{ step: 'sorted-by-position', slices: 11 }]);
    expect(source.slices.map(({ position }) => position[2])).toEqual(spaced(11, 3));
    expect(transform(image.affine, [0, 0, 0])).toEqual([29.5, 27.5, -15]);
  });

  it('where a tilted slice does not reach is padding, not air', async () => {
    const { image } = await buildVolume(stack({ orientation: AXIAL, depths: spaced(11, 3), tilt: 20 }), read, {
      unit: 'HU',
    });
    const [nx, ny] = image.size;
    expect([nx, ny]).toEqual([60, 56 + 11]);
    expect(image.values[0]).toBe(0);
    expect(image.values[nx * ny - 1]).toBeNaN();
  });

  it('one missing slice is bridged and recorded', async () => {
    const depths = spaced(19, 3).filter((_, at) => at !== 9);
    const { image, steps } = await buildVolume(stack({ orientation: AXIAL, depths }), read, { unit: 'HU' });
    expect(image.size[2]).toBe(19);
    expect(steps).toContainEqual({ step: 'gap-bridged', atMm: 24, gapMm: 6, missingSlices: 1 });
    expect(Math.abs(measured(image).ml / ML - 1)).toBeLessThan(0.03);
  });

  it('an image that is there twice counts once', async () => {
    const once = stack({ orientation: AXIAL, depths: spaced(11, 3) });
    const again = stack({ orientation: AXIAL, depths: spaced(11, 3), header: { seriesUid: '1.2.3.5' } });
    const { steps, source } = await buildVolume([...once, ...again.slice(3, 5), ...once.slice(0, 1)], read, {
      unit: 'HU',
    });
    expect(steps).toContainEqual({ step: 'duplicates-dropped', count: 3 });
    expect(source.slices).toHaveLength(11);
  });

  it('a tilt that the tag tells and the positions do not is noted; positions decide', async () => {
    const slices = stack({ orientation: AXIAL, depths: spaced(11, 3), header: { gantryTiltDegrees: 18.5 } });
    const { steps } = await buildVolume(slices, read, { unit: 'HU' });
    expect(steps).toContainEqual({ step: 'tilt-tag-differs', tagDegrees: 18.5, measuredDegrees: 0 });
  });

  it('directions of diffusion become their geometric mean', async () => {
    const first = stack({ orientation: AXIAL, depths: spaced(5, 3) });
    const second = stack({ orientation: AXIAL, depths: spaced(5, 3), header: { seriesUid: '1.2.3.5' } });
    const value = (slice: Slice): number => (slice.header.seriesUid === '1.2.3.5' ? 90 : 40);
    const flat = (slice: Slice): Promise<Float32Array> => Promise.resolve(new Float32Array(60 * 56).fill(value(slice)));
    const { image } = await buildVolume([...first, ...second], flat, { unit: 'signal', repeats: 'geometric-mean' });
    expect(image.values[100]).toBeCloseTo(60, 3);
  });

  it('frames of one enhanced image are slices like any other', async () => {
    const frames = spaced(11, 3).map((z) => ({ position: [-29.5, -27.5, z] as const }));
    const header = instanceHeader(1, { columns: 60, rows: 56, frames });
    const { image, source } = await buildVolume(slicesOf([header]), read, { unit: 'HU' });
    expect(image.size).toEqual([60, 56, 11]);
    expect(source.slices.map(({ frame }) => frame)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});

describe('what is no volume is refused', () => {
  const depths = spaced(9, 3);
  const even = stack({ orientation: AXIAL, depths });

  it('different images in one place', async () => {
    const other = stack({ orientation: AXIAL, depths: [0], header: { seriesUid: '1.2.3.5' } });
    const read = (slice: Slice): Promise<Float32Array> =>
      Promise.resolve(
        new Float32Array(60 * 56).fill(slice.header.seriesUid.length + slice.header.seriesUid.charCodeAt(6)),
      );
    expect(await refusal([...even, ...other], read)).toBe('conflicting-slices');
  });

  it('slices of other orientation, matrix or pixel spacing', async () => {
    const header = { seriesUid: '1.2.3.5' };
    const unlike: Omit<StackGiven, 'depths'>[] = [
      { orientation: CORONAL },
      { orientation: AXIAL, size: [64, 64] },
      { orientation: AXIAL, pixelSpacing: [0.9, 0.9] },
    ];
    for (const given of unlike) {
      expect(await refusal([...even, ...stack({ ...given, depths: [40], header })])).toBe('mixed-geometry');
    }
  });

  it('a hole of several slices', async () => {
    const torn = stack({ orientation: AXIAL, depths: spaced(30, 3).filter((_, at) => at < 10 || at > 12) });
    expect(await refusal(torn)).toBe('missing-slices');
    const moth = stack({ orientation: AXIAL, depths: spaced(30, 3).filter((_, at) => at % 5 !== 2) });
    expect(await refusal(moth)).toBe('missing-slices');
  });

  it('a single position, no position, skewed axes, color, no images, half an image', async () => {
    expect(await refusal(stack({ orientation: AXIAL, depths: [0] }))).toBe('too-few-slices');
    expect(await refusal(slicesOf([instanceHeader(1, { frames: [{ position: null }] })]))).toBe('no-position');
    expect(await refusal(stack({ orientation: [1, 0, 0, 0.5, 0.8, 0], depths }))).toBe('impossible-geometry');
    expect(await refusal(stack({ orientation: AXIAL, depths, pixelSpacing: [0, 1] }))).toBe('impossible-geometry');
    expect(await refusal(stack({ orientation: AXIAL, depths, header: { samplesPerPixel: 3 } }))).toBe(
      'unsupported-type',
    );
    expect(await refusal([])).toBe('no-pixels');
    expect(await refusal(even, () => Promise.resolve(new Float32Array(7)))).toBe('damaged');
  });
});
