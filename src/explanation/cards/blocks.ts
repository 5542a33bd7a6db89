/** The building blocks that all cards share. Each returns Markdown without HTML, or '' when there is nothing to say. */
import { HOUR, awaitsReader, candidates, isComputed } from '../../case/index.ts';
import type { ClinicalEvent, Fact, FactKey, Instant } from '../../case/index.ts';
import type { CriterionResult, RequiredAction } from '../../decisions/evaluation.ts';
import { isModerateOrSevereInjury } from '../../decisions/thrombolysis/index.ts';
import { hoursAfterZero, strokeClock } from '../../decisions/stroke-state/index.ts';
import type { ExplainContext } from '../explain-context.ts';
import { isRange, unknownText } from '../format/fact-text.ts';
import { escapeRecordText, escapeValue, list, table, tableRow } from '../format/markdown.ts';
import { examFor } from '../orders/exams-under-way.ts';
import { borderlineTexts, isUncertain } from '../format/borderline-text.ts';
import { citationText, inSentence, messageText } from '../format/messages.ts';
import { analysisOf } from './analysis-under-way.ts';

export { inSentence } from '../format/messages.ts';

/** Longest evidence table on a card; the basis page has all of it. */
const EVIDENCE_ROWS = 7;
/** Names in one sentence before 'and n more'. */
export const NAMES = 4;

/** The criterion's name as a plain statement: a row that is not met or open says so. */
export function criterionName(result: CriterionResult, c: ExplainContext): string {
  const name = c.texts.text(`criterion.${result.id}`);
  if (result.status === 'met') return name;
  if (result.borderline !== undefined) return c.texts.text('imaging.borderline-name', { name });
  return c.texts.text(result.status === 'unknown' ? 'block.still-open' : 'block.not-met', { name });
}

export function criterionLine(result: CriterionResult, c: ExplainContext): string {
  const name = criterionName(result, c);
  if (result.note === undefined) return escapeValue(name);
  return escapeValue(c.texts.text('block.missing-item', { name, reason: messageText('note', result.note, c.f) }));
}

export function heading(key: string, items: readonly string[], c: ExplainContext): string {
  return items.length === 0 ? '' : `${c.texts.text(`block.${key}`)}\n\n${list(items)}`;
}

export function beforeBlock(before: readonly RequiredAction[], c: ExplainContext): string {
  return heading(
    'before',
    before.map((action) => escapeValue(actionText(action, c))),
    c,
  );
}

/** Plain text of a step; it may name the facts that call for it. */
export function actionText(action: RequiredAction, c: ExplainContext): string {
  const facts = action.because.map((key) => openName(key, c)).join(c.texts.text('ui.separator'));
  return messageText('action', action, c.f, { facts });
}

/** 'platelets (pending)'. */
function openName(key: FactKey, c: ExplainContext): string {
  const fact = c.stroke.facts[key];
  const name = factName(key, c);
  if (fact.status !== 'unknown' || fact.why === 'not-recorded') return name;
  return c.texts.text('block.missing-item', {
    name,
    reason: fact.why === 'pending' ? c.texts.text('block.pending') : unknownText(fact, c.f),
  });
}

/** 'INR (not recorded), platelets (could not be read)'; what was measured and is borderline is no gap. */
export function missingBlock(keys: readonly FactKey[], c: ExplainContext): string {
  const gaps = keys.filter((key) => !isUncertain(key, c.stroke.facts));
  if (gaps.length === 0) return '';
  const items = missingItems(gaps, c);
  return c.texts.text('block.missing', { list: enumerate(items, items.length, c) });
}

/** 'core volume 68 mL (55–82), limit 70 mL', of rows that a measured value leaves open. */
export function borderlineBlock(rows: readonly CriterionResult[], c: ExplainContext): string {
  const open = rows.filter(({ status }) => status === 'unknown').flatMap(({ borderline }) => borderline ?? []);
  if (open.length === 0) return '';
  const items = borderlineTexts('borderline-item', open, c.f).map(escapeValue);
  return c.texts.text('imaging.borderline', { list: items.slice(0, NAMES).join(c.texts.text('ui.semicolon')) });
}

