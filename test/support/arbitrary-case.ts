/**
 * Stroke cases for properties: half healthy, half with findings around the thresholds, any fact possibly unknown.
 * Facts that say the same thing twice agree with each other: clock times can all be right, an extensive hypodensity has
 * its extent, a man is not pregnant. A contradictory record is another promise, tested by itself.
 */
import fc from 'fast-check';
import type {
  ArterialStenosis,
  ClinicalEvent,
  DrugExposure,
  Fact,
  FactKey,
  InfarctTerritory,
  StrokeCase,
  StrokeFacts,
  TimeSpan,
} from '../../src/case/index.ts';
import {
  DAY,
  HOUR,
  INFARCT_PATTERNS,
  INFARCT_TERRITORIES,
  known,
  MINUTE,
  plus,
  quantity,
  SUPPLYING_ARTERIES,
  timeSpan,
  unknown,
} from '../../src/case/index.ts';
import {
  aCase,
  drug,
  eligibleFacts,
  estimated,
  event,
  given,
  hoursAgo,
  measured,
  nihssItems,
  nihssTotal,
  NOW,
  noneRecorded,
  pressure,
  someSource,
  time,
  weightOf,
} from './case-builder.ts';
import { FACT_KEYS } from './fact-keys.ts';

type Findings = Partial<{ readonly [K in FactKey]: fc.Arbitrary<StrokeFacts[K]> }>;

const anyFlag = fc.boolean().map((flag) => given(flag));
const spanAgo = (maxMs: number): fc.Arbitrary<TimeSpan> =>
  fc
    .tuple(fc.integer({ min: 0, max: maxMs }), fc.constantFrom(0, 0, MINUTE, DAY))
    .map(([ms, width]) => timeSpan(plus(NOW, -ms - width), plus(NOW, -ms)));

const anyEvent: fc.Arbitrary<ClinicalEvent> = fc
  .record({
    kind: fc.constantFrom('finding', 'severe-head-injury', 'mild-head-injury', 'stemi', 'nstemi', 'urinary-bleeding'),
    when: fc.option(spanAgo(120 * DAY)),
    active: fc.boolean(),
    certainty: fc.constantFrom('confirmed', 'suspected', 'provisional'),
  })
  .map(({ kind, when, ...more }) => event(kind, when, more as Partial<ClinicalEvent>));
const anyEvents = fc.array(anyEvent, { minLength: 1, maxLength: 2 }).map((events) => given(events, null));

const anyDrug: fc.Arbitrary<DrugExposure> = fc
  .record({
    drug: fc.constantFrom('dabigatran', 'apixaban', 'idarucizumab'),
    lastIntake: fc.option(spanAgo(72 * HOUR)),
    active: fc.boolean(),
    intent: fc.constantFrom('treatment', 'prophylactic', 'unspecified'),
  })
  .map(({ drug: name, lastIntake, ...more }) =>
    drug(name, 'factor-xa-inhibitor', lastIntake, more as Partial<DrugExposure>),
  );
const anyDrugs = fc.array(anyDrug, { minLength: 1, maxLength: 2 }).map((drugs) => given(drugs, null));

const anyStenosis: fc.Arbitrary<ArterialStenosis> = fc
  .record({
    artery: fc.constantFrom(...SUPPLYING_ARTERIES),
    side: fc.constantFrom('left' as const, 'right' as const),
    percent: fc.constantFrom(0, 49, 50, 51, 100),
  })
  .map(({ artery, side, percent }) => ({
    artery,
    side: artery === 'basilar' ? 'midline' : side,
    percent: quantity(percent, '%'),
    source: { reference: 'Observation/example' },
  }));

