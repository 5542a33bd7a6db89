/**
 * Builds stroke cases for tests. Nothing is known unless the test says so: `aCase({ glucose: given(...) })`.
 * `eligiblePatient()` is the clear yes: 70 years, NIHSS 12, seen well 90 minutes ago, everything read and normal.
 */
import type {
  At,
  BloodPressure,
  ClinicalEvent,
  DrugExposure,
  Fact,
  FactKey,
  Instant,
  Known,
  NihssItems,
  Source,
  StrokeCase,
  StrokeFacts,
  TimeSpan,
  Unit,
  Weight,
} from '../../src/case/index.ts';
import {
  DAY,
  estimate,
  exactly,
  HOUR,
  instantFromEpoch,
  known,
  MINUTE,
  NO_IMAGING,
  plus,
  quantity,
  timeSpan,
  unknown,
} from '../../src/case/index.ts';
import type { SitePolicy } from '../../src/decisions/evaluation.ts';
import { FACT_KEYS } from './fact-keys.ts';

/** The instant of decision in the tests. */
export const NOW: Instant = instantFromEpoch(Date.UTC(2026, 10, 23, 14, 0));

export const aPolicy = (overrides: Partial<SitePolicy> = {}): SitePolicy => ({
  guideline: 'aha-asa-2026',
  timeZone: 'Europe/Zurich',
  thrombolyticAgent: 'tenecteplase',
  tenecteplaseDosing: 'exact',
  thrombectomyAccess: true,
  automatedPerfusion: true,
  hematomaExpansionOperator: '>',
  ...overrides,
});

export const someSource = (reference = 'Observation/example'): readonly Source[] => [{ reference }];

// --- times, counted back from NOW
export const ago = (ms: number): TimeSpan => exactly(plus(NOW, -ms));
export const minutesAgo = (minutes: number): TimeSpan => ago(minutes * MINUTE);
export const hoursAgo = (hours: number): TimeSpan => ago(hours * HOUR);
export const daysAgo = (days: number): TimeSpan => ago(days * DAY);
/** A record that names only the day: any time of the 24 hours that end `days` days ago. */
export const sometimeBetweenDaysAgo = (more: number, fewer: number): TimeSpan =>
  timeSpan(plus(NOW, -more * DAY), plus(NOW, -fewer * DAY));

// --- facts
/** A stated value, measured 20 minutes ago unless said otherwise. */
export const given = <T>(value: T, at: TimeSpan | null = minutesAgo(20), reference?: string): Known<T> =>
  known(value, at, someSource(reference));
export const measured = <U extends Unit>(value: number, unit: U, at: TimeSpan | null = minutesAgo(20)) =>
  given(quantity(value, unit), at);
/** A value with the interval of its method, measured 20 minutes ago unless said otherwise. */
export const estimated = <U extends Unit>(
  value: number,
  unit: U,
  low: number,
  high: number,
  at: TimeSpan | null = minutesAgo(20),
) => given(estimate(value, unit, { low, high }), at);
/** The complete list was read and holds nothing of the kind. */
export const noneRecorded = (): Known<readonly never[]> => known([], null, someSource('Condition'), 'not-recorded');
/** A clock fact: the value is the time itself. */
export const time = (span: TimeSpan): Known<TimeSpan> => given(span, span);
export const pressure = (systolic: number, diastolic: number, at: TimeSpan = minutesAgo(5)): Known<BloodPressure> =>
  given({ systolic: quantity(systolic, 'mm[Hg]'), diastolic: quantity(diastolic, 'mm[Hg]') }, at);
export const pressureCourse = (...readings: readonly Known<BloodPressure>[]): Known<readonly At<BloodPressure>[]> =>
  given(
    readings.map(({ value, at, sources }) => ({ value, at: at ?? ago(0), source: sources[0] ?? { reference: '' } })),
  );
export const nihssTotal = (total: number, isLowerBound = false) => given({ total, isLowerBound });
export const weightOf = (kg: number, provenance: Weight['provenance'] = 'measured'): Known<Weight> =>
  given({ quantity: quantity(kg, 'kg'), provenance });

export const event = (kind: string, when: TimeSpan | null, more: Partial<ClinicalEvent> = {}): ClinicalEvent => ({
  kind,
  when,
  active: true,
  certainty: 'confirmed',
  source: { reference: 'Condition/example' },
  ...more,
});
/** One event of the history: `had('prior-ischemic-stroke', daysAgo(40))`. */
export const had = (kind: string, when: TimeSpan | null, more: Partial<ClinicalEvent> = {}) =>
  given<readonly ClinicalEvent[]>([event(kind, when, more)], when);
export const drug = (
  name: string,
  drugClass: DrugExposure['class'],
  lastIntake: TimeSpan | null,
  more: Partial<DrugExposure> = {},
): DrugExposure => ({
  drug: name,
  class: drugClass,
  active: true,
  lastIntake: lastIntake === null ? unknown('not-recorded') : given(lastIntake),
  intent: 'unspecified',
  source: { reference: 'MedicationStatement/example' },
  ...more,
});
export const takes = (...drugs: readonly DrugExposure[]) => given<readonly DrugExposure[]>(drugs, null);

/** All fifteen items at 0 except those given. */
export const nihssItems = (items: NihssItems = {}): Known<NihssItems> =>
  given({
    '1a': 0,
    '1b': 0,
    '1c': 0,
    '2': 0,
    '3': 0,
    '4': 0,
    '5a': 0,
    '5b': 0,
    '6a': 0,
    '6b': 0,
    '7': 0,
    '8': 0,
    '9': 0,
    '10': 0,
    '11': 0,
    ...items,
  });

