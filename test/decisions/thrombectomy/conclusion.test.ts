import { describe, expect, it } from 'vitest';
import { HOUR, plus, timeSpan, unknown } from '../../../src/case/index.ts';
import type { StrokeCase, StrokeFacts } from '../../../src/case/index.ts';
import {
  concludeThrombectomy,
  evaluateThrombectomy,
  THROMBECTOMY_CONCLUSIONS,
} from '../../../src/decisions/thrombectomy/index.ts';
import {
  aPolicy,
  daysAgo,
  eligiblePatient,
  given,
  had,
  hoursAgo,
  minutesAgo,
  nihssItems,
  nihssTotal,
  NOW,
  pressure,
  takes,
  drug,
  time,
  without,
} from '../../support/case-builder.ts';
import { evaluate, occlusion, row } from './support.ts';

const keys = (stroke: StrokeCase): string[] => evaluate(stroke).before.map(({ key }) => key);

describe('what excludes', () => {
  it('a hemorrhage on imaging makes the table not applicable', () => {
    expect(evaluate(occlusion({}, { hemorrhageOnImaging: given(true) }))).toMatchObject({
      conclusion: 'not-applicable',
      decidedBy: ['hemorrhage-excludes-thrombectomy'],
      strength: null,
    });
  });

  it('a confirmed hemorrhage diagnosis of this episode counts even when imaging says none', () => {
    const stroke = occlusion({}, { acuteIntracranialHemorrhage: had('intracerebral-hemorrhage', minutesAgo(20)) });
    expect(evaluate(stroke).conclusion).toBe('not-applicable');
  });

  it('a suspected one does not, once imaging shows none', () => {
    const suspected = had('intracerebral-hemorrhage', minutesAgo(60), { certainty: 'suspected' });
    expect(evaluate(occlusion({}, { acuteIntracranialHemorrhage: suspected })).conclusion).toBe('recommended');
  });

  it('no occlusion on vessel imaging', () => {
    expect(evaluate(occlusion({ site: 'none' }))).toMatchObject({
      conclusion: 'not-applicable',
      decidedBy: ['no-vessel-occlusion'],
      settledBy: [],
    });
  });

  it('a thrombectomy in this episode, but not one before this stroke', () => {
    expect(evaluate(occlusion({}, { thrombectomyDone: had('thrombectomy', hoursAgo(1)) })).conclusion).toBe(
      'not-applicable',
    );
    expect(evaluate(occlusion({}, { thrombectomyDone: had('thrombectomy', daysAgo(400)) })).conclusion).toBe(
      'recommended',
    );
    expect(evaluate(occlusion({}, { thrombectomyDone: had('thrombectomy', null) }))).toMatchObject({
      conclusion: 'undecided',
      settledBy: ['thrombectomyDone'],
    });
  });
});

describe('what is unknown is never a yes', () => {
  it.each([
    'hemorrhageOnImaging',
    'occlusionSite',
    'nihss',
    'preStrokeMrs',
    'aspects',
    'acuteIntracranialHemorrhage',
    'thrombectomyDone',
  ] as const)('without %s it is undecided and asks for it', (key) => {
    const evaluation = evaluate(without(occlusion(), key));
    expect(evaluation.conclusion).toBe('undecided');
    expect(evaluation.settledBy).toEqual([key]);
  });

  it('without any clock it asks for the last known well', () => {
    const evaluation = evaluate(without(without(occlusion(), 'lastKnownWell'), 'witnessedOnset'));
    expect(evaluation).toMatchObject({ conclusion: 'undecided', settledBy: ['lastKnownWell'] });
  });

  it('an onset before the last known well is a contradiction, not the kinder of the two', () => {
    const stroke = occlusion({}, { witnessedOnset: time(hoursAgo(5)), lastKnownWell: time(hoursAgo(2)) });
    const evaluation = evaluate(stroke);
    expect(evaluation).toMatchObject({ conclusion: 'undecided', settledBy: ['lastKnownWell', 'witnessedOnset'] });
    expect(row(evaluation, 'evt-ica-m1-0-6h-aspects-3-10').note?.key).toBe('onset-before-last-known-well');
  });

  it('a conflicting site is settled by no one', () => {
    const [m1, m2] = [given('M1' as const), given('M2-other' as const)];
    const stroke = occlusion({}, { occlusionSite: { status: 'conflicting', values: [m1, m2] } });
    expect(evaluate(stroke)).toMatchObject({ conclusion: 'undecided', settledBy: ['occlusionSite'] });
  });

  it('asks for a CTA when the site is unknown and the deficit is severe or disabling', () => {
    const severe = without(occlusion(), 'occlusionSite');
    expect(keys(severe)).toEqual(['obtain-vessel-imaging']);
    const mildDisabling = without(occlusion({ nihss: 4 }, { disablingDeficit: given(true) }), 'occlusionSite');
    expect(evaluate(mildDisabling)).toMatchObject({
      conclusion: 'undecided',
      decidedBy: ['vessel-imaging-missing'],
      settledBy: ['occlusionSite'],
    });
  });

  it('does not ask for one when the deficit is mild and not disabling, or after 24 h', () => {
    const mild = without(occlusion({ nihss: 4 }, { disablingDeficit: given(false) }), 'occlusionSite');
    expect(evaluate(mild).conclusion).toBe('no-guideline-recommendation');
    expect(evaluate(without(occlusion({ hours: 25 }), 'occlusionSite')).conclusion).toBe('no-guideline-recommendation');
  });
});

