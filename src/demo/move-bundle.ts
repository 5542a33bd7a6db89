import type { Bundle } from 'fhir/r4.js';

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DAY = 86_400_000;

/**
 * Moves every time of a bundle by the same amount, so that a story written for one instant plays at another.
 * Dates without a time of day move by whole days, dates of birth with them, so ages stay.
 * @param to the instant that `Bundle.timestamp` becomes, milliseconds since the epoch
 */
export function moveBundle(bundle: Bundle, to: number): Bundle {
  const delta = to - Date.parse(bundle.timestamp ?? '');
  if (Number.isNaN(delta)) throw new RangeError('a bundle needs a timestamp to be moved');
  const days = Math.round(delta / DAY) * DAY;
  const move = (value: unknown): unknown => {
    if (typeof value === 'string') {
      if (DATE_TIME.test(value)) return new Date(Date.parse(value) + delta).toISOString();
      if (DATE.test(value)) return new Date(Date.parse(value) + days).toISOString().slice(0, 10);
      return value;
    }
    if (Array.isArray(value)) return value.map(move);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, move(v)]));
    }
    return value;
  };
  return move(bundle) as Bundle;
}
