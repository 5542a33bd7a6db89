/**
 * Patient records from resources on disk, for offline evaluation. What lies together is taken as the whole record of its
 * patients: every list counts as read completely, but for those that lost something.
 */
import type { FhirResource } from 'fhir/r4.js';
import { RECORD_TYPES, typeOfKey } from './access/index.ts';
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

function entriesOf(parsed: FhirResource): readonly unknown[] {
  const entries: unknown = Reflect.get(parsed, 'entry') ?? [];
  return Array.isArray(entries) ? (entries as unknown[]) : [entries];
}

const resourceIn = (entry: unknown): unknown => Reflect.get(Object(entry), 'resource');

/** The resources of a parsed file: one resource, or the entries of a bundle; references are made relative. */
export function resourcesOf(parsed: unknown): FhirResource[] {
  if (!isResource(parsed)) return [];
  const relative = (resource: FhirResource, byFullUrl: ReadonlyMap<string, string>): FhirResource =>
    withRelativeReferences(resource as unknown as Json, byFullUrl) as unknown as FhirResource;
  if (parsed.resourceType !== 'Bundle') return [relative(parsed, new Map())];
  const entries = entriesOf(parsed);
  const byFullUrl = new Map<string, string>();
  for (const entry of entries) {
    const fullUrl: unknown = Reflect.get(Object(entry), 'fullUrl');
    const resource = resourceIn(entry);
    if (typeof fullUrl === 'string' && isResource(resource) && resource.id !== undefined)
      byFullUrl.set(fullUrl, `${resource.resourceType}/${resource.id}`);
  }
  return entries.flatMap((entry) => {
    const resource = resourceIn(entry);
    return isResource(resource) ? [relative(resource, byFullUrl)] : [];
  });
}

/** How many entries of a bundle, or whether a line, holds nothing that can be told to be a resource. */
export function unreadableEntries(parsed: unknown): number {
  if (!isResource(parsed)) return 1;
  if (parsed.resourceType !== 'Bundle') return 0;
  return entriesOf(parsed).filter((entry) => !isResource(resourceIn(entry))).length;
}

function patientOf(resource: FhirResource): string | undefined {
  if (resource.resourceType === 'Patient') return resource.id;
  for (const member of ['subject', 'patient', 'beneficiary']) {
    const reference: unknown = Reflect.get(Object(Reflect.get(resource, member)), 'reference');
    const id =
      typeof reference === 'string' ? /^Patient\/([^/]+)(\/_history\/[^/]+)?$/.exec(reference)?.[1] : undefined;
    if (id !== undefined) return id;
  }
  return undefined;
}

/** Types of the resources that belong to a patient, but cannot be told to which: each may be of any of them. */
export function typesOfNobody(resources: readonly FhirResource[]): readonly string[] {
  return resources
    .filter((r) => r.resourceType !== 'Medication' && RECORD_TYPES.has(r.resourceType) && patientOf(r) === undefined)
    .map(({ resourceType }) => resourceType);
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

interface Together {
  /** See {@link typesOfNobody}. */
  readonly ofNobody: ReadonlySet<string>;
  readonly unreadable: number;
}

function readOf(key: RecordKey, own: readonly FhirResource[], { ofNobody, unreadable }: Together): ReadState {
  const type = typeOfKey(key);
  const isPartOnly = !own.some(({ resourceType }) => resourceType === 'Patient');
  if (isPartOnly && !own.some(({ resourceType }) => resourceType === type))
    return { state: 'failed', why: 'not-supplied' };
  if (ofNobody.has(type)) return { state: 'incomplete', why: 'refused' };
  return unreadable > 0 ? { state: 'incomplete', why: 'malformed' } : { state: 'complete' };
}

/**
 * One record per patient found, in the order of their ids.
 * Medications, which belong to nobody, go into every record.
 * @param unreadable entries beside these that may have been any resource of any patient
 */
export function recordsFromResources(resources: readonly FhirResource[], unreadable: number): PatientRecord[] {
  const together: Together = { ofNobody: new Set(typesOfNobody(resources)), unreadable };
  const medications = resources.filter((r) => r.resourceType === 'Medication');
  const byPatient = new Map<string, FhirResource[]>();
  for (const resource of resources) {
    const patientId = patientOf(resource);
    if (patientId === undefined) continue;
    const own = byPatient.get(patientId);
    if (own === undefined) byPatient.set(patientId, [resource]);
    else own.push(resource);
  }
  return [...byPatient.keys()].sort().map((patientId) => {
    const own = byPatient.get(patientId) ?? [];
    const reads = RECORD_KEYS.map((key) => [key, readOf(key, own, together)] as const);
    return {
      patientId,
      encounterId: encounterOf(own),
      reads: Object.fromEntries(reads) as Record<RecordKey, ReadState>,
      resources: [...own, ...medications],
      drafts: [],
      degradations: reads.flatMap(([where, read]) => (read.state === 'complete' ? [] : [{ where, why: read.why }])),
    };
  });
}
