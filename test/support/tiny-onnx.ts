/** Writes small valid ONNX graphs byte by byte. */

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

/** TensorProto.DataType */
const TYPES = { float32: 1, uint8: 2, int16: 5, int32: 6, int64: 7, bool: 9, float16: 10 } as const;
export type TinyType = keyof typeof TYPES;

function valueInfo(name: string, dimensions: readonly (number | string)[], type: TinyType = 'float32'): Uint8Array {
  const shape = message(
    ...dimensions.map((size): Field => [1, typeof size === 'string' ? message([2, size]) : message([1, size])]),
  );
  return message([1, name], [2, message([1, message([1, TYPES[type]], [2, shape])])]);
}

const node = (
  operator: string,
  inputs: readonly string[],
  outputs: string | readonly string[],
  ...attributes: readonly Uint8Array[]
): Uint8Array =>
  message(
    ...inputs.map((name): Field => [1, name]),
    ...[outputs].flat().map((name): Field => [2, name]),
    [4, operator],
    ...attributes.map((attribute): Field => [5, attribute]),
  );

const ints = (name: string, values: readonly number[]): Uint8Array =>
  message([1, name], ...values.map((value): Field => [8, value]), [20, 7]);

const graphAttribute = (name: string, graph: Uint8Array): Uint8Array => message([1, name], [6, graph], [20, 5]);

function floatTensor(name: string, dimensions: readonly number[], values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  return message(...dimensions.map((size): Field => [1, size]), [2, TYPES.float32], [8, name], [9, bytes]);
}

function int64Tensor(name: string, values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return message([1, values.length], [2, TYPES.int64], [8, name], [9, bytes]);
}

const model = (graph: Uint8Array): Uint8Array => message([1, 8], [7, graph], [8, message([2, 13])]);

/** probability = sigmoid(input × weights). @param weights one per input column */
export function tinyOnnx(weights: readonly number[], input = 'features', output = 'probability'): Uint8Array {
  const graph = message(
    [1, node('MatMul', [input, 'weights'], 'logit')],
    [1, node('Sigmoid', ['logit'], output)],
    [2, 'tiny'],
    [5, floatTensor('weights', [weights.length, 1], weights)],
    [11, valueInfo(input, ['batch', weights.length])],
    [12, valueInfo(output, ['batch', 1])],
  );
  return model(graph);
}

/** output = input, of any shape with three dimensions. */
export function identityOnnx(type: TinyType): Uint8Array {
  const graph = message(
    [1, node('Identity', ['input'], 'output')],
    [2, 'identity'],
    [11, valueInfo('input', ['slices', 'rows', 'columns'], type)],
    [12, valueInfo('output', ['slices', 'rows', 'columns'], type)],
  );
  return model(graph);
}

/** output = relu(conv3d(input, kernel)), one channel, 3×3×3, the size kept. @param kernel 27 numbers */
export function conv3dOnnx(kernel: readonly number[]): Uint8Array {
  const open = ['batch', 1, 'slices', 'rows', 'columns'];
  const graph = message(
    [1, node('Conv', ['input', 'kernel'], 'convolved', ints('pads', [1, 1, 1, 1, 1, 1]))],
    [1, node('Relu', ['convolved'], 'output')],
    [2, 'conv3d'],
    [5, floatTensor('kernel', [1, 1, 3, 3, 3], kernel)],
    [11, valueInfo('input', open)],
    [12, valueInfo('output', open)],
  );
  return model(graph);
}

/** output = input × step, `rounds` times over: takes as long as it is told to. */
export function loopOnnx(size: number): Uint8Array {
  const body = message(
    [1, node('Identity', ['go'], 'goes')],
    [1, node('MatMul', ['before', 'step'], 'after')],
    [2, 'body'],
    [11, valueInfo('round', [], 'int64')],
    [11, valueInfo('go', [], 'bool')],
    [11, valueInfo('before', [size, size])],
    [12, valueInfo('goes', [], 'bool')],
    [12, valueInfo('after', [size, size])],
  );
  const graph = message(
    [1, node('Loop', ['rounds', '', 'input'], ['output'], graphAttribute('body', body))],
    [2, 'loop'],
    [11, valueInfo('input', [size, size])],
    [11, valueInfo('step', [size, size])],
    [11, valueInfo('rounds', [], 'int64')],
    [12, valueInfo('output', [size, size])],
  );
  return model(graph);
}

const floats = (name: string, values: readonly number[]): Uint8Array => floatTensor(name, [values.length], values);
const scalar = (name: string, value: number): Uint8Array => floatTensor(name, [], [value]);
const int = (name: string, value: number): Uint8Array => message([1, name], [3, value], [20, 2]);

/**
 * Shape of the hemorrhage network, and blood by density: what lies between 49 and 75 HU over 5 × 5 pixels of the middle one of
 * three slices is intraparenchymal. For tests of everything around the network.
 */
