/** Promises of all decisions together, for any case. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, plus, unknown } from '../../src/case/index.ts';
import type { FactKey, Instant, StrokeCase } from '../../src/case/index.ts';
import { decide, DECISION_PARTS, isFailed } from '../../src/decisions/decide.ts';
import { GUIDELINE_IDS } from '../../src/decisions/evaluation.ts';
import type { SitePolicy } from '../../src/decisions/evaluation.ts';
import { AGE_BELOW_18 } from '../../src/decisions/thrombectomy/index.ts';
import { arbitraryCase } from '../support/arbitrary-case.ts';
import { aPolicy, drug, given, hoursAgo, measured, NOW, takes, without } from '../support/case-builder.ts';
import { FACT_KEYS } from '../support/fact-keys.ts';

/** Access is a fact of the case here: a site's own answer would stand in for a missing one. */
const anyPolicy: fc.Arbitrary<SitePolicy> = fc
  .record({ guideline: fc.constantFrom(...GUIDELINE_IDS), automatedPerfusion: fc.boolean() })
  .map((site) => aPolicy({ ...site, thrombectomyAccess: null }));

type Done<T> = Exclude<T, { readonly failed: true }>;
/** @throws when a decision failed */
function done<T>(outcome: T): Done<T> {
  if (isFailed(outcome)) throw new Error(`${outcome.decision} failed`);
  return outcome as Done<T>;
}

function decided(stroke: StrokeCase, policy: SitePolicy, at: Instant = NOW) {
  const decisions = decide(stroke, at, policy);
  if (decisions === null) throw new Error('no indication');
  return {
    decisions,
    thrombolysis: done(decisions.thrombolysis),
    thrombectomy: done(decisions.thrombectomy),
    hemorrhage: done(decisions.hemorrhage),
    dose: done(decisions.dose),
    missing: done(decisions.missing),
  };
}

/** The two treatments alone: the others make no yes, and this is asked thousands of times. */
const treatments = (stroke: StrokeCase, policy: SitePolicy) => ({
  thrombolysis: DECISION_PARTS.thrombolysis(stroke, NOW, policy),
  thrombectomy: DECISION_PARTS.thrombectomy(stroke, NOW, policy),
});

const YES = ['may-be-considered', 'reasonable', 'recommended'];
/** 0 for everything that is no yes. */
const strength = ({ conclusion }: { readonly conclusion: string }): number => YES.indexOf(conclusion) + 1;

const LABS: readonly FactKey[] = ['inr', 'prothrombinTime', 'aptt', 'platelets'];

