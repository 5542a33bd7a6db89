/**
 * Conditions and procedures as events, by kind. Withdrawn entries are dropped here; refuted ones are kept apart,
 * because a recent refutation is a statement of its own. Family history is another resource type and never read.
 */
import type { Condition, Procedure } from 'fhir/r4.js';
import { DAY, type ClinicalEvent, type Instant, type TimeSpan } from '../../case/index.ts';
import { fhirTime } from '../time.ts';
import { addReading } from './index-observations.ts';
import { codingsOf, type Reading } from './reading.ts';
import { periodSpan, RECORD_BEGINS, type Scope } from './scope.ts';

export interface EventEntry {
  readonly kind: string;
  readonly from: 'condition' | 'procedure';
  readonly reference: string;
  /** When it happened or began. */
  readonly when: TimeSpan | null;
  /** `when` rests on the date of recording: it ends there, its beginning is not known. */
  readonly onlyRecorded: boolean;
  readonly recorded: TimeSpan | null;
  readonly active: boolean;
  readonly certainty: ClinicalEvent['certainty'];
  readonly refuted: boolean;
  /** Logical reference of the encounter it was recorded in. */
  readonly encounter: string | null;
  /** Diagnosis of an encounter rather than an item of the problem list. */
  readonly ofEncounter: boolean;
}

const INACTIVE: ReadonlySet<string> = new Set(['inactive', 'remission', 'resolved']);
const SURGICAL = 'category-surgical-procedure';

function kindsOf(codings: readonly { readonly system: string; readonly code: string }[], scope: Scope): Set<string> {
  const kinds = new Set<string>();
  for (const { system, code } of codings) {
    for (const group of scope.terminology.groupsOf(system, code))
      if (group.startsWith('event-')) kinds.add(group.slice(6));
  }
  return kinds;
}

function firstCode(concept: unknown): string | undefined {
  return codingsOf(concept)[0]?.code;
}

/** Known to have happened by the time it was recorded, not since when. */
function untilRecorded(recorded: TimeSpan | null): TimeSpan | null {
  return recorded === null
    ? null
    : { earliest: Math.min(RECORD_BEGINS, recorded.latest) as Instant, latest: recorded.latest };
}

function add(events: Map<string, EventEntry[]>, kinds: ReadonlySet<string>, entry: Omit<EventEntry, 'kind'>): void {
  for (const kind of kinds) {
    const list = events.get(kind);
    if (list === undefined) events.set(kind, [{ kind, ...entry }]);
    else list.push({ kind, ...entry });
  }
}

function encounterOf(resource: Condition | Procedure): string | null {
  const reference: unknown = resource.encounter?.reference;
  return typeof reference === 'string' ? reference.replace(/^.*(Encounter\/[^/]+).*$/, '$1') : null;
}

function conditionEntry(resource: Condition, reference: string, scope: Scope): Omit<EventEntry, 'kind'> {
  const verification = firstCode(resource.verificationStatus);
  const clinical = firstCode(resource.clinicalStatus);
  const recorded = fhirTime(resource.recordedDate, scope.timeZone) ?? null;
  const onset = fhirTime(resource.onsetDateTime, scope.timeZone) ?? onsetStart(resource, scope);
  const abated = resource.abatementDateTime !== undefined || resource.abatementPeriod !== undefined;
  return {
    from: 'condition',
    reference,
    when: onset ?? untilRecorded(recorded),
    onlyRecorded: onset === undefined,
    recorded,
    active: clinical === undefined ? !abated : !INACTIVE.has(clinical),
    certainty:
      verification === 'provisional'
        ? 'provisional'
        : verification === 'differential' || verification === 'unconfirmed'
          ? 'suspected'
          : 'confirmed',
    refuted: verification === 'refuted',
    encounter: encounterOf(resource),
    ofEncounter: (resource.category ?? []).some((c) => codingsOf(c).some(({ code }) => code === 'encounter-diagnosis')),
  };
}

/** The start of an onset Period; ages and free text give no date here. */
function onsetStart(resource: Condition, scope: Scope): TimeSpan | undefined {
  return fhirTime(resource.onsetPeriod?.start, scope.timeZone);
}

const NOT_DONE: ReadonlySet<unknown> = new Set(['preparation', 'not-done', 'entered-in-error']);

function procedureEntry(resource: Procedure, reference: string, scope: Scope): Omit<EventEntry, 'kind'> {
  const performed = fhirTime(resource.performedDateTime, scope.timeZone) ?? periodSpan(resource.performedPeriod, scope);
  return {
    from: 'procedure',
    reference,
    when: performed ?? null,
    onlyRecorded: performed === undefined,
    recorded: null,
    active: resource.status === 'in-progress',
    certainty: 'confirmed',
    refuted: false,
    encounter: encounterOf(resource),
    ofEncounter: true,
  };
}

/** Sessions of dialysis follow each other, often elsewhere: one in this time, or of no known time, means that they go on. */
const DIALYSIS_GOES_ON_FOR = 90 * DAY;

const isOnDialysis = (session: Omit<EventEntry, 'kind'>, at: Instant): boolean =>
  session.active || session.when === null || at - session.when.latest <= DIALYSIS_GOES_ON_FOR;

export function indexEvent(
  resource: Condition | Procedure,
  reference: string,
  scope: Scope,
  events: Map<string, EventEntry[]>,
  readings: Map<string, Reading[]>,
): void {
  const codings = codingsOf(resource.code);
  const kinds = kindsOf(codings, scope);
  if (resource.resourceType === 'Condition') {
    const nihss = codings.find(({ code }) => /^R29\.7\d\d$/.test(code));
    if (kinds.size === 0 && nihss === undefined) return;
    if (firstCode(resource.verificationStatus) === 'entered-in-error') return;
    const entry = conditionEntry(resource, reference, scope);
    add(events, kinds, entry);
    if (nihss !== undefined && !entry.refuted) addCodedNihss(nihss.code, entry, readings);
    return;
  }
  if (NOT_DONE.has(resource.status)) return;
  const surgical = codingsOf(resource.category).some(({ system, code }) =>
    scope.terminology.groupsOf(system, code).includes(SURGICAL),
  );
  if (kinds.size === 0 && !surgical) return;
  const entry = procedureEntry(resource, reference, scope);
  add(events, kinds, kinds.has('dialysis') ? { ...entry, active: isOnDialysis(entry, scope.at) } : entry);
  // A procedure filed as surgery that no list names: its extent is not known.
  if (surgical && kinds.size === 0) add(events, new Set(['surgical-procedure']), { ...entry, certainty: 'suspected' });
}

/** ICD-10-CM R29.700 to R29.742 carry the total of the stroke scale in their last two digits. */
function addCodedNihss(code: string, entry: Omit<EventEntry, 'kind'>, readings: Map<string, Reading[]>): void {
  addReading(readings, 'observation-nihss-total', {
    node: { valueInteger: Number(code.slice(-2)) },
    reference: entry.reference,
    assessment: entry.reference,
    at: entry.onlyRecorded ? entry.recorded : entry.when,
    pending: false,
  });
}
