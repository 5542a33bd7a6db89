import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PERFUSION_FEATURE_NAMES, unknown } from '../../../src/case/index.ts';
import type { FactKey, StrokeFacts } from '../../../src/case/index.ts';
import {
  evaluateHemorrhagicTransformation,
  TRANSFORMATION_SCORES,
} from '../../../src/decisions/hemorrhagic-transformation/index.ts';
import type { TransformationScore } from '../../../src/decisions/hemorrhagic-transformation/index.ts';
import { SCORE_DETAILS } from '../../../src/decisions/hemorrhagic-transformation/score-items.ts';
import { runScore } from '../../../src/decisions/scores/index.ts';
import {
  aCase,
  aPolicy,
  drug,
  eligibleFacts,
  given,
  had,
  hoursAgo,
  measured,
  nihssTotal,
  noneRecorded,
  NOW,
  pressure,
  takes,
  time,
  weightOf,
} from '../../support/case-builder.ts';
import { arbitraryCase } from '../../support/arbitrary-case.ts';
import { FACT_KEYS } from '../../support/fact-keys.ts';

/** 76 years, NIHSS 16, glucose 160 mg/dL (8.9 mmol/L), 170 mmHg, dense artery, seen to fall ill two hours ago. */
const everything: Partial<StrokeFacts> = {
  age: measured(76, 'a'),
  sex: given('male'),
  nihss: nihssTotal(16),
  glucose: measured(160, 'mg/dL'),
  bloodPressure: pressure(170, 90),
  weight: weightOf(80),
  witnessedOnset: time(hoursAgo(2)),
  thrombolyticGiven: noneRecorded(),
  thrombectomyDone: noneRecorded(),
  acuteIntracranialHemorrhage: noneRecorded(),
  hemorrhageOnImaging: given(false),
  hypertension: had('hypertension', null),
  diabetes: noneRecorded(),
  atrialFibrillation: noneRecorded(),
  antiplatelet: noneRecorded(),
  hyperdenseArtery: given(true),
  earlyIschemicChange: given(false),
  hypodensityExtent: given('none'),
  occlusionSite: given('M1'),
};

const evaluate = (facts: Partial<StrokeFacts>) =>
  evaluateHemorrhagicTransformation(aCase(facts), NOW, aPolicy({ thrombolyticAgent: 'alteplase' }));
