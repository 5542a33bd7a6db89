/** What the server says of a model, against what our manifest says: the same names, types and shapes, or it is not run. */
import type { ModelManifest, TensorDeclaration } from '../model-manifest.ts';
import { datatypeOf } from '../tensors.ts';

interface Described {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** Versions of numbers, or null where the server tells none. */
export interface ServerMetadata {
  readonly versions: readonly string[] | null;
  readonly inputs: readonly Described[];
  readonly outputs: readonly Described[];
}

function described(value: unknown): Described[] {
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).flatMap((entry) => {
    const { name, datatype, shape } = (entry ?? {}) as Record<string, unknown>;
    const fits = typeof name === 'string' && typeof datatype === 'string' && Array.isArray(shape);
    return fits ? [{ name, datatype, shape: (shape as unknown[]).map(Number) }] : [];
  });
}

export function parseMetadata(body: unknown): ServerMetadata {
  const { versions, inputs, outputs } = (body ?? {}) as Record<string, unknown>;
  return {
    versions: Array.isArray(versions) && versions.length > 0 ? (versions as unknown[]).map(String) : null,
    inputs: described(inputs),
    outputs: described(outputs),
  };
}

/** A size below zero is open on the server, a name in the manifest; either fits every size. */
function difference(kind: string, declared: TensorDeclaration, there: readonly Described[]): string | null {
  const found = there.find(({ name }) => name === declared.name);
  if (found === undefined) return `${kind} '${declared.name}' is not there`;
  const datatype = datatypeOf(declared.type);
  if (found.datatype !== datatype) return `${kind} '${declared.name}' is ${found.datatype}, declared ${declared.type}`;
  const fits =
    found.shape.length === declared.shape.length &&
    found.shape.every((size, i) => size < 0 || typeof declared.shape[i] === 'string' || size === declared.shape[i]);
  return fits
    ? null
    : `${kind} '${declared.name}' has shape [${found.shape.join(',')}], declared [${declared.shape.join(',')}]`;
}

/** Empty when server and manifest agree. */
export function compareMetadata(manifest: ModelManifest, { inputs, outputs }: ServerMetadata): readonly string[] {
  const strangers = inputs
    .filter(({ name }) => !manifest.inputs.some((declared) => declared.name === name))
    .map(({ name }) => `input '${name}' is not declared`);
  return [
    ...manifest.inputs.flatMap((declared) => difference('input', declared, inputs) ?? []),
    ...manifest.outputs.flatMap((declared) => difference('output', declared, outputs) ?? []),
    ...strangers,
  ];
}
