import type { At, Instant, NihssTotal, TimeSpan } from '../../case/index.ts';

/** Deterioration that defines a symptomatic hemorrhage in ECASS II and III. */
export const RISE = 4;

export interface NihssRise {
  readonly from: number;
  readonly to: number;
  readonly at: TimeSpan;
}

/**
 * The newest total after the dose that lies 4 points or more above an earlier one: the last before the dose (baseline)
 * or the lowest since. A worsening that was there before the dose is not counted.
 * A lower bound (untestable item) can prove a rise as the later value, never as the earlier one.
 * @param course totals, oldest first
 * @param since the dose; null when its time is unknown: then any rise counts
 * @returns null when there is certainly none; undefined when it stays open (nobody re-examined, no baseline, or a bound)
 */
export function nihssRise(course: readonly At<NihssTotal>[], since: Instant | null): NihssRise | null | undefined {
  const before = since === null ? [] : course.filter(({ at }) => at.earliest < since);
  const after = since === null ? course : course.filter(({ at }) => at.earliest >= since);
  const watched = [...before.slice(-1), ...after];
  if (after.length === 0 || watched.length < 2) return undefined;
  let open = false;
  for (let i = watched.length - 1; i > 0; i--) {
    const later = watched[i];
    if (later === undefined || !after.includes(later)) continue;
    const earlier = watched.slice(0, i).map(({ value }) => value);
    const lowest = Math.min(...earlier.filter(({ isLowerBound }) => !isLowerBound).map(({ total }) => total));
    if (later.value.total - lowest >= RISE) return { from: lowest, to: later.value.total, at: later.at };
    const lowestPossible = Math.min(...earlier.map(({ total }) => total));
    open ||= later.value.isLowerBound || later.value.total - lowestPossible >= RISE;
  }
  return open ? undefined : null;
}
