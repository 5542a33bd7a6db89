/** The sentence of the thrombolysis card: conclusion, then the one thing to know about it, then the clock. */
import { MINUTE, type FactKey } from '../../case/index.ts';
import type { Evaluation } from '../../decisions/evaluation.ts';
import { yieldsToThrombectomy, type ThrombolysisEvaluation } from '../../decisions/thrombolysis/index.ts';
import { hoursAfterZero, strokeClock } from '../../decisions/stroke-state/index.ts';
import type { ExplainContext } from '../explain-context.ts';
import { borderlineTexts, isUncertain } from '../format/borderline-text.ts';
import { actionText, inSentence } from './blocks.ts';
import { decidingRows, factNames, namesOf, untilText, windowText } from './evaluation-parts.ts';
import { fitSummary } from './summary.ts';

/** @param isUnsafeUse contraindicated while a thrombolytic is ordered or given */
export function thrombolysisSummary(
  evaluation: ThrombolysisEvaluation,
  isUnsafeUse: boolean,
  c: ExplainContext,
): string {
  const text = (key: string, values: Record<string, string>): string =>
    c.texts.text(`thrombolysis.summary.${key}`, values);
  const window = clockText(evaluation, c);
  if (evaluation.conclusion === 'undecided') return undecided(evaluation, window, text, c);
  const reasons = [2, 1].map((most) => reasonText(evaluation, most, c));
  const key = isUnsafeUse ? 'contraindicated-in-use' : evaluation.conclusion;
  const because = weakenedBy(evaluation, c);
  return fitSummary([
    ...reasons.map((reason) => text(key, { reason, window, because })),
    text(key, { reason: reasons.at(-1) ?? '', window, because: '' }),
  ]);
}

function undecided(
  evaluation: ThrombolysisEvaluation,
  window: string,
  text: (key: string, values: Record<string, string>) => string,
  c: ExplainContext,
): string {
  const open = openFacts(evaluation);
  if (isPastAllKnown(evaluation, c) && open.length > 0)
    return fitSummary([3, 2, 1].map((most) => text('undecided-late', { missing: factNames(open, c, most) })));
  const [first] = evaluation.before;
  const borderline = decidingRows(evaluation).flatMap((row) => row.borderline ?? []);
  const [reason] = borderlineTexts('borderline-reason', borderline, c.f);
  // What was measured is not missing: the sentence says where it stands instead.
  if (reason !== undefined && open.every((key) => isUncertain(key, c.stroke.facts)))
    return fitSummary([window, ''].map((w) => text('undecided-reason', { reason, window: w })));
  if (open.length > 0)
    return fitSummary([
      ...[4, 3, 2, 1].map((most) => text('undecided', { missing: factNames(open, c, most), window })),
      text('undecided', { missing: factNames(open, c, 1), window: '' }),
    ]);
  const fits = [window, ''];
  if (first !== undefined) {
    const step = inSentence(actionText(first, c));
    return fitSummary(fits.map((w) => text('undecided-first', { first: step, window: w })));
  }
  const named = reasonText(evaluation, 1, c);
  return fitSummary(fits.map((w) => text('undecided-reason', { reason: named, window: w })));
}

/** No guideline set has a window that is longer. */
const LONGEST_WINDOW_HOURS = 24;

/** Every window from last known well has passed; what is open is whether the onset was unknown and noticed just now. */
export function isPastAllKnown(evaluation: Evaluation, c: ExplainContext): boolean {
  const end = hoursAfterZero(strokeClock(c.stroke, c.at), LONGEST_WINDOW_HOURS);
  return (
    evaluation.conclusion === 'undecided' &&
    end !== null &&
    c.at > end &&
    decidingRows(evaluation).some((row) => row.class === 'window' && row.status === 'unknown')
  );
}

/** Facts without a usable value; a value that must first be corrected is told as a step, not as missing. */
export function openFacts(evaluation: Evaluation): FactKey[] {
  const deciding = decidingRows(evaluation);
  const open = new Set(deciding.filter((row) => row.status === 'unknown').flatMap((row) => row.missing ?? []));
  const toCorrect = new Set(deciding.filter((row) => row.status === 'notMet').flatMap((row) => row.data));
  return evaluation.settledBy.filter((key) => open.has(key) || !toCorrect.has(key));
}

/** What keeps a yes from being a stronger one: a relative contraindication that is there, or a fact that is open. */
function weakenedBy(evaluation: ThrombolysisEvaluation, c: ExplainContext): string {
  const { ifReassuring } = evaluation;
  if (ifReassuring !== null)
    return c.texts.text('ui.hangs-on', {
      conclusion: c.texts.text(`conclusion.${ifReassuring.conclusion}`),
      condition: reassuringText(ifReassuring.facts, c),
    });
  const rows = decidingRows(evaluation).filter((row) => row.class !== 'window');
  const [met] = rows.filter((row) => row.status === 'met');
  const open = [...new Set(rows.flatMap((row) => (row.status === 'unknown' ? (row.missing ?? []) : [])))];
  if (met === undefined && open.length === 0) return '';
  const reason =
    met === undefined
      ? c.texts.text('ui.open-facts', { list: factNames(open, c, 2) })
      : c.texts.text(`criterion.${met.id}`);
  return c.texts.text('ui.because', { reason });
}

/** 'pre-stroke mRS is 0–1'; plain text. */
export function reassuringText(facts: readonly FactKey[], c: ExplainContext): string {
  const [only] = facts;
  const key = `reassuring.${only ?? 'other'}`;
  if (facts.length === 1 && c.texts.has(key)) return c.texts.text(key);
  return c.texts.text('reassuring.other', { list: factNames(facts, c, 3) });
}

/** Windows that have all closed are one reason, and so is the thrombectomy that stands in the way of one of them. */
function reasonText(evaluation: Evaluation, most: number, c: ExplainContext): string {
  const deciding = decidingRows(evaluation);
  const allClosed = deciding.length > 0 && deciding.every((row) => row.class === 'window' && row.status === 'notMet');
  if (evaluation.conclusion !== 'not-recommended' || !allClosed) return namesOf(deciding, c, most);
  return closedText(yieldsToThrombectomy(deciding), c);
}

/** Why no window is open. */
export const closedText = (thrombectomyInstead: boolean, c: ExplainContext): string =>
  c.texts.text(`thrombolysis.${thrombectomyInstead ? 'thrombectomy-instead' : 'windows-closed'}`);

/** The end of the window; or, where the answer changes before that, until when it holds. */
function clockText({ conclusion, validUntil, window }: ThrombolysisEvaluation, c: ExplainContext): string {
  const closesAt = window === null || window.state === 'closed' ? null : window.closesAt;
  if (conclusion === 'undecided') return windowText(closesAt, c);
  if (validUntil === null) return '';
  const isWindowEnd = closesAt !== null && Math.abs(validUntil - closesAt) < MINUTE;
  return isWindowEnd ? windowText(closesAt, c) : untilText(validUntil, c);
}
