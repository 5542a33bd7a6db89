import { describe, expect, it } from 'vitest';
import { DRUG_NAMES, DRUGS, SUSPECT_NAME } from '../../../src/fhir/facts/drug-table.ts';
import type { DrugExposure, Fact, StrokeFacts } from '../../../src/case/index.ts';
import {
  before,
  caseOf,
  aRecord,
  code,
  daysBefore,
  factsOf,
  failed,
  incomplete,
  medication,
  observation,
  OWN,
  patient,
  RXNORM,
  SNOMED,
  resource,
  type Loose,
} from './record-builder.ts';

const APIXABAN = '1364430';
const only = (fact: Fact<readonly DrugExposure[]>): DrugExposure => {
  if (fact.status !== 'known' || fact.value.length !== 1) throw new Error(`expected one drug: ${JSON.stringify(fact)}`);
  return fact.value[0] as DrugExposure;
};
const doac = (...entries: ReturnType<typeof medication>[]): StrokeFacts['directOralAnticoagulant'] =>
  factsOf(entries).directOralAnticoagulant;
const none = { status: 'known', value: [], basis: 'not-recorded' };

describe('no anticoagulant may be said only when', () => {
  it('all three lists of drugs were read completely', () => {
    expect(doac()).toMatchObject(none);
    for (const list of ['medicationRequests', 'medicationStatements', 'medicationAdministrations'] as const) {
      expect(factsOf([], {}, { [list]: failed }).directOralAnticoagulant).toMatchObject({ why: 'not-read' });
      expect(factsOf([], {}, { [list]: incomplete }).vitaminKAntagonist).toMatchObject({ why: 'incomplete' });
    }
  });
  it.each([
    ['text only', { text: 'lisinopril 10 mg' }],
    [
      'a code of another system',
      { coding: [{ system: 'http://hl7.org/fhir/sid/ndc', code: '0003-0894-21' }], text: 'a drug' },
    ],
    ['a code without any name', code(RXNORM, '999999999')],
    ['an unlisted code whose name points to one', { ...code(RXNORM, '999999999'), text: 'Eliquis 5 mg starter pack' }],
    [
      'an unlisted antithrombotic of ATC',
      { coding: [{ system: 'http://www.whocc.no/atc', code: 'B01AX99' }], text: 'x' },
    ],
    ['nothing', {}],
  ] as [string, Loose][])('no active entry is unidentified: %s', (_name, concept) => {
    const facts = factsOf([medication('Request', concept)]);
    for (const key of ['vitaminKAntagonist', 'directOralAnticoagulant', 'lowMolecularWeightHeparin'] as const) {
      expect(facts[key]).toMatchObject({ status: 'unknown', why: 'unidentified-drug' });
    }
    expect(
      factsOf([medication('Request', concept, { status: 'entered-in-error' })]).directOralAnticoagulant,
    ).toMatchObject(none);
  });
  it('every entry could be parsed', () => {
    const broken = medication('Statement', { coding: 'no list' });
    expect(doac(broken)).toMatchObject({ status: 'unknown', why: 'incomplete' });
  });
  it('a drug coded as another does not count', () => {
    expect(doac(medication('Request', { ...code(RXNORM, '197361'), text: 'amlodipine 5 MG' }))).toMatchObject(none);
  });
});

describe('an entry is no exposure', () => {
  it.each([
    ['a draft', { status: 'draft' }],
    ['cancelled', { status: 'cancelled' }],
    ['entered in error', { status: 'entered-in-error' }],
    ['a proposal', { intent: 'proposal' }],
    ['forbidden', { doNotPerform: true }],
    ['stopped long ago', { status: 'stopped', authoredOn: daysBefore(400) }],
  ] as [string, Loose][])('when the order is %s', (_name, more) => {
    expect(doac(medication('Request', APIXABAN, more))).toMatchObject(none);
  });
  it.each(['not-taken', 'entered-in-error', 'intended'])('when the statement is %s', (status) => {
    expect(doac(medication('Statement', APIXABAN, { status }))).toMatchObject({ status: 'known', value: [] });
  });
  it('when the dose was not given', () => {
    expect(
      doac(medication('Administration', APIXABAN, { status: 'not-done', effectiveDateTime: before(30) })),
    ).toMatchObject(none);
  });
  it('when it is another patient’s', () => {
    const stroke = caseOf(
      aRecord([patient(), medication('Request', APIXABAN, { subject: { reference: 'Patient/other' } })]),
    );
    expect(stroke.facts.directOralAnticoagulant).toMatchObject(none);
    expect(stroke.degradations).toMatchObject([{ why: 'refused' }]);
  });
});

