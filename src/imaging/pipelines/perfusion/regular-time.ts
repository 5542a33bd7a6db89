/** One regular time grid for slices that were imaged at other times, unevenly or with gaps. */
import type { TimeSeries } from '../../volume/volume.ts';

export interface RegularTime {
  /** Seconds since the first acquisition. */
  readonly seconds: readonly number[];
  readonly stepSeconds: number;
  /** First frame that is used, and how many from there on. */
  readonly from: number;
  readonly frames: number;
}

export interface TimeLimits {
  readonly stepSeconds: number;
  readonly longestGapSeconds: number;
  readonly longestSeconds: number;
}

/** One array a frame, in it the time of each slice: here frames are what is read, dropped and interpolated between. */
export function byFrame(bySlice: TimeSeries['times']): readonly Float64Array[] {
  const frames = bySlice[0]?.length ?? 0;
  return Array.from({ length: frames }, (_, t) => Float64Array.from(bySlice, (slice) => slice[t] ?? NaN));
}

/**
 * Spans what every slice has seen, within the longest stretch of frames without a pause: a first image long before the
 * others and the late phase of a two-phase protocol are left out.
 * @param times see {@link byFrame}
 */
export function regularTime(times: readonly Float64Array[], limits: TimeLimits): RegularTime {
  const { from, frames } = longestStretch(times, limits);
  const used = times.slice(from, from + frames);
  const slices = times[0]?.length ?? 0;
  let [start, end] = [-Infinity, Infinity];
  for (let k = 0; k < slices; k++) {
    const own = used.map((frame) => frame[k] ?? NaN).filter(Number.isFinite);
    if (own.length < 2) continue;
    start = Math.max(start, Math.min(...own));
    end = Math.min(end, Math.max(...own));
  }
  const { stepSeconds } = limits;
  if (!(end > start)) return { seconds: [], stepSeconds, from, frames };
  end = Math.min(end, start + limits.longestSeconds);
  const count = Math.floor((end - start) / stepSeconds + 1e-6) + 1;
  return { seconds: Array.from({ length: count }, (_, n) => start + n * stepSeconds), stepSeconds, from, frames };
}

function longestStretch(
  times: readonly Float64Array[],
  { longestGapSeconds }: TimeLimits,
): { readonly from: number; readonly frames: number } {
  let [best, from] = [{ from: 0, frames: 0 }, 0];
  for (let at = 1; at <= times.length; at++) {
    const [before, now] = [times[at - 1], times[at]];
    const gaps = [...(now ?? [])].map((t, k) => t - (before?.[k] ?? NaN)).filter(Number.isFinite);
    const pauses = at === times.length || (gaps.length > 0 && Math.min(...gaps) > longestGapSeconds);
    if (!pauses) continue;
    if (at - from > best.frames) best = { from, frames: at - from };
    from = at;
  }
  return best;
}

/**
 * Values at the regular times, by straight lines between the samples that are there; beyond the first and last one their
 * value. All NaN when fewer than half of the samples are there.
 */
export function interpolate(
  seconds: Float64Array,
  values: Float32Array,
  at: readonly number[],
  out: Float32Array,
  offset: number,
): boolean {
  const count = values.length;
  let present = 0;
  for (let n = 0; n < count; n++) if (!Number.isNaN(values[n] ?? NaN)) present++;
  if (2 * present < count || present < 2) {
    out.fill(NaN, offset, offset + at.length);
    return false;
  }
  let [before, after] = [-1, next(values, -1)];
  for (let n = 0; n < at.length; n++) {
    const t = at[n] ?? 0;
    while (after < count && (seconds[after] ?? 0) < t) [before, after] = [after, next(values, after)];
    if (before === -1) out[offset + n] = values[after] ?? NaN;
    else if (after >= count) out[offset + n] = values[before] ?? NaN;
    else {
      const [from, to] = [seconds[before] ?? 0, seconds[after] ?? 0];
      const part = to > from ? (t - from) / (to - from) : 1;
      out[offset + n] = (values[before] ?? NaN) * (1 - part) + (values[after] ?? NaN) * part;
    }
  }
  return true;
}

function next(values: Float32Array, from: number): number {
  let at = from + 1;
  while (at < values.length && Number.isNaN(values[at] ?? NaN)) at++;
  return at;
}
