import type { FactKey, Instant } from '../../case/index.ts';
import type { CriterionResult, Evaluation } from '../../decisions/evaluation.ts';
import type { CardDraft, Indicator, SuggestionDraft } from '../card-draft.ts';
import type { ExplainContext } from '../explain-context.ts';
import { blocks } from '../format/markdown.ts';
import { messageText, sourceText } from '../format/messages.ts';
import {
  basisBlock,
  beforeBlock,
  closingLine,
  confirmBlock,
  conflictBlock,
  criterionLine,
  enumerate,
  evidenceBlock,
  heading,
  missingBlock,
  missingItem,
  validityBlock,
} from './blocks.ts';
import { decidingRows, evidenceKeys, factNames, namesOf, windowText } from './evaluation-parts.ts';
import { fitSummary } from './summary.ts';

const YES: readonly string[] = ['recommended', 'reasonable', 'may-be-considered'];
const WHY = 4;

/** What the other parts of the decision add to the card, as Markdown. */
export interface ThrombolysisExtras {
  readonly dose: string;
  readonly differences: string;
  readonly prescriptions: readonly SuggestionDraft[];
  readonly orders: readonly SuggestionDraft[];
  /** A thrombolytic is ordered, being ordered or given. */
  readonly inUse: boolean;
}

export const isYes = (conclusion: string): boolean => YES.includes(conclusion);

export function thrombolysisCard(evaluation: Evaluation, extras: ThrombolysisExtras, c: ExplainContext): CardDraft {
  const { conclusion } = evaluation;
  const guideline = evaluation.guideline === null ? '' : sourceText(evaluation.guideline, c.f);
  const deciding = decidingRows(evaluation);
  const relative = evaluation.criteria.filter(
    (row) => row.class === 'relative' && row.status === 'met' && !deciding.includes(row),
  );
  const yes = isYes(conclusion);
  const shown = [...new Set([...evidenceKeys(evaluation), ...missingFacts(evaluation)])];
  const isUnsafeUse = conclusion === 'contraindicated' && extras.inUse;
  return {
    topic: 'thrombolysis',
    summary: summary(evaluation, isUnsafeUse, c),
    indicator: indicatorOf(evaluation, isUnsafeUse, c.at),
    detail: blocks([
      c.texts.text(`thrombolysis.statement.${conclusion}`, { guideline }),
      isUnsafeUse ? c.texts.text('thrombolysis.in-use') : '',
      heading(
        'why',
        whyRows(conclusion, deciding).map((row) => criterionLine(row, c)),
        c,
      ),
      beforeBlock(evaluation.before, c),
      missing(evaluation, c),
      yes ? extras.dose : '',
      yes || conclusion === 'undecided'
        ? heading(
            'weigh',
            relative.slice(0, WHY).map((row) => criterionLine(row, c)),
            c,
          )
        : '',
      conflictBlock(shown, c),
      evidenceBlock(shown, c),
      yes ? validityBlock(evaluation.validUntil, c) : '',
      yes || conclusion === 'undecided' ? confirmBlock(evaluation.confirm, c) : '',
      extras.differences,
      basisBlock(evaluation.citation ?? deciding[0]?.citation ?? null, c),
      closingLine(shown, c),
    ]),
    suggestions: [...extras.prescriptions, ...extras.orders],
  };
}

/** Open rows are told by what is missing; the reasons are those that were settled. */
function whyRows(conclusion: string, deciding: readonly CriterionResult[]): readonly CriterionResult[] {
  const settled = deciding.filter((row) => row.status !== 'unknown');
  return (conclusion === 'not-recommended' && settled.length > WHY ? settled.filter((row) => row.note) : settled).slice(
    0,
    WHY,
  );
}

/** Facts that the card names as missing: those that would settle it, or those that a yes does not wait for. */
export function missingFacts(evaluation: Evaluation): FactKey[] {
  const open = isYes(evaluation.conclusion)
    ? decidingRows(evaluation).flatMap((row) => (row.status === 'unknown' ? (row.missing ?? []) : []))
    : [];
  return [...new Set([...evaluation.settledBy, ...open])];
}

function missing(evaluation: Evaluation, c: ExplainContext): string {
  const keys = missingFacts(evaluation);
  if (keys.length === 0) return '';
  if (!isYes(evaluation.conclusion)) return missingBlock(keys, c);
  // With a yes, what is still open are results that the guideline says not to wait for.
  const items = keys.map((key) => missingItem(key, c));
  return c.texts.text('thrombolysis.labs-pending', { list: enumerate(items, items.length, c) });
}

function summary(evaluation: Evaluation, isUnsafeUse: boolean, c: ExplainContext): string {
  const { conclusion, settledBy, before } = evaluation;
  const deciding = decidingRows(evaluation);
  const windowClosed = conclusion === 'not-recommended' && deciding.every((row) => row.class === 'window');
  const reason = windowClosed ? c.texts.text('thrombolysis.windows-closed') : namesOf(deciding, c, 2);
  const oneReason = windowClosed ? reason : namesOf(deciding, c, 1);
  const window = windowText(closes(evaluation, c.at), c);
  const text = (key: string, values: Record<string, string>): string =>
    c.texts.text(`thrombolysis.summary.${key}`, values);
  if (conclusion !== 'undecided') {
    const key = isUnsafeUse ? 'contraindicated-in-use' : conclusion;
    return fitSummary([reason, oneReason].map((why) => text(key, { reason: why, window })));
  }
  const first = before[0];
  if (settledBy.length > 0)
    return fitSummary([
      ...[4, 3, 2, 1].map((most) => text('undecided', { missing: factNames(settledBy, c, most), window })),
      text('undecided', { missing: factNames(settledBy, c, 1), window: '' }),
    ]);
  if (first !== undefined) {
    const step = messageText('action', first, c.f);
    return fitSummary([window, ''].map((w) => text('undecided-first', { first: step, window: w })));
  }
  return fitSummary([window, ''].map((w) => text('undecided-reason', { reason: oneReason, window: w })));
}

/** When the answer (or, undecided, the open window) ends by itself. */
export function closes(evaluation: Evaluation, at: Instant): Instant | null {
  if (isYes(evaluation.conclusion)) return evaluation.validUntil;
  const ends = evaluation.criteria
    .filter((row) => row.class === 'window' && row.status !== 'notMet' && row.status !== 'notApplicable')
    .flatMap((row) => row.changesAt ?? [])
    .filter((instant) => instant > at);
  return ends.length === 0 ? null : (Math.min(...ends) as Instant);
}

function indicatorOf(evaluation: Evaluation, isUnsafeUse: boolean, at: Instant): Indicator {
  if (isUnsafeUse) return 'critical';
  const { conclusion } = evaluation;
  const isOpen = closes(evaluation, at) !== null;
  if (conclusion === 'recommended' || conclusion === 'reasonable') return 'warning';
  return conclusion === 'undecided' && isOpen ? 'warning' : 'info';
}
