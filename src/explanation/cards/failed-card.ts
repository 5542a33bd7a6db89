/** The card in the place of a statement that could not be made. */
import type { CardDraft } from '../card-draft.ts';
import type { ExplainContext } from '../explain-context.ts';
import { blocks, escapeValue } from '../format/markdown.ts';
import { closingLine } from './blocks.ts';
import { fitSummary } from './summary.ts';

/** @param decision text key part of what failed: 'thrombolysis' */
export function failedCard(topic: CardDraft['topic'], decision: string, errorId: string, c: ExplainContext): CardDraft {
  const name = c.texts.text(`decision.${decision}`);
  return {
    topic,
    summary: fitSummary([c.texts.text('ui.failed-summary', { name, id: errorId })]),
    // A missing statement on treatment must not be overlooked.
    indicator: topic === 'thrombolysis' || topic === 'complication' ? 'warning' : 'info',
    detail: blocks([c.texts.text('block.failed', { id: escapeValue(errorId) }), closingLine([], c)]),
    suggestions: [],
  };
}
