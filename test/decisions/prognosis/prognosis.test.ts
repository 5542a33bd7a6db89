import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { known, unknown } from '../../../src/case/index.ts';
import type { FactKey, StrokeFacts } from '../../../src/case/index.ts';
import { activePrediction } from '../../../src/decisions/active-prediction.ts';
import { meanMrs, upTo } from '../../../src/decisions/prognosis/distribution.ts';
import { evaluatePrognosis, PROGNOSIS_SCORES } from '../../../src/decisions/prognosis/index.ts';
import type { Prognosis, PrognosisScoreName } from '../../../src/decisions/prognosis/index.ts';
import { trialControlRisk } from '../../../src/decisions/prognosis/trial-controls.ts';
import type { CasePredictions, ModelPrediction } from '../../../src/decisions/prediction.ts';
import { arbitraryCase } from '../../support/arbitrary-case.ts';
import {
  aCase,
  daysAgo,
  drug,
  event,
  given,
  had,
  hoursAgo,
  measured,
  minutesAgo,
  nihssTotal,
  NOW,
  takes,
  time,
} from '../../support/case-builder.ts';
import { effectOf, everything, must, onArrival, outlook, outlookOfCase, RECOMMENDED } from './support.ts';

const scoreOf = (prognosis: Prognosis, name: PrognosisScoreName) =>
  must(prognosis.scores.find(({ score }) => score === name));
const without = (...keys: readonly FactKey[]): Partial<StrokeFacts> =>
  Object.fromEntries(keys.map((key) => [key, unknown('not-recorded')]));
const reading = (prognosis: Prognosis, id: string) => prognosis.readings.find((r) => r.id === id);

describe('scores side by side', () => {
  const prognosis = outlook();

  it('computes each of them with its own outcome and cohort', () => {
    expect(prognosis.scores.map(({ score }) => score)).toEqual([...PROGNOSIS_SCORES]);
    // ASTRAL: 71/5 = 14, NIHSS 12, within 3 h 0, visual field 2, glucose 8.3 mmol/L 1, alert 0 (Ntaios 2012).
    expect(scoreOf(prognosis, 'ASTRAL')).toMatchObject({ state: 'computed', points: { low: 29, high: 29 } });
    // DRAGON: dense artery 1, age 65–79 1, glucose above 8 mmol/L 1, over 90 min 1, NIHSS 10–15 2 (Strbian 2012).
    expect(scoreOf(prognosis, 'DRAGON')).toMatchObject({ points: { low: 6, high: 6 }, published: [] });
    // THRIVE: NIHSS 11–20 2, age 60–79 1 (Flint 2010).
    expect(scoreOf(prognosis, 'THRIVE')).toMatchObject({ points: { low: 3, high: 3 }, published: [] });
    expect(scoreOf(prognosis, 'SPAN-100')).toMatchObject({ points: { low: 83, high: 83 } });
    expect(scoreOf(prognosis, 'SPAN-100').published[0]?.probability.low).toBeCloseTo(0.554, 9);
    // HIAT2: age 60–79 2, NIHSS 11–20 1, glucose from 150 mg/dL 1 (Sarraj 2013).
    expect(scoreOf(prognosis, 'HIAT2')).toMatchObject({ points: { low: 4, high: 4 }, published: [] });
    expect(new Set(prognosis.scores.map(({ cohortTreatment }) => cohortTreatment)).size).toBe(4);
  });

  it('points of the items add up to the total', () => {
    for (const { items, points } of prognosis.scores) {
      expect(items.reduce((sum, item) => sum + item.points.low, 0)).toBeCloseTo(must(points).low, 9);
      expect(items.reduce((sum, item) => sum + item.points.high, 0)).toBeCloseTo(must(points).high, 9);
    }
  });

  it('an unknown item never counts 0: the points span its lowest and its highest class', () => {
    const blind = outlook(without('nihssItems', 'glucose'));
    expect(scoreOf(blind, 'ASTRAL')).toMatchObject({ state: 'range', points: { low: 26, high: 32 } });
    expect(scoreOf(blind, 'ASTRAL').missing).toEqual(['nihssItems', 'glucose']);
    // PLAN without the items: 7 for age, and up to 5 + 2 + 2 + 1 more, beside the histories that are not known.
    expect(scoreOf(blind, 'PLAN').points?.low).toBe(7);
    expect(must(reading(blind, 'astral-curve')).risk.high).toBeGreaterThan(
      must(reading(prognosis, 'astral-curve')).risk.high,
    );
  });

  it('gives no rate where a part of the range has none published: HIAT2 publishes one from 5 points on', () => {
    const open = scoreOf(outlook(without('aspects', 'glucose')), 'HIAT2');
    expect(open.points?.low).toBeLessThan(5);
    expect(open.points?.high).toBeGreaterThanOrEqual(5);
    expect(open.published).toEqual([]);
  });

  it('the two readings of age/5 are both inside (72/5 is 14 or, rounded, 14; 73/5 is 14 or 15)', () => {
    expect(scoreOf(outlook({ age: measured(73, 'a') }), 'ASTRAL').points).toEqual({ low: 29, high: 30 });
  });

  it('flags who is unlike the cohort', () => {
    expect(scoreOf(prognosis, 'THRIVE').outsideCohort).toEqual(['not-treated-so']);
    expect(scoreOf(outlook({ preStrokeMrs: given(3) }), 'ASTRAL').outsideCohort).toEqual(['dependent-before-stroke']);
    expect(scoreOf(outlook({ witnessedOnset: time(hoursAgo(4)) }), 'SPAN-100').outsideCohort).toContain(
      'onset-to-treatment-over-3-hours',
    );
    expect(scoreOf(outlook({ occlusionSite: given('basilar') }), 'DRAGON').outsideCohort).toContain(
      'basilar-occlusion',
    );
    expect(scoreOf(outlook({ occlusionSite: given('none') }), 'THRIVE').outsideCohort).toContain(
      'no-large-vessel-occlusion',
    );
    expect(scoreOf(outlook(without('witnessedOnset')), 'DRAGON').outsideCohort).toContain('onset-time-unknown');
    const late = { witnessedOnset: time(hoursAgo(30)), arrival: time(hoursAgo(1)) };
    expect(scoreOf(outlook(late), 'ASTRAL').outsideCohort).toContain('admitted-after-24-hours');
  });
});

