import { describe, expect, it } from 'vitest';
import { determinant, transform } from '../../../src/imaging/affine.ts';
import type { FrameHeader } from '../../../src/imaging/dicom/instance-header.ts';
import { ImageRefusal, type RefusalCode } from '../../../src/imaging/image-refusal.ts';
import { buildTimeSeries } from '../../../src/imaging/volume/build-time-series.ts';
import { frameOf, type ReadSlice, type Slice, slicesOf } from '../../../src/imaging/volume/slice.ts';
import { secondsOf } from '../../../src/imaging/volume/time-points.ts';
import type { Built, TimeSeries } from '../../../src/imaging/volume/volume.ts';
import { instanceHeader } from '../../support/image-headers.ts';

const SIDE = 16;

/** '2026-03-01T23:59:50' and so many seconds, past midnight if need be. */
function clock(seconds: number): string {
  const at = new Date(Date.UTC(2026, 2, 1, 23, 59, 50) + Math.round(seconds * 1000));
  return `${at.toISOString().slice(0, 23)}000`;
}

interface Shot extends Partial<FrameHeader> {
  readonly z: number;
  readonly second: number;
}

const shot = ({ z, second, ...rest }: Shot): Partial<FrameHeader> => ({
  position: [-8, -8, z],
  acquiredAt: clock(second),
  ...rest,
});

const classic = (shots: readonly Shot[], series = '1.2.3.4'): Slice[] =>
  slicesOf(
    shots.map((given, at) =>
      instanceHeader(at + 1, { rows: SIDE, columns: SIDE, seriesUid: series, frames: [shot(given)] }),
    ),
  );

/** A linear course: the value of a voxel is its true second plus 1000 times its depth. */
const truth: ReadSlice = (slice) => {
  const { position, acquiredAt, triggerTimeMs } = frameOf(slice);
  const second =
    acquiredAt === null ? (triggerTimeMs ?? 0) / 1000 : (secondsOf(acquiredAt) ?? 0) - (secondsOf(clock(0)) ?? 0);
  const { rows = 0, columns = 0 } = slice.header.pixels ?? {};
  return Promise.resolve(new Float32Array(rows * columns).fill(second + 1000 * (position?.[2] ?? NaN)));
};

const build = (slices: readonly Slice[], read = truth): Promise<Built<TimeSeries>> =>
  buildTimeSeries(slices, read, { unit: 'HU' });

