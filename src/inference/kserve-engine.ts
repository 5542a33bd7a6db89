/**
 * Inference on a server of the KServe v2 protocol (Triton, KServe, OpenVINO …) over HTTP with binary tensors. A model
 * runs there only when the server describes it as our manifest does.
 *
 * The protocol does not tell which graph a server has loaded: the digest of an answer is 'unknown', and `ranOn` names
 * the server with the model and version that it was asked for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { checkRequest } from './check-request.ts';
import { createCircuitBreaker, type BreakerState } from './circuit-breaker.ts';
import { InferenceError, type InferenceAnswer, type InferenceEngine, type Tensor } from './engine.ts';
import { connectServer, type ConnectionOptions, type ServerAnswer } from './kserve/http.ts';
import { compareMetadata, parseMetadata } from './kserve/metadata.ts';
import { decodeAnswer, encodeRequest } from './kserve/wire.ts';
import type { ModelManifest } from './model-manifest.ts';
import { datatypeOf } from './tensors.ts';

export interface RemoteModel {
  /** On the server. */
  readonly name: string;
  /** Pinned: asked for, and refused when another one answers. Left out, the server decides. */
  readonly version?: string;
}

export interface KserveEngineOptions extends Pick<ConnectionOptions, 'authorization'> {
  readonly url: string;
  /** Of the models that may be asked for; the graphs themselves are on the server. */
  readonly manifests: readonly ModelManifest[];
  /** By name of the manifest; the same name and any version where it is left out. */
  readonly remote?: Readonly<Record<string, RemoteModel>>;
  /** Milliseconds to connect; default 3 s. */
  readonly connectMs?: number;
  /** Milliseconds for health and metadata; default 5 s. */
  readonly askMs?: number;
  /** Milliseconds that a description of a model is believed; default 1 min. */
  readonly describedMs?: number;
  /** Bytes of an answer; default 1 GiB. */
  readonly maxResponseBytes?: number;
  /** Tries of what may heal; default 3. */
  readonly tries?: number;
  /** Default: open for 10 s after 5 failures in a row. */
  readonly breaker?: { readonly failures: number; readonly openMs: number };
}

export interface KserveStatus {
  readonly host: string;
  readonly breaker: BreakerState;
  readonly models: readonly { readonly name: string; readonly remote: RemoteModel; readonly problem: string | null }[];
}

export interface KserveEngine extends InferenceEngine {
  /** Asks the server whether it is ready and describes every model as declared. @throws InferenceError when not */
  readonly check: () => Promise<void>;
  /** As of the last time that each was looked at. */
  readonly status: () => KserveStatus;
}

const METADATA_BYTES = 1_000_000;
const GIBIBYTE = 2 ** 30;
const FIRST_PAUSE_MS = 100;

interface Known {
  readonly manifest: ModelManifest;
  readonly remote: RemoteModel;
  /** Below the address of the server. */
  readonly path: string;
  describedUntil: number;
  problem: string | null;
}

const isName = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text);

function pathOf({ name, version }: RemoteModel): string {
  // They become part of an address.
  if (!isName(name) || (version !== undefined && !isName(version))) {
    throw new RangeError('a model on the server has a name and a version of letters, digits, points and hyphens');
  }
  return `v2/models/${name}${version === undefined ? '' : `/versions/${version}`}`;
}

/** @returns null for an answer that can be read on */
function statusProblem(name: string, { status }: ServerAnswer): InferenceError | null {
  const says = `the inference server answers HTTP ${status} for ${name}`;
  if (status === 200) return null;
  if (status === 404) return new InferenceError('unknown-model', says);
  if (status === 400 || status === 413 || status === 422) return new InferenceError('bad-input', says);
  const heals = status === 429 || status === 500 || status >= 502;
  return new InferenceError(heals ? 'unavailable' : 'refused', says);
}

/** @throws InferenceError 'refused' when an output is missing or of another type or rank than declared */
function checkOutputs(
  outputs: readonly Tensor[],
  wanted: readonly string[],
  manifest: ModelManifest,
): readonly Tensor[] {
  return wanted.map((name) => {
    const output = outputs.find((tensor) => tensor.name === name);
    const declared = manifest.outputs.find((tensor) => tensor.name === name);
    const fits =
      output?.datatype === datatypeOf(declared?.type ?? '') && output?.shape.length === declared?.shape.length;
    if (output === undefined || !fits) {
      throw new InferenceError('refused', `the inference server gave no output '${name}' as it is declared`);
    }
    return output;
  });
}

