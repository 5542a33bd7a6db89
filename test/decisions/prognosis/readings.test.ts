/** The published readings of the individual risk, against the figures that they were taken from. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trialControlRisk } from '../../../src/decisions/prognosis/trial-controls.ts';
import { astralObserved, astralRisk } from '../../../src/decisions/scores/astral.ts';

describe('ASTRAL', () => {
  it('gives about 50 % at 31 points (Ntaios 2012; the third-party curve 52.8 %)', () => {
    expect(astralRisk(31)).toBeCloseTo(0.528, 3);
  });

  it('observed shares by band reproduce the predictive values printed at each cut', () => {
    // Cohort shares by band, from the same sensitivities and specificities: the printed PPV of a cut is the share at or above it.
    const bands = [
      { points: 10, share: 0.027 * 0.335 + 0.285 * 0.665 },
      { points: 20, share: 0.125 * 0.335 + 0.374 * 0.665 },
      { points: 25, share: 0.252 * 0.335 + 0.243 * 0.665 },
      { points: 34, share: 0.283 * 0.335 + 0.073 * 0.665 },
      { points: 40, share: 0.139 * 0.335 + 0.021 * 0.665 },
      { points: 45, share: 0.174 * 0.335 + 0.004 * 0.665 },
    ];
    const printed = [
      { from: 1, ppv: 0.407 },
      { from: 2, ppv: 0.556 },
      { from: 3, ppv: 0.755 },
      { from: 4, ppv: 0.865 },
      { from: 5, ppv: 0.96 },
    ];
    for (const { from, ppv } of printed) {
      const above = bands.slice(from);
      const all = above.reduce((sum, { share }) => sum + share, 0);
      const unfavorable = above.reduce((sum, { points, share }) => sum + share * astralObserved(points), 0);
      expect(unfavorable / all).toBeCloseTo(ppv, 2);
    }
    expect(1 - astralObserved(10)).toBeCloseTo(0.954, 2);
  });

  it('the curve stays within 10 percentage points of what was observed in the middle of every band', () => {
    for (const points of [14, 20, 26.5, 34, 40, 46]) {
      expect(Math.abs(astralRisk(points) - astralObserved(points))).toBeLessThan(0.1);
    }
  });
});

describe('control arms of the trials', () => {
  it('give back mRS 0 to 1 in 58.9 %, 43.0 %, 13.3 % of the bands (Emberson 2014) at the mean age', () => {
    // On the reference's scale: 30 % with mRS 3 to 6 at NIHSS 3, 45 % at 7.5, 73 % at 16.
    expect(trialControlRisk(71, 3)).toBeCloseTo(0.301, 3);
    expect(trialControlRisk(71, 7.5)).toBeCloseTo(0.45, 2);
    expect(trialControlRisk(71, 16)).toBeCloseTo(0.728, 2);
  });

  it('foretell the control arm of the thrombectomy trials, which they were not made of (Goyal 2016: 73.5 %)', () => {
    expect(Math.abs(trialControlRisk(68, 17) - 0.735)).toBeLessThan(0.02);
  });

  it('are never better with a higher NIHSS or a higher age', () => {
    fc.assert(
      fc.property(fc.integer({ min: 18, max: 110 }), fc.integer({ min: 0, max: 41 }), (age, nihss) => {
        expect(trialControlRisk(age, nihss + 1)).toBeGreaterThan(trialControlRisk(age, nihss));
        expect(trialControlRisk(age + 1, nihss)).toBeGreaterThan(trialControlRisk(age, nihss));
      }),
    );
  });
});
