/** Which row of AHA/ASA 2026 section 4.3 applies: by what was decided, and by what was already done. */
import { describe, expect, it } from 'vitest';
import { chooseTargets } from '../../src/decisions/chosen-targets.ts';
import {
  daysAgo,
  drug,
  eligiblePatient,
  had,
  hoursAgo,
  measured,
  minutesAgo,
  NOW,
  takes,
  time,
  without,
} from '../support/case-builder.ts';

const phases = (
  thrombolysis: string | null,
  thrombectomy: string | null,
  stroke = eligiblePatient(),
  hemorrhage: string | null = 'not-applicable',
) => chooseTargets(stroke, NOW, { thrombolysis, thrombectomy, hemorrhage }).phases;

const lysed = (at = hoursAgo(3)) =>
  eligiblePatient({ thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', at)) });

describe('before treatment', () => {
  it.each([
    ['contraindicated', 'not-applicable', ['no-reperfusion']],
    ['not-recommended', 'no-guideline-recommendation', ['no-reperfusion']],
    ['recommended', 'not-applicable', ['before-thrombolysis']],
    ['recommended', 'recommended', ['before-thrombolysis', 'before-thrombectomy']],
    ['contraindicated', 'reasonable', ['before-thrombectomy']],
    ['undecided', 'undecided', ['before-thrombolysis']],
    ['contraindicated', 'undecided', []],
    [null, 'not-applicable', ['before-thrombolysis']],
  ])('thrombolysis %s, thrombectomy %s: %j', (thrombolysis, thrombectomy, expected) => {
    expect(phases(thrombolysis, thrombectomy)).toEqual(expected);
  });

  it('a permissive target is never shown while a treatment may still be chosen', () => {
    for (const open of ['undecided', 'recommended', 'reasonable', 'may-be-considered', null]) {
      expect(phases(open, 'not-applicable')).not.toContain('no-reperfusion');
      expect(phases('contraindicated', open)).not.toContain('no-reperfusion');
    }
  });

  it('a permissive target needs certainty that neither treatment was given', () => {
    for (const key of ['thrombolyticGiven', 'thrombectomyDone'] as const) {
      expect(phases('contraindicated', 'not-applicable', without(eligiblePatient(), key))).toEqual([]);
    }
    const undated = eligiblePatient({ thrombectomyDone: had('thrombectomy', null) });
    expect(phases('contraindicated', 'not-applicable', undated)).toEqual([]);
  });

  it('none with a hemorrhage: its own rules hold', () => {
    expect(phases('contraindicated', 'not-applicable', eligiblePatient(), 'intracranial-hemorrhage')).toEqual([]);
  });
});

it('gives a child no pressure of adults', () => {
  const chosen = { thrombolysis: 'may-be-considered', thrombectomy: 'undecided', hemorrhage: 'not-applicable' };
  const of = (age: number) => chooseTargets(eligiblePatient({ age: measured(age, 'a') }), NOW, chosen);
  expect(of(10)).toMatchObject({ bloodPressure: [], adultsOnly: true });
  expect(of(18)).toMatchObject({ bloodPressure: [{ systolic: 185 }], adultsOnly: false });
});

describe('after treatment', () => {
  it('after thrombolysis for 24 h, also when its time is unknown', () => {
    expect(phases('contraindicated', 'not-applicable', lysed())).toEqual(['after-thrombolysis']);
    expect(phases('contraindicated', 'not-applicable', lysed(hoursAgo(24)))).toEqual(['after-thrombolysis']);
    expect(phases('contraindicated', 'not-applicable', lysed(hoursAgo(25)))).toEqual([]);
    const untimed = eligiblePatient({ thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', null)) });
    expect(phases('contraindicated', 'not-applicable', untimed)).toEqual(['after-thrombolysis']);
  });

  it('after thrombectomy, with the harm of systolic pressure below 140 mmHg named', () => {
    const stroke = eligiblePatient({ thrombectomyDone: had('thrombectomy', minutesAgo(30)) });
    const { bloodPressure } = chooseTargets(stroke, NOW, {
      thrombolysis: 'recommended',
      thrombectomy: 'not-applicable',
      hemorrhage: null,
    });
    expect(bloodPressure.map(({ systolic, hours, citation }) => [systolic, hours, citation.cor])).toEqual([
      [180, 24, '2a'],
      [140, 72, '3: Harm'],
    ]);
  });

  it.each([
    [24, [180, 140]],
    [26, [140]],
    [72, [140]],
  ])('%i h after thrombectomy, only what still holds then: %j', (hours, expected) => {
    const stroke = eligiblePatient({
      thrombectomyDone: had('thrombectomy', hoursAgo(hours)),
      lastKnownWell: time(hoursAgo(80)),
      witnessedOnset: time(hoursAgo(80)),
    });
    const { bloodPressure } = chooseTargets(stroke, NOW, {
      thrombolysis: 'not-recommended',
      thrombectomy: 'not-applicable',
      hemorrhage: null,
    });
    expect(bloodPressure.map(({ systolic }) => systolic)).toEqual(expected);
  });

  it('a thrombectomy of an earlier stroke does not count', () => {
    const stroke = eligiblePatient({ thrombectomyDone: had('thrombectomy', daysAgo(90)) });
    expect(phases('recommended', 'not-applicable', stroke)).toEqual(['before-thrombolysis']);
  });

  it('names each target once', () => {
    const stroke = eligiblePatient({
      thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', minutesAgo(60))),
      thrombectomyDone: had('thrombectomy', minutesAgo(10)),
    });
    const ids = chooseTargets(stroke, NOW, {
      thrombolysis: null,
      thrombectomy: null,
      hemorrhage: null,
    }).bloodPressure.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('below-180-105-after-thrombolysis');
  });
});

it.each([
  [59, 'treat-hypoglycemia'],
  [60, 'no-step'],
  [180, 'no-step'],
  [181, 'lower-to-target'],
])('glucose %i mg/dL: %s', (value, step) => {
  const stroke = eligiblePatient({ glucose: measured(value, 'mg/dL') });
  expect(chooseTargets(stroke, NOW, { thrombolysis: null, thrombectomy: null, hemorrhage: null }).glucoseStep).toBe(
    step,
  );
});
