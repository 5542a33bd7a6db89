/** One score with points by item. An open item counts with its lowest and its highest class: unknown never counts 0. */
import type { FactKey, Instant, StrokeCase } from '../../case/index.ts';
import { factsOfInput } from '../scores/case-inputs.ts';
import { agreedNihss } from '../scores/case-values.ts';
import type { ComputedScore, ScoreDefinition } from '../scores/definition.ts';
import { inputsFromCase } from '../scores/from-case.ts';
import { ScoreInputError, scoreNamed } from '../scores/index.ts';
import { TRANSFORMATION_SCORES } from './result.ts';
import type { PublishedRate, ScoreItem, Span, TransformationScore, TransformationScoreName } from './result.ts';
import { SCORE_DETAILS } from './score-items.ts';
import type { ItemDefinition } from './score-items.ts';

type Values = Readonly<Record<string, string | number | boolean>>;
type Evaluated = Omit<TransformationScore, 'outsideCohort'>;

const MOST_NIHSS = 42;

/** @param at counts as the time of treatment where none was given yet */
export function evaluateScore(name: TransformationScoreName, stroke: StrokeCase, at: Instant): Evaluated {
  const { definition, lowest, highest } = TABLES[name];
  const { items, scale, outcome, rates } = SCORE_DETAILS[name];
  const inputs = inputsOf(name, items, stroke, at);
  const common = { score: name, scale, outcome, basis: definition.basis };
  try {
    const least = run(definition, { ...lowest, ...inputs.low });
    const most = run(definition, { ...highest, ...inputs.high });
    const results = TABLES[name].items.map((item) => itemOf(TABLES[name], item, inputs));
    const nothing = results.every(({ state }) => state !== 'known' && state !== 'lower-bound');
    const open = results.filter(({ state }) => state !== 'known' && state !== 'switched-off');
    const published = nothing ? [] : publishedRates(rates, least, most, TABLES[name]);
    return {
      ...common,
      state: nothing ? 'nothing-known' : open.length === 0 ? 'computed' : 'range',
      points: nothing ? null : { low: pointsOf(least).low, high: pointsOf(most).high },
      riskPercent: hull(published.map(({ percent }) => percent)),
      rates: published,
      items: results,
      missing: [...new Set(open.flatMap(({ facts }) => notSettled(stroke, facts)))],
      sourcesConflict: 'conflict' in least,
    };
  } catch (error) {
    if (!(error instanceof ScoreInputError)) throw error;
    const empty = { points: null, riskPercent: null, rates: [], items: [], missing: [], sourcesConflict: false };
    return { ...common, ...empty, state: 'outside-range' };
  }
}

interface KnownInputs {
  readonly low: Values;
  /** As `low`, with the highest NIHSS where the total is only a lower bound. */
  readonly high: Values;
}

function inputsOf(
  name: TransformationScoreName,
  items: readonly ItemDefinition[],
  stroke: StrokeCase,
  at: Instant,
): KnownInputs {
  const low = inputsFromCase(name, stroke, at);
  for (const item of items) {
    if (item.switchedOff === true) for (const input of Object.keys(item.lowest)) Reflect.deleteProperty(low, input);
  }
  const isLowerBound = low['nihss'] !== undefined && agreedNihss(stroke.facts.nihss)?.isLowerBound === true;
  return { low, high: isLowerBound ? { ...low, nihss: MOST_NIHSS } : low };
}

/** What of a score does not depend on the patient. */
interface Table {
  readonly definition: ScoreDefinition;
  readonly lowest: Values;
  readonly highest: Values;
  readonly first: ComputedScore;
  readonly last: ComputedScore;
  /** Points with every item at its lowest. */
  readonly floor: number;
  readonly items: readonly TableItem[];
}

interface TableItem {
  readonly item: ItemDefinition;
  readonly names: readonly string[];
  readonly facts: readonly FactKey[];
  /** Its points at its lowest and at its highest. */
  readonly least: Span;
  readonly most: Span;
}

function tableOf(name: TransformationScoreName): Table {
  const definition = scoreNamed(name);
  const { items } = SCORE_DETAILS[name];
  const lowest = Object.assign({}, ...items.map((item) => item.lowest)) as Values;
  const highest = Object.assign({}, ...items.map((item) => item.highest)) as Values;
  const first = run(definition, lowest);
  const last = run(definition, highest);
  const floor = pointsOf(first).low;
  const gain = (item: ItemDefinition, values: Values): Span => gainOf({ definition, lowest, floor }, item, values);
  const tableItems = items.map((item): TableItem => {
    const names = Object.keys(item.lowest);
    const facts = [...new Set(names.flatMap((input) => factsOfInput(definition.name, input)))];
    return { item, names, facts, least: gain(item, item.lowest), most: gain(item, item.highest) };
  });
  return { definition, lowest, highest, first, last, floor, items: tableItems };
}