describe('the last intake', () => {
  it('of an active order is not known', () => {
    const exposure = only(doac(medication('Request', APIXABAN, { authoredOn: daysBefore(100) })));
    expect(exposure).toMatchObject({ drug: 'apixaban', active: true, lastIntake: { status: 'unknown' } });
  });
  it('is not the start of a course', () => {
    const exposure = only(doac(medication('Statement', APIXABAN, { effectiveDateTime: daysBefore(300) })));
    expect(exposure.lastIntake.status).toBe('unknown');
  });
  it('is the last dose given, unless an active order leaves later doses open', () => {
    const dose = (days: number) => medication('Administration', APIXABAN, { effectiveDateTime: daysBefore(days) });
    const order = medication('Request', APIXABAN);
    expect(only(doac(dose(1), order)).lastIntake).toMatchObject({
      status: 'known',
      value: { latest: Date.parse(daysBefore(1)) },
    });
    expect(only(doac(dose(5), order)).lastIntake.status).toBe('unknown');
  });
  it('is the end of a course that was stopped', () => {
    const stopped = medication('Statement', APIXABAN, {
      status: 'stopped',
      effectivePeriod: { start: daysBefore(90), end: daysBefore(4) },
    });
    expect(only(doac(stopped))).toMatchObject({
      active: false,
      lastIntake: { status: 'known', value: { latest: Date.parse(daysBefore(4)) } },
    });
  });
  it('of a statement that says active is its end, if it was made in this episode or ends in it', () => {
    const course = (end: number, more: Loose = {}) =>
      only(
        doac(
          medication('Statement', APIXABAN, {
            effectivePeriod: { start: daysBefore(90), end: daysBefore(end) },
            ...more,
          }),
        ),
      );
    expect(course(0.25)).toMatchObject({
      active: true,
      lastIntake: { status: 'known', value: { latest: Date.parse(daysBefore(0.25)) } },
    });
    expect(course(5, { dateAsserted: before(30) })).toMatchObject({
      active: true,
      lastIntake: { status: 'known', value: { latest: Date.parse(daysBefore(5)) } },
    });
    // Nobody closed the course: that it is still taken cannot be excluded.
    expect(course(5)).toMatchObject({ active: true, lastIntake: { status: 'unknown' } });
  });
  it('is what the patient says in this episode, before anything else', () => {
    const stated = observation(OWN, 'anticoagulant-last-intake', { valueDateTime: before(600) });
    expect(only(factsOf([medication('Request', APIXABAN), stated]).directOralAnticoagulant).lastIntake).toMatchObject({
      value: { latest: Date.parse(before(600)) },
    });
  });
  describe('that somebody stated', () => {
    const stated = (minutes: number, more: Loose = {}) =>
      observation(OWN, 'anticoagulant-last-intake', { valueDateTime: before(minutes) }, more);
    const HOURS_60 = 60 * 60;

    it.each([
      ['a dose given after it', medication('Administration', APIXABAN, { effectiveDateTime: before(300) }), 300],
      [
        'an infusion that runs',
        medication('Administration', APIXABAN, { status: 'in-progress', effectivePeriod: { start: before(300) } }),
        0,
      ],
      [
        'a course that ended after it',
        medication('Statement', APIXABAN, { status: 'stopped', effectivePeriod: { end: before(400) } }),
        400,
      ],
    ])('does not count against %s', (_name, later, minutes) => {
      expect(only(doac(later, stated(HOURS_60) as never)).lastIntake).toMatchObject({
        status: 'known',
        value: { latest: Date.parse(before(minutes)) },
      });
    });
    it('leaves open when a dose without a time was given', () => {
      expect(only(doac(medication('Administration', APIXABAN), stated(HOURS_60) as never)).lastIntake).toMatchObject({
        status: 'unknown',
        why: 'undated',
      });
    });
    it('days ago says nothing of doses since', () => {
      const old = stated(3 * 1440, { effectiveDateTime: daysBefore(2.9) });
      expect(only(doac(medication('Request', APIXABAN), old as never)).lastIntake.status).toBe('unknown');
    });
    it('of a drug that no list names makes every anticoagulant possible, while it may act', () => {
      const facts = factsOf([stated(300)]);
      for (const key of ['vitaminKAntagonist', 'directOralAnticoagulant', 'lowMolecularWeightHeparin'] as const) {
        expect(facts[key]).toMatchObject({ status: 'unknown', why: 'unidentified-drug', sources: [{}] });
      }
      expect(factsOf([stated(HOURS_60)]).directOralAnticoagulant).toMatchObject(none);
    });
  });
  it('of a running infusion is now', () => {
    const running = medication('Administration', '5224', {
      status: 'in-progress',
      effectivePeriod: { start: before(300) },
    });
    expect(only(factsOf([running]).unfractionatedHeparin)).toMatchObject({
      active: true,
      lastIntake: { value: { latest: Date.parse(before(0)) } },
    });
  });
});

