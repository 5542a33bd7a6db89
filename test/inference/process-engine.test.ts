import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { InferenceRequest, ProcessEngine, ProcessEngineOptions, Tensor } from '../../src/inference/index.ts';
import { createProcessEngine } from '../../src/inference/index.ts';
import {
  installImagingModels,
  KERNEL,
  LOOP_SIZE,
  sha256,
  TEST_MODELS,
  type ModelFolder,
  type TestModel,
} from '../support/imaging-models.ts';

let folder: ModelFolder;
let engines: ProcessEngine[] = [];
beforeAll(async () => {
  folder = await installImagingModels(...(Object.keys(TEST_MODELS) as TestModel[]));
});
afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.close()));
  engines = [];
});
afterAll(() => {
  folder.remove();
});

function start(options: Partial<ProcessEngineOptions> = {}): ProcessEngine {
  const engine = createProcessEngine({ models: folder.models, providers: ['cpu'], ...options });
  engines.push(engine);
  return engine;
}

const limit = { timeoutMs: 20_000 };
const volume = (
  datatype: Tensor['datatype'],
  shape: readonly number[],
  data: Tensor['data'],
  name = 'input',
): Tensor => ({
  name,
  datatype,
  shape,
  data,
});
const identity: InferenceRequest = {
  model: 'identity-float32',
  inputs: [volume('FP32', [1, 1, 2], Float32Array.of(1, 2))],
};
const LOOP_VALUES = LOOP_SIZE * LOOP_SIZE;
/** About a microsecond for a thousand multiplications: 1e9 rounds never end. */
const loop = (rounds: number): InferenceRequest => ({
  model: 'loop',
  inputs: [
    volume('FP32', [LOOP_SIZE, LOOP_SIZE], new Float32Array(LOOP_VALUES)),
    volume('FP32', [LOOP_SIZE, LOOP_SIZE], new Float32Array(LOOP_VALUES), 'step'),
    volume('INT64', [], BigInt64Array.of(BigInt(rounds)), 'rounds'),
  ],
});
const ENDLESS = 1_000_000_000;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Plain convolution with zeros outside, for comparison. */
function convolved(input: Float32Array, [slices, rows, columns]: readonly [number, number, number]): Float32Array {
  const at = (z: number, y: number, x: number): number =>
    z < 0 || y < 0 || x < 0 || z >= slices || y >= rows || x >= columns
      ? 0
      : (input[(z * rows + y) * columns + x] ?? Number.NaN);
  return Float32Array.from(input, (_value, i) => {
    const [z, y, x] = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns];
    const sum = KERNEL.reduce(
      (total, weight, k) =>
        total + weight * at(z + Math.floor(k / 9) - 1, y + (Math.floor(k / 3) % 3) - 1, x + (k % 3) - 1),
      0,
    );
    return Math.max(0, sum);
  });
}

