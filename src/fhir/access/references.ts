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

/** Only an absolute reference, a URN or one with a version can need another spelling; nearly all are plain `Type/id`. */
function mayNeedRewriting(reference: string): boolean {
  return reference.includes(':') || reference.includes('/_history/');
}

/**
 * Rewrites every `reference` member of a resource, at any depth.
 * @returns the resource itself when nothing changes; what changes is copied, the rest is shared with the original
 */
export function withReferences(resource: JsonObject, rewrite: (reference: string) => string): JsonObject {
  const walk = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) {
      const items: readonly unknown[] = value;
      let copy: unknown[] | undefined;
      for (let i = 0; i < items.length; i += 1) {
        const walked = walk(items[i]);
        if (walked !== items[i]) (copy ??= [...items])[i] = walked;
      }
      return copy ?? items;
    }
    const members = value as JsonObject;
    let copy: Record<string, unknown> | undefined;
    // for-in makes no list of names; parsed JSON has no inherited members.
    for (const name in members) {
      const member = members[name];
      const walked =
        typeof member === 'object'
          ? walk(member)
          : name === 'reference' && typeof member === 'string' && mayNeedRewriting(member)
            ? rewrite(member)
            : member;
      if (walked !== member) (copy ??= { ...members })[name] = walked;
    }
    return copy ?? members;
  };
  return walk(resource) as JsonObject;
}

function referenceIn(member: unknown): string | undefined {
  if (!isObject(member)) return undefined;
  const { reference } = member;
  return typeof reference === 'string' ? reference : undefined;
}

/** The reference to the patient that a resource names; undefined when it names none. */
export function patientReference(resource: JsonObject): string | undefined {
  return referenceIn(resource['subject']) ?? referenceIn(resource['patient']);
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