describe('heparins', () => {
  const enoxaparin = (value: number, unit: string) =>
    only(
      factsOf([
        medication('Request', '67108', { dosageInstruction: [{ doseAndRate: [{ doseQuantity: { value, unit } }] }] }),
      ]).lowMolecularWeightHeparin,
    );
  it.each([
    [40, 'mg', 'prophylactic'],
    [80, 'mg', 'treatment'],
    [1, 'mg/kg', 'treatment'],
    [50, 'mg', 'unspecified'],
  ] as const)('enoxaparin %d %s is %s', (value, unit, intent) => {
    expect(enoxaparin(value, unit).intent).toBe(intent);
  });
});

it('what keeps a catheter open treats nothing', () => {
  const flush = (value: number) =>
    only(
      factsOf([
        medication('Administration', '5224', {
          dosage: { dose: { value, unit: '[IU]' }, route: code(SNOMED, '47625008') },
          effectiveDateTime: before(10),
        }),
      ]).unfractionatedHeparin,
    ).intent;
  expect(flush(200)).toBe('prophylactic');
  expect(flush(5000)).toBe('treatment');
});

it('a protease is no edoxaban', () => {
  expect(doac(medication('Request', { ...code(RXNORM, '999'), text: 'amylase / lipase / protease' }))).toMatchObject(
    none,
  );
});

