/**
 * What the subtype decision returns: one stroke in four classifications, each with the findings that made it so, what is
 * still open and what would change it. Rules only: the trained probability stands beside them and changes none.
 */
import type { FactKey } from '../../case/index.ts';
import type { Citation, CriterionResult, Message } from '../evaluation.ts';
import type { ModelPrediction } from '../prediction.ts';
import type {
  Cause,
  CcsClass,
  CissClass,
  CissMechanism,
  EvidenceLevel,
  InvestigationId,
  OcspClassification,
  SubtypeSystem,
  ToastClass,
  WhyUndetermined,
} from './classes.ts';
import type { FindingId } from './findings.ts';

export * from './classes.ts';

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
  /** The four causes among themselves, sum 1, most probable first: 'if a cause is found'. */
  readonly ifFound: readonly { readonly cause: Cause; readonly probability: number }[];
  /** Probability that none will be found, as in the population of training; never the name of a pattern. */
  readonly noneFound: number;
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
