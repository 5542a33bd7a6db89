/** References as the record uses them: `Type/id` for everything on the EHR's own server. */
import { isObject, type JsonObject } from './json.ts';

const RELATIVE = /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-._]+$/;

/** 'Patient/1/_history/3' and 'Patient/1' name the same resource. */
function withoutVersion(reference: string): string {
  return reference.replace(/\/_history\/[^/]+$/, '');
}

/**
 * @param base normalized base URL of the EHR's server, undefined when it is not known
 * @returns `Type/id`, or the reference unchanged when it points elsewhere (another host, contained, logical)
 */
export function relativeReference(reference: string, base: string | undefined): string {
  if (base !== undefined && URL.canParse(reference)) {
    const url = new URL(reference);
    const absolute = `${url.origin}${url.pathname}`;
    if (absolute.startsWith(`${base}/`)) {
      const rest = withoutVersion(absolute.slice(base.length + 1));
      return RELATIVE.test(rest) ? rest : reference;
    }
    return reference;
  }
  const plain = withoutVersion(reference);
  return RELATIVE.test(plain) ? plain : reference;
}

/** Rewrites every `reference` member of a resource, at any depth. */
export function withReferences(resource: JsonObject, rewrite: (reference: string) => string): JsonObject {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        name === 'reference' && typeof member === 'string' ? rewrite(member) : walk(member),
      ]),
    );
  };
  return walk(resource) as JsonObject;
}

/** The reference to the patient that a resource names; undefined when it names none. */
export function patientReference(resource: JsonObject): string | undefined {
  for (const member of [resource['subject'], resource['patient']]) {
    if (isObject(member) && typeof member['reference'] === 'string') return member['reference'];
  }
  return undefined;
}

/**
 * Where no server is named, absolute references can still be read: the base is what stands before `/Patient/{id}`
 * of the patient in context, if it is always the same.
 */
export function baseFromReferences(references: readonly string[], patientId: string): string | undefined {
  const tail = `/Patient/${patientId}`;
  const bases = new Set(
    references
      .map(withoutVersion)
      .flatMap((r) => (/^https?:/.test(r) && r.endsWith(tail) ? [r.slice(0, -tail.length)] : [])),
  );
  return bases.size === 1 ? [...bases][0] : undefined;
}
