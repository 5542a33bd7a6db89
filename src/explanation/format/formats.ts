/** Numbers, times and units as the reader writes them: by locale and in the site's time zone. */
import { DAY, HOUR, MINUTE, isExact, type Instant, type TimeSpan } from '../../case/index.ts';
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
  readonly day: Intl.DateTimeFormat;
  readonly time: Intl.DateTimeFormat;
  readonly date: Intl.DateTimeFormat;
  readonly dateWithYear: Intl.DateTimeFormat;
}

// Intl formatters are expensive to build and hold no state: one set per locale and zone serves every request.
const clocks = new Map<string, Clock>();
const numbers = new Map<string, Intl.NumberFormat>();

/** @throws RangeError when the time zone is not known */
export function formatsFor(texts: Texts, timeZone: string, at: Instant): Formats {
  const { locale } = texts;
  const clock = clockFor(locale, timeZone);
  const today = clock.day.format(at);
  const seen = new Map<Instant, string>();

  const date = (instant: Instant): string =>
    clock.day.format(instant).slice(0, 4) === today.slice(0, 4)
      ? clock.date.format(instant)
      : clock.dateWithYear.format(instant);
  const dateTime = (instant: Instant): string => `${clock.dateWithYear.format(instant)} ${clock.time.format(instant)}`;
  const time = (instant: Instant): string => {
    const before = seen.get(instant);
    if (before !== undefined) return before;
    const clockTime = clock.time.format(instant);
    const text = clock.day.format(instant) === today ? clockTime : `${date(instant)} ${clockTime}`;
    seen.set(instant, text);
    return text;
  };
  return {
    texts,
    at,
    number: (value, decimals = 2, atLeast = 0) =>
      shortNumber(value, atLeast) ?? numberFormat(locale, decimals, atLeast).format(value),
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
  const clock: Clock = {
    day: new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }),
    time: new Intl.DateTimeFormat(tag, { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    date: new Intl.DateTimeFormat(tag, { timeZone, month, day: 'numeric' }),
    dateWithYear: new Intl.DateTimeFormat(tag, { timeZone, year: 'numeric', month, day: 'numeric' }),
  };
  clocks.set(key, clock);
  return clock;
}

/** Small whole numbers are written alike in every locale here, and most numbers of a card are such. */
function shortNumber(value: number, atLeast: number): string | undefined {
  return atLeast === 0 && Number.isInteger(value) && value >= 0 && value < 1000 ? String(value) : undefined;
}

function numberFormat(locale: Locale, decimals: number, atLeast: number): Intl.NumberFormat {
  const key = `${locale}|${decimals}|${atLeast}`;
  const found = numbers.get(key);
  if (found) return found;
  const format = new Intl.NumberFormat(locale, { maximumFractionDigits: decimals, minimumFractionDigits: atLeast });
  numbers.set(key, format);
  return format;
}

/** A date without time of day arrives as an interval of about a day that starts at midnight of the site's zone. */
function isWholeDay(span: TimeSpan, clock: Clock): boolean {
  const length = span.latest - span.earliest;
  return (
    length <= 25 * HOUR &&
    length >= 22 * HOUR &&
    clock.time.format(span.earliest) === '00:00' &&
    clock.day.format(span.earliest) === clock.day.format(span.latest - MINUTE)
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