describe('a child: the recommendations are for adults', () => {
  it.each([
    ['one that would be recommended', { age: 10 }],
    ['the last day before 18', { age: 17 }],
    ['one that would not be recommended', { age: 10, site: 'PCA' }],
  ] as const)('%s is not covered', (_what, vector) => {
    expect(evaluate(occlusion(vector))).toMatchObject({
      conclusion: 'no-guideline-recommendation',
      decidedBy: ['thrombectomy-age-below-18'],
      strength: null,
      settledBy: [],
    });
  });

  it('still asks which vessel it is', () => {
    expect(keys(without(occlusion({ age: 10 }), 'occlusionSite'))).toEqual(['obtain-vessel-imaging']);
    expect(keys(occlusion({ age: 10 }))).toEqual([]);
  });

  it('what excludes an adult excludes a child', () => {
    expect(evaluate(occlusion({ age: 10, site: 'none' })).conclusion).toBe('not-applicable');
  });

  it('18 years and an unknown age are read as before', () => {
    expect(evaluate(occlusion({ age: 18 })).conclusion).toBe('recommended');
    const unknownAge = evaluate(without(occlusion(), 'age'));
    expect(unknownAge.conclusion).toBe('recommended');
    expect(row(unknownAge, 'thrombectomy-age-below-18').status).toBe('unknown');
  });
});

describe('NIHSS with an untestable item', () => {
  it('satisfies "at least 6" when the bound does', () => {
    expect(evaluate(occlusion({ nihss: 6, lowerBound: true })).conclusion).toBe('recommended');
  });
  it('is open below it, because the true total may be higher', () => {
    expect(evaluate(occlusion({ nihss: 5, lowerBound: true }))).toMatchObject({
      conclusion: 'undecided',
      settledBy: ['nihss'],
    });
    expect(row(evaluate(occlusion({ nihss: 5, lowerBound: true })), 'evt-ica-m1-0-6h-aspects-3-10').note).toEqual({
      key: 'nihss-is-lower-bound',
      params: { total: 5 },
    });
  });
  it('never satisfies the band 6–9 of the basilar row, but whichever row holds offers thrombectomy: the weaker is told', () => {
    const evaluation = evaluate(occlusion({ site: 'basilar', nihss: 7, lowerBound: true }));
    expect(row(evaluation, 'evt-basilar-0-24h-nihss-6-9').status).toBe('unknown');
    expect(row(evaluation, 'evt-basilar-0-24h-nihss-10').status).toBe('unknown');
    expect(evaluation).toMatchObject({ conclusion: 'may-be-considered', settledBy: [] });
  });
  it('is open in the basilar rows below 6, and where nothing is known', () => {
    expect(evaluate(occlusion({ site: 'basilar', nihss: 5, lowerBound: true })).conclusion).toBe('undecided');
    expect(evaluate(without(occlusion({ site: 'basilar' }), 'nihss'))).toMatchObject({
      conclusion: 'undecided',
      settledBy: ['nihss'],
    });
  });
});

describe('where the table is silent it says so, and does not say no', () => {
  it.each([
    ['vertebral occlusion', { site: 'vertebral' as const }],
    ['pre-stroke mRS 3 at 10 h', { hours: 10, mrs: 3 as const }],
    ['NIHSS 4 with M1 occlusion', { nihss: 4 }],
    ['basilar with PC-ASPECTS 4', { site: 'basilar' as const, pcAspects: 4 }],
    ['ASPECTS 1 at 84 years', { aspects: 1, age: 84 }],
    ['distal occlusion at 8 h', { site: 'ACA' as const, hours: 8 }],
  ])('%s', (_name, vector) => {
    expect(evaluate(occlusion(vector))).toMatchObject({ conclusion: 'no-guideline-recommendation', strength: null });
  });
});

