/** When this episode began, and whether an event belongs to it. */
import { DAY, type Instant } from '../../case/index.ts';
import type { EncounterEntry } from './index-context.ts';
import type { EventEntry } from './index-events.ts';
import type { RecordIndex } from './record-index.ts';
import type { Scope } from './scope.ts';

export interface Episode {
  /** Onsets from here on are of this episode. */
  readonly begins: Instant;
  readonly encounter: EncounterEntry | undefined;
  /** Reference of the current encounter. */
  readonly encounterReference: string | null;
}

const SLACK = DAY;
const LONGEST = 7 * DAY;

/**
 * The episode begins a day before the patient was last known well, else a day before the current encounter, never more
 * than a week ago: what lies further back is history, which speaks against thrombolysis rather than for it.
 * @param wellUntil last known well, its earliest end
 */
export function episodeOf(scope: Scope, index: RecordIndex, wellUntil: number | null): Episode {
  const { encounterId } = scope.record;
  const encounter = encounterId === null ? undefined : index.encounters.find((e) => e.id === encounterId);
  const from = wellUntil ?? encounter?.period?.earliest ?? scope.at;
  return {
    begins: Math.max(from - SLACK, scope.at - LONGEST) as Instant,
    encounter,
    encounterReference: encounterId === null ? null : `Encounter/${encounterId}`,
  };
}

/**
 * Is the diagnosis one of this episode? By its onset; where only the date of recording is known, when it was recorded in
 * this encounter or within the episode. An undated item of the problem list is history.
 */
export function isOfEpisode(entry: EventEntry, episode: Episode): boolean {
  if (entry.from === 'condition' && !entry.active) return false;
  if (!entry.onlyRecorded && entry.when !== null) return entry.when.latest >= episode.begins;
  if (entry.encounter !== null && entry.encounter === episode.encounterReference) return true;
  if (episode.encounter?.diagnoses.has(entry.reference) === true) return true;
  return entry.recorded !== null && entry.recorded.latest >= episode.begins && entry.from === 'condition';
}
