/** Collects what came in, from any source and in any order, into the resources of one patient. */
import type { FhirResource } from 'fhir/r4.js';
import type { Degradation } from '../../case/index.ts';
import type { Answer } from './answer.ts';
import { isObject, stableJson, textOf, type JsonObject } from './json.ts';
import { RECORD_TYPES } from './prefetch-plan.ts';
import { baseFromReferences, patientReference, relativeReference, withReferences } from './references.ts';

export interface Gathering {
  /**
   * @param where prefetch key
   * @param asked the resources answer our own question about this patient; false for extra keys, whose resources must
   *   name the patient themselves
   */
  readonly add: (where: string, resources: Answer['resources'], asked: boolean) => Added;
  readonly note: (degradation: Degradation) => void;
  readonly has: (type: string, id: string) => boolean;
  /** References of the drug lists to Medications. */
  readonly medications: () => ReadonlySet<string>;
  /** Sorted by type and id. */
  readonly resources: () => readonly FhirResource[];
  readonly degradations: () => readonly Degradation[];
  /** Draft orders of the context: ids are optional there. */
  readonly drafts: (resources: readonly unknown[]) => Drafts;
}

export interface Added {
  /** Resources that the patient's record now holds. */
  readonly used: number;
  /** Why some were left out although they may be the patient's: the list they came in does not prove that there is no more. */
  readonly lost: 'malformed' | 'refused' | undefined;
}

export interface Drafts {
  readonly resources: readonly FhirResource[];
  /** Types of the drafts that were left out although they may be the patient's. */
  readonly refused: ReadonlySet<string>;
}

/** Members that Epic sometimes sends as one object where R4 has a list. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  MedicationRequest: ['category'],
  Condition: ['category'],
  Observation: ['category'],
};

function withLists(resource: JsonObject, type: string): JsonObject {
  let corrected = resource;
  for (const member of LISTS[type] ?? []) {
    const value = resource[member];
    if (isObject(value)) corrected = { ...corrected, [member]: [value] };
  }
  return corrected;
}

/** Last updated and version; -Infinity where the resource does not say. */
function ageOf(resource: JsonObject): { readonly updated: number; readonly version: number } {
  const meta = isObject(resource['meta']) ? resource['meta'] : {};
  const updated = Date.parse(textOf(meta['lastUpdated']) ?? '');
  const version = Number(textOf(meta['versionId']) ?? Number.NaN);
  return {
    updated: Number.isNaN(updated) ? -Infinity : updated,
    version: Number.isNaN(version) ? -Infinity : version,
  };
}

/** Of two with one id: the later update, then the higher version; the text only makes the choice independent of order. */
function isNewer(a: JsonObject, b: JsonObject): boolean {
  const left = ageOf(a);
  const right = ageOf(b);
  if (left.updated !== right.updated) return left.updated > right.updated;
  if (left.version !== right.version) return left.version > right.version;
  return stableJson(a) > stableJson(b);
}

/** The values in the order of their keys. */
function inOrder<T>(items: ReadonlyMap<string, T>): T[] {
  const sorted: T[] = [];
  for (const key of [...items.keys()].sort()) {
    const item = items.get(key);
    if (item !== undefined) sorted.push(item);
  }
  return sorted;
}

