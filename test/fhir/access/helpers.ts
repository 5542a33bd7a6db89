import type { Bundle, FhirResource } from 'fhir/r4.js';
import type { ObservationCodes } from '../../../src/fhir/access/index.ts';
import { RECORD_KEYS, type PatientRecord, type RecordKey } from '../../../src/fhir/record.ts';

export const codes: ObservationCodes = {
  strokeObservations: ['70196-1'],
  vitalSigns: ['85354-9'],
  laboratory: ['6301-6'],
};

export const patient: FhirResource = { resourceType: 'Patient', id: 'p1' };

export function condition(id: string, subject = 'Patient/p1', more: object = {}): FhirResource {
  return { resourceType: 'Condition', id, subject: { reference: subject }, ...more };
}

export function observation(id: string, code: string): FhirResource {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code }] },
    subject: { reference: 'Patient/p1' },
    effectiveDateTime: '2026-11-23T10:00:00Z',
  };
}

export function searchset(resources: readonly FhirResource[], more: Partial<Bundle> = {}): Bundle {
  return { resourceType: 'Bundle', type: 'searchset', entry: resources.map((resource) => ({ resource })), ...more };
}

export function outcome(severity: 'error' | 'warning', code = 'processing', text?: string): FhirResource {
  const details = text === undefined ? {} : { details: { coding: [{ code: text }] } };
  return { resourceType: 'OperationOutcome', issue: [{ severity, code, ...details }] } as FhirResource;
}

/** A prefetch in which every key is satisfied, with nothing but the patient. */
export function fullPrefetch(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const empty = Object.fromEntries(RECORD_KEYS.map((key): [string, unknown] => [key, searchset([])]));
  return { ...empty, patient, ...changes };
}

export function names(record: PatientRecord): readonly string[] {
  return record.resources.map(({ resourceType, id }) => `${resourceType}/${String(id)}`);
}

/** The keys that were not read completely, with the reason. */
export function gaps(record: PatientRecord): Partial<Record<RecordKey, string>> {
  return Object.fromEntries(
    Object.entries(record.reads).flatMap(([key, read]) =>
      read.state === 'complete' ? [] : [[key, `${read.state}: ${read.why}`]],
    ),
  );
}