export const missingItems = (keys: readonly FactKey[], c: ExplainContext): string[] =>
  unidentifiedOnce(keys, escapeValue(c.texts.text('ui.unidentified-drug')), c, (key) =>
    isToldLater(key, keys, c) ? escapeValue(openFactName(key, c)) : missingItem(key, c),
  );

/** One analysis gives several values: what it is doing is said behind the last of them. */
function isToldLater(key: FactKey, keys: readonly FactKey[], c: ExplainContext): boolean {
  const analysis = analysisOf(key, c);
  return analysis !== undefined && keys.slice(keys.indexOf(key) + 1).some((later) => analysisOf(later, c) === analysis);
}

/** One drug that could not be identified leaves every list of anticoagulants open: it is asked for once. */
export function unidentifiedOnce(
  keys: readonly FactKey[],
  instead: string,
  c: ExplainContext,
  write: (key: FactKey) => string,
): string[] {
  const items = keys.map((key) => {
    const fact = c.stroke.facts[key];
    return fact.status === 'unknown' && fact.why === 'unidentified-drug' ? instead : write(key);
  });
  return items.filter((item, i) => item !== instead || items.indexOf(instead) === i);
}

const DATED_DRUGS = [
  'directOralAnticoagulant',
  'unfractionatedHeparin',
  'lowMolecularWeightHeparin',
  'otherAnticoagulant',
] as const;

/** Is one of the facts a value that an imaging pipeline computed? */
export function usesComputed(keys: readonly FactKey[], c: ExplainContext): boolean {
  return keys.some((key) => candidates<unknown>(c.stroke.facts[key]).some((value) => isComputed(key, value)));
}

/** Only software gave it: a reader settles what it does not. */
export const needsReader = (key: FactKey, c: ExplainContext): boolean => awaitsReader(key, c.stroke.facts);

/** What is asked for: where the drug is known, the time of its last dose, or which dose it was. */
export function openFactName(key: FactKey, c: ExplainContext): string {
  const name = factName(key, c);
  if (needsReader(key, c)) return c.texts.text('imaging.computed-name', { name });
  if (isUncertain(key, c.stroke.facts)) return c.texts.text('imaging.borderline-name', { name });
  if (key === 'thrombectomyAccess' && asksPerfusionNext(c)) return c.texts.text('ui.else-perfusion', { name });
  const lack = lackOfEvent(key, c);
  if (lack !== undefined) return c.texts.text(`ui.event-${lack}-of`, { name });
  const list = DATED_DRUGS.find((drugs) => drugs === key);
  const fact = list === undefined ? undefined : c.stroke.facts[list];
  if (fact?.status !== 'known') return name;
  if (fact.value.some(({ lastIntake }) => lastIntake.status !== 'known'))
    return c.texts.text('ui.last-intake-of', { name });
  return key === 'lowMolecularWeightHeparin' && fact.value.some(({ intent }) => intent === 'unspecified')
    ? c.texts.text('ui.dose-of', { name })
    : name;
}

/** What a recorded event lacks where a criterion stays open on it; undefined where the fact is no list of events, or is not known. */
function lackOfEvent(
  key: FactKey,
  { stroke }: ExplainContext,
): 'severity' | 'confirmation' | 'date' | 'exact-date' | undefined {
  const fact: Fact<unknown> = stroke.facts[key];
  if (fact.status !== 'known' || !isEventList(fact.value) || fact.value.length === 0) return undefined;
  const events = fact.value;
  if (key === 'headTrauma' && events.some((event) => isModerateOrSevereInjury(event) === undefined)) return 'severity';
  if (events.some(({ certainty }) => certainty !== 'confirmed')) return 'confirmation';
  return events.some(({ when }) => when === null) ? 'date' : 'exact-date';
}

