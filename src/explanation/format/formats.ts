/** Numbers, times and units as the reader writes them: by locale and in the site's time zone. */
import { DAY, HOUR, MINUTE, isExact, plus, type Instant, type TimeSpan } from '../../case/index.ts';
import type { Locale, Texts } from '../content/card-content.ts';

export interface Formats {
  readonly texts: Texts;
  /** The instant of the evaluation: what 'today' and 'ago' refer to. */
  readonly at: Instant;
  /** @param decimals largest number of decimals shown @param atLeast smallest number of them */
  readonly number: (value: number, decimals?: number, atLeast?: number) => string;
  /** '14:32', with the date when it is not the day of the evaluation. */
  readonly time: (instant: Instant) => string;
  /** Always with the date, for pages that are read later. */
  readonly dateTime: (instant: Instant) => string;
  readonly span: (span: TimeSpan) => string;
  /** '2 h 41 min'; the sign is dropped. */
  readonly duration: (ms: number) => string;
}

const YEAR = 366 * DAY;

interface Clock {
  /** '2026-11-23' in the zone. */
  readonly day: (instant: Instant) => string;
  /** '14:32' */
  readonly time: (instant: Instant) => string;
  readonly date: (instant: Instant) => string;
  readonly dateWithYear: (instant: Instant) => string;
}

// Intl formatters are expensive to build and hold no state: one set per locale and zone serves every request.
const clocks = new Map<string, Clock>();
const numbers: Readonly<Record<Locale, Map<number, (value: number) => string>>> = { en: new Map(), 'zh-CN': new Map() };
/** Minutes and numbers of one shift recur from request to request; more are not kept. */
const KEPT = 4096;

/** @throws RangeError when the time zone is not known */
export function formatsFor(texts: Texts, timeZone: string, at: Instant): Formats {
  const { locale } = texts;
  const clock = clockFor(locale, timeZone);
  const today = clock.day(at);

  const date = (instant: Instant): string =>
    clock.day(instant).slice(0, 4) === today.slice(0, 4) ? clock.date(instant) : clock.dateWithYear(instant);
  const dateTime = (instant: Instant): string => `${clock.dateWithYear(instant)} ${clock.time(instant)}`;
  const time = (instant: Instant): string =>
    clock.day(instant) === today ? clock.time(instant) : `${date(instant)} ${clock.time(instant)}`;
  return {
    texts,
    at,
    number: (value, decimals = 2, atLeast = 0) =>
      shortNumber(value, atLeast) ?? numberFormat(locale, decimals, atLeast)(value),
    time,
    dateTime,
    span: (span) => {
      if (isExact(span)) return time(span.earliest);
      if (isWholeDay(span, clock)) return date(span.earliest);
      const length = span.latest - span.earliest;
      // Only the day of the entry is known: the event lies somewhere before it.
      if (length > YEAR) return texts.text('ui.not-after', { date: date(span.latest) });
      const write = length > DAY ? date : time;
      return texts.text('ui.between', { from: write(span.earliest), to: write(span.latest) });
    },
    duration: (ms) => duration(texts, ms),
  };
}

function clockFor(locale: Locale, timeZone: string): Clock {
  const key = `${locale}|${timeZone}`;
  const found = clocks.get(key);
  if (found) return found;
  const tag = locale === 'en' ? 'en-GB' : locale;
  const month = locale === 'en' ? 'short' : 'long';
  const byMinute = (formatTag: string, options: Intl.DateTimeFormatOptions): ((instant: Instant) => string) => {
    const format = new Intl.DateTimeFormat(formatTag, { timeZone, ...options });
    // Nothing here is finer than a minute, and no zone in use changes its offset within one.
    const written = remembered((minute: number) => format.format(minute * MINUTE));
    return (instant) => written(Math.floor(instant / MINUTE));
  };
  const clock: Clock = {
    day: byMinute('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' }),
    time: byMinute(tag, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    date: byMinute(tag, { month, day: 'numeric' }),
    dateWithYear: byMinute(tag, { year: 'numeric', month, day: 'numeric' }),
  };
  clocks.set(key, clock);
  return clock;
}

/** Keeps the newest results; the oldest gives way. */
function remembered(write: (value: number) => string): (value: number) => string {
  const kept = new Map<number, string>();
  return (value) => {
    const found = kept.get(value);
    if (found !== undefined) return found;
    const text = write(value);
    if (kept.size >= KEPT) {
      const oldest = kept.keys().next();
      if (oldest.done !== true) kept.delete(oldest.value);
    }
    kept.set(value, text);
    return text;
  };
}

/** Small whole numbers are written alike in every locale here, and most numbers of a card are such. */
function shortNumber(value: number, atLeast: number): string | undefined {
  return atLeast === 0 && Number.isInteger(value) && value >= 0 && value < 1000 ? String(value) : undefined;
}

function numberFormat(locale: Locale, decimals: number, atLeast: number): (value: number) => string {
  const key = decimals * 32 + atLeast;
  const found = numbers[locale].get(key);
  if (found) return found;
  const format = new Intl.NumberFormat(locale, { maximumFractionDigits: decimals, minimumFractionDigits: atLeast });
  const write = remembered((value) => format.format(value));
  numbers[locale].set(key, write);
  return write;
}

/** A date without time of day arrives as an interval of about a day that starts at midnight of the site's zone. */
function isWholeDay(span: TimeSpan, clock: Clock): boolean {
  const length = span.latest - span.earliest;
  return (
    length <= 25 * HOUR &&
    length >= 22 * HOUR &&
    clock.time(span.earliest) === '00:00' &&
    clock.day(span.earliest) === clock.day(plus(span.latest, -MINUTE))
  );
}

function duration(texts: Texts, ms: number): string {
  const minutes = Math.floor(Math.abs(ms) / MINUTE);
  if (Math.abs(ms) >= 2 * DAY) return texts.text('ui.days', { days: Math.floor(Math.abs(ms) / DAY) });
  if (minutes < 60) return texts.text('ui.minutes', { minutes });
  const rest = minutes % 60;
  return rest === 0
    ? texts.text('ui.hours', { hours: Math.floor(minutes / 60) })
    : texts.text('ui.hours-minutes', { hours: Math.floor(minutes / 60), minutes: rest });
}
