/** The parts of which early ischemia is made, on figures that can be worked out by hand. */
import { describe, expect, it } from 'vitest';
import { ASPECTS_REGIONS } from '../../../../src/imaging/anatomy/index.ts';
import { computedAspects, countRange } from '../../../../src/imaging/pipelines/early-ischemia/aspects.ts';
import { mirrored } from '../../../../src/imaging/pipelines/early-ischemia/mirror.ts';
import {
  affectedProbability,
  type RegionEvidence,
} from '../../../../src/imaging/pipelines/early-ischemia/region-evidence.ts';
import { netWaterUptake, onsetWithin4h30 } from '../../../../src/imaging/pipelines/early-ischemia/water-uptake.ts';
import type { Volume } from '../../../../src/imaging/volume/volume.ts';

describe('net water uptake', () => {
  it('is the share of density that is lost', () => {
    expect(netWaterUptake(30.975, 35)).toBeCloseTo(11.5);
    expect(netWaterUptake(35, 35)).toBe(0);
    expect(netWaterUptake(36, 35)).toBeLessThan(0);
  });

  it.each([
    // Minnerup 2016: below 9.6 % with 95 % probability within 4.5 h, above 14.4 % with 95 % beyond.
    [9.6, 95],
    [14.4, 5],
    [12, 50],
  ])('%d %%: within 4.5 h with %d %%', (uptake, percent) => {
    expect(onsetWithin4h30(uptake)).toBeCloseTo(percent, 6);
  });

  it('at the published cut-off of 11.5 % early onset is a little more likely than not', () => {
    expect(onsetWithin4h30(11.5)).toBeGreaterThan(50);
    expect(onsetWithin4h30(11.5)).toBeLessThan(75);
  });
});

describe('how many regions', () => {
  it.each([
    [[], [0, 0]],
    [
      [1, 1, 0],
      [2, 2],
    ],
    [[0.5], [0, 1]],
    [
      [0.99, 0.99, 0.01],
      [2, 2],
    ],
    // Ten fair coins: 5th and 95th percentile of the binomial distribution.
    [new Array<number>(10).fill(0.5), [2, 8]],
  ] as const)('of %j: 90 %% lie in %j', (probabilities, range) => {
    expect(countRange(probabilities)).toEqual(range);
  });
});

describe('the computed score', () => {
  const evidence = (of: (side: 'left' | 'right', region: string) => number): RegionEvidence[] =>
    ASPECTS_REGIONS.flatMap((region) =>
      (['left', 'right'] as const).map((side) => ({
        ...{ region, side, dropHu: 0, noiseHu: 0.4, normalHu: 33, waterUptake: 0, ml: 10, network: null },
        probability: of(side, region),
        affected: of(side, region) >= 0.5,
      })),
    );

  it('counts the worse side alone', () => {
    const found = computedAspects(
      evidence((side, region) => (side === 'right' && region.startsWith('M') ? 0.9 : 0.02)),
    );
    expect(found).toMatchObject({ side: 'right', score: 4 });
    expect(found.affected.map(({ region }) => region)).toEqual(['M1', 'M2', 'M3', 'M4', 'M5', 'M6']);
  });

  it('leaves a point of doubt even where every region is certain', () => {
    const { score, interval } = computedAspects(
      evidence((side, region) => (side === 'left' && region === 'I' ? 1 : 0)),
    );
    expect([score, interval?.low, interval?.high]).toEqual([9, 8, 10]);
  });

  it('is open downwards by the regions that were not measured', () => {
    const seen = evidence(() => 0).filter(({ region }) => region !== 'M1' && region !== 'M4');
    expect(computedAspects(seen)).toMatchObject({ score: 10, interval: { low: 7, high: 10 } });
  });

  it('one doubtful region on the other side is no second stroke', () => {
    const found = computedAspects(
      evidence((side, region) =>
        side === 'left' ? (region === 'M3' ? 0.6 : 0) : ['M1', 'M2'].includes(region) ? 0.9 : 0,
      ),
    );
    expect(found).toMatchObject({ side: 'right', score: 8 });
  });
});

describe('the probability of a region', () => {
  it('rises with the drop and falls with noise', () => {
    const at = (drop: number, noise: number): number => affectedProbability(drop, noise, null);
    expect(at(0, 0.3)).toBeLessThan(0.1);
    expect(at(6, 0.3)).toBeGreaterThan(3 * at(0, 0.3));
    expect(at(6, 1.5)).toBeLessThan(at(6, 0.3));
    for (const drop of [-4, -2, 0, 2, 4]) expect(at(drop + 1, 0.5)).toBeGreaterThan(at(drop, 0.5));
  });
});

describe('the mirror image', () => {
  const volume = (): Volume => ({
    size: [9, 5, 3],
    affine: [-2, 0, 0, 8, 0, -2, 0, 4, 0, 0, 5, 0],
    values: Float32Array.from({ length: 135 }, (_, at) => at % 9),
    unit: 'HU',
  });

  it('exchanges left and right at the plane, wherever it lies', () => {
    const even = mirrored(volume(), { point: [0, 0, 0], normal: [1, 0, 0] });
    expect([...even.values.subarray(0, 9)]).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
    const off = mirrored(volume(), { point: [2, 3, -7], normal: [1, 0, 0] });
    expect([...off.values.subarray(0, 9)]).toEqual([6, 5, 4, 3, 2, 1, 0, -1000, -1000]);
  });

  it('twice is the image again, at a slanted plane too', () => {
    const image = { ...volume(), values: new Float32Array(135).fill(7) };
    const plane = { point: [0, 0, 5], normal: [Math.cos(0.1), Math.sin(0.1), 0] } as const;
    const there = mirrored(image, plane);
    expect(there.values[67]).toBeCloseTo(7);
  });
});