describe('all decisions, for any case', () => {
  it('none fails, and what is said survives JSON', () => {
    fc.assert(
      fc.property(arbitraryCase, anyPolicy, (stroke, policy) => {
        const { decisions } = decided(stroke, policy);
        expect(Object.values(decisions).filter(isFailed)).toEqual([]);
        expect(JSON.parse(JSON.stringify(decisions.thrombolysis))).toEqual(decisions.thrombolysis);
      }),
      { numRuns: 150 },
    );
  });

  it('a fact that becomes unknown never makes a stronger yes, for either treatment', () => {
    fc.assert(
      fc.property(arbitraryCase, anyPolicy, (stroke, policy) => {
        const before = treatments(stroke, policy);
        for (const key of FACT_KEYS) {
          // an unknown count of microbleeds is no reason to wait (2026, 4.6.1 rec. 11)
          if (stroke.facts[key].status === 'unknown' || key === 'cerebralMicrobleeds') continue;
          // an unknown age does not hold thrombectomy back from an adult
          if (key === 'age' && before.thrombectomy.decidedBy.includes(AGE_BELOW_18)) continue;
          const after = treatments(without(stroke, key, unknown('not-read')), policy);
          const isStronger =
            strength(after.thrombolysis) > strength(before.thrombolysis) ||
            strength(after.thrombectomy) > strength(before.thrombectomy);
          if (isStronger) expect.fail(`a stronger yes without ${key}`);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('a normal result that is only not recorded never makes a stronger yes either', () => {
    fc.assert(
      fc.property(arbitraryCase, anyPolicy, fc.constantFrom(...LABS), (stroke, policy, lab) => {
        const { thrombolysis } = decided(stroke, policy);
        fc.pre(stroke.facts[lab].status === 'known');
        fc.pre(!thrombolysis.criteria.some((row) => row.data[0] === lab && row.status === 'met'));
        const after = decided(without(stroke, lab, unknown('not-recorded')), policy);
        expect(strength(after.thrombolysis)).toBeLessThanOrEqual(strength(thrombolysis));
      }),
      { numRuns: 150 },
    );
  });

  it('an absolute contraindication is never outvoted by anything', () => {
    fc.assert(
      fc.property(arbitraryCase, anyPolicy, (stroke, policy) => {
        const { thrombolysis } = decided(stroke, policy);
        const excluded = thrombolysis.criteria.some((row) => row.class === 'absolute' && row.status === 'met');
        expect(thrombolysis.conclusion === 'contraindicated').toBe(excluded);
      }),
      { numRuns: 200 },
    );
  });

  it('a hemorrhage closes both treatments and the dose; a dose that was given closes a second one', () => {
    const lysed = takes(drug('alteplase', 'thrombolytic', hoursAgo(1)));
    fc.assert(
      fc.property(arbitraryCase, anyPolicy, (stroke, policy) => {
        const facts = { ...stroke.facts, hemorrhageOnImaging: given(true) };
        const bled = decided({ ...stroke, facts }, policy);
        expect(bled.thrombolysis.conclusion).toBe('contraindicated');
        expect(bled.thrombectomy.conclusion).toBe('not-applicable');
        expect(bled.dose.status).toBe('refused');
        expect(bled.hemorrhage.conclusion).toBe('intracranial-hemorrhage');
        const again = decided({ ...stroke, facts: { ...stroke.facts, thrombolyticGiven: lysed } }, policy);
        expect(again.thrombolysis.conclusion).toBe('contraindicated');
      }),
      { numRuns: 100 },
    );
  });

  it('a fact that no decision reads changes nothing', () => {
    fc.assert(
      fc.property(arbitraryCase, anyPolicy, (stroke, policy) => {
        const facts = { ...stroke.facts, ldl: measured(130, 'mg/dL'), hba1c: measured(6.1, '%') };
        expect(decided({ ...stroke, facts }, policy).decisions).toEqual(decided(stroke, policy).decisions);
      }),
      { numRuns: 100 },
    );
  });

  it('time alone moves a conclusion at validUntil and not before', () => {
    fc.assert(
      fc.property(arbitraryCase, anyPolicy, fc.double({ min: 0, max: 1, noNaN: true }), (stroke, policy, share) => {
        const now = decided(stroke, policy);
        for (const part of ['thrombolysis', 'thrombectomy', 'hemorrhage'] as const) {
          const { conclusion, validUntil } = now[part];
          const end = validUntil ?? plus(NOW, 200 * DAY);
          const then = plus(NOW, Math.floor((end - NOW) * share * 0.999_999));
          expect(decided(stroke, policy, then)[part].conclusion, part).toBe(conclusion);
          if (validUntil === null) continue;
          const after = decided(stroke, policy, plus(validUntil, 1))[part];
          expect([after.conclusion, after.strength?.cor], part).not.toEqual([conclusion, now[part].strength?.cor]);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('what has a usable value is not asked for, and what settles is asked for', () => {
    fc.assert(
      fc.property(arbitraryCase, anyPolicy, (stroke, policy) => {
        const { decisions, thrombolysis, thrombectomy, missing } = decided(stroke, policy);
        const asked = missing.missing.map(({ fact }) => fact);
        // Once a thrombolytic was given, pressures and images from before it are asked for again; so is an image that is
        // older than a suspicion.
        const beforeTreatment = decisions.complications === null;
        for (const key of ['bloodPressure', 'glucose', 'age', ...LABS] as const) {
          const fact = stroke.facts[key];
          // '> 1.2' is known and may still leave a limit open.
          const isUsable =
            beforeTreatment && fact.status === 'known' && !JSON.stringify(fact.value).includes('comparator');
          expect(isUsable && asked.includes(key) ? `${key} ${JSON.stringify(fact)}` : '').toBe('');
        }
        expect(asked).toEqual(expect.arrayContaining([...thrombolysis.settledBy, ...thrombectomy.settledBy]));
      }),
      { numRuns: 150 },
    );
  });
});
