/**
 * What an imaging pipeline says about a study, as the case, the cards, the record and the outgoing reports name it.
 * A finding is never silent about how sure it is: interval, detection floor and quality travel with the value.
 */
import type { Unit } from './quantity.ts';
import type { Instant } from './time.ts';

/** Unit of every kind of finding; `null`: the value is a code or yes/no. */
export const FINDING_KINDS = {
  /** CT: relative CBF below 30 % of the other hemisphere; diffusion MR: ADC below 620 · 10⁻⁶ mm²/s. */
  'core-volume': 'mL',
  'tmax-over-4-volume': 'mL',
  'tmax-over-6-volume': 'mL',
  'tmax-over-8-volume': 'mL',
  'tmax-over-10-volume': 'mL',
  'tmax-over-14-volume': 'mL',
  'very-low-cbv-volume': 'mL',
  'mismatch-volume': 'mL',
  /** Tmax over 6 s to core; absent with a core of 0 mL: not computable is no ratio. */
  'mismatch-ratio': '{ratio}',
  /** Tmax over 10 s to Tmax over 6 s. */
  'hypoperfusion-intensity-ratio': '{ratio}',
  /** Mean CBV inside Tmax over 6 s to that of normal tissue. */
  'cbv-index': '{ratio}',
  // --- diffusion MR
  'dwi-lesion-volume': 'mL',
  /** Connected parts of the acute lesion. */
  'dwi-lesion-count': '{count}',
  /** Largest diameter within a slice of the largest part, as acquired (not in template space). */
  'dwi-lesion-diameter': 'mm',
  /** 'left' | 'right' | 'both' */
  'dwi-lesion-side': null,
  /** As `InfarctTerritory`; several are separated by spaces. */
  'dwi-lesion-territory': null,
  /** 'cortical' | 'subcortical' | 'brainstem' | 'cerebellar'; several are separated by spaces. */
  'dwi-lesion-location': null,
  /** As `InfarctPattern`. */
  'infarct-pattern': null,
  /** Of the territory of the middle cerebral artery of the worse side, by the arterial atlas. */
  'dwi-lesion-mca-share': '%',
  /** 'present'; its `features` are those of the lesion in template space (`LESION_FEATURES`). */
  'ischemic-lesion': null,
  /** 'present': not visible on FLAIR; 'absent': visible; 'borderline'; null: it cannot be told. */
  'dwi-flair-mismatch': null,
  /** FLAIR signal of the diffusion lesion over that of the mirrored tissue. */
  'flair-signal-ratio': '{ratio}',
  /** Of the diffusion lesion, what the FLAIR network marks. */
  'flair-marked-share': '%',
  /** That onset was within 4.5 h, from the DWI-FLAIR mismatch. */
  'onset-within-4.5-h-by-flair': '%',
  /** Computed from a native CT: 10 less the affected regions of the affected side. */
  aspects: '{score}',
  'pc-aspects': '{score}',
  /** Affected regions with their side: 'left-insula left-m1'; 'none'. */
  'aspects-regions': null,
  /** 'left' | 'right' | 'none': side of early ischemic change on CT. */
  'early-ischemia-side': null,
  'early-ischemia-volume': 'mL',
  /** Hypodensity of an infarct that is hours old or older, frank on CT. */
  'frank-hypodensity-volume': 'mL',
  /** Ischemic change, early or frank, of the territory of the middle cerebral artery of the affected side. */
  'mca-hypodensity-share': '%',
  /** (1 − HU of the affected regions / HU of their mirror images) · 100. */
  'net-water-uptake': '%',
  /** That onset was within 4.5 h, from net water uptake. */
  'onset-within-4.5-h': '%',
  /** 'left' | 'right' | 'basilar' | 'none'; several are separated by spaces. */
  'hyperdense-artery': null,
  /** 'left' | 'right' | 'both' */
  'ischemic-side': null,
  /** 'left-carotid' | 'right-carotid' | 'vertebrobasilar' … as in `InfarctTerritory`; several are separated by spaces. */
  'ischemic-territory': null,
  // --- hemorrhage on non-contrast CT
  /** 'present' | 'uncertain' | 'not-seen'; 'not-seen' is above the detection floor only and never means 'excluded'. */
  hemorrhage: null,
  /** All blood, without edema. */
  'hemorrhage-volume': 'mL',
  'intraparenchymal-volume': 'mL',
  'intraventricular-volume': 'mL',
  /** Subdural and epidural; the subarachnoid included where a remark says that it is not told apart. */
  'extra-axial-volume': 'mL',
  'subarachnoid-volume': 'mL',
  'perihematomal-edema-volume': 'mL',
  /** As `HematomaLocation`; several are separated by spaces. Of the intraparenchymal hemorrhage. */
  'hematoma-location': null,
  /** 'left' | 'right' | 'both' */
  'hematoma-side': null,
  /** Largest axial diameter of the largest intraparenchymal part. */
  'hematoma-diameter': 'mm',
  /** A · B · C / 2 of the largest intraparenchymal part, for comparison with what a person measures. */
  'hematoma-abc-2': 'mL',
  'midline-shift': 'mm',
  // Against the first scan of the episode, laid on this one. Each names in its settings the finding of that scan.
  /** Of the intraparenchymal hemorrhage; negative where it shrank. */
  'hematoma-volume-change': 'mL',
  /** Intraparenchymal blood beyond the earlier hematoma, farther than registration and voxels leave open. */
  'hematoma-new-blood-volume': 'mL',
  /** Blood in the ventricles where there was none. */
  'new-intraventricular-volume': 'mL',
  /** Hypodensity inside the hematoma where there was none; null where density says nothing. */
  'new-hypodensity-volume': 'mL',
  // Signs of expansion of the intraparenchymal hemorrhage: 'present' | 'absent', null where not assessable.
  'black-hole-sign': null,
  'blend-sign': null,
  'swirl-sign': null,
  'island-sign': null,
  'satellite-sign': null,
  'hypodensity-sign': null,
  'fluid-level-sign': null,
  /** 1 regular to 5 irregular, after Barras 2009. */
  'hematoma-shape-grade': '{score}',
  /** 1 homogeneous to 5 heterogeneous, after Barras 2009. */
  'hematoma-density-grade': '{score}',
  'spot-sign': null,
  /** 0–4, Delgado Almandoz 2009. */
  'spot-sign-score': '{score}',
} as const satisfies Readonly<Record<string, Unit | null>>;
export type FindingKind = keyof typeof FINDING_KINDS;

