/**
 * The language of the project. One `StrokeCase` is everything known about one suspected stroke at one instant,
 * whatever it came from: the EHR's FHIR data, the imaging pipeline, the site's configuration.
 * Facts lie flat under clinical names, so that a criterion, a card, an audit record and a test name a fact alike.
 *
 * - event list facts (`ClinicalEvent[]`, `DrugExposure[]`): known with an empty list means that the complete list was
 *   read and holds none (basis 'not-recorded') or that the record denies it (basis 'stated').
 * - yes/no facts are `Fact<boolean>`.
 */
import type { Fact, Source } from './fact.ts';
import type { PatientImaging } from './imaging-finding.ts';
import type { LesionFeatures } from './lesion-features.ts';
import type { Quantity } from './quantity.ts';
import type { Instant, TimeSpan } from './time.ts';
import type { ArterialStenosis, InfarctPattern, InfarctTerritory } from './vascular-findings.ts';

export type Sex = 'female' | 'male' | 'other';
export type PregnancyState = 'not-pregnant' | 'pregnant' | 'postpartum-14-days';
export type MrsGrade = 0 | 1 | 2 | 3 | 4 | 5 | 6;

export interface Weight {
  readonly quantity: Quantity<'kg'>;
  readonly provenance: 'measured' | 'stated' | 'estimated' | 'unspecified';
}

/** NIHSS items by their printed number. */
export const NIHSS_ITEMS = [
  '1a',
  '1b',
  '1c',
  '2',
  '3',
  '4',
  '5a',
  '5b',
  '6a',
  '6b',
  '7',
  '8',
  '9',
  '10',
  '11',
] as const;
export type NihssItem = (typeof NIHSS_ITEMS)[number];
/** The highest score of each item on the printed scale; together 42. */
export const NIHSS_HIGHEST = {
  '1a': 3,
  '1b': 2,
  '1c': 2,
  '2': 2,
  '3': 3,
  '4': 3,
  '5a': 4,
  '5b': 4,
  '6a': 4,
  '6b': 4,
  '7': 2,
  '8': 2,
  '9': 3,
  '10': 2,
  '11': 2,
} as const satisfies Readonly<Record<NihssItem, number>>;
/** 'untestable' (UN) is neither 0 nor any score; an absent key was not examined. */
export type NihssItems = Readonly<Partial<Record<NihssItem, number | 'untestable'>>>;

export interface NihssTotal {
  /** 0–42 */
  readonly total: number;
  /** True when an item was untestable: the total may satisfy '≥ 6' but never '≤ 5'. */
  readonly isLowerBound: boolean;
}

export interface BloodPressure {
  readonly systolic: Quantity<'mm[Hg]'>;
  readonly diastolic: Quantity<'mm[Hg]'>;
}

export interface At<T> {
  readonly value: T;
  readonly at: TimeSpan;
  readonly source: Source;
}

export const ANTICOAGULANT_CLASSES = [
  'vitamin-k-antagonist',
  'direct-thrombin-inhibitor',
  'factor-xa-inhibitor',
  'unfractionated-heparin',
  'low-molecular-weight-heparin',
  'other-parenteral-anticoagulant',
] as const;
export type AnticoagulantClass = (typeof ANTICOAGULANT_CLASSES)[number];
export type DrugClass =
  | AnticoagulantClass
  | 'antiplatelet'
  | 'glycoprotein-iib-iiia-inhibitor'
  | 'thrombolytic'
  | 'amyloid-immunotherapy'
  | 'anticoagulant-reversal';

/** A drug that the patient takes, took, or was given. */
export interface DrugExposure {
  /** Ingredient by its English generic name in lower case, from our own tables: 'apixaban'. */
  readonly drug: string;
  readonly class: DrugClass;
  /** False when the record says that it was stopped. */
  readonly active: boolean;
  /** When the last dose was taken or given. */
  readonly lastIntake: Fact<TimeSpan>;
  /** Heparins: treatment or prophylactic dose, where the record says so. */
  readonly intent: 'treatment' | 'prophylactic' | 'unspecified';
  readonly dose?: Quantity<'mg'>;
  readonly source: Source;
}

