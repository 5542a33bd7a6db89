import { describe, expect, it } from 'vitest';
import {
  aRecord,
  before,
  caseOf,
  code,
  condition,
  daysBefore,
  factsOf,
  failed,
  ICD,
  incomplete,
  LOINC,
  medication,
  observation,
  OWN,
  patient,
  resource,
  SNOMED,
  verification,
  type Loose,
} from './record-builder.ts';

const none = { status: 'known', value: [], basis: 'not-recorded' };
const gutBleed = (more: Loose = {}) => condition(ICD, 'K92.2', more);

describe('a history', () => {
  it('is said to be empty only when its lists were read completely', () => {
    expect(factsOf([]).gastrointestinalOrUrinaryBleeding).toMatchObject(none);
    expect(factsOf([], {}, { conditions: failed }).dementia).toMatchObject({ status: 'unknown', why: 'not-read' });
    expect(factsOf([], {}, { conditions: incomplete }).dementia).toMatchObject({
      status: 'unknown',
      why: 'incomplete',
    });
    expect(factsOf([], {}, { procedures: failed }).majorSurgery).toMatchObject({ status: 'unknown', why: 'not-read' });
  });
  it('does not count what was entered in error, refuted, or of the family', () => {
    expect(factsOf([gutBleed(verification('entered-in-error'))]).gastrointestinalOrUrinaryBleeding).toMatchObject(none);
    expect(factsOf([gutBleed(verification('refuted'))]).gastrointestinalOrUrinaryBleeding).toMatchObject(none);
    const family = resource({
      resourceType: 'FamilyMemberHistory',
      id: 'f',
      status: 'completed',
      condition: [{ code: code(ICD, 'I63.9') }],
    });
    expect(factsOf([family, condition(ICD, 'Z82.3')]).priorIschemicStroke).toMatchObject(none);
  });
  it('a refutation of these days is a stated absence, an old one is not', () => {
    const refuted = (recordedDate: string) =>
      factsOf([condition(ICD, 'I33.0', { ...verification('refuted'), recordedDate })]).infectiveEndocarditis;
    expect(refuted(before(60))).toMatchObject({ status: 'known', value: [], basis: 'stated' });
    expect(refuted(daysBefore(500))).toMatchObject(none);
  });
  it.each([
    ['confirmed', 'confirmed'],
    ['provisional', 'provisional'],
    ['differential', 'suspected'],
    ['unconfirmed', 'suspected'],
  ])('keeps certainty: %s is %s', (status, certainty) => {
    expect(factsOf([condition(ICD, 'I33.0', verification(status))]).infectiveEndocarditis).toMatchObject({
      value: [{ certainty }],
    });
  });
  it('an entry without a date is unknown when; one with a date of recording happened until then', () => {
    expect(factsOf([gutBleed()]).gastrointestinalOrUrinaryBleeding).toMatchObject({ value: [{ when: null }] });
    const { gastrointestinalOrUrinaryBleeding: fact } = factsOf([gutBleed({ recordedDate: daysBefore(30) })]);
    expect(fact).toMatchObject({ value: [{ when: { latest: Date.parse(daysBefore(30)) } }] });
    expect(fact.status === 'known' && (fact.value[0]?.when?.earliest ?? 0)).toBeLessThan(0);
  });
  it.each([
    ['2 days ago', true, daysBefore(2)],
    ['80 days ago', true, daysBefore(80)],
    ['100 days ago', false, daysBefore(100)],
    ['undated', true, undefined],
  ] as const)(
    'a completed session of dialysis, %s: the patient is on dialysis: %s',
    (_when, active, performedDateTime) => {
      const session = resource({
        resourceType: 'Procedure',
        id: 'p-dialysis',
        status: 'completed',
        code: code(SNOMED, '302497006'),
        ...(performedDateTime === undefined ? {} : { performedDateTime }),
      });
      expect(factsOf([session]).dialysis).toMatchObject({ value: [{ kind: 'dialysis', active }] });
    },
  );
  it('procedures count when they happened', () => {
    const craniotomy = (status: string) =>
      resource({
        resourceType: 'Procedure',
        id: `p-${status}`,
        status,
        code: code(SNOMED, '25353009'),
        performedDateTime: daysBefore(10),
      });
    expect(factsOf([craniotomy('not-done'), craniotomy('preparation')]).intracranialOrSpinalSurgery).toMatchObject(
      none,
    );
    expect(factsOf([craniotomy('completed')]).intracranialOrSpinalSurgery).toMatchObject({
      value: [{ kind: 'intracranial-surgery' }],
    });
  });
  it('surgery that no list names is surgery of unstated extent', () => {
    const unlisted = resource({
      resourceType: 'Procedure',
      id: 'x',
      status: 'completed',
      category: code(SNOMED, '387713003'),
      code: code(SNOMED, '1'),
      performedDateTime: daysBefore(3),
    });
    expect(factsOf([unlisted]).majorSurgery).toMatchObject({
      value: [{ kind: 'surgical-procedure', certainty: 'suspected' }],
    });
  });
  it('ICD-10-CM categories reach their subdivisions and no further', () => {
    expect(factsOf([condition(ICD, 'I61.3')]).priorIntracranialHemorrhage).toMatchObject({
      value: [{ kind: 'intracerebral-hemorrhage' }],
    });
    expect(factsOf([condition(ICD, 'I6')]).priorIntracranialHemorrhage).toMatchObject(none);
  });
});

