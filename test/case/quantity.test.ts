import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimate, isAbove, isAtLeast, isAtMost, isBelow, isBorderline, quantity } from '../../src/case/index.ts';

const COMPARISONS = { isBelow, isAbove, isAtLeast, isAtMost };
const comparison = fc.constantFrom(...Object.values(COMPARISONS));
const number = fc.oneof(fc.integer({ min: -5, max: 120 }), fc.double({ min: -5, max: 120, noNaN: true }));
const width = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 60, noNaN: true }));
const measured = fc
  .record({ value: number, below: width, above: width })
  .map(({ value, below, above }) => estimate(value, 'mL', { low: value - below, high: value + above }));

describe('a value with an interval', () => {
  it.each([
    [55, 82, undefined],
    [55, 69.9, true],
    [70.1, 90, false],
    // Closed: a limit at an end lies inside.
    [55, 70, undefined],
    [70, 90, undefined],
  ])('68 mL within %f–%f mL, below 70 mL: %s', (low, high, below) => {
    const core = estimate((low + high) / 2, 'mL', { low, high });
    expect(isBelow(core, 70)).toBe(below);
    expect(isAtLeast(core, 70)).toBe(below === undefined ? undefined : !below);
    expect(isBorderline(core, 70)).toBe(below === undefined);
  });

  it('has no answer to a comparison with a limit that lies inside, and that of the value to any other', () => {
    fc.assert(
      fc.property(measured, number, comparison, (q, limit, compare) => {
        expect(compare(q, limit)).toBe(isBorderline(q, limit) ? undefined : compare(quantity(q.value, 'mL'), limit));
      }),
      { numRuns: 500 },
    );
  });

  it('never answers against a value that the interval leaves possible', () => {
    fc.assert(
      fc.property(measured, number, comparison, fc.double({ min: 0, max: 1, noNaN: true }), (q, limit, compare, at) => {
        const answer = compare(q, limit);
        const { low, high } = q.interval ?? { low: q.value, high: q.value };
        const possible = Math.min(high, low + at * (high - low));
        if (answer !== undefined) expect(compare(quantity(possible, 'mL'), limit)).toBe(answer);
      }),
      { numRuns: 500 },
    );
  });

  it('loses answers and never changes one when it widens', () => {
    fc.assert(
      fc.property(measured, width, width, number, comparison, (q, below, above, limit, compare) => {
        const { low, high } = q.interval ?? { low: q.value, high: q.value };
        const wider = estimate(q.value, 'mL', { low: low - below, high: high + above });
        const answer = compare(wider, limit);
        if (answer !== undefined) expect(answer).toBe(compare(q, limit));
      }),
      { numRuns: 500 },
    );
  });

  it('is as exact as a plain value when the interval is one point', () => {
    expect(isAtLeast(estimate(70, 'mL', { low: 70, high: 70 }), 70)).toBe(true);
    expect(isBelow(estimate(0, 'mL', { low: 0, high: 0 }), 0)).toBe(false);
  });

  it('always lies inside its interval', () => {
    expect(estimate(80, 'mL', { low: 55, high: 70 }).interval).toEqual({ low: 55, high: 80 });
    expect(() => estimate(80, 'mL', { low: Number.NaN, high: 90 })).toThrow(RangeError);
  });
});