export interface OrderedDose {
  readonly value: number;
  readonly unit: 'mg' | 'mg/kg';
  /** The limit that the order itself sets to a dose by weight. */
  readonly atMostMg?: number;
}

/** An order that stands or is being made; whether the drug was given is told elsewhere. */
export interface DrugOrder {
  readonly drug: string;
  readonly class: DrugClass;
  /** Of the call itself, not signed yet. */
  readonly draft: boolean;
  /** When it was written; null when the order does not say. */
  readonly at: TimeSpan | null;
  /** The first dose, where the order plans it for a time. */
  readonly startsAt: TimeSpan | null;
  /** What is given in all, part by part; null when a part cannot be read as mg or mg/kg, or none is told. */
  readonly doses: readonly OrderedDose[] | null;
  readonly source: Source;
}

/** A diagnosis, procedure or event of the history. */
export interface ClinicalEvent {
  /** Name of the ValueSet member group that matched, from our own tables: 'gastrointestinal-hemorrhage'. */
  readonly kind: string;
  /** When it happened or began; null means that the record does not say when. */
  readonly when: TimeSpan | null;
  /** Clinical status active (or recurrence, relapse). */
  readonly active: boolean;
  readonly certainty: 'confirmed' | 'provisional' | 'suspected';
  readonly source: Source;
}

export type OcclusionSite =
  | 'none'
  | 'internal-carotid'
  | 'M1'
  | 'M2-dominant-proximal'
  | 'M2-other'
  | 'distal-MCA'
  | 'ACA'
  | 'PCA'
  | 'basilar'
  | 'vertebral';
export type HematomaLocation = 'lobar' | 'deep' | 'brainstem' | 'cerebellar';
export type HypodensityExtent = 'none' | 'up-to-one-third-mca' | 'over-one-third-mca';
export type ImagingModality = 'CT' | 'CTA' | 'CTP' | 'MR' | 'MRA' | 'MRP' | 'XA';

export interface ImagingExam {
  readonly modality: ImagingModality;
  readonly at: TimeSpan | null;
  /** 'registered' = ordered or started, no images or report yet. */
  readonly state: 'registered' | 'available' | 'reported';
  readonly source: Source;
}

export interface StrokeFacts {
  // --- person
  readonly age: Fact<Quantity<'a'>>;
  readonly sex: Fact<Sex>;
  readonly pregnancy: Fact<PregnancyState>;
  readonly weight: Fact<Weight>;

  // --- deficit
  readonly nihss: Fact<NihssTotal>;
  readonly nihssItems: Fact<NihssItems>;
  /** All totals of this episode, oldest first. */
  readonly nihssCourse: Fact<readonly At<NihssTotal>[]>;
  /** A clinician recorded that the deficit is (not) disabling. */
  readonly disablingDeficit: Fact<boolean>;
  readonly gcs: Fact<Quantity<'{score}'>>;
  readonly preStrokeMrs: Fact<MrsGrade>;
  readonly currentMrs: Fact<MrsGrade>;
  readonly preStrokeCognitiveImpairment: Fact<boolean>;

  // --- clocks
  readonly lastKnownWell: Fact<TimeSpan>;
  readonly witnessedOnset: Fact<TimeSpan>;
  readonly symptomRecognition: Fact<TimeSpan>;
  readonly wakeUpStroke: Fact<boolean>;
  readonly bedtime: Fact<TimeSpan>;
  readonly wakeTime: Fact<TimeSpan>;
  readonly arrival: Fact<TimeSpan>;

