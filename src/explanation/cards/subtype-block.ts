/** The four classifications, what they rest on, what is not done yet, and the trained probability beside them. */
import type {
  Classification,
  ClassifiedSubtype,
  FindingId,
  OcspClassification,
  SubtypePrediction,
} from '../../decisions/subtype/index.ts';
import { knowsLesion } from '../../decisions/subtype/index.ts';
import type { ExplainContext } from '../explain-context.ts';
import { escapeValue, list } from '../format/markdown.ts';
import { probabilityText } from '../format/percent.ts';
import { enumerate, inSentence } from './blocks.ts';
import { contributionLines } from './contribution-lines.ts';
import { limitSentences, simulatedMark, headlineOutcome } from './model-statement.ts';

const REASONS = 4;
const NOT_DONE = 4;
/** Causes named with their probability; the rest is summed. */
const NAMED_CAUSES = 3;

/** 'large-artery atherosclerosis (probable)', 'undetermined (incomplete)'. */
export function classText({ system, class: name, level, undetermined }: Classification, c: ExplainContext): string {
  const text = c.texts.text(`term.${system}-${name}`);
  const detail =
    level !== null
      ? c.texts.text(`term.level-${level}`)
      : undetermined !== null
        ? c.texts.text(`term.undetermined-${undetermined}`)
        : '';
  return detail === '' ? text : c.texts.text('block.missing-item', { name: text, reason: detail });
}

export function ocspText({ class: name, possible }: OcspClassification, c: ExplainContext): string {
  if (name !== 'undetermined' || possible.length === 0 || possible.length > 2) return c.texts.text(`term.ocsp-${name}`);
  return possible.map((one) => c.texts.text(`term.ocsp-${one}`)).join(c.texts.text('ui.or'));
}

/** One line per system; the mechanism of CISS step 2 beside its class. */
export function classificationLines(subtype: ClassifiedSubtype, c: ExplainContext): string[] {
  const { toast, ccs, ciss, ocsp } = subtype;
  const line = (system: string, text: string): string =>
    escapeValue(c.texts.text('subtype.line', { system: c.texts.text(`term.system-${system}`), text }));
  const mechanism =
    ciss.mechanism === null
      ? ''
      : c.texts.text('subtype.mechanism', { mechanism: c.texts.text(`term.mechanism-${ciss.mechanism}`) });
  return [
    line('toast', classText(toast, c)),
    line('ccs', classText(ccs, c)),
    line('ciss', `${classText(ciss, c)}${mechanism}`),
    line('ocsp', ocspText(ocsp, c)),
  ];
}

/** All that rest on the same findings are told once; a finding that is absent is told as absent. */
export function reasonsBlock({ toast, ccs, ciss, findings }: ClassifiedSubtype, c: ExplainContext): string {
  const absent = new Set(findings.flatMap(({ id, status }) => (status === 'notMet' ? [id] : [])));
  const nameOf = (id: FindingId): string => {
    const name = inSentence(c.texts.text(`criterion.${id}`));
    return absent.has(id) ? c.texts.text('block.not-met', { name }) : name;
  };
  const ids = [...new Set([toast, ccs, ciss].flatMap(({ decidedBy }) => decidedBy))];
  if (ids.length === 0) return '';
  const names = ids.map((id) => escapeValue(nameOf(id)));
  return c.texts.text('subtype.because', { list: enumerate(names, names.length, c, REASONS) });
}

export function nextTestBlock({ nextBestTest }: ClassifiedSubtype, c: ExplainContext): string {
  if (nextBestTest === null) return '';
  return c.texts.text('subtype.next', {
    test: escapeValue(c.texts.text(`term.investigation-${nextBestTest.id}`)),
    causes: escapeValue(
      nextBestTest.tells.map((cause) => c.texts.text(`term.cause-${cause}`)).join(c.texts.text('ui.separator')),
    ),
  });
}

/** What is not done yet and would tell something, besides the next test. */
export function notDoneBlock({ investigations, nextBestTest }: ClassifiedSubtype, c: ExplainContext): string {
  const names = investigations
    .filter(({ reason, id }) => reason !== null && id !== nextBestTest?.id)
    .map(({ id }) => escapeValue(inSentence(c.texts.text(`term.investigation-${id}`))));
  return names.length === 0
    ? ''
    : c.texts.text('subtype.not-done', { list: enumerate(names, names.length, c, NOT_DONE) });
}

/** What one further finding would make of TOAST: at most two. */
export function wouldChangeBlock({ toast }: ClassifiedSubtype, c: ExplainContext): string {
  const items = toast.wouldChange.slice(0, 2).map(({ finding, present, class: becomes, level }) => {
    const name = inSentence(c.texts.text(`criterion.${finding}`));
    return c.texts.text('subtype.would-be', {
      finding: present ? name : c.texts.text('block.not-met', { name }),
      class: classText({ ...toast, class: becomes, level, undetermined: null }, c),
    });
  });
  return items.length === 0
    ? ''
    : c.texts.text('block.changed-by', { list: escapeValue(items.join(c.texts.text('ui.semicolon'))) });
}

/** 'Lesion pattern compatible with …': never a cause, and never in place of a rule. */
export function patternBlock(pattern: SubtypePrediction | null, c: ExplainContext, bars: number): string {
  if (pattern === null) return '';
  const { prediction, tellsApart, noneFound } = pattern;
  const mark = simulatedMark(prediction, c);
  if (prediction.headline === null) return c.texts.text('subtype.pattern-outside', { mark });
  // Of a lesion that nobody has measured it cannot be said that its pattern leaves the cause open.
  if (!tellsApart) return knowsLesion(prediction) ? c.texts.text('subtype.pattern-open', { mark }) : '';
  const statement = c.texts.text('subtype.pattern', {
    mark,
    list: escapeValue(causeProbabilities(pattern, c)),
    none: Math.round(noneFound * 100),
  });
  const sentence = [statement, ...limitSentences(prediction, c)].join(' ');
  const lines = bars === 0 ? [] : contributionLines(prediction, c, bars);
  return lines.length === 0
    ? sentence
    : `${sentence}\n\n${c.texts.text('subtype.pattern-why', {
        class: escapeValue(headlineOutcome(prediction.headline, c)),
      })}\n\n${list(lines)}`;
}

/** 'small-vessel 58 %, cardioembolism 21 %, others 21 %': the causes among themselves, the most probable first. */
function causeProbabilities({ ifFound }: SubtypePrediction, c: ExplainContext): string {
  const text = (name: string, probability: number): string =>
    c.texts.text('model.group-value', { name, value: probabilityText(probability, c.f) });
  const rest = ifFound.slice(NAMED_CAUSES).reduce((sum, { probability }) => sum + probability, 0);
  return [
    ...ifFound
      .slice(0, NAMED_CAUSES)
      .map(({ cause, probability }) => text(c.texts.text(`term.cause-${cause}`), probability)),
    ...(ifFound.length > NAMED_CAUSES ? [text(c.texts.text('model.other-classes'), rest)] : []),
  ].join(c.texts.text('ui.separator'));
}
