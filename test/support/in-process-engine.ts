/** An inference engine that runs a shipped graph in the process of the test. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { InferenceError, type Datatype, type InferenceEngine, type Tensor } from '../../src/inference/engine.ts';

const MODELS = new URL('../../models/', import.meta.url);
const KINDS: Partial<Record<Datatype, 'float32' | 'int64' | 'int32' | 'uint8'>> = {
  FP32: 'float32',
  INT64: 'int64',
  INT32: 'int32',
  UINT8: 'uint8',
};

/** @param threads of each session */
export function inProcessEngine(threads = 1): InferenceEngine {
  const sessions = new Map<string, Promise<{ session: InferenceSession; version: string; digest: string }>>();
  const open = async (name: string): Promise<{ session: InferenceSession; version: string; digest: string }> => {
    const graph = readFileSync(new URL(`${name}/model.onnx`, MODELS));
    const { version } = JSON.parse(readFileSync(new URL(`${name}/model.json`, MODELS), 'utf8')) as { version: string };
    const session = await InferenceSession.create(graph, { intraOpNumThreads: threads, logSeverityLevel: 3 });
    return { session, version, digest: createHash('sha256').update(graph).digest('hex') };
  };
  return {
    infer: async ({ model, inputs, outputs }, { signal }) => {
      if (signal?.aborted === true) throw new InferenceError('aborted', 'the run was aborted');
      const opened = sessions.get(model) ?? open(model);
      sessions.set(model, opened);
      const { session, version, digest } = await opened;
      const started = performance.now();
      const answer = await session.run(
        Object.fromEntries(inputs.map((tensor) => [tensor.name, toRuntime(tensor)])),
        outputs ?? session.outputNames,
      );
      return {
        model: { name: model, version, digest },
        outputs: Object.entries(answer).map(([name, tensor]) => fromRuntime(name, tensor)),
        ranOn: 'cpu',
        milliseconds: performance.now() - started,
      };
    },
    close: async () => {
      for (const opened of sessions.values()) await (await opened).session.release();
      sessions.clear();
    },
  };
}

function toRuntime({ name, datatype, shape, data }: Tensor): OrtTensor {
  const kind = KINDS[datatype];
  if (kind === undefined) throw new InferenceError('bad-input', `${name}: ${datatype} is not supported here`);
  return new OrtTensor(kind, data, shape);
}

function fromRuntime(name: string, tensor: OrtTensor): Tensor {
  if (tensor.data instanceof Float32Array) return { name, datatype: 'FP32', shape: tensor.dims, data: tensor.data };
  if (tensor.data instanceof Uint8Array) return { name, datatype: 'UINT8', shape: tensor.dims, data: tensor.data };
  throw new InferenceError('bad-input', `${name} is neither FP32 nor UINT8`);
}