describe('thrombolytics', () => {
  const dose = (value: number) => ({ dosage: { dose: { value, unit: 'mg' } }, effectiveDateTime: before(30) });
  it('an order, even signed, is not given; a draft is an indication only', () => {
    const draft = medication('Request', '259280', { status: 'draft' });
    const stroke = caseOf(aRecord([patient(), medication('Request', '259280')], { drafts: [draft] }));
    expect(stroke.facts.thrombolyticGiven).toMatchObject(none);
    expect(stroke.indications.map((i) => i.kind)).toEqual(['thrombolytic-ordered']);
  });
  it('an order that is completed leaves open whether it was given', () => {
    const order = (more: Loose) => factsOf([medication('Request', '259280', more)]).thrombolyticGiven;
    expect(order({ status: 'completed', authoredOn: before(40) })).toMatchObject({
      status: 'unknown',
      sources: [{ reference: expect.stringMatching(/^MedicationRequest/) as string }],
    });
    expect(order({ status: 'completed', authoredOn: daysBefore(400) })).toMatchObject(none);
    expect(order({ status: 'cancelled', authoredOn: before(40) })).toMatchObject(none);
    expect(order({ status: 'stopped', authoredOn: before(40) })).toMatchObject(none);
    expect(order({ status: 'completed' })).toMatchObject(none);
    const denied = medication('Statement', '259280', { status: 'not-taken' });
    const done = medication('Request', '259280', { status: 'completed', authoredOn: before(40) });
    expect(factsOf([done, denied]).thrombolyticGiven).toMatchObject(none);
  });
  it('2 mg of alteplase clear a catheter and 63 mg treat', () => {
    expect(factsOf([medication('Administration', '8410', dose(2))]).thrombolyticGiven).toMatchObject(none);
    const given = caseOf(aRecord([patient(), medication('Administration', '8410', dose(63))]));
    expect(only(given.facts.thrombolyticGiven)).toMatchObject({ drug: 'alteplase', dose: { value: 63 } });
    expect(given.indications).toMatchObject([{ kind: 'thrombolytic-given' }]);
  });
  it.each(['completed', 'active', 'unknown', 'stopped'])('of another hospital come as a statement: %s', (status) => {
    const given = (more: Loose) => factsOf([medication('Statement', '259280', { status, ...more })]).thrombolyticGiven;
    expect(only(given({ effectiveDateTime: before(40) }))).toMatchObject({
      drug: 'tenecteplase',
      lastIntake: { value: { latest: Date.parse(before(40)) } },
    });
    // Without a time it may be of any year: whether it was now has to be asked.
    expect(given({ dateAsserted: before(10) })).toMatchObject({ status: 'unknown', why: 'undated' });
    expect(given({})).toMatchObject({ status: 'unknown', why: 'undated' });
    expect(given({ effectiveDateTime: daysBefore(400) })).toMatchObject(none);
    expect(given({ dateAsserted: daysBefore(400) })).toMatchObject(none);
  });
  it('a statement that it was not given, or is intended, is none', () => {
    for (const status of ['not-taken', 'intended', 'entered-in-error']) {
      const statement = medication('Statement', '259280', { status, effectiveDateTime: before(40) });
      expect(factsOf([statement]).thrombolyticGiven).toMatchObject(none);
    }
  });
  it.each(['completed', 'in-progress', 'unknown'])('an infusion that began counts, its end is a plan: %s', (status) => {
    const effectivePeriod = { start: before(40), end: before(-20) };
    const given = factsOf([medication('Administration', '8410', { status, effectivePeriod })]).thrombolyticGiven;
    expect(only(given).lastIntake).toMatchObject({ value: { latest: Date.parse(before(0)) } });
  });
  it('those of another year are history', () => {
    expect(
      factsOf([medication('Administration', '8410', { effectiveDateTime: daysBefore(400) })]).thrombolyticGiven,
    ).toMatchObject(none);
  });
});

