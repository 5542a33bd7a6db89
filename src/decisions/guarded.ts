/** A decision that throws takes only its own statement away: the others stand. */
import type { Instant } from '../case/index.ts';

export interface FailedDecision {
  readonly failed: true;
  readonly decision: string;
  /** Shown on the card and given to `onError`: the decision and the millisecond of the evaluation. */
  readonly errorId: string;
}

export type Guarded<T> = T | FailedDecision;

/** Is told of each decision that threw. */
export type OnDecisionError = (decision: string, error: unknown, errorId: string) => void;

export function isFailed(outcome: unknown): outcome is FailedDecision {
  return typeof outcome === 'object' && outcome !== null && 'failed' in outcome && outcome.failed === true;
}

/** Evaluates, or reports the error and says so in place of the result. Never throws. */
export function guarded<T>(decision: string, at: Instant, onError: OnDecisionError, evaluate: () => T): Guarded<T> {
  try {
    return evaluate();
  } catch (error) {
    const errorId = `${decision}-${at.toString(36)}`;
    try {
      onError(decision, error, errorId);
    } catch {
      // A recorder that fails must not take the other decisions with it.
    }
    return { failed: true, decision, errorId };
  }
}
