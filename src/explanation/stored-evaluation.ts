/**
 * An evaluation as the audit record keeps it: every fact with its sources and every conclusion, without what the version
 * already says (names of criteria, citations, where an unknown fact would be found). From it the case is restored
 * exactly enough to decide again, so that the basis page shows today what the card showed then.
 */
import { NO_IMAGING } from '../case/index.ts';
import type { Fact, FactKey, Instant, PatientImaging, StrokeCase, StrokeFacts, Unknown } from '../case/index.ts';
import { isFailed, type Decisions, type Guarded } from '../decisions/decide.ts';
import type { Evaluation, SitePolicy, Strength } from '../decisions/evaluation.ts';
import type { CasePredictions } from '../decisions/prediction.ts';
import type { RecordVersions } from './evaluation-record.ts';
import { storeSubtype, type StoredSubtype } from './stored-subtype.ts';
import { restorePredictions, storePredictions, type StoredPredictions } from './stored-predictions.ts';
import { storePrognosis, type StoredPrognosis } from './stored-prognosis.ts';

export interface StoredConclusion {
  readonly conclusion: string;
  readonly guideline: string | null;
  readonly strength: Strength | null;
  readonly decidedBy: readonly string[];
  readonly met: readonly string[];
  readonly unknown: readonly string[];
  readonly settledBy: readonly FactKey[];
  readonly before: readonly string[];
  readonly validUntil: Instant | null;
}

export interface StoredTransformation {
  readonly setting: string;
  readonly scores: Readonly<
    Record<string, { readonly points: readonly number[] | null; readonly percent: readonly number[] | null }>
  >;
  readonly missing: readonly FactKey[];
}

export interface StoredFacts {
  /** Known and conflicting facts as they were. */
  readonly stated: Readonly<Partial<Record<FactKey, Fact<unknown>>>>;
  /** Complete lists that held nothing of the kind. */
  readonly noneRecorded: readonly FactKey[];
  /** By reason; entries that were rejected keep what they were. */
  readonly unknown: Readonly<Partial<Record<Unknown['why'], readonly FactKey[]>>>;
  readonly rejected: Readonly<Partial<Record<FactKey, string>>>;
}

export interface StoredEvaluation {
  readonly format: 1;
  readonly at: Instant;
  readonly stroke: Omit<StrokeCase, 'facts' | 'imaging' | 'orders'> & {
    readonly facts: StoredFacts;
    /** Absent where none stood, and in records of before. */
    readonly orders?: StrokeCase['orders'];
    /** Absent where the pipelines had nothing of the patient, and in records of before. */
    readonly imaging?: PatientImaging;
  };
  readonly policy: SitePolicy;
  /** Null when nothing pointed to an acute stroke. */
  readonly conclusions: Readonly<Record<string, StoredConclusion | { readonly failed: string }>> | null;
  /** Milligrams, as shown; null when none was calculated. */
  readonly dose: {
    readonly tenecteplaseExact: number;
    readonly tenecteplaseBand: number;
    readonly alteplase: number;
  } | null;
  readonly guidelineDifferences: Readonly<Record<string, string>>;
  /** Lowest and highest points and percent of each score as shown; absent in records of before. */
  readonly hemorrhagicTransformation?: StoredTransformation | { readonly failed: string } | null;
  /** The 90-day outlook as shown, in shares; absent in records of before. */
  readonly prognosis?: StoredPrognosis | { readonly failed: string } | null;
  /** What trained models said, shadow models included; absent where none is installed. */
  readonly predictions?: StoredPredictions;
  /** Absent in records of before. */
  readonly subtype?: StoredSubtype | null;
  readonly versions: RecordVersions;
}

function isNoneRecorded(fact: Fact<unknown>): boolean {
  return (
    fact.status === 'known' && fact.basis === 'not-recorded' && Array.isArray(fact.value) && fact.value.length === 0
  );
}

function storeFacts(facts: StrokeFacts): StoredFacts {
  const stated: Partial<Record<FactKey, Fact<unknown>>> = {};
  const noneRecorded: FactKey[] = [];
  const unknown: Partial<Record<Unknown['why'], FactKey[]>> = {};
  const rejected: Partial<Record<FactKey, string>> = {};
  for (const key of Object.keys(facts) as FactKey[]) {
    const fact: Fact<unknown> = facts[key];
    if (fact.status === 'unknown') {
      (unknown[fact.why] ??= []).push(key);
      if (fact.about !== undefined) rejected[key] = fact.about;
    } else if (isNoneRecorded(fact)) noneRecorded.push(key);
    else stated[key] = fact;
  }
  return { stated, noneRecorded, unknown, rejected };
}

