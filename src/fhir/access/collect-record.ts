/**
 * The record of the patient in context: what the EHR prefetched and, for what is missing, our own reads in parallel
 * under one deadline (CDS Hooks 2.0 'Providing FHIR Resources to a CDS Service'). Never throws for bad data.
 */
import type { Dispatcher } from 'undici';
import { RECORD_KEYS, type PatientRecord, type ReadState, type RecordKey } from '../record.ts';
import { normalizeBaseUrl } from './allowed-servers.ts';
import { isWithheld, readAnswer, WITHHELD, type Answer } from './answer.ts';
import { createFhirConnections, createFhirReader, ReadFailed, type FhirReader } from './fhir-reader.ts';
import { gathering, type Gathering } from './gathering.ts';
import { isObject, type JsonObject } from './json.ts';
import { addressOf, isSafeId, readPages, type ReadResult } from './own-read.ts';
import { plannedReads, typeOfKey, type ObservationCodes, type PlannedRead } from './prefetch-plan.ts';

/** Where we may read ourselves. The caller has checked `fhirServer` with `assertAllowedFhirServer`. */
export interface FhirAccess {
  readonly fhirServer: string;
  readonly accessToken: string;
  /** Seconds that the token is still good for. */
  readonly expiresIn?: number;
}

export interface RecordRequest {
  readonly patientId: string;
  readonly encounterId?: string | undefined;
  /** `prefetch` of the hook request as it came. */
  readonly prefetch?: unknown;
  readonly access?: FhirAccess | undefined;
  /** `fhirServer` without a token: not read from, but it tells which absolute references are its own. */
  readonly fhirServer?: string | undefined;
  readonly drafts?: readonly unknown[];
  /** Awaited before the first own read: the right to act for the caller. */
  readonly beforeReading?: Promise<void>;
  /** Aborts when the time of the whole answer is over. */
  readonly signal?: AbortSignal;
}

export interface CollectDeps {
  /** LOINC codes of the Observation searches. */
  readonly codes: ObservationCodes;
  /** Milliseconds for all own reads together. Default 2,000. */
  readonly deadlineMs?: number;
  /** Pages read per key. Default 10. */
  readonly maxPages?: number;
  /** Shared connections (`createFhirConnections`); without them each call opens its own. */
  readonly connections?: Dispatcher;
}

const DEFAULT_DEADLINE_MS = 2_000;
const DEFAULT_MAX_PAGES = 10;
/** Medications that lie outside the bundle and are read one by one. */
const MAX_MEDICATIONS = 30;

/** The value under the key, also under Epic's spelling with '-user'; undefined when absent. */
function prefetched(prefetch: unknown, key: string): unknown {
  if (!isObject(prefetch)) return undefined;
  const own = (name: string): unknown => (Object.hasOwn(prefetch, name) ? prefetch[name] : undefined);
  const value = own(key);
  return value === undefined ? own(`${key}-user`) : value;
}

interface Reading {
  readonly patientId: string;
  readonly gathered: Gathering;
  readonly reader: FhirReader | undefined;
  readonly maxPages: number;
}

/** Takes over what a question brought, and says how far the list was read. */
function take(planned: PlannedRead, result: ReadResult, { gathered, patientId }: Reading): ReadState {
  const { used, lost } = gathered.add(planned.key, result.resources, true);
  if (result.state.state !== 'complete') return result.state;
  // The read by id brought somebody else.
  if (planned.search === null && result.resources.length > 0 && !gathered.has('Patient', patientId)) {
    return { state: 'failed', why: 'refused' };
  }
  if (lost === undefined) return result.state;
  return { state: lost === 'refused' && used === 0 ? 'failed' : 'incomplete', why: lost };
}

