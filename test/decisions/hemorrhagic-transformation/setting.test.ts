import { describe, expect, it } from 'vitest';
import { HOUR, plus, unknown } from '../../../src/case/index.ts';
import type { StrokeFacts } from '../../../src/case/index.ts';
import { evaluateHemorrhagicTransformation } from '../../../src/decisions/hemorrhagic-transformation/index.ts';
import {
  aCase,
  ago,
  aPolicy,
  drug,
  given,
  had,
  hoursAgo,
  measured,
  nihssTotal,
  noneRecorded,
  NOW,
  takes,
  time,
} from '../../support/case-builder.ts';

const suspected: Partial<StrokeFacts> = {
  age: measured(80, 'a'),
  nihss: nihssTotal(18),
  glucose: measured(150, 'mg/dL'),
  witnessedOnset: time(hoursAgo(2)),
  thrombolyticGiven: noneRecorded(),
  thrombectomyDone: noneRecorded(),
  acuteIntracranialHemorrhage: noneRecorded(),
  hemorrhageOnImaging: given(false),
  earlyIschemicChange: given(false, hoursAgo(1)),
  hyperdenseArtery: given(false, hoursAgo(1)),
};
const lysed = (hours: number, name = 'alteplase') => takes(drug(name, 'thrombolytic', hoursAgo(hours)));
const evaluate = (facts: Partial<StrokeFacts>) =>
  evaluateHemorrhagicTransformation(aCase({ ...suspected, ...facts }), NOW, aPolicy());

describe('the question that the scores answer', () => {
  it('before treatment is the risk if thrombolysis is given', () => {
    const result = evaluate({});
    expect(result).toMatchObject({ setting: 'before-thrombolysis', treatedAt: null });
    expect(result.validUntil).toBe(plus(hoursAgo(2).latest, 24 * HOUR));
    expect(result.scores).toHaveLength(7);
    // All cohorts were given alteplase, and this site gives tenecteplase.
    expect(result.scores[0]?.outsideCohort).toContain('not-alteplase');
  });

  it('after treatment counts the hours since', () => {
    const result = evaluate({ witnessedOnset: time(hoursAgo(7)), thrombolyticGiven: lysed(5) });
    expect(result).toMatchObject({ setting: 'after-thrombolysis', hoursSince: { low: 5, high: 5 } });
    expect(result.validUntil).toBe(plus(NOW, 31 * HOUR));
  });

  it.each<[string, Partial<StrokeFacts>, string]>([
    ['two days after thrombolysis', { thrombolyticGiven: lysed(48) }, 'after-36-hours'],
    ['thrombectomy alone', { thrombectomyDone: had('thrombectomy', hoursAgo(1)) }, 'thrombectomy-only'],
    ['onset 30 h ago and untreated', { witnessedOnset: time(hoursAgo(30)) }, 'too-late'],
    ['blood on the first image', { hemorrhageOnImaging: given(true) }, 'hemorrhagic-stroke'],
    [
      'blood after thrombolysis',
      { hemorrhageOnImaging: given(true), thrombolyticGiven: lysed(6) },
      'hemorrhage-after-thrombolysis',
    ],
  ])('%s has no scores, and says why', (_name, facts, setting) => {
    expect(evaluate(facts)).toMatchObject({
      setting,
      scores: [],
      spread: null,
      perfusionMarkers: [],
      prediction: null,
    });
  });

  it('an unread list of administrations is no proof that none was given', () => {
    expect(evaluate({ thrombolyticGiven: unknown('not-read') }).setting).toBe('thrombolysis-unknown');
  });

  it('thrombectomy after thrombolysis keeps the scores and says that their cohorts had none', () => {
    const result = evaluate({ thrombolyticGiven: lysed(2), thrombectomyDone: had('thrombectomy', hoursAgo(1)) });
    expect(result.setting).toBe('after-thrombolysis');
    expect(result.scores.find(({ score }) => score === 'HAT')?.outsideCohort).toContain('thrombectomy-as-well');
  });
});

