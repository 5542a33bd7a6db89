/** Symptomatic hemorrhage after thrombolysis: AHA/ASA 2026 Table 5; NIHSS rise of 4 as in ECASS III. */
import { describe, expect, it } from 'vitest';
import type { NihssTotal, StrokeFacts, TimeSpan } from '../../../src/case/index.ts';
import { evaluateComplications } from '../../../src/decisions/complications/index.ts';
import {
  daysAgo,
  drug,
  eligiblePatient,
  given,
  had,
  hoursAgo,
  measured,
  minutesAgo,
  NOW,
  takes,
} from '../../support/case-builder.ts';

const course = (...totals: readonly (readonly [number, TimeSpan, boolean?])[]) =>
  given(
    totals.map(([total, at, isLowerBound = false]) => ({
      value: { total, isLowerBound } satisfies NihssTotal,
      at,
      source: { reference: 'Observation/nihss' },
    })),
  );

const BASELINE = [10, minutesAgo(80)] as const;

function hemorrhage(facts: Partial<StrokeFacts> = {}, dose = minutesAgo(60)) {
  const stroke = eligiblePatient({
    thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', dose)),
    nihssCourse: course(BASELINE, [10, minutesAgo(20)]),
    hemorrhageOnImaging: given(false, minutesAgo(70)),
    ...facts,
  });
  const evaluation = evaluateComplications(stroke, NOW);
  if (evaluation === null) throw new Error('nothing was given');
  return evaluation.hemorrhage;
}

const keys = (facts: Partial<StrokeFacts>, dose = minutesAgo(60)) =>
  hemorrhage(facts, dose).before.map(({ key }) => key);

describe('no alarm', () => {
  it('stable after the dose', () => {
    expect(hemorrhage()).toMatchObject({ conclusion: 'not-suspected', before: [] });
  });
  it('a rise of 3, and a rise before the dose', () => {
    expect(hemorrhage({ nihssCourse: course(BASELINE, [13, minutesAgo(20)]) }).conclusion).toBe('not-suspected');
    const before = course([4, minutesAgo(90)], [10, minutesAgo(70)], [10, minutesAgo(20)]);
    expect(hemorrhage({ nihssCourse: before }).conclusion).toBe('not-suspected');
  });
  it('a hemorrhage of the history', () => {
    expect(hemorrhage({ acuteIntracranialHemorrhage: had('intracerebral-hemorrhage', daysAgo(3)) }).conclusion).toBe(
      'not-suspected',
    );
  });
});

describe('suspected', () => {
  const worse = { nihssCourse: course(BASELINE, [14, minutesAgo(20)]) };
  it('NIHSS rises by 4', () => {
    expect(hemorrhage(worse)).toMatchObject({
      conclusion: 'suspected',
      decidedBy: ['nihss-rise-of-4-after-thrombolysis'],
      settledBy: ['hemorrhageOnImaging'],
    });
  });
  it('rises from the lowest value since, not only from the baseline', () => {
    const recovered = course(BASELINE, [3, minutesAgo(40)], [7, minutesAgo(10)]);
    expect(hemorrhage({ nihssCourse: recovered }).conclusion).toBe('suspected');
  });
  it('asks to stop, to draw blood and to scan; reversal waits for the scan', () => {
    expect(keys(worse)).toEqual(['stop-thrombolytic-infusion', 'hemorrhage-laboratory', 'emergency-brain-imaging']);
  });
  it('is cleared by imaging after the rise, not by the scan before the dose', () => {
    expect(hemorrhage({ ...worse, hemorrhageOnImaging: given(false, minutesAgo(5)) }).conclusion).toBe('not-suspected');
    expect(hemorrhage({ ...worse, hemorrhageOnImaging: given(false, minutesAgo(75)) }).conclusion).toBe('suspected');
  });
  it('blood that one reader saw and another did not', () => {
    const readers = [given(false, minutesAgo(5)), given(true, minutesAgo(8))];
    const { conclusion, decidedBy } = hemorrhage({ hemorrhageOnImaging: { status: 'conflicting', values: readers } });
    expect(conclusion).toBe('suspected');
    expect(decidedBy).toEqual(['hemorrhage-readings-disagree-after-thrombolysis']);
  });
  it('a suspected diagnosis after the dose', () => {
    const suspected = had('intracerebral-hemorrhage', minutesAgo(10), { certainty: 'suspected' });
    expect(hemorrhage({ acuteIntracranialHemorrhage: suspected }).conclusion).toBe('suspected');
  });
});

describe('undecided', () => {
  it('nobody examined since', () => {
    expect(hemorrhage({ nihssCourse: course(BASELINE) })).toMatchObject({
      conclusion: 'undecided',
      settledBy: ['nihssCourse'],
    });
  });
  it('an untestable item leaves the rise open; a bound that is high enough does not', () => {
    expect(hemorrhage({ nihssCourse: course(BASELINE, [12, minutesAgo(20), true]) }).conclusion).toBe('undecided');
    expect(hemorrhage({ nihssCourse: course(BASELINE, [14, minutesAgo(20), true]) }).conclusion).toBe('suspected');
    expect(hemorrhage({ nihssCourse: course([8, minutesAgo(80), true], [13, minutesAgo(20)]) }).conclusion).toBe(
      'undecided',
    );
  });
});

describe('confirmed', () => {
  const bleed = { hemorrhageOnImaging: given(true, minutesAgo(10)) };
  it('by imaging or by diagnosis after the dose', () => {
    expect(hemorrhage(bleed)).toMatchObject({ conclusion: 'confirmed', citation: { section: 'Table 5' } });
    const diagnosis = { acuteIntracranialHemorrhage: had('intracerebral-hemorrhage', minutesAgo(10)) };
    expect(hemorrhage(diagnosis).conclusion).toBe('confirmed');
  });
  it('gives the steps of Table 5 in order', () => {
    expect(keys(bleed)).toEqual([
      'stop-thrombolytic-infusion',
      'hemorrhage-laboratory',
      'cryoprecipitate',
      'antifibrinolytic',
    ]);
  });
  it('shows fibrinogen only when it was taken after the dose', () => {
    const after = hemorrhage({ ...bleed, fibrinogen: measured(120, 'mg/dL', minutesAgo(15)) });
    expect(after.before.find(({ key }) => key === 'cryoprecipitate-fibrinogen-known')?.params).toEqual({
      fibrinogen: 120,
    });
    const before = hemorrhage({ ...bleed, fibrinogen: measured(300, 'mg/dL', minutesAgo(70)) });
    expect(before.before.map(({ key }) => key)).toContain('cryoprecipitate');
    expect(before.criteria.find(({ id }) => id === 'fibrinogen-below-150-after-thrombolysis')).toMatchObject({
      status: 'unknown',
      note: { key: 'fibrinogen-before-thrombolysis' },
    });
  });
  it.each([
    [149, 'met'],
    [150, 'notMet'],
  ])('fibrinogen %i mg/dL below 150: %s', (value, expected) => {
    const found = hemorrhage({ ...bleed, fibrinogen: measured(value, 'mg/dL', minutesAgo(15)) });
    expect(found.criteria.find(({ id }) => id === 'fibrinogen-below-150-after-thrombolysis')?.status).toBe(expected);
  });
  it('leaves reversal out after the 24 h for which the table is written', () => {
    expect(keys(bleed, hoursAgo(24))).toContain('cryoprecipitate');
    expect(keys(bleed, hoursAgo(25))).toEqual(['stop-thrombolytic-infusion', 'hemorrhage-laboratory']);
  });
});
