import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOLAR_MASS, convert } from '../../../src/fhir/units.ts';
import { fhirTime } from '../../../src/fhir/time.ts';
import {
  amount,
  before,
  code,
  factsOf,
  failed,
  incomplete,
  LOINC,
  observation,
  OWN,
  type Loose,
} from './record-builder.ts';

const glucose = (value: Loose, more: Loose = {}) => observation(LOINC, '2345-7', value, more);

describe('a laboratory value is refused', () => {
  it.each([
    ['implausible', 'INR 480', observation(LOINC, '6301-6', amount(480, '{INR}')), 'inr'],
    ['implausible', 'glucose 1 mg/dL', glucose(amount(1, 'mg/dL')), 'glucose'],
    ['unit-not-understood', 'glucose 95 furlong', glucose(amount(95, 'furlong')), 'glucose'],
    ['unit-not-understood', undefined, glucose(amount(95, 'per John Smith')), 'glucose'],
    ['unit-not-understood', undefined, glucose({ valueQuantity: { value: 95 } }), 'glucose'],
    ['unit-not-understood', 'INR 70 %', observation(LOINC, '6301-6', amount(70, '%')), 'inr'],
    ['malformed', undefined, glucose({ valueString: '95 mg/dL' }), 'glucose'],
    ['malformed', undefined, glucose({ valueQuantity: { value: '95', unit: 'mg/dL' } }), 'glucose'],
    ['undated', undefined, glucose(amount(95, 'mg/dL'), { effectiveDateTime: undefined }), 'glucose'],
    ['malformed', undefined, glucose(amount(95, 'mg/dL'), { effectiveDateTime: '2026-11-23T13:00:00' }), 'glucose'],
    ['future-dated', undefined, glucose(amount(95, 'mg/dL'), { effectiveDateTime: before(-6) }), 'glucose'],
    ['pending', undefined, glucose({}, { status: 'registered' }), 'glucose'],
    ['not-recorded', undefined, glucose(amount(95, 'mg/dL'), { status: 'entered-in-error' }), 'glucose'],
    ['not-recorded', undefined, glucose(amount(95, 'mg/dL'), { status: 'cancelled' }), 'glucose'],
    ['not-recorded', undefined, glucose({ dataAbsentReason: code('x', 'error') }), 'glucose'],
    [
      'not-recorded',
      'glucose 95 mg/dL (> 6 h)',
      glucose(amount(95, 'mg/dL'), { effectiveDateTime: before(1500) }),
      'glucose',
    ],
  ] as const)('%s %s', (why, about, resource, key) => {
    const fact = factsOf([resource])[key];
    expect(fact).toMatchObject({ status: 'unknown', why });
    expect(fact.status === 'unknown' ? fact.about : 'known').toBe(about);
  });

  it('and an older value does not stand in for the one that is refused', () => {
    const facts = factsOf([
      observation(LOINC, '6301-6', amount(1.1, '{INR}'), { effectiveDateTime: before(60) }),
      observation(LOINC, '6301-6', amount(480, '{INR}'), { effectiveDateTime: before(10) }),
    ]);
    expect(facts.inr).toMatchObject({ status: 'unknown', why: 'implausible', about: 'INR 480' });
  });
});

describe('an absence', () => {
  it('is not-read when the list failed and incomplete when a page is missing', () => {
    expect(factsOf([], {}, { laboratory: failed }).glucose).toMatchObject({ status: 'unknown', why: 'not-read' });
    expect(factsOf([], {}, { laboratory: incomplete }).glucose).toMatchObject({ status: 'unknown', why: 'incomplete' });
  });
  it('says where the value would be found', () => {
    const { inr } = factsOf([]);
    expect(inr.status === 'unknown' && inr.wouldBeFoundIn).toContain('http://loinc.org|6301-6');
  });
});

