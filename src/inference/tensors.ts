/** Tensors of the inference port: their numbers in memory, their names elsewhere, and whether they are whole. */
import { InferenceError, type Datatype, type Tensor } from './engine.ts';
import type { TensorDeclaration } from './model-manifest.ts';

type Data = Tensor['data'];

interface DatatypeTraits {
  /** In manifests and in onnxruntime. */
  readonly onnx: TensorDeclaration['type'];
  readonly bytes: number;
  readonly array: new (buffer: ArrayBuffer) => Data;
  readonly holds: (data: unknown) => boolean;
}

/** FP16 travels as its bits; BOOL as one byte, 0 or 1. */
export const DATATYPES: Readonly<Record<Datatype, DatatypeTraits>> = {
  FP32: { onnx: 'float32', bytes: 4, array: Float32Array, holds: (data) => data instanceof Float32Array },
  FP16: { onnx: 'float16', bytes: 2, array: Uint16Array, holds: (data) => data instanceof Uint16Array },
  INT64: { onnx: 'int64', bytes: 8, array: BigInt64Array, holds: (data) => data instanceof BigInt64Array },
  INT32: { onnx: 'int32', bytes: 4, array: Int32Array, holds: (data) => data instanceof Int32Array },
  INT16: { onnx: 'int16', bytes: 2, array: Int16Array, holds: (data) => data instanceof Int16Array },
  UINT8: { onnx: 'uint8', bytes: 1, array: Uint8Array, holds: (data) => data instanceof Uint8Array },
  BOOL: { onnx: 'bool', bytes: 1, array: Uint8Array, holds: (data) => data instanceof Uint8Array },
};

const NAMES = Object.keys(DATATYPES) as readonly Datatype[];

/** @returns undefined for a type that the port does not carry */
export function datatypeOf(onnx: string): Datatype | undefined {
  return NAMES.find((name) => DATATYPES[name].onnx === onnx);
}

export function isDatatype(name: string): name is Datatype {
  return (NAMES as readonly string[]).includes(name);
}

/** Number of values; 1 for a scalar. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The bytes of a tensor, little-endian, without copying them. */
export function bytesOf({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** What is wrong with a tensor by itself; null when nothing is. */
export function tensorProblem({ name, datatype, shape, data }: Tensor): string | null {
  if (!isDatatype(datatype)) return `'${name}' has an unknown datatype`;
  if (!DATATYPES[datatype].holds(data)) return `'${name}' is declared ${datatype} and holds other numbers`;
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return `'${name}' has an impossible shape`;
  const expected = elementsOf(shape);
  return expected === data.length
    ? null
    : `'${name}' has ${data.length} values, its shape [${shape.join(',')}] means ${expected}`;
}

/** @throws InferenceError 'bad-input' listing everything that is wrong */
export function refuseInputs(model: string, problems: readonly string[]): void {
  if (problems.length > 0) {
    throw new InferenceError('bad-input', `the inputs of ${model} are not as declared: ${problems.join('; ')}`);
  }
}
