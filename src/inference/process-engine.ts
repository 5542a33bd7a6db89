/**
 * Inference in child processes: onnxruntime blocks the thread that runs it, and nothing stops a run but the end of its
 * process. One session per model and process, loaded once.
 *
 * Volumes travel over the channel of the process: sending 100 MB keeps the sender's event loop busy for a fraction of a
 * second. So the service itself sends none: the analysis of a study is a process of its own, which owns this engine.
 */
import { join } from 'node:path';
import { checkRequest } from './check-request.ts';
import { InferenceError, type InferenceAnswer, type InferenceEngine, type InferenceRequest } from './engine.ts';
import type { InstalledModel } from './examine-model.ts';
import type { FailedProvider, Provider, SessionSettings } from './execution-providers.ts';
import { createPool, type Refusal } from './process/pool.ts';
import type { LoadedModel, ModelProcess } from './process/process-handle.ts';

export interface ProcessEngineOptions {
  /** The verified imaging models of the registry. */
  readonly models: readonly InstalledModel[];
  /** In order of preference, each tried alone; 'cpu' only where it is named. */
  readonly providers: readonly Provider[];
  /** Models run at a time. Default 1. */
  readonly maxProcesses?: number;
  readonly settings?: SessionSettings;
  /** Milliseconds for a process to start and load a model. Default 60 s; TensorRT builds its engine in minutes. */
  readonly loadMs?: number;
  /** Milliseconds that a request waits for a free process. Default 5 min. */
  readonly waitMs?: number;
  /** Milliseconds after which a process without work is ended. Default: never. */
  readonly idleMs?: number;
  readonly log?: { readonly warn: (details: object, message: string) => void };
}

export interface ModelStatus {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  /** The provider that really loaded; null before the first load, and after one that failed. */
  readonly ranOn: Provider | null;
  /** Tried before it without success, at the last load. */
  readonly failedProviders: readonly FailedProvider[];
  /** Why it does not load; null when it does or was never asked for. */
  readonly problem: string | null;
}

export interface ProcessEngineStatus {
  readonly models: readonly ModelStatus[];
  readonly processes: readonly { readonly pid: number; readonly busy: boolean; readonly models: readonly string[] }[];
  readonly waiting: number;
  readonly crashes: { readonly inARow: number; readonly pauseMs: number };
}

/** `infer`: the time limit is that of the run; a run that passes it, or is aborted, is killed with its process. */
export interface ProcessEngine extends InferenceEngine {
  /** For `/health/ready`. */
  readonly status: () => ProcessEngineStatus;
  /** Loads every model once, so that `status` knows where each runs. @throws InferenceError of the first that fails */
  readonly warmUp: () => Promise<void>;
}

interface Known {
  readonly model: InstalledModel;
  readonly digest: string;
  loaded: LoadedModel | null;
  problem: string | null;
}

const unavailable = (message: string): InferenceError => new InferenceError('unavailable', message);

function refusalError(model: string, refusal: Refusal, waitMs: number): InferenceError {
  switch (refusal) {
    case 'late':
      return unavailable(`no process was free for ${model} within ${waitMs} ms`);
    case 'aborted':
      return new InferenceError('aborted', `the request for ${model} was aborted while it waited`);
    case 'closed':
      return unavailable('the inference engine is closed');
    case 'crashing':
      return unavailable('the processes of the inference engine end again and again; the next start is delayed');
  }
}