describe('of several values', () => {
  it('the newest counts', () => {
    const facts = factsOf([
      glucose(amount(400, 'mg/dL'), { effectiveDateTime: before(90) }),
      glucose(amount(110, 'mg/dL')),
    ]);
    expect(facts.glucose).toMatchObject({ status: 'known', value: { value: 110, unit: 'mg/dL' } });
  });
  it('two of one instant conflict, unless they differ by rounding', () => {
    expect(factsOf([glucose(amount(40, 'mg/dL')), glucose(amount(110, 'mg/dL'))]).glucose.status).toBe('conflicting');
    expect(factsOf([glucose(amount(99, 'mg/dL')), glucose(amount(5.5, 'mmol/L'))]).glucose.status).toBe('known');
  });
  it('a value of which only the day is known conflicts with one of that day', () => {
    const facts = factsOf([
      glucose(amount(40, 'mg/dL'), { effectiveDateTime: '2026-11-23' }),
      glucose(amount(110, 'mg/dL')),
    ]);
    expect(facts.glucose.status).toBe('conflicting');
  });
  it('a repeat that is still pending leaves the last result standing', () => {
    const facts = factsOf([
      glucose(amount(95, 'mg/dL')),
      glucose({}, { status: 'registered', effectiveDateTime: before(1) }),
    ]);
    expect(facts.glucose).toMatchObject({ status: 'known', value: { value: 95 } });
  });
  it('keeps a comparator', () => {
    expect(
      factsOf([observation(LOINC, '3274-8', amount(0.1, '[IU]/mL', { comparator: '<' }))]).antiXaActivity,
    ).toMatchObject({
      value: { value: 0.1, comparator: '<' },
    });
  });
});

describe('results of one blood', () => {
  const inr = (value: number, minutes: number) =>
    observation(LOINC, '6301-6', amount(value, '{INR}'), { effectiveDateTime: before(minutes) });
  it('that differ by more than methods do contradict each other', () => {
    expect(factsOf([inr(3.2, 22), inr(1.1, 20)]).inr.status).toBe('conflicting');
    expect(factsOf([inr(3.2, 90), inr(1.1, 20)]).inr).toMatchObject({ status: 'known', value: { value: 1.1 } });
  });
  it('one that could not be used is replaced by the next', () => {
    const clotted = observation(LOINC, '6301-6', { valueString: 'hemolyzed' }, { effectiveDateTime: before(30) });
    expect(factsOf([clotted, inr(1.1, 20)]).inr).toMatchObject({ status: 'known', value: { value: 1.1 } });
    expect(factsOf([clotted, inr(1.1, 40)]).inr.status).toBe('unknown');
  });
  it('that differ by less are one, and the newer is told', () => {
    expect(factsOf([inr(1.2, 22), inr(1.1, 20)]).inr).toMatchObject({ status: 'known', value: { value: 1.1 } });
  });
});

describe('a glucose', () => {
  const glucose = (minutes: number) =>
    observation(LOINC, '2339-0', amount(110, 'mg/dL'), { effectiveDateTime: before(minutes) });
  it('of before this stroke, or of hours ago, is not that of now', () => {
    const well = observation(OWN, 'last-known-well', { valueDateTime: before(60) });
    expect(factsOf([well, glucose(90)]).glucose.status).toBe('unknown');
    expect(factsOf([glucose(7 * 60)]).glucose.status).toBe('unknown');
    expect(factsOf([well, glucose(30)]).glucose.status).toBe('known');
  });
});

