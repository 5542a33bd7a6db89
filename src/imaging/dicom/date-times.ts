/** Dates and times as DICOM writes them (PS3.5 6.2: DA, TM, DT), in ISO 8601 without changing what they say. */

/** '20240131' or '2024.01.31' → '2024-01-31'; null for what is no day. */
export function isoDate(written: string | null): string | null {
  const found = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(written ?? '');
  if (found === null) return null;
  const date = `${found[1] ?? ''}-${found[2] ?? ''}-${found[3] ?? ''}`;
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date) ? date : null;
}

/** '093015.25' → '09:30:15.250000'; parts that are not given are zero, as the standard's ranges have it. */
export function isoTime(written: string | null): string | null {
  const found = /^(\d{2}):?(?:(\d{2}):?(?:(\d{2})(?:\.(\d{1,6}))?)?)?$/.exec(written ?? '');
  if (found === null) return null;
  const [hours, minutes, seconds] = [found[1] ?? '', found[2] ?? '00', found[3] ?? '00'];
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  return `${hours}:${minutes}:${seconds}.${(found[4] ?? '').padEnd(6, '0')}`;
}

/** '20240131093015.25+0100' → '2024-01-31T09:30:15.250000+01:00'. @param zone where the value itself has none */
export function isoDateTime(written: string | null, zone: string | null): string | null {
  const found = /^(\d{8})(\d{2,6}(?:\.\d{1,6})?)([+-]\d{4})?$/.exec(written ?? '');
  return found === null ? null : joined(isoDate(found[1] ?? null), isoTime(found[2] ?? null), found[3] ?? zone);
}

/** @param zone '+0100' of TimezoneOffsetFromUTC */
export function joined(date: string | null, time: string | null, zone: string | null): string | null {
  if (date === null || time === null) return null;
  const offset = /^([+-])(\d{2})(\d{2})$/.exec(zone ?? '');
  const written = offset === null ? '' : `${offset[1] ?? ''}${offset[2] ?? ''}:${offset[3] ?? ''}`;
  return `${date}T${time}${written}`;
}
