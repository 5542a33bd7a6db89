import { describe, expect, it } from 'vitest';
import { unknown } from '../../../src/case/index.ts';
import type { FactKey } from '../../../src/case/index.ts';
import type { CriterionResult, Evaluation } from '../../../src/decisions/evaluation.ts';
import { findMissingData, WAYS_TO_OBTAIN } from '../../../src/decisions/missing-data/index.ts';
import { obtainedBy } from '../../../src/decisions/missing-data/obtained-by.ts';
import { FACT_KEYS } from '../../support/fact-keys.ts';
import { aCase, hoursAgo, measured, nihssTotal, time } from '../../support/case-builder.ts';

const open = (id: string, ...missing: readonly FactKey[]): CriterionResult => ({
  id,
  class: 'absolute',
  data: missing,
  citation: { source: 'test', grade: 'V2' },
  status: 'unknown',
  missing,
});

const evaluation = (decision: string, more: Partial<Evaluation> = {}): Evaluation => ({
  decision,
  guideline: null,
  conclusion: 'undecided',
  strength: null,
  citation: null,
  decidedBy: [],
  criteria: [],
  settledBy: [],
  before: [],
  confirm: [],
  validUntil: null,
  ...more,
});

it('a known time that contradicts another is told as conflicting, a lower bound as incomplete', () => {
  const stroke = aCase({ lastKnownWell: time(hoursAgo(1)), nihss: nihssTotal(3, true) });
  const contradiction: CriterionResult = { ...open('clock-times-contradict', 'lastKnownWell'), status: 'met' };
  const row = evaluation('thrombolysis', {
    criteria: [contradiction, open('disabling-deficit', 'nihss')],
    settledBy: ['lastKnownWell', 'nihss'],
  });
  expect(findMissingData(stroke, [row]).missing).toMatchObject([
    { fact: 'lastKnownWell', why: 'conflicting' },
    { fact: 'nihss', why: 'incomplete' },
  ]);
});

const order = (...evaluations: readonly Evaluation[]): FactKey[] =>
  findMissingData(aCase(), evaluations).missing.map(({ fact }) => fact);

describe('missing data', () => {
  it('is empty when no decision asks for anything', () => {
    expect(findMissingData(aCase(), [evaluation('thrombolysis', { conclusion: 'recommended' })])).toMatchObject({
      missing: [],
      confirm: [],
    });
  });

  it('ranks what settles a decision first, in its own order, then what leaves most criteria open', () => {
    const thrombolysis = evaluation('thrombolysis', {
      settledBy: ['glucose', 'bloodPressure'],
      criteria: [open('a', 'platelets'), open('b', 'inr'), open('c', 'inr', 'glucose')],
    });
    const thrombectomy = evaluation('thrombectomy', { settledBy: ['occlusionSite'] });
    expect(order(thrombolysis, thrombectomy)).toEqual([
      'glucose',
      'bloodPressure',
      'occlusionSite',
      'inr',
      'platelets',
    ]);
  });

  it('names once what several decisions need, with the criteria', () => {
    const found = findMissingData(aCase(), [
      evaluation('thrombolysis', { settledBy: ['nihss'], criteria: [open('a', 'nihss')] }),
      evaluation('thrombectomy', { settledBy: ['nihss'], criteria: [open('x', 'nihss'), open('y', 'nihss')] }),
    ]);
    expect(found.missing).toEqual([
      expect.objectContaining({
        fact: 'nihss',
        settles: ['thrombolysis', 'thrombectomy'],
        neededBy: [
          { decision: 'thrombolysis', criteria: ['a'] },
          { decision: 'thrombectomy', criteria: ['x', 'y'] },
        ],
      }),
    ]);
  });

  it('asks for nothing more where the answer is a clear no', () => {
    expect(order(evaluation('thrombolysis', { conclusion: 'contraindicated', criteria: [open('a', 'inr')] }))).toEqual(
      [],
    );
    expect(
      order(evaluation('thrombectomy', { conclusion: 'not-applicable', criteria: [open('a', 'aspects')] })),
    ).toEqual([]);
  });

  it('says why it is missing, from the fact itself', () => {
    const stroke = aCase({
      inr: unknown('implausible', ['http://loinc.org|6301-6'], 'INR 480 {INR}'),
      platelets: { status: 'conflicting', values: [measured(90, '10*9/L'), measured(200, '10*9/L')] },
      nihss: nihssTotal(4, true),
    });
    const found = findMissingData(stroke, [evaluation('thrombolysis', { settledBy: ['inr', 'platelets', 'nihss'] })]);
    expect(found.missing).toMatchObject([
      { fact: 'inr', why: 'implausible', about: 'INR 480 {INR}', wouldBeFoundIn: ['http://loinc.org|6301-6'] },
      { fact: 'platelets', why: 'conflicting', about: null },
      // Known, but only as a lower bound: it is to be completed.
      { fact: 'nihss', why: 'incomplete' },
    ]);
    expect(found.rejected).toEqual([{ fact: 'inr', why: 'implausible', about: 'INR 480 {INR}' }]);
    expect(found.conflicting).toEqual(['platelets']);
  });

  it('does not call an absent entry rejected', () => {
    const stroke = aCase({ inr: unknown('not-recorded'), aptt: unknown('not-read'), glucose: unknown('pending') });
    expect(findMissingData(stroke, []).rejected).toEqual([]);
  });

  it('lists what to confirm, with the decisions that rest on it', () => {
    const found = findMissingData(aCase(), [
      evaluation('thrombolysis', { confirm: ['headTrauma', 'directOralAnticoagulant'] }),
      evaluation('hemorrhage', { confirm: ['directOralAnticoagulant'] }),
    ]);
    expect(found.confirm).toEqual([
      { fact: 'headTrauma', decisions: ['thrombolysis'] },
      { fact: 'directOralAnticoagulant', decisions: ['thrombolysis', 'hemorrhage'] },
    ]);
  });
});

describe('how it is got', () => {
  it.each([
    ['inr', 'laboratory'],
    ['occlusionSite', 'imaging'],
    ['bloodPressure', 'vital-sign'],
    ['nihss', 'examination'],
    ['lastKnownWell', 'question'],
    ['directOralAnticoagulant', 'question'],
    ['headTrauma', 'question'],
    ['thrombectomyAccess', 'site'],
  ] as const)('%s: %s', (fact, way) => {
    expect(obtainedBy(fact)).toBe(way);
  });

  it('has a way for every fact, and every way is used', () => {
    expect(new Set(FACT_KEYS.map(obtainedBy))).toEqual(new Set(WAYS_TO_OBTAIN));
  });
});