  // --- vital signs and laboratory
  readonly bloodPressure: Fact<BloodPressure>;
  /** All readings of the last 24 h, oldest first. */
  readonly bloodPressureCourse: Fact<readonly At<BloodPressure>[]>;
  readonly glucose: Fact<Quantity<'mg/dL'>>;
  readonly inr: Fact<Quantity<'{INR}'>>;
  readonly prothrombinTime: Fact<Quantity<'s'>>;
  readonly aptt: Fact<Quantity<'s'>>;
  readonly antiXaActivity: Fact<Quantity<'[IU]/mL'>>;
  readonly thrombinTime: Fact<Quantity<'s'>>;
  readonly platelets: Fact<Quantity<'10*9/L'>>;
  readonly creatinine: Fact<Quantity<'mg/dL'>>;
  readonly egfr: Fact<Quantity<'mL/min/{1.73_m2}'>>;
  readonly fibrinogen: Fact<Quantity<'mg/dL'>>;
  readonly hba1c: Fact<Quantity<'%'>>;
  readonly ldl: Fact<Quantity<'mg/dL'>>;

  // --- drugs
  readonly vitaminKAntagonist: Fact<readonly DrugExposure[]>;
  readonly directOralAnticoagulant: Fact<readonly DrugExposure[]>;
  readonly unfractionatedHeparin: Fact<readonly DrugExposure[]>;
  readonly lowMolecularWeightHeparin: Fact<readonly DrugExposure[]>;
  readonly otherAnticoagulant: Fact<readonly DrugExposure[]>;
  readonly antiplatelet: Fact<readonly DrugExposure[]>;
  readonly glycoproteinInhibitor: Fact<readonly DrugExposure[]>;
  readonly amyloidImmunotherapy: Fact<readonly DrugExposure[]>;
  readonly anticoagulantReversal: Fact<readonly DrugExposure[]>;
  /** Thrombolytics given or started in this episode (MedicationAdministration, or recorded as given). */
  readonly thrombolyticGiven: Fact<readonly DrugExposure[]>;

  // --- this episode's diagnoses
  readonly acuteIschemicStroke: Fact<readonly ClinicalEvent[]>;
  readonly acuteIntracranialHemorrhage: Fact<readonly ClinicalEvent[]>;
  readonly subarachnoidHemorrhageSuspected: Fact<readonly ClinicalEvent[]>;
  readonly angioedema: Fact<readonly ClinicalEvent[]>;
  /** Seizure at onset, functional deficit, hypoglycemia, migraine …: possible mimic. */
  readonly strokeMimic: Fact<readonly ClinicalEvent[]>;

