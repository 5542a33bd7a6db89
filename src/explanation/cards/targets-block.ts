/** Blood pressure and glucose to aim for, in one short list. */
import { isFailed } from '../../decisions/guarded.ts';
import type { Decisions } from '../../decisions/decide.ts';
import type { ExplainContext } from '../explain-context.ts';
import { escapeValue, list } from '../format/markdown.ts';
import { strengthText } from '../format/messages.ts';

const HARM = '3: Harm';

/** @returns Markdown, or '' when no treatment is chosen that has a target */
export function targetsBlock(targets: Decisions['targets'], c: ExplainContext): string {
  if (isFailed(targets)) return c.texts.text('block.failed', { id: escapeValue(targets.errorId) });
  // What to aim for and what harms come onto the card; what brings no benefit stands on the basis page.
  const items = targets.bloodPressure.flatMap(({ id, kind, citation }) => {
    const name = c.texts.text(`target.${id}`);
    if (kind === 'keep-below' || kind === 'keep-at-most') return [name];
    if (citation.cor !== HARM) return [];
    return [c.texts.text('block.missing-item', { name, reason: strengthText(citation, c.f) })];
  });
  if (targets.adultsOnly) items.push(c.texts.text('target.for-adults'));
  const { glucoseStep } = targets;
  if (glucoseStep === 'treat-hypoglycemia' || glucoseStep === 'lower-to-target')
    items.push(c.texts.text(`glucose-step.${glucoseStep}`));
  return items.length === 0 ? '' : `${c.texts.text('stroke-state.targets')}\n\n${list(items.map(escapeValue))}`;
}
