/** What in the record points to an acute stroke now. Without any of it there is no card. */
import { DAY, HOUR, type StrokeFacts, type StrokeIndication, type TimeSpan } from '../../case/index.ts';
import { isFutureDated } from '../time.ts';
import { DRUGS } from './drug-table.ts';
import { isCatheterDose } from './drugs.ts';
import type { Episode } from './episode.ts';
import type { EventEntry } from './index-events.ts';
import { readingsOf, type RecordIndex } from './record-index.ts';
import type { Scope } from './scope.ts';

const RECORDED = 48 * HOUR;
const DIAGNOSED = 7 * DAY;
const IMAGED = DAY;

const HEMORRHAGES = ['intracerebral-hemorrhage', 'subarachnoid-hemorrhage', 'other-intracranial-hemorrhage'];

type Kind = StrokeIndication['kind'];

/** Active, not refuted, and either of this encounter or recorded as beginning within the week. A mere history is none. */
function isAcute(entry: EventEntry, scope: Scope, episode: Episode): boolean {
  if (entry.refuted || !entry.active) return false;
  const recent = (span: TimeSpan | null): boolean =>
    span !== null && span.latest >= scope.at - DIAGNOSED && !isFutureDated(span, scope.at);
  if (!entry.onlyRecorded) return recent(entry.when);
  if (entry.encounter !== null && entry.encounter === episode.encounterReference) return true;
  return episode.encounter?.diagnoses.has(entry.reference) === true || recent(entry.recorded);
}

export function mapIndications(
  scope: Scope,
  index: RecordIndex,
  episode: Episode,
  facts: Pick<StrokeFacts, 'lastKnownWell' | 'thrombolyticGiven' | 'nihss'>,
): readonly StrokeIndication[] {
  if (index.patient.deceased === true) return [];
  const found: StrokeIndication[] = [];
  const add = (kind: Kind, at: TimeSpan | null, reference: string): void => {
    if (!found.some((i) => i.kind === kind && i.source.reference === reference))
      found.push({ kind, at, source: { reference } });
  };
  const within = (span: TimeSpan | null, limit: number): boolean =>
    span !== null && span.latest >= scope.at - limit && !isFutureDated(span, scope.at);

  if (episode.encounter?.strokeReason === true)
    add('stroke-code', episode.encounter.arrival, episode.encounter.reference);
  // Items without a total are an examination as well.
  for (const group of [
    'observation-nihss-total',
    'observation-nihss-1a',
    'observation-nihss-5a',
    'observation-nihss-9',
  ]) {
    for (const { at, reference, pending } of readingsOf(index, group)) {
      if (!pending && within(at, RECORDED)) add('nihss-recorded', at, reference);
    }
  }
  const { lastKnownWell } = facts;
  if (lastKnownWell.status !== 'unknown') {
    const values = lastKnownWell.status === 'known' ? [lastKnownWell] : lastKnownWell.values;
    for (const { value, sources, basis } of values) {
      const [source] = sources;
      if (source !== undefined && basis === 'stated' && within(value, RECORDED))
        add('last-known-well-recorded', value, source.reference);
    }
  }
  const diagnoses = (kind: Kind, kinds: readonly string[]): void => {
    for (const entry of kinds.flatMap((k) => index.events.get(k) ?? [])) {
      if (isAcute(entry, scope, episode)) add(kind, entry.onlyRecorded ? entry.recorded : entry.when, entry.reference);
    }
  };
  diagnoses('acute-stroke-diagnosis', ['ischemic-stroke']);
  diagnoses('acute-hemorrhage-diagnosis', HEMORRHAGES);
  for (const entry of index.imaging) {
    if (entry.strokeReason && (entry.draft || within(entry.at, IMAGED)))
      add('stroke-imaging', entry.at, entry.reference);
  }
  const { thrombolyticGiven } = facts;
  if (thrombolyticGiven.status === 'known') {
    for (const { lastIntake, source } of thrombolyticGiven.value) {
      add('thrombolytic-given', lastIntake.status === 'known' ? lastIntake.value : null, source.reference);
    }
  }
  const pointsToStroke = found.length > 0;
  for (const entry of index.medications) {
    const { drugs, draft, from, active, asserted, reference, order } = entry;
    if (from !== 'order' || !drugs.some((d) => DRUGS[d].class === 'thrombolytic') || isCatheterDose(entry)) continue;
    // Ordered for an infarction of the heart it makes no stroke, but beside one it is to be checked all the same.
    if (order?.forOtherDisease === true && !pointsToStroke) continue;
    if (draft || (active && within(asserted, RECORDED))) add('thrombolytic-ordered', asserted, reference);
  }
  return found.sort(
    (a, b) =>
      (b.at?.latest ?? 0) - (a.at?.latest ?? 0) || (a.kind + a.source.reference < b.kind + b.source.reference ? -1 : 1),
  );
}
