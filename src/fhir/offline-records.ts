/**
 * Patient records from resources on disk, for offline evaluation. A bundle is taken as the whole record of its patients:
 * every list counts as read completely.
 */
import type { FhirResource } from 'fhir/r4.js';
import { RECORD_KEYS, type PatientRecord, type ReadState, type RecordKey } from './record.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Rewrites every `reference` that names a bundle entry by its fullUrl ('urn:uuid:…') to `Type/id`. */
function withRelativeReferences(value: Json, byFullUrl: ReadonlyMap<string, string>): Json {
  if (Array.isArray(value)) return value.map((v: Json) => withRelativeReferences(v, byFullUrl));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, v]) => [
      key,
      key === 'reference' && typeof v === 'string'
        ? (byFullUrl.get(v) ?? v.replace(/^https?:\/\/.*\/([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})$/, '$1'))
        : withRelativeReferences(v, byFullUrl),
    ]),
  );
}

function isResource(value: unknown): value is FhirResource {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'resourceType') === 'string';
}

/** The resources of a parsed file: one resource, or the entries of a bundle with references made relative. */
export function resourcesOf(parsed: unknown): FhirResource[] {
  if (!isResource(parsed)) return [];
  if (parsed.resourceType !== 'Bundle') return [parsed];
  const entries = parsed.entry ?? [];
  const byFullUrl = new Map<string, string>();
  for (const { fullUrl, resource } of entries) {
    if (fullUrl !== undefined && resource?.id !== undefined)
      byFullUrl.set(fullUrl, `${resource.resourceType}/${resource.id}`);
  }
  return entries.flatMap(({ resource }) =>
    isResource(resource)
      ? [withRelativeReferences(resource as unknown as Json, byFullUrl) as unknown as FhirResource]
      : [],
  );
}

function patientOf(resource: FhirResource): string | undefined {
  if (resource.resourceType === 'Patient') return resource.id;
  for (const member of ['subject', 'patient', 'beneficiary']) {
    const reference: unknown = Reflect.get(Object(Reflect.get(resource, member)), 'reference');
    if (typeof reference === 'string' && reference.startsWith('Patient/')) return reference.slice('Patient/'.length);
  }
  return undefined;
}

/** The current encounter: in progress, else the one that began last. */
function encounterOf(resources: readonly FhirResource[]): string | null {
  const encounters = resources.filter((r) => r.resourceType === 'Encounter');
  const open = encounters.filter((e) => e.status === 'in-progress' || e.status === 'arrived' || e.status === 'triaged');
  const newest = (open.length > 0 ? open : encounters).toSorted((a, b) =>
    (b.period?.start ?? '').localeCompare(a.period?.start ?? ''),
  )[0];
  return newest?.id ?? null;
}

/**
 * One record per patient found, in the order of their ids.
 * Resources that belong to nobody (Medication, Organization …) go into every record.
 */
export function recordsFromResources(resources: readonly FhirResource[]): PatientRecord[] {
  const complete: ReadState = { state: 'complete' };
  const reads = Object.fromEntries(RECORD_KEYS.map((key) => [key, complete])) as Record<RecordKey, ReadState>;
  const shared = resources.filter((r) => patientOf(r) === undefined);
  const patients = [...new Set(resources.flatMap((r) => patientOf(r) ?? []))].sort();
  return patients.map((patientId) => {
    const own = resources.filter((r) => patientOf(r) === patientId);
    return {
      patientId,
      encounterId: encounterOf(own),
      reads,
      resources: [...own, ...shared.filter((r) => r.resourceType === 'Medication')],
      drafts: [],
      degradations: [],
    };
  });
}
