import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fact, LesionFeatures, NihssTotal, Quantity, StrokeFacts } from '../../src/case/index.ts';
import { LESION_FEATURE_NAMES, quantity, unknown } from '../../src/case/index.ts';
import { activePrediction } from '../../src/decisions/active-prediction.ts';
import type { CasePredictions, ModelPrediction } from '../../src/decisions/prediction.ts';
import { predictCase, predictReadings, type PredictionModels } from '../../src/prediction/index.ts';
import { caseReadings } from '../../src/prediction/readings.ts';
import { installModels, statisticsOf, type InstalledModels } from '../support/additive-models.ts';
import { aCase, daysAgo, estimated, given, had, measured, nihssItems, nihssTotal } from '../support/case-builder.ts';

let installed: InstalledModels;
let models: PredictionModels;
beforeAll(async () => {
  installed = await installModels([
    { name: 'discharge-mrs-lesion', statistics: statisticsOf({ inputs: ['age', 'nihss', 'volumeMl'] }) },
    { name: 'discharge-mrs-lesion-no-nihss', statistics: statisticsOf({ inputs: ['age', 'volumeMl'] }) },
    { name: 'discharge-mrs-clinical', statistics: statisticsOf({ inputs: ['age', 'nihss'] }) },
    {
      name: 'discharge-mrs-site',
      statistics: statisticsOf({ inputs: ['age', 'nihss'] }),
      manifest: { role: 'shadow', simulated: true },
    },
    {
      name: 'toast-lesion',
      statistics: statisticsOf({ inputs: ['age', 'sex', 'nihss', 'volumeMl'], link: 'softmax' }),
    },
  ]);
  models = installed.models;
});
afterAll(() => installed.remove());

const lesionOf = (volumeMl: number, more: Partial<LesionFeatures> = {}): Fact<LesionFeatures> =>
  given({
    ...(Object.fromEntries(LESION_FEATURE_NAMES.map((name) => [name, 0])) as LesionFeatures),
    lesionPresent: 1,
    volumeMl,
    ...more,
  });

const patient = {
  age: measured(72, 'a'),
  sex: given('female'),
  nihss: nihssTotal(9),
  ischemicLesion: lesionOf(30),
} satisfies Partial<StrokeFacts>;

async function mrs(facts: Partial<StrokeFacts>): Promise<ModelPrediction> {
  const prediction = activePrediction(await predictCase(aCase(facts), models), 'discharge-mrs');
  if (prediction === undefined) throw new Error('no prediction');
  return prediction;
}

const width = ({ headline }: ModelPrediction): number => (headline === null ? 1 : headline.high - headline.low);