describe('answers', () => {
  it('compute what the graph says, and name the model, its digest and where it ran', async () => {
    const shape = [3, 4, 5] as const;
    const input = Float32Array.from({ length: 60 }, (_, i) => Math.sin(i));
    const answer = await start().infer({ model: 'conv3d', inputs: [volume('FP32', [1, 1, ...shape], input)] }, limit);
    const [output] = answer.outputs;
    expect(output).toMatchObject({ name: 'output', datatype: 'FP32', shape: [1, 1, ...shape] });
    const expected = convolved(input, shape);
    output?.data.forEach((value, i) => {
      expect(Number(value)).toBeCloseTo(expected[i] ?? Number.NaN, 5);
    });
    expect(answer).toMatchObject({
      model: { name: 'conv3d', version: '1.0.0', digest: sha256(TEST_MODELS.conv3d[0]) },
      ranOn: 'cpu',
    });
    expect(answer.milliseconds).toBeGreaterThan(0);
  });

  it('carry every datatype bit for bit, views of larger buffers and empty tensors too', async () => {
    const engine = start();
    const bits = fc.uint8Array({ minLength: 0, maxLength: 64 });
    const types = [
      ['identity-float32', 'FP32', Float32Array],
      ['identity-float16', 'FP16', Uint16Array],
      ['identity-int64', 'INT64', BigInt64Array],
      ['identity-int32', 'INT32', Int32Array],
      ['identity-int16', 'INT16', Int16Array],
      ['identity-uint8', 'UINT8', Uint8Array],
    ] as const;
    await fc.assert(
      fc.asyncProperty(bits, fc.constantFrom(...types), async (bytes, [model, datatype, array]) => {
        const size = array.BYTES_PER_ELEMENT;
        const whole = new Uint8Array(size + Math.floor(bytes.length / size) * size);
        whole.set(bytes.subarray(0, whole.length - size), size);
        const data = new array(whole.buffer, size);
        const { outputs } = await engine.infer({ model, inputs: [volume(datatype, [1, data.length, 1], data)] }, limit);
        const back = outputs[0]?.data;
        expect(back).toBeInstanceOf(array);
        expect(Buffer.from(back?.buffer ?? new ArrayBuffer(), back?.byteOffset, back?.byteLength)).toEqual(
          Buffer.from(whole.subarray(size)),
        );
      }),
      { numRuns: 60 },
    );
    const bool = volume('BOOL', [1, 1, 2], Uint8Array.of(1, 0));
    const { outputs } = await engine.infer({ model: 'identity-bool', inputs: [bool] }, limit);
    expect(outputs).toEqual([{ ...bool, name: 'output' }]);
  });

  it('load a model once in each process, and several processes work at the same time', async () => {
    const engine = start({ maxProcesses: 2 });
    await Promise.all(Array.from({ length: 12 }, () => engine.infer(identity, limit)));
    const { processes, models, waiting } = engine.status();
    expect(processes.length).toBeLessThanOrEqual(2);
    expect(processes.every(({ busy, models: held }) => !busy && held.join() === 'identity-float32')).toBe(true);
    expect(models.find(({ name }) => name === 'identity-float32')).toMatchObject({ ranOn: 'cpu', problem: null });
    expect(models.find(({ name }) => name === 'conv3d')).toMatchObject({ ranOn: null, problem: null });
    expect(waiting).toBe(0);
  });
});

