/** Is a request what the manifest declares? Asked before anything is sent: a wrong axis is a wrong answer. */
import type { InferenceRequest, Tensor } from './engine.ts';
import type { ModelManifest, TensorDeclaration } from './model-manifest.ts';
import { datatypeOf, refuseInputs, tensorProblem } from './tensors.ts';

/** Open dimensions of one name have one size in the whole request. */
function shapeProblem(tensor: Tensor, declared: TensorDeclaration, open: Map<string, number>): string | null {
  const fits =
    tensor.shape.length === declared.shape.length &&
    declared.shape.every((size, i) => typeof size === 'string' || size === tensor.shape[i]);
  if (!fits) {
    return `'${tensor.name}' has shape [${tensor.shape.join(',')}], declared [${declared.shape.join(',')}]`;
  }
  for (const [i, size] of declared.shape.entries()) {
    if (typeof size !== 'string') continue;
    const [actual = 0, known] = [tensor.shape[i], open.get(size)];
    if (known !== undefined && known !== actual) return `'${size}' is ${known} and in '${tensor.name}' ${actual}`;
    open.set(size, actual);
  }
  return null;
}

function inputProblem(tensor: Tensor, declared: TensorDeclaration, open: Map<string, number>): string | null {
  const datatype = datatypeOf(declared.type);
  if (datatype !== tensor.datatype) return `'${tensor.name}' is ${tensor.datatype}, declared ${declared.type}`;
  return tensorProblem(tensor) ?? shapeProblem(tensor, declared, open);
}

/** @throws InferenceError 'bad-input' with every name, type or shape that differs */
export function checkRequest(request: InferenceRequest, { inputs, outputs }: ModelManifest): void {
  const open = new Map<string, number>();
  const problems = inputs.flatMap((declared) => {
    const given = request.inputs.filter(({ name }) => name === declared.name);
    const [tensor] = given;
    if (tensor === undefined) return [`'${declared.name}' is missing`];
    if (given.length > 1) return [`'${declared.name}' is given ${given.length} times`];
    return inputProblem(tensor, declared, open) ?? [];
  });
  const known = new Set(inputs.map(({ name }) => name));
  const strangers = request.inputs
    .filter(({ name }) => !known.has(name))
    .map(({ name }) => `'${name}' is not declared`);
  const given = new Set(outputs.map(({ name }) => name));
  const unheard = (request.outputs ?? []).filter((name) => !given.has(name)).map((name) => `no output '${name}'`);
  refuseInputs(request.model, [...problems, ...strangers, ...unheard]);
}
