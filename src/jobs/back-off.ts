/** How long a job that failed waits before it is tried again. */

export interface BackOff {
  /** Milliseconds before the second attempt; doubled for each further one. */
  readonly baseMs: number;
  readonly capMs: number;
}

export const DEFAULT_BACK_OFF: BackOff = { baseMs: 5_000, capMs: 10 * 60_000 };

/**
 * Exponential with jitter: half of it is fixed and half is chance, so that jobs that failed together do not return
 * together.
 * @param failed attempts that failed, from 1
 * @param chance 0 to 1
 * @returns milliseconds, between half of the delay and all of it
 */
export function backOffDelay(failed: number, chance: number, { baseMs, capMs }: BackOff): number {
  const full = Math.min(capMs, baseMs * 2 ** Math.min(failed - 1, 40));
  return Math.round(full * (0.5 + 0.5 * chance));
}
