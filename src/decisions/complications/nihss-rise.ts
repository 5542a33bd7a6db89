import type { At, Instant, NihssTotal, TimeSpan } from '../../case/index.ts';

/** Deterioration that defines a symptomatic hemorrhage in ECASS II and III. */
export const RISE = 4;

export interface NihssRise {
  readonly from: number;
  readonly to: number;
  readonly at: TimeSpan;
}

/**
 * The newest total after the dose that lies 4 points or more above any earlier total (baseline or lowest value since).
 * A lower bound (untestable item) can prove a rise as the later value, never as the earlier one.
 * @param course totals, oldest first
 * @param since the dose; readings before it are the baseline only
 * @returns null when every later total is certainly below that; undefined when it stays open (nobody re-examined, or a bound)
 */
export function nihssRise(course: readonly At<NihssTotal>[], since: Instant | null): NihssRise | null | undefined {
  const after = course.filter(({ at }) => since === null || at.earliest >= since);
  let open = after.length === 0;
  for (const later of after.toReversed()) {
    const earlier = course.slice(0, course.indexOf(later)).map(({ value }) => value);
    if (earlier.length === 0) {
      open ||= after.length === 1;
      continue;
    }
    const exact = earlier.filter(({ isLowerBound }) => !isLowerBound).map(({ total }) => total);
    const lowest = Math.min(...exact);
    if (later.value.total - lowest >= RISE) return { from: lowest, to: later.value.total, at: later.at };
    const lowestPossible = Math.min(...earlier.map(({ total }) => total));
    open ||= later.value.isLowerBound || later.value.total - lowestPossible >= RISE;
  }
  return open ? undefined : null;
}