/** @throws RangeError for an address or a name that cannot be used */
export function createKserveEngine(options: KserveEngineOptions): KserveEngine {
  const { connectMs = 3_000, askMs = 5_000, describedMs = 60_000, maxResponseBytes = GIBIBYTE, tries = 3 } = options;
  const server = connectServer({ ...options, connectMs });
  const clock = (): number => performance.now();
  const breaker = createCircuitBreaker({ ...(options.breaker ?? { failures: 5, openMs: 10_000 }), clock });
  const known = new Map(
    options.manifests.map((manifest): [string, Known] => {
      const remote = options.remote?.[manifest.name] ?? { name: manifest.name };
      return [manifest.name, { manifest, remote, path: pathOf(remote), describedUntil: 0, problem: null }];
    }),
  );

  /** Counts for the breaker, and tries again what may heal while there is time. */
  async function guarded(
    limitMs: number,
    signal: AbortSignal | undefined,
    ask: (leftMs: number) => Promise<ServerAnswer>,
  ): Promise<ServerAnswer> {
    const until = clock() + limitMs;
    for (let round = 1; ; round += 1) {
      if (!breaker.allow()) {
        throw new InferenceError(
          'unavailable',
          `the inference server ${server.host} failed repeatedly and is given a rest`,
        );
      }
      try {
        const answer = await ask(Math.max(1, Math.round(until - clock())));
        const problem = statusProblem('a request', answer);
        if (problem?.code === 'unavailable') throw problem;
        breaker.success();
        return answer;
      } catch (error) {
        if (!(error instanceof InferenceError)) throw error;
        if (error.code === 'unavailable' || error.code === 'time-out') breaker.failure();
        const pause = FIRST_PAUSE_MS * 2 ** (round - 1) * (0.5 + Math.random());
        if (error.code !== 'unavailable' || round >= tries || clock() + pause >= until) throw error;
        await sleep(pause, undefined, signal === undefined ? {} : { signal }).catch(() => {
          throw new InferenceError('aborted', 'the request to the inference server was aborted');
        });
      }
    }
  }

  const get = (path: string): Promise<ServerAnswer> =>
    guarded(askMs, undefined, (timeoutMs) =>
      server.exchange({ method: 'GET', path, maxBytes: METADATA_BYTES, timeoutMs }),
    );

  async function describe(entry: Known): Promise<void> {
    const { manifest, remote, path } = entry;
    const fail = (code: 'refused' | 'unknown-model', problem: string): InferenceError => {
      entry.problem = problem;
      return new InferenceError(code, `${manifest.name}: ${problem}`);
    };
    const answer = await get(path);
    const problem = statusProblem(manifest.name, answer);
    if (problem !== null) {
      entry.problem = problem.message;
      throw problem;
    }
    let body: unknown;
    try {
      body = JSON.parse(answer.body.toString('utf8'));
    } catch {
      throw fail('refused', 'the inference server describes it in no JSON');
    }
    const metadata = parseMetadata(body);
    if (remote.version !== undefined && metadata.versions?.includes(remote.version) === false) {
      throw fail('unknown-model', `the inference server has no version ${remote.version} of it`);
    }
    const differences = compareMetadata(manifest, metadata);
    if (differences.length > 0)
      throw fail('refused', `the inference server has another model: ${differences.join('; ')}`);
    entry.problem = null;
    entry.describedUntil = clock() + describedMs;
  }

  return {
    infer: async (request, { timeoutMs, signal }): Promise<InferenceAnswer> => {
      const entry = known.get(request.model);
      if (entry === undefined) throw new InferenceError('unknown-model', `the model ${request.model} is not installed`);
      const { manifest, remote, path } = entry;
      if (request.version !== undefined && request.version !== manifest.version) {
        throw new InferenceError(
          'unknown-model',
          `${manifest.name} is ${manifest.version}, asked for as ${request.version}`,
        );
      }
      checkRequest(request, manifest);
      if (signal?.aborted === true) throw new InferenceError('aborted', `the request for ${manifest.name} was aborted`);
      if (clock() >= entry.describedUntil) await describe(entry);
      const wanted = request.outputs ?? manifest.outputs.map(({ name }) => name);
      const { headers, parts } = encodeRequest(request.inputs, wanted);
      const started = clock();
      const aborting = signal === undefined ? {} : { signal };
      const answer = await guarded(timeoutMs, signal, (leftMs) =>
        server.exchange({
          method: 'POST',
          path: `${path}/infer`,
          headers,
          parts,
          maxBytes: maxResponseBytes,
          timeoutMs: leftMs,
          ...aborting,
        }),
      );
      const problem = statusProblem(manifest.name, answer);
      if (problem !== null) {
        // Perhaps another model has its name by now: ask before the next run.
        entry.describedUntil = 0;
        throw problem;
      }
      const decoded = decodeAnswer(answer.body, answer.headerLength);
      if (remote.version !== undefined && decoded.modelVersion !== remote.version) {
        throw new InferenceError(
          'refused',
          `version ${remote.version} of ${manifest.name} was asked for, another answered`,
        );
      }
      const version = decoded.modelVersion ?? remote.version;
      return {
        model: { name: manifest.name, version: manifest.version, digest: 'unknown' },
        outputs: checkOutputs(decoded.outputs, wanted, manifest),
        ranOn: `kserve:${server.host}/${remote.name}${version === undefined ? '' : `/${version}`}`,
        milliseconds: clock() - started,
      };
    },
    check: async () => {
      const answer = await get('v2/health/ready');
      if (answer.status !== 200) {
        throw new InferenceError(
          'unavailable',
          `the inference server ${server.host} is not ready (HTTP ${answer.status})`,
        );
      }
      for (const entry of known.values()) await describe(entry);
    },
    status: () => ({
      host: server.host,
      breaker: breaker.state(),
      models: [...known.values()].map(({ manifest, remote, problem }) => ({ name: manifest.name, remote, problem })),
    }),
    close: () => server.close(),
  };
}
