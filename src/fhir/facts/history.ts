/** The event lists of the case. */
import { known, type ClinicalEvent, type Fact, type Source, type StrokeFacts } from '../../case/index.ts';
import { isFutureDated } from '../time.ts';
import { sourcesOf } from './choose.ts';
import { isOfEpisode, type Episode } from './episode.ts';
import { EVENT_SOURCES, type EventKey, type EventSource } from './history-kinds.ts';
import type { EventEntry } from './index-events.ts';
import type { RecordIndex } from './record-index.ts';
import { absence, unknownFact, type Scope } from './scope.ts';

const NO_SOURCES: readonly Source[] = Object.freeze([]);
const NONE: readonly ClinicalEvent[] = Object.freeze([]);

/** Sequelae and 'history of' codes are history by their meaning, whenever they were recorded. */
const isHistoryCode = (kind: string): boolean => kind.startsWith('history-of-');

function belongs(entry: EventEntry, era: EventSource['era'], episode: Episode): boolean {
  if (era === 'any') return true;
  const now = !isHistoryCode(entry.kind) && isOfEpisode(entry, episode);
  return era === 'this-episode' ? now : !now;
}

function eventOf(entry: EventEntry, scope: Scope): ClinicalEvent {
  const { kind, when, active, certainty, reference } = entry;
  // A date that has not come is no date.
  return {
    kind,
    when: when !== null && isFutureDated(when, scope.at) ? null : when,
    active,
    certainty,
    source: { reference },
  };
}

const newestFirst = (a: ClinicalEvent, b: ClinicalEvent): number =>
  (b.when?.latest ?? 0) - (a.when?.latest ?? 0) ||
  (a.source.reference < b.source.reference
    ? -1
    : a.source.reference > b.source.reference
      ? 1
      : a.kind < b.kind
        ? -1
        : 1);

/** A refutation of this episode denies the kind now; an old one says nothing about what came after it. */
function denials(refuted: readonly EventEntry[], source: EventSource, episode: Episode): readonly EventEntry[] {
  const recent = refuted.filter(
    (e) =>
      (e.encounter !== null && e.encounter === episode.encounterReference) ||
      (e.recorded !== null && e.recorded.latest >= episode.begins),
  );
  const denied = new Set(recent.map((e) => e.kind));
  return source.kinds.every((k) => denied.has(k)) ? recent : [];
}

function eventList(scope: Scope, index: RecordIndex, episode: Episode, fact: EventKey): Fact<readonly ClinicalEvent[]> {
  const source = EVENT_SOURCES[fact];
  let found: ClinicalEvent[] | undefined;
  let refuted: EventEntry[] | undefined;
  for (const kind of source.kinds) {
    for (const entry of index.events.get(kind) ?? []) {
      if (entry.refuted) (refuted ??= []).push(entry);
      else if (belongs(entry, source.era, episode)) (found ??= []).push(eventOf(entry, scope));
    }
  }
  if (found !== undefined) {
    found.sort(newestFirst);
    return known(found, null, sourcesOf(found.map((e) => e.source)));
  }
  const why = absence(scope, source.lists);
  if (why !== 'not-recorded') return unknownFact(scope, fact, source.lists)(why);
  const denied = refuted === undefined ? [] : denials(refuted, source, episode);
  return denied.length > 0
    ? known(NONE, null, sourcesOf(denied), 'stated')
    : known(NONE, null, NO_SOURCES, 'not-recorded');
}

const KEYS = Object.keys(EVENT_SOURCES) as readonly EventKey[];

export function mapHistory(scope: Scope, index: RecordIndex, episode: Episode): Pick<StrokeFacts, EventKey> {
  const facts: Partial<Record<EventKey, Fact<readonly ClinicalEvent[]>>> = {};
  for (const key of KEYS) facts[key] = eventList(scope, index, episode, key);
  return facts as Pick<StrokeFacts, EventKey>;
}