describe('time', () => {
  it('takes the worse end of an inexact time', () => {
    const span = time(timeSpan(plus(NOW, -7 * HOUR), plus(NOW, -2 * HOUR)));
    const stroke = occlusion({ aspects: 1 }, { lastKnownWell: span, witnessedOnset: unknown('not-recorded') });
    expect(evaluate(stroke).conclusion).toBe('no-guideline-recommendation');
  });

  it('a witnessed onset counts from itself, not from an older last known well', () => {
    const stroke = occlusion({ aspects: 1 }, { lastKnownWell: time(hoursAgo(9)), witnessedOnset: time(hoursAgo(2)) });
    expect(evaluate(stroke).conclusion).toBe('reasonable');
  });

  it('says what decides after that, where the vessel may still be opened', () => {
    const noMassEffectRead = { massEffect: unknown('not-recorded') };
    expect(evaluate(occlusion({ hours: 4, aspects: 5 }, noMassEffectRead))).toMatchObject({
      conclusion: 'recommended',
      validUntil: plus(NOW, 2 * HOUR),
      afterwards: { conclusion: 'undecided', settledBy: ['massEffect'] },
    });
    expect(evaluate(occlusion({ hours: 4, aspects: 5, massEffect: true })).afterwards).toMatchObject({
      conclusion: 'no-guideline-recommendation',
    });
    expect(evaluate(occlusion({ hours: 30 })).afterwards).toBeNull();
  });

  it('holds to 24 h when the statement stays the same at 6 h', () => {
    expect(evaluate(occlusion({ hours: 3, aspects: 9 })).validUntil).toBe(plus(NOW, 21 * HOUR));
  });

  it('holds to 6 h when it does not', () => {
    expect(evaluate(occlusion({ hours: 3, aspects: 1 })).validUntil).toBe(plus(NOW, 3 * HOUR));
    expect(evaluate(occlusion({ hours: 3, site: 'ACA' })).validUntil).toBe(plus(NOW, 3 * HOUR));
    expect(evaluate(occlusion({ hours: 3, aspects: 4, age: 85 })).validUntil).toBe(plus(NOW, 3 * HOUR));
  });

  it('has no end when nothing changes by time', () => {
    expect(evaluate(occlusion({ site: 'none' })).validUntil).toBeNull();
    expect(evaluate(occlusion({ hours: 30 })).validUntil).toBeNull();
  });

  it('still holds at the closing minute', () => {
    expect(evaluate(occlusion({ hours: 24 }))).toMatchObject({ conclusion: 'recommended', validUntil: NOW });
  });
});

describe('what to do before', () => {
  it('never skips thrombolysis for thrombectomy (4.7.1, COR 1 A), unless it was given', () => {
    expect(evaluate(occlusion()).before[0]).toMatchObject({
      key: 'thrombolysis-not-skipped-for-thrombectomy',
      citation: { section: '4.7.1', cor: '1', loe: 'A' },
    });
    const treated = occlusion({}, { thrombolyticGiven: takes(drug('tenecteplase', 'thrombolytic', minutesAgo(30))) });
    expect(keys(treated)).toEqual([]);
  });

  it.each([
    [185, 110, false],
    [186, 110, true],
    [185, 111, true],
  ])('pressure %i/%i: lower it first: %s', (systolic, diastolic, lower) => {
    const stroke = occlusion({}, { bloodPressure: pressure(systolic, diastolic) });
    expect(keys(stroke).includes('lower-blood-pressure-before-thrombectomy')).toBe(lower);
  });

  it('asks for access where neither record nor site says that it is there', () => {
    const stroke = without(occlusion(), 'thrombectomyAccess');
    expect(keys(stroke)).not.toContain('arrange-thrombectomy-access');
    const before = (access: boolean | null) =>
      evaluateThrombectomy(stroke, NOW, aPolicy({ thrombectomyAccess: access })).before.map(({ key }) => key);
    expect(before(null)).toContain('arrange-thrombectomy-access');
    // 'There is none' is an answer, and not the same as 'nobody said'.
    expect(before(false)).toContain('no-thrombectomy-access');
    expect(before(false)).not.toContain('arrange-thrombectomy-access');
  });

  it('asks for nothing where thrombectomy is not offered', () => {
    expect(keys(occlusion({ site: 'ACA' }, { bloodPressure: pressure(230, 130) }))).toEqual([]);
  });
});

describe('worth showing', () => {
  const mild = (facts: Partial<StrokeFacts> = {}) =>
    evaluateThrombectomy(
      without(
        eligiblePatient({ nihss: nihssTotal(3), nihssItems: nihssItems(), disablingDeficit: given(false), ...facts }),
        facts.occlusionSite === undefined ? 'occlusionSite' : 'ldl',
      ),
      NOW,
      aPolicy(),
    );

  it('mild, judged not disabling, no occlusion found and no recommendation: not', () => {
    expect(mild()).toMatchObject({ conclusion: 'no-guideline-recommendation', worthShowing: false });
  });

  it.each([
    ['the deficit may be disabling', { disablingDeficit: unknown('not-recorded') }],
    ['an item of the NIHSS is untestable', { nihss: nihssTotal(3, true) }],
    ['an occlusion was found', { occlusionSite: given('M1' as const) }],
    ['NIHSS 6', { nihss: nihssTotal(6) }],
  ] as const)('%s: yes', (_why, facts) => {
    expect(mild(facts).worthShowing).toBe(true);
  });
});

it('is total: any combination of statuses has one of the conclusions', () => {
  const { criteria } = evaluate(occlusion());
  for (const status of ['met', 'notMet', 'unknown', 'notApplicable'] as const) {
    const all = criteria.map((criterion) => ({ ...criterion, status }));
    expect(THROMBECTOMY_CONCLUSIONS).toContain(concludeThrombectomy(all).conclusion);
  }
  expect(concludeThrombectomy([]).conclusion).toBe('no-guideline-recommendation');
});