/** A draft that was left out may be the order that matters: 'none' must not be said of the list of its kind. */
function withoutDrafts(
  states: readonly (readonly [RecordKey, ReadState])[],
  refused: ReadonlySet<string>,
): Readonly<Record<RecordKey, ReadState>> {
  return Object.fromEntries(
    states.map(([key, state]) =>
      state.state === 'complete' && refused.has(typeOfKey(key))
        ? [key, { state: 'incomplete', why: 'refused' }]
        : [key, state],
    ),
  ) as Record<RecordKey, ReadState>;
}

/** @param page a supplied first page, whose `next` link is followed; without it the question is asked anew */
async function readSelf(planned: PlannedRead, reader: FhirReader, reading: Reading, page?: Answer): Promise<ReadState> {
  const { gathered, patientId, maxPages } = reading;
  const start = page?.next ?? addressOf(planned, patientId);
  const pages = await readPages(planned, start, reader, maxPages, page?.matches ?? 0);
  for (const problem of pages.problems) gathered.note({ where: planned.key, ...problem });
  return take(planned, pages, reading);
}

function stateOf(answer: Answer, problems: Answer['problems']): ReadState {
  const why = problems[0]?.why ?? 'incomplete';
  if (answer.extent === 'unusable') return { state: 'failed', why };
  return answer.extent === 'partial' || problems.length > 0 ? { state: 'incomplete', why } : { state: 'complete' };
}

async function readKey(planned: PlannedRead, value: unknown, reading: Reading): Promise<ReadState> {
  const { gathered, reader } = reading;
  const where = planned.key;
  if (value === undefined) {
    if (reader !== undefined) return readSelf(planned, reader, reading);
    gathered.note({ where, why: 'not-supplied' });
    return { state: 'failed', why: 'not-supplied' };
  }
  const answer = readAnswer(value, planned.resourceType, {
    single: planned.search === null,
    onePageSuffices: planned.firstPageSuffices,
  });
  const problems = isWithheld(answer, 0) ? [...answer.problems, WITHHELD] : answer.problems;
  const supplied = take(planned, { state: stateOf(answer, problems), resources: answer.resources, problems }, reading);
  const hasMorePages = supplied.state === 'complete' && answer.next !== undefined;
  if (supplied.state === 'complete' && !hasMorePages) return supplied;

  if (reader !== undefined) {
    if (hasMorePages) {
      const rest = await readSelf(planned, reader, reading, answer);
      if (rest.state !== 'failed') return rest;
    }
    // The whole question again: its answer stands alone, so what was wrong with the supplied one no longer matters.
    const own = await readSelf(planned, reader, reading);
    if (own.state === 'complete' || supplied.state === 'failed') return own;
  }
  for (const problem of problems) gathered.note({ where, ...problem });
  if (!hasMorePages) return supplied;
  gathered.note({ where, why: 'incomplete', detail: 'further pages could not be read' });
  return { state: 'incomplete', why: 'incomplete' };
}

const ASKED: ReadonlySet<string> = new Set(RECORD_KEYS.flatMap((key) => [key, `${key}-user`]));

/** Keys that we did not ask for: what they hold is used where it is of a kind that we use, and never proves a list. */
function takeExtraKeys(prefetch: unknown, gathered: Gathering): void {
  if (!isObject(prefetch)) return;
  for (const [name, value] of Object.entries(prefetch)) {
    if (ASKED.has(name) || !isObject(value)) continue;
    const type = typeof value['resourceType'] === 'string' ? value['resourceType'] : '';
    const answer = readAnswer(value, type, { single: true, onePageSuffices: true });
    // The EHR chose the name, so it is not repeated.
    gathered.add('additional prefetch', answer.resources, false);
  }
}

/** A single resource beside the lists: the encounter of the context, or a Medication that a request refers to. */
async function readOne(type: 'Encounter' | 'Medication', id: string, { reader, gathered }: Reading): Promise<void> {
  const where = type === 'Encounter' ? 'encounter' : 'medicationRequests';
  if (reader === undefined || !isSafeId(id)) return;
  try {
    const body: JsonObject = await reader.get(`${type}/${id}`);
    const answer = readAnswer(body, type, { single: true, onePageSuffices: true });
    gathered.add(where, answer.resources, true);
    for (const problem of answer.problems) gathered.note({ where, ...problem });
  } catch (error) {
    const why = error instanceof ReadFailed ? error.why : 'unavailable';
    gathered.note({ where, why, detail: `${type} beside the list` });
  }
}

