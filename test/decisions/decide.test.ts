/** All decisions together: each stands or falls alone, none speaks without an indication, none reads a clock. */
import { describe, expect, it, vi } from 'vitest';
import type { StrokeCase } from '../../src/case/index.ts';
import { decide, decideWith, DECISION_PARTS, isFailed } from '../../src/decisions/decide.ts';
import type { DecisionParts, Decisions } from '../../src/decisions/decide.ts';
import {
  aCase,
  aPolicy,
  drug,
  eligiblePatient,
  given,
  measured,
  minutesAgo,
  NOW,
  takes,
  without,
} from '../support/case-builder.ts';

function decided(stroke: StrokeCase, parts: Partial<DecisionParts> = {}): Decisions {
  const decisions = decideWith({ ...DECISION_PARTS, ...parts }, stroke, NOW, aPolicy());
  if (decisions === null) throw new Error('no indication');
  return decisions;
}

/** @throws when the decision itself threw */
function ok<T>(outcome: T): Exclude<T, { readonly failed: true }> {
  if (isFailed(outcome)) throw new Error(`${outcome.decision} failed`);
  return outcome as Exclude<T, { readonly failed: true }>;
}

describe('when there is something to say', () => {
  it('nothing without an indication of an acute stroke, however complete the record is', () => {
    expect(decide(eligiblePatient({}, { indications: [] }), NOW, aPolicy())).toBeNull();
  });

  it('an empty record with an indication is undecided, never a yes and never an error', () => {
    const decisions = decided(aCase());
    expect(Object.values(decisions).filter(isFailed)).toEqual([]);
    expect(ok(decisions.thrombolysis).conclusion).toBe('undecided');
    expect(ok(decisions.thrombectomy).conclusion).toBe('undecided');
    expect(decisions.complications).toBeNull();
    expect(ok(decisions.missing).missing.length).toBeGreaterThan(3);
  });
});

describe('the clear cases', () => {
  it('an eligible patient with an M1 occlusion: both treatments, nothing failed', () => {
    const stroke = eligiblePatient({ occlusionSite: given('M1'), pcAspects: measured(10, '{score}') });
    const decisions = decided(stroke);
    expect(Object.values(decisions).filter(isFailed)).toEqual([]);
    expect(ok(decisions.thrombolysis).conclusion).toBe('recommended');
    expect(ok(decisions.thrombectomy).conclusion).toBe('recommended');
  });

  it('a hemorrhage closes both', () => {
    const decisions = decided(eligiblePatient({ occlusionSite: given('M1'), hemorrhageOnImaging: given(true) }));
    expect(ok(decisions.thrombolysis).conclusion).toBe('contraindicated');
    expect(ok(decisions.thrombectomy).conclusion).toBe('not-applicable');
  });

  it('after thrombolysis: no second dose, and the watch', () => {
    const treated = takes(drug('tenecteplase', 'thrombolytic', minutesAgo(10)));
    const decisions = decided(eligiblePatient({ thrombolyticGiven: treated }));
    expect(ok(decisions.thrombolysis).conclusion).toBe('contraindicated');
    expect(ok(decisions.complications)?.monitoring.conclusion).toBe('every-15-min');
  });

  it('asks for what is missing, but not for a perfusion scan because of trial criteria', () => {
    const late = eligiblePatient({
      occlusionSite: given('M1'),
      lastKnownWell: given(minutesAgo(600)),
      witnessedOnset: given(minutesAgo(600)),
      symptomRecognition: given(minutesAgo(600)),
    });
    const thrombectomy = ok(decided(late).thrombectomy);
    expect(thrombectomy.conclusion).toBe('recommended');
    expect(thrombectomy.criteria.find(({ id }) => id === 'dawn-criteria')?.missing).toEqual(['coreVolume']);
    const asked = ok(decided(late).missing).missing.find(({ fact }) => fact === 'coreVolume');
    expect(asked?.neededBy.map(({ decision }) => decision) ?? []).not.toContain('thrombectomy');
  });

  it('ranks what settles thrombolysis before what settles thrombectomy', () => {
    const stroke = without(without(eligiblePatient(), 'glucose'), 'occlusionSite');
    const facts = ok(decided(stroke).missing).missing.map(({ fact }) => fact);
    expect(facts.indexOf('glucose')).toBeGreaterThanOrEqual(0);
    expect(facts.indexOf('glucose')).toBeLessThan(facts.indexOf('occlusionSite'));
  });
});

describe('when a decision throws', () => {
  const broken = (): never => {
    throw new Error('defect');
  };

  it.each([
    'state',
    'thrombolysis',
    'dose',
    'targets',
    'thrombectomy',
    'hemorrhage',
    'complications',
    'hemorrhagicTransformation',
    'subtype',
    'prognosis',
    'missing',
  ] as const)('%s: the others stand', (part) => {
    const stroke = eligiblePatient({ thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', minutesAgo(10))) });
    const whole = decided(stroke);
    const decisions = decided(stroke, { [part]: broken });
    const failed = Object.entries(decisions).filter(([, outcome]) => isFailed(outcome));
    const expected = part === 'thrombolysis' ? ['thrombolysis', 'guidelineDifferences'] : [part];
    expect(failed.map(([key]) => key)).toEqual(expected);
    // What is missing and what treatment changes are made of the others; everything else is untouched.
    const madeOfOthers: readonly (keyof Decisions)[] = ['missing', 'prognosis'];
    for (const key of Object.keys(whole) as (keyof Decisions)[]) {
      if (!expected.includes(key) && !madeOfOthers.includes(key)) expect(decisions[key]).toEqual(whole[key]);
    }
  });

  it('reports the decision, the error and the id that the card shows', () => {
    const onError = vi.fn();
    const parts = { ...DECISION_PARTS, thrombectomy: broken };
    const decisions = decideWith(parts, eligiblePatient(), NOW, aPolicy(), { onError });
    expect(decisions?.thrombectomy).toMatchObject({ failed: true, decision: 'thrombectomy' });
    const errorId = isFailed(decisions?.thrombectomy) ? decisions.thrombectomy.errorId : '';
    expect(errorId).not.toBe('');
    expect(onError.mock.calls).toEqual([['thrombectomy', new Error('defect'), errorId]]);
  });

  it('a recorder that throws takes nothing with it', () => {
    const parts = { ...DECISION_PARTS, dose: broken };
    const decisions = decideWith(parts, eligiblePatient(), NOW, aPolicy(), { onError: broken });
    expect(Object.values(decisions ?? {}).filter(isFailed)).toHaveLength(1);
  });
});

describe('what the audit relies on', () => {
  it('the same case at the same instant gives the same answer, and the case is left as it was', () => {
    const stroke = eligiblePatient({ occlusionSite: given('M1') });
    const copy = structuredClone(stroke);
    expect(decide(stroke, NOW, aPolicy())).toEqual(decide(copy, NOW, aPolicy()));
    expect(stroke).toEqual(copy);
  });

  it('does not write to a frozen case', () => {
    const stroke = deepFreeze(
      eligiblePatient({ thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', minutesAgo(10))) }),
    );
    expect(Object.values(decided(stroke)).filter(isFailed)).toEqual([]);
  });

  it('survives a round trip through JSON', () => {
    for (const stroke of [aCase(), eligiblePatient(), eligiblePatient({ hemorrhageOnImaging: given(true) })]) {
      const { state, thrombolysis, thrombectomy, complications, missing } = decided(stroke);
      const kept = { state, thrombolysis, thrombectomy, complications, missing };
      expect(JSON.parse(JSON.stringify(kept))).toEqual(kept);
    }
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
