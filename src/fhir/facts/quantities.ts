/** Numeric facts: unit, plausibility, age of the value. */
import type { Fact, Quantity, Unit, UnknownReason } from '../../case/index.ts';
import { MINUTE, quantity } from '../../case/index.ts';
import { convert, nameableUnit, rounded, type UnitTarget } from '../units.ts';
import { choose } from './choose.ts';
import { withWrittenInterval } from './computed-observation.ts';
import { QUANTITIES, type MeasuredKey } from './quantity-table.ts';
import { recordedNumber, reject, accept, type Parsed, type Reading, type ValueNode } from './reading.ts';
import { readingsOf, type RecordIndex } from './record-index.ts';
import { unknownFact, type Scope } from './scope.ts';
import { candidatesOf } from './values.ts';

/** Two methods or two units of one sample differ by rounding only. */
const ROUNDING = 0.01;

export function sameQuantity(a: Quantity, b: Quantity): boolean {
  return isWithin(ROUNDING, a, b);
}

function isWithin(share: number, a: Quantity, b: Quantity): boolean {
  return (
    a.comparator === b.comparator &&
    Math.abs(a.value - b.value) <= share * Math.max(Math.abs(a.value), Math.abs(b.value))
  );
}

/** A test at the bedside and one in the laboratory, of blood that nothing can have changed meanwhile. */
const OF_ONE_BLOOD = 15 * MINUTE;
const METHODS_DIFFER = 0.15;

const name = (label: string, value: number, unit: Unit): string =>
  unit.startsWith('{') ? `${label} ${value}` : `${label} ${value} ${unit}`;

/** @param label names the value when it is refused: 'INR 480' */
export function parseQuantity(
  node: ValueNode,
  target: UnitTarget,
  range: readonly [number, number],
  label: string,
  whole = false,
): Parsed<Quantity> {
  const number = recordedNumber(node);
  if (!number.ok) return number;
  const { value: recorded, unit, comparator } = number.value;
  const converted = convert(recorded, unit, target);
  if (converted === undefined) {
    const token = nameableUnit(unit);
    return reject('unit-not-understood', token === undefined ? undefined : `${label} ${recorded} ${token}`);
  }
  const { decimals } = target;
  const value = converted === recorded || decimals === undefined ? converted : rounded(converted, decimals);
  if (value < range[0] || value > range[1] || (whole && !Number.isInteger(value))) {
    // A bound may lie outside what can be measured: '< 0.1' of a range that begins there.
    if (comparator === undefined) return reject('implausible', name(label, value, target.unit));
  }
  return accept(quantity(value, target.unit, comparator));
}

/** @param since readings before it are left out: the examination was before this episode */
export function measured(scope: Scope, index: RecordIndex, fact: MeasuredKey, since: number | null): Fact<Quantity> {
  const { group, label, target, range, lookBack, list, whole, ofEpisode, slow } = QUANTITIES[fact];
  const all = readingsOf(index, group);
  const readings = ofEpisode === true ? ofThisEpisode(all, since) : all;
  const parse = (node: ValueNode): Parsed<Quantity> => parseQuantity(node, target, range, label, whole);
  const chosen = (of: readonly Reading[], read = parse): Fact<Quantity> =>
    choose(candidatesOf(of, read), {
      asOf: scope.at,
      lookBack,
      same: slow === true ? (a, b) => isWithin(METHODS_DIFFER, a, b) : sameQuantity,
      ...(slow === true ? { together: OF_ONE_BLOOD } : {}),
      describe: (q) => name(label, q.value, target.unit),
      unknown: unknownFact(scope, fact, [list]),
    });
  return recordedFirst(readings, chosen, (ours) =>
    chosen(ours, (node) => withWrittenInterval(node, parse(node), parse)),
  );
}

/**
 * What this software wrote into the record speaks only where no person has said anything, and stays 'derived'.
 * @param copied how its own entries are read, where that differs
 */
export function recordedFirst<T>(
  readings: readonly Reading[],
  chosen: (of: readonly Reading[]) => Fact<T>,
  copied: (ours: readonly Reading[]) => Fact<T> = chosen,
): Fact<T> {
  if (!readings.some(({ computed }) => computed)) return chosen(readings);
  const recorded = chosen(readings.filter(({ computed }) => computed === undefined));
  if (recorded.status !== 'unknown' || !SILENT.includes(recorded.why)) return recorded;
  const copy = copied(readings.filter((reading) => reading.computed));
  // Refused or not computable: no more than nothing, and nothing that anybody could correct in the record.
  return copy.status === 'unknown' ? recorded : derived(copy);
}

/** No person has said anything; an entry that cannot be used is an attempt to. */
const SILENT: readonly UnknownReason[] = ['not-recorded', 'incomplete', 'pending'];

/** What this software wrote is no statement of a person. */
function derived<T>(fact: Fact<T>): Fact<T> {
  return fact.status === 'known' ? { ...fact, basis: 'derived' } : fact;
}

export function ofThisEpisode<T extends Pick<Reading, 'at'>>(
  readings: readonly T[],
  since: number | null,
): readonly T[] {
  return since === null ? readings : readings.filter((r) => r.at === null || r.at.latest >= since);
}
