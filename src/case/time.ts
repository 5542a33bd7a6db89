/**
 * Times of the stroke case. An `Instant` is a point on the time line (it was parsed with a zone);
 * a `TimeSpan` is what a record really says: a date without a time of day is an interval,
 * and the worse end counts.
 */

declare const instantBrand: unique symbol;

/** Milliseconds since 1970-01-01T00:00:00Z. Made by {@link instantFromEpoch} and {@link parseInstant} only. */
export type Instant = number & { readonly [instantBrand]: true };

/** Closed interval of instants; `earliest === latest` when the time is exact. */
export interface TimeSpan {
  readonly earliest: Instant;
  readonly latest: Instant;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const ZONED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;
/** Every month has it. */
const SURE_DAY = 28;

/** The engine would take 30 February for 2 March, and 24:00 for the next day. */
function isOnCalendar(text: string): boolean {
  if (text.startsWith('24', 11)) return false;
  const day = Number(text.slice(8, 10));
  if (day <= SURE_DAY) return true;
  return day <= new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
}

/** @param ms milliseconds since the epoch @throws RangeError when not finite */
export function instantFromEpoch(ms: number): Instant {
  if (!Number.isFinite(ms)) throw new RangeError('an instant needs a finite number of milliseconds');
  return ms as Instant;
}

/**
 * Parses an ISO 8601 date-time with a zone ('2026-11-23T14:32:00+01:00').
 * @returns undefined when the text is not a valid date-time, is not on the calendar, or names no zone
 */
export function parseInstant(text: string): Instant | undefined {
  if (!ZONED.test(text) || !isOnCalendar(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : (ms as Instant);
}

export function exactly(at: Instant): TimeSpan {
  return { earliest: at, latest: at };
}

/** @throws RangeError when the span ends before it starts */
export function timeSpan(earliest: Instant, latest: Instant): TimeSpan {
  if (latest < earliest) throw new RangeError('a time span cannot end before it starts');
  return { earliest, latest };
}

export function isExact(span: TimeSpan): boolean {
  return span.earliest === span.latest;
}

/** @param ms milliseconds, may be negative */
export function plus(at: Instant, ms: number): Instant {
  return (at + ms) as Instant;
}

/** The middle of sleep, as the extended windows count from it (EXTEND; AHA/ASA 2026 section 4.6.3). */
export function midpoint(asleep: TimeSpan, awake: TimeSpan): TimeSpan {
  return {
    earliest: ((asleep.earliest + awake.earliest) / 2) as Instant,
    latest: ((asleep.latest + awake.latest) / 2) as Instant,
  };
}

/** ISO 8601 in UTC, for records and JSON. */
export function toIso(at: Instant): string {
  return new Date(at).toISOString();
}
