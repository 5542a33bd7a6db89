/**
 * Small vocabulary for writing synthetic stroke patients as FHIR R4 transaction bundles.
 * Times are given in minutes before the story's 'now', so that a story can be moved to any instant.
 */
import { LESION_FEATURE_NAMES, LESION_FEATURES, type LesionFeatures } from '../case/index.ts';
import { LESION_FEATURE_SYSTEM } from '../fhir/facts/index.ts';
import type { Bundle, CodeableConcept, FhirResource, Observation, Quantity } from 'fhir/r4.js';

const LOINC = 'http://loinc.org';
const SNOMED = 'http://snomed.info/sct';
const UCUM = 'http://unitsofmeasure.org';
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
const ICD10 = 'http://hl7.org/fhir/sid/icd-10-cm';
export const STROKE_CODES = 'https://stroke-cds.org/fhir/CodeSystem/stroke-cds';

/** LOINC codes of the NIHSS items, and the answer code of each score. */
const NIHSS_ITEMS: Readonly<Record<string, readonly [code: string, answers: readonly string[], untestable?: string]>> =
  {
    '1a': ['70184-7', ['LA18436-8', 'LA18437-6', 'LA18438-4', 'LA18439-2']],
    '1b': ['70185-4', ['LA18440-0', 'LA18441-8', 'LA18442-6']],
    '1c': ['70186-2', ['LA18443-4', 'LA18444-2', 'LA18445-9']],
    '2': ['70187-0', ['LA6626-1', 'LA18446-7', 'LA18447-5']],
    '3': ['70188-8', ['LA18448-3', 'LA18449-1', 'LA18450-9', 'LA18451-7']],
    '4': ['70189-6', ['LA18452-5', 'LA18453-3', 'LA18454-1', 'LA18455-8']],
    '5a': ['70190-4', ['LA18456-6', 'LA18457-4', 'LA18458-2', 'LA18459-0', 'LA18460-8'], 'LA18461-6'],
    '5b': ['70967-5', ['LA18456-6', 'LA18457-4', 'LA18458-2', 'LA18459-0', 'LA18460-8'], 'LA18461-6'],
    '6a': ['70191-2', ['LA18462-4', 'LA18463-2', 'LA18464-0', 'LA18465-7', 'LA18460-8'], 'LA18461-6'],
    '6b': ['70968-3', ['LA18462-4', 'LA18463-2', 'LA18464-0', 'LA18465-7', 'LA18460-8'], 'LA18461-6'],
    '7': ['70192-0', ['LA9634-2', 'LA18466-5', 'LA18467-3'], 'LA18461-6'],
    '8': ['70193-8', ['LA18468-1', 'LA18469-9', 'LA18470-7']],
    '9': ['70194-6', ['LA18471-5', 'LA18472-3', 'LA18473-1', 'LA18474-9']],
    '10': ['70195-3', ['LA6626-1', 'LA18475-6', 'LA18476-4'], 'LA18477-2'],
    '11': ['70196-1', ['LA18478-0', 'LA18479-8', 'LA18480-6']],
  };

export type NihssScores = Readonly<Partial<Record<string, number | 'UN'>>>;

export type Coding = readonly [
  system: 'loinc' | 'snomed' | 'icd10' | 'rxnorm' | 'stroke',
  code: string,
  display: string,
];
const SYSTEMS = { loinc: LOINC, snomed: SNOMED, icd10: ICD10, rxnorm: RXNORM, stroke: STROKE_CODES };

export function concept(...[system, code, display]: Coding): CodeableConcept {
  return { coding: [{ system: SYSTEMS[system], code, display }] };
}

/** Collects the resources of one story; every method adds one and returns the builder. */
export class ExamplePatient {
  readonly #resources: FhirResource[] = [];
  readonly #id: string;
  readonly #now: number;
  #counter = 0;

  /** @param id kebab-case name of the story @param now the story's instant, ISO 8601 */
  constructor(id: string, now: string) {
    this.#id = id;
    this.#now = Date.parse(now);
  }

