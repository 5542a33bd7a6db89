/** FHIR times as time spans. A date without a time of day is the whole day in the site's zone. */
import { Temporal } from 'temporal-polyfill';
import {
  exactly,
  instantFromEpoch,
  MINUTE,
  parseInstant,
  timeSpan,
  type Instant,
  type TimeSpan,
} from '../case/index.ts';

/** Clocks of EHR and service may differ by this much; beyond it a time is 'future-dated'. */
export const CLOCK_SKEW = 5 * MINUTE;

const PARTIAL_DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const CACHE_LIMIT = 4096;
const days = new Map<string, TimeSpan | null>();

function startOf(date: Temporal.PlainDate, timeZone: string): number {
  return date.toZonedDateTime(timeZone).epochMilliseconds;
}

function partialDate(text: string, timeZone: string): TimeSpan | null {
  const found = PARTIAL_DATE.exec(text);
  if (found === null) return null;
  const [, year, month, day] = found;
  try {
    const first = Temporal.PlainDate.from(
      { year: Number(year), month: Number(month ?? 1), day: Number(day ?? 1) },
      { overflow: 'reject' },
    );
    const next = first.add(day !== undefined ? { days: 1 } : month !== undefined ? { months: 1 } : { years: 1 });
    return timeSpan(instantFromEpoch(startOf(first, timeZone)), instantFromEpoch(startOf(next, timeZone) - 1));
  } catch {
    return null;
  }
}

/**
 * A FHIR date, dateTime or instant.
 * @param timeZone IANA zone for dates without a time of day
 * @returns undefined when it is malformed: not a FHIR time, not on the calendar, or a time of day without a zone
 */
export function fhirTime(text: unknown, timeZone: string): TimeSpan | undefined {
  if (typeof text !== 'string') return undefined;
  if (text.length > 10) {
    const at = parseInstant(text);
    return at === undefined ? undefined : exactly(at);
  }
  const key = `${timeZone} ${text}`;
  let span = days.get(key);
  if (span === undefined) {
    span = partialDate(text, timeZone);
    if (days.size >= CACHE_LIMIT) days.clear();
    days.set(key, span);
  }
  return span ?? undefined;
}

/** Does the span begin later than the clocks can differ? A day that contains now does not. */
export function isFutureDated(span: TimeSpan, at: Instant): boolean {
  return span.earliest > at + CLOCK_SKEW;
}

interface CalendarDay {
  readonly timeZone: string;
  readonly from: number;
  readonly until: number;
  readonly date: readonly [number, number, number];
}
let today: CalendarDay | undefined;

/** The calendar date at an instant in a zone, as [year, month, day]; the last day asked for is kept. */
export function calendarDate(at: Instant, timeZone: string): readonly [number, number, number] {
  if (today?.timeZone === timeZone && at >= today.from && at < today.until) return today.date;
  const day = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate();
  today = {
    timeZone,
    from: startOf(day, timeZone),
    until: startOf(day.add({ days: 1 }), timeZone),
    date: [day.year, day.month, day.day],
  };
  return today.date;
}
