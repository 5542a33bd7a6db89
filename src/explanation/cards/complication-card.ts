/** After thrombolysis: one card. The gravest of hemorrhage, angioedema and a broken watch leads. */
import type { FactKey } from '../../case/index.ts';
import { drugsOrderedTooEarly, type ComplicationsEvaluation } from '../../decisions/complications/index.ts';
import type { Evaluation } from '../../decisions/evaluation.ts';
import type { CardDraft, Indicator } from '../card-draft.ts';
import type { ExplainContext } from '../explain-context.ts';
import { drugName } from '../format/fact-value.ts';
import { blocks, escapeValue, list } from '../format/markdown.ts';
import { messageText } from '../format/messages.ts';
import { basisBlock, closingLine, conflictBlock, criterionLine, evidenceBlock, heading } from './blocks.ts';
import type { OrderDesk } from './order-desk.ts';
import { decidingRows, evidenceKeys } from './evaluation-parts.ts';
import { fitSummary } from './summary.ts';

/** What Table 5 asks for at once; imaging only while the hemorrhage is a suspicion. */
const BLOOD = ['blood-count', 'pt-inr', 'aptt', 'fibrinogen'] as const;
const ORDERS: Readonly<Record<string, readonly string[]>> = { suspected: ['ct-head', ...BLOOD], confirmed: BLOOD };

const ORDERED_TOO_EARLY = 'antithrombotic-ordered-before-24h-imaging';

type Lead =
  'hemorrhage-confirmed' | 'hemorrhage-suspected' | 'angioedema-present' | 'angioedema-suspected' | 'monitoring';

export function complicationCard(
  complications: ComplicationsEvaluation,
  desk: OrderDesk,
  c: ExplainContext,
): CardDraft {
  const { monitoring, given } = complications;
  const lead = leadOf(complications);
  const evaluation: Evaluation = lead.startsWith('hemorrhage')
    ? complications.hemorrhage
    : lead.startsWith('angioedema')
      ? complications.angioedema
      : monitoring;
  const text = (key: string, values: Record<string, string> = {}): string =>
    c.texts.text(`complication.${key}`, values);
  const agent = escapeValue(drugName(given.drug, c.f));
  const time = given.at === null ? text('given-unknown') : text('given-at', { time: c.f.span(given.at) });
  const shown = [...new Set<FactKey>(['thrombolyticGiven', ...evidenceKeys(evaluation), 'bloodPressure'])];
  const isAlarm = lead !== 'monitoring';
  const ordered = orderedTooEarly(complications, c);
  return {
    topic: 'complication',
    summary: summary(complications, lead, agent, ordered, c),
    indicator: indicatorOf(complications, lead),
    detail: blocks([
      text(`statement.${lead}`, { agent, given: time }),
      ordered === '' ? '' : text('ordered', { drugs: escapeValue(ordered), rule: escapeValue(waitText(c)) }),
      heading(
        'why',
        decidingRows(evaluation).map((row) => criterionLine(row, c)),
        c,
      ),
      steps(isAlarm ? 'steps' : 'watch', evaluation, c),
      isAlarm ? watchLine(monitoring, c) : '',
      conflictBlock(shown, c),
      evidenceBlock(shown, c),
      basisBlock(evaluation.citation, c),
      closingLine(shown, c),
    ]),
    suggestions: lead.startsWith('hemorrhage') ? desk.anew(ORDERS[complications.hemorrhage.conclusion] ?? []) : [],
  };
}

/** 'aspirin, apixaban': antithrombotics that are ordered to begin before the scan. */
function orderedTooEarly({ monitoring: { schedule } }: ComplicationsEvaluation, c: ExplainContext): string {
  if (schedule === null) return '';
  const drugs = drugsOrderedTooEarly(c.stroke, c.at, schedule);
  return drugs.map((drug) => drugName(drug, c.f)).join(c.texts.text('ui.separator'));
}

const waitText = (c: ExplainContext): string => c.texts.text('action.no-antithrombotic-before-follow-up-imaging');

function leadOf({ hemorrhage, angioedema }: ComplicationsEvaluation): Lead {
  if (hemorrhage.conclusion === 'confirmed') return 'hemorrhage-confirmed';
  if (hemorrhage.conclusion === 'suspected') return 'hemorrhage-suspected';
  if (angioedema.conclusion === 'present') return 'angioedema-present';
  return angioedema.conclusion === 'suspected' ? 'angioedema-suspected' : 'monitoring';
}

function indicatorOf({ monitoring }: ComplicationsEvaluation, lead: Lead): Indicator {
  if (lead === 'monitoring') return monitoring.decidedBy.length > 0 ? 'warning' : 'info';
  return lead === 'angioedema-suspected' ? 'warning' : 'critical';
}

function steps(key: 'steps' | 'watch', evaluation: Evaluation, c: ExplainContext): string {
  if (evaluation.before.length === 0) return '';
  const items = evaluation.before.map((action) => escapeValue(messageText('action', action, c.f)));
  return `${c.texts.text(`complication.${key}`)}\n\n${list(items)}`;
}

/** With an alarm, the watch shrinks to what is out of line now. */
function watchLine(monitoring: Evaluation, c: ExplainContext): string {
  const rows = decidingRows(monitoring);
  return rows.length === 0
    ? ''
    : `${c.texts.text('complication.watch')}\n\n${list(rows.map((row) => criterionLine(row, c)))}`;
}

function summary(
  complications: ComplicationsEvaluation,
  lead: Lead,
  agent: string,
  ordered: string,
  c: ExplainContext,
): string {
  const { monitoring, hemorrhage } = complications;
  const text = (key: string, values: Record<string, string> = {}): string =>
    c.texts.text(`complication.${key}`, values);
  if (lead !== 'monitoring') {
    const row = decidingRows(hemorrhage)[0];
    const name = row === undefined ? '' : c.texts.text(`criterion.${row.id}`);
    const note = row?.note === undefined ? name : messageText('note', row.note, c.f);
    return fitSummary([note, name].map((reason) => text(`summary.${lead}`, { agent, reason })));
  }
  const { schedule } = monitoring;
  if (schedule === null) return fitSummary([text('summary.undecided', { agent })]);
  const check = schedule.nextChecks[0];
  const next = check === undefined ? '' : text('next', { time: c.f.time(check) });
  const rows = decidingRows(monitoring);
  const deviation = rows.find(({ id }) => ordered === '' || id !== ORDERED_TOO_EARLY);
  const reasons = [
    // The order at hand is told first: it can still be changed.
    ...(ordered === '' ? [] : [text('ordered-early', { drugs: ordered })]),
    ...(deviation === undefined ? [] : [c.texts.text(`criterion.${deviation.id}`)]),
  ];
  const [first] = reasons;
  if (first !== undefined) {
    const all = reasons.join(c.texts.text('ui.semicolon'));
    return fitSummary([
      text('summary.deviation', { reason: all, next }),
      text('summary.deviation', { reason: all, next: '' }),
      text('summary.deviation', { reason: first, next: '' }),
    ]);
  }
  if (monitoring.conclusion === 'completed') return fitSummary([text('summary.completed', { agent })]);
  return fitSummary([text('summary.monitoring', { until: c.f.time(schedule.endsAt), next })]);
}