describe('orders of thrombolytics and antithrombotics', () => {
  const orders = (resources: Parameters<typeof factsOf>[0], drafts: Parameters<typeof factsOf>[0] = []) =>
    caseOf(aRecord([patient(), ...resources], { drafts })).orders;
  it('are those of the call and those that stand, with their times', () => {
    const order = medication('Request', APIXABAN, {
      authoredOn: before(30),
      dosageInstruction: [{ timing: { repeat: { boundsPeriod: { start: before(-60) } } } }],
    });
    expect(orders([order])).toMatchObject([
      {
        drug: 'apixaban',
        class: 'factor-xa-inhibitor',
        draft: false,
        at: { latest: Date.parse(before(30)) },
        startsAt: { latest: Date.parse(before(-60)) },
      },
    ]);
    expect(orders([], [medication('Request', '1191', { status: 'draft' })])).toMatchObject([
      { drug: 'aspirin', draft: true, at: null, startsAt: null },
    ]);
  });
  it('are none that ended, nothing taken at home by report or statement, none for a catheter, and no other drug', () => {
    const dosageInstruction = [{ doseAndRate: [{ doseQuantity: { value: 2, unit: 'mg' } }] }];
    expect(
      orders([
        medication('Request', APIXABAN, { status: 'stopped' }),
        medication('Request', APIXABAN, { reportedBoolean: true }),
        medication('Statement', APIXABAN),
        medication('Request', '8410', { dosageInstruction }),
        medication('Request', '6185'),
      ]),
    ).toEqual([]);
  });
  it('carry what is given in all, in mg or mg/kg, and nothing where a part cannot be read', () => {
    const doses = (...dosageInstruction: Loose[]) =>
      orders([medication('Request', '259280', { dosageInstruction })])[0]?.doses;
    const dose = (value: number, unit: string, more: Loose = {}) => ({
      doseAndRate: [{ doseQuantity: { value, unit } }],
      ...more,
    });
    expect(doses(dose(20, 'mg'))).toEqual([{ value: 20, unit: 'mg' }]);
    expect(doses(dose(0.02, 'g'))).toEqual([{ value: 20, unit: 'mg' }]);
    expect(doses(dose(7.2, 'mg'), dose(64.8, 'mg'))).toEqual([
      { value: 7.2, unit: 'mg' },
      { value: 64.8, unit: 'mg' },
    ]);
    expect(doses(dose(0.25, 'mg/kg'))).toEqual([{ value: 0.25, unit: 'mg/kg' }]);
    expect(doses(dose(0.25, 'mg/kg', { maxDosePerAdministration: { value: 25, unit: 'mg' } }))).toEqual([
      { value: 0.25, unit: 'mg/kg', atMostMg: 25 },
    ]);
    expect(doses(dose(20, 'mL'))).toBeNull();
    expect(doses(dose(1, 'mg/kg/h'))).toBeNull();
    expect(doses(dose(7.2, 'mg'), { text: 'the rest over 60 min' })).toBeNull();
    expect(doses({ doseAndRate: [{ doseQuantity: { value: 20 } }] })).toBeNull();
    expect(doses()).toBeNull();
  });
  it('are counted once where the call changes one that stands, and not where it ends one', () => {
    const standing = medication('Request', APIXABAN, { id: 'same', authoredOn: before(30) });
    expect(orders([standing], [standing])).toMatchObject([{ draft: true }]);
    expect(orders([standing], [medication('Request', APIXABAN, { id: 'same', status: 'stopped' })])).toEqual([]);
  });
});

it('a drug is found through a contained or separate Medication', () => {
  const contained = medication(
    'Request',
    {},
    {
      medicationCodeableConcept: undefined,
      medicationReference: { reference: '#m' },
      contained: [{ resourceType: 'Medication', id: 'm', code: code(RXNORM, APIXABAN) }],
    },
  );
  expect(only(doac(contained)).drug).toBe('apixaban');
  const apart = medication(
    'Request',
    {},
    {
      medicationCodeableConcept: undefined,
      medicationReference: { reference: 'https://ehr.example/fhir/Medication/far' },
    },
  );
  const far = resource({ resourceType: 'Medication', id: 'far', code: code(RXNORM, '11289') });
  expect(only(factsOf([apart, far]).vitaminKAntagonist).drug).toBe('warfarin');
  expect(factsOf([apart]).vitaminKAntagonist).toMatchObject({ status: 'unknown', why: 'unidentified-drug' });
});

it.each([
  'Metalyse',
  'Sinthrome',
  'Innohep',
  'Inhixa',
  'Aggrastat',
  'Fraxiparine 0.4 ml',
  '华法林钠片',
  '达比加群酯',
  '注射用尿激酶',
])('an unlisted code with the name %s is not another drug', (text) => {
  const facts = factsOf([
    medication('Administration', { ...code(SNOMED, '999'), text }, { effectiveDateTime: before(60) }),
  ]);
  expect(facts.directOralAnticoagulant).toMatchObject({ status: 'unknown', why: 'unidentified-drug' });
});

it('the name of every drug that thins the blood, and of those that forbid lysis, is screened for', () => {
  const screened = DRUG_NAMES.filter((d) => !['antiplatelet', 'anticoagulant-reversal'].includes(DRUGS[d].class));
  expect(screened.filter((d) => !SUSPECT_NAME.test(d))).toEqual([]);
});
