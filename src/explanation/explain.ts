/** From the decisions to at most five cards, in the order in which they are read. Pure. */
import { HOUR, type FactKey, type Instant, type StrokeCase } from '../case/index.ts';
import { isFailed, type Guarded } from '../decisions/guarded.ts';
import type { Decisions } from '../decisions/decide.ts';
import type { SitePolicy } from '../decisions/evaluation.ts';
import { checkOrderedDoses } from '../decisions/thrombolysis/index.ts';
import type { SubtypeEvaluation } from '../decisions/subtype/index.ts';
import type { CardDraft, SuggestionDraft } from './card-draft.ts';
import { NAMES } from './cards/blocks.ts';
import { complicationCard } from './cards/complication-card.ts';
import { doseBlock, doseText, thrombolyticOrder } from './cards/dose-block.ts';
import { failedCard } from './cards/failed-card.ts';
import { hemorrhageCard } from './cards/hemorrhage-card.ts';
import { missingDataCard } from './cards/missing-data-card.ts';
import { openOrderDesk, type OrderDesk } from './cards/order-desk.ts';
import { MOST_CARDS, outlookAndCause, type OutlookAndCause } from './cards/outlook-and-cause.ts';
import { strokeStateCard } from './cards/stroke-state-card.ts';
import { targetsBlock } from './cards/targets-block.ts';
import { thrombectomyCard } from './cards/thrombectomy-card.ts';
import { isYes, missingFacts, thrombolysisCard, toldApart } from './cards/thrombolysis-card.ts';
import type { CardContent, Locale } from './content/card-content.ts';
import { explainContext, type ExplainContext, type ExplainOptions } from './explain-context.ts';
import { escapeValue } from './format/markdown.ts';
import { thrombolyticSuggestion } from './orders/thrombolytic-request.ts';

/** A single bolus is in, and an infusion of an hour has ended, when this much time has passed. */
const STILL_RUNNING = 2 * HOUR;

/**
 * Writes the cards of one evaluation.
 * @param decisions null when nothing points to an acute stroke: no card then
 * @param at the instant of the decisions
 * @param options version of the service, for the closing line
 * @throws RangeError when the policy's time zone is unknown
 */
export function explain(
  decisions: Decisions | null,
  stroke: StrokeCase,
  at: Instant,
  policy: SitePolicy,
  content: CardContent,
  locale: Locale,
  options: ExplainOptions,
): CardDraft[] {
  if (decisions === null) return [];
  const c = explainContext(stroke, at, policy, content, locale, options);
  const desk = openOrderDesk(c);
  // An alarm after thrombolysis has the first claim on the orders.
  const alarm = hemorrhageOrComplication(decisions, desk, c);
  const treatment = [
    written('thrombolysis', decisions.thrombolysis, c, () => thrombolysis(decisions, desk, c)),
    written('thrombectomy', decisions.thrombectomy, c, (evaluation) =>
      thrombectomyCard(evaluation, desk.orders(evaluation.settledBy, true), c),
    ),
    alarm,
  ].filter((card) => card !== null);
  const gaps = written('missing-data', decisions.missing, c, () => missingData(decisions, desk, c));
  const room = MOST_CARDS - 1 - treatment.length - (gaps === null ? 0 : 1);
  const { outlook, subtype, line } = attempted('outlook', c, () =>
    outlookAndCause(decisions, room, (evaluation) => desk.investigation(nextTest(evaluation)), c),
  );
  const state = written('stroke-state', decisions.state, c, (value) =>
    strokeStateCard(value, { targets: targetsBlock(decisions.targets, c), outlook: line }, c),
  );
  return [state, ...treatment, outlook, subtype, gaps].filter((card) => card !== null);
}

const nextTest = (subtype: SubtypeEvaluation): string | null =>
  subtype.status === 'classified' ? (subtype.nextBestTest?.id ?? null) : null;

/** What could not be written says so on one card in its place. */
function attempted(topic: CardDraft['topic'], c: ExplainContext, write: () => OutlookAndCause): OutlookAndCause {
  try {
    return write();
  } catch (error) {
    const errorId = `card-${topic}-${c.at.toString(36)}`;
    c.options.onError?.(topic, error, errorId);
    return { outlook: failedCard(topic, topic, errorId, c), subtype: null, line: '' };
  }
}

/** A statement that failed, in the decisions or here, takes only its own card with it. */
function written<T>(
  topic: CardDraft['topic'],
  outcome: Guarded<T>,
  c: ExplainContext,
  write: (value: T) => CardDraft | null,
): CardDraft | null {
  if (isFailed(outcome)) return failedCard(topic, topic, outcome.errorId, c);
  try {
    return write(outcome);
  } catch (error) {
    const errorId = `card-${topic}-${c.at.toString(36)}`;
    c.options.onError?.(topic, error, errorId);
    return failedCard(topic, topic, errorId, c);
  }
}

