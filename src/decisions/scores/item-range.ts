/**
 * A score of additive items with open inputs: an open item counts with its lowest and its highest class, so that the
 * points are a range and unknown never counts 0. The table of the score itself stays in one place.
 */
import type { FactKey, Instant, StrokeCase } from '../../case/index.ts';
import { factsOfInput } from './case-inputs.ts';
import { agreedNihss } from './case-values.ts';
import type { ComputedScore, ScoreDefinition } from './definition.ts';
import { inputsFromCase } from './from-case.ts';
import { ScoreInputError, scoreNamed } from './index.ts';

export type InputValues = Readonly<Record<string, string | number | boolean>>;

/** Points rise from `lowest` to `highest`. */
export interface RangedItem {
  readonly id: string;
  readonly lowest: InputValues;
  readonly highest: InputValues;
  /** Points of the lowest class where it has any (a year of age, a decade), at both readings of a rounding rule. */
  readonly base?: PointSpan;
}

export interface PointSpan {
  readonly low: number;
  readonly high: number;
}

export interface RangedItemResult {
  readonly id: string;
  readonly points: PointSpan;
  readonly most: number;
  readonly facts: readonly FactKey[];
  readonly state: 'known' | 'lower-bound' | 'unknown';
}

export interface ScoreRange {
  readonly state: 'computed' | 'range' | 'nothing-known' | 'outside-range';
  /** Both null when out of the range that the score accepts. */
  readonly least: ComputedScore | null;
  readonly most: ComputedScore | null;
  readonly items: readonly RangedItemResult[];
  readonly missing: readonly FactKey[];
  /** The score with every item at its lowest, and at its highest; null when out of range. */
  readonly ends: readonly [ComputedScore, ComputedScore] | null;
}

const MOST_NIHSS = 42;

/** @param at counts as the time of treatment where none was given yet */
export function scoreRange(name: string, items: readonly RangedItem[], stroke: StrokeCase, at: Instant): ScoreRange {
  const definition = scoreNamed(name);
  const low: InputValues = inputsFromCase(name, stroke, at);
  const isLowerBound = low['nihss'] !== undefined && agreedNihss(stroke.facts.nihss)?.isLowerBound === true;
  const high = isLowerBound ? { ...low, nihss: MOST_NIHSS } : low;
  try {
    const scale = scaleOf(definition, items);
    const least = runComplete(definition, { ...scale.floor, ...low });
    const isComplete = high === low && Object.keys(scale.floor).every((name) => low[name] !== undefined);
    const most = isComplete ? least : runComplete(definition, { ...scale.ceiling, ...high });
    const results = items.map((item, index) => itemResult(definition, scale, item, index, low, high));
    const open = results.filter(({ state }) => state !== 'known');
    const nothing = results.every(({ state }) => state === 'unknown');
    return {
      state: nothing ? 'nothing-known' : open.length > 0 ? 'range' : 'computed',
      least,
      most,
      items: results,
      missing: [...new Set(open.flatMap(({ facts }) => notSettled(stroke, facts)))],
      ends: scale.ends,
    };
  } catch (error) {
    if (!(error instanceof ScoreInputError)) throw error;
    return { state: 'outside-range', least: null, most: null, items: [], missing: [], ends: null };
  }
}

/** Points at both readings of a rounding rule where sources differ. */
export function pointsOf(result: ComputedScore): PointSpan {
  const low = result['points'] ?? result['index'];
  const high = result['points_age_rounded'] ?? low;
  if (typeof low !== 'number' || typeof high !== 'number') throw new Error('a score without points');
  return { low: Math.min(low, high), high: Math.max(low, high) };
}

/** Every item at one end of its scale. */
const all = (items: readonly RangedItem[], end: 'lowest' | 'highest'): InputValues =>
  Object.fromEntries(items.flatMap((item) => Object.entries(item[end])));

export function runComplete(definition: ScoreDefinition, inputs: InputValues): ComputedScore {
  const result = definition.run(inputs);
  if (result.status === 'missing') throw new Error(`the items of ${definition.name} leave out an input`);
  return result;
}

