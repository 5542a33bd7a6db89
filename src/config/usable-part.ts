/**
 * What is left of a configuration file without the values that have the wrong shape, so that the rules still look at all
 * the others: every problem is reported in one go.
 */
import type { ErrorObject } from 'ajv';
import type { FileConfig } from './file-config.ts';
import { schemaErrors } from './schema-problems.ts';

type Container = Record<string, unknown>;

/** Where the values are that an error's JSON pointer leads through, from the file itself on. */
function steps(root: Container, pointer: string): { readonly container: Container; readonly name: string }[] {
  const found: { container: Container; name: string }[] = [];
  let container = root;
  for (const segment of pointer.split('/').slice(1)) {
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    found.push({ container, name });
    container = container[name] as Container;
    if (typeof container !== 'object' || (container as unknown) === null) break;
  }
  return found;
}

/** A client that is whole, in place of what is missing of one: the others keep their places, which the rules name. */
function completed(client: unknown, place: string): Container {
  const given = typeof client === 'object' && client !== null && !Array.isArray(client) ? (client as Container) : {};
  return { id: `unread-${place}`, issuer: `unread-${place}`, keys: { jku: 'https://unread.invalid' }, ...given };
}

function setAside(root: Container, { instancePath, keyword, params }: ErrorObject): void {
  const path = steps(root, instancePath);
  const last = path.at(-1);
  if (keyword === 'additionalProperties') {
    const owner = last === undefined ? root : last.container[last.name];
    Reflect.deleteProperty(Object(owner) as object, String((params as Container)['additionalProperty']));
    return;
  }
  const [first, second, ...deeper] = path;
  if (first?.name === 'clients' && second !== undefined && deeper.length === 0) {
    second.container[second.name] = completed(second.container[second.name], second.name);
    return;
  }
  // Of a list nothing is left, since without one member the others would change their places.
  const listed = path.findIndex(({ container }) => Array.isArray(container) && container !== root['clients']);
  const target = listed > 0 ? path[listed - 1] : last;
  if (target !== undefined) Reflect.deleteProperty(target.container, target.name);
}

export function usablePart(file: Readonly<Record<string, unknown>>): FileConfig {
  const part = structuredClone(file) as Container;
  // What is set aside may be missed by what it was a part of.
  for (let errors = schemaErrors(part); errors.length > 0; errors = schemaErrors(part)) {
    for (const error of errors) setAside(part, error);
  }
  return part;
}
