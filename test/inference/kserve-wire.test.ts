import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InferenceError, type Tensor } from '../../src/inference/index.ts';
import { decodeAnswer, encodeRequest, HEADER_LENGTH } from '../../src/inference/kserve/wire.ts';
import { bytesOf, DATATYPES } from '../../src/inference/tensors.ts';

const tensor: fc.Arbitrary<Tensor> = fc
  .record({
    name: fc.stringMatching(/^[a-zà-ü_]{1,12}$/),
    datatype: fc.constantFrom(...(Object.keys(DATATYPES) as Tensor['datatype'][])),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    seed: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  })
  .map(({ name, datatype, shape, seed }) => {
    const { bytes, array } = DATATYPES[datatype];
    const size = shape.reduce((product, length) => product * length, 1) * bytes;
    return {
      name,
      datatype,
      shape,
      data: new array(Uint8Array.from({ length: size }, (_, i) => seed[i % 8] ?? 0).buffer),
    };
  });

/** An answer as a server would write it. */
function answer(outputs: readonly Tensor[], more: object = {}): { body: Buffer; headerLength: number } {
  const header = Buffer.from(
    JSON.stringify({
      model_name: 'm',
      model_version: '3',
      outputs: outputs.map(({ name, datatype, shape, data }) => {
        return { name, datatype, shape, parameters: { binary_data_size: data.byteLength } };
      }),
      ...more,
    }),
  );
  return { body: Buffer.concat([header, ...outputs.map(bytesOf)]), headerLength: header.byteLength };
}
const json = (outputs: unknown): [Buffer, null] => [Buffer.from(JSON.stringify({ outputs })), null];

describe('a request', () => {
  it('is a header, its length, and the bytes of the inputs in order', () => {
    fc.assert(
      fc.property(fc.array(tensor, { maxLength: 4 }), (inputs) => {
        const { headers, parts } = encodeRequest(inputs, ['mask']);
        const body = Buffer.concat(parts);
        const length = Number(headers[HEADER_LENGTH]);
        expect(headers['content-length']).toBe(String(body.byteLength));
        const header = JSON.parse(body.toString('utf8', 0, length)) as { inputs: object[]; outputs: object[] };
        expect(header.inputs).toEqual(
          inputs.map(({ name, datatype, shape, data }) => {
            return { name, datatype, shape, parameters: { binary_data_size: data.byteLength } };
          }),
        );
        expect(header.outputs).toEqual([{ name: 'mask', parameters: { binary_data: true } }]);
        expect(body.subarray(length)).toEqual(Buffer.concat(inputs.map(bytesOf)));
      }),
    );
  });
});

describe('an answer', () => {
  it('gives back every tensor, whatever lies before it', () => {
    fc.assert(
      fc.property(fc.array(tensor, { maxLength: 4 }), (outputs) => {
        const { body, headerLength } = answer(outputs);
        const decoded = decodeAnswer(body, headerLength);
        expect(decoded).toMatchObject({ modelName: 'm', modelVersion: '3' });
        expect(decoded.outputs.map(bytesOf)).toEqual(outputs.map(bytesOf));
        expect(decoded.outputs.map(({ data }) => data.constructor)).toEqual(
          outputs.map(({ data }) => data.constructor),
        );
      }),
    );
  });

  it('may carry small outputs as JSON, nested or not', () => {
    const { outputs } = decodeAnswer(
      ...json([
        {
          name: 'a',
          datatype: 'FP32',
          shape: [2, 2],
          data: [
            [1, 2],
            [3, 4.5],
          ],
        },
        { name: 'b', datatype: 'INT64', shape: [1], data: [-7] },
        { name: 'c', datatype: 'BOOL', shape: [2], data: [true, false] },
      ]),
    );
    expect(outputs.map(({ data }) => data)).toEqual([
      Float32Array.of(1, 2, 3, 4.5),
      BigInt64Array.of(-7n),
      Uint8Array.of(1, 0),
    ]);
  });

  const one = { name: 'a', datatype: 'FP32', shape: [1], data: [1] };
  it.each<[string, Buffer, number | null]>([
    ['no JSON', Buffer.from('<html>'), null],
    ['no object', Buffer.from('[]'), null],
    ['no outputs', Buffer.from('{}'), null],
    ['a header longer than all of it', Buffer.from('{}'), 10],
    ['no length of its header', Buffer.from('{}'), Number.NaN],
    ['an output without a name', ...json([{ ...one, name: 1 }])],
    ['an unknown datatype', ...json([{ ...one, datatype: 'BYTES' }])],
    ['a negative shape', ...json([{ ...one, shape: [-1] }])],
    ['too few numbers', ...json([{ ...one, shape: [2] }])],
    ['text for numbers', ...json([{ ...one, data: ['1'] }])],
    ['whole numbers that JSON rounds', ...json([{ ...one, datatype: 'INT64', data: [2 ** 60] }])],
    ['16-bit floats as JSON', ...json([{ ...one, datatype: 'FP16' }])],
    ['a size that is not that of the shape', ...json([{ ...one, parameters: { binary_data_size: 8 } }])],
    ['data cut short', ...json([{ ...one, parameters: { binary_data_size: 4 } }])],
    ['bytes that belong to nothing', Buffer.concat([answer([]).body, Buffer.alloc(3)]), answer([]).headerLength],
  ])('is refused with %s', (_name, body, headerLength) => {
    expect(() => decodeAnswer(body, headerLength)).toThrow(InferenceError);
  });

  it('with bytes changed at random is read or refused, never anything else', () => {
    const whole = answer([
      { name: 'a', datatype: 'FP32', shape: [2, 3], data: new Float32Array(6) },
      { name: 'b', datatype: 'INT64', shape: [1], data: new BigInt64Array(1) },
    ]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.body.byteLength - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(whole.body.byteLength + 5),
        (changes, headerLength) => {
          const body = Buffer.from(whole.body);
          for (const [at, value] of changes) body[at] = value;
          for (const length of [whole.headerLength, headerLength]) {
            try {
              decodeAnswer(body, length);
            } catch (error) {
              expect(error).toBeInstanceOf(InferenceError);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
