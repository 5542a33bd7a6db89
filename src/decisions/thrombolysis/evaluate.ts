import type { FactKey, Instant, StrokeCase } from '../../case/index.ts';
import type { Evaluation, GuidelineId, RequiredAction, SitePolicy } from '../evaluation.ts';
import { GUIDELINE_IDS } from '../evaluation.ts';
import { conclusionChangesAt } from '../stroke-state/conclusion-change.ts';
import { concludeThrombolysis } from './conclude.ts';
import type { Conclusion } from './conclude.ts';
import { contextOf, evaluateRules, rowsAt } from './rule-table.ts';
import type { Answers } from './rule-table.ts';
import type { RuledResult, ThrombolysisConclusion } from './rule.ts';
import { counterfactuals, settledBy } from './settle.ts';
import type { Counterfactual } from './settle.ts';
import { whatIf } from './what-if.ts';
import type { IfReassuring } from './what-if.ts';
import { yieldsToThrombectomy } from './windows.ts';
import { pickWindow, windowDetails } from './window-details.ts';
import type { ThrombolysisWindow } from './window-details.ts';

/** What another guideline set says where it says something else. */
export interface GuidelineDifference {
  readonly guideline: GuidelineId;
  readonly conclusion: ThrombolysisConclusion;
  readonly decidedBy: readonly string[];
  /** True where one of its closed windows would be open, were thrombectomy not to be had. */
  readonly thrombectomyInstead?: true;
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
  const context = contextOf(stroke, at, policy);
  const answers: Answers = [];
  const rows = evaluateRules(stroke, at, policy, guideline, context, answers);
  const conclusion = concludeThrombolysis(rows);
  const windows = windowDetails(rows, stroke, at, context);
  const { afterCorrection, ifReassuring } = whatIf(rows, conclusion);
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
    afterCorrection,
    ifReassuring,
    counterfactuals: counterfactuals(rows, conclusion),
    alternatives: differences(guideline, conclusion.conclusion, (id) =>
      evaluateRules(stroke, at, policy, id, context, answers),
    ),
  };
}

/** What the guideline sets other than the site's conclude, where they differ from it. */
function differences(
  guideline: GuidelineId,
  conclusion: ThrombolysisConclusion,
  rowsOf: (id: GuidelineId) => readonly RuledResult[],
): GuidelineDifference[] {
  const found: GuidelineDifference[] = [];
  for (const id of GUIDELINE_IDS) {
    if (id === guideline) continue;
    const rows = rowsOf(id);
    const other = concludeThrombolysis(rows);
    if (other.conclusion === conclusion) continue;
    // A row that is only unknown explains 'cannot be decided yet'; as the reason of any other conclusion it would mislead.
    const open = new Set(rows.flatMap(({ result }) => (result.status === 'unknown' ? [result.id] : [])));
    const decidedBy =
      other.conclusion === 'undecided' ? other.decidedBy : other.decidedBy.filter((row) => !open.has(row));
    found.push({
      guideline: id,
      conclusion: other.conclusion,
      decidedBy,
      ...(yieldsToThrombectomy(other.deciding.map(({ result }) => result)) ? { thrombectomyInstead: true } : {}),
    });
  }
  return found;
}

function validUntil(
  rows: readonly RuledResult[],
  stroke: StrokeCase,
  at: Instant,
  policy: SitePolicy,
  guideline: GuidelineId,
  { conclusion }: Conclusion,
): Instant | null {
  const instants = rows.flatMap(({ result }) => result.changesAt ?? []);
  return conclusionChangesAt(instants, at, (then) =>
    then === at ? conclusion : concludeThrombolysis(rowsAt(rows, stroke, then, policy, guideline)).conclusion,
  );
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
  const keys = new Set<FactKey>();
  for (const { effect, result } of rows) {
    const [first] = result.data;
    if (effect.kind !== 'informs' && result.confirm === true && first !== undefined) keys.add(first);
  }
  return [...keys];
}
