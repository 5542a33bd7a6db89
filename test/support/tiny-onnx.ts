/** Writes a small valid ONNX graph byte by byte: probability = sigmoid(input × weights). */

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** Protobuf fields: a number is a varint, everything else length-delimited. */
type Field = readonly [number, number | string | Uint8Array];

function message(...fields: readonly Field[]): Uint8Array {
  const bytes = fields.flatMap(([number, value]) => {
    if (typeof value === 'number') return [...varint(number * 8), ...varint(value)];
    const content = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    return [...varint(number * 8 + 2), ...varint(content.length), ...content];
  });
  return Uint8Array.from(bytes);
}

const FLOAT = 1;

function valueInfo(name: string, dimensions: readonly (number | string)[]): Uint8Array {
  const shape = message(
    ...dimensions.map((size): Field => [1, typeof size === 'string' ? message([2, size]) : message([1, size])]),
  );
  return message([1, name], [2, message([1, message([1, FLOAT], [2, shape])])]);
}

const node = (operator: string, inputs: readonly string[], output: string): Uint8Array =>
  message(...inputs.map((name): Field => [1, name]), [2, output], [4, operator]);

/** @param weights one per input column */
export function tinyOnnx(weights: readonly number[], input = 'features', output = 'probability'): Uint8Array {
  const tensor = message(
    [1, weights.length],
    [1, 1],
    [2, FLOAT],
    [8, 'weights'],
    [9, new Uint8Array(Float32Array.from(weights).buffer)],
  );
  const graph = message(
    [1, node('MatMul', [input, 'weights'], 'logit')],
    [1, node('Sigmoid', ['logit'], output)],
    [2, 'tiny'],
    [5, tensor],
    [11, valueInfo(input, ['batch', weights.length])],
    [12, valueInfo(output, ['batch', 1])],
  );
  return message([1, 8], [7, graph], [8, message([2, 13])]);
}
