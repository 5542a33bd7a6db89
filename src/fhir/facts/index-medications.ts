/**
 * Orders, statements and administrations of drugs. A drug is identified by code only. An entry whose drug cannot be
 * identified is kept as such: it must not let 'no anticoagulant' be said.
 */
import type {
  Dosage,
  FhirResource,
  Medication,
  MedicationAdministration,
  MedicationRequest,
  MedicationStatement,
} from 'fhir/r4.js';
import type { DrugExposure, Instant, Quantity, TimeSpan } from '../../case/index.ts';
import { quantity } from '../../case/index.ts';
import { fhirTime } from '../time.ts';
import { convert } from '../units.ts';
import { DRUGS, LYTIC_NAME, SUSPECT_NAME, type Drug } from './drug-table.ts';
import { orderDetails, type OrderDetails } from './order-details.ts';
import { codingsOf } from './reading.ts';
import { periodSpan, type Scope } from './scope.ts';

export interface MedicationEntry {
  readonly reference: string;
  readonly from: 'order' | 'statement' | 'administration';
  /** Empty when the entry names no drug of the tables. */
  readonly drugs: readonly Drug[];
  /** No code that we understand, or a name that points to an anticoagulant under a code that no table lists. */
  readonly unidentified: boolean;
  /** What the name of an unidentified entry points to. */
  readonly suspected?: 'thrombolytic' | 'other';
  readonly active: boolean;
  /** The record says that the patient does not take it. */
  readonly denied: boolean;
  readonly draft: boolean;
  /** When the entry was made. */
  readonly asserted: TimeSpan | null;
  /** When it was last taken or given, as far as this entry says so. */
  readonly intake: TimeSpan | null;
  /** Latest time to which the entry points; null when it has none. */
  readonly latest: Instant | null;
  readonly intent: DrugExposure['intent'];
  readonly dose?: Quantity<'mg'>;
  /** Of orders only. */
  readonly order?: OrderDetails;
}

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
const SNOMED = 'http://snomed.info/sct';
const ATC = 'http://www.whocc.no/atc';
const UNDERSTOOD: ReadonlySet<string> = new Set([RXNORM, SNOMED, ATC]);
/** Antithrombotic agents: a code below it that no table lists is not 'another drug'. */
const ATC_ANTITHROMBOTIC = /^B01/;

type Medications = ReadonlyMap<string, Medication>;

export function medicationsById(resources: readonly FhirResource[]): Medications {
  const found = new Map<string, Medication>();
  for (const r of resources) if (r.resourceType === 'Medication' && r.id !== undefined) found.set(r.id, r);
  return found;
}

type Holder = MedicationRequest | MedicationStatement | MedicationAdministration;