function hemorrhageOrComplication(
  { complications, hemorrhage }: Decisions,
  desk: OrderDesk,
  c: ExplainContext,
): CardDraft | null {
  if (complications !== null)
    return written('complication', complications, c, (value) => complicationCard(value, desk, c));
  return written('hemorrhage', hemorrhage, c, (evaluation) => hemorrhageCard(evaluation, c));
}

function thrombolysis(decisions: Decisions, desk: OrderDesk, c: ExplainContext): CardDraft | null {
  const { thrombolysis: evaluation, dose } = decisions;
  if (isFailed(evaluation)) return null;
  const use = thrombolyticUse(decisions, c);
  const otherReasons = evaluation.decidedBy.filter((id) => id !== 'thrombolytic-already-given-this-episode');
  // Already given and nothing new ordered: the card after thrombolysis says what matters now.
  if (use.given && !use.ordered && (!use.running || otherReasons.length === 0)) return null;
  const missing = missingFacts(evaluation);
  const mayBeYes = isYes(evaluation.conclusion) || evaluation.conclusion === 'undecided';
  return thrombolysisCard(
    evaluation,
    {
      dose: isFailed(dose) ? c.texts.text('block.failed', { id: escapeValue(dose.errorId) }) : doseBlock(dose, c),
      orderedDoses: isFailed(dose) ? [] : checkOrderedDoses(c.stroke.orders, dose),
      prescriptions: prescriptions(decisions, c),
      orders: mayBeYes
        ? [...desk.orders(missing, evaluation.conclusion === 'undecided'), ...desk.orders(toldApart(evaluation), false)]
        : [],
      inUse: use.ordered || use.running,
    },
    c,
  );
}

/** Only beside a yes with nothing left to be put right, and never pre-selected. */
function prescriptions({ thrombolysis: evaluation, dose }: Decisions, c: ExplainContext): SuggestionDraft[] {
  if (isFailed(evaluation) || isFailed(dose) || dose.status !== 'calculated') return [];
  const gateOpen = evaluation.criteria.some(
    (row) => row.class === 'gate' && evaluation.decidedBy.includes(row.id) && row.status !== 'met',
  );
  if (!isYes(evaluation.conclusion) || gateOpen) return [];
  return [thrombolyticSuggestion(thrombolyticOrder(dose), c.stroke, c.texts, doseText(dose, dose.agent, c))];
}

interface Use {
  readonly ordered: boolean;
  readonly given: boolean;
  /** Given so recently, or at an unknown time, that it may still be running. */
  readonly running: boolean;
}

function thrombolyticUse({ complications }: Decisions, c: ExplainContext): Use {
  const ordered = c.stroke.indications.some(({ kind }) => kind === 'thrombolytic-ordered');
  if (complications === null || isFailed(complications)) return { ordered, given: false, running: false };
  const { at } = complications.given;
  return { ordered, given: true, running: at === null || c.at - at.latest < STILL_RUNNING };
}

function missingData(decisions: Decisions, desk: OrderDesk, c: ExplainContext): CardDraft | null {
  const { missing, state, thrombolysis: lysis, thrombectomy, hemorrhage, complications } = decisions;
  if (isFailed(missing)) return null;
  const said: FactKey[] = [];
  if (!isFailed(lysis) && complications === null) {
    const open = missingFacts(lysis);
    // What only has to be corrected is a step on the thrombolysis card, not a gap.
    said.push(...open.slice(0, NAMES), ...toldApart(lysis), ...lysis.settledBy.filter((fact) => !open.includes(fact)));
  }
  if (!isFailed(thrombectomy)) said.push(...thrombectomy.settledBy.slice(0, NAMES));
  if (!isFailed(hemorrhage) && complications === null) said.push(...hemorrhage.missing.slice(0, NAMES));
  if (complications !== null && !isFailed(complications)) said.push(...complications.hemorrhage.settledBy);
  const saidElsewhere = new Set(said);
  const rest = missing.missing
    .filter(({ fact, settles }) => settles.length > 0 && !saidElsewhere.has(fact))
    .map(({ fact }) => fact);
  return missingDataCard(
    missing,
    {
      saidElsewhere,
      conflictsElsewhere: new Set(isFailed(state) ? [] : state.conflicts),
      confirmedElsewhere: new Set([
        ...(isFailed(lysis) ? [] : lysis.confirm),
        ...(isFailed(hemorrhage) ? [] : hemorrhage.confirm),
      ]),
      orders: desk.orders(rest, false),
    },
    c,
  );
}
