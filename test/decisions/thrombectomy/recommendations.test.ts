/** AHA/ASA 2026 sections 4.7.2 and 4.7.3, row by row, with the values on both sides of every edge. */
import { describe, expect, it } from 'vitest';
import { RECOMMENDATIONS } from '../../../src/decisions/thrombectomy/recommendations.ts';
import { evaluate, occlusion, row } from './support.ts';
import type { Vector } from './support.ts';

const JUST_OVER = 1 / 3600;

interface Expectation {
  readonly id: string;
  readonly section: string;
  readonly cor: string;
  readonly loe: string;
  readonly conclusion: string;
  readonly base: Vector;
  readonly inside: readonly Vector[];
  readonly outside: readonly Vector[];
}

const TABLE: readonly Expectation[] = [
  {
    id: 'evt-ica-m1-0-6h-aspects-3-10',
    section: '4.7.2 rec. 1',
    cor: '1',
    loe: 'A',
    conclusion: 'recommended',
    base: { site: 'M1', hours: 3, nihss: 15, mrs: 0, aspects: 9, age: 70 },
    inside: [
      { site: 'internal-carotid' },
      { hours: 6 },
      { nihss: 6 },
      { mrs: 1 },
      { aspects: 3 },
      { aspects: 10 },
      { age: 95 },
      { aspects: 3, massEffect: true },
    ],
    outside: [
      { site: 'M2-dominant-proximal' },
      { hours: 6 + JUST_OVER },
      { nihss: 5 },
      { mrs: 2 },
      { aspects: 2 },
      { site: 'basilar' },
    ],
  },
  {
    id: 'evt-ica-m1-6-24h-aspects-6-10',
    section: '4.7.2 rec. 2',
    cor: '1',
    loe: 'A',
    conclusion: 'recommended',
    base: { site: 'M1', hours: 12, nihss: 15, mrs: 0, aspects: 8, age: 85 },
    inside: [{ hours: 6 + JUST_OVER }, { hours: 24 }, { aspects: 6 }, { nihss: 6 }, { mrs: 1 }],
    outside: [{ hours: 6 }, { hours: 24 + JUST_OVER }, { aspects: 5 }, { nihss: 5 }, { mrs: 2 }],
  },
  {
    id: 'evt-ica-m1-6-24h-aspects-3-5',
    section: '4.7.2 rec. 3',
    cor: '1',
    loe: 'A',
    conclusion: 'recommended',
    base: { site: 'internal-carotid', hours: 12, nihss: 15, mrs: 0, aspects: 4, age: 70 },
    inside: [{ aspects: 3 }, { aspects: 5 }, { age: 79 }, { hours: 24 }],
    outside: [
      { aspects: 2 },
      { aspects: 6 },
      { age: 80 },
      { massEffect: true },
      { hours: 6 },
      { hours: 24 + JUST_OVER },
      { mrs: 2 },
      { nihss: 5 },
    ],
  },
  {
    id: 'evt-ica-m1-0-6h-aspects-0-2',
    section: '4.7.2 rec. 4',
    cor: '2a',
    loe: 'B-R',
    conclusion: 'reasonable',
    base: { site: 'M1', hours: 4, nihss: 20, mrs: 0, aspects: 1, age: 70 },
    inside: [{ aspects: 0 }, { aspects: 2 }, { age: 79 }, { hours: 6 }],
    outside: [{ aspects: 3 }, { age: 80 }, { massEffect: true }, { hours: 6 + JUST_OVER }, { mrs: 2 }, { nihss: 5 }],
  },
  {
    id: 'evt-ica-m1-0-6h-prestroke-mrs-2',
    section: '4.7.2 rec. 5',
    cor: '2a',
    loe: 'B-NR',
    conclusion: 'reasonable',
    base: { site: 'M1', hours: 4, nihss: 12, mrs: 2, aspects: 8 },
    inside: [{ aspects: 6 }, { nihss: 6 }, { hours: 6 }],
    outside: [{ aspects: 5 }, { nihss: 5 }, { hours: 6 + JUST_OVER }, { mrs: 1 }, { mrs: 3 }],
  },
  {
    id: 'evt-ica-m1-0-6h-prestroke-mrs-3-4',
    section: '4.7.2 rec. 6',
    cor: '2b',
    loe: 'B-NR',
    conclusion: 'may-be-considered',
    base: { site: 'M1', hours: 4, nihss: 12, mrs: 3, aspects: 8 },
    inside: [{ mrs: 4 }, { aspects: 6 }, { hours: 6 }],
    outside: [{ mrs: 2 }, { mrs: 5 }, { aspects: 5 }, { hours: 6 + JUST_OVER }],
  },
  {
    id: 'evt-dominant-proximal-m2-0-6h',
    section: '4.7.2 rec. 7',
    cor: '2a',
    loe: 'B-NR',
    conclusion: 'reasonable',
    base: { site: 'M2-dominant-proximal', hours: 4, nihss: 12, mrs: 0, aspects: 8 },
    inside: [{ aspects: 6 }, { nihss: 6 }, { mrs: 1 }, { hours: 6 }],
    outside: [{ site: 'M2-other' }, { aspects: 5 }, { nihss: 5 }, { mrs: 2 }, { hours: 6 + JUST_OVER }],
  },
  {
    id: 'evt-distal-or-nondominant-0-6h',
    section: '4.7.2 rec. 8',
    cor: '3: No Benefit',
    loe: 'A',
    conclusion: 'not-recommended',
    base: { site: 'M2-other', hours: 3, nihss: 12 },
    inside: [{ site: 'distal-MCA' }, { site: 'ACA' }, { site: 'PCA' }, { hours: 6 }, { nihss: 3 }, { mrs: 5 }],
    outside: [{ site: 'M2-dominant-proximal' }, { hours: 6 + JUST_OVER }, { site: 'vertebral' }],
  },
  {
    id: 'evt-basilar-0-24h-nihss-10',
    section: '4.7.3 rec. 1',
    cor: '1',
    loe: 'A',
    conclusion: 'recommended',
    base: { site: 'basilar', hours: 10, nihss: 14, mrs: 0, pcAspects: 8 },
    inside: [{ hours: 2 }, { hours: 24 }, { nihss: 10 }, { mrs: 1 }, { pcAspects: 6 }],
    outside: [{ hours: 24 + JUST_OVER }, { nihss: 9 }, { mrs: 2 }, { pcAspects: 5 }, { site: 'vertebral' }],
  },
  {
    id: 'evt-basilar-0-24h-nihss-6-9',
    section: '4.7.3 rec. 2',
    cor: '2b',
    loe: 'B-R',
    conclusion: 'may-be-considered',
    base: { site: 'basilar', hours: 10, nihss: 7, mrs: 0, pcAspects: 8 },
    inside: [{ nihss: 6 }, { nihss: 9 }, { hours: 24 }, { pcAspects: 6 }],
    outside: [{ nihss: 5 }, { nihss: 10 }, { hours: 24 + JUST_OVER }, { mrs: 2 }, { pcAspects: 5 }],
  },
  {
    id: 'evt-basilar-0-24h-nihss-6-or-more',
    section: '4.7.3 rec. 2',
    cor: '2b',
    loe: 'B-R',
    conclusion: 'may-be-considered',
    base: { site: 'basilar', hours: 10, nihss: 8, lowerBound: true, mrs: 0, pcAspects: 8 },
    inside: [{ nihss: 6 }, { nihss: 9 }, { hours: 24 }, { pcAspects: 6 }],
    outside: [
      { nihss: 10 },
      { lowerBound: false },
      { nihss: 5, lowerBound: false },
      { hours: 24 + JUST_OVER },
      { mrs: 2 },
      { pcAspects: 5 },
    ],
  },
];

