/**
 * What the subtype decision returns: one stroke in four classifications, each with the findings that made it so, what is
 * still open and what would change it. Rules only: the trained probability stands beside them and changes none.
 */
import type { FactKey } from '../../case/index.ts';
import type { Citation, CriterionResult, Message } from '../evaluation.ts';
import type { ModelPrediction } from '../prediction.ts';
import type { FindingId } from './findings.ts';

export const SUBTYPE_SYSTEMS = ['toast', 'ccs', 'ciss', 'ocsp'] as const;
export type SubtypeSystem = (typeof SUBTYPE_SYSTEMS)[number];

/** The causes that the classifications tell apart, under one name each. Text key `term.cause-<cause>`. */
export const CAUSES = [
  'large-artery-atherosclerosis',
  'cardioembolism',
  'small-vessel-occlusion',
  'other-determined-cause',
] as const;
export type Cause = (typeof CAUSES)[number];

/** Trial of Org 10172 (Adams 1993). Text key `term.toast-<class>`. */
export const TOAST_CLASSES = [...CAUSES, 'undetermined'] as const;
export type ToastClass = (typeof TOAST_CLASSES)[number];

/** Causative Classification System (Ay 2005, 2007). Text key `term.ccs-<class>`. */
export const CCS_CLASSES = [
  'large-artery-atherosclerosis',
  'cardio-aortic-embolism',
  'small-artery-occlusion',
  'other-cause',
  'undetermined',
] as const;
export type CcsClass = (typeof CCS_CLASSES)[number];

/** Chinese Ischemic Stroke Subclassification, step 1 (Gao 2011). Text key `term.ciss-<class>`. */
export const CISS_CLASSES = [
  'aortic-arch-atherosclerosis',
  'intracranial-extracranial-atherosclerosis',
  'cardiogenic-stroke',
  'penetrating-artery-disease',
  'other-etiology',
  'undetermined',
] as const;
export type CissClass = (typeof CISS_CLASSES)[number];

/** CISS, step 2: how intra- or extracranial atherosclerosis caused the infarct. Text key `term.mechanism-<mechanism>`. */
export const CISS_MECHANISMS = [
  'parent-artery-occluding-penetrating-artery',
  'artery-to-artery-embolism',
  'hypoperfusion-impaired-clearance',
  'multiple-mechanisms',
] as const;
export type CissMechanism = (typeof CISS_MECHANISMS)[number];

/** Oxfordshire Community Stroke Project (Bamford 1991). Text key `term.ocsp-<class>`. */
export const OCSP_CLASSES = [
  'total-anterior',
  'partial-anterior',
  'lacunar',
  'posterior',
  'no-deficit',
  'undetermined',
] as const;
export type OcspClass = (typeof OCSP_CLASSES)[number];

/**
 * Weight of the evidence, in the words of the system: TOAST probable or possible; CCS evident, probable or possible;
 * CISS definite or possible. Text key `term.level-<level>`.
 */
export type EvidenceLevel = 'evident' | 'definite' | 'probable' | 'possible';

/** Why the class is 'undetermined'. Text key `term.undetermined-<why>`. */
export type WhyUndetermined = 'incomplete-evaluation' | 'two-or-more-causes' | 'negative-evaluation' | 'contradictory';

/** One finding with its evidence: the case's facts named in `data`. Text key `criterion.<id>`; `met` = it is there. */
export interface FindingResult extends Omit<CriterionResult, 'class' | 'id'> {
  readonly id: FindingId;
}

/** How one cause stands in one system. */
export interface CauseState<Class extends string> {
  readonly class: Class;
  /** 'open': neither shown nor excluded. */
  readonly state: 'shown' | 'open' | 'excluded';
  /** Findings that made it so; for an open cause those that are missing. */
  readonly because: readonly FindingId[];
}

/** What an open finding would make of the classification. */
export interface WouldChange<Class extends string> {
  readonly finding: FindingId;
  /** The finding turns out to be there (true) or not (false). */
  readonly present: boolean;
  readonly class: Class;
  readonly level: EvidenceLevel | null;
}

export interface Classification<Class extends string = string> {
  readonly system: SubtypeSystem;
  readonly class: Class;
  /** Null when undetermined. */
  readonly level: EvidenceLevel | null;
  /** Null when a cause was determined. */
  readonly undetermined: WhyUndetermined | null;
  readonly causes: readonly CauseState<Class>[];
  /** Findings that the class rests on. */
  readonly decidedBy: readonly FindingId[];
  /** Open findings that would change class or level, by themselves; most telling first. */
  readonly wouldChange: readonly WouldChange<Class>[];
  readonly citation: Citation;
}

export interface CissClassification extends Classification<CissClass> {
  /** Null unless step 1 gives intra- or extracranial atherosclerosis and the pattern of the infarcts is known. */
  readonly mechanism: CissMechanism | null;
  /** Findings that the mechanism rests on. */
  readonly mechanismBecause: readonly FindingId[];
}

export interface OcspClassification {
  readonly system: 'ocsp';
  readonly class: OcspClass;
  /** Syndromes that remain possible while items are untestable or not recorded; the class alone when it is settled. */
  readonly possible: readonly OcspClass[];
  readonly data: readonly FactKey[];
  readonly citation: Citation;
}

/** Text key `term.investigation-<id>`. */
export const INVESTIGATIONS = [
  'brain-mri',
  'extracranial-vessel-imaging',
  'intracranial-vessel-imaging',
  'electrocardiogram',
  'rhythm-monitoring',
  'transthoracic-echocardiography',
  'transesophageal-echocardiography',
  'vessel-wall-imaging',
  'microembolic-monitoring',
  'coagulation-and-vasculitis-screen',
] as const;
export type InvestigationId = (typeof INVESTIGATIONS)[number];

export interface InvestigationState {
  readonly id: InvestigationId;
  readonly done: boolean;
  /** For one not done: which causes it would show or exclude. */
  readonly tells: readonly Cause[];
  /** Text key `note.<key>`: why it is the thing to do; null for one that is done. */
  readonly reason: Message | null;
}

/** The trained probability over the TOAST classes. */
export interface SubtypePrediction {
  readonly prediction: ModelPrediction;
  /** False: outside what the model knows, or it cannot tell the classes apart for this patient; show no number. */
  readonly tellsApart: boolean;
}

export interface ClassifiedSubtype {
  readonly status: 'classified';
  readonly decision: 'subtype';
  /** True while a hemorrhage is not excluded: then everything here holds 'if ischemic'. */
  readonly assumesIschemic: boolean;
  readonly toast: Classification<ToastClass>;
  readonly ccs: Classification<CcsClass>;
  readonly ciss: CissClassification;
  readonly ocsp: OcspClassification;
  /** Every finding that the rules asked for, with its evidence. */
  readonly findings: readonly FindingResult[];
  /** Evidence that does not fit together. Text key `note.<key>`. */
  readonly contradictions: readonly (Message & { readonly data: readonly FactKey[] })[];
  readonly investigations: readonly InvestigationState[];
  /** Null when nothing that is not done would change a classification. */
  readonly nextBestTest: InvestigationState | null;
  /** Facts that would settle TOAST, most telling first. */
  readonly settledBy: readonly FactKey[];
  readonly prediction: SubtypePrediction | null;
}

export interface SubtypeNotApplicable {
  readonly status: 'not-applicable';
  readonly decision: 'subtype';
  readonly why: 'hemorrhagic-stroke';
  readonly data: readonly FactKey[];
}

export type SubtypeEvaluation = ClassifiedSubtype | SubtypeNotApplicable;