function storeConclusion(evaluation: Evaluation): StoredConclusion {
  const ids = (status: string): string[] =>
    evaluation.criteria.flatMap((row) => (row.status === status ? [row.id] : []));
  return {
    conclusion: evaluation.conclusion,
    guideline: evaluation.guideline,
    strength: evaluation.strength,
    decidedBy: evaluation.decidedBy,
    met: ids('met'),
    unknown: ids('unknown'),
    settledBy: evaluation.settledBy,
    before: evaluation.before.map(({ key }) => key),
    validUntil: evaluation.validUntil,
  };
}

function storeConclusions(decisions: Decisions): NonNullable<StoredEvaluation['conclusions']> {
  const { thrombolysis, thrombectomy, hemorrhage, complications } = decisions;
  const stored: Record<string, StoredConclusion | { readonly failed: string }> = {};
  const store = (name: string, outcome: Guarded<Evaluation> | null): void => {
    if (outcome === null) return;
    stored[name] = isFailed(outcome) ? { failed: outcome.errorId } : storeConclusion(outcome);
  };
  store('thrombolysis', thrombolysis);
  store('thrombectomy', thrombectomy);
  store('hemorrhage', hemorrhage);
  if (isFailed(complications)) store('complications', complications);
  else if (complications !== null) {
    store('monitoring', complications.monitoring);
    store('hemorrhage-after-thrombolysis', complications.hemorrhage);
    store('angioedema', complications.angioedema);
  }
  return stored;
}

const ends = (span: { readonly low: number; readonly high: number } | null): readonly number[] | null =>
  span === null ? null : [span.low, span.high];

function storeTransformation(
  outcome: Decisions['hemorrhagicTransformation'],
): NonNullable<StoredEvaluation['hemorrhagicTransformation']> {
  if (isFailed(outcome)) return { failed: outcome.errorId };
  const { setting, scores, missing } = outcome;
  const rows = scores.map(({ score, points, riskPercent }) => {
    return [score, { points: ends(points), percent: ends(riskPercent) }] as const;
  });
  return { setting, scores: Object.fromEntries(rows), missing };
}

function storeCase({ facts, imaging, orders, ...rest }: StrokeCase): StoredEvaluation['stroke'] {
  const stored = { ...rest, facts: storeFacts(facts), ...(orders.length === 0 ? {} : { orders }) };
  return imaging.findings.length + imaging.progress.length === 0 ? stored : { ...stored, imaging };
}

export function storeEvaluation(
  stroke: StrokeCase,
  decisions: Decisions | null,
  at: Instant,
  policy: SitePolicy,
  versions: RecordVersions,
  predictions?: CasePredictions,
): StoredEvaluation {
  const dose = decisions?.dose;
  const differences = decisions?.guidelineDifferences;
  return {
    format: 1,
    at,
    stroke: storeCase(stroke),
    policy,
    conclusions: decisions === null ? null : storeConclusions(decisions),
    dose:
      dose === undefined || isFailed(dose) || dose.status !== 'calculated'
        ? null
        : {
            tenecteplaseExact: dose.tenecteplase.exact.doseMg,
            tenecteplaseBand: dose.tenecteplase.band.doseMg,
            alteplase: dose.alteplase.totalMg,
          },
    guidelineDifferences:
      differences === undefined || isFailed(differences)
        ? {}
        : Object.fromEntries(differences.map(({ guideline, conclusion }) => [guideline, conclusion])),
    hemorrhagicTransformation: decisions === null ? null : storeTransformation(decisions.hemorrhagicTransformation),
    prognosis: decisions === null ? null : storePrognosis(decisions.prognosis),
    ...(predictions === undefined ? {} : { predictions: storePredictions(predictions) }),
    subtype: decisions === null ? null : storeSubtype(decisions.subtype),
    versions,
  };
}

/** What the models said then; undefined where none was asked. */
export function predictionsOf({ predictions }: StoredEvaluation): CasePredictions | undefined {
  return predictions === undefined ? undefined : restorePredictions(predictions);
}

/** The case of a stored evaluation; unknown facts no longer say under which codes they would be found. */
export function restoreCase({ stroke }: StoredEvaluation): StrokeCase {
  const { stated, noneRecorded, unknown, rejected } = stroke.facts;
  const facts: Partial<Record<FactKey, Fact<unknown>>> = { ...stated };
  for (const key of noneRecorded) {
    facts[key] = { status: 'known', value: [], at: null, sources: [], basis: 'not-recorded' };
  }
  for (const why of Object.keys(unknown) as Unknown['why'][]) {
    for (const key of unknown[why] ?? []) {
      const about = rejected[key];
      facts[key] = {
        status: 'unknown',
        why,
        sources: [],
        wouldBeFoundIn: [],
        ...(about === undefined ? {} : { about }),
      };
    }
  }
  return { ...stroke, facts: facts as StrokeFacts, orders: stroke.orders ?? [], imaging: stroke.imaging ?? NO_IMAGING };
}