function shuffled<T>(items: readonly T[]): T[] {
  const key = (at: number): number => (at * 7919 + 13) % 1009;
  return items
    .map((item, at) => [key(at), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

/** Every voxel that was acquired holds what the truth says at its place and time. */
function expectTruth({ image }: Built<TimeSeries>): void {
  const [nx, ny, nz] = image.size;
  for (let k = 0; k < nz; k++) {
    const z = transform(image.affine, [0, 0, k])[2];
    image.frames.forEach((frame, t) => {
      const value = frame[nx * ny * k + 5] ?? NaN;
      if (!Number.isNaN(value)) expect(value).toBeCloseTo((image.times[k]?.[t] ?? NaN) + 1000 * z, 1);
    });
  }
}

const grid = <T>(zs: readonly number[], times: readonly number[], make: (z: number, second: number) => T): T[] =>
  times.flatMap((second) => zs.map((z) => make(z, second)));
const ZS = [0, 5, 10, 15];
const EVEN = Array.from({ length: 20 }, (_, t) => 2 * t);
const UNEVEN = [0, 2, 4, 6, 8, 10, 12, 15, 18, 21, 30, 45];

async function refusal(slices: readonly Slice[], read = truth): Promise<RefusalCode> {
  const error = await build(slices, read).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ImageRefusal)) throw new Error('was not refused');
  return error.code;
}

describe('a perfusion series', () => {
  it('is sorted by place and time, whatever the order of the images; midnight passes', async () => {
    for (const times of [EVEN, UNEVEN]) {
      const built = await build(shuffled(classic(grid(ZS, times, (z, second) => ({ z, second })))));
      expect(built.image.size).toEqual([SIDE, SIDE, 4]);
      expect(built.image.frames).toHaveLength(times.length);
      for (const row of built.image.times) expect([...row]).toEqual(times);
      expectTruth(built);
      expect(built.source.slices.map(({ position }) => position[2])).toEqual(ZS);
    }
  });

  it('of a shuttle table has other times at the two ends of its way', async () => {
    const ends = (z: number, second: number): Shot => ({ z, second: z < 10 ? second : second + 0.9 });
    const built = await build(shuffled(classic(grid(ZS, EVEN, ends))));
    expect(built.image.frames).toHaveLength(20);
    expect(built.image.times.map((row) => row[3])).toEqual([6, 6, expect.closeTo(6.9, 6), expect.closeTo(6.9, 6)]);
    expectTruth(built);
  });

  it('of interleaved slices keeps the time of every slice', async () => {
    const delay = [0, 1, 0.5, 1.5];
    const built = await build(shuffled(classic(grid(ZS, EVEN, (z, s) => ({ z, second: s + (delay[z / 5] ?? 0) })))));
    expect(built.image.times.map((row) => (row[4] ?? 0) - 8)).toEqual(delay.map((d) => expect.closeTo(d, 6) as number));
    expectTruth(built);
  });

  it('has NaN where an image is missing, and the others stay at their time', async () => {
    const missing = [
      [5, 0],
      [5, 14],
      [10, 14],
      [15, 38],
      [0, 6],
    ];
    const shots = grid(ZS, EVEN, (z, second) => ({ z, second: z < 10 ? second : second + 0.9 })).filter(
      ({ z, second }) => !missing.some(([mz, ms]) => mz === z && Math.abs((ms ?? 0) - second) < 1),
    );
    const built = await build(shuffled(classic(shots)));
    expect(built.image.frames).toHaveLength(20);
    expect(built.steps).toContainEqual({ step: 'missing-images', count: 5 });
    for (const [z = 0, second = 0] of missing) {
      expect(built.image.frames[second / 2]?.[SIDE * SIDE * (z / 5)]).toBeNaN();
      expect(built.image.times[z / 5]?.[second / 2]).toBeCloseTo(z < 10 ? second : second + 0.9, 6);
    }
    expectTruth(built);
    // The first time point lacks a slice: the reference slices are those of the second.
    expect(new Set(built.source.slices.map(({ sopInstanceUid }) => sopInstanceUid)).size).toBe(4);
  });

  it('goes by the temporal index where there is one, by trigger times where the clock stands still', async () => {
    const indexed = grid(ZS, EVEN, (z, second) => ({ z, second: second + z / 100, temporalIndex: second / 2 + 1 }));
    const built = await build(
      shuffled(classic(indexed.filter(({ z, second }) => z !== 5 || Math.abs(second - 8) > 1))),
    );
    expect(built.image.frames[4]?.[SIDE * SIDE]).toBeNaN();
    expectTruth(built);

    const standing = grid(ZS, EVEN, (z, s) => ({ z, second: 0, acquiredAt: null, triggerTimeMs: 1000 * s }));
    const triggered = await build(shuffled(classic(standing)));
    expect([...(triggered.image.times[2] ?? [])]).toEqual(EVEN);
    expect(triggered.steps).toContainEqual({ step: 'sorted-by-time', timePoints: 20, clock: 'trigger-time' });
  });

  it('of enhanced multi-frame images is the same as of classic ones', async () => {
    const shots = grid(ZS, EVEN, (z, second) => ({ z, second, temporalIndex: second / 2 + 1 }));
    const header = instanceHeader(1, { rows: SIDE, columns: SIDE, frames: shuffled(shots).map(shot) });
    const [enhanced, plain] = [await build(slicesOf([header])), await build(classic(shots))];
    expect(enhanced.image).toEqual(plain.image);
    expect(enhanced.source.slices).toHaveLength(4);
  });

  it('that was sent twice counts once; one that contradicts itself is refused', async () => {
    const shots = grid(ZS, EVEN, (z, second) => ({ z, second }));
    const twice = [...classic(shots), ...classic(shots.slice(8, 20), '1.2.3.5')];
    const built = await build(shuffled(twice));
    expect(built.steps).toContainEqual({ step: 'duplicates-dropped', count: 12 });
    expectTruth(built);
    const other: ReadSlice = async (slice) =>
      slice.header.seriesUid === '1.2.3.5' ? new Float32Array(SIDE * SIDE) : truth(slice);
    expect(await refusal(twice, other)).toBe('conflicting-slices');
  });

  it('with tilt and a change of spacing lies on a regular grid', async () => {
    const zs = [0, 4, 8, 12, 20, 28];
    const tilted = grid(zs, EVEN, (z, second) => ({ z, second, position: [-8, -8 + z / 4, z] as const }));
    const built = await build(shuffled(classic(tilted)));
    expect(built.image.size).toEqual([SIDE, SIDE + 7, 8]);
    expect(built.steps.map(({ step }) => step)).toContain('tilt-resampled');
    const { affine, frames } = built.image;
    expect(transform(affine, [0, 0, 7])).toEqual([8, 8, 28]);
    expect(frames[3]?.[8 + SIDE * (10 + (SIDE + 7) * 5)]).toBeCloseTo(6 + 20_000, 1);
  });

  it('of fine pixels is averaged to about a millimeter; millimeters stay', async () => {
    const fine = slicesOf(
      grid([0, 5], EVEN.slice(0, 4), (z, second) => ({ z, second })).map((given, at) =>
        instanceHeader(at + 1, { rows: 512, columns: 512, frames: [{ ...shot(given), pixelSpacing: [0.43, 0.43] }] }),
      ),
    );
    const { image, steps } = await build(fine);
    expect(image.size).toEqual([256, 256, 2]);
    expect(steps).toContainEqual({ step: 'averaged-to-coarser-voxels', pixels: 2, slices: 1 });
    expect(determinant(image.affine)).toBeCloseTo(0.86 * 0.86 * 5, 9);
    const center = transform(image.affine, [-0.25, -0.25, 0]);
    [8, 8, 0].forEach((mm, axis) => {
      expect(center[axis]).toBeCloseTo(mm, 9);
    });
  });

  it('without times, or with too few moments, is refused', async () => {
    expect(await refusal(classic(grid(ZS, EVEN, (z, second) => ({ z, second, acquiredAt: null }))))).toBe('no-times');
    expect(await refusal(classic(grid(ZS, EVEN, (z) => ({ z, second: 3 }))))).toBe('no-times');
    expect(await refusal(classic(grid(ZS, [0, 2], (z, second) => ({ z, second }))))).toBe('no-times');
  });
});