it('has an expectation for every recommendation of the table', () => {
  expect(RECOMMENDATIONS.map(({ id }) => id)).toEqual(TABLE.map(({ id }) => id));
});

describe.each(TABLE)('$section ($id)', ({ id, section, cor, loe, conclusion, base, inside, outside }) => {
  it.each(outside.map((change) => [JSON.stringify(change), change] as const))(
    'does not apply with %s',
    (_name, change) => {
      expect(row(evaluate(occlusion({ ...base, ...change })), id).status).toBe('notMet');
    },
  );

  it.each([base, ...inside].map((change) => [JSON.stringify(change), change] as const))(
    'applies with %s',
    (_name, change) => {
      const evaluation = evaluate(occlusion({ ...base, ...change }));
      expect(evaluation).toMatchObject({ conclusion, decidedBy: [id], strength: { cor, loe }, settledBy: [] });
      expect(evaluation.citation).toMatchObject({ source: 'aha-asa-2026', section, errataChecked: false });
    },
  );
});

it('names the part of the row that failed', () => {
  const notes = (vector: Vector) => row(evaluate(occlusion(vector)), 'evt-ica-m1-0-6h-aspects-3-10').note?.key;
  expect(notes({ site: 'basilar' })).toBe('thrombectomy-outside-site');
  expect(notes({ hours: 7 })).toBe('thrombectomy-outside-time');
  expect(notes({ nihss: 3 })).toBe('thrombectomy-outside-nihss');
  expect(notes({ mrs: 2 })).toBe('thrombectomy-outside-pre-stroke-mrs');
  expect(notes({ aspects: 2 })).toBe('thrombectomy-outside-aspects');
});

it('says on the basilar rows that transcriptions differ', () => {
  const evaluation = evaluate(occlusion({ site: 'basilar', hours: 10 }));
  expect(row(evaluation, 'evt-basilar-0-24h-nihss-10').note).toEqual({ key: 'basilar-sources-differ' });
});