  // --- history
  readonly priorIschemicStroke: Fact<readonly ClinicalEvent[]>;
  readonly transientIschemicAttack: Fact<readonly ClinicalEvent[]>;
  readonly priorIntracranialHemorrhage: Fact<readonly ClinicalEvent[]>;
  readonly headTrauma: Fact<readonly ClinicalEvent[]>;
  readonly intracranialOrSpinalSurgery: Fact<readonly ClinicalEvent[]>;
  readonly spinalCordInjury: Fact<readonly ClinicalEvent[]>;
  readonly majorTrauma: Fact<readonly ClinicalEvent[]>;
  readonly majorSurgery: Fact<readonly ClinicalEvent[]>;
  readonly gastrointestinalMalignancy: Fact<readonly ClinicalEvent[]>;
  readonly gastrointestinalOrUrinaryBleeding: Fact<readonly ClinicalEvent[]>;
  readonly infectiveEndocarditis: Fact<readonly ClinicalEvent[]>;
  readonly aorticDissection: Fact<readonly ClinicalEvent[]>;
  readonly cervicalArteryDissection: Fact<readonly ClinicalEvent[]>;
  readonly intracranialArteryDissection: Fact<readonly ClinicalEvent[]>;
  readonly intraAxialNeoplasm: Fact<readonly ClinicalEvent[]>;
  readonly extraAxialNeoplasm: Fact<readonly ClinicalEvent[]>;
  readonly intracranialAneurysm: Fact<readonly ClinicalEvent[]>;
  readonly intracranialVascularMalformation: Fact<readonly ClinicalEvent[]>;
  readonly moyamoya: Fact<readonly ClinicalEvent[]>;
  readonly cerebralAmyloidAngiopathy: Fact<readonly ClinicalEvent[]>;
  readonly duralPuncture: Fact<readonly ClinicalEvent[]>;
  readonly arterialPuncture: Fact<readonly ClinicalEvent[]>;
  readonly myocardialInfarction: Fact<readonly ClinicalEvent[]>;
  readonly pericarditis: Fact<readonly ClinicalEvent[]>;
  readonly cardiacThrombus: Fact<readonly ClinicalEvent[]>;
  readonly systemicMalignancy: Fact<readonly ClinicalEvent[]>;
  /** Bleeding disorder, thrombocytopenia, liver failure: a reason to suspect abnormal coagulation. */
  readonly bleedingDisorder: Fact<readonly ClinicalEvent[]>;
  readonly dialysis: Fact<readonly ClinicalEvent[]>;
  readonly dementia: Fact<readonly ClinicalEvent[]>;
  readonly recreationalDrugUse: Fact<readonly ClinicalEvent[]>;
  readonly atrialFibrillation: Fact<readonly ClinicalEvent[]>;
  readonly hypertension: Fact<readonly ClinicalEvent[]>;
  readonly diabetes: Fact<readonly ClinicalEvent[]>;
  readonly heartFailure: Fact<readonly ClinicalEvent[]>;
  readonly carotidStenosis: Fact<readonly ClinicalEvent[]>;
  /**
   * Cardiac sources of embolism with a high risk, beside those with facts of their own (atrial fibrillation, thrombus,
   * recent infarction, infective endocarditis): mechanical valve, mitral stenosis, sick sinus syndrome, myxoma …
   */
  readonly highRiskCardiacSource: Fact<readonly ClinicalEvent[]>;
  /** Of medium or uncertain risk: patent foramen ovale, atrial septal aneurysm, bioprosthetic valve … */
  readonly mediumRiskCardiacSource: Fact<readonly ClinicalEvent[]>;
  /** Rare causes of ischemic stroke beside dissection and moyamoya: vasculitis, antiphospholipid syndrome … */
  readonly otherStrokeCause: Fact<readonly ClinicalEvent[]>;
  /** Investigations of the cause that were done in this episode: electrocardiogram, echocardiography, ultrasound … */
  readonly strokeInvestigation: Fact<readonly ClinicalEvent[]>;
  /** Left ventricular ejection fraction. */
  readonly ejectionFraction: Fact<Quantity<'%'>>;

