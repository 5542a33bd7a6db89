/** Short ways to a verdict from a three-valued answer. */
import { candidates } from '../../case/index.ts';
import type { FactKey, StrokeCase } from '../../case/index.ts';
import type { Verdict } from '../evaluation.ts';

/** Facts of the list that are not known; all of them when each is known and they still leave it open. */
export function open(stroke: StrokeCase, keys: readonly FactKey[]): readonly FactKey[] {
  const unknown = keys.filter((key) => stroke.facts[key].status !== 'known');
  return unknown.length > 0 ? unknown : keys;
}

/** 'notMet' that rests on a list without entries asks to be confirmed. */
export function verdict(
  stroke: StrokeCase,
  keys: readonly FactKey[],
  answer: boolean | undefined,
  more: Pick<Verdict, 'note' | 'changesAt'> = {},
): Verdict {
  if (answer === undefined) return { status: 'unknown', missing: open(stroke, keys), ...more };
  if (answer) return { status: 'met', ...more };
  const isUnrecorded = keys.some((key) =>
    candidates<unknown>(stroke.facts[key]).some((fact) => fact.basis === 'not-recorded'),
  );
  return { status: 'notMet', ...(isUnrecorded ? { confirm: true } : {}) };
}
