/** Records for the tests: resources of one patient, everything read completely unless the test says otherwise. */
import type { FhirResource } from 'fhir/r4.js';
import { instantFromEpoch, toIso, type Instant, type StrokeCase, type StrokeFacts } from '../../../src/case/index.ts';
import { RECORD_KEYS, type PatientRecord, type ReadState, type RecordKey } from '../../../src/fhir/record.ts';
import { buildStrokeCase, type BuildOptions } from '../../../src/fhir/facts/build-stroke-case.ts';
import { loadTerminology } from '../../../src/fhir/terminology/load-terminology.ts';

export const terminology = loadTerminology('fhir-resources/valuesets');
export const NOW: Instant = instantFromEpoch(Date.UTC(2026, 10, 23, 14, 0));
export const OWN = 'https://stroke-cds.org/fhir/CodeSystem/stroke-cds';
export const LOINC = 'http://loinc.org';
export const SNOMED = 'http://snomed.info/sct';
export const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
export const UCUM = 'http://unitsofmeasure.org';

export const before = (minutes: number): string => toIso(instantFromEpoch(NOW - minutes * 60_000));
export const daysBefore = (days: number): string => before(days * 1440);
export const code = (system: string, value: string): { coding: { system: string; code: string }[] } => ({
  coding: [{ system, code: value }],
});

/** Resources are written as plain objects: half of the tests need them malformed. */
export type Loose = Record<string, unknown>;
export const resource = (r: Loose): FhirResource => r as unknown as FhirResource;

export const patient = (more: Loose = {}): FhirResource =>
  resource({ resourceType: 'Patient', id: 'p', gender: 'female', birthDate: '1956-03-04', ...more });

let counter = 0;
export function observation(system: string, loinc: string, value: Loose, more: Loose = {}): FhirResource {
  counter += 1;
  return resource({
    resourceType: 'Observation',
    id: `o${counter}`,
    status: 'final',
    code: code(system, loinc),
    subject: { reference: 'Patient/p' },
    effectiveDateTime: before(20),
    ...value,
    ...more,
  });
}
export const amount = (value: number, unit: string, more: Loose = {}): Loose => ({
  valueQuantity: { value, unit, system: UCUM, code: unit, ...more },
});

export function condition(system: string, value: string, more: Loose = {}): FhirResource {
  counter += 1;
  return resource({
    resourceType: 'Condition',
    id: `c${counter}`,
    clinicalStatus: code('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
    verificationStatus: code('http://terminology.hl7.org/CodeSystem/condition-ver-status', 'confirmed'),
    code: code(system, value),
    subject: { reference: 'Patient/p' },
    ...more,
  });
}
export const verification = (value: string): Loose => ({
  verificationStatus: code('http://terminology.hl7.org/CodeSystem/condition-ver-status', value),
});

export function medication(
  type: 'Request' | 'Statement' | 'Administration',
  rx: string | Loose,
  more: Loose = {},
): FhirResource {
  counter += 1;
  return resource({
    resourceType: `Medication${type}`,
    id: `m${counter}`,
    status: type === 'Administration' ? 'completed' : 'active',
    ...(type === 'Request' ? { intent: 'order' } : {}),
    medicationCodeableConcept: typeof rx === 'string' ? { ...code(RXNORM, rx), text: 'a drug' } : rx,
    subject: { reference: 'Patient/p' },
    ...more,
  });
}

export function aRecord(
  resources: readonly FhirResource[],
  more: Partial<PatientRecord> = {},
  reads: Partial<Record<RecordKey, ReadState>> = {},
): PatientRecord {
  const complete = Object.fromEntries(RECORD_KEYS.map((k) => [k, { state: 'complete' }])) as Record<
    RecordKey,
    ReadState
  >;
  return {
    patientId: 'p',
    encounterId: null,
    reads: { ...complete, ...reads },
    resources,
    drafts: [],
    degradations: [],
    ...more,
  };
}

export const failed: ReadState = { state: 'failed', why: 'time-out' };
export const incomplete: ReadState = { state: 'incomplete', why: 'incomplete' };

export function caseOf(record: PatientRecord, more: Partial<BuildOptions> = {}): StrokeCase {
  return buildStrokeCase(record, {
    at: NOW,
    timeZone: 'Europe/Zurich',
    terminology,
    thrombectomyAccess: null,
    ...more,
  });
}
export const factsOf = (
  resources: readonly FhirResource[],
  more: Partial<PatientRecord> = {},
  reads: Partial<Record<RecordKey, ReadState>> = {},
): StrokeFacts => caseOf(aRecord([patient(), ...resources], more, reads)).facts;
