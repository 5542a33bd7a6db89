import type { FactKey, Instant, StrokeCase } from '../../case/index.ts';
import type { CriterionStatus, Evaluation, GuidelineId, RequiredAction, SitePolicy } from '../evaluation.ts';
import { GUIDELINE_IDS } from '../evaluation.ts';
import { strokeClock } from '../stroke-state/clock.ts';
import { conclusionChangesAt } from '../stroke-state/conclusion-change.ts';
import { concludeThrombolysis } from './conclude.ts';
import type { Conclusion } from './conclude.ts';
import { AHA_ASA_2019 } from './guidelines/aha-asa-2019.ts';
import { AHA_ASA_2026 } from './guidelines/aha-asa-2026.ts';
import { ESO_2021_2023 } from './guidelines/eso-2021-2023.ts';
import { yesStrength } from './rule.ts';
import type { RuledResult, ThrombolysisConclusion, ThrombolysisContext, ThrombolysisRule } from './rule.ts';
import { counterfactuals, settledBy } from './settle.ts';
import type { Counterfactual } from './settle.ts';
import { pickWindow, windowDetails } from './window-details.ts';
import type { ThrombolysisWindow } from './window-details.ts';

export const THROMBOLYSIS_RULES: Readonly<Record<GuidelineId, readonly ThrombolysisRule[]>> = {
  'aha-asa-2026': AHA_ASA_2026,
  'aha-asa-2019': AHA_ASA_2019,
  'eso-2021-2023': ESO_2021_2023,
};

/** What another guideline set says where it says something else. */
export interface GuidelineDifference {
  readonly guideline: GuidelineId;
  readonly conclusion: ThrombolysisConclusion;
  readonly decidedBy: readonly string[];
}

export interface IfReassuring {
  readonly conclusion: ThrombolysisConclusion;
  /** The open facts that it hangs on. */
  readonly facts: readonly FactKey[];
}

export interface ThrombolysisEvaluation extends Evaluation<ThrombolysisConclusion> {
  readonly decision: 'thrombolysis';
  readonly guideline: GuidelineId;
  /** The window that the conclusion rests on, or the one that a missing fact would open; null when no clock is known. */
  readonly window: ThrombolysisWindow | null;
  /** Every window of the guideline whose clock is known. */
  readonly windows: readonly ThrombolysisWindow[];
  /** What it would be once pressure and glucose are corrected and everything else stays; null when nothing is to be corrected. */
  readonly afterCorrection: ThrombolysisConclusion | null;
  /**
   * What it would be (once corrected, where something is to be corrected) if the relative contraindications that are
   * only open turned out not to be there; null when none is open or none of them matters.
   */
  readonly ifReassuring: IfReassuring | null;
  readonly counterfactuals: readonly Counterfactual[];
  /** The other guideline sets where they conclude differently. */
  readonly alternatives: readonly GuidelineDifference[];
}

/**
 * May this patient have intravenous thrombolysis, and why?
 * @param at the instant of the decision
 * @param policy the site's configuration; its guideline is the default
 * @param guideline another set than the site's
 */
export function evaluateThrombolysis(
  stroke: StrokeCase,
  at: Instant,
  policy: SitePolicy,
  guideline: GuidelineId = policy.guideline,
): ThrombolysisEvaluation {
  const rows = evaluateRules(stroke, at, policy, guideline);
  const conclusion = concludeThrombolysis(rows);
  const windows = windowDetails(rows, stroke, at, contextOf(stroke, at, policy));
  return {
    decision: 'thrombolysis',
    guideline,
    conclusion: conclusion.conclusion,
    strength: conclusion.strength,
    citation: conclusion.citation,
    decidedBy: conclusion.decidedBy,
    criteria: rows.map(({ result }) => result),
    settledBy: settledBy(conclusion),
    before: requiredActions(rows, stroke, conclusion),
    confirm: factsToConfirm(rows),
    validUntil: validUntil(rows, stroke, at, policy, guideline, conclusion),
    window: pickWindow(windows, conclusion.decidedBy),
    windows,
    afterCorrection: afterCorrection(rows, conclusion),
    ifReassuring: ifReassuring(rows, conclusion),
    counterfactuals: counterfactuals(rows, conclusion),
    alternatives: differences(stroke, at, policy, guideline, conclusion.conclusion),
  };
}

/** What the guideline sets other than the site's conclude, where they differ from it. */
export function compareGuidelines(stroke: StrokeCase, at: Instant, policy: SitePolicy): readonly GuidelineDifference[] {
  const { conclusion } = concludeThrombolysis(evaluateRules(stroke, at, policy, policy.guideline));
  return differences(stroke, at, policy, policy.guideline, conclusion);
}

function differences(
  stroke: StrokeCase,
  at: Instant,
  policy: SitePolicy,
  guideline: GuidelineId,
  conclusion: ThrombolysisConclusion,
): GuidelineDifference[] {
  return GUIDELINE_IDS.filter((id) => id !== guideline)
    .map((id) => ({ id, other: concludeThrombolysis(evaluateRules(stroke, at, policy, id)) }))
    .filter(({ other }) => other.conclusion !== conclusion)
    .map(({ id, other }) => ({ guideline: id, conclusion: other.conclusion, decidedBy: other.decidedBy }));
}

