import type { FactKey } from '../../case/index.ts';
import type { CriterionResult } from '../../decisions/evaluation.ts';
import { AGE_BELOW_18 } from '../../decisions/thrombectomy/index.ts';
import type { ThrombectomyEvaluation } from '../../decisions/thrombectomy/index.ts';
import { sideDisagreement } from '../../decisions/stroke-state/index.ts';
import type { CardDraft, Indicator, SuggestionDraft } from '../card-draft.ts';
import type { ExplainContext } from '../explain-context.ts';
import { borderlineTexts } from '../format/borderline-text.ts';
import { blocks, escapeValue } from '../format/markdown.ts';
import { analysisOf } from './analysis-under-way.ts';
import {
  basisBlock,
  beforeBlock,
  borderlineBlock,
  closingLine,
  conflictBlock,
  criterionLine,
  evidenceBlock,
  heading,
  missingBlock,
  validityBlock,
  needsReader,
  usesComputed,
} from './blocks.ts';
import { decidingRows, evidenceKeys, factNames, namesOf, untilText, windowText } from './evaluation-parts.ts';
import { findingsBehind, imageAgeLine } from './imaging-block.ts';
import { computedHemorrhageLine } from './computed-hemorrhage-line.ts';
import { sideLine } from './side-line.ts';
import { fitSummary } from './summary.ts';

const YES: readonly string[] = ['recommended', 'reasonable', 'may-be-considered'];
/** Stand in the first line of the card of the state: they must not push the volumes of the trials out of the table. */
const TOLD: readonly FactKey[] = ['lastKnownWell', 'witnessedOnset', 'wakeUpStroke'];
const TRIALS: readonly string[] = ['dawn-criteria', 'defuse-3-criteria', 'select2-criteria', 'angel-aspect-criteria'];

/** @returns null where nobody would ask, and when a hemorrhage makes the question moot (its card speaks then; not when one is possible) */
export function thrombectomyCard(
  evaluation: ThrombectomyEvaluation,
  orders: readonly SuggestionDraft[],
  c: ExplainContext,
): CardDraft | null {
  const bleeds = evaluation.criteria.some(
    ({ id, status }) => id === 'hemorrhage-excludes-thrombectomy' && status === 'met',
  );
  if (bleeds || !evaluation.worthShowing) return null;
  const { conclusion } = evaluation;
  const deciding = decidingRows(evaluation);
  const shown =
    conclusion === 'not-applicable'
      ? deciding.flatMap((row) => row.data)
      : [...new Set([...evidenceKeys(evaluation), ...evaluation.settledBy])];
  const evidence = shown.filter((key) => !TOLD.includes(key) || c.stroke.facts[key].status === 'conflicting');
  // The trials, like the recommendations, were on adults.
  const trialRows = isOfChild(evaluation) ? [] : evaluation.criteria.filter(({ id }) => TRIALS.includes(id));
  const trials = trialRows.filter((row) => row.status === 'met');
  const isYes = YES.includes(conclusion);
  const sentence = summary(evaluation, c);
  return {
    topic: 'thrombectomy',
    summary: sentence,
    indicator: indicatorOf(conclusion),
    detail: blocks([
      c.texts.text(`thrombectomy.statement.${wording(evaluation)}`, { reason: escapeValue(namesOf(deciding, c, 1)) }),
      isYes || conclusion === 'not-recommended'
        ? heading(
            'why',
            deciding.slice(0, 3).map((row) => criterionLine(row, c)),
            c,
          )
        : '',
      imageAgeLine(findingsBehind(shown, c), c),
      computedHemorrhageLine(c),
      sideLine(sideDisagreement(c.stroke), c),
      beforeBlock(evaluation.before, c),
      missingBlock(evaluation.settledBy, c),
      conclusion === 'undecided' ? borderlineBlock(recommendations(evaluation), c) : '',
      conclusion === 'undecided' && evaluation.settledBy.some((key) => needsReader(key, c))
        ? c.texts.text('imaging.computed-score')
        : '',
      conflictBlock(shown, c),
      evidenceBlock(evidence, c),
      trials.length > 0 ? c.texts.text('thrombectomy.trials', { list: escapeValue(namesOf(trials, c, 4)) }) : '',
      openTrials(trialRows, c),
      isYes ? validityBlock(evaluation.validUntil, sentence, c) : '',
      basisBlock(evaluation.citation ?? deciding[0]?.citation ?? null, c),
      isYes || conclusion === 'not-recommended'
        ? c.texts.text(usesComputed(shown, c) ? 'thrombectomy.limits-computed' : 'thrombectomy.limits')
        : '',
      closingLine(shown, c),
    ]),
    suggestions: orders,
  };
}