const isEventList = (value: unknown): value is readonly ClinicalEvent[] =>
  Array.isArray(value) && value.every((entry: object) => 'certainty' in entry);

/** Late, what is asked after access to thrombectomy is perfusion imaging: said at once, so that nobody loses the time. */
function asksPerfusionNext({ stroke, at }: ExplainContext): boolean {
  const clock = strokeClock(stroke, at);
  const [from, to] = [hoursAfterZero(clock, 4.5), hoursAfterZero(clock, 24)];
  const { coreVolume, hypoperfusionVolume } = stroke.facts;
  const isMeasured = coreVolume.status !== 'unknown' && hypoperfusionVolume.status !== 'unknown';
  return from !== null && to !== null && at > from && at <= to && !isMeasured;
}

export function missingItem(key: FactKey, c: ExplainContext): string {
  const fact = c.stroke.facts[key];
  const name = escapeValue(openFactName(key, c));
  if (fact.status === 'known') return name;
  if (fact.status === 'conflicting')
    return c.texts.text('ui.noted', { value: name, note: escapeValue(c.fact(key).value) });
  const exam = analysisOf(key, c) ?? examText(key, c);
  // 'Not recorded' is what 'missing' says already.
  if (exam === undefined && fact.why === 'not-recorded' && fact.about === undefined) return name;
  const why = escapeValue(exam ?? unknownText(fact, c.f));
  // What was rejected is shown, so that a wrong entry can be found and corrected.
  const reason =
    fact.about === undefined
      ? why
      : c.texts.text('block.rejected', { about: escapeRecordText(fact.about), reason: why });
  return c.texts.text('block.missing-item', { name, reason });
}

/** An exam that exists, while its finding is not in the record: to be entered, not to be done again. */
function examText(key: FactKey, c: ExplainContext): string | undefined {
  const order = c.content.orders.find((o) => o.facts.includes(key));
  const exam = order === undefined ? null : examFor(order, c.stroke);
  if (exam === null) return undefined;
  const state = exam.state === 'registered' ? 'block.exam-in-progress' : 'block.exam-without-result';
  return c.texts.text(state, { exam: c.texts.text(`modality.${exam.modality}`) });
}

/** What changes most often when it is asked for: blood thinners, then recent bleeding, surgery and injury. */
const ASK_FIRST: readonly FactKey[] = [
  'directOralAnticoagulant',
  'vitaminKAntagonist',
  'lowMolecularWeightHeparin',
  'priorIntracranialHemorrhage',
  'majorSurgery',
  'headTrauma',
  'gastrointestinalOrUrinaryBleeding',
  'priorIschemicStroke',
];

export function confirmBlock(keys: readonly FactKey[], c: ExplainContext): string {
  if (keys.length === 0) return '';
  const asked = new Set(keys);
  const first = ASK_FIRST.filter((key) => asked.has(key));
  // Only the names that are shown are written.
  for (const key of asked) if (first.length < NAMES && !ASK_FIRST.includes(key)) first.push(key);
  const names = first.slice(0, NAMES).map((key) => escapeValue(factName(key, c)));
  return c.texts.text('block.confirm', { list: enumerate(names, asked.size, c) });
}

/** The name of a fact within a sentence. */
export function factName(key: FactKey, c: ExplainContext): string {
  return inSentence(c.texts.text(`fact.${key}`));
}

export function enumerate(items: readonly string[], total: number, c: ExplainContext, most = NAMES): string {
  const shown = items.slice(0, most).join(c.texts.text('ui.separator'));
  const more = total - Math.min(items.length, most);
  return more > 0 ? c.texts.text('block.and-more', { list: shown, count: more }) : shown;
}