/** What does not depend on the patient. */
interface Scale {
  /** Every item at its lowest, at its highest. */
  readonly floor: InputValues;
  readonly ceiling: InputValues;
  readonly ends: readonly [ComputedScore, ComputedScore];
  readonly ground: PointSpan;
  /** Points of each item at its lowest and at its highest. */
  readonly least: readonly PointSpan[];
  readonly most: readonly PointSpan[];
  readonly names: readonly (readonly string[])[];
  readonly facts: readonly (readonly FactKey[])[];
}

const scales = new WeakMap<readonly RangedItem[], Scale>();

function scaleOf(definition: ScoreDefinition, items: readonly RangedItem[]): Scale {
  const made = scales.get(items);
  if (made !== undefined) return made;
  const floor = all(items, 'lowest');
  const ceiling = all(items, 'highest');
  const ends = [runComplete(definition, floor), runComplete(definition, ceiling)] as const;
  const ground = pointsOf(ends[0]);
  const scale: Scale = {
    floor,
    ceiling,
    ends,
    ground,
    least: items.map((item) => gainOf(definition, floor, ground, item, item.lowest)),
    most: items.map((item) => gainOf(definition, floor, ground, item, item.highest)),
    names: items.map((item) => Object.keys(item.lowest)),
    facts: items.map((item) => [
      ...new Set(Object.keys(item.lowest).flatMap((name) => factsOfInput(definition.name, name))),
    ]),
  };
  scales.set(items, scale);
  return scale;
}

/** Items add up, so an item's points are what the total gains over the case with every item at its lowest. */
function gainOf(
  definition: ScoreDefinition,
  floor: InputValues,
  ground: PointSpan,
  { base = { low: 0, high: 0 } }: RangedItem,
  values: InputValues,
): PointSpan {
  const points = pointsOf(runComplete(definition, { ...floor, ...values }));
  return { low: base.low + points.low - ground.low, high: base.high + points.high - ground.high };
}

function itemResult(
  definition: ScoreDefinition,
  scale: Scale,
  item: RangedItem,
  index: number,
  low: InputValues,
  high: InputValues,
): RangedItemResult {
  const { floor, ground } = scale;
  const names = scale.names[index] ?? [];
  const [atLowest, atHighest] = [scale.least[index], scale.most[index]];
  // Most items are at an end of their scale, open ones always: their points are those of the table.
  const gain = (values: InputValues): PointSpan => {
    if (atLowest !== undefined && sameOn(names, values, item.lowest)) return atLowest;
    if (atHighest !== undefined && sameOn(names, values, item.highest)) return atHighest;
    return gainOf(definition, floor, ground, item, values);
  };
  const complete = names.every((name) => low[name] !== undefined);
  const isLowerBound = names.some((name) => low[name] !== high[name]);
  const least = gain(withDefaults(names, low, item.lowest));
  const points = {
    low: least.low,
    high: complete && !isLowerBound ? least.high : gain(withDefaults(names, high, item.highest)).high,
  };
  return {
    id: item.id,
    points,
    most: atHighest?.high ?? 0,
    facts: scale.facts[index] ?? [],
    state: !complete ? 'unknown' : isLowerBound && points.low !== points.high ? 'lower-bound' : 'known',
  };
}

const sameOn = (names: readonly string[], a: InputValues, b: InputValues): boolean =>
  names.every((name) => a[name] === b[name]);

/** The item's own inputs, from `values` where they are known. */
function withDefaults(names: readonly string[], values: InputValues, defaults: InputValues): InputValues {
  const own: Record<string, string | number | boolean> = {};
  for (const name of names) {
    const value = values[name] ?? defaults[name];
    if (value !== undefined) own[name] = value;
  }
  return own;
}

/** Of the facts of an open item those that are not known; all when each is known but too vague for the item. */
function notSettled(stroke: StrokeCase, facts: readonly FactKey[]): readonly FactKey[] {
  const open = facts.filter((key) => stroke.facts[key].status !== 'known');
  return open.length > 0 ? open : facts;
}
