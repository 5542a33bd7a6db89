/**
 * What is read for one patient: per key the CDS Hooks prefetch template and our own search, which ask the same.
 * Templates use root tokens of CDS Hooks 2.0 only; `patientId` is in the context of every hook.
 */
import { RECORD_KEYS, type RecordKey } from '../record.ts';

/** LOINC codes of the Observation searches; they come from the value sets. */
export interface ObservationCodes {
  readonly strokeObservations: readonly string[];
  readonly vitalSigns: readonly string[];
  readonly laboratory: readonly string[];
}

export interface PlannedRead {
  readonly key: RecordKey;
  /** Type that answers this key. */
  readonly resourceType: string;
  /** CDS Hooks prefetch template. */
  readonly template: string;
  /** Search parameters of our own read; null: read the Patient by id. */
  readonly search: Readonly<Record<string, string>> | null;
  /** The first page is all that is wanted (the last encounters), so further pages do not make the read incomplete. */
  readonly firstPageSuffices: boolean;
}

const PATIENT_TOKEN = '{{context.patientId}}';

interface Row {
  readonly type: string;
  readonly sort?: string;
  readonly count: number;
  readonly codes?: keyof ObservationCodes;
  readonly firstPageSuffices?: true;
}

/** Newest first, so that a list that is too long to read to its end loses its oldest part. */
const ROWS: Readonly<Record<Exclude<RecordKey, 'patient'>, Row>> = {
  encounter: { type: 'Encounter', sort: '-date', count: 5, firstPageSuffices: true },
  conditions: { type: 'Condition', count: 200 },
  procedures: { type: 'Procedure', sort: '-date', count: 200 },
  strokeObservations: { type: 'Observation', sort: '-date', count: 200, codes: 'strokeObservations' },
  vitalSigns: { type: 'Observation', sort: '-date', count: 200, codes: 'vitalSigns' },
  laboratory: { type: 'Observation', sort: '-date', count: 200, codes: 'laboratory' },
  medicationRequests: { type: 'MedicationRequest', count: 200 },
  medicationStatements: { type: 'MedicationStatement', count: 200 },
  medicationAdministrations: { type: 'MedicationAdministration', count: 200 },
  imagingStudies: { type: 'ImagingStudy', sort: '-started', count: 50 },
  diagnosticReports: { type: 'DiagnosticReport', sort: '-date', count: 100 },
  questionnaireResponses: { type: 'QuestionnaireResponse', sort: '-authored', count: 50 },
};

/**
 * Codes without their system: a fully qualified list would triple the URL; the mappers look at the system.
 * No codes means that the search cannot be restricted, so a code that nobody uses keeps it from returning everything.
 */
function codeList(codes: readonly string[]): string {
  return codes.length === 0
    ? 'none'
    : [...new Set(codes.map((code) => code.slice(code.indexOf('|') + 1)))].sort().join(',');
}

/** A planned read without its patient. */
interface Plan extends Omit<PlannedRead, 'search'> {
  /** Search parameters but for the patient; null: read by id. */
  readonly parameters: Readonly<Record<string, string>> | null;
}

function planOf(key: RecordKey, codes: ObservationCodes): Plan {
  if (key === 'patient') {
    return {
      key,
      resourceType: 'Patient',
      template: `Patient/${PATIENT_TOKEN}`,
      parameters: null,
      firstPageSuffices: false,
    };
  }
  const row = ROWS[key];
  const parameters = {
    ...(row.codes === undefined ? {} : { code: codeList(codes[row.codes]) }),
    ...(row.sort === undefined ? {} : { _sort: row.sort }),
    _count: String(row.count),
  };
  const query = Object.entries({ patient: PATIENT_TOKEN, ...parameters }).map(([name, value]) => `${name}=${value}`);
  return {
    key,
    resourceType: row.type,
    template: `${row.type}?${query.join('&')}`,
    parameters,
    firstPageSuffices: row.firstPageSuffices === true,
  };
}

/** The plan depends on the codes only, which do not change while the service runs; made anew it would cost every call. */
const plans = new WeakMap<ObservationCodes, readonly Plan[]>();

function plansOf(codes: ObservationCodes): readonly Plan[] {
  let made = plans.get(codes);
  if (made === undefined) plans.set(codes, (made = RECORD_KEYS.map((key) => planOf(key, codes))));
  return made;
}

/** The reads for one patient, in the order of the record's keys. */
export function plannedReads(codes: ObservationCodes, patientId: string): readonly PlannedRead[] {
  return plansOf(codes).map(({ key, resourceType, template, parameters, firstPageSuffices }) => ({
    key,
    resourceType,
    template,
    search: parameters === null ? null : { patient: patientId, ...parameters },
    firstPageSuffices,
  }));
}

/** Prefetch templates by key, for discovery and for the configuration sheet of an EHR. */
export function prefetchTemplates(codes: ObservationCodes): Readonly<Record<RecordKey, string>> {
  const entries = plansOf(codes).map(({ key, template }) => [key, template]);
  return Object.fromEntries(entries) as Record<RecordKey, string>;
}

/** The type of resource that a list of the record holds. */
export function typeOfKey(key: RecordKey): string {
  return key === 'patient' ? 'Patient' : ROWS[key].type;
}

/** Types that may enter the record. Medication comes along with the drug lists and has no patient. */
export const RECORD_TYPES: ReadonlySet<string> = new Set([
  'Patient',
  'Medication',
  ...Object.values(ROWS).map(({ type }) => type),
]);