const TABLES = Object.fromEntries(TRANSFORMATION_SCORES.map((name) => [name, tableOf(name)])) as Readonly<
  Record<TransformationScoreName, Table>
>;

/** Items add up, so an item's share is what the total gains over the case with every item at its lowest. */
function gainOf(
  { definition, lowest, floor }: Pick<Table, 'definition' | 'lowest' | 'floor'>,
  { base = 0 }: ItemDefinition,
  values: Values,
): Span {
  const points = pointsOf(run(definition, { ...lowest, ...values }));
  return { low: base + points.low - floor, high: base + points.high - floor };
}

function itemOf(table: Table, tableItem: TableItem, { low, high }: KnownInputs): ScoreItem {
  const { item, names, facts } = tableItem;
  // Most items are at an end of their scale, open ones always: their points are those of the table.
  const gain = (values: Values): Span => {
    if (names.every((name) => values[name] === item.lowest[name])) return tableItem.least;
    if (names.every((name) => values[name] === item.highest[name])) return tableItem.most;
    return gainOf(table, item, values);
  };
  const least = pick(low, names);
  const most = pick(high, names);
  const atLeast = gain({ ...item.lowest, ...least });
  const complete = names.every((input) => least[input] !== undefined && least[input] === most[input]);
  const points = { low: atLeast.low, high: complete ? atLeast.high : gain({ ...item.highest, ...most }).high };
  const state = item.switchedOff === true ? 'switched-off' : stateOf(names, least, most, points, facts);
  return { id: item.id, points, most: tableItem.most.high, facts, state };
}

function stateOf(
  names: readonly string[],
  least: Values,
  most: Values,
  points: Span,
  facts: readonly FactKey[],
): ScoreItem['state'] {
  if (facts.length === 0) return 'not-in-case';
  const settled = points.low === points.high;
  if (least['nihss'] !== most['nihss']) return settled ? 'known' : 'lower-bound';
  // Two readings of a known drug do not open an item, and one of two alternatives may settle it.
  const complete = names.every((input) => least[input] !== undefined);
  return complete || (settled && names.some((input) => least[input] !== undefined)) ? 'known' : 'unknown';
}

function pick(values: Values, names: readonly string[]): Values {
  const picked: Record<string, string | number | boolean> = {};
  for (const name of names) {
    const value = values[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

function run(definition: ScoreDefinition, values: Values): ComputedScore {
  const result = definition.run(values);
  if (result.status === 'missing') {
    throw new Error(`the items of ${definition.name} leave out ${result.inputs.join(', ')}`);
  }
  return result;
}

function pointsOf(result: ComputedScore): Span {
  const number = (name: string): number | undefined => {
    const value = result[name];
    return typeof value === 'number' ? value : undefined;
  };
  const total = number('points') ?? number('index');
  const low = total ?? number('points_low');
  const high = total ?? number('points_high');
  if (low === undefined || high === undefined) throw new Error('a score without points');
  return { low, high };
}

/**
 * Where a range of points has a published rate at one end only, the ends of the scale bound it, since rates rise with
 * the points; where neither end has one, nothing is said.
 */
function publishedRates(
  names: readonly string[],
  least: ComputedScore,
  most: ComputedScore,
  { first, last }: Table,
): PublishedRate[] {
  return names.flatMap((id) => {
    const low = percentOf(least[id]);
    const high = percentOf(most[id]);
    if (low === null && high === null) return [];
    const percent = hull([low ?? percentOf(first[id]), high ?? percentOf(last[id])].filter((span) => span !== null));
    return percent === null ? [] : [{ id, percent }];
  });
}

/** '<1' of a nomogram is anything between 0 and 1. */
function percentOf(rate: unknown): Span | null {
  if (typeof rate === 'number') return { low: rate, high: rate };
  return rate === '<1' ? { low: 0, high: 1 } : null;
}

export function hull(spans: readonly Span[]): Span | null {
  if (spans.length === 0) return null;
  return { low: Math.min(...spans.map(({ low }) => low)), high: Math.max(...spans.map(({ high }) => high)) };
}

/** Of the facts of an open item those that are not known; all when each is known but too vague for the item. */
function notSettled(stroke: StrokeCase, facts: readonly FactKey[]): readonly FactKey[] {
  const open = facts.filter((key) => stroke.facts[key].status !== 'known');
  return open.length > 0 ? open : facts;
}
