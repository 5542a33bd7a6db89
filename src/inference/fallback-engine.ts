/** A second engine for when the first is not there, where the site wants it. `ranOn` tells which one answered. */
import { InferenceError, type InferenceEngine } from './engine.ts';

export interface FallbackOptions {
  /** For the log: why the first one did not answer. */
  readonly onFallback?: (error: InferenceError, model: string) => void;
}

/**
 * What the first engine cannot do now ('unavailable', 'time-out') or has no model for goes to the second, with a time
 * limit of its own. What it refused stays refused: another engine must not answer what was wrong.
 */
export function createFallbackEngine(
  first: InferenceEngine,
  second: InferenceEngine,
  { onFallback }: FallbackOptions = {},
): InferenceEngine {
  return {
    infer: async (request, options) => {
      try {
        return await first.infer(request, options);
      } catch (error) {
        const elsewhere =
          error instanceof InferenceError && ['unavailable', 'time-out', 'unknown-model'].includes(error.code);
        if (!elsewhere) throw error;
        onFallback?.(error, request.model);
        return second.infer(request, options);
      }
    },
    close: async () => {
      await Promise.all([first.close(), second.close()]);
    },
  };
}