/** Ids of Medications that the drug lists refer to and that did not come along. */
function missingMedications(gathered: Gathering): readonly string[] {
  const ids: string[] = [];
  for (const reference of gathered.medications()) {
    if (reference.startsWith('Medication/')) ids.push(reference.slice('Medication/'.length));
  }
  return ids
    .filter((id) => !gathered.has('Medication', id))
    .sort()
    .slice(0, MAX_MEDICATIONS);
}

/** The time of all reads together, which begins with the first of them. */
function deadline({ signal }: RecordRequest, { deadlineMs }: CollectDeps): AbortSignal {
  const over = AbortSignal.timeout(deadlineMs ?? DEFAULT_DEADLINE_MS);
  return signal === undefined ? over : AbortSignal.any([over, signal]);
}

/** A reader that is made when it is needed: after a full prefetch there is nothing to read, and no timer to set. */
function atFirstRead(before: Promise<void> | undefined, make: () => FhirReader): FhirReader {
  let reader: FhirReader | undefined;
  return {
    get: async (address) => {
      await before;
      return (reader ??= make()).get(address);
    },
  };
}

/**
 * Reads the record of one patient.
 * A key that is absent from the prefetch is read with the token; null, an empty bundle and Epic's 'no results' mean
 * 'none'; an OperationOutcome of error severity, a malformed value and further pages are read again or stay incomplete.
 * @returns resources of the patient in context only, deduplicated and sorted, and how far each list was read
 */
export async function collectRecord(request: RecordRequest, deps: CollectDeps): Promise<PatientRecord> {
  const { patientId, access } = request;
  const serverUrl = access?.fhirServer ?? request.fhirServer;
  const base = serverUrl === undefined ? undefined : normalizeBaseUrl(serverUrl);
  const gathered = gathering(patientId, base);
  const planned = plannedReads(deps.codes, patientId);
  const mayRead = access !== undefined && base !== undefined && isSafeId(patientId) && (access.expiresIn ?? 1) > 0;
  const own = mayRead && deps.connections === undefined ? createFhirConnections() : undefined;
  const connections = deps.connections ?? own;
  const reader =
    mayRead && connections !== undefined
      ? atFirstRead(request.beforeReading, () =>
          createFhirReader(base, access.accessToken, deadline(request, deps), connections),
        )
      : undefined;
  const reading: Reading = { patientId, gathered, reader, maxPages: deps.maxPages ?? DEFAULT_MAX_PAGES };

  try {
    takeExtraKeys(request.prefetch, gathered);
    const states = await Promise.all(
      planned.map(
        async (read) => [read.key, await readKey(read, prefetched(request.prefetch, read.key), reading)] as const,
      ),
    );
    const { encounterId } = request;
    await Promise.all([
      ...(encounterId === undefined || gathered.has('Encounter', encounterId)
        ? []
        : [readOne('Encounter', encounterId, reading)]),
      ...missingMedications(gathered).map((id) => readOne('Medication', id, reading)),
    ]);
    const drafts = gathered.drafts(request.drafts ?? []);
    return {
      patientId,
      encounterId: encounterId ?? null,
      reads: withoutDrafts(states, drafts.refused),
      resources: gathered.resources(),
      drafts: drafts.resources,
      degradations: gathered.degradations(),
    };
  } finally {
    // Not awaited: a connection that hangs must not hold the answer back.
    void own?.destroy();
  }
}

/** Not even the patient is known and no list was read: the hook is answered with 412. */
export function nothingReadable(record: PatientRecord): boolean {
  return (
    !record.resources.some(({ resourceType }) => resourceType === 'Patient') &&
    Object.values(record.reads).every(({ state }) => state === 'failed')
  );
}
