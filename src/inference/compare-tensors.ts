/** Declared inputs and outputs against those of the graph: a column too many or in another place is a wrong answer. */
import type { InferenceSession } from 'onnxruntime-node';
import type { ModelManifest, TensorDeclaration } from './model-manifest.ts';

type Metadata = InferenceSession['inputMetadata'];

function compareOne(declared: TensorDeclaration, metadata: Metadata): string[] {
  const actual = metadata.find(({ name }) => name === declared.name);
  if (actual === undefined) return [`'${declared.name}' is not in the graph`];
  if (!actual.isTensor) return [`'${declared.name}' is no tensor`];
  const problems: string[] = [];
  if (actual.type !== declared.type) problems.push(`'${declared.name}' is ${actual.type}, declared ${declared.type}`);
  // An open dimension of the graph may be declared open or fixed; a fixed one only as it is.
  const fits =
    actual.shape.length === declared.shape.length &&
    actual.shape.every((size, i) => typeof size === 'string' || size === declared.shape[i]);
  if (!fits)
    problems.push(`'${declared.name}' has shape [${actual.shape.join(',')}], declared [${declared.shape.join(',')}]`);
  return problems;
}

function compareAll(kind: string, declared: readonly TensorDeclaration[], metadata: Metadata): string[] {
  const names = new Set(declared.map(({ name }) => name));
  const undeclared = metadata.filter(({ name }) => !names.has(name)).map(({ name }) => `'${name}' is not declared`);
  return [...declared.flatMap((d) => compareOne(d, metadata)), ...undeclared].map((text) => `${kind} ${text}`);
}

/** Empty when graph and manifest agree. */
export function compareTensors(manifest: ModelManifest, session: InferenceSession): string[] {
  return [
    ...compareAll('input', manifest.inputs, session.inputMetadata),
    ...compareAll('output', manifest.outputs, session.outputMetadata),
  ];
}
