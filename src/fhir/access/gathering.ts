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
   * @returns number of resources that could not be used although they may belong to the patient
   */
  readonly add: (where: string, resources: Answer['resources'], asked: boolean) => number;
  readonly note: (degradation: Degradation) => void;
  readonly has: (type: string, id: string) => boolean;
  readonly resources: () => readonly FhirResource[];
  readonly degradations: () => readonly Degradation[];
  /** Draft orders of the context: ids are optional there. */
  readonly drafts: (resources: readonly unknown[]) => readonly FhirResource[];
}

/** Members that Epic sometimes sends as one object where R4 has a list. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  MedicationRequest: ['category'],
  Condition: ['category'],
  Observation: ['category'],
};

function withLists(resource: JsonObject, type: string): JsonObject {
  const wrong = (LISTS[type] ?? []).filter((member) => isObject(resource[member]));
  return wrong.length === 0 ? resource : { ...resource, ...Object.fromEntries(wrong.map((m) => [m, [resource[m]]])) };
}

/** [last updated, version, text]: the greater wins; the text only makes the choice independent of order. */
function ageOf(resource: JsonObject): readonly [number, number, string] {
  const meta = isObject(resource['meta']) ? resource['meta'] : {};
  const updated = Date.parse(textOf(meta['lastUpdated']) ?? '');
  const version = Number(textOf(meta['versionId']) ?? Number.NaN);
  return [
    Number.isNaN(updated) ? -Infinity : updated,
    Number.isNaN(version) ? -Infinity : version,
    stableJson(resource),
  ];
}

function isNewer(a: JsonObject, b: JsonObject): boolean {
  const left = ageOf(a);
  const right = ageOf(b);
  const differing = left.findIndex((part, i) => part !== right[i]);
  return differing >= 0 && (left[differing] ?? 0) > (right[differing] ?? 0);
}

function byText<T>(textOfItem: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => {
    const left = textOfItem(a);
    const right = textOfItem(b);
    return left < right ? -1 : left > right ? 1 : 0;
  };
}

/** @param base normalized base URL of the EHR's server, if one is known */
export function gathering(patientId: string, base: string | undefined): Gathering {
  const found = new Map<string, JsonObject>();
  const degradations = new Map<string, Degradation>();
  const note = (degradation: Degradation): void => {
    degradations.set(stableJson(degradation), degradation);
  };

  const baseOf = (resources: Answer['resources']): string | undefined =>
    base ??
    baseFromReferences(
      resources.flatMap(({ resource, fullUrl }) => [patientReference(resource) ?? [], fullUrl ?? []].flat()),
      patientId,
    );

  /** Entries that name each other by `urn:uuid:` fullUrls are given their relative references. */
  const localNames = (resources: Answer['resources']): ReadonlyMap<string, string> =>
    new Map(
      resources.flatMap(({ resource, fullUrl }) => {
        const id = textOf(resource['id']);
        return fullUrl?.startsWith('urn:') === true && id !== undefined
          ? [[fullUrl, `${String(resource['resourceType'])}/${id}`] as const]
          : [];
      }),
    );

  const isOfPatient = (resource: JsonObject, asked: boolean): boolean => {
    if (resource['resourceType'] === 'Patient') return resource['id'] === patientId;
    if (resource['resourceType'] === 'Medication') return true;
    const reference = patientReference(resource);
    return reference === undefined ? asked : reference === `Patient/${patientId}`;
  };

  const add: Gathering['add'] = (where, resources, asked) => {
    let lost = 0;
    const server = baseOf(resources);
    const names = localNames(resources);
    const rewrite = (reference: string): string => names.get(reference) ?? relativeReference(reference, server);
    for (const { resource: raw, fullUrl } of resources) {
      const type = String(raw['resourceType']);
      if (!RECORD_TYPES.has(type)) continue;
      const fromUrl = fullUrl === undefined ? undefined : relativeReference(fullUrl, server);
      const id =
        textOf(raw['id']) ?? (fromUrl?.startsWith(`${type}/`) === true ? fromUrl.slice(type.length + 1) : undefined);
      if (id === undefined) {
        lost += 1;
        note({ where, why: 'malformed', detail: 'a resource without an id' });
        continue;
      }
      const resource = { ...withLists(withReferences(raw, rewrite), type), id };
      if (!isOfPatient(resource, asked)) {
        note({ where, why: 'refused', detail: 'a resource of another patient, or of nobody' });
        continue;
      }
      const name = `${type}/${id}`;
      const known = found.get(name);
      if (known === undefined || isNewer(resource, known)) found.set(name, resource);
    }
    return lost;
  };

  const drafts: Gathering['drafts'] = (resources) => {
    const objects = resources.filter(isObject).map((resource) => ({ resource, fullUrl: undefined }));
    const server = baseOf(objects);
    return objects.flatMap(({ resource: raw }) => {
      if (textOf(raw['resourceType']) === undefined) {
        note({ where: 'drafts', why: 'malformed', detail: 'a resource without a type' });
        return [];
      }
      const resource = withReferences(withLists(raw, String(raw['resourceType'])), (r) => relativeReference(r, server));
      const reference = patientReference(resource);
      if (reference !== undefined && reference !== `Patient/${patientId}`) {
        note({ where: 'drafts', why: 'refused', detail: 'a resource of another patient, or of nobody' });
        return [];
      }
      return [resource as unknown as FhirResource];
    });
  };

  return {
    add,
    note,
    drafts,
    has: (type, id) => found.has(`${type}/${id}`),
    resources: () =>
      [...found.entries()].sort(byText(([name]) => name)).map(([, resource]) => resource as unknown as FhirResource),
    degradations: () =>
      [...degradations.entries()].sort(byText(([text]) => text)).map(([, degradation]) => degradation),
  };
}
