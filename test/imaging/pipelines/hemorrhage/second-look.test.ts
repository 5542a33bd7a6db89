import { describe, expect, it } from 'vitest';
import type { Point } from '../../../../src/imaging/affine.ts';
import { measure, type Measured } from '../../../../src/imaging/pipelines/hemorrhage/measure.ts';
import {
  partFeatures,
  probabilityOfBlood,
  secondLookOf,
} from '../../../../src/imaging/pipelines/hemorrhage/second-look.ts';
import { CLASSES, cutsOf } from '../../../../src/imaging/pipelines/hemorrhage/settings.ts';

const THRESHOLDS = {
  ...{ bloodProbability: 0.5, edemaProbability: 0.5, smallestPartMl: 0.1, partProbability: 0.5 },
  ...{ secondLookIntercept: -1, meanWeight: 1, logVolumeWeight: 0.25, logSlicesWeight: 0.5 },
  ...{ meanMean: 1, logVolumeMean: 0, logSlicesMean: 0.5 },
};
const without = (name: string): Record<string, number> =>
  Object.fromEntries(Object.entries(THRESHOLDS).filter(([each]) => each !== name));

describe('the second look', () => {
  it('is one for a network whose manifest names all of it, and none for another', () => {
    expect(secondLookOf(THRESHOLDS)).toEqual({
      intercept: -1,
      weights: { mean: 1, logVolume: 0.25, logSlices: 0.5 },
      means: { mean: 1, logVolume: 0, logSlices: 0.5 },
      partProbability: 0.5,
    });
    for (const name of Object.keys(THRESHOLDS).slice(3)) {
      expect(secondLookOf(without(name)), name).toBeNull();
    }
    expect(cutsOf(undefined).secondLook).toBeNull();
  });

  it('sees the mean, the volume and the slices; surer than one in ten thousand is not surer', () => {
    const probability = Float32Array.of(0, 0.5, 0.75, 0.25, 1);
    const { mean, logVolume, logSlices } = partFeatures(Int32Array.of(1, 2, 3), probability, 2, 2);
    expect(mean).toBeCloseTo(0, 6);
    expect(logVolume).toBeCloseTo(Math.log(6), 6);
    expect(logSlices).toBeCloseTo(Math.log(2), 6);
    expect(partFeatures(Int32Array.of(4), probability, 2, 1).mean).toBeCloseTo(Math.log(9999), 3);
  });

  it('adds up: each feature by what it lies above its mean', () => {
    const look = secondLookOf(THRESHOLDS);
    if (look === null) throw new Error('all of it is named');
    expect(probabilityOfBlood(look, { mean: 1, logVolume: 0, logSlices: 0.5 })).toBeCloseTo(1 / (1 + Math.E), 9);
    // -1 + 1 · 1 + 0.25 · 4 + 0.5 · 2 = 2
    expect(probabilityOfBlood(look, { mean: 2, logVolume: 4, logSlices: 2.5 })).toBeCloseTo(1 / (1 + Math.exp(-2)), 9);
  });
});

describe('parts that are measured with it', () => {
  const SIZE: Point = [20, 20, 2];
  const VOXELS = 20 * 20 * 2;

  interface Square {
    readonly at: Point;
    readonly width: number;
    readonly p: number;
    /** Of a rim of one voxel around it. */
    readonly rim?: number;
  }

  /** Squares of intraparenchymal blood in one slice. */
  function answer(squares: readonly Square[]): Float32Array {
    const out = new Float32Array(CLASSES.length * VOXELS).fill(0);
    out.fill(1, 0, VOXELS);
    for (const {
      at: [x, y, z],
      width,
      p,
      rim = 0,
    } of squares) {
      for (let j = -1; j <= width; j++) {
        for (let i = -1; i <= width; i++) {
          const isRim = i < 0 || j < 0 || i === width || j === width;
          const at = (z * 20 + y + j) * 20 + x + i;
          out[VOXELS + at] = isRim ? rim : p;
          out[at] = 1 - (isRim ? rim : p);
        }
      }
    }
    return out;
  }

  /** Voxels of 0.01 mL. */
  const measured = (
    passes: readonly Float32Array[],
    mean: Float32Array,
    thresholds: Readonly<Record<string, number>> = THRESHOLDS,
  ): Measured =>
    measure(
      { passes, mean, intervalBasis: 'test', model: { name: 'n', version: '1', digest: 'd' }, ranOn: 'cpu' },
      {
        inside: new Uint8Array(VOXELS).fill(1),
        size: SIZE,
        millimeters: [1, 1, 10],
        cuts: cutsOf({ identity: '1', thresholds, detectionFloors: { 'hemorrhage-volume': 0.1 } }),
      },
    );

  const sure: Square = { at: [2, 2, 0], width: 6, p: 0.98 };
  const doubtful: Square = { at: [12, 12, 0], width: 4, p: 0.6 };

  it('are kept or not by how likely they are, and each says how likely', () => {
    const both = answer([sure, doubtful]);
    const { judged, volumes, presence } = measured([both], both);
    expect(judged?.map(({ ml }) => ml)).toEqual([expect.closeTo(0.36, 6), expect.closeTo(0.16, 6)]);
    const [first, second] = judged ?? [];
    expect(first?.probability).toBeGreaterThan(0.7);
    expect(second?.probability).toBeLessThan(0.2);
    expect(volumes.blood.ml).toBeCloseTo(0.36, 6);
    expect(presence).toBe('present');
  });

  it('without it are kept by their surest voxel', () => {
    const both = answer([sure, doubtful]);
    const { judged, volumes } = measured([both], both, { ...without('partProbability'), peakProbability: 0.55 });
    expect(judged).toBeNull();
    expect(volumes.blood.ml).toBeCloseTo(0.52, 6);
  });

  it('reach farther or less far in the interval, and are the same parts', () => {
    // The rim belongs to it at the lower threshold alone; with it the mean is lower, and the part is kept all the same.
    const mean = answer([{ ...sure, rim: 0.35 }]);
    const { interval, ml } = measured([mean], mean).volumes.blood;
    expect(ml).toBeCloseTo(0.36, 6);
    expect(interval.high).toBeCloseTo(0.64, 6);
    expect(interval.low).toBeCloseTo(0.36, 6);
  });

  it('that are likely but not sure are in one end of the interval alone', () => {
    const part = answer([{ at: [2, 2, 0], width: 6, p: 0.9 }]);
    const { judged, volumes, presence } = measured([part], part);
    const likely = judged?.[0]?.probability ?? NaN;
    expect(likely).toBeGreaterThan(0.3);
    expect(likely).toBeLessThan(0.7);
    expect(volumes.blood.interval).toMatchObject({ low: 0, high: expect.closeTo(0.36, 6) as number });
    expect(presence).toBe('uncertain');
  });

  it('that one pass does not hold for blood are uncertain', () => {
    const [mean, other] = [answer([sure]), answer([{ ...sure, p: 0.55 }])];
    const { volumes, presence } = measured([mean, other], mean);
    expect(volumes.blood.interval.low).toBe(0);
    expect(presence).toBe('uncertain');
  });
});
