/** Resources in memory, with the few search parameters that the demonstration and the tests ask for. */
import type { Bundle, FhirResource } from 'fhir/r4.js';

type Json = { readonly [member: string]: unknown };

const DATE_MEMBERS = [
  'effectiveDateTime',
  'effectiveInstant',
  'performedDateTime',
  'started',
  'authored',
  'authoredOn',
  'dateAsserted',
  'onsetDateTime',
  'recordedDate',
  'issued',
];
const PERIOD_MEMBERS = ['effectivePeriod', 'performedPeriod', 'period'];

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/** The clinically relevant time of a resource as milliseconds; undefined when it has none. */
function timeOf(resource: FhirResource): number | undefined {
  const json = asJson(resource);
  const texts = [
    ...DATE_MEMBERS.map((member) => json[member]),
    ...PERIOD_MEMBERS.map((member) => asJson(json[member])['start']),
  ];
  const text = texts.find((t): t is string => typeof t === 'string');
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

function referenceOf(resource: FhirResource, members: readonly string[]): string | undefined {
  const json = asJson(resource);
  return members
    .map((member) => asJson(json[member])['reference'])
    .find((reference): reference is string => typeof reference === 'string');
}

function matchesReference(reference: string | undefined, wanted: string, type: string): boolean {
  if (reference === undefined) return false;
  const name = wanted.includes('/') ? wanted : `${type}/${wanted}`;
  return reference === name || reference.endsWith(`/${name}`);
}

/** `code`, `system|code`, `|code`, `system|` against every coding of the concept. */
function matchesToken(concept: unknown, token: string): boolean {
  const codings = asJson(concept)['coding'];
  if (!Array.isArray(codings)) return false;
  const bar = token.indexOf('|');
  const system = bar < 0 ? undefined : token.slice(0, bar);
  const code = bar < 0 ? token : token.slice(bar + 1);
  return codings.some((entry: unknown) => {
    const coding = asJson(entry);
    if (system !== undefined && (coding['system'] ?? '') !== system) return false;
    return code === '' || coding['code'] === code;
  });
}

/** `ge2026-11-01`, `lt…`, `eq…`; a date alone stands for its first instant. */
function matchesDate(time: number | undefined, condition: string): boolean {
  const [, prefix = 'eq', text = ''] = /^(eq|lt|gt|ge|le)?(.*)$/.exec(condition) ?? [];
  const bound = Date.parse(text);
  if (time === undefined || Number.isNaN(bound)) return false;
  const comparisons: Readonly<Record<string, boolean>> = {
    eq: /^\d{4}-\d{2}-\d{2}$/.test(text) ? time >= bound && time < bound + 86_400_000 : time === bound,
    lt: time < bound,
    gt: time > bound,
    ge: time >= bound,
    le: time <= bound,
  };
  return comparisons[prefix] === true;
}

function matches(resource: FhirResource, name: string, value: string): boolean {
  const anyOf = (test: (part: string) => boolean): boolean => value.split(',').some(test);
  const json = asJson(resource);
  switch (name) {
    case '_id':
      return anyOf((id) => resource.id === id);
    case 'patient':
      return anyOf((id) => matchesReference(referenceOf(resource, ['subject', 'patient']), id, 'Patient'));
    case 'subject':
      return anyOf((id) => matchesReference(referenceOf(resource, ['subject', 'patient']), id, 'Patient'));
    case 'encounter':
      return anyOf((id) => matchesReference(referenceOf(resource, ['encounter', 'context']), id, 'Encounter'));
    case 'code':
      return anyOf((token) => matchesToken(json['code'], token));
    case 'status':
      return anyOf((token) => json['status'] === token.slice(token.indexOf('|') + 1));
    case 'date':
    case 'started':
    case 'authored':
      return matchesDate(timeOf(resource), value);
    default:
      // As most servers do by default: a parameter that is not known is left out of account.
      return true;
  }
}

function compareBy(sort: string): (a: FhirResource, b: FhirResource) => number {
  const descending = sort.startsWith('-');
  return (a, b) => {
    const left = timeOf(a);
    const right = timeOf(b);
    // Undated resources come last in either direction.
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
    return descending ? right - left : left - right;
  };
}

export class ResourceStore {
  readonly #byType = new Map<string, Map<string, FhirResource>>();
  #lastId = 0;

  read(type: string, id: string): FhirResource | undefined {
    return this.#byType.get(type)?.get(id);
  }

  put(resource: FhirResource): FhirResource {
    const id = resource.id ?? `generated-${String((this.#lastId += 1))}`;
    const stored = { ...resource, id };
    const ofType = this.#byType.get(stored.resourceType) ?? new Map<string, FhirResource>();
    ofType.set(id, stored);
    this.#byType.set(stored.resourceType, ofType);
    return stored;
  }

  /** Loads the entries of a bundle of any type; `urn:` references between entries become relative ones. */
  load(bundle: Bundle): readonly FhirResource[] {
    const resources = (bundle.entry ?? []).flatMap(({ resource, fullUrl }) => {
      if (resource === undefined) return [];
      const known = resource as FhirResource;
      return [{ fullUrl, resource: known.id === undefined ? this.put(known) : known }];
    });
    const names = new Map<string, string>();
    for (const { fullUrl, resource } of resources) {
      if (fullUrl?.startsWith('urn:') === true) names.set(fullUrl, `${resource.resourceType}/${resource.id ?? ''}`);
    }
    return resources.map(({ resource }) => {
      const text = JSON.stringify(resource, (name, value: unknown) =>
        name === 'reference' && typeof value === 'string' ? (names.get(value) ?? value) : value,
      );
      return this.put(JSON.parse(text) as FhirResource);
    });
  }

  /** Every resource of the type that satisfies all parameters, in the order asked for. */
  search(type: string, parameters: URLSearchParams): readonly FhirResource[] {
    const found = [...(this.#byType.get(type)?.values() ?? [])].filter((resource) =>
      [...parameters].every(([name, value]) => matches(resource, name, value)),
    );
    const sort = parameters.get('_sort');
    return sort === null ? found : found.toSorted(compareBy(sort));
  }
}
