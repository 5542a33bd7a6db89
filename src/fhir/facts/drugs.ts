/** The drug lists of the case: one exposure for each drug, with the last intake that all entries together support. */
import {
  candidates,
  DAY,
  HOUR,
  known,
  unknown,
  type DrugExposure,
  type Fact,
  type Known,
  type StrokeFacts,
  type TimeSpan,
} from '../../case/index.ts';
import type { RecordKey } from '../record.ts';
import { isFutureDated } from '../time.ts';
import { sourcesOf } from './choose.ts';
import { DRUG_NAMES, DRUGS, type Drug, type DrugKey } from './drug-table.ts';
import type { MedicationEntry } from './index-medications.ts';
import { readingsOf, type RecordIndex } from './record-index.ts';
import { absence, codesOfFact, unknownFact, type Scope } from './scope.ts';
import { clockOf } from './values.ts';

const LISTS: readonly RecordKey[] = ['medicationRequests', 'medicationStatements', 'medicationAdministrations'];
/** Ended courses that began to matter longer ago than this are not 'recent'. Prescriptions rarely run longer. */
const RECENT = 180 * DAY;
/** An administration says when the last dose was only while it is this fresh; later doses may be unrecorded. */
const TRUSTED_ADMINISTRATION = 48 * HOUR;
/** A patient's own statement of the last intake counts for this episode only. */
const TRUSTED_STATEMENT = 2 * DAY;
/** An answer to 'when was the last dose?' says nothing of doses after it was given. */
const ANSWER_COUNTS = DAY;
/** So far back an anticoagulant that nobody names may still act: the longest limit of the tables, of the oral ones. */
const UNNAMED_ACTS = 2 * DAY;
/** The antiplatelet's or anticoagulant's unlisted entry matters to these facts. */
const NEEDS_IDENTIFIED: ReadonlySet<DrugKey> = new Set<DrugKey>([
  'vitaminKAntagonist',
  'directOralAnticoagulant',
  'unfractionatedHeparin',
  'lowMolecularWeightHeparin',
  'otherAnticoagulant',
  'glycoproteinInhibitor',
  'amyloidImmunotherapy',
]);

const EPISODE = 7 * DAY;

const newestFirst = (
  a: { intake: TimeSpan | null; reference: string },
  b: { intake: TimeSpan | null; reference: string },
): number => (b.intake?.latest ?? 0) - (a.intake?.latest ?? 0) || (a.reference < b.reference ? -1 : 1);

/**
 * The last intake. Entries that leave it open outweigh older ones that do not: an active order with a dose five days
 * ago does not mean that the last dose was five days ago. An answer to the question closes them, unless a later dose is
 * written down.
 */
function lastIntake(
  entries: readonly MedicationEntry[],
  stated: Fact<TimeSpan>,
  scope: Scope,
  codes: readonly string[],
): Fact<TimeSpan> {
  const dated = entries.filter((e) => e.intake !== null && !isFutureDated(e.intake, scope.at)).sort(newestFirst);
  const newest = dated[0];
  const open = entries.filter((e) => e.intake === null && !e.denied && (e.active || e.from === 'administration'));
  const answers = candidates(stated);
  if (answers.length > 0) {
    if (open.some((e) => e.from === 'administration')) return unknown('undated', codes);
    // A dose that is written down later than the answer was given after all.
    const answered = Math.max(...answers.map(({ value }) => value.latest));
    if (newest?.intake == null || newest.intake.latest <= answered) return stated;
    return known(newest.intake, newest.intake, sourcesOf([newest]));
  }
  if (newest?.intake == null)
    return unknown(entries.some((e) => e.intake !== null) ? 'future-dated' : 'not-recorded', codes);
  const limit = newest.from === 'administration' ? TRUSTED_ADMINISTRATION : TRUSTED_STATEMENT;
  const explicit = newest.intake.latest >= scope.at - limit;
  if (open.length > 0 && !explicit) return unknown('not-recorded', codes);
  return known(newest.intake, newest.intake, sourcesOf([newest]));
}

/** Explicit observation 'time of last anticoagulant intake' of this episode. */
function statedIntake(scope: Scope, index: RecordIndex): Fact<TimeSpan> {
  const answers = readingsOf(index, 'observation-anticoagulant-last-intake').filter(
    ({ at }) => at === null || at.latest >= scope.at - ANSWER_COUNTS,
  );
  return clockOf(scope, answers, 'directOralAnticoagulant', LISTS);
}

