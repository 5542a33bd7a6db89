/** The kinds of event behind each list of the history, and the lists of the record they are read from. */
import type { ClinicalEvent, Fact, StrokeFacts } from '../../case/index.ts';
import type { RecordKey } from '../record.ts';

/** Fact keys that hold events. */
export type EventKey = {
  [K in keyof StrokeFacts]: StrokeFacts[K] extends Fact<readonly ClinicalEvent[]> ? K : never;
}[keyof StrokeFacts];

export interface EventSource {
  /** ValueSets 'event-<kind>'. */
  readonly kinds: readonly string[];
  readonly lists: readonly RecordKey[];
  /** Events of this episode, of the time before it, or of any time. */
  readonly era: 'this-episode' | 'before' | 'any';
}

const diagnosis = (...kinds: string[]): EventSource => ({ kinds, lists: ['conditions'], era: 'any' });
const procedure = (...kinds: string[]): EventSource => ({ kinds, lists: ['procedures'], era: 'any' });
const either = (...kinds: string[]): EventSource => ({ kinds, lists: ['conditions', 'procedures'], era: 'any' });
const acute = (...kinds: string[]): EventSource => ({ kinds, lists: ['conditions'], era: 'this-episode' });
const prior = (...kinds: string[]): EventSource => ({ kinds, lists: ['conditions'], era: 'before' });

const HEMORRHAGES = ['intracerebral-hemorrhage', 'subarachnoid-hemorrhage', 'other-intracranial-hemorrhage'];

export const EVENT_SOURCES: Readonly<Record<EventKey, EventSource>> = {
  acuteIschemicStroke: acute('ischemic-stroke'),
  acuteIntracranialHemorrhage: acute(...HEMORRHAGES),
  subarachnoidHemorrhageSuspected: acute('subarachnoid-hemorrhage', 'thunderclap-headache'),
  angioedema: acute('angioedema'),
  strokeMimic: acute('seizure', 'functional-neurological-disorder', 'hypoglycemia', 'migraine'),

  priorIschemicStroke: prior('ischemic-stroke', 'history-of-ischemic-stroke'),
  priorIntracranialHemorrhage: prior(...HEMORRHAGES, 'history-of-intracranial-hemorrhage'),
  transientIschemicAttack: diagnosis('transient-ischemic-attack'),
  headTrauma: diagnosis('moderate-severe-head-trauma', 'head-trauma', 'mild-head-trauma'),
  intracranialOrSpinalSurgery: procedure('intracranial-surgery', 'spinal-surgery'),
  spinalCordInjury: diagnosis('spinal-cord-injury'),
  majorTrauma: diagnosis('major-trauma'),
  majorSurgery: procedure('major-surgery', 'surgical-procedure'),
  gastrointestinalMalignancy: diagnosis('gastrointestinal-malignancy'),
  gastrointestinalOrUrinaryBleeding: diagnosis('gastrointestinal-hemorrhage', 'urinary-tract-hemorrhage'),
  infectiveEndocarditis: diagnosis('infective-endocarditis'),
  aorticDissection: diagnosis('aortic-dissection'),
  cervicalArteryDissection: diagnosis('cervical-artery-dissection'),
  intracranialArteryDissection: diagnosis('intracranial-artery-dissection'),
  intraAxialNeoplasm: diagnosis('intra-axial-neoplasm'),
  extraAxialNeoplasm: diagnosis('extra-axial-neoplasm'),
  intracranialAneurysm: diagnosis('intracranial-aneurysm'),
  intracranialVascularMalformation: diagnosis('intracranial-vascular-malformation'),
  moyamoya: diagnosis('moyamoya'),
  cerebralAmyloidAngiopathy: diagnosis('cerebral-amyloid-angiopathy'),
  duralPuncture: procedure('dural-puncture'),
  arterialPuncture: procedure('noncompressible-arterial-puncture'),
  myocardialInfarction: diagnosis('st-elevation-myocardial-infarction', 'myocardial-infarction'),
  pericarditis: diagnosis('pericarditis'),
  cardiacThrombus: diagnosis('cardiac-thrombus'),
  systemicMalignancy: diagnosis('systemic-malignancy'),
  bleedingDisorder: diagnosis('coagulation-disorder', 'thrombocytopenia', 'liver-failure'),
  dialysis: either('dialysis', 'end-stage-renal-disease'),
  dementia: diagnosis('dementia', 'mild-cognitive-impairment'),
  recreationalDrugUse: diagnosis('recreational-drug-use'),
  atrialFibrillation: diagnosis('atrial-fibrillation'),
  hypertension: diagnosis('hypertension'),
  diabetes: diagnosis('diabetes'),
  heartFailure: diagnosis('heart-failure'),
  carotidStenosis: diagnosis('carotid-stenosis'),
  highRiskCardiacSource: either(
    'mechanical-heart-valve',
    'mitral-stenosis',
    'sick-sinus-syndrome',
    'dilated-cardiomyopathy',
    'akinetic-left-ventricle',
    'cardiac-myxoma',
  ),
  mediumRiskCardiacSource: either(
    'patent-foramen-ovale',
    'atrial-septal-aneurysm',
    'bioprosthetic-heart-valve',
    'heart-valve-prosthesis',
    'mitral-valve-prolapse',
    'mitral-annular-calcification',
    'left-atrial-turbulence',
    'nonbacterial-thrombotic-endocarditis',
    'hypokinetic-left-ventricle',
  ),
  otherStrokeCause: diagnosis(
    'cerebral-vasculitis',
    'antiphospholipid-syndrome',
    'sickle-cell-disease',
    'cadasil',
    'cerebral-venous-thrombosis',
    'reversible-cerebral-vasoconstriction',
    'fibromuscular-dysplasia',
    // Of the neck, the brain or the aorta: that is open, so no rule on one of them reads it.
    'artery-dissection',
    'fabry-disease',
    'melas',
  ),
  strokeInvestigation: {
    kinds: [
      'electrocardiogram',
      'rhythm-monitoring',
      'transthoracic-echocardiography',
      'transesophageal-echocardiography',
      'extracranial-vessel-imaging',
      'intracranial-vessel-imaging',
      'vessel-wall-imaging',
      'microembolic-monitoring',
      'coagulation-and-vasculitis-screen',
    ],
    lists: ['procedures'],
    era: 'this-episode',
  },
  thrombectomyDone: { kinds: ['thrombectomy'], lists: ['procedures'], era: 'this-episode' },
};

/** 'surgical-procedure' is recognized by the category of a Procedure, not by its code. */
export const GROUP_OF_KIND = (kind: string): string =>
  kind === 'surgical-procedure' ? 'category-surgical-procedure' : `event-${kind}`;
