/**
 * A row of a guideline's table: what to look at (criterion) and what its answer does to the conclusion (effect).
 * Keeping the two apart lets a reviewer read a guideline as a table, and keeps the conclusion a function of statuses.
 */
import type { Instant, StrokeCase, TimeSpan } from '../../case/index.ts';
import type { Criterion, CriterionResult, RequiredAction, SitePolicy } from '../evaluation.ts';
import type { StrokeClock } from '../stroke-state/clock.ts';

export const THROMBOLYSIS_CONCLUSIONS = [
  'recommended',
  'reasonable',
  'may-be-considered',
  'not-recommended',
  'contraindicated',
  'undecided',
] as const;
export type ThrombolysisConclusion = (typeof THROMBOLYSIS_CONCLUSIONS)[number];
export type Yes = 'recommended' | 'reasonable' | 'may-be-considered';

/** Strength of a yes: 3 recommended, 2 reasonable, 1 may be considered, 0 no yes. */
export function yesStrength(conclusion: ThrombolysisConclusion): 0 | 1 | 2 | 3 {
  switch (conclusion) {
    case 'recommended':
      return 3;
    case 'reasonable':
      return 2;
    case 'may-be-considered':
      return 1;
    default:
      return 0;
  }
}

export interface ThrombolysisContext {
  readonly policy: SitePolicy;
  readonly clock: StrokeClock;
}

/** From where a window is counted, and from when to when it is open (hours since `since`). */
export interface WindowTiming {
  readonly basis: 'witnessed-onset' | 'last-known-well' | 'symptom-recognition' | 'midpoint-of-sleep';
  readonly since: TimeSpan;
  readonly fromHours: number;
  readonly toHours: number;
}

export type Effect =
  /** Met: the window allows this yes, at most. One of the windows must be open. */
  | {
      readonly kind: 'opens';
      readonly conclusion: Yes;
      /** Beyond the exclusion of hemorrhage. */
      readonly needsImaging: boolean;
      readonly timing: (stroke: StrokeCase, context: ThrombolysisContext) => WindowTiming | undefined;
    }
  /** Not met: not recommended. Unknown: undecided. */
  | { readonly kind: 'requires' }
  /** Not met: undecided until it is corrected and looked at again. Unknown: undecided. */
  | {
      readonly kind: 'gate';
      readonly action: (stroke: StrokeCase) => Pick<RequiredAction, 'key' | 'params'>;
    }
  /** Met: contraindicated. Unknown: undecided. */
  | { readonly kind: 'excludes' }
  /** As 'excludes', but a result that is awaited is tolerated (at most 'reasonable') when nothing makes an abnormal one likely. */
  | { readonly kind: 'laboratory' }
  /** The reason to wait for the laboratory: unknown means undecided. */
  | { readonly kind: 'suspicion' }
  /** Met: not recommended. */
  | { readonly kind: 'advises-against'; readonly whenUnknown: 'undecided' | 'ignored' }
  /** Met: the record contradicts itself, undecided. */
  | { readonly kind: 'contradiction' }
  /** Met: at most this yes. Unknown: the same, or undecided, or ignored where the guideline says not to wait for it. */
  | {
      readonly kind: 'caps';
      readonly at: 'reasonable' | 'may-be-considered';
      readonly whenUnknown: 'caps' | 'undecided' | 'ignored';
    }
  /** Shown; does not decide. */
  | { readonly kind: 'informs' };

export interface ThrombolysisRule extends Criterion<ThrombolysisContext> {
  readonly effect: Effect;
}

/** A rule with its verdict. */
export interface RuledResult {
  readonly effect: Effect;
  readonly result: CriterionResult;
}

export type Evaluate = (stroke: StrokeCase, at: Instant, context: ThrombolysisContext) => CriterionVerdict;
type CriterionVerdict = ReturnType<ThrombolysisRule['evaluate']>;

export const EXCLUDES: Effect = { kind: 'excludes' };
export const LABORATORY: Effect = { kind: 'laboratory' };
export const INFORMS: Effect = { kind: 'informs' };
/** Weigh the single patient with an expert; what is not known may be as bad as what is. */
export const INDIVIDUALIZE: Effect = { kind: 'caps', at: 'may-be-considered', whenUnknown: 'caps' };
