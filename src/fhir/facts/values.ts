/** Facts that are one yes/no, one time, one grade or one code. */
import type { Fact, FactKey, TimeSpan } from '../../case/index.ts';
import type { RecordKey } from '../record.ts';
import { fhirTime, isFutureDated } from '../time.ts';
import { choose, type Candidate } from './choose.ts';
import { LOOK_BACK } from './quantity-table.ts';
import {
  absentReason,
  accept,
  codedValue,
  recordedNumber,
  reject,
  type Parsed,
  type Reading,
  type ValueNode,
} from './reading.ts';
import { periodSpan, unknownFact, type Scope } from './scope.ts';

export function candidatesOf<T>(readings: readonly Reading[], parse: (node: ValueNode) => Parsed<T>): Candidate<T>[] {
  return readings.map(({ at, timeProblem, pending, reference, node }) => {
    const candidate = { at, pending, reference, result: pending ? reject('pending') : parse(node) };
    return timeProblem === undefined ? candidate : { ...candidate, timeProblem };
  });
}

/** The first group that holds one of the coded answers. */
export function answerGroup(scope: Scope, node: ValueNode, groups: readonly string[]): string | undefined {
  const coded = codedValue(node);
  if (coded.length === 0) return undefined;
  const found = coded.flatMap(({ system, code }) => scope.terminology.groupsOf(system, code));
  return groups.find((g) => found.includes(g));
}

export function parseYesNo(scope: Scope, node: ValueNode): Parsed<boolean> {
  if (typeof node.valueBoolean === 'boolean') return accept(node.valueBoolean);
  const answer = answerGroup(scope, node, ['answer-yes', 'answer-no']);
  return answer === undefined ? reject(absentReason(node)) : accept(answer === 'answer-yes');
}

export function parseWhole(node: ValueNode, lowest: number, highest: number, label: string): Parsed<number> {
  const number = recordedNumber(node);
  if (!number.ok) return number;
  const { value, comparator } = number.value;
  if (comparator !== undefined) return reject('malformed');
  return Number.isInteger(value) && value >= lowest && value <= highest
    ? accept(value)
    : reject('implausible', `${label} ${value}`);
}

export function yesNoFact(
  scope: Scope,
  readings: readonly Reading[],
  fact: FactKey,
  lookBack: number,
  lists: readonly RecordKey[] = ['strokeObservations'],
  together = 0,
): Fact<boolean> {
  return choose(
    candidatesOf(readings, (node) => parseYesNo(scope, node)),
    { asOf: scope.at, lookBack, together, unknown: unknownFact(scope, fact, lists) },
  );
}

/** A coded finding; `values` maps answer groups to the words of the case. */
export function codedFact<T extends string>(
  scope: Scope,
  readings: readonly Reading[],
  fact: FactKey,
  values: Readonly<Record<string, T>>,
  lookBack: number,
  together = 0,
): Fact<T> {
  const groups = Object.keys(values);
  return choose(
    candidatesOf(readings, (node) => {
      const group = answerGroup(scope, node, groups);
      const value = group === undefined ? undefined : values[group];
      return value === undefined ? reject(absentReason(node)) : accept(value);
    }),
    { asOf: scope.at, lookBack, together, unknown: unknownFact(scope, fact, ['strokeObservations']) },
  );
}

export function sameSpan(a: TimeSpan, b: TimeSpan): boolean {
  return a.earliest === b.earliest && a.latest === b.latest;
}

/** A clock time as a value: dateTime, date or period; the observation's own time is when it was asked, not the answer. */
function parseClock(scope: Scope, node: ValueNode): Parsed<TimeSpan> {
  const text = node.valueDateTime ?? node.valueDate;
  const span = text === undefined ? periodSpan(node.valuePeriod, scope) : fhirTime(text, scope.timeZone);
  if (span === undefined)
    return reject(text === undefined && node.valuePeriod === undefined ? absentReason(node) : 'malformed');
  if (isFutureDated(span, scope.at)) return reject('future-dated');
  // A day that is not over yet can only mean its past part.
  return accept(
    span.latest > scope.at && span.earliest <= scope.at ? { earliest: span.earliest, latest: scope.at } : span,
  );
}

/**
 * A clock of the stroke. The statement made last wins; a statement without its own time is as old as its value.
 * Values further back than a week belong to another episode.
 */
export function clockOf(
  scope: Scope,
  readings: readonly Reading[],
  fact: FactKey,
  lists: readonly RecordKey[],
): Fact<TimeSpan> {
  const candidates = candidatesOf(readings, (node) => parseClock(scope, node)).flatMap((c) => {
    if (!c.result.ok) return [{ ...c, at: c.at ?? { earliest: scope.at, latest: scope.at } }];
    const value = c.result.value;
    if (value.latest < scope.at - LOOK_BACK.clock) return [];
    return [{ ...c, at: c.at ?? value }];
  });
  const fact_ = choose(candidates, {
    asOf: scope.at,
    lookBack: LOOK_BACK.clock,
    same: sameSpan,
    unknown: unknownFact(scope, fact, lists),
  });
  // The value is itself the time at which it held.
  if (fact_.status === 'known') return { ...fact_, at: fact_.value };
  if (fact_.status === 'conflicting') return { ...fact_, values: fact_.values.map((v) => ({ ...v, at: v.value })) };
  return fact_;
}
