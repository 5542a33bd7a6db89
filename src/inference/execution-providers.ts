/**
 * Where a model runs. Asking onnxruntime for a provider that is not installed throws, and asking for several hides which
 * one loaded; so each is tried alone, in the configured order, and the one that really loaded is reported.
 */
import './no-telemetry.ts';
import type { InferenceSession } from 'onnxruntime-node';

export const PROVIDERS = ['cpu', 'cuda', 'tensorrt', 'webgpu'] as const;
export type Provider = (typeof PROVIDERS)[number];

export interface FailedProvider {
  readonly provider: Provider;
  readonly reason: string;
}

export interface LoadedSession {
  readonly session: InferenceSession;
  readonly provider: Provider;
  /** Tried before, in order, without success. */
  readonly failed: readonly FailedProvider[];
}

/** No provider could load the model. */
export class NoProvider extends Error {
  override readonly name = 'NoProvider';
  readonly failed: readonly FailedProvider[];

  constructor(failed: readonly FailedProvider[]) {
    super(`no execution provider loads the model: ${failed.map((f) => `${f.provider}: ${f.reason}`).join('; ')}`);
    this.failed = failed;
  }
}

/** Small graphs run quickest on one thread, and leave the other cores to requests. */
const OPTIONS = {
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  // Errors only: the runtime writes its remarks on a graph to the terminal, past our own log.
  logSeverityLevel: 3,
} as const;

export interface SessionSettings {
  /** Threads of one run; 0 takes all cores. Default 1. */
  readonly threads?: number;
  /** Memory is kept between runs; without it a run is slower and its process smaller. Default true. */
  readonly memoryArena?: boolean;
  readonly memoryPattern?: boolean;
}

/**
 * @param providers in order of preference; cpu is not added by itself, so that a site can insist on its GPU
 * @throws NoProvider
 */
export async function loadSession(
  model: Uint8Array,
  providers: readonly Provider[],
  { threads = 1, memoryArena = true, memoryPattern = true }: SessionSettings = {},
): Promise<LoadedSession> {
  const options = {
    ...OPTIONS,
    intraOpNumThreads: threads,
    enableCpuMemArena: memoryArena,
    enableMemPattern: memoryPattern,
  };
  // The native library is loaded with the first model only: a site without models does not carry it in memory.
  const runtime = await import('onnxruntime-node');
  const failed: FailedProvider[] = [];
  for (const provider of providers) {
    try {
      const session = await runtime.InferenceSession.create(model, { ...options, executionProviders: [provider] });
      return { session, provider, failed };
    } catch (error) {
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown';
      failed.push({ provider, reason: reason.slice(0, 300) });
    }
  }
  throw new NoProvider(failed);
}