function conceptOf(resource: Holder, medications: Medications): Medication['code'] {
  if (resource.medicationCodeableConcept !== undefined) return resource.medicationCodeableConcept;
  const reference: unknown = resource.medicationReference?.reference;
  if (typeof reference !== 'string') return undefined;
  const id = reference.replace(/^#/, '').replace(/^.*[/:]/, '');
  const contained = (resource.contained ?? []).find(
    (c): c is Medication => c.resourceType === 'Medication' && c.id === id,
  );
  return (contained ?? medications.get(id))?.code;
}

type Identity = Pick<MedicationEntry, 'drugs' | 'unidentified' | 'suspected'>;

function isDrug(name: string): name is Drug {
  return Object.hasOwn(DRUGS, name);
}

function identify(concept: Medication['code'], display: unknown, scope: Scope): Identity {
  const codings = codingsOf(concept);
  const drugs = new Set<Drug>();
  let understood = false;
  let suspect = false;
  for (const { system, code } of codings) {
    for (const group of scope.terminology.groupsOf(system, code)) {
      const name = group.startsWith('drug-') ? group.slice(5) : '';
      if (isDrug(name)) drugs.add(name);
    }
    if (UNDERSTOOD.has(system)) understood = true;
    if (system === ATC && ATC_ANTITHROMBOTIC.test(code)) suspect = true;
  }
  if (drugs.size > 0) return { drugs: [...drugs].sort(), unidentified: false };
  const names = [concept?.text, display, ...(concept?.coding ?? []).map((c) => c.display)].filter(
    (t) => typeof t === 'string',
  );
  const suspected = names.some((n) => LYTIC_NAME.test(n))
    ? 'thrombolytic'
    : suspect || names.some((n) => SUSPECT_NAME.test(n))
      ? 'other'
      : undefined;
  if (suspected !== undefined) return { drugs: [], unidentified: true, suspected };
  // A code without any name cannot be screened, so it counts as not understood.
  return { drugs: [], unidentified: !understood || names.length === 0 };
}

function doseOf(dose: unknown): { readonly mg?: number; readonly perKg: boolean; readonly units?: number } {
  if (typeof dose !== 'object' || dose === null) return { perKg: false };
  const { value, code, unit } = dose as { value?: unknown; code?: unknown; unit?: unknown };
  const text = typeof code === 'string' ? code : unit;
  if (typeof value !== 'number' || typeof text !== 'string') return { perKg: false };
  if (/\/kg\b/i.test(text)) return { perKg: true };
  if (/^(\[?i?u\]?|units?|unt|\{unit\}|\[usp'u\])$/i.test(text)) return { perKg: false, units: value };
  const mg = massInMg(value, text);
  return mg === undefined ? { perKg: false } : { mg, perKg: false };
}

function massInMg(value: number, unit: string): number | undefined {
  return convert(value, unit, { unit: 'mg' });
}

/** Units of heparin that keep a catheter open, at most. */
const CATHETER_FLUSH = 500;

/**
 * Heparins by route and dose, from the labels: enoxaparin 30–40 mg and heparin 5,000–7,500 units under the skin prevent,
 * weight-based or higher doses and infusions treat. Anything between stays unspecified.
 */
function intentOf(
  drugs: readonly Drug[],
  dose: ReturnType<typeof doseOf>,
  route: ReadonlySet<string>,
  isRate: boolean,
): DrugExposure['intent'] {
  const [drug] = drugs;
  if (drug === undefined) return 'unspecified';
  const kind = DRUGS[drug].class;
  if (kind === 'unfractionated-heparin') {
    if (!isRate && dose.units !== undefined && dose.units <= CATHETER_FLUSH) return 'prophylactic';
    if (isRate || dose.perKg || route.has('route-intravenous')) return 'treatment';
    if (route.has('route-subcutaneous') && dose.units !== undefined)
      return dose.units <= 7500 ? 'prophylactic' : 'treatment';
    return 'unspecified';
  }
  if (kind !== 'low-molecular-weight-heparin') return 'unspecified';
  if (dose.perKg) return 'treatment';
  if (drug === 'enoxaparin' && dose.mg !== undefined) {
    return dose.mg <= 40 ? 'prophylactic' : dose.mg >= 60 ? 'treatment' : 'unspecified';
  }
  if (drug === 'dalteparin' && dose.units !== undefined) {
    return dose.units <= 5000 ? 'prophylactic' : dose.units >= 7500 ? 'treatment' : 'unspecified';
  }
  return 'unspecified';
}

function routesOf(route: unknown, scope: Scope): ReadonlySet<string> {
  return new Set(codingsOf(route).flatMap(({ system, code }) => scope.terminology.groupsOf(system, code)));
}

interface Dosing {
  readonly intent: DrugExposure['intent'];
  readonly dose?: Quantity<'mg'>;
}

function dosing(drugs: readonly Drug[], amount: unknown, route: unknown, isRate: boolean, scope: Scope): Dosing {
  const dose = doseOf(amount);
  const intent = intentOf(drugs, dose, routesOf(route, scope), isRate);
  return dose.mg === undefined ? { intent } : { intent, dose: quantity(dose.mg, 'mg') };
}

function dosageOf(dosage: Dosage | undefined, drugs: readonly Drug[], scope: Scope): Dosing {
  const rate = dosage?.doseAndRate?.[0];
  return dosing(
    drugs,
    rate?.doseQuantity,
    dosage?.route,
    rate?.rateQuantity !== undefined || rate?.rateRatio !== undefined,
    scope,
  );
}

const later = (a: TimeSpan | null | undefined, b: TimeSpan | null | undefined): Instant | null => {
  const ends = [a, b].flatMap((s) => (s ? [s.latest] : []));
  return ends.length === 0 ? null : (Math.max(...ends) as Instant);
};

/** Orders that are proposals or options, withdrawn, or that forbid the drug, are no exposure. */
function order(
  resource: MedicationRequest,
  scope: Scope,
  identity: Identity,
  draft: boolean,
): Omit<MedicationEntry, 'reference'> | undefined {
  const { status, intent } = resource;
  if (status === 'cancelled' || status === 'entered-in-error' || resource.doNotPerform === true) return undefined;
  if (!draft && (status === 'draft' || intent === 'proposal' || intent === 'option')) return undefined;
  const asserted = fhirTime(resource.authoredOn, scope.timeZone) ?? null;
  return {
    from: 'order',
    ...identity,
    active: status !== 'completed' && status !== 'stopped' && status !== 'on-hold',
    denied: false,
    draft,
    asserted,
    intake: null,
    latest: asserted?.latest ?? null,
    order: orderDetails(resource, scope),
    ...dosageOf(resource.dosageInstruction?.[0], identity.drugs, scope),
  };
}

const NEVER_TAKEN: ReadonlySet<unknown> = new Set(['entered-in-error', 'intended']);
const DENIED = 'not-taken';
/** A statement's single time is when the drug was taken only if it is this fresh; older it is when the course began. */
const FRESH_STATEMENT = 24 * 3_600_000;
const OF_EPISODE = 48 * 3_600_000;

function statement(
  resource: MedicationStatement,
  scope: Scope,
  identity: Identity,
): Omit<MedicationEntry, 'reference'> | undefined {
  const { status } = resource;
  if (NEVER_TAKEN.has(status)) return undefined;
  const period = periodSpan(resource.effectivePeriod, scope);
  const end = fhirTime(resource.effectivePeriod?.end, scope.timeZone);
  const single = fhirTime(resource.effectiveDateTime, scope.timeZone);
  const asserted = fhirTime(resource.dateAsserted, scope.timeZone) ?? null;
  const ended = end !== undefined && end.latest <= scope.at;
  // A course that is said to be active is: its end is the last intake so far.
  const active =
    status === 'active' ||
    (!ended && status !== 'completed' && status !== 'stopped' && status !== 'on-hold' && status !== DENIED);
  // An old end of an old statement was just never followed up: the drug may have been taken since.
  const endCounts =
    ended && (!active || end.latest >= scope.at - OF_EPISODE || (asserted?.latest ?? 0) >= scope.at - OF_EPISODE);
  const fresh =
    single !== undefined && single.latest <= scope.at && (!active || single.earliest >= scope.at - FRESH_STATEMENT);
  return {
    from: 'statement',
    ...identity,
    active,
    denied: status === DENIED,
    draft: false,
    asserted: asserted ?? single ?? period ?? null,
    intake: status === DENIED ? null : endCounts ? end : fresh ? single : null,
    latest: later(asserted, end ?? single ?? period),
    ...dosageOf(resource.dosage?.[0], identity.drugs, scope),
  };
}

const NOT_GIVEN: ReadonlySet<unknown> = new Set(['not-done', 'entered-in-error']);
/** A dose given within this time still counts as current treatment. */
const CURRENT_DOSE = 48 * 3_600_000;

function administration(
  resource: MedicationAdministration,
  scope: Scope,
  identity: Identity,
): Omit<MedicationEntry, 'reference'> | undefined {
  if (NOT_GIVEN.has(resource.status)) return undefined;
  const running = resource.status === 'in-progress';
  const given =
    fhirTime(resource.effectiveDateTime, scope.timeZone) ?? periodSpan(resource.effectivePeriod, scope) ?? null;
  const ended = fhirTime(resource.effectivePeriod?.end, scope.timeZone) ?? given;
  // While an infusion runs, the last dose is now; so it is when its end is still a plan.
  const end =
    running || (ended !== null && ended.latest > scope.at && given !== null && given.earliest <= scope.at)
      ? { earliest: given?.earliest ?? scope.at, latest: scope.at }
      : ended;
  const rate = resource.dosage?.rateQuantity !== undefined || resource.dosage?.rateRatio !== undefined;
  return {
    from: 'administration',
    ...identity,
    active: running || (end !== null && end.latest >= scope.at - CURRENT_DOSE),
    denied: false,
    draft: false,
    asserted: given,
    intake: end,
    latest: end?.latest ?? null,
    ...dosing(identity.drugs, resource.dosage?.dose, resource.dosage?.route, rate, scope),
  };
}

/** @param draft the resource is a draft order of the hook's context */
export function indexMedication(
  resource: Holder,
  reference: string,
  scope: Scope,
  medications: Medications,
  draft = false,
): MedicationEntry | undefined {
  const identity = identify(conceptOf(resource, medications), resource.medicationReference?.display, scope);
  if (identity.drugs.length === 0 && !identity.unidentified) return undefined;
  const entry =
    resource.resourceType === 'MedicationRequest'
      ? order(resource, scope, identity, draft)
      : resource.resourceType === 'MedicationStatement'
        ? statement(resource, scope, identity)
        : administration(resource, scope, identity);
  return entry === undefined ? undefined : { reference, ...entry };
}