describe('a stroke', () => {
  const stroke = (more: Loose) => factsOf([condition(ICD, 'I63.9', more)]);
  it('of this episode is no prior stroke', () => {
    const facts = stroke({ onsetDateTime: before(90) });
    expect(facts.acuteIschemicStroke).toMatchObject({ value: [{ kind: 'ischemic-stroke' }] });
    expect(facts.priorIschemicStroke).toMatchObject(none);
  });
  it.each([
    ['two months old', { onsetDateTime: daysBefore(60) }],
    ['undated', {}],
    ['resolved', { onsetDateTime: before(600), clinicalStatus: code('x', 'resolved') }],
  ] as [string, Loose][])('that is %s is history, not this one', (_name, more) => {
    const facts = stroke(more);
    expect(facts.acuteIschemicStroke).toMatchObject(none);
    expect(facts.priorIschemicStroke.status === 'known' && facts.priorIschemicStroke.value.length).toBe(1);
  });
  it('five days ago is history once the patient was last known well after it', () => {
    const facts = factsOf([
      condition(ICD, 'I63.9', { onsetDateTime: daysBefore(5) }),
      observation(OWN, 'last-known-well', { valueDateTime: before(60) }),
    ]);
    expect(facts.priorIschemicStroke.status === 'known' && facts.priorIschemicStroke.value.length).toBe(1);
  });
  it('without onset, recorded in the current encounter, is of this episode', () => {
    const here = condition(ICD, 'I63.9', { encounter: { reference: 'Encounter/e' } });
    const encounter = resource({
      resourceType: 'Encounter',
      id: 'e',
      status: 'in-progress',
      period: { start: before(30) },
    });
    expect(factsOf([here, encounter], { encounterId: 'e' }).acuteIschemicStroke).toMatchObject({
      value: [{ when: null }],
    });
  });
  it('by a code of history is history whatever its date', () => {
    expect(factsOf([condition(ICD, 'Z86.73', { recordedDate: before(5) })]).acuteIschemicStroke).toMatchObject(none);
  });
});