const FINDINGS: Findings = {
  age: fc.constantFrom(0.01, 10, 17, 18, 55, 80, 81, 95).map((years) => measured(years, 'a', null)),
  weight: fc.constantFrom(20, 50, 79.9, 96, 140).map((kg) => weightOf(kg)),
  nihss: fc.tuple(fc.integer({ min: 0, max: 42 }), fc.boolean()).map(([total, bound]) => nihssTotal(total, bound)),
  nihssItems: fc
    .record({
      '3': fc.integer({ min: 0, max: 3 }),
      '5a': fc.constantFrom<number | 'untestable'>(0, 1, 2, 'untestable'),
    })
    .map((items) => nihssItems(items)),
  disablingDeficit: anyFlag,
  preStrokeMrs: fc.constantFrom(0 as const, 2 as const, 4 as const).map((grade) => given(grade)),
  bloodPressure: fc
    .tuple(fc.constantFrom(120, 184, 185, 186, 220), fc.constantFrom(70, 109, 110, 111))
    .map(([systolic, diastolic]) => pressure(systolic, diastolic)),
  glucose: fc.constantFrom(40, 50, 59, 60, 400, 401).map((value) => measured(value, 'mg/dL')),
  inr: fc.constantFrom(1, 1.7, 1.8).map((value) => measured(value, '{INR}')),
  prothrombinTime: fc.constantFrom(12, 15, 15.1).map((value) => measured(value, 's')),
  aptt: fc.constantFrom(30, 40, 40.1).map((value) => measured(value, 's')),
  platelets: fc.constantFrom(99, 100, 250).map((value) => measured(value, '10*9/L')),
  egfr: fc.constantFrom(20, 60, 90).map((value) => measured(value, 'mL/min/{1.73_m2}')),
  hemorrhageOnImaging: anyFlag,
  occlusionSite: fc
    .constantFrom('none' as const, 'M1' as const, 'M2-other' as const, 'basilar' as const)
    .map((s) => given(s)),
  coreVolume: fc.constantFrom(
    ...[0, 10, 69, 70].map((value) => measured(value, 'mL')),
    estimated(0, 'mL', 0, 3),
    estimated(30, 'mL', 24, 36),
    estimated(68, 'mL', 55, 82),
  ),
  hypoperfusionVolume: fc.constantFrom(
    ...[0, 12, 85, 180].map((value) => measured(value, 'mL')),
    estimated(85, 'mL', 60, 110),
    estimated(180, 'mL', 150, 210),
  ),
  dwiFlairMismatch: anyFlag,
  dwiLesionUnderOneThirdMca: anyFlag,
  cerebralMicrobleeds: fc.constantFrom(0, 1, 10, 11).map((value) => measured(value, '{count}')),
  aneurysmDiameter: fc.constantFrom(4, 10, 26).map((value) => measured(value, 'mm')),
  thrombectomyAccess: anyFlag,
  infarctPattern: fc.constantFrom(...INFARCT_PATTERNS).map((pattern) => given(pattern)),
  infarctTerritory: fc
    .subarray([...INFARCT_TERRITORIES], { minLength: 1 })
    .map((territories) => given<readonly InfarctTerritory[]>(territories)),
  infarctDiameter: fc.constantFrom(8, 15, 20, 60).map((value) => measured(value, 'mm')),
  arterialStenosis: anyStenosis.map((stenosis) => given<readonly ArterialStenosis[]>([stenosis])),
  parentArteryPlaque: anyFlag,
  vulnerablePlaque: anyFlag,
  aorticArchPlaque: fc.constantFrom(0, 4, 5).map((value) => measured(value, 'mm')),
  ejectionFraction: fc.constantFrom(25, 30, 60).map((value) => measured(value, '%')),
};

const LIST_KEYS = FACT_KEYS.filter((key) => {
  const fact = eligibleFacts()[key];
  return fact.status === 'known' && Array.isArray(fact.value) && fact.value.length === 0;
});
const DRUG_LISTS: readonly FactKey[] = [
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
];

type Clocks = Partial<StrokeFacts>;
const hours = fc
  .oneof(fc.integer({ min: 0, max: 5 * 60 }), fc.integer({ min: 0, max: 26 * 60 }))
  .map((minutes) => minutes / 60);

