/** For every fact the ValueSets under whose codes it would be found. */
import type { FactKey } from '../../case/index.ts';
import { NIHSS_ITEMS } from '../../case/index.ts';
import { DRUG_NAMES, DRUGS, type DrugKey } from './drug-table.ts';
import { EVENT_SOURCES, GROUP_OF_KIND, type EventKey } from './history-kinds.ts';
import { STENOSIS_SITES } from './stenosis-sites.ts';
import { QUANTITIES, type MeasuredKey } from './quantity-table.ts';

const observation = (...names: string[]): readonly string[] => names.map((n) => `observation-${n}`);

const drugs = (fact: DrugKey): readonly string[] =>
  DRUG_NAMES.filter((d) => DRUGS[d].fact === fact).map((d) => `drug-${d}`);

type OwnKey = Exclude<FactKey, EventKey | DrugKey | MeasuredKey>;

const NIHSS_ITEM_GROUPS = NIHSS_ITEMS.map((i) => `nihss-${i}`);

const OWN_GROUPS: Readonly<Record<OwnKey, readonly string[]>> = {
  age: [],
  sex: [],
  pregnancy: [...observation('pregnancy', 'delivery-time'), 'event-pregnancy', 'event-delivery'],
  weight: observation('weight', 'weight-measured', 'weight-stated', 'weight-estimated'),
  nihss: observation('nihss-total', ...NIHSS_ITEM_GROUPS),
  nihssItems: observation(...NIHSS_ITEM_GROUPS),
  nihssCourse: observation('nihss-total', ...NIHSS_ITEM_GROUPS),
  disablingDeficit: observation('disabling-deficit'),
  gcs: observation('gcs', 'gcs-eye', 'gcs-motor', 'gcs-verbal'),
  preStrokeMrs: observation('pre-stroke-mrs', 'mrs'),
  currentMrs: observation('mrs'),
  preStrokeCognitiveImpairment: [
    ...observation('cognitive-impairment'),
    'event-dementia',
    'event-mild-cognitive-impairment',
  ],
  lastKnownWell: observation('last-known-well'),
  witnessedOnset: observation('witnessed-onset'),
  symptomRecognition: observation('symptom-recognition'),
  wakeUpStroke: observation('wake-up-stroke'),
  bedtime: observation('bedtime'),
  wakeTime: observation('wake-time'),
  arrival: observation('arrival'),
  bloodPressure: observation('blood-pressure', 'systolic', 'diastolic'),
  bloodPressureCourse: observation('blood-pressure', 'systolic', 'diastolic'),
  brainImaging: ['imaging-ct', 'imaging-cta', 'imaging-ctp', 'imaging-mr', 'imaging-mra', 'imaging-mrp', 'imaging-xa'],
  hemorrhageOnImaging: [...observation('hemorrhage-on-imaging'), 'conclusion-hemorrhage', 'conclusion-no-hemorrhage'],
  extensiveHypodensity: observation('extensive-hypodensity'),
  earlyIschemicChange: observation('early-ischemic-change'),
  hypodensityExtent: observation('hypodensity-extent'),
  hyperdenseArtery: observation('hyperdense-artery'),
  massEffect: observation('mass-effect'),
  occlusionSite: observation('occlusion-site'),
  dwiLesionUnderOneThirdMca: observation('dwi-lesion-under-one-third-mca'),
  dwiFlairMismatch: observation('dwi-flair-mismatch'),
  hematomaLocation: observation('hematoma-location'),
  intraventricularHemorrhage: observation('intraventricular-hemorrhage'),
  hydrocephalus: observation('hydrocephalus'),
  blendSign: observation('blend-sign'),
  hematomaHypodensity: observation('hematoma-hypodensity'),
  spotSign: observation('spot-sign'),
  ischemicLesion: observation('ischemic-lesion'),
  infarctPattern: observation('infarct-pattern'),
  infarctTerritory: observation('infarct-territory'),
  arterialStenosis: STENOSIS_SITES.map(({ group }) => group),
  vulnerablePlaque: observation('vulnerable-plaque'),
  parentArteryPlaque: observation('parent-artery-plaque'),
  aorticArchThrombus: observation('aortic-arch-thrombus'),
  microembolicSignals: observation('microembolic-signals'),
  thrombectomyAccess: observation('thrombectomy-access'),
};

const entries = <K extends string>(
  keys: readonly K[],
  groups: (key: K) => readonly string[],
): Record<K, readonly string[]> => Object.fromEntries(keys.map((k) => [k, groups(k)])) as Record<K, readonly string[]>;

const DRUG_KEYS = [...new Set(DRUG_NAMES.map((d) => DRUGS[d].fact))] as readonly DrugKey[];

export const FACT_GROUPS: Readonly<Record<FactKey, readonly string[]>> = {
  ...OWN_GROUPS,
  ...entries(Object.keys(EVENT_SOURCES) as EventKey[], (k) => EVENT_SOURCES[k].kinds.map(GROUP_OF_KIND)),
  ...entries(Object.keys(QUANTITIES) as MeasuredKey[], (k) => [QUANTITIES[k].group]),
  ...entries(DRUG_KEYS, drugs),
};