/** `preliminary`: more images of the study may still come. `superseded`: a later result of the same pipeline replaced it. */
export const FINDING_STATES = ['final', 'preliminary', 'refused', 'superseded'] as const;
export type FindingState = (typeof FINDING_STATES)[number];

/** Closed; `basis` says what it spans ('noise and threshold jitter, 90 %'). */
export interface FindingInterval {
  readonly low: number;
  readonly high: number;
  readonly basis: string;
}

/** One remark of the quality gate. `code` has its words in cards/terms; `refuses` stops the pipeline. */
export interface QualityRemark {
  readonly code: string;
  readonly severity: 'note' | 'limits' | 'refuses';
  /** Measured figures behind the remark, for reviewers: {"motionMm": 4.1}. */
  readonly figures: Readonly<Record<string, number>>;
}

/** Which software said it. */
export interface FindingMethod {
  /** 'perfusion' */
  readonly pipeline: string;
  readonly version: string;
  /** Of the network or graph; null where none ran. */
  readonly model: { readonly name: string; readonly version: string; readonly digest: string } | null;
  /** Execution provider that really ran ('cpu', 'cuda', 'kserve:triton.example.org'), null without a model. */
  readonly ranOn: string | null;
  /** Thresholds and settings that decide the value: {"tmaxSeconds": 6}. */
  readonly settings: Readonly<Record<string, number | string | boolean>>;
}

export interface ImagingFinding {
  readonly id: string;
  readonly kind: FindingKind;
  readonly state: FindingState;
  /** null: refused, or not computable. */
  readonly value: number | boolean | string | null;
  readonly interval: FindingInterval | null;
  /** Below this the method sees nothing; in the unit of the kind. */
  readonly detectionFloor: number | null;
  /** Further numbers of one object, by name; only of kinds that say so. */
  readonly features?: Readonly<Record<string, number>>;
  readonly quality: readonly QualityRemark[];
  readonly method: FindingMethod;
  readonly studyUid: string;
  readonly seriesUids: readonly string[];
  /** Acquisition of the images; null where they do not say. */
  readonly acquiredAt: Instant | null;
  readonly foundAt: Instant;
}

/** How far the imaging of a study is, for cards. Exactly one row a study and pipeline. */
export interface ImagingProgress {
  readonly studyUid: string;
  /** null while the series of the study are not sorted yet. */
  readonly pipeline: string | null;
  readonly state: 'receiving' | 'queued' | 'in-progress' | 'final' | 'refused' | 'failed';
  /** When this state began. */
  readonly since: Instant;
  /** 0–100 while in progress. */
  readonly percent: number | null;
  /** Why it was refused or failed: code of a quality remark or of a refusal, with its words in cards/terms. */
  readonly reason: string | null;
}

/** Everything that imaging knows of a patient at the moment of a hook call. */
export interface PatientImaging {
  readonly findings: readonly ImagingFinding[];
  readonly progress: readonly ImagingProgress[];
}

export const NO_IMAGING: PatientImaging = { findings: [], progress: [] };