  #next(type: string): string {
    this.#counter += 1;
    return `${this.#id}-${type}-${String(this.#counter)}`;
  }

  /** ISO instant this many minutes before now (negative: after). */
  ago(minutes: number): string {
    return new Date(this.#now - minutes * 60_000).toISOString().replace('.000Z', 'Z');
  }

  #day(minutesAgo: number): string {
    return this.ago(minutesAgo).slice(0, 10);
  }

  get #subject(): { reference: string } {
    return { reference: `Patient/${this.#id}` };
  }

  get #encounter(): { reference: string } {
    return { reference: `Encounter/${this.#id}` };
  }

  person(gender: 'female' | 'male', birthDate: string, family: string, given: string): this {
    this.#resources.push({
      resourceType: 'Patient',
      id: this.#id,
      meta: {
        tag: [
          { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HTEST', display: 'test health data' },
        ],
      },
      name: [{ family, given: [given] }],
      gender,
      birthDate,
    });
    return this;
  }

  /** @param reason 'stroke' = the encounter was opened as a suspected stroke */
  encounter(arrivedMinutesAgo: number, reason: 'stroke' | 'other'): this {
    this.#resources.push({
      resourceType: 'Encounter',
      id: this.#id,
      status: 'in-progress',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: reason === 'stroke' ? 'EMER' : 'AMB' },
      subject: this.#subject,
      period: { start: this.ago(arrivedMinutesAgo) },
      reasonCode:
        reason === 'stroke'
          ? [concept('snomed', '230690007', 'Cerebrovascular accident')]
          : [concept('snomed', '38341003', 'Hypertensive disorder')],
    });
    return this;
  }

  #observe(code: CodeableConcept, minutesAgo: number, value: Partial<Observation>): this {
    this.#resources.push({
      resourceType: 'Observation',
      id: this.#next('observation'),
      status: 'final',
      code,
      subject: this.#subject,
      encounter: this.#encounter,
      effectiveDateTime: this.ago(minutesAgo),
      ...value,
    });
    return this;
  }

  quantity(code: Coding, minutesAgo: number, value: number, unit: string, comparator?: Quantity['comparator']): this {
    return this.#observe(concept(...code), minutesAgo, {
      valueQuantity: { value, unit, system: UCUM, code: unit, ...(comparator ? { comparator } : {}) },
    });
  }

  integer(code: Coding, minutesAgo: number, value: number): this {
    return this.#observe(concept(...code), minutesAgo, { valueInteger: value });
  }

  yesNo(code: Coding, minutesAgo: number, value: boolean): this {
    return this.#observe(concept(...code), minutesAgo, { valueBoolean: value });
  }

  coded(code: Coding, minutesAgo: number, value: Coding): this {
    return this.#observe(concept(...code), minutesAgo, { valueCodeableConcept: concept(...value) });
  }

  /** An Observation whose value is an instant: last known well, bedtime … */
  clock(code: Coding, recordedMinutesAgo: number, valueMinutesAgo: number): this {
    return this.#observe(concept(...code), recordedMinutesAgo, { valueDateTime: this.ago(valueMinutesAgo) });
  }

  /** A laboratory order whose result is not there yet. */
  pending(code: Coding, minutesAgo: number): this {
    return this.#observe(concept(...code), minutesAgo, { status: 'registered' });
  }

  bloodPressure(minutesAgo: number, systolic: number, diastolic: number): this {
    const part = (code: string, display: string, value: number) => ({
      code: concept('loinc', code, display),
      valueQuantity: { value, unit: 'mmHg', system: UCUM, code: 'mm[Hg]' },
    });
    return this.#observe(concept('loinc', '85354-9', 'Blood pressure panel'), minutesAgo, {
      component: [
        part('8480-6', 'Systolic blood pressure', systolic),
        part('8462-4', 'Diastolic blood pressure', diastolic),
      ],
    });
  }

  /** NIHSS as a panel with the 15 items as components; items not given score 0. The total counts testable items. */
  nihss(minutesAgo: number, scores: NihssScores): this {
    const component = Object.entries(NIHSS_ITEMS).map(([item, [code, answers, untestable]]) => {
      const score = scores[item] ?? 0;
      const answer = score === 'UN' ? untestable : answers[score];
      if (answer === undefined) throw new RangeError(`NIHSS item ${item} has no answer ${String(score)}`);
      return {
        code: concept('loinc', code, `NIHSS item ${item}`),
        valueCodeableConcept: { coding: [{ system: LOINC, code: answer }], text: String(score) },
      };
    });
    const total = Object.values(scores).reduce<number>((sum, s) => sum + (typeof s === 'number' ? s : 0), 0);
    return this.#observe(concept('loinc', '72089-6', 'Total score [NIHSS]'), minutesAgo, {
      valueInteger: total,
      component,
    });
  }

  /** The features of the ischemic lesion, one component each. */
  lesion(minutesAgo: number, features: LesionFeatures): this {
    return this.#observe(concept('stroke', 'ischemic-lesion-features', 'Features of the ischemic lesion'), minutesAgo, {
      component: LESION_FEATURE_NAMES.map((name) => {
        const { unit } = LESION_FEATURES[name];
        return {
          code: { coding: [{ system: LESION_FEATURE_SYSTEM, code: name }] },
          valueQuantity: { value: features[name], unit, system: UCUM, code: unit },
        };
      }),
    });
  }

  condition(
    code: Coding,
    options: { onsetMinutesAgo?: number; encounterDiagnosis?: boolean; status?: 'active' | 'resolved' },
  ): this {
    this.#resources.push({
      resourceType: 'Condition',
      id: this.#next('condition'),
      clinicalStatus: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: options.status ?? 'active' },
        ],
      },
      verificationStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'confirmed' }],
      },
      category: [
        {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/condition-category',
              code: options.encounterDiagnosis === true ? 'encounter-diagnosis' : 'problem-list-item',
            },
          ],
        },
      ],
      code: concept(...code),
      subject: this.#subject,
      ...(options.encounterDiagnosis === true ? { encounter: this.#encounter } : {}),
      ...(options.onsetMinutesAgo === undefined
        ? {}
        : options.encounterDiagnosis === true
          ? { onsetDateTime: this.ago(options.onsetMinutesAgo) }
          : { onsetDateTime: this.#day(options.onsetMinutesAgo) }),
    });
    return this;
  }

  /** @param time 'day': only the day is recorded */
  procedure(code: Coding, minutesAgo: number, time: 'day' | 'exact' = 'day'): this {
    this.#resources.push({
      resourceType: 'Procedure',
      id: this.#next('procedure'),
      status: 'completed',
      code: concept(...code),
      subject: this.#subject,
      performedDateTime: time === 'day' ? this.#day(minutesAgo) : this.ago(minutesAgo),
    });
    return this;
  }

  /** A drug that the patient takes. @param lastIntakeMinutesAgo omitted when nobody asked */
  takes(drug: Coding, lastIntakeMinutesAgo?: number): this {
    this.#resources.push({
      resourceType: 'MedicationStatement',
      id: this.#next('medication'),
      status: 'active',
      medicationCodeableConcept: concept(...drug),
      subject: this.#subject,
      ...(lastIntakeMinutesAgo === undefined
        ? {}
        : { effectivePeriod: { start: this.#day(200_000), end: this.ago(lastIntakeMinutesAgo) } }),
      dateAsserted: this.ago(20),
    });
    return this;
  }

  given(drug: Coding, minutesAgo: number, dose: number, unit: string): this {
    this.#resources.push({
      resourceType: 'MedicationAdministration',
      id: this.#next('administration'),
      status: 'completed',
      medicationCodeableConcept: concept(...drug),
      subject: this.#subject,
      context: this.#encounter,
      effectiveDateTime: this.ago(minutesAgo),
      dosage: {
        dose: { value: dose, unit, system: UCUM, code: unit },
        route: concept('snomed', '47625008', 'Intravenous route'),
      },
    });
    return this;
  }

  imaging(modality: 'CT' | 'MR', minutesAgo: number, procedure: Coding): this {
    this.#resources.push({
      resourceType: 'ImagingStudy',
      id: this.#next('imaging'),
      status: 'available',
      subject: this.#subject,
      encounter: this.#encounter,
      started: this.ago(minutesAgo),
      modality: [{ system: 'http://dicom.nema.org/resources/ontology/DCM', code: modality }],
      procedureCode: [concept(...procedure)],
    });
    return this;
  }

  /** The transaction bundle; its `timestamp` is the story's now. */
  bundle(): Bundle {
    return {
      resourceType: 'Bundle',
      id: this.#id,
      type: 'transaction',
      timestamp: this.ago(0),
      entry: this.#resources.map((resource) => ({
        fullUrl: `https://example.org/fhir/${resource.resourceType}/${String(resource.id)}`,
        resource,
        request: { method: 'PUT', url: `${resource.resourceType}/${String(resource.id)}` },
      })),
    };
  }
}