/** Somebody says when the last anticoagulant was taken, it may still act, and no list names one. */
function isUnnamed(stated: Fact<TimeSpan>, taken: readonly Drug[], scope: Scope): boolean {
  const acts = candidates(stated).some(({ value }) => value.latest >= scope.at - UNNAMED_ACTS);
  return acts && !taken.some((drug) => isAnticoagulant(DRUGS[drug].fact));
}

/** Does a denial outdate every entry that says the drug is taken? */
function isDenied(entries: readonly MedicationEntry[]): boolean {
  const denials = entries.filter((e) => e.denied && e.asserted !== null);
  const denial = Math.max(...denials.map((e) => e.asserted?.earliest ?? 0));
  return (
    denials.length > 0 &&
    entries.every((e) => e.denied || !e.active || (e.asserted !== null && e.asserted.latest < denial))
  );
}

function exposure(
  drug: Drug,
  entries: readonly MedicationEntry[],
  stated: Fact<TimeSpan>,
  scope: Scope,
  codes: readonly string[],
): DrugExposure {
  const taken = entries.filter((e) => !e.denied);
  const ordered = taken.toSorted((a, b) => Number(b.active) - Number(a.active) || newestFirst(a, b));
  const first = ordered[0] ?? entries[0];
  const intents = new Set(taken.map((e) => e.intent).filter((i) => i !== 'unspecified'));
  const dose = ordered.find((e) => e.dose !== undefined)?.dose;
  return {
    drug,
    class: DRUGS[drug].class,
    active: taken.some((e) => e.active) && !isDenied(entries),
    lastIntake: lastIntake(taken, stated, scope, codes),
    // One treatment dose outweighs all prophylactic ones.
    intent: intents.has('treatment') ? 'treatment' : intents.has('prophylactic') ? 'prophylactic' : 'unspecified',
    ...(dose === undefined ? {} : { dose }),
    source: { reference: first?.reference ?? '' },
  };
}

const isRecent = (e: MedicationEntry, scope: Scope): boolean =>
  e.active || e.latest === null || e.latest >= scope.at - RECENT;

/** An entry that has ended, of a name that points to a drug that matters: it may act still. */
const isLately = ({ suspected, denied, latest }: MedicationEntry, scope: Scope): boolean =>
  suspected !== undefined && !denied && (latest === null || latest >= scope.at - EPISODE);

/** Catheters are cleared with up to 2 mg of alteplase: no treatment of a stroke. */
export const isCatheterDose = (e: MedicationEntry): boolean =>
  e.drugs.includes('alteplase') && e.dose !== undefined && e.dose.value <= 2;
/** An order of this episode that the hospital calls done; an undated one may be of any year. */
const isCompleted = (e: MedicationEntry): boolean => e.order?.completed === true && e.asserted !== null;

function thrombolyticsGiven(scope: Scope, index: RecordIndex): Fact<readonly DrugExposure[]> {
  const recent = (span: TimeSpan | null): boolean =>
    span === null || (span.latest >= scope.at - EPISODE && !isFutureDated(span, scope.at));
  // Another hospital's dose comes as a statement; one without a time may be of any year.
  const wasGiven = (e: MedicationEntry): boolean =>
    e.from === 'administration' || (e.from === 'statement' && !e.denied && e.intake !== null);
  const given = index.medications
    .filter((e) => !e.draft && wasGiven(e) && recent(e.intake) && !isCatheterDose(e))
    .flatMap((e) => e.drugs.filter((d) => DRUGS[d].class === 'thrombolytic').map((drug) => ({ drug, entry: e })));
  const codes = codesOfFact(scope.terminology, 'thrombolyticGiven');
  const exposures = (given.length === 0 ? [] : DRUG_NAMES).flatMap((drug) => {
    const entries = given.filter((g) => g.drug === drug).map((g) => g.entry);
    return entries.length === 0 ? [] : [exposure(drug, entries, unknown('not-recorded'), scope, codes)];
  });
  const procedures = (index.events.get('thrombolysis') ?? []).filter((e) => !e.refuted && recent(e.when));
  const [procedure] = procedures.toSorted((a, b) => (a.reference < b.reference ? -1 : 1));
  if (exposures.length === 0 && procedure !== undefined) {
    // The procedure names no agent; alteplase is what its codes were made for.
    exposures.push({
      drug: 'alteplase',
      class: 'thrombolytic',
      active: false,
      lastIntake:
        procedure.when === null
          ? unknown('undated', codes)
          : known(procedure.when, procedure.when, sourcesOf([procedure])),
      intent: 'treatment',
      source: { reference: procedure.reference },
    });
  }
  if (exposures.length > 0) return known(exposures, null, sourcesOf(exposures.map((e) => e.source)));
  const open = unknownFact(scope, 'thrombolyticGiven', LISTS);
  const ofNow = index.medications.filter((e) => !e.draft && !e.denied && recent(e.intake ?? e.asserted));
  const unnamed = ofNow.filter((e) => e.suspected === 'thrombolytic' && (e.from !== 'order' || isCompleted(e)));
  if (unnamed.length > 0) return open('unidentified-drug', undefined, sourcesOf(unnamed));
  const lytics = ofNow.filter((e) => !isCatheterDose(e) && e.drugs.some((d) => DRUGS[d].class === 'thrombolytic'));
  const undated = lytics.filter((e) => e.from === 'statement' && e.intake === null);
  if (undated.length > 0) return open('undated', undefined, sourcesOf(undated));
  // A completed order may have been given: whether it was has to be asked, unless somebody says that it was not.
  const denied = new Set(index.medications.flatMap((e) => (e.denied ? e.drugs : [])));
  const completed = lytics.filter(
    (e) => isCompleted(e) && e.order?.forOtherDisease !== true && !e.drugs.some((d) => denied.has(d)),
  );
  if (completed.length > 0) return open('not-recorded', undefined, sourcesOf(completed));
  const why = absence(scope, ['medicationAdministrations', 'medicationStatements']);
  return why === 'not-recorded' ? known([], null, [], 'not-recorded') : unknown(why, codes);
}