const nothingKnown = Object.fromEntries(
  FACT_KEYS.map((key) => [key, unknown('not-recorded')]),
) as unknown as StrokeFacts;

/** Every fact unknown ('not-recorded') except the overrides. */
export function aCase(facts: Partial<StrokeFacts> = {}, more: Partial<Omit<StrokeCase, 'facts'>> = {}): StrokeCase {
  return {
    patient: 'Patient/example',
    encounter: 'Encounter/example',
    asOf: NOW,
    indications: [{ kind: 'stroke-code', at: minutesAgo(30), source: { reference: 'Encounter/example' } }],
    orders: [],
    imaging: NO_IMAGING,
    degradations: [],
    ...more,
    facts: { ...nothingKnown, ...facts },
  };
}

/** Facts of a patient whom every guideline would treat: nothing speaks against it and nothing is left open. */
export function eligibleFacts(): StrokeFacts {
  const emptyLists = Object.fromEntries(EMPTY_LISTS.map((key) => [key, noneRecorded()]));
  return { ...nothingKnown, ...emptyLists, ...ELIGIBLE };
}

/** 70 years, 80 kg, NIHSS 12, last seen well and onset 90 minutes ago, CT without hemorrhage, normal laboratory. */
export function eligiblePatient(
  facts: Partial<StrokeFacts> = {},
  more: Partial<Omit<StrokeCase, 'facts'>> = {},
): StrokeCase {
  return aCase({ ...eligibleFacts(), ...facts }, more);
}

/** The same case with one fact taken away. */
export function without(stroke: StrokeCase, key: FactKey, fact: Fact<never> = unknown('not-read')): StrokeCase {
  return { ...stroke, facts: { ...stroke.facts, [key]: fact } };
}

const EMPTY_LISTS = [
  'vitaminKAntagonist',
  'directOralAnticoagulant',
  'unfractionatedHeparin',
  'lowMolecularWeightHeparin',
  'otherAnticoagulant',
  'antiplatelet',
  'glycoproteinInhibitor',
  'amyloidImmunotherapy',
  'anticoagulantReversal',
  'thrombolyticGiven',
  'acuteIntracranialHemorrhage',
  'subarachnoidHemorrhageSuspected',
  'angioedema',
  'strokeMimic',
  'priorIschemicStroke',
  'transientIschemicAttack',
  'priorIntracranialHemorrhage',
  'headTrauma',
  'intracranialOrSpinalSurgery',
  'spinalCordInjury',
  'majorTrauma',
  'majorSurgery',
  'gastrointestinalMalignancy',
  'gastrointestinalOrUrinaryBleeding',
  'infectiveEndocarditis',
  'aorticDissection',
  'cervicalArteryDissection',
  'intracranialArteryDissection',
  'intraAxialNeoplasm',
  'extraAxialNeoplasm',
  'intracranialAneurysm',
  'intracranialVascularMalformation',
  'moyamoya',
  'cerebralAmyloidAngiopathy',
  'duralPuncture',
  'arterialPuncture',
  'myocardialInfarction',
  'pericarditis',
  'cardiacThrombus',
  'systemicMalignancy',
  'bleedingDisorder',
  'dialysis',
  'dementia',
  'recreationalDrugUse',
  'atrialFibrillation',
  'hypertension',
  'diabetes',
  'heartFailure',
  'carotidStenosis',
  'highRiskCardiacSource',
  'mediumRiskCardiacSource',
  'otherStrokeCause',
  'strokeInvestigation',
  'thrombectomyDone',
] as const satisfies readonly FactKey[];

const ELIGIBLE: Partial<StrokeFacts> = {
  age: measured(70, 'a', null),
  sex: given('male', null),
  pregnancy: known('not-pregnant', null, someSource('Patient/example'), 'derived'),
  weight: weightOf(80),
  nihss: nihssTotal(12),
  nihssItems: nihssItems({ '4': 2, '5a': 3, '6a': 3, '8': 1, '10': 1, '11': 2 }),
  disablingDeficit: given(true),
  preStrokeMrs: given(0, null),
  lastKnownWell: time(minutesAgo(90)),
  witnessedOnset: time(minutesAgo(90)),
  symptomRecognition: time(minutesAgo(90)),
  wakeUpStroke: given(false),
  arrival: time(minutesAgo(40)),
  acuteIschemicStroke: had('acute-ischemic-stroke', minutesAgo(30)),
  bloodPressure: pressure(158, 84),
  bloodPressureCourse: pressureCourse(pressure(158, 84)),
  glucose: measured(118, 'mg/dL'),
  inr: measured(1, '{INR}'),
  prothrombinTime: measured(12, 's'),
  aptt: measured(29, 's'),
  platelets: measured(224, '10*9/L'),
  creatinine: measured(0.9, 'mg/dL'),
  egfr: measured(80, 'mL/min/{1.73_m2}'),
  brainImaging: given([
    { modality: 'CT', at: minutesAgo(25), state: 'reported', source: { reference: 'ImagingStudy/example' } },
  ]),
  hemorrhageOnImaging: given(false),
  extensiveHypodensity: given(false),
  earlyIschemicChange: given(false),
  hypodensityExtent: given('none'),
  massEffect: given(false),
  aspects: measured(10, '{score}'),
  occlusionSite: given('none'),
  thrombectomyAccess: known(true, null, someSource('site')),
};
