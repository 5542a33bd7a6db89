import type { FactKey } from '../../case/index.ts';
import type { Citation, CriterionResult, Evaluation } from '../../decisions/evaluation.ts';
import {
  THROMBOLYSIS_RULES,
  type GuidelineDifference,
  type OrderedDoseCheck,
  type ThrombolysisEvaluation,
} from '../../decisions/thrombolysis/index.ts';
import { sideDisagreement } from '../../decisions/stroke-state/index.ts';
import type { CardDraft, Indicator, SuggestionDraft } from '../card-draft.ts';
import type { ExplainContext } from '../explain-context.ts';
import { blocks, escapeValue } from '../format/markdown.ts';
import { messageText, sourceText } from '../format/messages.ts';
import {
  basisBlock,
  beforeBlock,
  borderlineBlock,
  closingLine,
  confirmBlock,
  conflictBlock,
  criterionLine,
  evidenceBlock,
  heading,
  inSentence,
  missingBlock,
  missingItem,
  needsReader,
  validityBlock,
  usesComputed,
} from './blocks.ts';
import { decidingRows } from './evaluation-parts.ts';
import { findingsBehind, imageAgeLine } from './imaging-block.ts';
import { computedHemorrhageLine } from './computed-hemorrhage-line.ts';
import { indicatorWithOrder, orderedDoseLine, summaryWithOrder } from './ordered-dose-line.ts';
import { sideLine } from './side-line.ts';
import { closedText, isPastAllKnown, openFacts, reassuringText, thrombolysisSummary } from './thrombolysis-summary.ts';

const YES: readonly string[] = ['recommended', 'reasonable', 'may-be-considered'];
const WHY = 4;

/** What the other parts of the decision add to the card. */
export interface ThrombolysisExtras {
  /** Markdown; '' when there is nothing to say on the dose. */
  readonly dose: string;
  /** What is to be told of the doses that are being ordered. */
  readonly orderedDoses: readonly OrderedDoseCheck[];
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
  const shown = evidenceOf(evaluation, c);
  const missing = missingFacts(evaluation);
  const isUnsafeUse = conclusion === 'contraindicated' && extras.inUse;
  const orderedDoses = extras.orderedDoses.map((check) => orderedDoseLine(check, c));
  const concluded = thrombolysisSummary(evaluation, isUnsafeUse, c);
  // That it must not be given at all comes before how much of it is ordered.
  const summary =
    isUnsafeUse || orderedDoses.length === 0
      ? concluded
      : summaryWithOrder(orderedDoses.join(' '), concluded, conclusion, c);
  return {
    topic: 'thrombolysis',
    summary,
    indicator: indicatorWithOrder(indicatorOf(evaluation, isUnsafeUse, c), extras.orderedDoses),
    detail: blocks([
      statement(evaluation, isUnsafeUse, c),
      orderedDoses.map((line) => `**${escapeValue(line)}**`).join('\n\n'),
      lines('why', whyRows(evaluation, deciding), c),
      isYes(conclusion) && restsOnComputed(deciding, c) ? c.texts.text('imaging.rests-on') : '',
      isOpen ? imageAgeLine(findingsBehind(shown, c), c) : '',
      computedHemorrhageLine(c),
      sideLine(sideDisagreement(c.stroke), c),
      beforeBlock(evaluation.before, c),
      missingBlock(missing, c),
      perfusionLine(evaluation, missing, c),
      isOpen ? borderlineBlock(deciding, c) : '',
      isOpen ? toReadBlock(evaluation, c) : '',
      hangsOnBlock(evaluation, c),
      isYes(conclusion) && extras.dose !== '' ? `${c.texts.text('thrombolysis.dose')}\n\n${extras.dose}` : '',
      isOpen ? lines('weigh', toWeigh(evaluation), c) : '',
      conflictBlock(
        shown.filter((key) => !missing.includes(key)),
        c,
      ),
      evidenceBlock(shown, c),
      isYes(conclusion) ? validityBlock(evaluation.validUntil, summary, c) : '',
      conclusion === 'contraindicated' || conclusion === 'not-recommended' ? counterfactualBlock(evaluation, c) : '',
      isOpen ? confirmBlock(evaluation.confirm, c) : '',
      differencesBlock(evaluation.alternatives, c),
      basisBlock(citationOf(evaluation, deciding), c),
      closingLine(shown, c),
    ]),
    suggestions: [...extras.prescriptions, ...extras.orders],
  };
}