describe('units', () => {
  it.each([
    [5.5507, 'mmol/L', 'mg/dL', 100, MOLAR_MASS.glucose],
    [88.4, 'umol/L', 'mg/dL', 1, MOLAR_MASS.creatinine],
    [2.586, 'mmol/L', 'mg/dL', 100, MOLAR_MASS.cholesterol],
    [3, 'g/L', 'mg/dL', 300, undefined],
    [100, 'K/uL', '10*9/L', 100, undefined],
    [100000, '/uL', '10*9/L', 100, undefined],
    [100, '10*3/uL', '10*9/L', 100, undefined],
    [180, 'lb', 'kg', 81.6, undefined],
    [81600, 'g', 'kg', 81.6, undefined],
    [48, 'mmol/mol', '%', 6.54, undefined],
    [12, 'sec', 's', 12, undefined],
    [20, 'kPa', 'mm[Hg]', 150, undefined],
  ] as const)('%d %s is %s %d', (value, from, unit, expected, molarMass) => {
    const result = convert(value, from, molarMass === undefined ? { unit } : { unit, molarMass });
    expect(Math.abs((result ?? NaN) - expected) / expected).toBeLessThan(0.003);
  });
  it('does not shift a boundary: 100 10*3/uL is exactly 100 10*9/L', () => {
    expect(convert(100, '10*3/uL', { unit: '10*9/L' })).toBe(100);
  });
  it('refuses a unit of another dimension', () => {
    expect(convert(1, 'mol/L', { unit: 'kg' })).toBeUndefined();
    expect(convert(1, 'K', { unit: '10*9/L' })).toBeUndefined();
    expect(convert(1, undefined, { unit: 'mg/dL' })).toBeUndefined();
  });
  it('converts linearly', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 50, noNaN: true }), (v) => {
        const one = convert(v, 'mmol/L', { unit: 'mg/dL', molarMass: MOLAR_MASS.glucose }) ?? NaN;
        const two = convert(2 * v, 'mmol/L', { unit: 'mg/dL', molarMass: MOLAR_MASS.glucose }) ?? NaN;
        expect(two / one).toBeCloseTo(2, 6);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a converted value', () => {
  const shown = (value: number, unit: string): unknown => {
    const fact = factsOf([glucose(amount(value, unit))]).glucose;
    return fact.status === 'known' ? fact.value.value : fact;
  };
  it('has the precision of its unit; a recorded one stays as it is', () => {
    expect(shown(6.1, 'mmol/L')).toBe(109.9);
    expect(shown(6.2, 'mmol/L')).toBe(112);
    expect(shown(111.7, 'mg/dL')).toBe(111.7);
    const creatinine = factsOf([observation(LOINC, '2160-0', amount(97, 'umol/L'))]).creatinine;
    expect(creatinine).toMatchObject({ value: { value: 1.1 } });
    const weight = factsOf([observation(LOINC, '29463-7', amount(180, 'lb'))]).weight;
    expect(weight).toMatchObject({ value: { quantity: { value: 81.6 } } });
  });
  it.each([
    [2.77, 50],
    [3.33, 60],
    [22.2, 400],
    [22.21, 400],
  ])('%d mmol/L is not rounded onto the limit %d mg/dL', (value, limit) => {
    const exact = convert(value, 'mmol/L', { unit: 'mg/dL', molarMass: MOLAR_MASS.glucose }) ?? NaN;
    expect(Math.sign((shown(value, 'mmol/L') as number) - limit)).toBe(Math.sign(exact - limit));
  });
  it('stays on its side of every limit, and within half a unit', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 40, noNaN: true }), fc.constantFrom(50, 60, 140, 180, 400), (v, limit) => {
        const exact = convert(v, 'mmol/L', { unit: 'mg/dL', molarMass: MOLAR_MASS.glucose }) ?? NaN;
        const value = shown(v, 'mmol/L') as number;
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(0.5);
        expect(Math.sign(value - limit)).toBe(Math.sign(exact - limit));
      }),
      { numRuns: 100 },
    );
  });
});

describe('times', () => {
  it.each(['2026-13-01', '2026-02-30', '2026-11-23T13:00:00', '23.11.2026', '', 42, null])(
    '%s is malformed',
    (text) => {
      expect(fhirTime(text, 'Europe/Zurich')).toBeUndefined();
    },
  );
  it('a date is the whole day of the site, on the day the clocks change too', () => {
    const hours = (text: string): number => {
      const span = fhirTime(text, 'Europe/Zurich');
      return span === undefined ? NaN : (span.latest + 1 - span.earliest) / 3_600_000;
    };
    expect(hours('2026-11-23')).toBe(24);
    expect(hours('2026-10-25')).toBe(25);
    expect(hours('2026-03-29')).toBe(23);
    expect(fhirTime('2026-11-23', 'Europe/Zurich')?.earliest).toBe(Date.UTC(2026, 10, 22, 23));
    expect(fhirTime('2026', 'UTC')?.latest).toBe(Date.UTC(2027, 0, 1) - 1);
  });
});

