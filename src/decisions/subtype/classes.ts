/** The words of the four classifications: classes, levels, reasons, investigations. */
import type { FactKey } from '../../case/index.ts';
import type { Citation } from '../evaluation.ts';

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
