import type { FactKey } from '../../case/index.ts';
import type { CriterionResult, Evaluation } from '../../decisions/evaluation.ts';
import type { GuidelineDifference, ThrombolysisEvaluation } from '../../decisions/thrombolysis/index.ts';
import type { CardDraft, Indicator, SuggestionDraft } from '../card-draft.ts';
import type { ExplainContext } from '../explain-context.ts';
import { blocks, escapeValue } from '../format/markdown.ts';
import { sourceText } from '../format/messages.ts';
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
import { decidingRows, evidenceKeys } from './evaluation-parts.ts';
import { thrombolysisSummary } from './thrombolysis-summary.ts';

const YES: readonly string[] = ['recommended', 'reasonable', 'may-be-considered'];
const WHY = 4;

/** What the other parts of the decision add to the card. */
export interface ThrombolysisExtras {
  /** Markdown; '' when there is nothing to say on the dose. */
  readonly dose: string;
  readonly prescriptions: readonly SuggestionDraft[];
  readonly orders: readonly SuggestionDraft[];
  /** A thrombolytic is ordered, being ordered or given. */
  readonly inUse: boolean;
}

export const isYes = (conclusion: string): boolean => YES.includes(conclusion);

export function thrombolysisCard(
  evaluation: ThrombolysisEvaluation,
  extras: ThrombolysisExtras,
  c: ExplainContext,
): CardDraft {
  const { conclusion } = evaluation;
  const deciding = decidingRows(evaluation);
  const isOpen = isYes(conclusion) || conclusion === 'undecided';
  const shown = [...new Set([...evidenceKeys(evaluation), ...missingFacts(evaluation)])];
  const isUnsafeUse = conclusion === 'contraindicated' && extras.inUse;
  return {
    topic: 'thrombolysis',
    summary: thrombolysisSummary(evaluation, isUnsafeUse, c),
    indicator: indicatorOf(evaluation, isUnsafeUse, c),
    detail: blocks([
      statement(evaluation, isUnsafeUse, c),
      lines('why', whyRows(deciding), c),
      beforeBlock(evaluation.before, c),
      missing(evaluation, c),
      isYes(conclusion) ? extras.dose : '',
      isOpen ? lines('weigh', toWeigh(evaluation), c) : '',
      conflictBlock(shown, c),
      evidenceBlock(shown, c),
      isYes(conclusion) ? validityBlock(evaluation.validUntil, c) : counterfactualBlock(evaluation, c),
      isOpen ? confirmBlock(evaluation.confirm, c) : '',
      differencesBlock(evaluation.alternatives, c),
      basisBlock(evaluation.citation ?? deciding[0]?.citation ?? null, c),
      closingLine(shown, c),
    ]),
    suggestions: [...extras.prescriptions, ...extras.orders],
  };
}

function statement(evaluation: ThrombolysisEvaluation, isUnsafeUse: boolean, c: ExplainContext): string {
  const { conclusion, guideline, afterCorrection } = evaluation;
  const parts = [c.texts.text(`thrombolysis.statement.${conclusion}`, { guideline: sourceText(guideline, c.f) })];
  if (isUnsafeUse) parts.push(c.texts.text('thrombolysis.in-use'));
  if (afterCorrection !== null && afterCorrection !== conclusion)
    parts.push(
      c.texts.text('thrombolysis.after-correction', { conclusion: c.texts.text(`conclusion.${afterCorrection}`) }),
    );
  return parts.join(' ');
}

function lines(key: string, rows: readonly CriterionResult[], c: ExplainContext): string {
  return heading(
    key,
    rows.slice(0, WHY).map((row) => criterionLine(row, c)),
    c,
  );
}

/** Relative contraindications that are there and are not yet among the reasons. */
function toWeigh(evaluation: Evaluation): CriterionResult[] {
  return evaluation.criteria.filter(
    (row) => row.class === 'relative' && row.status === 'met' && !evaluation.decidedBy.includes(row.id),
  );
}

/** Open rows are told by what is missing; the reasons are those that were settled. Rows with a remark say most. */
function whyRows(deciding: readonly CriterionResult[]): CriterionResult[] {
  return deciding
    .filter((row) => row.status !== 'unknown')
    .toSorted((a, b) => Number(b.note !== undefined) - Number(a.note !== undefined));
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

/** Which other answer would change this one: at most two, the nearest first. */
function counterfactualBlock(evaluation: ThrombolysisEvaluation, c: ExplainContext): string {
  const changed = evaluation.counterfactuals.filter(({ kind }) => kind === 'changed').slice(0, 2);
  const items = changed.map(({ criterion, becomes }) => {
    const isMet = evaluation.criteria.find((row) => row.id === criterion)?.status === 'met';
    return c.texts.text(`thrombolysis.${isMet ? 'changed-if-not' : 'changed-if'}`, {
      name: escapeValue(c.texts.text(`criterion.${criterion}`)),
      conclusion: c.texts.text(`conclusion.${becomes}`),
    });
  });
  return items.length === 0 ? '' : c.texts.text('block.changed-by', { list: items.join(c.texts.text('ui.semicolon')) });
}

/** What the other guideline sets say where they say something else. */
function differencesBlock(alternatives: readonly GuidelineDifference[], c: ExplainContext): string {
  const items = alternatives.map(({ guideline, conclusion, decidedBy }) => {
    const [first] = decidedBy;
    const values = {
      guideline: sourceText(guideline, c.f),
      conclusion: c.texts.text(`conclusion.${conclusion}`),
    };
    return first === undefined
      ? c.texts.text('thrombolysis.difference-plain', values)
      : c.texts.text('thrombolysis.difference', {
          ...values,
          reason: escapeValue(c.texts.text(`criterion.${first}`)),
        });
  });
  return items.length === 0
    ? ''
    : c.texts.text('thrombolysis.differences', { list: items.join(c.texts.text('ui.semicolon')) });
}

/** A yes is time-critical and can be acted upon, and so is an open question while its window is open. */
function indicatorOf(evaluation: ThrombolysisEvaluation, isUnsafeUse: boolean, c: ExplainContext): Indicator {
  if (isUnsafeUse) return 'critical';
  const { conclusion, window } = evaluation;
  if (conclusion === 'recommended' || conclusion === 'reasonable') return 'warning';
  const windowMayBeOpen = window !== null && window.state !== 'closed' && window.closesAt > c.at;
  return conclusion === 'undecided' && windowMayBeOpen ? 'warning' : 'info';
}
