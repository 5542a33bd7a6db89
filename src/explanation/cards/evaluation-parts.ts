/** Readings of an evaluation that more than one card needs. */
import type { FactKey, Instant } from '../../case/index.ts';
import type { CriterionResult, Evaluation } from '../../decisions/evaluation.ts';
import type { ExplainContext } from '../explain-context.ts';
import { criterionName, openFactName, unidentifiedOnce } from './blocks.ts';

/** The rows that made the conclusion so, in the order in which the evaluation names them. */
export function decidingRows(evaluation: Evaluation): CriterionResult[] {
  return evaluation.decidedBy.flatMap((id) => evaluation.criteria.find((row) => row.id === id) ?? []);
}

export function namesOf(rows: readonly CriterionResult[], c: ExplainContext, most = 2): string {
  // What applies says more than what does not: 'mild non-disabling deficit' rather than 'disabling deficit: no'.
  const met = rows.filter((row) => row.status === 'met');
  return (met.length > 0 ? met : rows)
    .slice(0, most)
    .map((row) => criterionName(row, c))
    .join(c.texts.text('ui.semicolon'));
}

export function factNames(keys: readonly FactKey[], c: ExplainContext, most: number): string {
  // What two sources contradict each other on is not missing, and comes first: somebody may have seen the blood.
  const isDisputed = (key: FactKey): boolean => c.stroke.facts[key].status === 'conflicting';
  const inOrder = [...keys.filter(isDisputed), ...keys.filter((key) => !isDisputed(key))];
  const nameOf = (key: FactKey): string => {
    const name = openFactName(key, c);
    return isDisputed(key) ? c.texts.text('ui.disagreeing-name', { name }) : name;
  };
  const names = unidentifiedOnce(inOrder, c.texts.text('ui.unidentified-drug-short'), c, nameOf);
  const text = names.slice(0, most).join(c.texts.text('ui.separator'));
  return names.length > most ? c.texts.text('block.and-more-short', { list: text, count: names.length - most }) : text;
}

/** '; window closes 14:32 (41 min left)', or '' when time does not close it. */
export function windowText(closes: Instant | null, c: ExplainContext): string {
  if (closes === null || closes <= c.at) return '';
  return c.texts.text('ui.window', { time: c.f.time(closes), left: c.f.duration(closes - c.at) });
}

/** ', holds until 14:32 (41 min left)', where something other than the end of the window changes the answer. */
export function untilText(until: Instant, c: ExplainContext): string {
  return c.texts.text('ui.until', { time: c.f.time(until), left: c.f.duration(until - c.at) });
}

/** Evidence of a conclusion: the facts its deciding rows rest on, then those of the other met rows. */
export function evidenceKeys(evaluation: Evaluation): FactKey[] {
  const deciding = decidingRows(evaluation);
  const others = evaluation.criteria.filter((row) => row.status === 'met' && !deciding.includes(row));
  return [...new Set([...deciding, ...others].flatMap((row) => row.data))];
}