/** Clock facts that can all be right. */
export const consistentClocks: fc.Arbitrary<Clocks> = fc.oneof(
  fc.tuple(hours, hours).map(([onset, before]) => ({
    witnessedOnset: time(hoursAgo(onset)),
    symptomRecognition: time(hoursAgo(onset)),
    lastKnownWell: time(hoursAgo(onset + before)),
    wakeUpStroke: given(false),
  })),
  fc.tuple(hours, hours).map(([recognized, before]) => ({
    witnessedOnset: unknown('not-recorded'),
    symptomRecognition: time(hoursAgo(recognized)),
    lastKnownWell: time(hoursAgo(recognized + before)),
    wakeUpStroke: given(false),
  })),
  fc.tuple(hours, hours, hours).map(([woke, sleep, before]) => ({
    witnessedOnset: unknown('not-recorded'),
    symptomRecognition: time(hoursAgo(woke)),
    wakeTime: time(hoursAgo(woke)),
    bedtime: time(hoursAgo(woke + sleep + before / 10)),
    lastKnownWell: time(hoursAgo(woke + sleep)),
    wakeUpStroke: given(true),
  })),
);

const person: fc.Arbitrary<Partial<StrokeFacts>> = fc.constantFrom(
  { sex: given('male' as const), pregnancy: known('not-pregnant' as const, null, someSource(), 'derived') },
  { sex: given('female' as const), pregnancy: given('not-pregnant' as const), age: measured(30, 'a', null) },
  { sex: given('female' as const), pregnancy: given('pregnant' as const), age: measured(30, 'a', null) },
);
const hypodensity: fc.Arbitrary<Partial<StrokeFacts>> = fc.constantFrom(
  { extensiveHypodensity: given(false), hypodensityExtent: given('none' as const) },
  { extensiveHypodensity: given(true), hypodensityExtent: given('over-one-third-mca' as const) },
);

const few = fc.constantFrom(0, 0, 0, 1, 3);
/** Imaging that opens every late window. */
const LATE_IMAGING: Partial<StrokeFacts> = {
  occlusionSite: given('M1'),
  thrombectomyAccess: given(false),
  coreVolume: measured(12, 'mL'),
  hypoperfusionVolume: measured(90, 'mL'),
  dwiFlairMismatch: given(true),
  dwiLesionUnderOneThirdMca: given(true),
};

/** A clearly eligible patient with a few findings and a few unknowns put in. */
export const arbitraryCase: fc.Arbitrary<StrokeCase> = fc
  .record({
    clocks: consistentClocks,
    who: fc.option(person, { freq: 2 }),
    scan: fc.option(hypodensity, { freq: 1 }),
    findings: fc.record(FINDINGS as Record<string, fc.Arbitrary<Fact<unknown>>>),
    chosen: fc.shuffledSubarray(Object.keys(FINDINGS), { maxLength: 4 }),
    ready: fc.boolean(),
    lists: fc.shuffledSubarray([...LIST_KEYS], { maxLength: 1 }),
    events: anyEvents,
    drugs: anyDrugs,
    missing: fc.shuffledSubarray([...FACT_KEYS]),
    missingCount: few,
  })
  .map(({ clocks, who, scan, ready, findings, chosen, lists, events, drugs, missing, missingCount }) => {
    const facts: Record<string, Fact<unknown>> = {
      ...eligibleFacts(),
      ...(ready ? LATE_IMAGING : {}),
      ...(scan ?? {}),
      ...clocks,
    };
    for (const key of chosen) facts[key] = findings[key] ?? noneRecorded();
    Object.assign(facts, who ?? {});
    for (const key of lists) facts[key] = DRUG_LISTS.includes(key) ? drugs : events;
    for (const key of missing.slice(0, missingCount)) facts[key] = unknown('not-read');
    return aCase(facts);
  });