describe('the individual without treatment', () => {
  it('has the risk of the trials’ control arms, with ASTRAL inside the range', () => {
    const prognosis = outlook();
    const { independent, distributions } = must(prognosis.untreated);
    expect(1 - must(independent.value)).toBeCloseTo(trialControlRisk(71, 12), 9);
    expect(1 - upTo(must(distributions[0]?.central), 2)).toBeCloseTo(trialControlRisk(71, 12), 9);
    const risks = prognosis.readings.flatMap(({ risk }) => [risk.low, risk.high]);
    expect(independent.low).toBeCloseTo(1 - Math.max(...risks), 9);
    expect(independent.high).toBeCloseTo(1 - Math.min(...risks), 9);
    expect(prognosis.readings.map(({ id }) => id)).toEqual(['astral-curve', 'astral-observed', 'trial-controls']);
    expect(prognosis.notes).toContain('prognosis-astral-more-favorable');
  });

  it('takes ASTRAL for a deficit judged not disabling, which the trials did not enroll', () => {
    const mild = outlook({ nihss: onArrival({ total: 3, isLowerBound: false }), disablingDeficit: given(false) });
    expect(reading(mild, 'trial-controls')).toBeUndefined();
    expect(mild.explanation?.reading).toBe('astral-curve');
    expect(mild.notes[0]).toBe('prognosis-method-astral');
    // 14 for age, 3, visual field 2, glucose 1: 20 points, 12.9 % with mRS 3 to 6.
    expect(must(must(mild.untreated).independent.value)).toBeCloseTo(0.871, 3);
  });

  it('takes ASTRAL for NIHSS 0 as well', () => {
    const none = outlook({ nihss: onArrival({ total: 0, isLowerBound: false }) });
    expect(none.explanation?.reading).toBe('astral-curve');
  });

  it('reads DRAGON with the effect of its treatment taken off, where it has a rate', () => {
    const good = {
      age: measured(60, 'a'),
      nihss: onArrival({ total: 8, isLowerBound: false }),
      hyperdenseArtery: onArrival(false),
      glucose: measured(110, 'mg/dL', hoursAgo(1)),
    };
    // NIHSS 5–9 1, over 90 min 1: 2 points, 88 % with mRS 0–2 after alteplase.
    const prognosis = outlook(good);
    expect(scoreOf(prognosis, 'DRAGON').published[0]?.probability.low).toBeCloseTo(0.88, 9);
    const { risk } = must(reading(prognosis, 'dragon-less-thrombolysis'));
    expect(risk.low).toBeGreaterThan(0.12);
    expect(risk.high).toBeLessThan(0.25);
    // Eight points and more: 0 %, of which no odds can be made.
    expect(
      reading(
        outlook({ age: measured(85, 'a'), nihss: onArrival({ total: 20, isLowerBound: false }) }),
        'dragon-less-thrombolysis',
      ),
    ).toBeUndefined();
  });

  it('is shown by both references when the occlusion is not known, without a mixture', () => {
    const prognosis = outlook(without('occlusionSite'));
    const { distributions, independent, death } = must(prognosis.untreated);
    expect(distributions.map(({ occlusion }) => occlusion)).toEqual(['large-vessel', 'no-large-vessel']);
    expect(independent.value).not.toBeNull();
    expect(death.value).toBeNull();
    expect(death.low).toBeLessThan(death.high);
    expect(prognosis.occlusion).toBe('unknown');
    expect(prognosis.notes).toContain('prognosis-occlusion-unknown');
  });

  it('gives no single value where the NIHSS is a lower bound, and spans up to 42', () => {
    const { independent } = must(outlook({ nihss: onArrival({ total: 12, isLowerBound: true }) }).untreated);
    expect(independent.value).toBeNull();
    expect(independent.low).toBeLessThan(0.05);
  });

  it('says nothing without age or NIHSS, and names them', () => {
    for (const key of ['age', 'nihss'] as const) {
      const prognosis = outlook(without(key));
      expect(prognosis).toMatchObject({
        status: 'insufficient-data',
        untreated: null,
        treatments: [],
        asTreated: null,
      });
      expect(prognosis.missing).toContain(key);
    }
    expect(outlook({ age: measured(12, 'a') }).status).toBe('insufficient-data');
  });

  it('is never better with a higher NIHSS or a higher age, all else equal', () => {
    const anyAge = fc.integer({ min: 18, max: 104 });
    const anyNihss = fc.integer({ min: 0, max: 41 });
    fc.assert(
      fc.property(anyAge, anyNihss, fc.constantFrom('M1', 'none'), fc.boolean(), (age, total, site, disabling) => {
        const of = (years: number, points: number) =>
          must(
            outlook({
              age: measured(years, 'a'),
              nihss: onArrival({ total: points, isLowerBound: false }),
              occlusionSite: given(site),
              disablingDeficit: given(disabling),
            }).untreated,
          );
        const base = of(age, total);
        for (const worse of [of(age, total + 1), of(age + 1, total)]) {
          expect(must(worse.independent.value)).toBeLessThanOrEqual(must(base.independent.value) + 1e-12);
          expect(must(worse.death.value)).toBeGreaterThanOrEqual(must(base.death.value) - 1e-12);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('before the stroke', () => {
  it('bounds the outcome: mRS 3 before cannot become independent, and is counted as back to before', () => {
    const prognosis = outlook({ preStrokeMrs: given(3) });
    const { independent, backToBefore, distributions } = must(prognosis.untreated);
    expect(independent).toEqual({ value: 0, low: 0, high: 0 });
    expect(must(distributions[0]?.central).slice(0, 3)).toEqual([0, 0, 0]);
    expect(must(must(backToBefore).value)).toBeGreaterThan(0);
    const { gain, numberNeeded } = effectOf(prognosis, 'thrombectomy');
    expect(gain.independent.value).toBe(0);
    expect(numberNeeded.outcome).toBe('back-to-before');
    expect(must(numberNeeded.value)).toBeCloseTo(1 / must(must(gain.backToBefore).value), 9);
    expect(prognosis.notes).toEqual(
      expect.arrayContaining(['prognosis-not-better-than-before', 'prognosis-dependent-before']),
    );
  });

  it('unknown: independence before is assumed, and said', () => {
    const prognosis = outlook(without('preStrokeMrs'));
    expect(prognosis.assumesIndependentBefore).toBe(true);
    expect(prognosis.untreated?.backToBefore).toBeNull();
    expect(prognosis.notes).toContain('prognosis-independent-before-assumed');
  });
});

describe('where the scores do not apply', () => {
  it.each<[string, Partial<StrokeFacts>, Prognosis['status']]>([
    ['a hemorrhage', { hemorrhageOnImaging: given(true) }, 'hemorrhagic-stroke'],
    [
      'a hemorrhage after thrombolysis',
      { hemorrhageOnImaging: given(true), thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', minutesAgo(40))) },
      'hemorrhage-after-treatment',
    ],
    ['a stroke of ten days ago', { witnessedOnset: time(daysAgo(10)) }, 'past-acute-phase'],
  ])('%s', (_name, facts, status) => {
    expect(outlook(facts)).toMatchObject({ status, scores: [], untreated: null, treatments: [], validUntil: null });
  });

  it('holds only if ischemic while no imaging excludes a hemorrhage', () => {
    const open = outlook(without('hemorrhageOnImaging'));
    expect(open.assumesIschemic).toBe(true);
    expect(open.notes).toContain('prognosis-if-ischemic');
    expect(outlook().assumesIschemic).toBe(false);
  });

  it('reads the values from before a treatment: a later NIHSS shows its effect', () => {
    const lysed = { thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', minutesAgo(30))) };
    const later = known({ total: 3, isLowerBound: false }, minutesAgo(5), [{ reference: 'Observation/later' }]);
    const prognosis = outlook({ ...lysed, nihss: later });
    expect(prognosis.status).toBe('insufficient-data');
    expect(prognosis.measuredAfterTreatment).toEqual(['nihss']);
    const both = outlook({
      ...lysed,
      nihss: later,
      nihssCourse: given([
        { value: { total: 12, isLowerBound: false }, at: hoursAgo(1), source: { reference: 'Observation/first' } },
        { value: later.value, at: minutesAgo(5), source: { reference: 'Observation/later' } },
      ]),
    });
    expect(must(both.untreated).independent.value).toBeCloseTo(must(must(outlook().untreated).independent.value), 9);
  });
});

describe('why', () => {
  it('contributions add up to the central figure, signed against the average trial patient', () => {
    const { explanation, untreated } = outlook();
    const { baselineLogOdds, contributions, totalLogOdds } = must(explanation);
    const sum = contributions.reduce((total, { logOdds }) => total + logOdds.low, baselineLogOdds);
    expect(sum).toBeCloseTo(totalLogOdds.low, 9);
    const risk = 1 - must(must(untreated).independent.value);
    expect(sum).toBeCloseTo(Math.log(risk / (1 - risk)), 9);
    const young = must(outlook({ age: measured(40, 'a') }).explanation);
    expect(young.contributions.find(({ item }) => item === 'age')?.logOdds.low).toBeLessThan(0);
  });

  it('by ASTRAL the points of its items, in log-odds', () => {
    const { baselineLogOdds, contributions, totalLogOdds } = must(
      outlook({ disablingDeficit: given(false) }).explanation,
    );
    const sum = contributions.reduce((total, { logOdds }) => total + logOdds.low, baselineLogOdds);
    expect(sum).toBeCloseTo(totalLogOdds.low, 9);
    expect(contributions.find(({ item }) => item === 'visual-field')).toMatchObject({ points: { low: 2, high: 2 } });
  });

  it('counterfactuals exist only for items: glucose out of range, and four points of the NIHSS', () => {
    const found = outlook().counterfactuals;
    expect(found.map(({ item }) => item)).toEqual(['nihss', 'glucose']);
    expect(found.find(({ item }) => item === 'glucose')).toMatchObject({ from: 150, to: 131, reading: 'astral-curve' });
    for (const { independent, independentNow } of found) expect(independent).toBeGreaterThan(independentNow);
    const normal = outlook({ glucose: measured(100, 'mg/dL', hoursAgo(1)) });
    expect(normal.counterfactuals.map(({ item }) => item)).toEqual(['nihss']);
    expect(outlook(without('glucose')).counterfactuals.map(({ item }) => item)).toEqual(['nihss']);
  });
});

describe('trained models', () => {
  const prediction = (family: ModelPrediction['family'], role: ModelPrediction['role']) =>
    ({ family, role, model: `${family}-${role}` }) as unknown as ModelPrediction;
  const predictions: CasePredictions = {
    predictions: [
      prediction('discharge-mrs', 'shadow'),
      prediction('discharge-mrs', 'active'),
      prediction('mrs-90-days', 'shadow'),
    ],
    unavailable: [],
  };

  it('stand beside and change no figure; a shadow prediction is never carried', () => {
    const stroke = aCase(everything);
    const beside = evaluatePrognosis(stroke, NOW, RECOMMENDED, predictions);
    expect(beside.discharge).toBe(activePrediction(predictions, 'discharge-mrs'));
    expect(beside.siteModel).toBeNull();
    expect({ ...beside, discharge: null }).toEqual(outlookOfCase(stroke));
  });
});

describe('any case', () => {
  it('has coherent shares: each distribution sums to 1, values lie within their range, treatment of the excluded is silent', () => {
    fc.assert(
      fc.property(
        arbitraryCase,
        fc.constantFrom('recommended', 'undecided', 'contraindicated'),
        (stroke, conclusion) => {
          const facts = {
            ...stroke.facts,
            hemorrhageOnImaging: given(false),
            nihss: nihssTotal(9),
            age: measured(66, 'a'),
          };
          const prognosis = evaluatePrognosis({ ...stroke, facts }, NOW, {
            thrombolysis: conclusion,
            thrombectomy: conclusion,
          });
          for (const { central, best, worst } of prognosis.untreated?.distributions ?? []) {
            for (const distribution of [central ?? best, best, worst]) {
              expect(distribution.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
              expect(Math.min(...distribution)).toBeGreaterThanOrEqual(0);
            }
            expect(meanMrs(best)).toBeLessThanOrEqual(meanMrs(worst) + 1e-12);
          }
          for (const { state, effects } of prognosis.treatments) {
            if (state === 'excluded') expect(effects).toEqual([]);
            for (const { gain } of effects) {
              for (const { value, low, high } of [gain.independent, gain.noDisability, gain.death]) {
                expect(low).toBeLessThanOrEqual((value ?? low) + 1e-12);
                expect(value ?? high).toBeLessThanOrEqual(high + 1e-12);
              }
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a fact that becomes unknown never narrows the range of independence', () => {
    const whole = must(outlook().untreated).independent;
    for (const key of [
      'glucose',
      'nihssItems',
      'arrival',
      'hyperdenseArtery',
      'preStrokeMrs',
      'hypertension',
    ] as const) {
      const { low, high } = must(outlook(without(key)).untreated).independent;
      expect(low).toBeLessThanOrEqual(whole.low + 1e-12);
      expect(high).toBeGreaterThanOrEqual(whole.high - 1e-12);
    }
  });
});

describe('histories', () => {
  it('count where they are items: hypertension in THRIVE, heart failure in PLAN', () => {
    expect(scoreOf(outlook({ hypertension: had('hypertension', null) }), 'THRIVE').points?.low).toBe(4);
    const failing = scoreOf(outlook({ heartFailure: given([event('heart-failure', null)]) }), 'PLAN');
    expect(failing.items.find(({ id }) => id === 'heart-failure')?.points).toEqual({ low: 1, high: 1 });
  });
});
