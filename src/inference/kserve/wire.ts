/**
 * Requests and answers of the KServe v2 protocol with its binary tensor data extension
 * (https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol/binary-tensor-data-extension):
 * a JSON header, its length in `Inference-Header-Content-Length`, and behind it the bytes of the tensors, little-endian.
 */
import { InferenceError, type InferenceRequest, type Tensor } from '../engine.ts';
import { bytesOf, DATATYPES, elementsOf, isDatatype } from '../tensors.ts';

export const HEADER_LENGTH = 'inference-header-content-length';

export interface EncodedRequest {
  readonly headers: Readonly<Record<string, string>>;
  /** In order; nothing is copied. */
  readonly parts: readonly Uint8Array[];
}

/** @param outputs names that are wanted, each as binary data */
export function encodeRequest(inputs: InferenceRequest['inputs'], outputs: readonly string[]): EncodedRequest {
  const header = JSON.stringify({
    inputs: inputs.map(({ name, datatype, shape, data }) => {
      return { name, datatype, shape, parameters: { binary_data_size: data.byteLength } };
    }),
    outputs: outputs.map((name) => ({ name, parameters: { binary_data: true } })),
    parameters: { binary_data_output: true },
  });
  const parts = [new TextEncoder().encode(header), ...inputs.map(bytesOf)];
  const length = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return {
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(length),
      [HEADER_LENGTH]: String(parts[0]?.byteLength ?? 0),
    },
    parts,
  };
}

export interface DecodedAnswer {
  readonly modelName: string | null;
  readonly modelVersion: string | null;
  readonly outputs: readonly Tensor[];
}

const broken = (what: string): InferenceError =>
  new InferenceError('refused', `the inference server gave an answer that is not of the protocol: ${what}`);

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function parseHeader(body: Buffer, headerLength: number): Json {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8', 0, headerLength));
  } catch {
    throw broken('its header is no JSON');
  }
  if (!isObject(value)) throw broken('its header is no object');
  return value;
}

/** Small outputs may come as JSON although binary data was asked for. */
function fromJson(name: string, datatype: Tensor['datatype'], data: unknown, count: number): Tensor['data'] {
  if (!Array.isArray(data) || datatype === 'FP16') throw broken(`the data of '${name}' are missing`);
  const values = data.flat(Infinity) as unknown[];
  if (values.length !== count) throw broken(`'${name}' has ${values.length} values, its shape means ${count}`);
  const numbers = values.map((value) => {
    if (typeof value === 'boolean' && datatype === 'BOOL') return Number(value);
    if (typeof value !== 'number') throw broken(`'${name}' holds something that is no number`);
    return value;
  });
  switch (datatype) {
    case 'FP32':
      return Float32Array.from(numbers);
    case 'INT64':
      // Numbers of JSON beyond this are rounded before anybody sees them.
      if (!numbers.every(Number.isSafeInteger)) throw broken(`'${name}' holds numbers that JSON cannot carry`);
      return BigInt64Array.from(numbers, BigInt);
    case 'INT32':
      return Int32Array.from(numbers);
    case 'INT16':
      return Int16Array.from(numbers);
    case 'UINT8':
    case 'BOOL':
      return Uint8Array.from(numbers);
  }
}

/**
 * @param headerLength of the answer's `Inference-Header-Content-Length`; null when it has none: all is JSON then
 * @throws InferenceError 'refused' for everything that does not fit together
 */
export function decodeAnswer(body: Buffer, headerLength: number | null): DecodedAnswer {
  const length = headerLength ?? body.byteLength;
  if (!Number.isSafeInteger(length) || length < 2 || length > body.byteLength) throw broken('the length of its header');
  const header = parseHeader(body, length);
  if (!Array.isArray(header['outputs'])) throw broken('it has no outputs');
  let offset = length;
  const outputs = (header['outputs'] as unknown[]).map((entry): Tensor => {
    if (!isObject(entry) || typeof entry['name'] !== 'string') throw broken('an output has no name');
    const { name, datatype, shape } = entry as { name: string; datatype: unknown; shape: unknown };
    if (typeof datatype !== 'string' || !isDatatype(datatype)) throw broken(`the datatype of '${name}'`);
    if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)) {
      throw broken(`the shape of '${name}'`);
    }
    const dimensions = shape as number[];
    const count = elementsOf(dimensions);
    const parameters = isObject(entry['parameters']) ? entry['parameters'] : {};
    const size = parameters['binary_data_size'];
    if (size === undefined) {
      return { name, datatype, shape: dimensions, data: fromJson(name, datatype, entry['data'], count) };
    }
    const { bytes, array } = DATATYPES[datatype];
    if (size !== count * bytes) throw broken(`'${name}' is not ${count * bytes} bytes, as its shape means`);
    if (offset + size > body.byteLength) throw broken(`the data of '${name}' are cut short`);
    // Copied, because numbers must lie at multiples of their size.
    const start = body.byteOffset + offset;
    const data = new array(body.buffer.slice(start, start + size) as ArrayBuffer);
    offset += size;
    return { name, datatype, shape: dimensions, data };
  });
  if (offset !== body.byteLength) throw broken('there are bytes that belong to no output');
  return {
    modelName: textOrNull(header['model_name']),
    modelVersion: textOrNull(header['model_version']),
    outputs,
  };
}