describe('the variant that answers is chosen by what is known', () => {
  it.each<[string, Partial<StrokeFacts>, string, readonly string[]]>([
    ['everything', patient, 'discharge-mrs-lesion', []],
    ['no NIHSS', { ...patient, nihss: unknown('not-recorded') }, 'discharge-mrs-lesion-no-nihss', ['nihss']],
    ['no mask', { ...patient, ischemicLesion: unknown('pending') }, 'discharge-mrs-clinical', ['ischemicLesion']],
    [
      'a mask without lesion',
      { ...patient, ischemicLesion: lesionOf(0, { lesionPresent: 0 }) },
      'discharge-mrs-clinical',
      ['ischemicLesion'],
    ],
  ])('%s', async (_name, facts, name, wanted) => {
    const { model, missing } = await mrs(facts);
    expect(model).toBe(name);
    expect(missing).toEqual(wanted.map((fact) => ({ fact, why: 'unknown', handled: 'other-variant' })));
  });

  it('a value with an interval answers as the value, and its interval spans those of its ends', async () => {
    const exact = await mrs(patient);
    const vague = await mrs({ ...patient, age: estimated(72, 'a', 60, 85) });
    expect(vague.probabilities).toEqual(exact.probabilities);
    expect(vague.missing).toEqual([]);
    expect(width(vague)).toBeGreaterThan(width(exact));
    for (const age of [60, 85]) {
      const end = await mrs({ ...patient, age: measured(age, 'a') });
      expect(vague.headline?.low ?? 1).toBeLessThanOrEqual(end.headline?.low ?? 0);
      expect(vague.headline?.high ?? 0).toBeGreaterThanOrEqual(end.headline?.high ?? 1);
      expect(vague.conformalSet.classes).toEqual(expect.arrayContaining([...end.conformalSet.classes]));
    }
    const point = await mrs({ ...patient, age: estimated(72, 'a', 72, 72) });
    expect(width(point)).toBe(width(exact));
  });

  it('an interval beside an unknown input widens the answer as well', async () => {
    const { ischemicLesion } = patient;
    const known = await mrs({ ischemicLesion, age: measured(72, 'a') });
    const vague = await mrs({ ischemicLesion, age: estimated(72, 'a', 60, 85) });
    expect(vague.probabilities).toEqual(known.probabilities);
    expect(width(vague)).toBeGreaterThan(width(known));
  });

  it('with age unknown the reference population stands in, the interval is wider, and both are said', async () => {
    const exact = await mrs(patient);
    const averaged = await mrs({ ...patient, age: unknown('not-recorded') });
    expect(averaged.missing).toEqual([{ fact: 'age', why: 'unknown', handled: 'averaged' }]);
    expect(width(averaged)).toBeGreaterThan(2 * width(exact));
    expect(averaged.explanation.contributions.find(({ group }) => group === 'age')).toMatchObject({
      logOdds: 0,
      known: false,
      values: [{ input: 'age', value: null, unit: 'a' }],
    });
    expect(averaged.explanation.mixtureLogOdds).not.toBe(0);
    expect(averaged.counterfactuals).toEqual([]);
  });

  it('with so little known that the interval spans most answers there is no number either', async () => {
    const steep = statisticsOf({ inputs: ['age', 'nihss'], coefficients: [[0.02], [0], [0.4]] });
    const one = await installModels([{ name: 'discharge-mrs-steep', statistics: steep }]);
    const said = await predictCase(aCase({ age: patient.age }), one.models);
    const table = await predictReadings(caseReadings(aCase({ age: patient.age })), one.models, {
      assumesIschemic: false,
      fromNothing: true,
    });
    await one.remove();
    expect(said).toEqual({
      predictions: [],
      unavailable: [{ family: 'discharge-mrs', model: null, why: 'nothing-known', missing: ['nihss'] }],
    });
    // A table gets the number with its interval all the same.
    expect(table.predictions).toHaveLength(1);
  });

  it('with nothing known there is no number', async () => {
    const { predictions, unavailable } = await predictCase(aCase(), models);
    expect(predictions).toEqual([]);
    expect(unavailable).toMatchObject([
      { family: 'discharge-mrs', why: 'nothing-known', missing: ['age', 'nihss', 'ischemicLesion'] },
      { family: 'toast', why: 'nothing-known' },
    ]);
  });
});

