/**
 * Why a model says what it says, in lines of plain Markdown: signed bars in log-odds, the largest first. Log-odds add up
 * and probabilities do not, so no bar carries a percentage.
 */
import type { Contribution, ModelInput, ModelPrediction } from '../../decisions/prediction.ts';
import type { ExplainContext } from '../explain-context.ts';
import { escapeValue } from '../format/markdown.ts';
import { probabilityText } from '../format/percent.ts';
import { UNIT_KEYS } from '../format/quantity.ts';
import { inSentence } from './blocks.ts';

/** Bars on a card; what is left is summed in one line. */
const BARS = 4;
/** Glyphs of the longest bar. */
const LONGEST = 8;
/** Below this a contribution moves the odds by less than 5 %. */
const NEGLIGIBLE = 0.05;

/** The measurement that stands for a group that has one: what a clinician calls it by. */
const SPEAKING_INPUT: Readonly<Record<string, string>> = {
  age: 'age',
  sex: 'sex',
  nihss: 'nihss',
  'lesion-size': 'volumeMl',
};

const bySize = (a: Contribution, b: Contribution): number => Math.abs(b.logOdds) - Math.abs(a.logOdds);

/** 'NIHSS 17', 'lesion location'; plain text. */
export function groupText({ group, values, known }: Contribution, c: ExplainContext): string {
  const name = groupName(group, c);
  const input = values.find((value) => value.input === SPEAKING_INPUT[group]);
  const value = input === undefined || !known ? '' : inputValueText(input, c);
  return value === '' ? name : c.texts.text('model.group-value', { name, value });
}

export function groupName(group: string, c: ExplainContext): string {
  const key = `term.group-${group}`;
  return c.texts.has(key) ? c.texts.text(key) : group.replaceAll('-', ' ');
}

export function inputValueText({ input, value, unit, takenAs }: ModelInput, c: ExplainContext): string {
  if (value === null) return '';
  if (takenAs !== undefined) {
    const text = (number: number): string => inputValueText({ input, value: number, unit }, c);
    return c.texts.text('model.at-limit', { value: text(value), limit: text(takenAs) });
  }
  if (input === 'sex') return c.texts.text(value === 1 ? 'sex.male' : 'sex.female');
  if (unit === '{flag}') return c.texts.text(value === 1 ? 'ui.yes' : 'ui.no');
  const key = UNIT_KEYS_BY_UCUM[unit];
  const number = c.f.number(value, decimalsOf(Math.abs(value)));
  return key === undefined ? number : c.texts.text(key, { value: number });
}

/** Shares of a territory are small numbers; a NIHSS or a volume above ten needs no decimals. */
const decimalsOf = (size: number): number => (size >= 10 ? 0 : size >= 1 ? 1 : size >= 0.1 ? 2 : 3);

const UNIT_KEYS_BY_UCUM: Readonly<Record<string, string | undefined>> = UNIT_KEYS;

/** 'NIHSS 17 raises it most; age 52 lowers it most.'; '' when nothing moves it. */
export function driversSentence({ explanation }: ModelPrediction, c: ExplainContext): string {
  const moving = explanation.contributions.filter(isShown).toSorted(bySize);
  const up = moving.find(({ logOdds }) => logOdds > 0);
  const down = moving.find(({ logOdds }) => logOdds < 0);
  const text = (key: string, of: Contribution): string =>
    c.texts.text(`model.${key}`, { name: escapeValue(groupText(of, c)) });
  if (up !== undefined && down !== undefined)
    return c.texts.text('model.drivers', { up: capital(text('raises-most', up)), down: text('lowers-most', down) });
  const only = up ?? down;
  return only === undefined
    ? ''
    : c.texts.text('model.driver', { text: capital(text(up ? 'raises-most' : 'lowers-most', only)) });
}

const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);

const isShown = ({ logOdds, known }: Contribution): boolean => known && Math.abs(logOdds) >= NEGLIGIBLE;

/** One line per idea, the rest summed, so that what is shown adds up to the prediction. */
export function contributionLines({ explanation }: ModelPrediction, c: ExplainContext, most = BARS): string[] {
  const sorted = explanation.contributions.filter(isShown).toSorted(bySize);
  const shown = sorted.slice(0, most);
  const largest = Math.max(...shown.map(({ logOdds }) => Math.abs(logOdds)), 0);
  const lines = shown.map((contribution) =>
    line(escapeValue(groupText(contribution, c)), contribution.logOdds, largest, c),
  );
  const rest =
    explanation.totalLogOdds - explanation.baselineLogOdds - shown.reduce((sum, { logOdds }) => sum + logOdds, 0);
  if (lines.length > 0 && Math.abs(rest) >= NEGLIGIBLE) lines.push(line(c.texts.text('model.rest'), rest, largest, c));
  return lines;
}

function line(name: string, logOdds: number, largest: number, c: ExplainContext): string {
  const length = largest === 0 ? 0 : Math.max(1, Math.round((Math.abs(logOdds) / largest) * LONGEST));
  return c.texts.text(logOdds > 0 ? 'model.bar-up' : 'model.bar-down', {
    name,
    bar: (logOdds > 0 ? '■' : '□').repeat(Math.min(length, LONGEST)),
    value: signed(logOdds, c),
  });
}

/** '+1.2', '−0.4': two digits say no more than the model knows. */
export function signed(value: number, c: ExplainContext, decimals = 1): string {
  const rounded = c.f.number(Math.abs(value), decimals, decimals);
  return value < 0 ? `−${rounded}` : `+${rounded}`;
}

/** 'With NIHSS 8 instead of 17 the model would say 24 %'; '' when no plausible change moves it. */
export function counterfactualSentence({ counterfactuals }: ModelPrediction, c: ExplainContext): string {
  const [first] = counterfactuals;
  if (first === undefined) return '';
  const { group, input, from, to, unit, probability } = first;
  return c.texts.text('model.counterfactual', {
    name: escapeValue(inSentence(groupName(group, c))),
    from: escapeValue(inputValueText({ input, value: from, unit }, c)),
    to: escapeValue(inputValueText({ input, value: to, unit }, c)),
    probability: escapeValue(probabilityText(probability, c.f)),
  });
}
