/** After some failures in a row nobody asks for a while; then one asks, and its outcome decides for all. */

export interface BreakerOptions {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** Milliseconds until one may try again. */
  readonly openMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
}

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface CircuitBreaker {
  readonly state: () => BreakerState;
  /** @returns false when the caller must not ask; true takes the one trial of a half-open breaker */
  readonly allow: () => boolean;
  readonly success: () => void;
  readonly failure: () => void;
}

export function createCircuitBreaker({ failures, openMs, clock }: BreakerOptions): CircuitBreaker {
  let inARow = 0;
  let openUntil: number | null = null;
  const state = (): BreakerState => {
    if (openUntil === null) return 'closed';
    return clock() < openUntil ? 'open' : 'half-open';
  };
  const open = (): void => {
    openUntil = clock() + openMs;
  };
  return {
    state,
    allow: () => {
      const now = state();
      // Whoever comes next finds it open until this one has an answer, or has been gone for as long.
      if (now === 'half-open') open();
      return now !== 'open';
    },
    success: () => {
      inARow = 0;
      openUntil = null;
    },
    failure: () => {
      inARow += 1;
      if (openUntil !== null || inARow >= failures) open();
    },
  };
}
