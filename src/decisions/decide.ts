/** All decisions on one case at one instant, each on its own: what the cards, the command line and the audit read. */
import type { Instant, StrokeCase } from '../case/index.ts';
import { damagedFamilies } from './active-prediction.ts';
import { chooseTargets } from './chosen-targets.ts';
import { evaluateComplications } from './complications/index.ts';
import type { ComplicationsEvaluation } from './complications/index.ts';
import type { Evaluation, SitePolicy } from './evaluation.ts';
import { guarded, isFailed } from './guarded.ts';
import type { Guarded, OnDecisionError } from './guarded.ts';
import { evaluateHemorrhagicTransformation } from './hemorrhagic-transformation/index.ts';
import { evaluateIntracerebralHemorrhage } from './intracerebral-hemorrhage/index.ts';
import { findMissingData } from './missing-data/index.ts';
import type { CasePredictions, ModelFamily } from './prediction.ts';
import { evaluatePrognosis } from './prognosis/index.ts';
import { summarizeStrokeState } from './stroke-state/index.ts';
import { evaluateSubtype } from './subtype/index.ts';
import { evaluateThrombectomy } from './thrombectomy/index.ts';
import { TRIAL_IDS } from './thrombectomy/trials.ts';
import { evaluateThrombolysis, thrombolyticDose } from './thrombolysis/index.ts';

export type { ChosenTargets } from './chosen-targets.ts';
export { isFailed } from './guarded.ts';
export type { FailedDecision, Guarded, OnDecisionError } from './guarded.ts';

/** The parts as functions, so that a test can replace one. */
export const DECISION_PARTS = {
  state: summarizeStrokeState,
  thrombolysis: evaluateThrombolysis,
  dose: thrombolyticDose,
  targets: chooseTargets,
  thrombectomy: evaluateThrombectomy,
  hemorrhage: evaluateIntracerebralHemorrhage,
  complications: evaluateComplications,
  hemorrhagicTransformation: evaluateHemorrhagicTransformation,
  subtype: evaluateSubtype,
  prognosis: evaluatePrognosis,
  missing: findMissingData,
} as const;
export type DecisionParts = typeof DECISION_PARTS;

type Result<K extends keyof DecisionParts> = Guarded<ReturnType<DecisionParts[K]>>;

export interface Decisions {
  readonly state: Result<'state'>;
  readonly thrombolysis: Result<'thrombolysis'>;
  /** The other guideline sets where they conclude differently from the site's. */
  readonly guidelineDifferences: Guarded<ReturnType<typeof evaluateThrombolysis>['alternatives']>;
  readonly dose: Result<'dose'>;
  readonly targets: Result<'targets'>;
  readonly thrombectomy: Result<'thrombectomy'>;
  readonly hemorrhage: Result<'hemorrhage'>;
  /** Null unless a thrombolytic was given. */
  readonly complications: Result<'complications'>;
  /** Published scores of hemorrhagic transformation side by side, and the site's model where there is one. */
  readonly hemorrhagicTransformation: Result<'hemorrhagicTransformation'>;
  /** The cause of an ischemic stroke by TOAST, CCS and CISS, its syndrome by OCSP. */
  readonly subtype: Result<'subtype'>;
  /** The 90-day outlook from published evidence and what treatment changes; the trained prediction beside. */
  readonly prognosis: Result<'prognosis'>;
  readonly missing: Result<'missing'>;
  /** Questions that an installed model should have answered, and could not. */
  readonly damagedModels: readonly ModelFamily[];
}

export interface DecideOptions {
  /** Is told of each decision that threw; it must put no patient data anywhere. */
  readonly onError?: OnDecisionError;
  /** What trained models said about this case, computed before; absent where no model is installed. */
  readonly predictions?: CasePredictions;
}

const ignore: OnDecisionError = () => undefined;

/**
 * @param at the instant of the decision; nothing here reads a clock
 * @returns null when nothing in the record points to an acute stroke: then there is nothing to say
 */
export function decide(
  stroke: StrokeCase,
  at: Instant,
  policy: SitePolicy,
  options: DecideOptions = {},
): Decisions | null {
  return decideWith(DECISION_PARTS, stroke, at, policy, options);
}

export function decideWith(
  parts: DecisionParts,
  stroke: StrokeCase,
  at: Instant,
  policy: SitePolicy,
  options: DecideOptions = {},
): Decisions | null {
  if (stroke.indications.length === 0) return null;
  const attempt = <T>(decision: string, evaluate: () => T): Guarded<T> =>
    guarded(decision, at, options.onError ?? ignore, evaluate);

  const thrombolysis = attempt('thrombolysis', () => parts.thrombolysis(stroke, at, policy));
  const thrombectomy = attempt('thrombectomy', () => parts.thrombectomy(stroke, at, policy));
  const hemorrhage = attempt('hemorrhage', () => parts.hemorrhage(stroke, at, policy));
  const complications = attempt('complications', () => parts.complications(stroke, at));
  return {
    damagedModels: damagedFamilies(options.predictions),
    state: attempt('stroke-state', () => parts.state(stroke, at, policy)),
    thrombolysis,
    guidelineDifferences: isFailed(thrombolysis) ? thrombolysis : thrombolysis.alternatives,
    dose: attempt('dose', () => parts.dose(stroke, at, policy)),
    targets: attempt('targets', () =>
      parts.targets(stroke, at, {
        thrombolysis: conclusionOf(thrombolysis),
        thrombectomy: conclusionOf(thrombectomy),
        hemorrhage: conclusionOf(hemorrhage),
      }),
    ),
    thrombectomy,
    hemorrhage,
    complications,
    hemorrhagicTransformation: attempt('hemorrhagic-transformation', () =>
      parts.hemorrhagicTransformation(stroke, at, policy, options.predictions),
    ),
    subtype: attempt('subtype', () => parts.subtype(stroke, at, options.predictions)),
    prognosis: attempt('prognosis', () =>
      parts.prognosis(
        stroke,
        at,
        { thrombolysis: conclusionOf(thrombolysis), thrombectomy: conclusionOf(thrombectomy) },
        options.predictions,
      ),
    ),
    missing: attempt('missing-data', () =>
      parts.missing(stroke, [
        ...standing(thrombolysis),
        ...standing(thrombectomy).map(withoutTrials),
        ...standing(hemorrhage),
        ...afterThrombolysis(complications),
      ]),
    ),
  };
}

const standing = <T extends Evaluation>(outcome: Guarded<T>): T[] => (isFailed(outcome) ? [] : [outcome]);

const conclusionOf = (outcome: Guarded<Evaluation>): string | null => (isFailed(outcome) ? null : outcome.conclusion);

/** Trial criteria are evidence: nobody is to be asked for a perfusion scan because of them. */
const withoutTrials = (evaluation: Evaluation): Evaluation => ({
  ...evaluation,
  criteria: evaluation.criteria.filter(({ id }) => !TRIAL_IDS.has(id)),
});

function afterThrombolysis(outcome: Guarded<ComplicationsEvaluation | null>): Evaluation[] {
  if (outcome === null || isFailed(outcome)) return [];
  return [outcome.hemorrhage, outcome.angioedema, outcome.monitoring];
}