function contextOf(stroke: StrokeCase, at: Instant, policy: SitePolicy): ThrombolysisContext {
  return { policy, clock: strokeClock(stroke, at) };
}

export function evaluateRules(
  stroke: StrokeCase,
  at: Instant,
  policy: SitePolicy,
  guideline: GuidelineId,
): RuledResult[] {
  const context = contextOf(stroke, at, policy);
  return THROMBOLYSIS_RULES[guideline].map((rule) => applyRule(rule, stroke, at, context));
}

function applyRule(
  { id, class: kind, data, citation, effect, evaluate }: ThrombolysisRule,
  stroke: StrokeCase,
  at: Instant,
  context: ThrombolysisContext,
): RuledResult {
  return { effect, result: { id, class: kind, data, citation, ...evaluate(stroke, at, context) } };
}

/** Only rows that named an instant can change with time, so only those are asked again. */
function validUntil(
  rows: readonly RuledResult[],
  stroke: StrokeCase,
  at: Instant,
  policy: SitePolicy,
  guideline: GuidelineId,
  { conclusion }: Conclusion,
): Instant | null {
  const rules = THROMBOLYSIS_RULES[guideline];
  const instants = rows.flatMap(({ result }) => result.changesAt ?? []);
  return conclusionChangesAt(instants, at, (then) => {
    if (then === at) return conclusion;
    const context = contextOf(stroke, then, policy);
    const later = rows.map((row, index) => {
      const rule = rules[index];
      return row.result.changesAt === undefined || rule === undefined ? row : applyRule(rule, stroke, then, context);
    });
    return concludeThrombolysis(later).conclusion;
  });
}

const failsGate = ({ effect, result }: RuledResult): boolean => effect.kind === 'gate' && result.status === 'notMet';

const withStatus = ({ effect, result }: RuledResult, status: CriterionStatus): RuledResult => ({
  effect,
  result: { ...result, status },
});

const corrected = (rows: readonly RuledResult[]): readonly RuledResult[] =>
  rows.map((row) => (failsGate(row) ? withStatus(row, 'met') : row));

function afterCorrection(rows: readonly RuledResult[], { conclusion }: Conclusion): ThrombolysisConclusion | null {
  if (conclusion !== 'undecided' || !rows.some(failsGate)) return null;
  return concludeThrombolysis(corrected(rows)).conclusion;
}

const isOpenCap = ({ effect, result }: RuledResult): boolean =>
  effect.kind === 'caps' && effect.whenUnknown === 'caps' && result.status === 'unknown';

function ifReassuring(rows: readonly RuledResult[], current: Conclusion): IfReassuring | null {
  const open = rows.filter(isOpenCap);
  if (open.length === 0) return null;
  const isToCorrect = current.conclusion === 'undecided' && rows.some(failsGate);
  const basis = isToCorrect ? corrected(rows) : rows;
  const as = isToCorrect ? concludeThrombolysis(basis) : current;
  if (yesStrength(as.conclusion) === 0) return null;
  const { conclusion } = concludeThrombolysis(basis.map((row) => (isOpenCap(row) ? withStatus(row, 'notMet') : row)));
  if (yesStrength(conclusion) <= yesStrength(as.conclusion)) return null;
  return { conclusion, facts: [...new Set(open.flatMap(({ result }) => result.missing ?? []))] };
}

/** Steps before (or, for the laboratory, along with) treatment; none where treatment is ruled out. */
function requiredActions(rows: readonly RuledResult[], stroke: StrokeCase, conclusion: Conclusion): RequiredAction[] {
  if (conclusion.conclusion === 'contraindicated' || conclusion.conclusion === 'not-recommended') return [];
  const actions: RequiredAction[] = [];
  for (const { effect, result } of rows) {
    if (effect.kind !== 'gate' || result.status !== 'notMet') continue;
    actions.push({ ...effect.action(stroke), because: result.data, citation: result.citation });
  }
  const openLabs = rows.filter(({ effect, result }) => effect.kind === 'laboratory' && result.status === 'unknown');
  const labsMayFollow = rows.find(({ effect, result }) => effect.kind === 'suspicion' && result.status === 'notMet');
  if (openLabs.length > 0 && openLabs.every(({ result }) => result.awaited) && labsMayFollow !== undefined) {
    actions.push({
      key: 'send-coagulation-tests-and-stop-if-abnormal',
      because: [...new Set(openLabs.flatMap(({ result }) => result.missing ?? []))],
      citation: labsMayFollow.result.citation,
    });
  }
  return actions;
}

function factsToConfirm(rows: readonly RuledResult[]): FactKey[] {
  const keys = rows
    .filter(({ effect, result }) => effect.kind !== 'informs' && result.confirm === true)
    .flatMap(({ result }) => result.data.slice(0, 1));
  return [...new Set(keys)];
}