describe('a request is refused before anything is sent when', () => {
  const one = Float32Array.of(1);
  it.each<[string, InferenceRequest, string, RegExp]>([
    ['nobody knows the model', { ...identity, model: 'other' }, 'unknown-model', /other is not installed/],
    ['another version is asked for', { ...identity, version: '2.0.0' }, 'unknown-model', /installed as 1.0.0/],
    ['an input is missing', { ...identity, inputs: [] }, 'bad-input', /'input' is missing/],
    [
      'an input is given twice',
      { ...identity, inputs: [...identity.inputs, ...identity.inputs] },
      'bad-input',
      /2 times/,
    ],
    [
      'an input is not declared',
      { ...identity, inputs: [...identity.inputs, volume('FP32', [1], one, 'x')] },
      'bad-input',
      /'x'/,
    ],
    [
      'numbers are of another type',
      { ...identity, inputs: [volume('INT32', [1, 1, 1], Int32Array.of(1))] },
      'bad-input',
      /INT32, declared float32/,
    ],
    [
      'the array is of another type',
      { ...identity, inputs: [volume('FP32', [1, 1, 1], Int32Array.of(1))] },
      'bad-input',
      /other numbers/,
    ],
    [
      'there are too few numbers',
      { ...identity, inputs: [volume('FP32', [1, 1, 2], one)] },
      'bad-input',
      /1 values.*means 2/,
    ],
    [
      'a dimension is missing',
      { ...identity, inputs: [volume('FP32', [1, 1], one)] },
      'bad-input',
      /shape \[1,1\], declared/,
    ],
    ['a dimension is negative', { ...identity, inputs: [volume('FP32', [-1, -1, 1], one)] }, 'bad-input', /impossible/],
    [
      'a fixed dimension differs',
      { model: 'conv3d', inputs: [volume('FP32', [1, 2, 1, 1, 1], Float32Array.of(1, 2))] },
      'bad-input',
      /\[1,2,1,1,1\]/,
    ],
    ['an output is unknown', { ...identity, outputs: ['mask'] }, 'bad-input', /no output 'mask'/],
  ])('%s', async (_name, request, code, message) => {
    const engine = start();
    await expect(engine.infer(request, limit)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(engine.status().processes).toEqual([]);
  });
});

describe('a run that does not end', () => {
  it('is killed at its time limit, and the next request gets a new process', async () => {
    const engine = start();
    await engine.infer(loop(1), limit);
    const [before] = engine.status().processes;
    const started = performance.now();
    await expect(engine.infer(loop(ENDLESS), { timeoutMs: 300 })).rejects.toMatchObject({ code: 'time-out' });
    expect(performance.now() - started).toBeLessThan(2_000);
    await engine.infer(identity, limit);
    expect(engine.status().processes.map(({ pid }) => pid)).not.toContain(before?.pid);
    expect(isRunning(before?.pid ?? 0)).toBe(false);
    expect(engine.status().crashes).toEqual({ inARow: 0, pauseMs: 0 });
  });

  it('is killed when it is aborted; what waits behind it is served, or aborted without being started', async () => {
    const engine = start();
    await engine.infer(loop(1), limit);
    const [running, waiting] = [new AbortController(), new AbortController()];
    const endless = engine.infer(loop(ENDLESS), { ...limit, signal: running.signal });
    const given = engine.infer(identity, { ...limit, signal: waiting.signal });
    const served = engine.infer(identity, limit);
    const outcomes = Promise.allSettled([endless, given, served]);
    await sleep(100);
    expect(engine.status().waiting).toBe(2);
    waiting.abort();
    running.abort();
    expect(
      (await outcomes).map((o) => (o.status === 'fulfilled' ? 'ok' : (o.reason as { code: string }).code)),
    ).toEqual(['aborted', 'aborted', 'ok']);
    await expect(engine.infer(identity, { ...limit, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    });
  });

  it('keeps others waiting only so long', async () => {
    const engine = start({ waitMs: 100 });
    await engine.warmUp();
    const endless = engine.infer(loop(ENDLESS), { timeoutMs: 600 });
    const late = engine.infer(identity, limit);
    await expect(late).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/no process was free/) as string,
    });
    await expect(endless).rejects.toMatchObject({ code: 'time-out' });
  });
});

describe('a process that ends by itself', () => {
  it('fails its run as something that may heal, and is replaced after a pause', async () => {
    const warn = vi.fn();
    const engine = start({ log: { warn } });
    await engine.infer(loop(1), limit);
    const [{ pid } = { pid: 0 }] = engine.status().processes;
    const endless = engine.infer(loop(ENDLESS), limit);
    setTimeout(() => process.kill(pid, 'SIGKILL'), 100);
    await expect(endless).rejects.toMatchObject({ code: 'unavailable' });
    expect(engine.status().crashes).toMatchObject({ inARow: 1 });
    expect(warn).toHaveBeenCalledWith({ pid, inARow: 1 }, expect.any(String));
    await engine.infer(identity, limit);
    expect(engine.status().crashes).toEqual({ inARow: 0, pauseMs: 0 });
  });

  it('again and again is started ever more seldom, and callers are told at once', async () => {
    const engine = start();
    let told: unknown = null;
    const killed = new Set<number>();
    // Endless runs: none can succeed between a start and the kill, which would begin the count anew.
    for (let i = 0; i < 12 && told === null; i += 1) {
      let outcome: unknown = null;
      void engine.infer(loop(ENDLESS), limit).catch((error: unknown) => {
        outcome = error;
      });
      // A process that is killed before it was given the run takes nothing along: the run gets another one.
      const killNew = (): boolean => {
        for (const { pid } of engine.status().processes.filter((one) => !killed.has(one.pid))) {
          killed.add(pid);
          process.kill(pid, 'SIGKILL');
        }
        return outcome !== null;
      };
      await vi.waitUntil(killNew, { timeout: 30_000, interval: 5 });
      // In a pause: short ones are waited for, a long one is refused; else the run ended with its process.
      if (/again and again/.test(String(outcome))) told = outcome;
    }
    expect(told).toMatchObject({ code: 'unavailable', message: expect.stringMatching(/again and again/) as string });
    expect(engine.status().crashes).toMatchObject({ inARow: 4 });
    expect(engine.status().crashes.pauseMs).toBeGreaterThan(1_000);
  }, 60_000);
});

