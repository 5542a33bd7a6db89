/**
 * One pass over the record: every resource is parsed once, under a guard, into entries keyed by the code sets it
 * matches. The mappers after it read entries, not resources; a resource that cannot be parsed is one degradation.
 */
import type { FhirResource } from 'fhir/r4.js';
import { toIso, type Degradation } from '../../case/index.ts';
import { indexEvent, type EventEntry } from './index-events.ts';
import { indexMedication, medicationsById, type MedicationEntry } from './index-medications.ts';
import { indexObservation, linkMembers, type Members } from './index-observations.ts';
import { indexAnswers } from './index-questionnaires.ts';
import { indexImaging, type ImagingEntry } from './index-imaging.ts';
import { indexEncounter, indexPatient, type EncounterEntry, type PatientEntry } from './index-context.ts';
import type { Reading } from './reading.ts';
import type { Scope } from './scope.ts';

export interface RecordIndex {
  readonly patient: PatientEntry;
  readonly encounters: readonly EncounterEntry[];
  /** By ValueSet id. */
  readonly readings: ReadonlyMap<string, readonly Reading[]>;
  /** By kind. */
  readonly events: ReadonlyMap<string, readonly EventEntry[]>;
  readonly medications: readonly MedicationEntry[];
  readonly imaging: readonly ImagingEntry[];
  readonly degradations: readonly Degradation[];
  /** Types of resources that could not be parsed. */
  readonly damaged: ReadonlySet<string>;
}

const NO_READINGS: readonly Reading[] = Object.freeze([]);
export const readingsOf = (index: RecordIndex, group: string): readonly Reading[] =>
  index.readings.get(group) ?? NO_READINGS;

export function referenceOf(resource: FhirResource): string {
  return `${resource.resourceType}/${resource.id ?? 'unnamed'}`;
}

/** Does the resource name another patient? A resource without a subject belongs to the record it came in. */
function isAnotherPatients(resource: FhirResource, patientId: string, ownReference: string): boolean {
  const holder = resource as { subject?: { reference?: unknown }; patient?: { reference?: unknown } };
  const reference = holder.subject?.reference ?? holder.patient?.reference;
  if (reference === ownReference || typeof reference !== 'string' || reference.startsWith('#')) return false;
  const id = reference.replace(/\/_history\/.*$/, '').replace(/^.*[/:]/, '');
  return id !== patientId;
}

export function indexRecord(scope: Scope): RecordIndex {
  const { record } = scope;
  const readings = new Map<string, Reading[]>();
  const events = new Map<string, EventEntry[]>();
  const medications: MedicationEntry[] = [];
  const imaging: ImagingEntry[] = [];
  const encounters: EncounterEntry[] = [];
  const degradations: Degradation[] = [];
  const damaged = new Set<string>();
  const members: Members = new Map();
  let patient: PatientEntry = { reference: `Patient/${record.patientId}` };
  const drugs = medicationsById(record.resources);
  const ownReference = `Patient/${record.patientId}`;

  const parse = (resource: FhirResource): void => {
    const reference = referenceOf(resource);
    switch (resource.resourceType) {
      case 'Patient':
        if (resource.id === record.patientId) patient = indexPatient(resource, reference, scope);
        return;
      case 'Encounter':
        encounters.push(indexEncounter(resource, reference, scope));
        return;
      case 'Observation':
        indexObservation(resource, reference, scope, readings, members);
        return;
      case 'QuestionnaireResponse':
        indexAnswers(resource, reference, scope, readings);
        return;
      case 'Condition':
      case 'Procedure':
        indexEvent(resource, reference, scope, events, readings);
        return;
      case 'MedicationRequest':
      case 'MedicationStatement':
      case 'MedicationAdministration': {
        const entry = indexMedication(resource, reference, scope, drugs);
        if (entry !== undefined) medications.push(entry);
        return;
      }
      case 'ImagingStudy':
      case 'DiagnosticReport':
      case 'ServiceRequest': {
        const entry = indexImaging(resource, reference, scope, false);
        if (entry !== undefined) imaging.push(entry);
        return;
      }
      default:
        return;
    }
  };

  for (const resource of inFixedOrder(record.resources)) {
    try {
      if (isAnotherPatients(resource, record.patientId, ownReference)) {
        degradations.push({ where: referenceOf(resource), why: 'refused', detail: 'another patient' });
      } else parse(resource);
    } catch {
      degradations.push({ where: describe(resource), why: 'malformed' });
      const type: unknown = (resource as Partial<FhirResource> | null)?.resourceType;
      if (typeof type === 'string') damaged.add(type);
    }
  }
  for (const draft of record.drafts) {
    try {
      if (draft.resourceType === 'MedicationRequest') {
        const entry = indexMedication(
          draft,
          referenceOf(draft),
          scope,
          medicationsById([...record.drafts, ...record.resources]),
          true,
        );
        if (entry !== undefined) medications.push(entry);
      } else if (draft.resourceType === 'ServiceRequest') {
        const entry = indexImaging(draft, referenceOf(draft), scope, true);
        if (entry !== undefined) imaging.push(entry);
      } else if (draft.resourceType === 'Condition') {
        // It is being put on the problem list now.
        const recordedDate = draft.recordedDate ?? toIso(scope.at);
        indexEvent({ ...draft, recordedDate }, referenceOf(draft), scope, events, readings);
      }
    } catch {
      degradations.push({ where: describe(draft), why: 'malformed' });
    }
  }
  linkMembers(readings, members);
  return { patient, encounters, readings, events, medications, imaging, degradations, damaged };
}

const newestLast = (a: FhirResource, b: FhirResource): number => {
  const [one, other] = [a.meta?.lastUpdated ?? '', b.meta?.lastUpdated ?? ''];
  return one < other ? -1 : one > other ? 1 : JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
};

/** Sorted by reference, each once: of two versions of one resource the newer counts. */
function inFixedOrder(resources: readonly FhirResource[]): readonly FhirResource[] {
  const byReference = new Map<string, FhirResource>();
  const nameless: FhirResource[] = [];
  let inOrder = true;
  let last = '';
  for (const resource of resources) {
    const id: unknown = (resource as Partial<FhirResource> | null)?.id;
    if (typeof id !== 'string') {
      nameless.push(resource);
      continue;
    }
    const reference = `${resource.resourceType}/${id}`;
    // A record read from a server is in this order already: then nothing needs to be sorted.
    inOrder &&= last < reference;
    last = reference;
    const other = byReference.get(reference);
    if (other === undefined || (other !== resource && newestLast(other, resource) < 0))
      byReference.set(reference, resource);
  }
  if (inOrder && nameless.length === 0) return resources;
  const named = [...byReference].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, resource]) => resource);
  if (nameless.length > 1) nameless.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return nameless.length === 0 ? named : [...named, ...nameless];
}

/** A name for a resource of which not even the type can be trusted. */
function describe(resource: unknown): string {
  const { resourceType, id } = (typeof resource === 'object' && resource !== null ? resource : {}) as {
    resourceType?: unknown;
    id?: unknown;
  };
  const safe = (text: unknown): string =>
    typeof text === 'string' && /^[A-Za-z0-9.-]{1,64}$/.test(text) ? text : 'unnamed';
  return `${safe(resourceType)}/${safe(id)}`;
}