describe('what points to an acute stroke', () => {
  const kinds = (resources: Parameters<typeof factsOf>[0], more = {}) =>
    caseOf(aRecord([patient(), ...resources], more)).indications.map((i) => i.kind);
  it('is nothing for a history of stroke, an old scale, or a stroke of the family', () => {
    expect(
      kinds([
        condition(ICD, 'I63.9', { onsetDateTime: '2019-05-01' }),
        condition(ICD, 'Z86.73'),
        condition(ICD, 'I63.9'),
      ]),
    ).toEqual([]);
    expect(kinds([observation(LOINC, '72089-6', { valueInteger: 3 }, { effectiveDateTime: daysBefore(5) })])).toEqual(
      [],
    );
    expect(kinds([condition(ICD, 'I63.9', { ...verification('refuted'), onsetDateTime: before(60) })])).toEqual([]);
  });
  it('is nothing for a patient who has died', () => {
    const died = patient({ deceasedBoolean: true });
    expect(caseOf(aRecord([died, observation(LOINC, '72089-6', { valueInteger: 3 })])).indications).toEqual([]);
  });
  it('is a scale, a clock, a diagnosis, a reason of the encounter, imaging for stroke', () => {
    expect(kinds([observation(LOINC, '72089-6', { valueInteger: 3 })])).toEqual(['nihss-recorded']);
    expect(kinds([observation(OWN, 'last-known-well', { valueDateTime: before(60) })])).toEqual([
      'last-known-well-recorded',
    ]);
    expect(kinds([condition(ICD, 'I61.0', { onsetDateTime: daysBefore(1) })])).toEqual(['acute-hemorrhage-diagnosis']);
    const encounter = resource({
      resourceType: 'Encounter',
      id: 'e',
      status: 'in-progress',
      reasonCode: [code(OWN, 'stroke-alert')],
    });
    expect(kinds([encounter], { encounterId: 'e' })).toEqual(['stroke-code']);
    const order = resource({
      resourceType: 'ServiceRequest',
      id: 's',
      status: 'draft',
      intent: 'order',
      code: code(LOINC, '30799-1'),
      reasonCode: [code(SNOMED, '230690007')],
    });
    expect(kinds([], { drafts: [order] })).toEqual(['stroke-imaging']);
  });

  const thrombolytic = (rx: string, mg: number, more: Loose = {}) =>
    medication('Request', rx, {
      authoredOn: before(5),
      dosageInstruction: [{ doseAndRate: [{ doseQuantity: { value: mg, unit: 'mg' } }] }],
      ...more,
    });
  it('is an order of a thrombolytic, whose reason is a stroke or not told in codes', () => {
    expect(kinds([thrombolytic('259280', 20)])).toEqual(['thrombolytic-ordered']);
    for (const reasonCode of [
      [{ text: 'pulmonary embolism' }],
      [code(SNOMED, '22298006'), code(ICD, 'I63.9')],
      [code(SNOMED, '38341003')],
    ]) {
      expect(kinds([], { drafts: [thrombolytic('8410', 70, { reasonCode })] })).toEqual(['thrombolytic-ordered']);
    }
  });
  it('is no 2 mg of alteplase, which clear a catheter', () => {
    expect(kinds([thrombolytic('8410', 2)])).toEqual([]);
    expect(kinds([], { drafts: [thrombolytic('8410', 2)] })).toEqual([]);
  });
  it('is no thrombolytic that is ordered for another disease, unless something else points to a stroke', () => {
    for (const reasonCode of [
      [code(SNOMED, '22298006')],
      [code(ICD, 'I21.09')],
      [code(SNOMED, '59282003')],
      [code(ICD, 'I26.99')],
      [code(ICD, 'T82.868A')],
    ]) {
      expect(kinds([thrombolytic('8410', 100, { reasonCode })])).toEqual([]);
      expect(kinds([], { drafts: [thrombolytic('8410', 100, { reasonCode })] })).toEqual([]);
    }
    const infarction = condition(SNOMED, '22298006', { id: 'mi' });
    const order = thrombolytic('259280', 40, { reasonReference: [{ reference: 'Condition/mi' }] });
    expect(kinds([infarction, order])).toEqual([]);
    expect(kinds([infarction, order, observation(LOINC, '72089-6', { valueInteger: 9 })]).sort()).toEqual([
      'nihss-recorded',
      'thrombolytic-ordered',
    ]);
  });
});

describe('person', () => {
  it('age is known to the year, and a year of birth leaves two', () => {
    expect(caseOf(aRecord([patient({ birthDate: '1956-11-24' })])).facts.age).toMatchObject({ value: { value: 69 } });
    expect(caseOf(aRecord([patient({ birthDate: '1956-11-23' })])).facts.age).toMatchObject({ value: { value: 70 } });
    const source = { basis: 'derived', sources: [{ reference: 'Patient/p' }] };
    expect(caseOf(aRecord([patient({ birthDate: '1956' })])).facts.age).toMatchObject({
      status: 'conflicting',
      values: [
        { value: { value: 69 }, ...source },
        { value: { value: 70 }, ...source },
      ],
    });
    expect(caseOf(aRecord([patient({ birthDate: '1956-10' })])).facts.age).toMatchObject({ value: { value: 70 } });
    expect(caseOf(aRecord([patient({ birthDate: '1856-01-01' })])).facts.age).toMatchObject({ why: 'implausible' });
    expect(caseOf(aRecord([])).facts.age.status).toBe('unknown');
  });
  it('pregnancy is never assumed absent for a woman of 30, and a delivery counts for a fortnight', () => {
    const woman = (...more: ReturnType<typeof condition>[]) =>
      caseOf(aRecord([patient({ birthDate: '1996-01-01' }), ...more])).facts.pregnancy;
    expect(woman().status).toBe('unknown');
    expect(woman(condition(ICD, 'Z33.1'))).toMatchObject({ value: 'pregnant' });
    expect(woman(condition(ICD, 'O80', { onsetDateTime: daysBefore(5) }))).toMatchObject({
      value: 'postpartum-14-days',
    });
    expect(woman(condition(ICD, 'O80', { onsetDateTime: daysBefore(50) })).status).toBe('unknown');
    expect(woman(observation(LOINC, '82810-3', { valueCodeableConcept: code(LOINC, 'LA26683-5') }))).toMatchObject({
      value: 'not-pregnant',
    });
  });
  it('a weight measured in this stay outranks a later stated one', () => {
    const kg = (loinc: string, value: number, minutes: number) =>
      observation(LOINC, loinc, { valueQuantity: { value, code: 'kg' } }, { effectiveDateTime: before(minutes) });
    expect(factsOf([kg('3142-7', 70, 5), kg('3141-9', 80, 60)]).weight).toMatchObject({
      value: { provenance: 'measured', quantity: { value: 80 } },
    });
    expect(factsOf([kg('29463-7', 80, 60 * 24 * 300)]).weight.status).toBe('unknown');
  });
});
