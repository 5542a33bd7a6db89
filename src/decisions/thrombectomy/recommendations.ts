/** AHA/ASA 2026 sections 4.7.2 and 4.7.3: who is offered thrombectomy, one row per recommendation. */
import type { FactKey } from '../../case/index.ts';
import type { Citation, Criterion } from '../evaluation.ts';
import type { StrokeClock } from '../stroke-state/clock.ts';
import { aha2026 } from './citations.ts';
import {
  ageBelow,
  aspectsBetween,
  conjunction,
  nihssAtLeast,
  nihssBetween,
  nihssOpenAcross,
  noMassEffect,
  pcAspectsAtLeast,
  preStrokeMrsIs,
  siteIs,
  timeWithin,
} from './parts.ts';
import type { PartCheck } from './parts.ts';

export type RecommendationConclusion = 'recommended' | 'reasonable' | 'may-be-considered' | 'not-recommended';

export interface Recommendation {
  readonly id: string;
  /** What the guideline says when every part is met. */
  readonly conclusion: RecommendationConclusion;
  readonly parts: readonly PartCheck[];
  readonly data: readonly FactKey[];
  readonly citation: Citation;
}

const CLOCK: readonly FactKey[] = ['lastKnownWell', 'witnessedOnset', 'wakeUpStroke'];
const ANTERIOR: readonly FactKey[] = ['occlusionSite', ...CLOCK, 'nihss', 'preStrokeMrs', 'aspects'];
const LARGE_CORE: readonly FactKey[] = [...ANTERIOR, 'age', 'massEffect'];
const BASILAR: readonly FactKey[] = ['occlusionSite', ...CLOCK, 'nihss', 'preStrokeMrs', 'pcAspects'];

const icaOrM1 = siteIs('internal-carotid', 'M1');

/** Ordered by strength within each site, as the guideline prints them. */
export const RECOMMENDATIONS: readonly Recommendation[] = [
  {
    id: 'evt-ica-m1-0-6h-aspects-3-10',
    conclusion: 'recommended',
    parts: [icaOrM1, timeWithin(0, 6), nihssAtLeast(6), preStrokeMrsIs(0, 1), aspectsBetween(3, 10)],
    data: ANTERIOR,
    citation: aha2026('4.7.2 rec. 1', '1', 'A'),
  },
  {
    id: 'evt-ica-m1-6-24h-aspects-6-10',
    conclusion: 'recommended',
    parts: [icaOrM1, timeWithin(6, 24), nihssAtLeast(6), preStrokeMrsIs(0, 1), aspectsBetween(6, 10)],
    data: ANTERIOR,
    citation: aha2026('4.7.2 rec. 2', '1', 'A'),
  },
  {
    id: 'evt-ica-m1-6-24h-aspects-3-5',
    conclusion: 'recommended',
    parts: [
      icaOrM1,
      timeWithin(6, 24),
      nihssAtLeast(6),
      preStrokeMrsIs(0, 1),
      aspectsBetween(3, 5),
      ageBelow(80),
      noMassEffect,
    ],
    data: LARGE_CORE,
    citation: aha2026('4.7.2 rec. 3', '1', 'A'),
  },
  {
    id: 'evt-ica-m1-0-6h-aspects-0-2',
    conclusion: 'reasonable',
    parts: [
      icaOrM1,
      timeWithin(0, 6),
      nihssAtLeast(6),
      preStrokeMrsIs(0, 1),
      aspectsBetween(0, 2),
      ageBelow(80),
      noMassEffect,
    ],
    data: LARGE_CORE,
    citation: aha2026('4.7.2 rec. 4', '2a', 'B-R'),
  },
  {
    id: 'evt-ica-m1-0-6h-prestroke-mrs-2',
    conclusion: 'reasonable',
    parts: [icaOrM1, timeWithin(0, 6), nihssAtLeast(6), preStrokeMrsIs(2), aspectsBetween(6, 10)],
    data: ANTERIOR,
    citation: aha2026('4.7.2 rec. 5', '2a', 'B-NR'),
  },
  {
    id: 'evt-ica-m1-0-6h-prestroke-mrs-3-4',
    conclusion: 'may-be-considered',
    parts: [icaOrM1, timeWithin(0, 6), nihssAtLeast(6), preStrokeMrsIs(3, 4), aspectsBetween(6, 10)],
    data: ANTERIOR,
    citation: aha2026('4.7.2 rec. 6', '2b', 'B-NR'),
  },
  {
    id: 'evt-dominant-proximal-m2-0-6h',
    conclusion: 'reasonable',
    parts: [
      siteIs('M2-dominant-proximal'),
      timeWithin(0, 6),
      nihssAtLeast(6),
      preStrokeMrsIs(0, 1),
      aspectsBetween(6, 10),
    ],
    data: ANTERIOR,
    citation: aha2026('4.7.2 rec. 7', '2a', 'B-NR'),
  },
  {
    id: 'evt-distal-or-nondominant-0-6h',
    conclusion: 'not-recommended',
    parts: [siteIs('M2-other', 'distal-MCA', 'ACA', 'PCA'), timeWithin(0, 6)],
    data: ['occlusionSite', ...CLOCK],
    citation: aha2026('4.7.2 rec. 8', '3: No Benefit', 'A'),
  },
  {
    id: 'evt-basilar-0-24h-nihss-10',
    conclusion: 'recommended',
    parts: [siteIs('basilar'), timeWithin(0, 24), nihssAtLeast(10), preStrokeMrsIs(0, 1), pcAspectsAtLeast(6)],
    data: BASILAR,
    citation: aha2026('4.7.3 rec. 1', '1', 'A'),
  },
  {
    id: 'evt-basilar-0-24h-nihss-6-9',
    conclusion: 'may-be-considered',
    parts: [siteIs('basilar'), timeWithin(0, 24), nihssBetween(6, 9), preStrokeMrsIs(0, 1), pcAspectsAtLeast(6)],
    data: BASILAR,
    citation: aha2026('4.7.3 rec. 2', '2b', 'B-R'),
  },
  {
    // One of the two rows above holds, and which of them an untestable item hides: the weaker one is what is sure.
    id: 'evt-basilar-0-24h-nihss-6-or-more',
    conclusion: 'may-be-considered',
    parts: [siteIs('basilar'), timeWithin(0, 24), nihssOpenAcross(6, 10), preStrokeMrsIs(0, 1), pcAspectsAtLeast(6)],
    data: BASILAR,
    citation: aha2026('4.7.3 rec. 2', '2b', 'B-R'),
  },
];

/** Transcriptions differ on the basilar rows (one splits 0–6 h and 6–24 h): the row says so where it applies. */
const BASILAR_NOTE = { key: 'basilar-sources-differ' };

export const RECOMMENDATION_CRITERIA: readonly Criterion<StrokeClock>[] = RECOMMENDATIONS.map((row) => ({
  id: row.id,
  class: row.conclusion === 'not-recommended' ? 'relative' : 'benefit',
  data: row.data,
  citation: row.citation,
  evaluate: (stroke, at, clock) => {
    const verdict = conjunction(row.parts, stroke, at, clock);
    return verdict.status === 'met' && row.id.startsWith('evt-basilar') ? { ...verdict, note: BASILAR_NOTE } : verdict;
  },
}));

/** What the guideline says when a row is met, by row id. */
export const CONCLUSION_OF_ROW: ReadonlyMap<string, RecommendationConclusion> = new Map(
  RECOMMENDATIONS.map((row) => [row.id, row.conclusion]),
);