export function bloodByDensityOnnx(): Uint8Array {
  const kernel = (name: string, weight: number): Uint8Array => floatTensor(name, [1, 3, 1, 1], [0, weight, 0]);
  const square = [ints('kernel_shape', [5, 5]), ints('pads', [2, 2, 2, 2])];
  const image = (channels: number): readonly (number | string)[] => ['slices', channels, 'rows', 'columns'];
  const graph = message(
    [1, node('Conv', ['hu', 'rise', 'riseBias'], 'aboveBrain')],
    [1, node('Clip', ['aboveBrain', 'zero', 'one'], 'isAbove')],
    [1, node('Conv', ['hu', 'fall', 'fallBias'], 'belowBone')],
    [1, node('Clip', ['belowBone', 'zero', 'one'], 'isBelow')],
    [1, node('Mul', ['isAbove', 'isBelow'], 'band')],
    [1, node('Neg', ['band'], 'other')],
    [1, node('MaxPool', ['other'], 'otherNear', ...square)],
    [1, node('Neg', ['otherNear'], 'eroded')],
    [1, node('MaxPool', ['eroded'], 'blood', ...square)],
    [1, node('Sub', ['one', 'blood'], 'none')],
    [1, node('Mul', ['blood', 'zero'], 'nothing')],
    [1, node('Concat', ['none', 'blood', 'nothing', 'nothing', 'nothing', 'nothing'], 'probability', int('axis', 1))],
    [2, 'bloodByDensity'],
    [5, kernel('rise', 0.5)],
    [5, floats('riseBias', [-24])],
    [5, kernel('fall', -0.5)],
    [5, floats('fallBias', [38])],
    [5, scalar('zero', 0)],
    [5, scalar('one', 1)],
    [11, valueInfo('hu', image(3))],
    [12, valueInfo('probability', image(6))],
  );
  return model(graph);
}

/**
 * Shape of BLAST-CT as it is converted, two members, and blood by density: 49 to 69 HU is intraparenchymal, 71 to 94 HU
 * intraventricular, 97 to 108 HU extra-axial, where 3 × 3 × 3 voxels are. The second member is less sure.
 */
export function volumeByDensityOnnx({ tile, margin }: { readonly tile: number; readonly margin: number }): Uint8Array {
  const width = tile + 2 * margin;
  const cube = [ints('kernel_shape', [3, 3, 3]), ints('pads', [1, 1, 1, 1, 1, 1])];
  const band = (name: string, from: number, to: number): readonly Field[] => [
    [1, node('Sub', ['middle', `${name}From`], `${name}Above`)],
    [1, node('Clip', [`${name}Above`, 'zero', 'one'], `${name}IsAbove`)],
    [1, node('Sub', [`${name}To`, 'middle'], `${name}Below`)],
    [1, node('Clip', [`${name}Below`, 'zero', 'one'], `${name}IsBelow`)],
    [1, node('Mul', [`${name}IsAbove`, `${name}IsBelow`], `${name}Band`)],
    [1, node('Neg', [`${name}Band`], `${name}Other`)],
    [1, node('MaxPool', [`${name}Other`], `${name}OtherNear`, ...cube)],
    [1, node('Neg', [`${name}OtherNear`], `${name}Eroded`)],
    [1, node('MaxPool', [`${name}Eroded`], name, ...cube)],
    [5, scalar(`${name}From`, from)],
    [5, scalar(`${name}To`, to)],
  ];
  const graph = message(
    [1, node('Slice', ['hu', 'begin', 'end', 'axes'], 'middle')],
    ...band('inTissue', 49, 70),
    ...band('inVentricle', 70, 95),
    ...band('outside', 96, 109),
    [1, node('Mul', ['inTissue', 'zero'], 'nothing')],
    [1, node('Sum', ['inTissue', 'inVentricle', 'outside'], 'blood')],
    [1, node('Sub', ['one', 'blood'], 'none')],
    [1, node('Concat', ['none', 'inTissue', 'outside', 'nothing', 'inVentricle'], 'sure', int('axis', 1))],
    [1, node('Mul', ['sure', 'less'], 'unsure')],
    [1, node('Concat', ['sure', 'unsure'], 'probability', int('axis', 0))],
    [2, 'volumeByDensity'],
    [5, int64Tensor('begin', [margin, margin, margin])],
    [5, int64Tensor('end', [margin + tile, margin + tile, margin + tile])],
    [5, int64Tensor('axes', [2, 3, 4])],
    [5, scalar('zero', 0)],
    [5, scalar('one', 1)],
    [5, scalar('less', 0.8)],
    [11, valueInfo('hu', [1, 1, width, width, width])],
    [12, valueInfo('probability', [2, 5, tile, tile, tile])],
  );
  return model(graph);
}
