/**
 * The guideline sets as tables that are quick to apply. A question that several sets ask is answered once per case,
 * and a row with nothing but its status is one shared, frozen object.
 */
import type { Instant, StrokeCase } from '../../case/index.ts';
import type { GuidelineId, SitePolicy, Verdict } from '../evaluation.ts';
import { GUIDELINE_IDS } from '../evaluation.ts';
import { strokeClock } from '../stroke-state/clock.ts';
import { AHA_ASA_2019 } from './guidelines/aha-asa-2019.ts';
import { AHA_ASA_2026 } from './guidelines/aha-asa-2026.ts';
import { ESO_2021_2023 } from './guidelines/eso-2021-2023.ts';
import type { Evaluate, RuledResult, ThrombolysisContext, ThrombolysisRule } from './rule.ts';
import { MET, NONE_RECORDED, NOT_APPLICABLE, NOT_MET } from './verdict.ts';

export const THROMBOLYSIS_RULES: Readonly<Record<GuidelineId, readonly ThrombolysisRule[]>> = {
  'aha-asa-2026': AHA_ASA_2026,
  'aha-asa-2019': AHA_ASA_2019,
  'eso-2021-2023': ESO_2021_2023,
};

const PLAIN_VERDICTS: readonly Verdict[] = [NOT_MET, NONE_RECORDED, MET, NOT_APPLICABLE];

interface TableRow {
  readonly rule: ThrombolysisRule;
  /** Number of the question: rows of different sets with the same function have the same. */
  readonly question: number;
  /** The row with each of the plain verdicts, in their order. */
  readonly plain: readonly RuledResult[];
}

const QUESTIONS = new Map<Evaluate, number>();

function questionOf(evaluate: Evaluate): number {
  const number = QUESTIONS.get(evaluate) ?? QUESTIONS.size;
  QUESTIONS.set(evaluate, number);
  return number;
}

const ruled = ({ id, class: kind, data, citation, effect }: ThrombolysisRule, verdict: Verdict): RuledResult => ({
  effect,
  result: { id, class: kind, data, citation, ...verdict },
});

function frozen(row: RuledResult): RuledResult {
  Object.freeze(row.result);
  return Object.freeze(row);
}

const tableRow = (rule: ThrombolysisRule): TableRow => ({
  rule,
  question: questionOf(rule.evaluate),
  plain: PLAIN_VERDICTS.map((verdict) => frozen(ruled(rule, verdict))),
});

const TABLES = Object.fromEntries(
  GUIDELINE_IDS.map((id) => [id, THROMBOLYSIS_RULES[id].map(tableRow)]),
) as unknown as Readonly<Record<GuidelineId, readonly TableRow[]>>;

/** Answers of one case at one instant, by the number of the question. */
export type Answers = (Verdict | undefined)[];

export function contextOf(stroke: StrokeCase, at: Instant, policy: SitePolicy): ThrombolysisContext {
  return { policy, clock: strokeClock(stroke, at) };
}

/** @param answers of this very case, instant and policy, to share them between guideline sets */
export function evaluateRules(
  stroke: StrokeCase,
  at: Instant,
  policy: SitePolicy,
  guideline: GuidelineId,
  context: ThrombolysisContext = contextOf(stroke, at, policy),
  answers: Answers = [],
): RuledResult[] {
  return TABLES[guideline].map((row) => {
    const answer = (answers[row.question] ??= row.rule.evaluate(stroke, at, context));
    return withVerdict(row, answer);
  });
}

function withVerdict({ rule, plain }: TableRow, verdict: Verdict): RuledResult {
  const shared = plain[PLAIN_VERDICTS.indexOf(verdict)];
  return shared ?? ruled(rule, verdict);
}

/** The rows at another instant. Only those that named an instant can change with time, so only those are asked again. */
export function rowsAt(
  rows: readonly RuledResult[],
  stroke: StrokeCase,
  then: Instant,
  policy: SitePolicy,
  guideline: GuidelineId,
): RuledResult[] {
  const context = contextOf(stroke, then, policy);
  const table = TABLES[guideline];
  return rows.map((row, index) => {
    const entry = table[index];
    return row.result.changesAt === undefined || entry === undefined
      ? row
      : withVerdict(entry, entry.rule.evaluate(stroke, then, context));
  });
}
