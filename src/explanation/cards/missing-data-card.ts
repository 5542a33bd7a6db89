/** What the other cards do not say: further gaps, entries that were not used, parts that could not be read. */
import type { Degradation, FactKey } from '../../case/index.ts';
import { WAYS_TO_OBTAIN, type MissingData, type MissingFact } from '../../decisions/missing-data/index.ts';
import type { CardDraft, SuggestionDraft } from '../card-draft.ts';
import type { ExplainContext } from '../explain-context.ts';
import { blocks, escapeValue, list } from '../format/markdown.ts';
import { closingLine, confirmBlock, conflictBlock, disagrees, enumerate, missingItem, missingItems } from './blocks.ts';
import { factNames } from './evaluation-parts.ts';
import { fitSummary } from './summary.ts';

/** Names in one line of the list. */
const NAMES = 6;

export interface MissingDataExtras {
  /** Facts that other cards name as missing. */
  readonly saidElsewhere: ReadonlySet<FactKey>;
  /** Contradictions that the card of the state shows. */
  readonly conflictsElsewhere: ReadonlySet<FactKey>;
  /** Facts to confirm that other cards name. */
  readonly confirmedElsewhere: ReadonlySet<FactKey>;
  readonly orders: readonly SuggestionDraft[];
}

/** @returns null when the other cards have said it all */
export function missingDataCard(data: MissingData, extras: MissingDataExtras, c: ExplainContext): CardDraft | null {
  const { degradations } = c.stroke;
  const isRejected = (fact: FactKey): boolean => data.rejected.some((entry) => entry.fact === fact);
  const missing = data.missing.filter(
    ({ fact, settles }) => settles.length > 0 && !extras.saidElsewhere.has(fact) && !isRejected(fact),
  );
  const confirm = data.confirm.map(({ fact }) => fact).filter((fact) => !extras.confirmedElsewhere.has(fact));
  const rejected = data.rejected.filter(({ fact }) => !extras.saidElsewhere.has(fact));
  const conflicting = data.conflicting.filter(
    (fact) => disagrees(fact, c) && !extras.saidElsewhere.has(fact) && !extras.conflictsElsewhere.has(fact),
  );
  // What only has to be confirmed is no gap: the cards that rest on it name it.
  const gaps = [missing, rejected, conflicting, degradations, extras.orders];
  if (gaps.every((gap) => gap.length === 0)) return null;
  return {
    topic: 'missing-data',
    summary: summary(
      missing,
      rejected.map(({ fact }) => fact),
      conflicting,
      c,
    ),
    indicator: 'info',
    detail: blocks([
      unreadBlock(degradations, c),
      missingLists(missing, c),
      rejected.length === 0
        ? ''
        : `${c.texts.text('missing-data.rejected')}\n\n${list(rejected.map(({ fact }) => missingItem(fact, c)))}`,
      conflictBlock(conflicting, c),
      confirmBlock(confirm, c),
      c.texts.text('missing-data.closing-note'),
      closingLine([], c),
    ]),
    suggestions: extras.orders,
  };
}

function summary(
  missing: readonly MissingFact[],
  rejected: readonly FactKey[],
  conflicting: readonly FactKey[],
  c: ExplainContext,
): string {
  const facts = missing.map(({ fact }) => fact);
  const { degradations } = c.stroke;
  const candidates = (key: string, keys: readonly FactKey[]): string =>
    fitSummary(
      [4, 3, 2, 1].map((most) => c.texts.text(`missing-data.summary.${key}`, { list: factNames(keys, c, most) })),
    );
  if (degradations.length > 0) {
    const names = [...new Set(degradations.map((d) => recordPart(d, c)))];
    return fitSummary(
      [4, 2, 1].map((most) =>
        c.texts.text('missing-data.summary.unread', { list: enumerate(names, names.length, c, most) }),
      ),
    );
  }
  if (facts.length > 0) return candidates('missing', facts);
  if (rejected.length > 0) return candidates('rejected', rejected);
  if (conflicting.length > 0) return candidates('conflicting', conflicting);
  return c.texts.text('missing-data.summary.orders');
}

/** One line per way of getting it, so that nobody has to sort the list at the bedside. */
function missingLists(missing: readonly MissingFact[], c: ExplainContext): string {
  const lines = WAYS_TO_OBTAIN.flatMap((way) => {
    const facts = missing.filter((entry) => entry.obtainedBy === way).map(({ fact }) => fact);
    if (facts.length === 0) return [];
    const names = missingItems(facts, c);
    return [c.texts.text(`missing-data.by.${way}`, { list: enumerate(names, names.length, c, NAMES) })];
  });
  return lines.length === 0 ? '' : `${c.texts.text('missing-data.missing')}\n\n${list(lines)}`;
}

function unreadBlock(degradations: readonly Degradation[], c: ExplainContext): string {
  if (degradations.length === 0) return '';
  const lines = degradations.slice(0, NAMES).map((degradation) =>
    c.texts.text('missing-data.unread-item', {
      what: escapeValue(recordPart(degradation, c)),
      why: escapeValue(c.texts.text(`degradation.${degradation.why}`)),
    }),
  );
  return `${c.texts.text('missing-data.unread')}\n\n${list([...new Set(lines)])}`;
}

/** In our own words only: the reference of a resource is shown on the basis page. */
function recordPart({ where }: Degradation, c: ExplainContext): string {
  return c.texts.text(c.texts.has(`record.${where}`) ? `record.${where}` : 'record.other');
}