export function mapDrugs(scope: Scope, index: RecordIndex): Pick<StrokeFacts, DrugKey> {
  const stated = statedIntake(scope, index);
  const byDrug = new Map<Drug, MedicationEntry[]>();
  const unidentified: MedicationEntry[] = [];
  for (const entry of index.medications) {
    if (entry.draft || !isRecent(entry, scope)) continue;
    if (entry.unidentified && (entry.active || isLately(entry, scope))) unidentified.push(entry);
    for (const drug of entry.drugs) {
      const list = byDrug.get(drug);
      if (list === undefined) byDrug.set(drug, [entry]);
      else list.push(entry);
    }
  }
  const taken = DRUG_NAMES.filter((drug) => byDrug.has(drug));
  const unnamed = isUnnamed(
    stated,
    taken.filter((drug) => byDrug.get(drug)?.some((e) => !e.denied)),
    scope,
  );
  const listFact = (fact: DrugKey): Fact<readonly DrugExposure[]> => {
    const codes = scope.terminology.codesOf('observation-anticoagulant-last-intake');
    const exposures: DrugExposure[] = [];
    let denied: Known<readonly DrugExposure[]>['sources'] = [];
    for (const drug of taken) {
      const entries = DRUGS[drug].fact === fact ? byDrug.get(drug) : undefined;
      if (entries === undefined) continue;
      if (entries.every((e) => e.denied)) denied = [...denied, ...sourcesOf(entries)];
      else exposures.push(exposure(drug, entries, isAnticoagulant(fact) ? stated : NOTHING_STATED, scope, codes));
    }
    const about = [
      ...(NEEDS_IDENTIFIED.has(fact) ? sourcesOf(unidentified) : []),
      ...(unnamed && isAnticoagulant(fact) ? candidates(stated).flatMap(({ sources }) => sources) : []),
    ];
    const open = about.length > 0 ? 'unidentified-drug' : absence(scope, LISTS);
    // An ended course is not the whole answer while a part of the lists is missing.
    if (exposures.some((e) => e.active)) return known(exposures, null, sourcesOf(exposures.map((e) => e.source)));
    if (open !== 'not-recorded') return unknownFact(scope, fact, LISTS)(open, undefined, about);
    if (exposures.length > 0) return known(exposures, null, sourcesOf(exposures.map((e) => e.source)));
    return known([], null, denied, 'not-recorded');
  };
  const facts: Partial<Record<DrugKey, Fact<readonly DrugExposure[]>>> = {};
  for (const key of LIST_KEYS) facts[key] = listFact(key);
  facts.thrombolyticGiven = thrombolyticsGiven(scope, index);
  return facts as Pick<StrokeFacts, DrugKey>;
}

/** What the patient takes; what was given in this episode is a fact of its own. */
const LIST_KEYS: readonly DrugKey[] = [...new Set(DRUG_NAMES.map((d): DrugKey => DRUGS[d].fact))].filter(
  (key) => key !== 'thrombolyticGiven',
);

const NOTHING_STATED = unknown('not-recorded');
const isAnticoagulant = (fact: DrugKey): boolean =>
  fact === 'directOralAnticoagulant' ||
  fact === 'vitaminKAntagonist' ||
  fact === 'lowMolecularWeightHeparin' ||
  fact === 'otherAnticoagulant';
