import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, plus, quantity, unknown, UNKNOWN_REASONS } from '../../../src/case/index.ts';
import type { FactKey, OcclusionSite, StrokeCase } from '../../../src/case/index.ts';
import { evaluateThrombectomy } from '../../../src/decisions/thrombectomy/index.ts';
import type { ThrombectomyConclusion } from '../../../src/decisions/thrombectomy/index.ts';
import { FACT_KEYS } from '../../support/fact-keys.ts';
import {
  aPolicy,
  given,
  had,
  hoursAgo,
  measured,
  NOW,
  takes,
  drug,
  minutesAgo,
  without,
} from '../../support/case-builder.ts';
import { occlusion } from './support.ts';

const SITES: readonly OcclusionSite[] = [
  'none',
  'internal-carotid',
  'M1',
  'M2-dominant-proximal',
  'M2-other',
  'distal-MCA',
  'ACA',
  'PCA',
  'basilar',
  'vertebral',
];

/** Facts that the decision reads; the clock facts never contradict each other here. */
const READ: readonly FactKey[] = [
  'occlusionSite',
  'lastKnownWell',
  'witnessedOnset',
  'nihss',
  'preStrokeMrs',
  'aspects',
  'pcAspects',
  'age',
  'massEffect',
  'hemorrhageOnImaging',
  'acuteIntracranialHemorrhage',
  'thrombectomyDone',
  'disablingDeficit',
  'thrombectomyAccess',
  'coreVolume',
  'hypoperfusionVolume',
  'bloodPressure',
  'thrombolyticGiven',
  'wakeUpStroke',
];

const complete: fc.Arbitrary<StrokeCase> = fc
  .record({
    site: fc.constantFrom(...SITES),
    hours: fc.oneof(fc.constantFrom(0, 6, 16, 24), fc.double({ min: 0, max: 30, noNaN: true })),
    nihss: fc.integer({ min: 0, max: 42 }),
    lowerBound: fc.boolean(),
    mrs: fc.constantFrom(0, 1, 2, 3, 4, 5),
    aspects: fc.integer({ min: 0, max: 10 }),
    pcAspects: fc.integer({ min: 0, max: 10 }),
    age: fc.integer({ min: 18, max: 100 }),
    massEffect: fc.boolean(),
    hemorrhage: fc.boolean(),
    done: fc.boolean(),
    disabling: fc.boolean(),
    core: fc.integer({ min: 0, max: 120 }),
  })
  .map(({ hemorrhage, done, disabling, core, ...vector }) =>
    occlusion(vector as Parameters<typeof occlusion>[0], {
      ...(hemorrhage ? { hemorrhageOnImaging: given(true) } : {}),
      ...(done ? { thrombectomyDone: had('thrombectomy', minutesAgo(1)) } : {}),
      disablingDeficit: given(disabling),
      coreVolume: measured(core, 'mL'),
      hypoperfusionVolume: measured(100, 'mL'),
    }),
  );

const withGaps = fc
  .tuple(complete, fc.subarray([...READ], { maxLength: 3 }))
  .map(([stroke, keys]) => keys.reduce((gapped, key) => without(gapped, key), stroke));

const ORDER: readonly ThrombectomyConclusion[] = ['may-be-considered', 'reasonable', 'recommended'];
const strength = (stroke: StrokeCase, at = NOW): number =>
  ORDER.indexOf(evaluateThrombectomy(stroke, at, aPolicy()).conclusion);

describe('thrombectomy', () => {
  it('a known fact that becomes unknown never makes a stronger yes', () => {
    fc.assert(
      fc.property(
        withGaps,
        fc.constantFrom(...READ),
        fc.constantFrom(...UNKNOWN_REASONS),
        (stroke, key, why) => strength(without(stroke, key, unknown(why))) <= strength(stroke),
      ),
      { numRuns: 600 },
    );
  });

  it('a hemorrhage is never outvoted', () => {
    fc.assert(
      fc.property(withGaps, (stroke) => {
        const bleeding = { ...stroke, facts: { ...stroke.facts, hemorrhageOnImaging: given(true) } };
        expect(evaluateThrombectomy(bleeding, NOW, aPolicy()).conclusion).toBe('not-applicable');
      }),
      { numRuns: 100 },
    );
  });

  it('time changes the conclusion only at validUntil', () => {
    fc.assert(
      fc.property(withGaps, fc.integer({ min: 1, max: 48 * 60 }), (stroke, minutes) => {
        const now = evaluateThrombectomy(stroke, NOW, aPolicy());
        const then = plus(NOW, minutes * MINUTE);
        const until = now.validUntil;
        if (until === null || then < until) {
          expect(evaluateThrombectomy(stroke, then, aPolicy()).conclusion).toBe(now.conclusion);
        } else {
          const [before, after] = [plus(until, -1), plus(until, 1)];
          if (before >= NOW) expect(evaluateThrombectomy(stroke, before, aPolicy()).conclusion).toBe(now.conclusion);
          const later = evaluateThrombectomy(stroke, after, aPolicy());
          expect([later.conclusion, later.strength?.cor]).not.toEqual([now.conclusion, now.strength?.cor]);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('undecided always says what would settle it, a conclusion never asks', () => {
    fc.assert(
      fc.property(withGaps, (stroke) => {
        const { conclusion, settledBy } = evaluateThrombectomy(stroke, NOW, aPolicy());
        expect(settledBy.length > 0).toBe(conclusion === 'undecided');
      }),
      { numRuns: 300 },
    );
  });

  it('facts that it does not read change nothing', () => {
    const unrelated = FACT_KEYS.filter((key) => !READ.includes(key) && key !== 'hemorrhageOnImaging');
    fc.assert(
      fc.property(withGaps, fc.constantFrom(...unrelated), (stroke, key) => {
        const before = evaluateThrombectomy(stroke, NOW, aPolicy());
        expect(evaluateThrombectomy(without(stroke, key), NOW, aPolicy())).toEqual(before);
      }),
      { numRuns: 200 },
    );
    const more = occlusion(
      {},
      { glucose: measured(500, 'mg/dL'), antiplatelet: takes(drug('aspirin', 'antiplatelet', hoursAgo(1))) },
    );
    expect(evaluateThrombectomy(more, NOW, aPolicy())).toEqual(evaluateThrombectomy(occlusion(), NOW, aPolicy()));
  });

  it('reads every fact that its rows name as evidence', () => {
    const named = new Set(evaluateThrombectomy(occlusion(), NOW, aPolicy()).criteria.flatMap(({ data }) => data));
    expect([...named].filter((key) => !READ.includes(key))).toEqual([]);
  });

  it('a comparator that leaves the question open keeps it open', () => {
    const stroke = occlusion({}, { aspects: given(quantity(3, '{score}', '<')) });
    expect(evaluateThrombectomy(stroke, NOW, aPolicy()).conclusion).not.toBe('recommended');
    const long = occlusion({ hours: 3 });
    expect(strength(long, plus(NOW, 22 * HOUR))).toBe(-1);
  });
});
