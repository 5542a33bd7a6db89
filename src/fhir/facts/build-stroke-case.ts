/** From the record to the stroke case: index once, map by topic, freeze. */
import {
  NO_IMAGING,
  known,
  type Degradation,
  type Fact,
  type FactKey,
  type Instant,
  type Quantity,
  type StrokeCase,
  type StrokeFacts,
} from '../../case/index.ts';
import type { PatientRecord, RecordKey } from '../record.ts';
import type { Terminology } from '../terminology/terminology.ts';
import { mapClocks } from './clocks.ts';
import { deepFreeze } from './deep-freeze.ts';
import { mapDrugOrders } from './drug-orders.ts';
import { mapDrugs } from './drugs.ts';
import { episodeOf } from './episode.ts';
import { mapHistory } from './history.ts';
import { mapImaging } from './imaging.ts';
import { investigations } from './investigations.ts';
import { mapInfarct } from './infarct.ts';
import { mapIndications } from './indications.ts';
import { mapNihss } from './nihss.ts';
import { mapPatient } from './patient.ts';
import { mapPregnancy } from './pregnancy.ts';
import { QUANTITIES, LOOK_BACK, type MeasuredKey } from './quantity-table.ts';
import { measured } from './quantities.ts';
import { indexRecord, readingsOf, type RecordIndex } from './record-index.ts';
import { mapScales } from './scales.ts';
import type { Scope } from './scope.ts';
import { yesNoFact } from './values.ts';
import { mapBloodPressure } from './vital-signs.ts';

export interface BuildOptions {
  /** The instant at which the facts are gathered. */
  readonly at: Instant;
  /** IANA zone for dates without a time of day. */
  readonly timeZone: string;
  readonly terminology: Terminology;
  /** The site's configuration, used where the record says nothing; null = not configured. */
  readonly thrombectomyAccess: boolean | null;
}

const MEASURED = Object.keys(QUANTITIES) as readonly MeasuredKey[];
const SITE = [{ reference: 'site' }] as const;

function thrombectomyAccess(scope: Scope, index: RecordIndex, configured: boolean | null): Fact<boolean> {
  const stated = yesNoFact(
    scope,
    readingsOf(index, 'observation-thrombectomy-access'),
    'thrombectomyAccess',
    LOOK_BACK.judgement,
  );
  return stated.status === 'unknown' && configured !== null ? known(configured, null, SITE) : stated;
}

/** Earliest end of last known well: what was examined before it does not show this episode. */
function wellUntil(fact: Fact<{ readonly earliest: Instant }>): Instant | null {
  switch (fact.status) {
    case 'known':
      return fact.value.earliest;
    case 'conflicting':
      return Math.min(...fact.values.map((v) => v.value.earliest)) as Instant;
    case 'unknown':
      return null;
  }
}

function mapFacts(scope: Scope, index: RecordIndex, options: BuildOptions): Pick<StrokeCase, 'facts' | 'indications'> {
  const clocks = mapClocks(scope, index);
  const since = wellUntil(clocks.lastKnownWell);
  const episode = episodeOf(scope, index, since);
  const patient = mapPatient(scope, index);
  const history = mapHistory(scope, index, episode);
  const nihss = mapNihss(scope, index, since);
  const drugs = mapDrugs(scope, index);
  const quantities: Partial<Record<MeasuredKey, Fact<Quantity>>> = {};
  for (const key of MEASURED) quantities[key] = measured(scope, index, key, since);
  // The table gives each key its unit, which the type of the loop cannot show.
  const facts = collect([
    patient,
    { pregnancy: mapPregnancy(scope, index, patient) },
    nihss,
    mapScales(scope, index, since, history.dementia),
    clocks,
    mapBloodPressure(scope, index, since),
    quantities as Pick<StrokeFacts, MeasuredKey>,
    drugs,
    history,
    mapImaging(scope, index, since),
    mapInfarct(scope, index, since),
    { strokeInvestigation: investigations(scope, history.strokeInvestigation, index, episode) },
    { thrombectomyAccess: thrombectomyAccess(scope, index, options.thrombectomyAccess) },
  ]);
  return {
    facts,
    indications: mapIndications(scope, index, episode, { ...clocks, ...drugs, ...nihss }),
  };
}

/**
 * One object of all topics. `Object.fromEntries` gives every case the same fixed places for its members; an object that
 * grows by computed names becomes a hash table, which the decisions would search a thousand times for one patient.
 */
function collect(topics: readonly Partial<StrokeFacts>[]): StrokeFacts {
  const entries: (readonly [string, unknown])[] = [];
  for (const topic of topics) {
    for (const key in topic) entries.push([key, topic[key as FactKey]]);
  }
  return Object.fromEntries(entries) as unknown as StrokeFacts;
}

const KEYS_OF_TYPE: ReadonlyMap<string, readonly RecordKey[]> = new Map<string, readonly RecordKey[]>(
  Object.entries({
    Condition: ['conditions'],
    Procedure: ['procedures'],
    Observation: ['strokeObservations', 'vitalSigns', 'laboratory'],
    MedicationRequest: ['medicationRequests'],
    MedicationStatement: ['medicationStatements'],
    MedicationAdministration: ['medicationAdministrations'],
    ImagingStudy: ['imagingStudies'],
    DiagnosticReport: ['diagnosticReports'],
    QuestionnaireResponse: ['questionnaireResponses'],
  } satisfies Record<string, RecordKey[]>),
);

/** An entry that cannot be read may be the one that matters: 'none' must not be said of its list. */
function withDamage(record: PatientRecord, types: ReadonlySet<string>): PatientRecord {
  const reads = { ...record.reads };
  for (const type of types) {
    for (const key of KEYS_OF_TYPE.get(type) ?? []) {
      if (reads[key].state === 'complete') reads[key] = { state: 'incomplete', why: 'malformed' };
    }
  }
  return { ...record, reads };
}

const byPlace = (a: Degradation, b: Degradation): number => (a.where < b.where ? -1 : a.where > b.where ? 1 : 0);

/**
 * Everything known about one suspected stroke at one instant. Never throws on what a record holds: a resource that
 * cannot be parsed becomes one degradation. The result is deeply frozen and does not depend on the order of resources.
 */
export function buildStrokeCase(record: PatientRecord, options: BuildOptions): StrokeCase {
  const { at, timeZone, terminology } = options;
  const asRead: Scope = { record, at, timeZone, terminology };
  const index = indexRecord(asRead);
  const scope = index.damaged.size === 0 ? asRead : { ...asRead, record: withDamage(record, index.damaged) };
  const { facts, indications } = mapFacts(scope, index, options);
  return deepFreeze({
    patient: `Patient/${record.patientId}`,
    encounter: record.encounterId === null ? null : `Encounter/${record.encounterId}`,
    asOf: at,
    indications,
    facts,
    orders: mapDrugOrders(index),
    imaging: NO_IMAGING,
    degradations: [...record.degradations, ...index.degradations.toSorted(byPlace)],
  });
}