/** Value, time and kind of source of each fact; facts about which nothing is known are named elsewhere as missing. */
export function evidenceBlock(keys: readonly FactKey[], c: ExplainContext, rows = EVIDENCE_ROWS): string {
  const shown = [...new Set(keys)].filter((key) => c.stroke.facts[key].status !== 'unknown').slice(0, rows);
  return table(
    EVIDENCE_COLUMNS.map((key) => c.texts.text(key)),
    shown.map((key) => evidenceRow(key, c)),
  );
}

const EVIDENCE_COLUMNS = ['value', 'result', 'time', 'source'].map((column) => `block.evidence-${column}`);

function evidenceRow(key: FactKey, c: ExplainContext): string {
  const found = c.evidenceRows.get(key);
  if (found !== undefined) return found;
  const { label, value, time, sourceKind } = c.fact(key);
  const row = tableRow([label, value, time === '' ? '–' : time, sourceKind].map(escapeValue));
  c.evidenceRows.set(key, row);
  return row;
}

/** Not when one entry leaves a span open: that is shown as the span. */
export function disagrees(key: FactKey, c: ExplainContext): boolean {
  const fact = c.stroke.facts[key];
  return fact.status === 'conflicting' && !isRange(fact);
}

/** Both values of facts on which the record contradicts itself. */
export function conflictBlock(keys: readonly FactKey[], c: ExplainContext): string {
  return [...new Set(keys)]
    .filter((key) => disagrees(key, c))
    .map((key) => c.fact(key))
    .map(({ label, value, time }) =>
      c.texts.text('block.conflict', {
        name: escapeValue(label),
        values: escapeValue(time === '' ? value : c.texts.text('ui.noted', { value, note: time })),
      }),
    )
    .join('\n\n');
}

export function basisBlock(citation: Parameters<typeof citationText>[0] | null, c: ExplainContext): string {
  return citation === null ? '' : c.texts.text('block.basis', { citation: escapeValue(citationText(citation, c.f)) });
}

/** @param summary the sentence of the card: what stands there is not said again */
export function validityBlock(validUntil: Instant | null, summary: string, c: ExplainContext): string {
  if (validUntil === null || summary.includes(c.f.time(validUntil))) return '';
  return c.texts.text('block.holds-until', { time: c.f.time(validUntil), left: c.f.duration(validUntil - c.at) });
}

/**
 * Intended use, limit, the times of the data with the zone of all times on the card, and version, in one line.
 * @param images when images that the card shows were acquired
 */
export function closingLine(keys: readonly FactKey[], c: ExplainContext, images: readonly Instant[] = []): string {
  const { earliest, latest } = dataTimes(keys, images, c);
  const zone = escapeValue(c.policy.timeZone);
  const version = `${c.options.version}/${c.content.version.slice(0, 7)}`;
  if (earliest > latest)
    return c.texts.text('block.closing-no-data', { at: c.f.time(c.at), zone, version: escapeValue(version) });
  const from = c.f.time(earliest as Instant);
  const to = c.f.time(latest as Instant);
  return c.texts.text('block.closing', {
    data: from === to ? from : c.texts.text('block.from-to', { from, to }),
    at: c.f.time(c.at),
    zone,
    version: escapeValue(version),
  });
}

/** Data of the last day only: an old diagnosis is no measure of how fresh the data are. */
const FRESH = 24 * HOUR;

/** Earliest after latest when there are none. */
function dataTimes(
  keys: readonly FactKey[],
  images: readonly Instant[],
  c: ExplainContext,
): { readonly earliest: number; readonly latest: number } {
  let earliest = Infinity;
  let latest = -Infinity;
  const ofFacts = keys.flatMap((key) =>
    candidates<unknown>(c.stroke.facts[key]).flatMap(({ at }) => (at === null ? [] : [at.latest])),
  );
  for (const at of [...ofFacts, ...images]) {
    if (at > c.at || at <= c.at - FRESH) continue;
    earliest = Math.min(earliest, at);
    latest = Math.max(latest, at);
  }
  return { earliest, latest };
}
