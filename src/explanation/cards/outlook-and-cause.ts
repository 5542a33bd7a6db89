/**
 * At most five cards are read. The outlook and the cause of the stroke share what room the others leave: two cards, or
 * one with the cause as a section, or one line on the card of the state.
 */
import type { Decisions } from '../../decisions/decide.ts';
import { isFailed, type Guarded } from '../../decisions/guarded.ts';
import type { SubtypeEvaluation } from '../../decisions/subtype/index.ts';
import type { CardDraft, SuggestionDraft } from '../card-draft.ts';
import type { ExplainContext } from '../explain-context.ts';
import { escapeValue } from '../format/markdown.ts';
import { failedCard } from './failed-card.ts';
import { hasOutlook, outlookCard, outlookSummary, type Outlooks } from './outlook-card.ts';
import { subtypeCard, subtypeSection } from './subtype-card.ts';

export const MOST_CARDS = 5;

export interface OutlookAndCause {
  readonly outlook: CardDraft | null;
  readonly subtype: CardDraft | null;
  /** For the card of the state, when there is no room for a card; Markdown, '' otherwise. */
  readonly line: string;
}

export type OrdersOfSubtype = (subtype: SubtypeEvaluation) => readonly SuggestionDraft[];

const valueOf = <T>(outcome: Guarded<T>): T | null => (isFailed(outcome) ? null : outcome);

/** @param room cards that the others leave, may be negative */
export function outlookAndCause(
  decisions: Decisions,
  room: number,
  ordersOf: OrdersOfSubtype,
  c: ExplainContext,
): OutlookAndCause {
  if (isBleedingFeared(decisions)) return { outlook: null, subtype: null, line: '' };
  const outlooks: Outlooks = {
    prognosis: valueOf(decisions.prognosis),
    risk: riskToTell(decisions),
    damaged: decisions.damagedModels,
  };
  const subtype = valueOf(decisions.subtype);
  const says = hasOutlook(outlooks);
  if (room < 1) {
    const line = says ? c.texts.text('outlook.line', { text: escapeValue(outlookSummary(outlooks, c)) }) : '';
    return { outlook: null, subtype: null, line };
  }
  const ownCard = subtype !== null && (!says || (room > 1 && hasNews(subtype)));
  const cause = subtype === null || ownCard ? '' : subtypeSection(subtype, c);
  const outlook = outlookCard(outlooks, cause, c);
  return {
    outlook: outlook ?? failureOf(decisions, c),
    subtype: ownCard ? subtypeCard(subtype, ordersOf(subtype), c) : null,
    line: '',
  };
}

/** Worse after thrombolysis: what was expected before no longer holds, and the alarm is not to be talked over. */
function isBleedingFeared({ complications }: Decisions): boolean {
  return complications !== null && !isFailed(complications) && BLEEDING_FEARED.has(complications.hemorrhage.conclusion);
}

const BLEEDING_FEARED: ReadonlySet<string> = new Set(['suspected', 'confirmed']);

/** The risk of a treatment that is ruled out would only read like an offer of it. */
function riskToTell({ hemorrhagicTransformation, thrombolysis }: Decisions): Outlooks['risk'] {
  const risk = valueOf(hemorrhagicTransformation);
  const isRuledOut = !isFailed(thrombolysis) && RULED_OUT.has(thrombolysis.conclusion);
  return risk?.setting === 'before-thrombolysis' && isRuledOut ? null : risk;
}

const RULED_OUT: ReadonlySet<string> = new Set(['contraindicated', 'not-recommended']);

/** An evaluation that is only incomplete is a line, not a card. */
function hasNews(subtype: SubtypeEvaluation): boolean {
  if (subtype.status !== 'classified') return false;
  const { toast, ccs, ciss, prediction, contradictions } = subtype;
  const isIncomplete = [toast, ccs, ciss].every(({ undetermined }) => undetermined === 'incomplete-evaluation');
  return !isIncomplete || prediction?.tellsApart === true || contradictions.length > 0;
}

/** Both parts of the outlook silent, and one of them because it failed: that is said. */
function failureOf({ prognosis, hemorrhagicTransformation }: Decisions, c: ExplainContext): CardDraft | null {
  const failed = [prognosis, hemorrhagicTransformation].find(isFailed);
  return failed === undefined ? null : failedCard('outlook', 'outlook', failed.errorId, c);
}