export function createProcessEngine(options: ProcessEngineOptions): ProcessEngine {
  const { models, providers, maxProcesses = 1, settings = {}, loadMs = 60_000, waitMs = 5 * 60_000 } = options;
  const known = new Map(
    models.map((model): [string, Known] => [
      model.manifest.name,
      { model, digest: model.report.digest ?? '', loaded: null, problem: null },
    ]),
  );
  const pool = createPool({
    maxProcesses,
    idleMs: options.idleMs ?? null,
    onCrash: (pid, inARow) => {
      options.log?.warn({ pid, inARow }, 'a process of the inference engine ended by itself');
    },
  });

  function find({ model, version }: InferenceRequest): Known {
    const found = known.get(model);
    if (found === undefined) throw new InferenceError('unknown-model', `the model ${model} is not installed`);
    const installed = found.model.manifest.version;
    if (version !== undefined && version !== installed) {
      throw new InferenceError('unknown-model', `${model} is installed as ${installed}, asked for as ${version}`);
    }
    return found;
  }

  async function load(process: ModelProcess, entry: Known, signal?: AbortSignal): Promise<LoadedModel> {
    const { manifest, folder } = entry.model;
    const there = process.models.get(manifest.name);
    if (there !== undefined) return there;
    const graph = manifest.files.find(({ path }) => path.endsWith('.onnx'))?.path ?? '';
    const file = join(folder, graph);
    const { digest } = entry;
    const reply = await process.ask({ type: 'load', manifest, file, digest, providers, settings }, loadMs, signal);
    switch (reply.type) {
      case 'loaded':
        entry.loaded = { provider: reply.provider, failed: reply.failed };
        entry.problem = null;
        process.models.set(manifest.name, entry.loaded);
        return entry.loaded;
      case 'aborted':
        throw new InferenceError('aborted', `the request for ${manifest.name} was aborted`);
      case 'not-loaded':
        entry.problem = reply.reason;
        break;
      case 'late':
        entry.problem = `it did not load within ${loadMs} ms`;
        break;
      case 'ended':
      case 'answer':
      case 'failure':
        entry.problem = 'its process ended while it was loaded';
    }
    const refused = reply.type === 'not-loaded' && reply.refused;
    throw new InferenceError(refused ? 'refused' : 'unavailable', `${manifest.name}: ${entry.problem}`);
  }

  async function withModel<T>(
    entry: Known,
    signal: AbortSignal | undefined,
    use: (process: ModelProcess, loaded: LoadedModel) => Promise<T>,
  ): Promise<T> {
    const { name } = entry.model.manifest;
    const process = await pool.acquire(name, waitMs, signal);
    if (typeof process === 'string') throw refusalError(name, process, waitMs);
    try {
      return await use(process, await load(process, entry, signal));
    } finally {
      pool.release(process);
    }
  }

  return {
    infer: async (request, { timeoutMs, signal }) => {
      const entry = find(request);
      const { manifest } = entry.model;
      checkRequest(request, manifest);
      return withModel(entry, signal, async (process, { provider }): Promise<InferenceAnswer> => {
        const outputs = request.outputs ?? manifest.outputs.map(({ name }) => name);
        const question = { type: 'run', model: manifest.name, inputs: request.inputs, outputs } as const;
        const reply = await process.ask(question, timeoutMs, signal);
        switch (reply.type) {
          case 'answer': {
            pool.succeeded();
            const model = { name: manifest.name, version: manifest.version, digest: entry.digest };
            return { model, outputs: reply.outputs, ranOn: provider, milliseconds: reply.milliseconds };
          }
          case 'failure':
            throw new InferenceError('refused', `${manifest.name} does not run on this input: ${reply.reason}`);
          case 'late':
            throw new InferenceError('time-out', `${manifest.name} ran longer than ${timeoutMs} ms and was killed`);
          case 'aborted':
            throw new InferenceError('aborted', `the run of ${manifest.name} was aborted`);
          case 'ended':
            throw unavailable(`the process of ${manifest.name} ended during the run`);
          case 'loaded':
          case 'not-loaded':
            throw unavailable(`the process of ${manifest.name} gave an unexpected answer`);
        }
      });
    },
    status: () => ({
      models: [...known.values()].map(({ model: { manifest }, digest, loaded, problem }) => ({
        name: manifest.name,
        version: manifest.version,
        digest,
        ranOn: problem === null ? (loaded?.provider ?? null) : null,
        failedProviders: loaded?.failed ?? [],
        problem,
      })),
      processes: pool
        .processes()
        .map(({ process, busy }) => ({ pid: process.pid, busy, models: [...process.models.keys()] })),
      waiting: pool.waiting(),
      crashes: pool.crashes(),
    }),
    warmUp: async () => {
      for (const entry of known.values()) await withModel(entry, undefined, () => Promise.resolve());
    },
    close: () => pool.close(),
  };
}
