/** Hemorrhagic stroke: what a hemorrhage forbids, what to reverse and lower, when surgery is an option, and the scores. */
import { hemorrhageDoubt } from '../../case/index.ts';
import type { FactKey, Instant, StrokeCase } from '../../case/index.ts';
import { evaluateCriteria } from '../evaluation.ts';
import type { CriterionResult, Evaluation, RequiredAction, SitePolicy } from '../evaluation.ts';
import { HEMORRHAGE_SCORES, scoresFromCase } from '../scores/from-case.ts';
import type { CaseScore } from '../scores/from-case.ts';
import { EXPANSION_CRITERIA, EXPANSION_ML, EXPANSION_PERCENT } from './expansion.ts';
import { NO_THROMBOLYTIC, pressureOptions, reversalOptions, surgeryOptions, toAvoid } from './options.ts';
import { isSubarachnoidOnly, PRESENCE } from './presence.ts';
import { PRESSURE_CRITERIA } from './pressure-criteria.ts';
import { REVERSAL_CRITERIA } from './reversal-criteria.ts';
import { heparinWithoutProtamine } from './heparin.ts';
import { withoutGiven } from './reversal-given.ts';
import { SURGERY_CRITERIA } from './surgery-criteria.ts';

export { hematomaCourse, type HematomaCourse, type RegisteredCourse } from './course.ts';
export { isHematomaExpansion } from './expansion.ts';
export { hemorrhagePresent } from './presence.ts';

export const INTRACEREBRAL_HEMORRHAGE_CONCLUSIONS = ['intracranial-hemorrhage', 'not-applicable', 'undecided'] as const;
export type IntracerebralHemorrhageConclusion = (typeof INTRACEREBRAL_HEMORRHAGE_CONCLUSIONS)[number];

export interface IntracerebralHemorrhageEvaluation extends Evaluation<IntracerebralHemorrhageConclusion> {
  /**
   * The software sees blood on images that nobody has reported: criteria, scores and options are those that would hold if
   * it is confirmed, and the conclusion stays open.
   */
  readonly suspectedByComputation: boolean;
  /** Subarachnoid blood alone: no score, target, surgery or harm is taken from the rules of intracerebral hemorrhage. */
  readonly subarachnoidOnly: boolean;
  /** True when a hemorrhage is there; undefined while nobody knows: then it is not excluded either. */
  readonly thrombolysisContraindicated: boolean | undefined;
  /** ICH, FUNC, max-ICH, BAT, BRAIN; empty unless a hemorrhage is there or suspected. Outcomes differ: never compare their numbers. */
  readonly scores: readonly CaseScore[];
  readonly reversal: readonly RequiredAction[];
  /** Reversal agents already given, each with the next step; not offered in `reversal` again. */
  readonly reversalGiven: readonly RequiredAction[];
  readonly pressure: readonly RequiredAction[];
  readonly surgery: readonly RequiredAction[];
  readonly avoid: readonly RequiredAction[];
  /** What counts as expansion on the next CT at this site: growth by 6 mL or 33 %. */
  readonly expansionDefinition: {
    readonly operator: SitePolicy['hematomaExpansionOperator'];
    readonly growthMl: number;
    readonly growthPercent: number;
  };
  /** Facts that would complete criteria or scores; unlike `settledBy` they do not move the conclusion. */
  readonly missing: readonly FactKey[];
  /** Earliest instant at which a criterion (never the conclusion) changes by itself. */
  readonly nextChange: Instant | null;
}

/**
 * @param at instant of evaluation
 * @param policy the site's operator for hematoma expansion
 * @returns 'not-applicable' without options when imaging shows no hemorrhage, 'undecided' while it is not known
 */