  // --- imaging
  readonly brainImaging: Fact<readonly ImagingExam[]>;
  readonly hemorrhageOnImaging: Fact<boolean>;
  readonly extensiveHypodensity: Fact<boolean>;
  readonly earlyIschemicChange: Fact<boolean>;
  readonly hypodensityExtent: Fact<HypodensityExtent>;
  readonly hyperdenseArtery: Fact<boolean>;
  readonly massEffect: Fact<boolean>;
  readonly aspects: Fact<Quantity<'{score}'>>;
  readonly pcAspects: Fact<Quantity<'{score}'>>;
  readonly occlusionSite: Fact<OcclusionSite>;
  readonly coreVolume: Fact<Quantity<'mL'>>;
  /** Volume with Tmax > 6 s. */
  readonly hypoperfusionVolume: Fact<Quantity<'mL'>>;
  /** Volume with Tmax > 10 s. */
  readonly severeHypoperfusionVolume: Fact<Quantity<'mL'>>;
  /** Volume with Tmax > 14 s. */
  readonly tmaxOver14Volume: Fact<Quantity<'mL'>>;
  /** Volume of the acute lesion with a CBV below the 2.5th percentile of the other hemisphere. */
  readonly veryLowCbvVolume: Fact<Quantity<'mL'>>;
  /** Permeability–surface area product, mean over the ischemic lesion. */
  readonly bloodBrainBarrierPermeability: Fact<Quantity<'mL/(100.g.min)'>>;
  /** The same, lesion to mirrored tissue. */
  readonly relativePermeability: Fact<Quantity<'{ratio}'>>;
  readonly dwiLesionVolume: Fact<Quantity<'mL'>>;
  readonly dwiLesionUnderOneThirdMca: Fact<boolean>;
  /** DWI lesion without marked FLAIR change. */
  readonly dwiFlairMismatch: Fact<boolean>;
  readonly cerebralMicrobleeds: Fact<Quantity<'{count}'>>;
  readonly aneurysmDiameter: Fact<Quantity<'mm'>>;
  readonly hematomaVolume: Fact<Quantity<'mL'>>;
  readonly hematomaLocation: Fact<HematomaLocation>;
  /** Largest diameter of a cerebellar hematoma. */
  readonly hematomaDiameter: Fact<Quantity<'mm'>>;
  readonly intraventricularHemorrhage: Fact<boolean>;
  readonly hydrocephalus: Fact<boolean>;
  readonly blendSign: Fact<boolean>;
  readonly hematomaHypodensity: Fact<boolean>;
  readonly spotSign: Fact<boolean>;
  /** Features of the acute ischemic lesion in template space, from its mask; `lesionPresent` 0: the mask holds none. */
  readonly ischemicLesion: Fact<LesionFeatures>;
  readonly infarctPattern: Fact<InfarctPattern>;
  readonly infarctTerritory: Fact<readonly InfarctTerritory[]>;
  /** Largest diameter of the largest acute infarct. */
  readonly infarctDiameter: Fact<Quantity<'mm'>>;
  /** The last value of every artery that was examined; known and empty never means that nothing is narrowed. */
  readonly arterialStenosis: Fact<readonly ArterialStenosis[]>;
  /** Plaque that is ulcerated, vulnerable or carries a thrombus, in the artery that supplies the infarct. */
  readonly vulnerablePlaque: Fact<boolean>;
  /** Plaque of the parent artery at the origin of the penetrating artery of the infarct (high-resolution MRI). */
  readonly parentArteryPlaque: Fact<boolean>;
  /** Thickness of the thickest plaque of the aortic arch. */
  readonly aorticArchPlaque: Fact<Quantity<'mm'>>;
  readonly aorticArchThrombus: Fact<boolean>;
  /** Microembolic signals on transcranial Doppler of the artery of the infarct. */
  readonly microembolicSignals: Fact<boolean>;

  // --- care
  /** Can this patient get thrombectomy here or by transfer in time? From the record, else from the site's configuration. */
  readonly thrombectomyAccess: Fact<boolean>;
  readonly thrombectomyDone: Fact<readonly ClinicalEvent[]>;
}

export type FactKey = keyof StrokeFacts;

export const INDICATION_KINDS = [
  'stroke-code',
  'nihss-recorded',
  'last-known-well-recorded',
  'acute-stroke-diagnosis',
  'acute-hemorrhage-diagnosis',
  'stroke-imaging',
  'thrombolytic-ordered',
  'thrombolytic-given',
  'order-context',
] as const;

/** Something in the record that points to an acute stroke now; without one there is no card. */
export interface StrokeIndication {
  readonly kind: (typeof INDICATION_KINDS)[number];
  readonly at: TimeSpan | null;
  readonly source: Source;
}

/** Where the findings of the imaging pipelines could not be read. */
export const IMAGING_FINDINGS = 'imagingFindings';

/** A part of the record that could not be used, in the project's own words. */
export interface Degradation {
  /** Prefetch key, resource reference, or {@link IMAGING_FINDINGS}. */
  readonly where: string;
  readonly why: 'time-out' | 'forbidden' | 'unavailable' | 'not-supplied' | 'incomplete' | 'malformed' | 'refused';
  readonly detail?: string;
}

export interface StrokeCase {
  /** Relative reference: 'Patient/123'. */
  readonly patient: string;
  readonly encounter: string | null;
  /** The instant at which the facts were gathered; ages and 'recent' are relative to it. */
  readonly asOf: Instant;
  readonly indications: readonly StrokeIndication[];
  readonly facts: StrokeFacts;
  /** Thrombolytics and antithrombotics. */
  readonly orders: readonly DrugOrder[];
  /** What the imaging pipelines found and how far they are; facts taken from it name 'imaging:<finding id>' as source. */
  readonly imaging: PatientImaging;
  readonly degradations: readonly Degradation[];
}