describe('blood pressure', () => {
  const panel = (sys: number, dia: number, minutes: number) =>
    observation(
      LOINC,
      '85354-9',
      {
        component: [
          { code: code(LOINC, '8480-6'), ...amount(sys, 'mm[Hg]') },
          { code: code(LOINC, '8462-4'), ...amount(dia, 'mm[Hg]') },
        ],
      },
      { effectiveDateTime: before(minutes) },
    );
  it('is refused when the diastolic is not below the systolic', () => {
    expect(factsOf([panel(80, 120, 5)]).bloodPressure).toMatchObject({
      status: 'unknown',
      why: 'implausible',
      about: 'BP 80/120 mm[Hg]',
    });
  });
  it('of this morning is not the pressure of now, but part of the course', () => {
    const facts = factsOf([panel(150, 80, 300)]);
    expect(facts.bloodPressure.status).toBe('unknown');
    expect(facts.bloodPressureCourse).toMatchObject({
      status: 'known',
      value: [{ value: { systolic: { value: 150 } } }],
    });
  });
  it('before the patient was last known well is not the pressure of this stroke', () => {
    const well = observation(OWN, 'last-known-well', { valueDateTime: before(60) });
    expect(factsOf([well, panel(150, 80, 90)]).bloodPressure.status).toBe('unknown');
    expect(factsOf([well, panel(150, 80, 30)]).bloodPressure.status).toBe('known');
  });
  it('half a reading that is newer than a whole one takes its diastolic while that is near, and is named else', () => {
    const half = observation(LOINC, '8480-6', amount(210, 'mm[Hg]'), { effectiveDateTime: before(5) });
    expect(factsOf([panel(150, 80, 20), half]).bloodPressure).toMatchObject({
      value: { systolic: { value: 210 }, diastolic: { value: 80 } },
    });
    expect(factsOf([panel(150, 80, 60), half]).bloodPressure).toMatchObject({
      status: 'unknown',
      about: 'SBP 210 mm[Hg]',
    });
    const older = observation(LOINC, '8480-6', amount(210, 'mm[Hg]'), { effectiveDateTime: before(40) });
    expect(factsOf([panel(150, 80, 20), older]).bloodPressure.status).toBe('known');
  });
  it('half a reading is none', () => {
    expect(factsOf([observation(LOINC, '8480-6', amount(150, 'mm[Hg]'))]).bloodPressure.status).toBe('unknown');
  });
  it('is the newest; separate halves of one instant belong together', () => {
    const facts = factsOf([
      panel(200, 100, 60),
      observation(LOINC, '8480-6', amount(150, 'mm[Hg]'), { effectiveDateTime: before(5) }),
      observation(LOINC, '8462-4', amount(80, 'mm[Hg]'), { effectiveDateTime: before(5) }),
    ]);
    expect(facts.bloodPressure).toMatchObject({ value: { systolic: { value: 150 }, diastolic: { value: 80 } } });
    expect(facts.bloodPressureCourse.status === 'known' && facts.bloodPressureCourse.value.length).toBe(2);
  });
});

