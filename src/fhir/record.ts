/**
 * The part of the EHR's record that one hook call could see: the resources, and for each kind of data whether it was
 * read to the end. 'None recorded' may only be said of a list that was read completely.
 */
import type { FhirResource } from 'fhir/r4.js';
import type { Degradation } from '../case/index.ts';

/** Prefetch keys, which are also the names of our own reads. */
export const RECORD_KEYS = [
  'patient',
  'encounter',
  'conditions',
  'procedures',
  'strokeObservations',
  'vitalSigns',
  'laboratory',
  'medicationRequests',
  'medicationStatements',
  'medicationAdministrations',
  'imagingStudies',
  'diagnosticReports',
  'questionnaireResponses',
] as const;
export type RecordKey = (typeof RECORD_KEYS)[number];

export type ReadState =
  | { readonly state: 'complete' }
  /** Some resources were read, more exist. */
  | { readonly state: 'incomplete'; readonly why: Degradation['why'] }
  | { readonly state: 'failed'; readonly why: Degradation['why'] };

export interface PatientRecord {
  /** Logical id of the patient in context. */
  readonly patientId: string;
  readonly encounterId: string | null;
  readonly reads: Readonly<Record<RecordKey, ReadState>>;
  /** Deduplicated by type and id, in an order that does not depend on how they arrived. */
  readonly resources: readonly FhirResource[];
  /** Draft orders and selections of the hook's context (order-select, order-sign, order-dispatch), if any. */
  readonly drafts: readonly FhirResource[];
  readonly degradations: readonly Degradation[];
}