describe('loading', () => {
  it('refuses a graph that was changed after the start', async () => {
    const own = await installImagingModels('conv3d');
    const engine = start({ models: own.models });
    writeFileSync(join(own.directory, 'conv3d', 'model.onnx'), TEST_MODELS['identity-float32'][0]);
    const run = engine.infer({ model: 'conv3d', inputs: [volume('FP32', [1, 1, 1, 1, 1], Float32Array.of(1))] }, limit);
    await expect(run).rejects.toMatchObject({ code: 'refused', message: expect.stringMatching(/digest/) as string });
    expect(engine.status().models).toMatchObject([{ ranOn: null, problem: 'its graph differs from its digest' }]);
    own.remove();
  });

  it('refuses a graph that is not as declared', async () => {
    const own = await installImagingModels('conv3d');
    const [model] = own.models;
    if (model === undefined) throw new Error('no model');
    const declared = {
      ...model,
      manifest: { ...model.manifest, outputs: [{ name: 'mask', type: 'float32', shape: [1], unit: '1' }] },
    } as const;
    const engine = start({ models: [declared] });
    await expect(engine.warmUp()).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/'mask' is not in the graph/) as string,
    });
    own.remove();
  });

  it('tries providers in order and says which one really loaded', async () => {
    const engine = start({ providers: ['cuda', 'cpu'] });
    const { ranOn } = await engine.infer(identity, limit);
    const status = engine.status().models.find(({ name }) => name === 'identity-float32');
    expect(status?.ranOn).toBe(ranOn);
    // Where the libraries of CUDA are installed it runs there; elsewhere it says why not.
    expect(ranOn === 'cuda' ? [] : status?.failedProviders.map(({ provider }) => provider)).toEqual(
      ranOn === 'cuda' ? [] : ['cuda'],
    );
  });

  it('never falls back to a provider that was not named', async () => {
    const engine = start({ providers: ['tensorrt'] });
    await expect(engine.infer(identity, limit)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/tensorrt/) as string,
    });
  });
});

describe('ending', () => {
  it('stops what runs and what waits, and leaves no process', async () => {
    const engine = start();
    await engine.infer(loop(1), limit);
    const [{ pid } = { pid: 0 }] = engine.status().processes;
    const outcomes = Promise.allSettled([engine.infer(loop(ENDLESS), limit), engine.infer(identity, limit)]);
    await sleep(50);
    await engine.close();
    expect((await outcomes).map((o) => (o.status === 'rejected' ? (o.reason as { code: string }).code : 'ok'))).toEqual(
      ['unavailable', 'unavailable'],
    );
    expect(isRunning(pid)).toBe(false);
    await expect(engine.infer(identity, limit)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('ends processes that had nothing to do for a while', async () => {
    const engine = start({ idleMs: 100 });
    await engine.infer(identity, limit);
    expect(engine.status().processes).toHaveLength(1);
    await vi.waitFor(() => {
      expect(engine.status().processes).toEqual([]);
    });
    await engine.infer(identity, limit);
  });
});
