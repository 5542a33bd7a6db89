/** Writes the ONNX graph of an additive model byte by byte, in double precision: raw row → probabilities. */
import type { ModelStatistics } from '../../src/prediction/statistics.ts';

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

type Field = readonly [number, number | string | Uint8Array];

/** Protobuf fields: a number is a varint, everything else length-delimited. */
function message(...fields: readonly Field[]): Uint8Array {
  const bytes = fields.flatMap(([number, value]) => {
    if (typeof value === 'number') return [...varint(number * 8), ...varint(value)];
    const content = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    return [...varint(number * 8 + 2), ...varint(content.length), ...content];
  });
  return Uint8Array.from(bytes);
}

const DOUBLE = 11;
const INT64 = 7;

function valueInfo(name: string, dimensions: readonly (number | string)[]): Uint8Array {
  const shape = message(
    ...dimensions.map((size): Field => [1, typeof size === 'string' ? message([2, size]) : message([1, size])]),
  );
  return message([1, name], [2, message([1, message([1, DOUBLE], [2, shape])])]);
}

/** Collects nodes and constants; every operation returns the name of its result. */
function graphWriter() {
  const fields: Field[] = [];
  let count = 0;
  const name = (): string => `v${String((count += 1))}`;
  const constant = (type: number, shape: readonly number[], bytes: Uint8Array): string => {
    const id = name();
    fields.push([5, message(...shape.map((s): Field => [1, s]), [2, type], [8, id], [9, bytes])]);
    return id;
  };
  const doubles = (shape: readonly number[], values: readonly number[]): string =>
    constant(DOUBLE, shape, new Uint8Array(Float64Array.from(values).buffer));
  const node = (operator: string, inputs: readonly string[], axis?: number, output = name()): string => {
    const attribute: Field[] = axis === undefined ? [] : [[5, message([1, 'axis'], [20, 2], [3, axis])]];
    fields.push([1, message(...inputs.map((i): Field => [1, i]), [2, output], [4, operator], ...attribute)]);
    return output;
  };
  const index = (at: number): string => constant(INT64, [1], new Uint8Array(BigInt64Array.from([BigInt(at)]).buffer));
  return { fields, doubles, node, index };
}

type Writer = ReturnType<typeof graphWriter>;

/** One transformed column as a [batch, 1] tensor. Only the transformations that the tests use. */
function column({ node, doubles, index }: Writer, x: string, { inputs, columns }: ModelStatistics, c: number): string {
  const { input, transform, parameters } = columns[c] ?? { input: '', transform: 'identity', parameters: [] };
  const at = inputs.findIndex(({ name }) => name === input);
  const raw = node('Gather', [x, index(at)], 1);
  const scalar = (value: number): string => doubles([1, 1], [value]);
  const [a = 0, b = 0] = parameters;
  switch (transform) {
    case 'log10-plus': {
      const inner = node('Add', [node('Max', [raw, scalar(0)]), scalar(a)]);
      return node('Mul', [node('Log', [inner]), scalar(1 / Math.LN10)]);
    }
    case 'hinge-above':
      return node('Max', [node('Sub', [raw, scalar(a)]), scalar(0)]);
    case 'cap':
      return node('Min', [node('Max', [raw, scalar(a)]), scalar(b)]);
    default:
      return raw;
  }
}

/** @param statistics may name identity, log10-plus, hinge-above and cap only */
export function additiveOnnx(statistics: ModelStatistics): Uint8Array {
  const writer = graphWriter();
  const { node, doubles, fields } = writer;
  const { columns, intercepts, classes, link, inputs } = statistics;
  const basis = node(
    'Concat',
    columns.map((_, c) => column(writer, 'features', statistics, c)),
    1,
  );
  const width = columns[0]?.coefficients.length ?? 1;
  const weights = doubles(
    [columns.length, width],
    columns.flatMap(({ coefficients }) => coefficients),
  );
  const predictors = node('Add', [node('MatMul', [basis, weights]), doubles([1, intercepts.length], intercepts)]);
  if (link === 'softmax') {
    node('Softmax', [predictors], 1, 'probabilities');
  } else {
    // p(k) = P(k or later) - P(k + 1 or later), as a product with a matrix of differences.
    const exceedance = node('Sigmoid', [predictors]);
    const differences = intercepts.flatMap((_, l) => classes.map((_class, k) => (k === l + 1 ? 1 : k === l ? -1 : 0)));
    const product = node('MatMul', [exceedance, doubles([intercepts.length, classes.length], differences)]);
    const first = doubles(
      [1, classes.length],
      classes.map((_, k) => (k === 0 ? 1 : 0)),
    );
    node('Add', [product, first], undefined, 'probabilities');
  }
  const graph = message(
    ...fields,
    [2, 'additive'],
    [11, valueInfo('features', ['batch', inputs.length])],
    [12, valueInfo('probabilities', ['batch', classes.length])],
  );
  return message([1, 8], [7, graph], [8, message([2, 13])]);
}
