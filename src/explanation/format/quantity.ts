/** Quantities with the unit that the reader of the locale uses; never a number without its unit. */
import { shownFigure, type BloodPressure, type Interval, type Quantity, type Unit } from '../../case/index.ts';
import type { Formats } from './formats.ts';

/** The same measurement in the other common unit, shown in brackets. */
interface SecondUnit {
  readonly unitKey: string;
  readonly perFirst: number;
  readonly decimals: number;
}

/** Molar mass of glucose 180.16 g/mol. */
const GLUCOSE: SecondUnit = { unitKey: 'unit.mmol-per-l', perFirst: 1 / 18.016, decimals: 1 };
/** Molar mass of creatinine 113.12 g/mol. */
const CREATININE: SecondUnit = { unitKey: 'unit.umol-per-l', perFirst: 88.4, decimals: 0 };
export const SECOND_UNITS = { glucose: GLUCOSE, creatinine: CREATININE } as const;

export const UNIT_KEYS: Readonly<Record<Unit, string>> = {
  a: 'unit.years',
  kg: 'unit.kg',
  mg: 'unit.mg',
  'mm[Hg]': 'unit.mmhg',
  'mg/dL': 'unit.mg-per-dl',
  '{INR}': 'unit.inr',
  s: 'unit.seconds',
  '[IU]/mL': 'unit.iu-per-ml',
  '10*9/L': 'unit.giga-per-l',
  'mL/min/{1.73_m2}': 'unit.egfr',
  '%': 'unit.percent',
  mL: 'unit.ml',
  mm: 'unit.mm',
  'mL/(100.g.min)': 'unit.ml-per-100g-min',
  '{ratio}': 'unit.ratio',
  '{score}': 'unit.score',
  '{count}': 'unit.count',
};
export const UNIT_TEXT_KEYS: readonly string[] = [
  ...Object.values(UNIT_KEYS),
  ...Object.values(SECOND_UNITS).map((second) => second.unitKey),
];

const COMPARATORS = { '<': '<', '<=': '≤', '>': '>', '>=': '≥' } as const;

export function quantityText(q: Quantity, f: Formats, second?: SecondUnit): string {
  // A volume with an interval was computed; what a person entered is shown as entered.
  if (q.unit === 'mL' && q.interval !== undefined) return computedText(q, q.interval, f);
  const sign = q.comparator === undefined ? '' : COMPARATORS[q.comparator];
  const first =
    sign + f.texts.text(UNIT_KEYS[q.unit], { value: f.number(q.value, decimalsOf(q), q.unit === '{INR}' ? 1 : 0) });
  if (q.interval !== undefined && q.interval.low < q.interval.high) return withInterval(first, q.interval, f);
  if (second === undefined) return first;
  const other = sign + f.texts.text(second.unitKey, { value: f.number(q.value * second.perFirst, second.decimals) });
  // Chinese laboratories report in SI units: those come first there.
  return f.texts.text(
    'ui.noted',
    f.texts.locale === 'zh-CN' ? { value: other, note: first } : { value: first, note: other },
  );
}

function computedText(q: Quantity, { low, high }: Interval, f: Formats): string {
  const value = f.texts.text(UNIT_KEYS[q.unit], { value: f.number(shownFigure(q.value, q.unit)) });
  const range = { low: shownFigure(low, q.unit), high: shownFigure(high, q.unit) };
  return range.low < range.high ? withInterval(value, range, f) : value;
}

/** '68 mL (55–82)': the ends as exact as the value. */
function withInterval(value: string, { low, high }: Interval, f: Formats): string {
  const range = f.texts.text('ui.range', { from: f.number(low), to: f.number(high) });
  return f.texts.text('ui.with-interval', { value, range });
}

/** Glucose is read as a whole number; near the limits of hypoglycemia a tenth may decide. */
function decimalsOf({ value, unit }: Quantity): number {
  return unit === 'mg/dL' && value >= 70 ? 0 : 2;
}

export function bloodPressureText(bp: BloodPressure, f: Formats): string {
  return f.texts.text('unit.mmhg', { value: `${f.number(bp.systolic.value)}/${f.number(bp.diastolic.value)}` });
}
