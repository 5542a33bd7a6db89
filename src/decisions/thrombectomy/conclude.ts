import type { FactKey } from '../../case/index.ts';
import type { Citation, CriterionResult, Strength } from '../evaluation.ts';
import { AGE_BELOW_18 } from './gates.ts';
import { CONCLUSION_OF_ROW } from './recommendations.ts';

/** 'no-guideline-recommendation': no row covers the case (a child: none does); that is not a 'no' but an individual decision. */
export const THROMBECTOMY_CONCLUSIONS = [
  'recommended',
  'reasonable',
  'may-be-considered',
  'not-recommended',
  'not-applicable',
  'no-guideline-recommendation',
  'undecided',
] as const;
export type ThrombectomyConclusion = (typeof THROMBECTOMY_CONCLUSIONS)[number];

export interface ThrombectomyVerdict {
  readonly conclusion: ThrombectomyConclusion;
  readonly strength: Strength | null;
  readonly citation: Citation | null;
  readonly decidedBy: readonly string[];
  /** Facts that would settle it, unordered; empty unless undecided. */
  readonly openFacts: readonly FactKey[];
}

/** Each of them ends the question; unknown, each of them forbids a yes. */
const EXCLUSIONS = ['hemorrhage-excludes-thrombectomy', 'no-vessel-occlusion', 'thrombectomy-already-done'];
const STRENGTH_ORDER: readonly ThrombectomyConclusion[] = ['recommended', 'reasonable', 'may-be-considered'];

/**
 * The conclusion as a total function of the criteria's statuses: any combination has exactly one answer.
 * Trial criteria and access to thrombectomy are evidence; they do not enter here.
 */
export function concludeThrombectomy(results: readonly CriterionResult[]): ThrombectomyVerdict {
  const gate = (id: string): CriterionResult | undefined => results.find((result) => result.id === id);
  const exclusions = EXCLUSIONS.flatMap((id) => gate(id) ?? []);
  const present = exclusions.filter((result) => result.status === 'met');
  if (present.length > 0) return answer('not-applicable', present);

  const child = gate(AGE_BELOW_18);
  if (child?.status === 'met') return answer('no-guideline-recommendation', [child]);

  // The site is asked for by the rows themselves, so an unknown site is not counted twice.
  const openGates = exclusions.filter((r) => r.status === 'unknown' && r.id !== 'no-vessel-occlusion');
  const rows = results.filter((result) => CONCLUSION_OF_ROW.has(result.id));
  const offering = rows
    .filter((row) => strengthRank(row) < STRENGTH_ORDER.length)
    .sort((a, b) => strengthRank(a) - strengthRank(b));

  const best = offering.find((row) => row.status === 'met');
  if (best !== undefined) {
    return openGates.length > 0 ? undecided(openGates) : answer(conclusionOf(best), [best]);
  }
  const against = rows.find((row) => row.status === 'met');
  if (against !== undefined) return answer(conclusionOf(against), [against]);

  const open = offering.filter((row) => row.status === 'unknown');
  const nearest = open.reduce<CriterionResult | undefined>(
    (least, row) => (least === undefined || missingCount(row) < missingCount(least) ? row : least),
    undefined,
  );
  if (nearest !== undefined) return undecided([...openGates, nearest]);

  const vessel = gate('vessel-imaging-missing');
  if (vessel?.status === 'met') return undecided([...openGates, vessel]);
  const close = rows.filter((row) => row.note?.key !== 'thrombectomy-outside-site');
  return answer('no-guideline-recommendation', close);
}

const conclusionOf = (row: CriterionResult): ThrombectomyConclusion => CONCLUSION_OF_ROW.get(row.id) ?? 'undecided';

function strengthRank(row: CriterionResult): number {
  const rank = STRENGTH_ORDER.indexOf(conclusionOf(row));
  return rank === -1 ? STRENGTH_ORDER.length : rank;
}

const missingCount = (row: CriterionResult): number => row.missing?.length ?? 0;

function answer(conclusion: ThrombectomyConclusion, because: readonly CriterionResult[]): ThrombectomyVerdict {
  const citation = because[0]?.citation ?? null;
  const guidelineSpeaks = conclusion !== 'not-applicable' && conclusion !== 'no-guideline-recommendation';
  const strength: Strength | null =
    citation === null || !guidelineSpeaks
      ? null
      : {
          ...(citation.cor === undefined ? {} : { cor: citation.cor }),
          ...(citation.loe === undefined ? {} : { loe: citation.loe }),
        };
  return { conclusion, strength, citation, decidedBy: because.map((result) => result.id), openFacts: [] };
}

function undecided(because: readonly CriterionResult[]): ThrombectomyVerdict {
  return {
    conclusion: 'undecided',
    strength: null,
    citation: null,
    decidedBy: because.map((result) => result.id),
    openFacts: [...new Set(because.flatMap((result) => result.missing ?? []))],
  };
}
