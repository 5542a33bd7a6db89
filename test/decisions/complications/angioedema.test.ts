import { describe, expect, it } from 'vitest';
import type { StrokeFacts } from '../../../src/case/index.ts';
import { evaluateComplications, thrombolyticAlreadyGiven } from '../../../src/decisions/complications/index.ts';
import { daysAgo, drug, eligiblePatient, had, minutesAgo, NOW, takes, without } from '../../support/case-builder.ts';

const treated = (facts: Partial<StrokeFacts> = {}) =>
  eligiblePatient({ thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', minutesAgo(40))), ...facts });
const angioedema = (stroke = treated()) => evaluateComplications(stroke, NOW)?.angioedema;

describe('angioedema after thrombolysis (AHA/ASA 2026 Table 6)', () => {
  it('nothing recorded, or only before the dose', () => {
    expect(angioedema()).toMatchObject({ conclusion: 'not-recorded', before: [] });
    expect(angioedema(treated({ angioedema: had('angioedema', daysAgo(200)) }))?.conclusion).toBe('not-recorded');
  });
  it('is undecided when the conditions could not be read', () => {
    expect(angioedema(without(treated(), 'angioedema'))).toMatchObject({
      conclusion: 'undecided',
      settledBy: ['angioedema'],
      before: [],
    });
  });
  it('gives the steps of the table in order, airway first', () => {
    const found = angioedema(treated({ angioedema: had('angioedema', minutesAgo(10)) }));
    expect(found?.conclusion).toBe('present');
    expect(found?.before.map(({ key }) => key)).toEqual([
      'secure-airway',
      'stop-thrombolytic-for-angioedema',
      'methylprednisolone',
      'diphenhydramine',
      'famotidine',
      'epinephrine',
      'icatibant-or-c1-inhibitor',
    ]);
  });
  it('an undated or provisional entry is suspected, not ignored', () => {
    expect(angioedema(treated({ angioedema: had('angioedema', null) }))?.conclusion).toBe('suspected');
    const provisional = had('angioedema', minutesAgo(10), { certainty: 'provisional' });
    expect(angioedema(treated({ angioedema: provisional }))?.conclusion).toBe('suspected');
  });
  it('a resolved entry does not count', () => {
    const resolved = had('angioedema', minutesAgo(10), { active: false });
    expect(angioedema(treated({ angioedema: resolved }))?.conclusion).toBe('not-recorded');
  });
});

describe('was a thrombolytic given in this episode', () => {
  it('yes for any dose of the last seven days, and for one without a time', () => {
    expect(thrombolyticAlreadyGiven(treated(), NOW)).toBe(true);
    const untimed = eligiblePatient({ thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', null)) });
    expect(thrombolyticAlreadyGiven(untimed, NOW)).toBe(true);
  });
  it('open when the administrations could not be read', () => {
    expect(thrombolyticAlreadyGiven(without(eligiblePatient(), 'thrombolyticGiven'), NOW)).toBeUndefined();
  });
  it('no when none is recorded or it lies in the past', () => {
    expect(thrombolyticAlreadyGiven(eligiblePatient(), NOW)).toBe(false);
    const old = eligiblePatient({ thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', daysAgo(90))) });
    expect(thrombolyticAlreadyGiven(old, NOW)).toBe(false);
  });
});