describe('imaging findings', () => {
  it('of an examination before the patient was last known well do not show this episode', () => {
    const facts = factsOf([
      observation(OWN, 'last-known-well', { valueDateTime: before(60) }),
      observation(OWN, 'hemorrhage-on-imaging', { valueBoolean: false }, { effectiveDateTime: before(180) }),
    ]);
    expect(facts.hemorrhageOnImaging.status).toBe('unknown');
  });
  describe('blood that one reader saw', () => {
    const read = (blood: boolean, minutes: number, more: Loose = {}) =>
      observation(
        OWN,
        'hemorrhage-on-imaging',
        { valueBoolean: blood },
        { effectiveDateTime: before(minutes), ...more },
      );
    const found = (...readings: ReturnType<typeof read>[]) => factsOf(readings).hemorrhageOnImaging;

    it('is not undone by another who read later, or put down a later time', () => {
      expect(found(read(true, 18, { issued: before(2) }), read(false, 15)).status).toBe('conflicting');
      expect(found(read(true, 300), read(false, 15)).status).toBe('conflicting');
    });
    it('is undone by the final word on what was preliminary, never the other way round', () => {
      const preliminary = { status: 'preliminary' };
      expect(found(read(true, 18, preliminary), read(false, 15))).toMatchObject({ status: 'known', value: false });
      expect(found(read(true, 18), read(false, 15, preliminary)).status).toBe('conflicting');
      expect(found(read(true, 18, preliminary), read(false, 15, preliminary)).status).toBe('conflicting');
    });
    it('stands against an earlier examination without', () => {
      expect(found(read(false, 90), read(true, 15))).toMatchObject({ status: 'known', value: true });
    });
  });
  it.each(['extensive-hypodensity', 'mass-effect'] as const)('two readers of one examination disagree: %s', (sign) => {
    const key = sign === 'mass-effect' ? 'massEffect' : 'extensiveHypodensity';
    const read = (value: boolean, minutes: number) =>
      observation(OWN, sign, { valueBoolean: value }, { effectiveDateTime: before(minutes) });
    expect(factsOf([read(true, 16), read(false, 15)])[key].status).toBe('conflicting');
    expect(factsOf([read(true, 180), read(false, 15)])[key]).toMatchObject({ status: 'known', value: false });
    const preliminary = observation(
      OWN,
      sign,
      { valueBoolean: true, status: 'preliminary' },
      { effectiveDateTime: before(30) },
    );
    expect(factsOf([preliminary, read(false, 15)])[key]).toMatchObject({ status: 'known', value: false });
  });
  it('a report that says both yes and no says nothing', () => {
    const facts = factsOf([
      observation(OWN, 'hemorrhage-on-imaging', { valueBoolean: false }),
      observation(OWN, 'hemorrhage-on-imaging', { valueBoolean: true }),
    ]);
    expect(facts.hemorrhageOnImaging.status).toBe('conflicting');
  });
  it('a hemorrhage seen stays one for a week, and a newer all-clear contradicts it; an all-clear lasts a day', () => {
    const seen = (valueBoolean: boolean, hours: number) =>
      observation(OWN, 'hemorrhage-on-imaging', { valueBoolean }, { effectiveDateTime: before(hours * 60) });
    expect(factsOf([seen(true, 30)]).hemorrhageOnImaging).toMatchObject({ value: true });
    expect(factsOf([seen(true, 167)]).hemorrhageOnImaging).toMatchObject({ value: true });
    expect(factsOf([seen(true, 169)]).hemorrhageOnImaging.status).toBe('unknown');
    expect(factsOf([seen(false, 30)]).hemorrhageOnImaging.status).toBe('unknown');
    expect(factsOf([seen(true, 40), seen(false, 30)]).hemorrhageOnImaging.status).toBe('conflicting');
    expect(factsOf([seen(true, 40), seen(false, 2)]).hemorrhageOnImaging.status).toBe('conflicting');
    expect(factsOf([seen(false, 40), seen(true, 30)]).hemorrhageOnImaging).toMatchObject({ value: true });
    expect(factsOf([seen(true, 30), seen(false, 30)]).hemorrhageOnImaging.status).toBe('conflicting');
    const yesterday = { effectiveDateTime: before(30 * 60) };
    const { hematomaVolume, hematomaLocation } = factsOf([
      observation(OWN, 'hematoma-volume', amount(15, 'mL'), yesterday),
      observation(OWN, 'hematoma-location', { valueCodeableConcept: code(OWN, 'hematoma-location-lobar') }, yesterday),
    ]);
    expect(hematomaVolume.status).toBe('known');
    expect(hematomaLocation).toMatchObject({ value: 'lobar' });
    const well = observation(OWN, 'last-known-well', { valueDateTime: before(20 * 60) });
    expect(factsOf([well, seen(true, 30)]).hemorrhageOnImaging.status).toBe('unknown');
  });
  it('are read as yes/no, score, volume and site', () => {
    const facts = factsOf([
      observation(OWN, 'hemorrhage-on-imaging', { valueCodeableConcept: code('http://snomed.info/sct', '2667000') }),
      observation(OWN, 'aspects', { valueInteger: 8 }),
      observation(OWN, 'core-volume', amount(12, 'mL')),
      observation(OWN, 'occlusion-site', { valueCodeableConcept: code(OWN, 'occlusion-site-M1') }),
    ]);
    expect(facts.hemorrhageOnImaging).toMatchObject({ value: false });
    expect(facts.aspects).toMatchObject({ value: { value: 8 } });
    expect(facts.coreVolume).toMatchObject({ value: { value: 12, unit: 'mL' } });
    expect(facts.occlusionSite).toMatchObject({ value: 'M1' });
  });
  it('an ASPECTS of 11 or 7.5 is refused', () => {
    for (const value of [11, 7.5]) {
      expect(factsOf([observation(OWN, 'aspects', amount(value, '{score}'))]).aspects).toMatchObject({
        why: 'implausible',
      });
    }
  });
});
