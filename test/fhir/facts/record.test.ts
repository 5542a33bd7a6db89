/** Promises about the record as a whole: order, repetition, damage, completeness, size. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { FhirResource } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { observationCodes } from '../../../src/fhir/facts/index.ts';
import { resourcesOf } from '../../../src/fhir/offline-records.ts';
import { FACT_KEYS } from '../../support/fact-keys.ts';
import {
  amount,
  aRecord,
  before,
  caseOf,
  code,
  condition,
  ICD,
  LOINC,
  medication,
  observation,
  OWN,
  patient,
  resource,
  terminology,
} from './record-builder.ts';

const rich: readonly FhirResource[] = [
  patient(),
  observation(LOINC, '72089-6', { valueInteger: 12 }),
  observation(LOINC, '72089-6', { valueInteger: 14 }, { effectiveDateTime: before(5) }),
  observation(OWN, 'last-known-well', { valueDateTime: before(90) }),
  observation(LOINC, '2345-7', amount(110, 'mg/dL')),
  observation(LOINC, '2345-7', amount(60, 'mg/dL')),
  observation(LOINC, '6301-6', amount(1.1, '{INR}')),
  observation(LOINC, '85354-9', {
    component: [
      { code: code(LOINC, '8480-6'), ...amount(150, 'mm[Hg]') },
      { code: code(LOINC, '8462-4'), ...amount(80, 'mm[Hg]') },
    ],
  }),
  condition(ICD, 'I48.91'),
  condition(ICD, 'I63.9', { onsetDateTime: '2020-01' }),
  condition(ICD, 'K92.2', { onsetDateTime: '2025-01' }),
  medication('Request', '1364430'),
  medication('Statement', '1364430', { effectiveDateTime: before(300) }),
  medication('Administration', '67108', { effectiveDateTime: before(300) }),
  resource({ resourceType: 'Observation', id: 'bad', status: 'final', code: { coding: 'no list' } }),
];
const text = (resources: readonly FhirResource[]): string => JSON.stringify(caseOf(aRecord(resources)));

describe('the case', () => {
  it('has every fact', () => {
    expect(Object.keys(caseOf(aRecord([])).facts).sort()).toEqual([...FACT_KEYS].sort());
  });
  it('does not depend on the order of the resources, nor on their repetition', () => {
    const expected = text(rich);
    const shuffled = fc.shuffledSubarray([...rich], { minLength: rich.length, maxLength: rich.length });
    fc.assert(
      fc.property(shuffled, fc.subarray([...rich]), (all, again) => {
        expect(text([...all, ...again])).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });
  it('is not changed by a resource that has nothing to do with it', () => {
    const stranger = resource({ resourceType: 'Immunization', id: 'i', status: 'completed' });
    expect(text([...rich, stranger, observation(LOINC, '718-7', amount(13, 'g/dL'))])).toBe(text(rich));
  });
  it('is frozen to its leaves', () => {
    const stroke = caseOf(aRecord(rich));
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      Object.values(value).forEach(visit);
    };
    visit(stroke);
  });
  it('names a damaged resource and keeps the rest', () => {
    const stroke = caseOf(aRecord(rich));
    expect(stroke.degradations).toEqual([{ where: 'Observation/bad', why: 'malformed' }]);
    expect(stroke.facts.inr.status).toBe('known');
  });
  it('survives any damage to any resource', () => {
    const types = [
      'Observation',
      'Condition',
      'Procedure',
      'MedicationRequest',
      'MedicationStatement',
      'MedicationAdministration',
      'Encounter',
      'ImagingStudy',
      'DiagnosticReport',
      'QuestionnaireResponse',
      'ServiceRequest',
      'Patient',
    ];
    const members = [
      'status',
      'code',
      'category',
      'valueQuantity',
      'valueDateTime',
      'effectiveDateTime',
      'component',
      'hasMember',
      'medicationCodeableConcept',
      'onsetDateTime',
      'item',
      'period',
      'reasonCode',
      'series',
      'conclusionCode',
      'subject',
      'verificationStatus',
      'birthDate',
      'extension',
    ];
    const coded = fc.constantFrom('72089-6', '2345-7', '8480-6', '75859-9', '70190-4').map((c) => code(LOINC, c));
    const damaged = fc
      .tuple(
        fc.constantFrom(...types),
        fc.dictionary(fc.constantFrom(...members), fc.oneof(fc.jsonValue(), coded), { maxKeys: 8 }),
      )
      .map(([resourceType, rest]) => resource({ id: 'd', ...rest, resourceType }));
    fc.assert(
      fc.property(fc.array(damaged, { maxLength: 4 }), (resources) => {
        const stroke = caseOf(aRecord([patient(), ...resources.map((r, i) => ({ ...r, id: `d${i}` }))]));
        expect(Object.keys(stroke.facts).length).toBe(FACT_KEYS.length);
      }),
      { numRuns: 300 },
    );
  });
  it('never repeats text of the record in a reason', () => {
    const canary = 'CanaryPatientName';
    const stroke = caseOf(
      aRecord([
        patient({ name: [{ family: canary }] }),
        observation(LOINC, '2345-7', { valueQuantity: { value: 95, unit: `${canary} unit` } }),
        observation(LOINC, '6301-6', { valueString: canary }),
        condition(ICD, 'I48.91', { code: { ...code(ICD, 'I48.91'), text: canary } }),
        medication('Request', { text: canary }),
      ]),
    );
    expect(JSON.stringify(stroke)).not.toContain(canary);
  });
});

describe('access to thrombectomy', () => {
  it('is unknown when neither the record nor the site says, and the record outranks the site', () => {
    expect(caseOf(aRecord([])).facts.thrombectomyAccess.status).toBe('unknown');
    expect(caseOf(aRecord([]), { thrombectomyAccess: true }).facts.thrombectomyAccess).toMatchObject({
      value: true,
      sources: [{ reference: 'site' }],
    });
    const stated = observation(OWN, 'thrombectomy-access', { valueBoolean: false });
    expect(caseOf(aRecord([stated]), { thrombectomyAccess: true }).facts.thrombectomyAccess).toMatchObject({
      value: false,
    });
  });
});

it('the codes to search for cover every observation the mapper reads, each in one list', () => {
  const codes = observationCodes(terminology);
  expect(codes.laboratory).toContain('http://loinc.org|6301-6');
  expect(codes.vitalSigns).toContain('http://loinc.org|85354-9');
  expect(codes.strokeObservations).toContain(`${OWN}|last-known-well`);
  const all = [...codes.laboratory, ...codes.vitalSigns, ...codes.strokeObservations];
  expect(new Set(all).size).toBe(all.length);
});

const SYNTHEA = '../shared/data/synthea-r4-stroke';
describe.skipIf(!existsSync(SYNTHEA))(`Synthea patients (${SYNTHEA} is needed)`, () => {
  it('map without a malformed resource, and none has an acute stroke today', () => {
    for (const file of readdirSync(SYNTHEA).filter((f) => f.endsWith('.json.gz'))) {
      const resources = resourcesOf(JSON.parse(gunzipSync(readFileSync(`${SYNTHEA}/${file}`)).toString('utf8')));
      const patientId = resources.find((r) => r.resourceType === 'Patient')?.id ?? '';
      const stroke = caseOf(aRecord(resources, { patientId }));
      expect(stroke.degradations).toEqual([]);
      expect(stroke.indications).toEqual([]);
      expect(
        stroke.facts.priorIschemicStroke.status === 'known' && stroke.facts.priorIschemicStroke.value.length,
      ).toBeGreaterThan(0);
    }
  });
});