export function evaluateIntracerebralHemorrhage(
  stroke: StrokeCase,
  at: Instant,
  policy: Pick<SitePolicy, 'hematomaExpansionOperator'>,
): IntracerebralHemorrhageEvaluation {
  const presence = evaluateCriteria([PRESENCE], stroke, at, undefined);
  const status = presence[0]?.status;
  const isPresent = status === 'met';
  const suspectedByComputation = status === 'unknown' && hemorrhageDoubt(stroke)?.kind === 'unreported';
  const isEvaluated = isPresent || suspectedByComputation;
  const subarachnoidOnly = isPresent && isSubarachnoidOnly(stroke);
  const isCovered = isEvaluated && !subarachnoidOnly;
  const scores = isCovered ? scoresFromCase(stroke, at, HEMORRHAGE_SCORES) : [];
  const details = isEvaluated
    ? [
        ...evaluateCriteria(REVERSAL_CRITERIA, stroke, at, undefined),
        ...(isCovered
          ? [
              ...evaluateCriteria([...PRESSURE_CRITERIA, ...SURGERY_CRITERIA], stroke, at, undefined),
              ...evaluateCriteria(EXPANSION_CRITERIA, stroke, at, scores),
            ]
          : []),
      ]
    : [];
  const { options: reversal, given: reversalGiven } = isEvaluated
    ? withoutGiven(reversalOptions(details, heparinWithoutProtamine(stroke, at)), stroke, at)
    : { options: [], given: [] };
  const pressure = pressureOptions(details);
  return {
    decision: 'intracerebral-hemorrhage',
    guideline: null,
    conclusion: isPresent ? 'intracranial-hemorrhage' : status === 'notMet' ? 'not-applicable' : 'undecided',
    strength: null,
    citation: isPresent ? PRESENCE.citation : null,
    decidedBy: [PRESENCE.id],
    criteria: [...presence, ...details],
    settledBy: status === 'unknown' ? whatSettles(stroke) : [],
    before: [...reversalGiven, ...reversal, ...pressure],
    confirm: unique(details.filter(({ confirm }) => confirm === true).flatMap(({ data }) => data)).filter((key) =>
      isUnrecorded(stroke, key),
    ),
    // Blood does not go away by the passing of time: only new imaging moves the conclusion.
    validUntil: null,
    suspectedByComputation,
    subarachnoidOnly,
    thrombolysisContraindicated: isPresent ? true : status === 'notMet' ? false : undefined,
    scores,
    reversal,
    reversalGiven,
    pressure,
    surgery: surgeryOptions(details),
    avoid: !isPresent ? [] : subarachnoidOnly ? [NO_THROMBOLYTIC] : toAvoid(details),
    expansionDefinition: {
      operator: policy.hematomaExpansionOperator,
      growthMl: EXPANSION_ML,
      growthPercent: EXPANSION_PERCENT,
    },
    missing: unique([...missingOf(details), ...scores.flatMap(({ missingFacts }) => missingFacts)]),
    nextChange: earliest(details, at),
  };
}

const unique = (keys: readonly FactKey[]): readonly FactKey[] => [...new Set(keys)];
const missingOf = (results: readonly CriterionResult[]): readonly FactKey[] =>
  results.flatMap(({ status, missing }) => (status === 'unknown' ? (missing ?? []) : []));

/** Imaging first; the diagnoses only when imaging is known and they leave it open. */
const whatSettles = ({ facts }: StrokeCase): readonly FactKey[] =>
  facts.hemorrhageOnImaging.status === 'known' ? ['acuteIntracranialHemorrhage'] : ['hemorrhageOnImaging'];

function isUnrecorded(stroke: StrokeCase, key: FactKey): boolean {
  const fact = stroke.facts[key];
  return fact.status === 'known' && fact.basis === 'not-recorded';
}

function earliest(results: readonly CriterionResult[], at: Instant): Instant | null {
  const instants = results.flatMap(({ changesAt }) => changesAt ?? []).filter((instant) => instant >= at);
  return instants.sort((a, b) => a - b)[0] ?? null;
}