function statement(evaluation: ThrombolysisEvaluation, isUnsafeUse: boolean, c: ExplainContext): string {
  const { conclusion, guideline, afterCorrection } = evaluation;
  const parts = [
    c.texts.text(`thrombolysis.statement.${isPastAllKnown(evaluation, c) ? 'undecided-late' : conclusion}`, {
      guideline: sourceText(guideline, c.f),
    }),
  ];
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

/** A window that is open because of a computed volume. */
const restsOnComputed = (deciding: readonly CriterionResult[], c: ExplainContext): boolean =>
  deciding.some(({ status, data }) => status === 'met' && usesComputed(data, c));

/** What the software computed of an open window, and that a person has to look before it counts. */
function toReadBlock({ criteria }: Evaluation, c: ExplainContext): string {
  const rows = criteria.filter(
    ({ class: kind, status, missing = [] }) =>
      kind === 'window' && status === 'unknown' && missing.some((key) => needsReader(key, c)),
  );
  const notes = rows.flatMap(({ note }) => (note === undefined ? [] : [messageText('note', note, c.f)]));
  return [...new Set(notes)].map((note) => c.texts.text('imaging.to-read', { note: escapeValue(note) })).join('\n\n');
}

const PERFUSION: readonly FactKey[] = ['coreVolume', 'hypoperfusionVolume'];

/** Perfusion figures are asked for where the site has no software that computes them. */
function perfusionLine({ criteria }: Evaluation, missing: readonly FactKey[], c: ExplainContext): string {
  const note = criteria.find(({ note }) => note?.key === 'automated-perfusion-not-at-site')?.note;
  return note === undefined || !PERFUSION.some((key) => missing.includes(key))
    ? ''
    : c.texts.text('thrombolysis.perfusion', { note: escapeValue(messageText('note', note, c.f)) });
}

/** What a yes rests on besides the values of the state card. */
const ALWAYS: readonly FactKey[] = [
  'hemorrhageOnImaging',
  'disablingDeficit',
  'directOralAnticoagulant',
  'vitaminKAntagonist',
];

/** Stand in the first lines of the card of the state; not repeated beside a yes, which is long enough. */
const CLOCK: readonly FactKey[] = ['lastKnownWell', 'witnessedOnset', 'nihss'];

/** The facts of the deciding rows; the vital signs and laboratory values stand on the card of the state. */
function evidenceOf(evaluation: Evaluation, c: ExplainContext): FactKey[] {
  const deciding = decidingRows(evaluation).flatMap((row) => row.data);
  const weighed = toWeigh(evaluation).flatMap((row) => row.data);
  if (isYes(evaluation.conclusion)) {
    const told = new Set([...evaluation.confirm, ...CLOCK]);
    return [...new Set([...deciding, ...weighed, ...ALWAYS])].filter(
      (key) => !told.has(key) || c.stroke.facts[key].status === 'conflicting',
    );
  }
  if (evaluation.conclusion !== 'contraindicated') return [...new Set([...deciding, ...weighed, ...ALWAYS])];
  // What excludes is something that is there: empty lists beside it only distract.
  return [...new Set(deciding)].filter((key) => {
    const fact = c.stroke.facts[key];
    return fact.status !== 'known' || fact.basis !== 'not-recorded';
  });
}

/** Relative contraindications that are there and are not yet among the reasons. */
function toWeigh(evaluation: Evaluation): CriterionResult[] {
  return evaluation.criteria.filter(
    (row) => row.class === 'relative' && row.status === 'met' && !evaluation.decidedBy.includes(row.id),
  );
}

/** Where several rows speak against, the one that applies is cited, not the one that fails to apply. */
function citationOf(evaluation: Evaluation, deciding: readonly CriterionResult[]): Citation | null {
  const against = deciding.find((row) => row.status === 'met');
  if (evaluation.conclusion === 'not-recommended' && against !== undefined) return against.citation;
  return evaluation.citation ?? (deciding.length === 1 ? (deciding[0]?.citation ?? null) : null);
}

/** Open rows are told by what is missing; the reasons are those that were settled. Rows with a remark say most. */
function whyRows({ before }: Evaluation, deciding: readonly CriterionResult[]): CriterionResult[] {
  const toDo = new Set(before.flatMap((action) => action.because));
  return (
    deciding
      .filter((row) => row.status !== 'unknown')
      // A gate that is not passed is told as the step that opens it.
      .filter((row) => row.class !== 'gate' || !row.data.some((key) => toDo.has(key)))
      .toSorted((a, b) => Number(b.note !== undefined) - Number(a.note !== undefined))
  );
}

/** Facts that would settle it. What a yes does not wait for, and what it only hangs on, is told in words of its own. */
export function missingFacts(evaluation: ThrombolysisEvaluation): FactKey[] {
  const told = new Set(toldApart(evaluation));
  const open = isYes(evaluation.conclusion)
    ? decidingRows(evaluation).flatMap((row) => (row.status === 'unknown' ? (row.missing ?? []) : []))
    : [];
  return [...new Set([...openFacts(evaluation), ...open])].filter((key) => !told.has(key));
}

/** Laboratory results that may follow, and facts that would only make a yes stronger. */
export function toldApart({ criteria, before, ifReassuring }: ThrombolysisEvaluation): FactKey[] {
  const awaited = new Set(criteria.flatMap((row) => (row.awaited === true ? (row.missing ?? []) : [])));
  const labs = before.flatMap(({ because }) => because.filter((key) => awaited.has(key)));
  return [...new Set([...labs, ...(ifReassuring?.facts ?? [])])];
}

/** 'Hangs on: pre-stroke mRS; recommended if pre-stroke mRS is 0–1'. */
function hangsOnBlock({ ifReassuring }: ThrombolysisEvaluation, c: ExplainContext): string {
  if (ifReassuring === null) return '';
  return c.texts.text('thrombolysis.hangs-on', {
    list: ifReassuring.facts.map((key) => missingItem(key, c)).join(c.texts.text('ui.separator')),
    conclusion: c.texts.text(`conclusion.${ifReassuring.conclusion}`),
    condition: escapeValue(reassuringText(ifReassuring.facts, c)),
  });
}

/** Which other answer would change this one: at most two, the nearest first. */
function counterfactualBlock(evaluation: ThrombolysisEvaluation, c: ExplainContext): string {
  const changed = evaluation.counterfactuals.filter(({ kind }) => kind === 'changed').slice(0, 2);
  const items = changed.map(({ criterion, becomes }) => {
    const isMet = evaluation.criteria.find((row) => row.id === criterion)?.status === 'met';
    return c.texts.text(`thrombolysis.${isMet ? 'changed-if-not' : 'changed-if'}`, {
      name: escapeValue(inSentence(c.texts.text(`criterion.${criterion}`))),
      conclusion: c.texts.text(`thrombolysis.would.${becomes}`),
    });
  });
  return items.length === 0 ? '' : c.texts.text('block.changed-by', { list: items.join(c.texts.text('ui.semicolon')) });
}

/** What the other guideline sets say where they say something else. */
function differencesBlock(alternatives: readonly GuidelineDifference[], c: ExplainContext): string {
  const items = alternatives.map((difference) => {
    const reason = differenceReason(difference, c);
    const values = {
      guideline: sourceText(difference.guideline, c.f),
      conclusion: c.texts.text(`conclusion.${difference.conclusion}`),
    };
    return reason === ''
      ? c.texts.text('thrombolysis.difference-plain', values)
      : c.texts.text('thrombolysis.difference', { ...values, reason: escapeValue(reason) });
  });
  return items.length === 0
    ? ''
    : c.texts.text('thrombolysis.differences', { list: items.join(c.texts.text('ui.semicolon')) });
}

/** A row decides against by being met, except the windows, which decide by being closed. */
function differenceReason(difference: GuidelineDifference, c: ExplainContext): string {
  const { guideline, conclusion, decidedBy, thrombectomyInstead = false } = difference;
  if (conclusion === 'undecided') return '';
  const classOf = (of: string | undefined): string | undefined =>
    THROMBOLYSIS_RULES[guideline].find(({ id }) => id === of)?.class;
  // A weaker yes rests on an open window too: what weakens it is what differs.
  const first = isYes(conclusion) ? decidedBy.find((id) => classOf(id) !== 'window') : decidedBy[0];
  if (first === undefined) return '';
  const kind = classOf(first);
  if (conclusion === 'not-recommended' && kind === 'window') return closedText(thrombectomyInstead, c);
  return conclusion === 'not-recommended' && kind === 'benefit' ? '' : c.texts.text(`criterion.${first}`);
}

/** A yes is time-critical and can be acted upon, and so is an open question while its window is open. */
function indicatorOf(evaluation: ThrombolysisEvaluation, isUnsafeUse: boolean, c: ExplainContext): Indicator {
  if (isUnsafeUse) return 'critical';
  const { conclusion, window } = evaluation;
  if (conclusion === 'recommended' || conclusion === 'reasonable') return 'warning';
  const windowMayBeOpen = window !== null && window.state !== 'closed' && window.closesAt > c.at;
  return conclusion === 'undecided' && windowMayBeOpen ? 'warning' : 'info';
}
