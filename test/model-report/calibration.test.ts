import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auroc, calibrationOf, wilson } from '../../src/model-report/calibration.ts';
import type { Judged } from '../../src/model-report/calibration.ts';

/** `events` of `count` at each risk. */
const patients = (...groups: readonly (readonly [probability: number, events: number, count: number])[]): Judged[] =>
  groups.flatMap(([probability, events, count]) =>
    Array.from({ length: count }, (_, i) => ({ probability, event: i < events })),
  );

describe('calibration', () => {
  it('of probabilities that come true is a slope of 1 and an intercept of 0', () => {
    const right = calibrationOf(patients([0.1, 10, 100], [0.5, 50, 100], [0.9, 90, 100]));
    expect(right?.slope).toBeCloseTo(1, 6);
    expect(right?.intercept).toBeCloseTo(0, 6);
    expect(right).toMatchObject({ count: 300, events: 150, observed: 0.5 });
  });

  it('finds predictions that are too extreme, and predictions that are too high', () => {
    // Said 5 % and 95 %, came 20 % and 80 %: logits of ±2.94 against ±1.39.
    expect(calibrationOf(patients([0.05, 20, 100], [0.95, 80, 100]))?.slope).toBeCloseTo(Math.log(4) / Math.log(19), 6);
    const high = calibrationOf(patients([0.5, 20, 100]));
    expect(high?.intercept).toBeCloseTo(Math.log(0.25), 6);
  });

  it('says nothing of discrimination and slope with fewer than ten events', () => {
    expect(calibrationOf(patients([0.1, 9, 200]))).toMatchObject({ auroc: null, slope: null, intercept: null });
    expect(calibrationOf([])).toBeNull();
  });

  it('groups by fifths of risk only where there are enough', () => {
    expect(calibrationOf(patients([0.1, 4, 40]))?.bins).toEqual([]);
    const bins = calibrationOf(patients([0.1, 2, 20], [0.2, 4, 20], [0.3, 6, 20], [0.4, 8, 20], [0.5, 10, 20]))?.bins;
    expect(bins?.map(({ count, observed }) => [count, observed])).toEqual([
      [20, 0.1],
      [20, 0.2],
      [20, 0.3],
      [20, 0.4],
      [20, 0.5],
    ]);
  });

  it('has the intervals of Wilson (10 of 50: 11.2 to 33.0 %)', () => {
    const [low, high] = wilson(10, 50);
    expect(low).toBeCloseTo(0.1124, 4);
    expect(high).toBeCloseTo(0.3304, 4);
  });
});

describe('the area under the ROC curve', () => {
  it('is the share of pairs in the right order, ties half', () => {
    const anyJudged = fc.array(
      fc.record({ probability: fc.constantFrom(0.1, 0.2, 0.3, 0.4, 0.5), event: fc.boolean() }),
      { minLength: 2, maxLength: 30 },
    );
    fc.assert(
      fc.property(anyJudged, (judged) => {
        const events = judged.filter(({ event }) => event);
        const others = judged.filter(({ event }) => !event);
        fc.pre(events.length > 0 && others.length > 0);
        let right = 0;
        for (const a of events)
          for (const b of others)
            right += a.probability > b.probability ? 1 : a.probability === b.probability ? 0.5 : 0;
        expect(auroc(judged)).toBeCloseTo(right / (events.length * others.length), 12);
      }),
      { numRuns: 100 },
    );
  });
});
