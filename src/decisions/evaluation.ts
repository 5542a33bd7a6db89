/**
 * What a decision returns: a conclusion, and every criterion with the facts that settled it.
 * Decisions are pure functions of (case, instant, site policy); they import no clock, no framework, no text.
 * All wording lives in `cards/`, addressed by the ids and message keys used here.
 */
import type { FactKey, Instant, StrokeCase } from '../case/index.ts';
import type { Borderline } from './borderline.ts';

export const GUIDELINE_IDS = ['aha-asa-2026', 'aha-asa-2019', 'eso-2021-2023'] as const;
export type GuidelineId = (typeof GUIDELINE_IDS)[number];

/** How well the number behind a rule is sourced: V2 two sources, V1 one, R recalled, X sources conflict. */
export type SourceGrade = 'V2' | 'V1' | 'R' | 'X';

export interface Citation {
  /** A guideline id, or the short name of a paper ('Hemphill 2001'). */
  readonly source: string;
  /** Section, table or recommendation: '4.6.1 rec. 2', 'Table 8'. */
  readonly section?: string;
  /** Page or other locator: 'e353', 'p. 26'. */
  readonly locator?: string;
  readonly doi?: string;
  /** Class of recommendation as printed: '1', '2a', '2b', '3: No Benefit', '3: Harm', 'strong', 'expert consensus'. */
  readonly cor?: string;
  /** Level of evidence as printed: 'A', 'B-R', 'B-NR', 'C-LD', 'C-EO', 'high', 'moderate'. */
  readonly loe?: string;
  readonly grade: SourceGrade;
  /** AHA/ASA 2026 has a published erratum that nobody here has read: false until a person did. */
  readonly errataChecked?: boolean;
}

export type CriterionStatus = 'met' | 'notMet' | 'unknown' | 'notApplicable';
/** gate: must be put right first; window: time; benefit: speaks for; relative/absolute: speak against. */
export type CriterionClass = 'window' | 'gate' | 'benefit' | 'relative' | 'absolute';

/** Text by key, filled with values; the wording is in `cards/`. */
export interface Message {
  readonly key: string;
  /** Numbers are written by the locale; instants go as `{instant}`, facts' values stay numbers with the unit in the text. */
  readonly params?: Readonly<Record<string, string | number | { readonly instant: Instant }>>;
}

/**
 * What one criterion found. `met` means that the criterion, as its name says it, applies:
 * for an exclusion that the exclusion is present, for a benefit that the benefit is there.
 */
export interface Verdict {
  readonly status: CriterionStatus;
  /** Facts whose absence made it unknown. */
  readonly missing?: readonly FactKey[];
  readonly note?: Message;
  /** Measured values that leave it unknown because the limit lies inside their interval. */
  readonly borderline?: readonly Borderline[];
  /** True when 'notMet' rests on a list that holds nothing of the kind: ask the patient or family. */
  readonly confirm?: boolean;
  /** Instants (after `at`) at which this verdict may change by itself. */
  readonly changesAt?: readonly Instant[];
  /** True when a result is simply not there yet (not recorded, pending): nothing in the record hints that it is abnormal. */
  readonly awaited?: boolean;
}

export interface Criterion<Context = undefined> {
  /** Clinical name in kebab case: 'platelets-below-100000'. The text keys are `criterion.<id>`. */
  readonly id: string;
  readonly class: CriterionClass;
  /** The facts it reads: its evidence. */
  readonly data: readonly FactKey[];
  readonly citation: Citation;
  readonly evaluate: (stroke: StrokeCase, at: Instant, context: Context) => Verdict;
}

/** One row of an evaluation: the criterion with its verdict. Evidence = the case's facts named in `data`. */
export interface CriterionResult extends Verdict {
  readonly id: string;
  readonly class: CriterionClass;
  readonly data: readonly FactKey[];
  readonly citation: Citation;
}

export interface Strength {
  readonly cor?: string;
  readonly loe?: string;
}

/** A step to take, by key: 'lower-blood-pressure'. Text key `action.<key>`. */
export interface RequiredAction extends Message {
  /** The facts that call for it. */
  readonly because: readonly FactKey[];
  readonly citation?: Citation;
}

export interface Evaluation<Conclusion extends string = string> {
  /** 'thrombolysis', 'thrombectomy', … */
  readonly decision: string;
  readonly guideline: GuidelineId | null;
  readonly conclusion: Conclusion;
  readonly strength: Strength | null;
  readonly citation: Citation | null;
  /** Ids of the criteria that made the conclusion so. */
  readonly decidedBy: readonly string[];
  readonly criteria: readonly CriterionResult[];
  /**
   * Shortest list of facts that would settle it, most urgent first; empty when it is settled, or when only a step in
   * `before` is outstanding: a known value that must be corrected is not asked for here.
   */
  readonly settledBy: readonly FactKey[];
  /** What must be done before (lower the pressure, correct the glucose, re-examine). */
  readonly before: readonly RequiredAction[];
  /** Facts that rest on 'not recorded': to confirm with patient or family. */
  readonly confirm: readonly FactKey[];
  /** The instant at which the conclusion changes by itself; null when time alone does not change it. */
  readonly validUntil: Instant | null;
}

/** What the site has decided about itself; part of every audit record. */
export interface SitePolicy {
  readonly guideline: GuidelineId;
  /** IANA zone for times on cards and for dates without time of day. */
  readonly timeZone: string;
  /** Preferred agent where the guideline allows both. */
  readonly thrombolyticAgent: 'tenecteplase' | 'alteplase';
  /** 'exact' 0.25 mg/kg or 'banded' (AHA/ASA 2026 Table 7); both are always shown where they differ. */
  readonly tenecteplaseDosing: 'exact' | 'banded';
  /** Thrombectomy at this hospital or by transfer in time; null = not configured, so unknown. */
  readonly thrombectomyAccess: boolean | null;
  /** Automated perfusion software in use (AHA/ASA 2026 section 4.6.3 rec. 2); told where perfusion figures are missing. */
  readonly automatedPerfusion: boolean;
  /** Growth operator for hematoma expansion, 6 mL or 33 %: sources differ. */
  readonly hematomaExpansionOperator: '>' | '>=';
}

/** Applies a table of criteria to a case. */
export function evaluateCriteria<Context>(
  criteria: readonly Criterion<Context>[],
  stroke: StrokeCase,
  at: Instant,
  context: Context,
): CriterionResult[] {
  return criteria.map(({ id, class: kind, data, citation, evaluate }) => ({
    id,
    class: kind,
    data,
    citation,
    ...evaluate(stroke, at, context),
  }));
}
