/** Uneven, shuttled and interrupted sampling onto one regular time grid. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpolate, regularTime } from '../../../../src/imaging/pipelines/perfusion/regular-time.ts';

const LIMITS = { stepSeconds: 1, longestGapSeconds: 6, longestSeconds: 100 };
const frames = (starts: readonly number[], offsets: readonly number[]): Float64Array[] =>
  starts.map((start) => Float64Array.from(offsets, (offset) => start + offset));

describe('the regular grid', () => {
  it('spans what every slice has seen', () => {
    const { seconds } = regularTime(frames([0, 2, 4, 6, 8], [0, 0.7, 1.5]), LIMITS);
    expect(seconds[0]).toBeCloseTo(1.5);
    expect(seconds.at(-1)).toBeLessThanOrEqual(8);
    expect(seconds).toHaveLength(7);
  });

  it('ends before the late phase of a two-phase protocol', () => {
    const { seconds, frames: used } = regularTime(frames([0, 1.5, 3, 4.5, 20, 35], [0]), LIMITS);
    expect(used).toBe(4);
    expect(seconds.at(-1)).toBeLessThanOrEqual(4.5);
  });

  it('leaves out a first image long before the others', () => {
    const { seconds, from, frames: used } = regularTime(frames([0, 12, 13.5, 15, 16.5], [0]), LIMITS);
    expect([from, used]).toEqual([1, 4]);
    expect(seconds).toEqual([12, 13, 14, 15, 16]);
  });

  it('is empty for a single time point', () => {
    expect(regularTime(frames([0], [0]), LIMITS).seconds).toEqual([]);
  });
});

it('straight lines stay straight, whatever samples are missing', () => {
  const arbitrary = fc.record({
    gaps: fc.array(fc.double({ min: 0.3, max: 3, noNaN: true }), { minLength: 6, maxLength: 40 }),
    missing: fc.array(fc.nat(40), { maxLength: 3 }),
    slope: fc.double({ min: -5, max: 5, noNaN: true }),
    offset: fc.double({ min: -100, max: 100, noNaN: true }),
  });
  fc.assert(
    fc.property(arbitrary, ({ gaps, missing, slope, offset }) => {
      const times = Float64Array.from(gaps.reduce<number[]>((all, gap) => [...all, (all.at(-1) ?? 0) + gap], []));
      const values = Float32Array.from(times, (t, n) =>
        missing.includes(n) && n > 0 && n < times.length - 1 ? NaN : offset + slope * t,
      );
      const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
      const at = Array.from({ length: 20 }, (_, n) => first + ((last - first) * n) / 19);
      const out = new Float32Array(20);
      expect(interpolate(times, values, at, out, 0)).toBe(true);
      at.forEach((t, n) => {
        expect(out[n]).toBeCloseTo(offset + slope * t, 2);
      });
    }),
    { numRuns: 100 },
  );
});

it('a voxel that half of the frames miss is left out', () => {
  const values = Float32Array.of(1, NaN, NaN, NaN, 2);
  const out = new Float32Array(3);
  expect(interpolate(Float64Array.of(0, 1, 2, 3, 4), values, [0, 2, 4], out, 0)).toBe(false);
  expect([...out]).toEqual([NaN, NaN, NaN]);
});
