import { plus } from '../../case/index.ts';
import type { Instant } from '../../case/index.ts';

/**
 * The first instant at which a conclusion changes by itself. Windows include their end, so the answer still holds at
 * the returned instant or ends there; one millisecond later it differs at the latest.
 * @param candidates instants at which any criterion may change; those before `at` are left out
 * @param concludeAt the same decision at another instant, as a comparable text
 */
export function conclusionChangesAt(
  candidates: Iterable<Instant>,
  at: Instant,
  concludeAt: (then: Instant) => string,
): Instant | null {
  const ahead = [...new Set(candidates)].filter((instant) => instant >= at).sort((a, b) => a - b);
  if (ahead.length === 0) return null;
  const now = concludeAt(at);
  // Just after the edge both kinds of window have changed: the one that includes its end and the one that begins there.
  return ahead.find((edge) => concludeAt(plus(edge, 1)) !== now) ?? null;
}
