import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanMrs, notBetterThan, shifted, shiftTo, upTo } from '../../../src/decisions/prognosis/distribution.ts';
import type { Floor } from '../../../src/decisions/prognosis/distribution.ts';
import { UNTREATED } from '../../../src/decisions/scores/samuel-distributions.ts';

const references = Object.values(UNTREATED);
const anyReference = fc.constantFrom(...references);
const anyRisk = fc.double({ min: 0.001, max: 0.999, noNaN: true });
const anyFloor = fc.constantFrom<Floor>(0, 1, 2, 3, 4, 5);

describe('a reference shifted to a risk', () => {
  it('has mRS 3 to 6 exactly as often as the risk says, and sums to 1 without a negative share', () => {
    fc.assert(
      fc.property(anyReference, anyRisk, (reference, risk) => {
        const distribution = shifted(reference, shiftTo(reference, risk));
        expect(1 - upTo(distribution, 2)).toBeCloseTo(risk, 10);
        expect(upTo(distribution, 6)).toBeCloseTo(1, 12);
        expect(Math.min(...distribution)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 200 },
    );
  });

  it('is worse at every cut when the risk is higher', () => {
    fc.assert(
      fc.property(anyReference, anyRisk, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (reference, risk, share) => {
        const better = shifted(reference, shiftTo(reference, risk * share));
        const worse = shifted(reference, shiftTo(reference, risk));
        for (const cut of [0, 1, 2, 3, 4, 5]) expect(upTo(worse, cut)).toBeLessThan(upTo(better, cut));
      }),
    );
  });

  it('is the reference itself at the reference’s own risk (SAMueL, untreated large-vessel occlusion: 73.5 %)', () => {
    const distribution = shifted(UNTREATED.lvo, shiftTo(UNTREATED.lvo, 0.735));
    const printed = [0.05, 0.079, 0.136, 0.164, 0.247, 0.135, 0.189];
    printed.forEach((share, grade) => {
      expect(distribution[grade]).toBeCloseTo(share, 9);
    });
  });
});

describe('nobody is expected to be better than before', () => {
  it('counts better grades as the grade before, keeps the worse ones and the sum', () => {
    fc.assert(
      fc.property(anyReference, anyRisk, anyFloor, (reference, risk, before) => {
        const free = shifted(reference, shiftTo(reference, risk));
        const bound = notBetterThan(free, before);
        expect(bound.slice(0, before).every((share) => share === 0)).toBe(true);
        expect(bound[before]).toBeCloseTo(upTo(free, before), 12);
        expect(bound.slice(before + 1)).toEqual(free.slice(before + 1));
        expect(meanMrs(bound)).toBeGreaterThanOrEqual(meanMrs(free) - 1e-12);
      }),
    );
  });
});
