import { hemorrhageDoubt, type FactKey } from '../../case/index.ts';
import type { IntracerebralHemorrhageEvaluation } from '../../decisions/intracerebral-hemorrhage/index.ts';
import type { RequiredAction } from '../../decisions/evaluation.ts';
import type { CardDraft } from '../card-draft.ts';
import type { ExplainContext } from '../explain-context.ts';
import { blocks, escapeValue, list } from '../format/markdown.ts';
import { citationText, messageText, sourceText, strengthText } from '../format/messages.ts';
import { computedHemorrhageLine, courseLine } from './computed-hemorrhage-line.ts';
import { closingLine, confirmBlock, conflictBlock, enumerate, inSentence, openFactName } from './blocks.ts';
import { decidingRows } from './evaluation-parts.ts';
import { scoreLines } from './score-lines.ts';
import { fitSummary } from './summary.ts';

const OPTIONS = 6;
/** The bleeding and what thins the blood; pressure and laboratory stand on the card of the state. */
const EVIDENCE = [
  'hematomaVolume',
  'hematomaLocation',
  'intraventricularHemorrhage',
  'gcs',
  'vitaminKAntagonist',
  'directOralAnticoagulant',
  'unfractionatedHeparin',
  'lowMolecularWeightHeparin',
  'otherAnticoagulant',
  'antiplatelet',
] as const;
const BLOOD_THINNERS = EVIDENCE.slice(EVIDENCE.indexOf('vitaminKAntagonist'));

/** For a hemorrhage that is there, or that the software suspects on images without a report; @returns null otherwise */
export function hemorrhageCard(evaluation: IntracerebralHemorrhageEvaluation, c: ExplainContext): CardDraft | null {
  const { suspectedByComputation: isSuspected, subarachnoidOnly } = evaluation;
  if (evaluation.conclusion !== 'intracranial-hemorrhage' && !isSuspected) return null;
  const { reversal, reversalGiven, pressure, surgery } = evaluation;
  // The first sentence of the card says it already.
  const avoid = evaluation.avoid.filter(({ key }) => key !== 'do-not-give-thrombolytic');
  const options = [...reversal, ...pressure, ...surgery].slice(0, OPTIONS);
  const citations = [
    ...new Set([...options, ...decidingRows(evaluation)].flatMap((o) => (o.citation ? [o.citation] : []))),
  ];
  const scores = scoreLines(evaluation.scores, c);
  const confirm = confirmOf(evaluation);
  const shown = EVIDENCE.filter((key) => !confirm.includes(key));
  const { operator, growthMl, growthPercent } = evaluation.expansionDefinition;
  return {
    topic: 'hemorrhage',
    summary: isSuspected ? suspicion(c) : summary(evaluation, c),
    indicator: options.length > 0 || isSuspected || subarachnoidOnly ? 'warning' : 'info',
    detail: blocks([
      isSuspected ? computedHemorrhageLine(c) : c.texts.text('hemorrhage.statement'),
      subarachnoidOnly ? notCovered(evaluation, c) : courseLine(operator, c),
      isSuspected ? c.texts.text('hemorrhage.if-confirmed') : '',
      reversalGiven.length === 0
        ? ''
        : `${c.texts.text('hemorrhage.given')}\n\n${list(reversalGiven.map((o) => option(o, c)))}`,
      options.length === 0 ? '' : `${c.texts.text('hemorrhage.options')}\n\n${list(options.map((o) => option(o, c)))}`,
      avoid.length === 0
        ? ''
        : c.texts.text('hemorrhage.avoid', {
            list: avoid.map((a) => escapeValue(messageText('action', a, c.f))).join(c.texts.text('ui.semicolon')),
          }),
      findings(shown, c),
      conflictBlock(shown, c),
      missing(evaluation.missing, c),
      raisedInr(evaluation, c),
      confirmLine(confirm, c),
      scores.length === 0 ? '' : `${c.texts.text('hemorrhage.scores')}\n\n${list(scores)}`,
      subarachnoidOnly
        ? ''
        : c.texts.text('hemorrhage.expansion', {
            operator: operator === '>' ? '\\>' : '≥',
            growth: growthMl,
            percent: growthPercent,
          }),
      basis(citations, c),
      closingLine([...EVIDENCE, 'hemorrhageOnImaging'], c),
    ]),
    suggestions: [],
  };
}

/** What does not hold for subarachnoid blood is not shown; what is shown for reversal was not written for it. */
function notCovered({ reversal }: IntracerebralHemorrhageEvaluation, c: ExplainContext): string {
  const outside = c.texts.text('hemorrhage.subarachnoid');
  return reversal.length === 0 ? outside : `${outside} ${c.texts.text('hemorrhage.subarachnoid.reversal')}`;
}

