/** The client of KServe v2 against KServe's own model server. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createFallbackEngine,
  createKserveEngine,
  createProcessEngine,
  type InferenceRequest,
  type KserveEngine,
  type KserveEngineOptions,
  type ModelManifest,
  type Tensor,
} from '../../src/inference/index.ts';
import { bytesOf } from '../../src/inference/tensors.ts';
import {
  installImagingModels,
  LOOP_SIZE,
  TEST_MODELS,
  type ModelFolder,
  type TestModel,
} from '../support/imaging-models.ts';
import { prepareKserve, type KserveServer } from '../support/kserve-server.ts';

const prepared = await prepareKserve();
const limit = { timeoutMs: 20_000 };
const conv3d = (size: number): InferenceRequest => ({
  model: 'conv3d',
  inputs: [
    {
      name: 'input',
      datatype: 'FP32',
      shape: [1, 1, size, size, size],
      data: Float32Array.from({ length: size ** 3 }, (_, i) => Math.sin(i)),
    },
  ],
});

describe.skipIf(typeof prepared === 'string')(
  `a real KServe v2 server${typeof prepared === 'string' ? ` (${prepared})` : ''}`,
  () => {
    let folder: ModelFolder;
    let server: KserveServer;
    let manifests: readonly ModelManifest[];
    const engines: { close: () => Promise<void> }[] = [];
    const connect = (more: Partial<KserveEngineOptions> = {}): KserveEngine => {
      const engine = createKserveEngine({ url: server.url, manifests, ...more });
      engines.push(engine);
      return engine;
    };

    beforeAll(async () => {
      if (typeof prepared === 'string') return;
      folder = await installImagingModels(...(Object.keys(TEST_MODELS) as TestModel[]));
      manifests = folder.models.map(({ manifest }) => manifest);
      server = await prepared.start(folder.directory);
    });
    afterAll(async () => {
      await Promise.all(engines.map((engine) => engine.close()));
      await server.stop();
      folder.remove();
    });

    it('is ready and describes every model as our manifests do', async () => {
      const engine = connect();
      await engine.check();
      expect(engine.status()).toMatchObject({ breaker: 'closed' });
      expect(engine.status().models.every(({ problem }) => problem === null)).toBe(true);
    });

    it('answers as the engine in child processes does, and the answer says where it ran', async () => {
      const [remote, local] = [connect(), createProcessEngine({ models: folder.models, providers: ['cpu'] })];
      engines.push(local);
      const [there, here] = [await remote.infer(conv3d(24), limit), await local.infer(conv3d(24), limit)];
      expect(there.outputs[0]?.shape).toEqual(here.outputs[0]?.shape);
      const expected = here.outputs[0]?.data ?? [];
      there.outputs[0]?.data.forEach((value, i) => {
        expect(Number(value)).toBeCloseTo(Number(expected[i]), 5);
      });
      expect(there.ranOn).toBe(`kserve:${new URL(server.url).host}/conv3d`);
      // The protocol tells no digest, and none is claimed.
      expect(there.model).toEqual({ name: 'conv3d', version: '1.0.0', digest: 'unknown' });
      expect(here.ranOn).toBe('cpu');
    });

    it.each<[TestModel, Tensor['datatype'], Tensor['data']]>([
      ['identity-float32', 'FP32', Float32Array.of(1.5, -0, Number.POSITIVE_INFINITY, Number.NaN)],
      ['identity-float16', 'FP16', Uint16Array.of(0x3c00, 0xc000, 0x7c00, 1)],
      ['identity-int64', 'INT64', BigInt64Array.of(2n ** 62n, -1n, 0n, -(2n ** 63n))],
      ['identity-int32', 'INT32', Int32Array.of(2 ** 31 - 1, -(2 ** 31), 0, 1)],
      ['identity-int16', 'INT16', Int16Array.of(-1024, 3071, 0, 1)],
      ['identity-uint8', 'UINT8', Uint8Array.of(0, 255, 7, 1)],
      ['identity-bool', 'BOOL', Uint8Array.of(0, 1, 1, 0)],
    ])('%s: bytes come back as they were sent', async (model, datatype, data) => {
      const input: Tensor = { name: 'input', datatype, shape: [1, 2, 2], data };
      const { outputs } = await connect().infer({ model, inputs: [input] }, limit);
      expect(outputs).toEqual([{ ...input, name: 'output' }]);
    });

    it('carries a volume of 4 MB', async () => {
      const data = new Float32Array(4 * 512 * 512).map((_, i) => i);
      const inputs = [{ name: 'input', datatype: 'FP32', shape: [4, 512, 512], data }] as const;
      const { outputs } = await connect().infer({ model: 'identity-float32', inputs }, limit);
      expect(Buffer.compare(bytesOf(outputs[0] ?? inputs[0]), bytesOf(inputs[0]))).toBe(0);
      expect(outputs[0]?.name).toBe('output');
    });

    it('finds a model under the name that the site gave it on the server', async () => {
      const renamed = manifests.filter(({ name }) => name === 'conv3d').map((m) => ({ ...m, name: 'own-name' }));
      const engine = connect({ manifests: renamed, remote: { 'own-name': { name: 'conv3d' } } });
      const answer = await engine.infer({ ...conv3d(4), model: 'own-name' }, limit);
      expect(answer.model.name).toBe('own-name');
    });

    it('does not run a model that the server describes otherwise, or does not have', async () => {
      const engine = connect({
        remote: {
          conv3d: { name: 'identity-float32' },
          'identity-int16': { name: 'nobody' },
          loop: { name: 'loop', version: '7' },
        },
      });
      await expect(engine.infer(conv3d(4), limit)).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringMatching(/shape \[-1,-1,-1\], declared \[batch,1,slices,rows,columns\]/) as string,
      });
      const inputs = [{ name: 'input', datatype: 'INT16', shape: [1, 1, 1], data: Int16Array.of(1) }] as const;
      await expect(engine.infer({ model: 'identity-int16', inputs }, limit)).rejects.toMatchObject({
        code: 'unknown-model',
      });
      // This server knows no versions: a pinned one is not quietly replaced by whatever is there.
      await expect(engine.check()).rejects.toMatchObject({ code: 'refused' });
      expect(engine.status().models.find(({ name }) => name === 'conv3d')?.problem).toMatch(/another model/);
    });

    it('gives up a run at its time limit', async () => {
      const square = {
        datatype: 'FP32',
        shape: [LOOP_SIZE, LOOP_SIZE],
        data: new Float32Array(LOOP_SIZE ** 2),
      } as const;
      const rounds = { name: 'rounds', datatype: 'INT64', shape: [], data: BigInt64Array.of(1_000_000n) } as const;
      const inputs = [{ name: 'input', ...square }, { name: 'step', ...square }, rounds];
      await expect(connect().infer({ model: 'loop', inputs }, { timeoutMs: 200 })).rejects.toMatchObject({
        code: 'time-out',
      });
    });

    it('that is killed leaves the work to the fallback, and is used again when it is back', async () => {
      if (typeof prepared === 'string') return;
      const local = createProcessEngine({ models: folder.models, providers: ['cpu'] });
      const remote = connect({ breaker: { failures: 2, openMs: 300 } });
      const onFallback = vi.fn();
      const engine = createFallbackEngine(remote, local, { onFallback });
      engines.push(local);
      await server.stop();
      expect((await engine.infer(conv3d(4), limit)).ranOn).toBe('cpu');
      expect(onFallback).toHaveBeenCalledWith(expect.objectContaining({ code: 'unavailable' }), 'conv3d');
      expect(remote.status().breaker).not.toBe('closed');
      server = await prepared.start(folder.directory, Number(new URL(server.url).port));
      await vi.waitFor(async () => {
        expect((await engine.infer(conv3d(4), limit)).ranOn).toMatch(/^kserve:/);
      }, 5_000);
      expect(remote.status().breaker).toBe('closed');
    });
  },
);