const isOfChild = ({ decidedBy }: ThrombectomyEvaluation): boolean => decidedBy.includes(AGE_BELOW_18);

/** Guidelines may speak of children elsewhere: that no recommendation covers them is not said. */
const wording = (evaluation: ThrombectomyEvaluation): string =>
  isOfChild(evaluation) ? 'below-18' : evaluation.conclusion;

const recommendations = ({ criteria }: ThrombectomyEvaluation): readonly CriterionResult[] =>
  criteria.filter(({ id }) => !TRIALS.includes(id));

/** Trials that stay open because a measured volume is borderline, or because its analysis is not done. */
function openTrials(trials: readonly CriterionResult[], c: ExplainContext): string {
  const open = trials.filter(({ status }) => status === 'unknown');
  const reasons = open.map((row) => openReason(row, c));
  const lines = [...new Set(reasons)].flatMap((reason) => {
    if (reason === undefined) return [];
    const names = open.flatMap(({ id }, i) => (reasons[i] === reason ? [c.texts.text(`criterion.${id}`)] : []));
    return [
      escapeValue(c.texts.text('imaging.open-because', { list: names.join(c.texts.text('ui.separator')), reason })),
    ];
  });
  return lines.length === 0
    ? ''
    : c.texts.text('thrombectomy.trials-open', { list: lines.join(c.texts.text('ui.semicolon')) });
}

function openReason(row: CriterionResult, c: ExplainContext): string | undefined {
  const [borderline] = borderlineTexts('borderline-reason', row.borderline ?? [], c.f);
  if (borderline !== undefined) return borderline;
  for (const key of row.missing ?? []) {
    const analysis = analysisOf(key, c);
    if (analysis !== undefined) return analysis;
  }
  return undefined;
}

function summary(evaluation: ThrombectomyEvaluation, c: ExplainContext): string {
  const key = `thrombectomy.summary.${wording(evaluation)}`;
  const reason = namesOf(decidingRows(evaluation), c, 1);
  const window = clockText(evaluation, c);
  const missing = (most: number): string => factNames(evaluation.settledBy, c, most);
  return fitSummary([
    ...[4, 3, 2, 1].map((most) => c.texts.text(key, { reason, window, missing: missing(most) })),
    c.texts.text(key, { reason, window: '', missing: missing(1) }),
  ]);
}

/** Until when it holds; the window closes there only if nothing that is still to be learned opens another one. */
function clockText({ validUntil, afterwards }: ThrombectomyEvaluation, c: ExplainContext): string {
  if (validUntil === null || afterwards === null || validUntil <= c.at) return '';
  if (YES.includes(afterwards.conclusion)) return untilText(validUntil, c);
  if (afterwards.conclusion !== 'undecided' || afterwards.settledBy.length === 0) return windowText(validUntil, c);
  const facts = factNames(afterwards.settledBy, c, 2);
  return untilText(validUntil, c) + c.texts.text('thrombectomy.then', { facts });
}

/** A yes is time-critical and can be acted upon; everything else informs. */
function indicatorOf(conclusion: string): Indicator {
  return conclusion === 'recommended' || conclusion === 'reasonable' ? 'warning' : 'info';
}
