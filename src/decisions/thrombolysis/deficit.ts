/** Is the deficit disabling? AHA/ASA 2026, Table 4, read from the items of the NIHSS; the clinician's judgement settles the rest. */
import { candidates, holds } from '../../case/index.ts';
import type { NihssItem, NihssItems, NihssTotal, StrokeCase } from '../../case/index.ts';
import type { Message, Verdict } from '../evaluation.ts';
import { or } from '../three-valued.ts';
import { NOT_APPLICABLE, MET, NOT_MET, openFacts, verdict } from './verdict.ts';

/** Complete hemianopia, severe aphasia, severe neglect, a limb that cannot hold against gravity: all at 2 or more. */
const CLEARLY_DISABLING_AT_2: readonly NihssItem[] = ['3', '9', '11', '5a', '5b', '6a', '6b'];

/** True when an item shows a clearly disabling deficit; undefined when an item that could is missing or untestable. */
export function hasClearlyDisablingItem(items: NihssItems): boolean | undefined {
  return or(
    ...CLEARLY_DISABLING_AT_2.map((item) => {
      const score = items[item];
      return typeof score === 'number' ? score >= 2 : undefined;
    }),
  );
}

/** NIHSS of 6 or more; a lower bound may satisfy it but never deny it. */
export const isNihssAtLeast =
  (limit: number) =>
  ({ total, isLowerBound }: NihssTotal): boolean | undefined =>
    total >= limit ? true : isLowerBound ? undefined : false;

/**
 * Disabling by the NIHSS itself; undefined when total and items leave it open.
 * 'false' means: 5 points or fewer and none of the clearly disabling items, so that the judgement decides.
 */
function disablingByNihss({ facts }: StrokeCase): boolean | undefined {
  return or(holds(facts.nihss, isNihssAtLeast(6)), holds(facts.nihssItems, hasClearlyDisablingItem));
}

/** Met when the deficit is disabling at any NIHSS. A clearly disabling NIHSS is not undone by a judgement. */
export function disablingDeficit(stroke: StrokeCase): Verdict {
  const { facts } = stroke;
  const byNihss = disablingByNihss(stroke);
  const judged = holds(facts.disablingDeficit, (disabling) => disabling);
  if (byNihss === true) {
    return verdict(true, [], judged === false ? { key: 'judged-not-disabling-against-nihss' } : undefined);
  }
  if (judged !== undefined) return verdict(judged, []);
  const nihssFirst = openFacts(facts, ['nihss']);
  return verdict(undefined, [...nihssFirst, 'disablingDeficit'], lowerBoundNote(stroke));
}

/** The mirror image, for the recommendation against treating mild non-disabling deficits. */
export function mildNonDisablingDeficit(stroke: StrokeCase): Verdict {
  const disabling = disablingDeficit(stroke);
  switch (disabling.status) {
    case 'met':
      return NOT_MET;
    case 'notMet':
      return MET;
    default:
      return disabling;
  }
}

/** Disabling although the NIHSS is 5 or less (2019 grades these differently). */
export function mildButDisabling(stroke: StrokeCase): Verdict {
  const disabling = disablingDeficit(stroke);
  if (disabling.status === 'unknown') return disabling;
  if (disabling.status !== 'met') return NOT_APPLICABLE;
  const severe = holds(stroke.facts.nihss, isNihssAtLeast(6));
  return verdict(severe === undefined ? undefined : !severe, ['nihss'], lowerBoundNote(stroke));
}

function lowerBoundNote({ facts }: StrokeCase): Message | undefined {
  const bound = candidates(facts.nihss).find(({ value }) => value.isLowerBound);
  return bound === undefined ? undefined : { key: 'nihss-is-lower-bound', params: { total: bound.value.total } };
}
