/** A batch of rows through the graph: one call, one output row for each. */
import '../inference/no-telemetry.ts';
import type * as Onnxruntime from 'onnxruntime-node';
import type { InstalledModel } from '../inference/index.ts';
import type { Row } from './additive-model.ts';

/** The native library is loaded with the first model only, and asked for once: an import is not free on the hook path. */
let runtime: Promise<typeof Onnxruntime> | undefined;

/** @returns probabilities, one list for each row @throws when the model has no session or the runtime fails */
export async function runGraph({ manifest, session }: InstalledModel, rows: readonly Row[]): Promise<number[][]> {
  const input = manifest.inputs[0];
  const output = manifest.outputs[0];
  if (session === null || input === undefined || output === undefined) throw new Error('the model has no session');
  runtime ??= import('onnxruntime-node');
  const { Tensor } = await runtime;
  const shape = [rows.length, rows[0]?.length ?? 0];
  const flat = rows.flat();
  const tensor =
    input.type === 'float64'
      ? new Tensor('float64', Float64Array.from(flat), shape)
      : new Tensor('float32', Float32Array.from(flat), shape);
  const result = (await session.run({ [input.name]: tensor }))[output.name];
  const data = Array.from((result?.data ?? []) as ArrayLike<number>, Number);
  const classes = data.length / rows.length;
  return rows.map((_, i) => data.slice(i * classes, (i + 1) * classes));
}
