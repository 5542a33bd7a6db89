import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plus } from '../../../src/case/index.ts';
import type { FactKey, StrokeCase } from '../../../src/case/index.ts';
import { GUIDELINE_IDS } from '../../../src/decisions/evaluation.ts';
import {
  concludeThrombolysis,
  evaluateRules,
  evaluateThrombolysis,
  THROMBOLYSIS_RULES,
  yesStrength,
} from '../../../src/decisions/thrombolysis/index.ts';
import { arbitraryCase } from '../../support/arbitrary-case.ts';
import { aPolicy, given, had, daysAgo, NOW, without } from '../../support/case-builder.ts';
import { FACT_KEYS } from '../../support/fact-keys.ts';

const policy = aPolicy({ thrombectomyAccess: null });
const guideline = fc.constantFrom(...GUIDELINE_IDS);
const conclude = (stroke: StrokeCase, id: (typeof GUIDELINE_IDS)[number]) =>
  concludeThrombolysis(evaluateRules(stroke, NOW, policy, id)).conclusion;

const LABS: readonly FactKey[] = ['inr', 'platelets', 'aptt', 'prothrombinTime'];

/** Recommendations that say not to wait for a result: an abnormal one that goes missing no longer excludes. */
function guidelineToleratesAbsence(stroke: StrokeCase, key: FactKey, id: (typeof GUIDELINE_IDS)[number]): boolean {
  if (!LABS.includes(key) && key !== 'cerebralMicrobleeds') return false;
  return evaluateRules(stroke, NOW, policy, id).some(
    ({ effect, result }) =>
      result.status === 'met' && result.data.includes(key) && effect.kind !== 'informs' && effect.kind !== 'gate',
  );
}

describe('thrombolysis, for any case', () => {
  it('a fact that becomes unknown never makes a stronger yes', () => {
    fc.assert(
      fc.property(arbitraryCase, guideline, (stroke, id) => {
        const before = yesStrength(conclude(stroke, id));
        for (const key of FACT_KEYS) {
          if (stroke.facts[key].status === 'unknown' || guidelineToleratesAbsence(stroke, key, id)) continue;
          expect(yesStrength(conclude(without(stroke, key), id)), key).toBeLessThanOrEqual(before);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('an absolute contraindication that is met is never outvoted', () => {
    fc.assert(
      fc.property(arbitraryCase, guideline, (stroke, id) => {
        const rows = evaluateRules(stroke, NOW, policy, id);
        const excluded = rows.some(
          ({ effect, result }) =>
            (effect.kind === 'excludes' || effect.kind === 'laboratory') && result.status === 'met',
        );
        expect(concludeThrombolysis(rows).conclusion === 'contraindicated').toBe(excluded);
      }),
      { numRuns: 500 },
    );
  });

  it('there is no yes with a gate not passed, an exclusion open or no window open', () => {
    fc.assert(
      fc.property(arbitraryCase, guideline, (stroke, id) => {
        const rows = evaluateRules(stroke, NOW, policy, id);
        fc.pre(yesStrength(concludeThrombolysis(rows).conclusion) > 0);
        for (const { effect, result } of rows) {
          if (effect.kind === 'gate' || effect.kind === 'requires') expect(result.status, result.id).toBe('met');
          if (effect.kind === 'excludes') expect(result.status, result.id).not.toBe('unknown');
        }
        expect(rows.some(({ effect, result }) => effect.kind === 'opens' && result.status === 'met')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('a fact that no criterion reads changes nothing', () => {
    const read = new Set(GUIDELINE_IDS.flatMap((id) => THROMBOLYSIS_RULES[id].flatMap(({ data }) => data)));
    const unrelated = FACT_KEYS.filter((key) => !read.has(key));
    expect(unrelated).toContain('ldl');
    fc.assert(
      fc.property(arbitraryCase, fc.constantFrom(...unrelated), (stroke, key) => {
        const other: StrokeCase = { ...stroke, facts: { ...stroke.facts, [key]: had('unrelated', daysAgo(1)) } };
        expect(evaluateThrombolysis(other, NOW, policy)).toEqual(evaluateThrombolysis(stroke, NOW, policy));
      }),
      { numRuns: 200 },
    );
  });

  it('a row reads no fact that it does not name', () => {
    fc.assert(
      fc.property(arbitraryCase, guideline, (stroke, id) => {
        const rows = evaluateRules(stroke, NOW, policy, id);
        for (const key of FACT_KEYS) {
          const changed = evaluateRules(without(stroke, key), NOW, policy, id);
          changed.forEach(({ result }, index) => {
            if (!result.data.includes(key) && result.status !== rows[index]?.result.status) {
              expect(`${result.id} reads ${key}`).toBe('named in data');
            }
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('time alone moves the conclusion at validUntil and not before', () => {
    fc.assert(
      fc.property(arbitraryCase, guideline, fc.double({ min: 0, max: 1, noNaN: true }), (stroke, id, share) => {
        const { conclusion, validUntil } = evaluateThrombolysis(stroke, NOW, policy, id);
        const end = validUntil ?? plus(NOW, 200 * 86_400_000);
        const then = plus(NOW, Math.floor((end - NOW) * share * 0.999_999));
        expect(concludeThrombolysis(evaluateRules(stroke, then, policy, id)).conclusion).toBe(conclusion);
        if (validUntil === null) return;
        const after = concludeThrombolysis(evaluateRules(stroke, plus(validUntil, 1), policy, id)).conclusion;
        expect(after).not.toBe(conclusion);
      }),
      { numRuns: 400 },
    );
  });

  it('an undecided conclusion names what would settle it, a settled one does not', () => {
    fc.assert(
      fc.property(arbitraryCase, guideline, (stroke, id) => {
        const { conclusion, settledBy, decidedBy, before } = evaluateThrombolysis(stroke, NOW, policy, id);
        expect(decidedBy.length).toBeGreaterThan(0);
        if (conclusion === 'undecided') expect(settledBy.length + before.length).toBeGreaterThan(0);
        for (const { because } of before)
          for (const fact of because) if (stroke.facts[fact].status === 'known') expect(settledBy).not.toContain(fact);
        if (conclusion === 'contraindicated' || conclusion === 'not-recommended') expect(settledBy).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('clock times that contradict each other never make a yes', () => {
    fc.assert(
      fc.property(arbitraryCase, guideline, (stroke, id) => {
        const contradictory: StrokeCase = {
          ...stroke,
          facts: {
            ...stroke.facts,
            witnessedOnset: given(daysAgo(1), daysAgo(1)),
            lastKnownWell: given(daysAgo(0.05), daysAgo(0.05)),
          },
        };
        expect(yesStrength(conclude(contradictory, id))).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