const scored = (facts: Partial<StrokeFacts>, name: string): TransformationScore => {
  const found = evaluate(facts).scores.find(({ score }) => score === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
const without = (...keys: readonly FactKey[]): Partial<StrokeFacts> => ({
  ...everything,
  ...Object.fromEntries(keys.map((key) => [key, unknown('not-recorded')])),
});

describe('published scores of hemorrhagic transformation', () => {
  it('reads points and rates from the published tables (Strbian 2012, Lou 2008, Menon 2012, Mazya 2012, Erdur 2018)', () => {
    // SEDAN: glucose 8.9 mmol/L 1, dense artery 1, age > 75 1, NIHSS >= 10 1.
    expect(scored(everything, 'SEDAN')).toMatchObject({
      state: 'computed',
      points: { low: 4, high: 4 },
      riskPercent: { low: 16.9, high: 21.7 },
      outcome: 'symptomatic-ecass-2',
    });
    // HAT: NIHSS 15–20 1; no hypodensity, no diabetes, glucose <= 200.
    expect(scored(everything, 'HAT')).toMatchObject({ points: { low: 1, high: 1 }, riskPercent: { low: 5, high: 5 } });
    // SITS-SICH: NIHSS >= 13 2, age >= 72 1, pressure >= 146 1, hypertension 1; the middle of the scale has no rate.
    expect(scored(everything, 'SITS-SICH')).toMatchObject({
      state: 'computed',
      points: { low: 5, high: 5 },
      riskPercent: null,
    });
    // RICH without its statin item: NIHSS, glucose > 125, pressure > 155.
    expect(scored(everything, 'RICH')).toMatchObject({
      state: 'range',
      points: { low: 3, high: 4 },
      riskPercent: { low: 6.3, high: 8.1 },
    });
    expect(scored(everything, 'SPAN-100')).toMatchObject({
      points: { low: 92, high: 92 },
      riskPercent: { low: 12, high: 12 },
      outcome: 'any-hemorrhage',
    });
    expect(scored(everything, 'THRIVE')).toMatchObject({
      points: { low: 4, high: 4 },
      riskPercent: null,
      outcome: 'not-hemorrhage',
      outsideCohort: ['thrombectomy-cohort'],
    });
  });

  it('does not ask for the origin of the patient: GRASPS counts both totals, neutrally, and is complete', () => {
    const grasps = scored(everything, 'GRASPS');
    const others = 8 + 15 + 4 + 18 + 40;
    expect(grasps).toMatchObject({ state: 'computed', points: { low: others, high: others + 9 }, missing: [] });
    expect(grasps.items.find(({ id }) => id === 'asian-origin')).toMatchObject({
      state: 'switched-off',
      points: { low: 0, high: 9 },
      facts: [],
    });
    expect(grasps.items.find(({ id }) => id === 'nihss')).toMatchObject({ points: { low: 40, high: 40 }, most: 42 });
  });

  it('shows both readings where sources disagree on the points for aspirin (reference: SITS-SICH 1 or 2)', () => {
    const onAspirin = { ...everything, antiplatelet: takes(drug('aspirin', 'antiplatelet', hoursAgo(20))) };
    expect(scored(onAspirin, 'SITS-SICH')).toMatchObject({
      state: 'computed',
      points: { low: 6, high: 7 },
      sourcesConflict: true,
    });
    expect(scored(everything, 'SITS-SICH').sourcesConflict).toBe(false);
  });

  it('counts a missing CT sign with 0 and with 1 point, and names it', () => {
    const open = scored(without('earlyIschemicChange'), 'SEDAN');
    expect(open).toMatchObject({
      state: 'range',
      points: { low: 4, high: 5 },
      riskPercent: { low: 16.9, high: 33.3 },
      missing: ['earlyIschemicChange'],
    });
    expect(open.rates).toEqual([
      { id: 'sich_pct_derivation', percent: { low: 21.7, high: 33.3 } },
      { id: 'sich_pct_validation', percent: { low: 16.9, high: 27.8 } },
    ]);
  });

  it('takes an NIHSS with an untestable item as a lower bound', () => {
    const open = scored({ ...everything, nihss: nihssTotal(9, true) }, 'SEDAN');
    expect(open).toMatchObject({ state: 'range', points: { low: 3, high: 4 } });
    expect(open.items.find(({ id }) => id === 'nihss')?.state).toBe('lower-bound');
    // From 21 on no further point can come.
    expect(scored({ ...everything, nihss: nihssTotal(21, true) }, 'HAT').state).toBe('computed');
  });

  it('needs diabetes or a high glucose for the one HAT item, not both', () => {
    expect(scored(without('glucose'), 'HAT')).toMatchObject({ state: 'range', points: { low: 1, high: 2 } });
    const diabetic = { ...without('glucose'), diabetes: had('diabetes', null) };
    expect(scored(diabetic, 'HAT')).toMatchObject({ state: 'computed', points: { low: 2, high: 2 } });
  });

  it('says nothing when nothing is known', () => {
    const { scores, spread } = evaluate({});
    expect(spread).toBeNull();
    for (const score of scores)
      expect(score).toMatchObject({ state: 'nothing-known', points: null, riskPercent: null });
  });

  it('spreads only rates of symptomatic hemorrhage, over all scores that publish one', () => {
    expect(evaluate(everything).spread).toEqual({
      low: 5,
      high: 23.3,
      scores: ['SEDAN', 'HAT', 'GRASPS', 'RICH'],
      widened: true,
    });
  });

  it('refuses a value outside what a score accepts', () => {
    expect(scored({ ...everything, age: measured(16, 'a') }, 'SEDAN')).toMatchObject({
      state: 'outside-range',
      points: null,
      outsideCohort: ['age-below-18'],
    });
  });
});

describe('points by item', () => {
  it('add up to the total of the published table, for any inputs', () => {
    fc.assert(
      fc.property(arbitraryCase, (stroke) => {
        for (const score of evaluateHemorrhagicTransformation(stroke, NOW, aPolicy()).scores) {
          if (score.points === null) continue;
          const sum = (end: 'low' | 'high') => score.items.reduce((total, { points }) => total + points[end], 0);
          expect([score.score, sum('low'), sum('high')]).toEqual([score.score, score.points.low, score.points.high]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each(TRANSFORMATION_SCORES)('%s: the ends of the scale are those of the items', (name) => {
    const { items, scale } = SCORE_DETAILS[name];
    const at = (end: 'lowest' | 'highest') => {
      const result = runScore(name, Object.assign({}, ...items.map((item) => item[end])) as Record<string, unknown>);
      if (result.status !== 'computed') throw new Error('not computed');
      return result['points'] ?? result['points_high'] ?? result['index'];
    };
    expect([at('lowest'), at('highest')]).toEqual([scale.low, scale.high]);
  });
});

describe('a gap', () => {
  it('never lowers the upper end nor raises the lower end of points, rate or spread', () => {
    const keys = Object.keys(everything) as FactKey[];
    fc.assert(
      fc.property(
        fc.record({
          age: fc.integer({ min: 18, max: 100 }),
          nihss: fc.integer({ min: 0, max: 42 }),
          glucose: fc.integer({ min: 50, max: 400 }),
          systolic: fc.integer({ min: 90, max: 240 }),
          weight: fc.integer({ min: 40, max: 150 }),
          dense: fc.boolean(),
          early: fc.boolean(),
        }),
        fc.subarray(keys.filter((key) => !['acuteIntracranialHemorrhage', 'thrombolyticGiven'].includes(key))),
        (v, gaps) => {
          const facts: Partial<StrokeFacts> = {
            ...everything,
            age: measured(v.age, 'a'),
            nihss: nihssTotal(v.nihss),
            glucose: measured(v.glucose, 'mg/dL'),
            bloodPressure: pressure(v.systolic, 80),
            weight: weightOf(v.weight),
            hyperdenseArtery: given(v.dense),
            earlyIschemicChange: given(v.early),
          };
          const full = evaluate(facts);
          const gappy = evaluate({
            ...facts,
            ...Object.fromEntries(gaps.map((key) => [key, unknown('not-recorded')])),
          });
          gappy.scores.forEach((open, i) => {
            const whole = full.scores[i];
            for (const [a, b] of [
              [open.points, whole?.points],
              [open.riskPercent, whole?.riskPercent],
            ] as const) {
              if (a == null || b == null) continue;
              expect(a.high).toBeGreaterThanOrEqual(b.high);
              expect(a.low).toBeLessThanOrEqual(b.low);
            }
          });
          if (gappy.spread !== null && full.spread !== null) {
            expect(gappy.spread.high).toBeGreaterThanOrEqual(full.spread.high);
            expect(gappy.spread.low).toBeLessThanOrEqual(full.spread.low);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('in the facts of other decisions changes nothing, nor does such a fact', () => {
    const read = new Set<FactKey>([
      ...TRANSFORMATION_SCORES.flatMap((name) => scored(everything, name).items.flatMap(({ facts }) => facts)),
      ...['thrombolyticGiven', 'thrombectomyDone', 'acuteIntracranialHemorrhage', 'hemorrhageOnImaging'],
      ...['witnessedOnset', 'lastKnownWell', 'symptomRecognition', 'occlusionSite'],
      ...['nihssCourse', 'bloodPressureCourse', ...PERFUSION_FEATURE_NAMES],
    ] as FactKey[]);
    const others = FACT_KEYS.filter((key) => !read.has(key));
    expect(others.length).toBeGreaterThan(60);
    const rich = { ...eligibleFacts(), ...everything };
    const poor = { ...rich, ...Object.fromEntries(others.map((key) => [key, unknown('not-read')])) };
    expect(evaluate(poor)).toEqual(evaluate(rich));
  });
});