describe('values from after the treatment', () => {
  const treated = { witnessedOnset: time(hoursAgo(8)), thrombolyticGiven: lysed(6) };
  const later = { ...treated, nihss: given({ total: 4, isLowerBound: false }, hoursAgo(1)) };

  it('give way to the last one from before', () => {
    const nihssCourse = given([
      { value: { total: 22, isLowerBound: false }, at: hoursAgo(7), source: { reference: 'Observation/first' } },
      { value: { total: 4, isLowerBound: false }, at: hoursAgo(1), source: { reference: 'Observation/last' } },
    ]);
    const result = evaluate({ ...later, nihssCourse });
    const hat = result.scores.find(({ score }) => score === 'HAT');
    expect(hat?.items.find(({ id }) => id === 'nihss')?.points).toEqual({ low: 2, high: 2 });
    expect(result.measuredAfterTreatment).not.toContain('nihss');
  });

  it('count as unknown where there is none: an infarct on the next CT is no early sign', () => {
    const result = evaluate({ ...later, earlyIschemicChange: given(true, hoursAgo(1)) });
    expect(result.measuredAfterTreatment).toEqual(['nihss', 'glucose', 'earlyIschemicChange', 'hyperdenseArtery']);
    const sedan = result.scores.find(({ score }) => score === 'SEDAN');
    expect(sedan?.items.find(({ id }) => id === 'early-infarct-signs')?.points).toEqual({ low: 0, high: 1 });
    expect(sedan?.points).toEqual({ low: 1, high: 6 });
  });
});

describe('patients unlike those of the cohort are flagged', () => {
  const flags = (facts: Partial<StrokeFacts>, name: string) =>
    evaluate(facts).scores.find(({ score }) => score === name)?.outsideCohort;

  it('by time to treatment', () => {
    const lateTreatment = { witnessedOnset: time(hoursAgo(5)) };
    expect(flags(lateTreatment, 'HAT')).toContain('onset-to-treatment-over-3-hours');
    expect(flags(lateTreatment, 'SEDAN')).toContain('onset-to-treatment-over-4-5-hours');
    expect(flags(lateTreatment, 'SITS-SICH')).not.toContain('onset-to-treatment-over-6-hours');
    const treatedInTime = { witnessedOnset: time(hoursAgo(8)), thrombolyticGiven: lysed(6) };
    expect(flags(treatedInTime, 'HAT')).toEqual([]);
  });

  it('by an onset that nobody saw', () => {
    const result = evaluate({ witnessedOnset: unknown('not-recorded') });
    expect(result.scores.find(({ score }) => score === 'HAT')?.outsideCohort).toContain('onset-time-unknown');
  });

  it('by basilar occlusion, and by another drug', () => {
    expect(flags({ occlusionSite: given('basilar') }, 'SEDAN')).toContain('basilar-occlusion');
    expect(flags({ thrombolyticGiven: lysed(1, 'tenecteplase') }, 'GRASPS')).toContain('not-alteplase');
    expect(flags({ thrombolyticGiven: lysed(1) }, 'GRASPS')).not.toContain('not-alteplase');
  });
});

describe('perfusion maps', () => {
  it('are shown with their published cut-offs where measured, and never asked for', () => {
    expect(evaluate({}).perfusionMarkers).toEqual([]);
    const { perfusionMarkers } = evaluate({
      tmaxOver14Volume: measured(12, 'mL', ago(HOUR)),
      veryLowCbvVolume: measured(1, 'mL', ago(HOUR)),
    });
    expect(perfusionMarkers).toMatchObject([
      { feature: 'tmaxOver14Volume', cutoff: 5, status: 'met' },
      { feature: 'veryLowCbvVolume', cutoff: 2, status: 'notMet' },
    ]);
  });
});