/** @returns undefined when the resource is nested deeper than can be walked: no resource of FHIR is */
function respelled(
  raw: JsonObject,
  type: string,
  id: string,
  rewrite: (reference: string) => string,
): JsonObject | undefined {
  try {
    const resource = withLists(withReferences(raw, rewrite), type);
    return resource['id'] === id ? resource : { ...resource, id };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** @param base normalized base URL of the EHR's server, if one is known */
export function gathering(patientId: string, base: string | undefined): Gathering {
  const found = new Map<string, JsonObject>();
  const degradations = new Map<string, Degradation>();
  const note = (degradation: Degradation): void => {
    degradations.set(stableJson(degradation), degradation);
  };

  const baseOf = (resources: Answer['resources']): string | undefined => {
    if (base !== undefined) return base;
    const absolute: string[] = [];
    for (const { resource, fullUrl } of resources) {
      const reference = patientReference(resource);
      if (reference !== undefined) absolute.push(reference);
      if (fullUrl !== undefined) absolute.push(fullUrl);
    }
    return baseFromReferences(absolute, patientId);
  };

  /** Entries that name each other by `urn:uuid:` fullUrls are given their relative references. */
  const localNames = (resources: Answer['resources']): ReadonlyMap<string, string> => {
    const names = new Map<string, string>();
    for (const { resource, fullUrl } of resources) {
      const id = textOf(resource['id']);
      if (fullUrl?.startsWith('urn:') === true && id !== undefined)
        names.set(fullUrl, `${String(resource['resourceType'])}/${id}`);
    }
    return names;
  };

  /** One spelling for every reference of these resources. What it needs is found out when the first one asks for it. */
  const spelling = (resources: Answer['resources']): ((reference: string) => string) => {
    let known: { readonly server: string | undefined; readonly names: ReadonlyMap<string, string> } | undefined;
    return (reference) => {
      known ??= { server: baseOf(resources), names: localNames(resources) };
      return known.names.get(reference) ?? relativeReference(reference, known.server);
    };
  };

  const ownReference = `Patient/${patientId}`;
  const isOfPatient = (resource: JsonObject, asked: boolean): boolean => {
    if (resource['resourceType'] === 'Patient') return resource['id'] === patientId;
    if (resource['resourceType'] === 'Medication') return true;
    const reference = patientReference(resource);
    return reference === undefined ? asked : reference === ownReference;
  };

  const add: Gathering['add'] = (where, resources, asked) => {
    let used = 0;
    let lost: Added['lost'];
    const rewrite = spelling(resources);
    /** Found out once, and only when a resource without an id asks: it looks at all of them. */
    let server: { readonly base: string | undefined } | undefined;
    /** The id that the entry's fullUrl gives to a resource that has none. */
    const idFromUrl = (type: string, fullUrl: string | undefined): string | undefined => {
      server ??= { base: baseOf(resources) };
      const name = fullUrl === undefined ? '' : relativeReference(fullUrl, server.base);
      return name.startsWith(`${type}/`) ? name.slice(type.length + 1) : undefined;
    };
    for (const { resource: raw, fullUrl } of resources) {
      const type = String(raw['resourceType']);
      if (!RECORD_TYPES.has(type)) continue;
      const id = textOf(raw['id']) ?? idFromUrl(type, fullUrl);
      if (id === undefined) {
        lost ??= 'malformed';
        note({ where, why: 'malformed', detail: 'a resource without an id' });
        continue;
      }
      const resource = respelled(raw, type, id, rewrite);
      if (resource === undefined) {
        lost ??= 'malformed';
        note({ where, why: 'malformed', detail: 'a resource nested too deeply' });
        continue;
      }
      if (!isOfPatient(resource, asked)) {
        // Under another address or in the resource itself the patient may still be ours: it is not used, and missed.
        lost = 'refused';
        note({ where, why: 'refused', detail: 'a resource of another patient, or of nobody' });
        continue;
      }
      used += 1;
      const name = `${type}/${id}`;
      const known = found.get(name);
      if (known === undefined || isNewer(resource, known)) found.set(name, resource);
    }
    return { used, lost };
  };

  const drafts: Gathering['drafts'] = (resources) => {
    const objects = resources.filter(isObject).map((resource) => ({ resource, fullUrl: undefined }));
    const rewrite = spelling(objects);
    const refused = new Set<string>();
    const own = objects.flatMap(({ resource: raw }) => {
      if (textOf(raw['resourceType']) === undefined) {
        note({ where: 'drafts', why: 'malformed', detail: 'a resource without a type' });
        return [];
      }
      const resource = withReferences(withLists(raw, String(raw['resourceType'])), rewrite);
      const reference = patientReference(resource);
      if (reference !== undefined && reference !== ownReference) {
        refused.add(String(raw['resourceType']));
        note({ where: 'drafts', why: 'refused', detail: 'a resource of another patient, or of nobody' });
        return [];
      }
      return [resource as unknown as FhirResource];
    });
    return { resources: own, refused };
  };

  return {
    add,
    note,
    drafts,
    has: (type, id) => found.has(`${type}/${id}`),
    medications: () => {
      const references = new Set<string>();
      for (const resource of found.values()) {
        const medication = resource['medicationReference'];
        const reference = isObject(medication) ? textOf(medication['reference']) : undefined;
        if (reference !== undefined) references.add(reference);
      }
      return references;
    },
    resources: () => inOrder(found) as unknown as FhirResource[],
    degradations: () => inOrder(degradations),
  };
}