describe('additivity', () => {
  const facts = fc.record({
    age: fc.option(fc.integer({ min: 18, max: 105 })),
    nihss: fc.option(fc.integer({ min: 0, max: 42 })),
    volume: fc.option(fc.double({ min: 0, max: 500, noNaN: true })),
    sex: fc.option(fc.constantFrom('female', 'male', 'other')),
  });

  it('baseline, contributions and mixture make the log-odds of what the graph says, whatever is missing', async () => {
    await fc.assert(
      fc.asyncProperty(facts, async ({ age, nihss, volume, sex }) => {
        const { predictions } = await predictCase(
          aCase({
            ...(age === null ? {} : { age: measured(age, 'a') }),
            ...(nihss === null ? {} : { nihss: nihssTotal(nihss) }),
            ...(volume === null ? {} : { ischemicLesion: lesionOf(volume) }),
            ...(sex === null ? {} : { sex: given(sex) }),
          }),
          models,
        );
        for (const { explanation, probabilities, headline, classes, intervals } of predictions) {
          const { baselineLogOdds, contributions, mixtureLogOdds, totalLogOdds } = explanation;
          const sum = contributions.reduce((s, { logOdds }) => s + logOdds, baselineLogOdds + mixtureLogOdds);
          expect(Math.abs(sum - totalLogOdds)).toBeLessThan(1e-9);
          expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
          for (const { values, logOdds } of contributions) {
            if (values.every(({ value }) => value === null)) expect(logOdds).toBe(0);
          }
          intervals.forEach(({ low, high }, k) => {
            expect(low - 1e-9).toBeLessThanOrEqual(probabilities[k] ?? Number.NaN);
            expect(high + 1e-9).toBeGreaterThanOrEqual(probabilities[k] ?? Number.NaN);
          });
          if (headline === null) continue;
          const p = headline.probability;
          const fromGraph =
            explanation.quantity === 'log-odds'
              ? Math.log(p / (1 - p))
              : Math.log(p) - probabilities.reduce((s, q) => s + Math.log(q), 0) / classes.length;
          expect(Math.abs(totalLogOdds - fromGraph)).toBeLessThan(1e-6);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('what is uncertain widens', () => {
  it('taking away a value of the reference population never narrows the interval that it gave', async () => {
    const sample = models.usable[0]?.additive.statistics.reference.rows ?? [];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sample.map((row) => row[0] ?? 0)),
        fc.integer({ min: 0, max: 30 }),
        async (age, nihss) => {
          const facts = { ...patient, nihss: nihssTotal(nihss), age: measured(age, 'a') };
          const with_ = (await mrs(facts)).headline;
          const without_ = (await mrs({ ...facts, age: unknown('not-recorded') })).headline;
          if (with_ === null || without_ === null) return;
          expect(without_.low).toBeLessThanOrEqual(with_.low + 1e-9);
          expect(without_.high).toBeGreaterThanOrEqual(with_.high - 1e-9);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('conflicting totals are both evaluated: the interval spans them and the answer lies between', async () => {
    const low = await mrs({ ...patient, nihss: nihssTotal(4) });
    const high = await mrs({ ...patient, nihss: nihssTotal(14) });
    const nihss: Fact<NihssTotal> = { status: 'conflicting', values: [nihssTotal(4), nihssTotal(14)] };
    const both = await mrs({ ...patient, nihss });
    expect(both.missing).toEqual([{ fact: 'nihss', why: 'conflicting', handled: 'averaged' }]);
    expect(both.headline?.low).toBeCloseTo(low.headline?.low ?? 0, 9);
    expect(both.headline?.high).toBeCloseTo(high.headline?.high ?? 0, 9);
    const mean = ((low.headline?.probability ?? 0) + (high.headline?.probability ?? 0)) / 2;
    expect(both.headline?.probability).toBeCloseTo(mean, 9);
  });

  it('a total with untestable items is a lower bound: from it up to what those items can hide', async () => {
    const open = await mrs({
      ...patient,
      nihss: nihssTotal(9, true),
      nihssItems: nihssItems({ '7': 'untestable', '10': 'untestable' }),
    });
    const lowest = await mrs(patient);
    const highest = await mrs({ ...patient, nihss: nihssTotal(13) });
    expect(open.missing).toEqual([{ fact: 'nihss', why: 'lower-bound', handled: 'averaged' }]);
    expect(open.headline?.low).toBeCloseTo(lowest.headline?.low ?? 0, 9);
    expect(open.headline?.high).toBeCloseTo(highest.headline?.high ?? 0, 9);
  });

  it('an age given as "above 80" is no number', async () => {
    const age: Fact<Quantity<'a'>> = given(quantity(80, 'a', '>'));
    expect((await mrs({ ...patient, age })).missing).toEqual([{ fact: 'age', why: 'unknown', handled: 'averaged' }]);
  });
});

describe('outside what the model knows', () => {
  it('no headline and no counterfactual for a patient far from everyone in training', async () => {
    const far = await mrs({ ...patient, ischemicLesion: lesionOf(1500) });
    expect(far.outOfDistribution).toMatchObject({ state: 'outside', beyondTraining: ['volumeMl'] });
    expect(far.headline).toBeNull();
    expect(far.counterfactuals).toEqual([]);
  });

  it('no headline for a child', async () => {
    expect((await mrs({ ...patient, age: measured(16, 'a') })).headline).toBeNull();
  });

  it('an age above the highest of training is taken as the highest, as the training table codes it', async () => {
    const [old, highest] = [
      await mrs({ ...patient, age: measured(99, 'a') }),
      await mrs({ ...patient, age: measured(89, 'a') }),
    ];
    expect(old.probabilities).toEqual(highest.probabilities);
    const ageOf = ({ explanation }: ModelPrediction) =>
      explanation.contributions.find(({ group }) => group === 'age')?.values;
    expect(ageOf(old)).toEqual([{ input: 'age', value: 99, unit: 'a', takenAs: 89 }]);
    expect(ageOf(highest)).toEqual([{ input: 'age', value: 89, unit: 'a' }]);
  });

  it('says inside for an ordinary patient', async () => {
    expect((await mrs(patient)).outOfDistribution.state).toBe('inside');
  });
});

describe('ischemic strokes only', () => {
  const hemorrhage = { hemorrhageOnImaging: given(true) };

  it('a hemorrhage gets no prediction of models that never saw one', async () => {
    const said = await predictCase(
      aCase({ ...patient, ischemicLesion: unknown('not-recorded'), ...hemorrhage }),
      models,
    );
    expect(said.predictions).toEqual([]);
    expect(said.unavailable.map(({ family, why }) => [family, why])).toEqual([
      ['discharge-mrs', 'not-ischemic'],
      ['toast', 'not-ischemic'],
    ]);
  });

  it('an ischemic stroke that bled is still one', async () => {
    const diagnosed = { acuteIschemicStroke: had('acute-ischemic-stroke', daysAgo(1)) };
    expect((await mrs({ ...patient, ...hemorrhage, ...diagnosed })).assumesIschemic).toBe(false);
  });

  it('before imaging the prediction says that it assumes an ischemic stroke', async () => {
    expect((await mrs({ ...patient, ischemicLesion: unknown('not-recorded') })).assumesIschemic).toBe(true);
  });
});

describe('models that fail or only watch', () => {
  it('a shadow model answers for the record and is never the one that is shown', async () => {
    const said = await predictCase(aCase(patient), models);
    const shadow = said.predictions.filter(({ role }) => role === 'shadow');
    expect(shadow.map(({ model, simulated }) => [model, simulated])).toEqual([['discharge-mrs-site', true]]);
    expect(activePrediction(said, 'discharge-mrs')?.model).toBe('discharge-mrs-lesion');
  });

  it('a model that fails takes only its own statement away; the next variant answers', async () => {
    const broken: PredictionModels = {
      ...models,
      usable: models.usable.map((model) =>
        model.name === 'discharge-mrs-lesion' ? { ...model, installed: { ...model.installed, session: null } } : model,
      ),
    };
    const told: string[] = [];
    const said: CasePredictions = await predictCase(aCase(patient), broken, { onError: (model) => told.push(model) });
    expect(told).toEqual(['discharge-mrs-lesion']);
    expect(activePrediction(said, 'discharge-mrs')?.model).not.toBe('discharge-mrs-lesion');
    expect(activePrediction(said, 'toast')).toBeDefined();
    expect(said.unavailable).toEqual([
      { family: 'discharge-mrs', model: 'discharge-mrs-lesion', why: 'failed', missing: [] },
    ]);
  });
});
