/** Why this stroke happened: four classifications side by side. Early in the evening the honest answer is 'incomplete'. */
import type { FactKey } from '../../case/index.ts';
import type { ClassifiedSubtype, SubtypeEvaluation } from '../../decisions/subtype/index.ts';
import type { CardDraft, SuggestionDraft } from '../card-draft.ts';
import type { ExplainContext } from '../explain-context.ts';
import { blocks, escapeValue, list } from '../format/markdown.ts';
import { messageText } from '../format/messages.ts';
import { basisBlock, closingLine, inSentence } from './blocks.ts';
import {
  classificationLines,
  classText,
  nextTestBlock,
  notDoneBlock,
  patternBlock,
  reasonsBlock,
  wouldChangeBlock,
} from './subtype-block.ts';
import { fitSummary } from './summary.ts';

const BARS = 3;

/** @returns null for hemorrhagic stroke */
export function subtypeCard(
  subtype: SubtypeEvaluation,
  orders: readonly SuggestionDraft[],
  c: ExplainContext,
): CardDraft | null {
  if (subtype.status !== 'classified') return null;
  return {
    topic: 'subtype',
    summary: subtypeSummary(subtype, c),
    indicator: 'info',
    detail: blocks([
      ...subtypeParts(subtype, c),
      wouldChangeBlock(subtype, c),
      patternBlock(subtype.prediction, c, BARS),
      basisBlock(subtype.toast.citation, c),
      closingLine(dataOf(subtype), c),
    ]),
    suggestions: orders,
  };
}

/** The same, short, as a part of another card when there is no room for one more. */
export function subtypeSection(subtype: SubtypeEvaluation, c: ExplainContext): string {
  if (subtype.status !== 'classified') return '';
  const { toast, ciss } = subtype;
  const isOpen = toast.undetermined === 'incomplete-evaluation' && ciss.undetermined === 'incomplete-evaluation';
  return blocks([
    c.texts.text('subtype.section', {
      text: escapeValue(isOpen ? classText(toast, c) : classesInLine(subtype, c)),
    }),
    nextTestBlock(subtype, c),
    patternBlock(subtype.prediction, c, 0),
  ]);
}

function classesInLine({ toast, ciss, ocsp }: ClassifiedSubtype, c: ExplainContext): string {
  return [toast, ciss]
    .map((one) =>
      c.texts.text('subtype.line', { system: c.texts.text(`term.system-${one.system}`), text: classText(one, c) }),
    )
    .concat(
      ocsp.class === 'undetermined'
        ? []
        : [
            c.texts.text('subtype.line', {
              system: c.texts.text('term.system-ocsp'),
              text: c.texts.text(`term.ocsp-${ocsp.class}`),
            }),
          ],
    )
    .join(c.texts.text('ui.semicolon'));
}

function subtypeParts(subtype: ClassifiedSubtype, c: ExplainContext): string[] {
  return [
    subtype.assumesIschemic ? c.texts.text('subtype.if-ischemic') : '',
    list(classificationLines(subtype, c)),
    reasonsBlock(subtype, c),
    subtype.contradictions.length === 0
      ? ''
      : c.texts.text('subtype.contradictions', {
          list: subtype.contradictions
            .map((message) => escapeValue(messageText('note', message, c.f)))
            .join(c.texts.text('ui.semicolon')),
        }),
    [nextTestBlock(subtype, c), notDoneBlock(subtype, c)].filter((part) => part !== '').join(' '),
  ];
}

/** 'Subtype: undetermined (incomplete); next: CT or MR angiography'. */
export function subtypeSummary(subtype: ClassifiedSubtype, c: ExplainContext): string {
  const { toast, ciss, nextBestTest } = subtype;
  const next =
    nextBestTest === null
      ? ''
      : c.texts.text('subtype.summary.next', {
          test: inSentence(c.texts.text(`term.investigation-${nextBestTest.id}`)),
        });
  const text = (class_: string, then: string): string => c.texts.text('subtype.summary', { class: class_, next: then });
  const both = c.texts.text('subtype.summary.both', { toast: classText(toast, c), ciss: classText(ciss, c) });
  const isOpen = toast.undetermined !== null && ciss.undetermined !== null;
  return fitSummary([
    ...(isOpen ? [] : [text(both, next), text(both, '')]),
    text(classText(toast, c), next),
    text(classText(toast, c), ''),
  ]);
}

const dataOf = ({ findings, ocsp }: ClassifiedSubtype): FactKey[] => [
  ...new Set([...findings.filter(({ status }) => status === 'met').flatMap(({ data }) => data), ...ocsp.data]),
];
