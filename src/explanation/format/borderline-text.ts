/** Values whose interval holds the limit of a criterion, in words. Plain text; the caller escapes it. */
import { shownFigure, type Fact, type FactKey, type Quantity, type StrokeFacts, type Unit } from '../../case/index.ts';
import type { Borderline } from '../../decisions/borderline.ts';
import type { Formats } from './formats.ts';
import { amount } from './finding-text.ts';
import { inSentence } from './messages.ts';

/** Known, and yet too vague for a decision: a measured value with an interval. */
export function isUncertain(key: FactKey, facts: StrokeFacts): boolean {
  const fact: Fact<unknown> = facts[key];
  if (fact.status !== 'known' || typeof fact.value !== 'object' || fact.value === null) return false;
  const { interval } = fact.value as Partial<Quantity>;
  return interval !== undefined && interval.low < interval.high;
}

/** @param key 'borderline-item', 'borderline-reason' */
export function borderlineText(key: string, { of, quantity, limit }: Borderline, f: Formats): string {
  return f.texts.text(`imaging.${key}`, {
    name: inSentence(f.texts.text(of === 'mismatchRatio' || of === 'mismatchVolume' ? `imaging.${of}` : `fact.${of}`)),
    value: withInterval(quantity, f),
    limit: amount(limit, quantity.unit, f),
  });
}

/** The ratio to a core that may be nothing has no upper end. */
function withInterval({ value, unit, interval }: Quantity, f: Formats): string {
  const { low, high } = interval ?? { low: value, high: value };
  const range = Number.isFinite(high)
    ? f.texts.text('ui.range', { from: number(low, unit, f), to: number(high, unit, f) })
    : f.texts.text('imaging.open-range', { from: number(low, unit, f) });
  return Number.isFinite(value) ? f.texts.text('ui.with-interval', { value: amount(value, unit, f), range }) : range;
}

const number = (value: number, unit: Unit, f: Formats): string => f.number(shownFigure(value, unit));

/** Each once: several windows ask for the same mismatch. */
export function borderlineTexts(key: string, found: readonly Borderline[], f: Formats): string[] {
  return [...new Set(found.map((one) => borderlineText(key, one, f)))];
}
