import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conformalSet, conformalSetOfRows } from '../../src/prediction/conformal-set.ts';

const P = [0.05, 0.1, 0.15, 0.3, 0.25, 0.1, 0.05];

describe('the rules as the statistics define them', () => {
  it('lac: every class whose score 1 - p is within the threshold', () => {
    expect(conformalSet({ method: 'lac', threshold: 0.86 }, P)).toEqual([2, 3, 4]);
  });

  it('aps: in falling order of probability while the mass stays within the threshold', () => {
    // 0.30, 0.55, 0.70, then 0.80 (grade 1, the lower of two equals) and 0.90 (grade 5).
    expect(conformalSet({ method: 'aps', threshold: 0.81 }, P)).toEqual([1, 2, 3, 4]);
    expect(conformalSet({ method: 'aps', threshold: 0.9000001 }, P)).toEqual([1, 2, 3, 4, 5]);
  });

  it('ordinal-interval: neighbors are added until the mass is reached', () => {
    expect(conformalSet({ method: 'ordinal-interval', threshold: 0.6 }, P)).toEqual([2, 3, 4]);
  });

  it('the lower neighbor first where both are equal', () => {
    expect(conformalSet({ method: 'ordinal-interval', threshold: 0.6 }, [0.25, 0.5, 0.25])).toEqual([0, 1]);
  });
});

describe('a case with an unknown input', () => {
  it('has every class that the set of a possible row holds', () => {
    const rule = { method: 'ordinal-interval', threshold: 0.8 } as const;
    const mild = [0.5, 0.4, 0.1, 0];
    const severe = [0, 0.1, 0.4, 0.5];
    expect(conformalSetOfRows(rule, [mild])).toEqual(conformalSet(rule, mild));
    expect(conformalSetOfRows(rule, [mild, severe])).toEqual([0, 1, 2, 3]);
  });
});

const distribution = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 7 }).map((raw) => {
  const total = raw.reduce((a, b) => a + b, 0);
  return total === 0 ? raw.map(() => 1 / raw.length) : raw.map((x) => x / total);
});

it.each(['lac', 'aps', 'ordinal-interval'] as const)(
  '%s: never empty, holds the most probable class, and grows with the threshold',
  (method) => {
    fc.assert(
      fc.property(
        distribution,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (p, a, b) => {
          const narrow = conformalSet({ method, threshold: Math.min(a, b) }, p);
          const wide = conformalSet({ method, threshold: Math.max(a, b) }, p);
          expect(narrow).toContain(p.indexOf(Math.max(...p)));
          expect(wide).toEqual(expect.arrayContaining(narrow));
          expect([...wide].sort((x, y) => x - y)).toEqual(wide);
        },
      ),
      { numRuns: 100 },
    );
  },
);
