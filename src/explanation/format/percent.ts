/** Probabilities as the reader writes percent. Rates of a table and estimates of a model carry no more digits than they know. */
import type { Formats } from './formats.ts';

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** @param value in percent (0–100) */
const digits = (value: number, f: Formats, decimals: number): string => {
  if (value > 0 && value < 0.5 && decimals === 0) return '<1';
  if (value < 100 && value > 99.5 && decimals === 0) return '>99';
  return f.number(value, decimals);
};

/** '38 %' @param probability 0–1 */
export const probabilityText = (probability: number, f: Formats): string => percentText(probability * 100, f, 0);

/** '24–55 %' @param range probabilities, 0–1 */
export const probabilityRange = ({ low, high }: Range, f: Formats): string =>
  percentRange({ low: low * 100, high: high * 100 }, f, 0);

/** '8.5 %' @param value in percent */
export const percentText = (value: number, f: Formats, decimals = 1): string =>
  f.texts.text('unit.percent', { value: digits(value, f, decimals) });

/** '8.5–12.2 %', one number when both ends read the same @param range in percent */
export function percentRange({ low, high }: Range, f: Formats, decimals = 1): string {
  const [from, to] = [digits(low, f, decimals), digits(high, f, decimals)];
  return from === to
    ? f.texts.text('unit.percent', { value: from })
    : f.texts.text('unit.percent', { value: f.texts.text('ui.range', { from, to }) });
}