function suspicion(c: ExplainContext): string {
  const isUncertain = hemorrhageDoubt(c.stroke)?.certainty === 'uncertain';
  return fitSummary([c.texts.text(isUncertain ? 'hemorrhage.summary.uncertain' : 'hemorrhage.summary.suspected')]);
}

/** 'Hematoma volume 34 mL; location deep': in one line, for the card has much to say; times and sources are on the page. */
function findings(keys: readonly FactKey[], c: ExplainContext): string {
  const items = keys
    .map((key) => c.fact(key))
    .filter(({ status }) => status === 'known')
    .map(({ label, value }) => escapeValue(c.texts.text('hemorrhage.finding', { name: inSentence(label), value })));
  return items.length === 0
    ? ''
    : c.texts.text('hemorrhage.findings', { list: items.join(c.texts.text('ui.semicolon')) });
}

/** Names alone: what is open here decides no treatment. */
function missing(keys: readonly FactKey[], c: ExplainContext): string {
  const names = keys.map((key) => escapeValue(openFactName(key, c)));
  return names.length === 0 ? '' : c.texts.text('block.missing', { list: enumerate(names, names.length, c) });
}

/** Several blood thinners that no list names are one question. */
function confirmLine(confirm: readonly FactKey[], c: ExplainContext): string {
  if (confirm.length <= 2) return confirmBlock(confirm, c);
  const isNone = BLOOD_THINNERS.every((key) => confirm.includes(key));
  return c.texts.text(isNone ? 'hemorrhage.confirm-blood-thinners' : 'hemorrhage.confirm-other-blood-thinners');
}

/** A vitamin K antagonist that nobody recorded, or another disorder of coagulation. */
function raisedInr({ criteria }: IntracerebralHemorrhageEvaluation, c: ExplainContext): string {
  const isRaised = criteria.some(
    ({ id, status }) => id === 'inr-raised-without-vitamin-k-antagonist' && status === 'met',
  );
  return isRaised ? c.texts.text('hemorrhage.raised-inr', { inr: escapeValue(c.fact('inr').value) }) : '';
}

/** Anticoagulants to ask for; whether a reversal agent was given is known to those who treat. */
export const confirmOf = ({ confirm }: IntracerebralHemorrhageEvaluation): FactKey[] =>
  confirm.filter((fact) => fact !== 'anticoagulantReversal');

/** The class of recommendation stands beside each option: they differ. */
function option(action: RequiredAction, c: ExplainContext): string {
  const text = messageText('action', action, c.f);
  const strength = strengthText(action.citation ?? {}, c.f);
  return escapeValue(strength === '' ? text : c.texts.text('block.missing-item', { name: text, reason: strength }));
}

/** Guideline once, then the sections, without class and level: those stand beside each option. */
function basis(citations: readonly NonNullable<RequiredAction['citation']>[], c: ExplainContext): string {
  const names = citations.map(({ source, section, grade, errataChecked, doi }) =>
    citationText(
      {
        source,
        grade,
        ...(section === undefined ? {} : { section }),
        ...(doi === undefined ? {} : { doi }),
        ...(errataChecked === undefined ? {} : { errataChecked }),
      },
      c.f,
    ),
  );
  const [first, ...others] = [...new Set(names)].slice(0, 3);
  if (first === undefined) return '';
  const guideline = citations[0] === undefined ? '' : sourceText(citations[0].source, c.f);
  const sections = others.map((name) => (name.startsWith(guideline) ? name.slice(guideline.length) : name));
  const list = [first, ...sections.map((name) => name.replace(/^[,\s]+/, ''))];
  return c.texts.text('block.basis', { citation: escapeValue(list.join(c.texts.text('ui.semicolon'))) });
}

function summary(evaluation: IntracerebralHemorrhageEvaluation, c: ExplainContext): string {
  const isGiven = evaluation.reversalGiven.length > 0;
  const isReversible = evaluation.reversal.some(({ key }) => key === 'stop-anticoagulant-and-reverse');
  const kinds = (['reversal', 'pressure', 'surgery'] as const)
    .filter((kind) => evaluation[kind].length > 0)
    .map((kind) => (kind !== 'reversal' ? kind : isGiven ? 'complete-reversal' : isReversible ? kind : 'stop'))
    .map((kind) => c.texts.text(`hemorrhage.summary.kind.${kind}`));
  const key = isGiven ? 'hemorrhage.summary.given' : 'hemorrhage.summary';
  const plain = evaluation.subarachnoidOnly ? 'hemorrhage.summary.subarachnoid' : 'hemorrhage.summary.none';
  const none = c.texts.text(isGiven ? 'hemorrhage.summary.given.none' : plain);
  return kinds.length === 0
    ? fitSummary([none])
    : fitSummary([c.texts.text(key, { options: kinds.join(c.texts.text('ui.comma')) }), none]);
}
