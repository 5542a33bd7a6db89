/** What stands beside the classes: contradictions, investigations, the measured lesion, the trained probability. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LesionFeatureName, StrokeFacts } from '../../../src/case/index.ts';
import type { ModelPrediction } from '../../../src/decisions/prediction.ts';
import { evaluateSubtype } from '../../../src/decisions/subtype/index.ts';
import { TOLD_APART } from '../../../src/decisions/subtype/trained.ts';
import { aCase, given, measured, NOW } from '../../support/case-builder.ts';
import {
  arteries,
  classified,
  CORTICAL,
  done,
  fibrillation,
  lacunar,
  lesionWith,
  narrowed,
  PURE_MOTOR,
  searched,
} from './patients.ts';

const unknownFacts = aCase().facts;

describe('contradictions', () => {
  it.each<[string, Parameters<typeof classified>[0]]>([
    ['small-deep-infarct-with-stenosis', lacunar(9, narrowed(70))],
    ['small-deep-infarct-with-cardiac-source', lacunar(9, fibrillation)],
    ['small-deep-infarct-with-cortical-signs', lacunar(9, { nihssItems: CORTICAL })],
    ['small-deep-infarct-with-occluded-artery', lacunar(9, { occlusionSite: given('M1' as const) })],
    ['lacunar-syndrome-with-large-infarct', searched({ nihssItems: PURE_MOTOR })],
    ['stenosis-and-cardiac-source', searched({ ...narrowed(70), ...fibrillation })],
    [
      'stenosis-with-infarcts-elsewhere',
      searched({
        ...narrowed(70),
        infarctPattern: given('multiple-territories' as const),
        infarctTerritory: given(['left-carotid', 'right-carotid'] as const),
      }),
    ],
    ['pattern-and-territory-differ', searched({ infarctPattern: given('multiple-territories' as const) })],
    [
      'report-and-measured-lesion-differ',
      searched({
        ischemicLesion: given(lesionWith({ lesionPresent: 1, componentCountFrom50Ul: 4, anteriorFraction: 1 })),
      }),
    ],
  ])('%s is said', (key, stroke) => {
    expect(classified(stroke).contradictions.map((one) => one.key)).toContain(key);
  });
  it('scattered infarcts are several in one territory, as the features say', () => {
    const ischemicLesion = given(lesionWith({ lesionPresent: 1, componentCountFrom50Ul: 4, anteriorFraction: 1 }));
    const stroke = searched({ infarctPattern: given('scattered-cortical' as const), ischemicLesion });
    expect(classified(stroke).contradictions).toEqual([]);
  });
  it('there are none in a clear case', () => {
    expect(classified(searched(fibrillation)).contradictions).toEqual([]);
    expect(classified(lacunar(9)).contradictions).toEqual([]);
  });
});

describe('investigations', () => {
  const next = (facts: Partial<StrokeFacts>) => classified(searched(facts)).nextBestTest?.id ?? null;
  const nothingDone = {
    strokeInvestigation: done(),
    arterialStenosis: unknownFacts.arterialStenosis,
    occlusionSite: unknownFacts.occlusionSite,
  };

  it.each([
    ['nothing done', nothingDone, 'intracranial-vessel-imaging'],
    [
      'arteries of the head only',
      { ...nothingDone, strokeInvestigation: done('intracranial-vessel-imaging') },
      'extracranial-vessel-imaging',
    ],
    ['arteries done', { strokeInvestigation: done() }, 'electrocardiogram'],
    ['electrocardiogram done', { strokeInvestigation: done('electrocardiogram') }, 'transthoracic-echocardiography'],
    [
      'echocardiography done',
      { strokeInvestigation: done('electrocardiogram', 'transthoracic-echocardiography') },
      'rhythm-monitoring',
    ],
  ])('the next after %s', (_name, facts, expected) => {
    expect(next(facts)).toBe(expected);
  });
  it('vessel wall imaging only for the infarct of a penetrator', () => {
    const { parentArteryPlaque } = unknownFacts;
    expect(classified(lacunar(12, { parentArteryPlaque })).nextBestTest?.id).toBe('vessel-wall-imaging');
    expect(next({ ...fibrillation, parentArteryPlaque })).toBeNull();
  });
  it('a rare cause is looked for in the young without another cause', () => {
    expect(next({ age: measured(38, 'a') })).toBe('coagulation-and-vasculitis-screen');
    expect(next({ age: measured(38, 'a'), ...fibrillation })).toBeNull();
  });
  it('says of each whether it was done, and why it should be', () => {
    const states = classified(searched({ strokeInvestigation: done('electrocardiogram') })).investigations;
    expect(states.find(({ id }) => id === 'electrocardiogram')).toMatchObject({ done: true, reason: null });
    expect(states.find(({ id }) => id === 'transthoracic-echocardiography')).toMatchObject({
      done: false,
      tells: ['cardioembolism'],
      reason: { key: 'source-in-the-heart' },
    });
  });
});

describe('a measured lesion', () => {
  const reported = {
    infarctPattern: unknownFacts.infarctPattern,
    infarctDiameter: unknownFacts.infarctDiameter,
    infarctTerritory: unknownFacts.infarctTerritory,
  };
  const lacune = {
    lesionPresent: 1,
    componentCountFrom50Ul: 1,
    subcorticalOnly: 1,
    anteriorFraction: 1,
    leftHemisphere: 1,
  };
  const patient = (features: Partial<Record<LesionFeatureName, number>>, facts: Partial<StrokeFacts> = {}) =>
    classified(
      searched({ ...reported, nihssItems: PURE_MOTOR, ischemicLesion: given(lesionWith(features)), ...facts }),
    );

  it.each([
    [12, 'small-vessel-occlusion'],
    // Between 15 mm and what the template may have stretched it to nothing is certain.
    [16, 'undetermined'],
    [19, 'undetermined'],
  ])('stands for pattern and size where no report does (%d mm)', (millimeters, expected) => {
    expect(patient({ ...lacune, maxAxialDiameterMm: millimeters }).toast.class).toBe(expected);
  });
  it('says on which side an artery is relevant', () => {
    const large = { lesionPresent: 1, componentCountFrom50Ul: 1, anteriorFraction: 1, maxAxialDiameterMm: 50 };
    const facts = { nihssItems: CORTICAL, ...narrowed(70) };
    expect(patient({ ...large, leftHemisphere: 1 }, facts).toast.class).toBe('large-artery-atherosclerosis');
    expect(patient({ ...large, rightHemisphere: 1 }, facts).toast.class).toBe('undetermined');
  });
  it('a wide deep lesion may be of one penetrator or of several: that is left to a report', () => {
    const row = patient({ ...lacune, maxAxialDiameterMm: 30 }).findings.find(
      (f) => f.id === 'penetrating-artery-infarct',
    );
    expect(row?.status).toBe('unknown');
  });
  it('the report outranks it', () => {
    const wide = { ...lacune, maxAxialDiameterMm: 30 };
    const facts = { infarctPattern: given('single-penetrating-artery' as const), infarctDiameter: measured(9, 'mm') };
    expect(patient(wide, facts).toast.class).toBe('small-vessel-occlusion');
  });
});

describe('arteries', () => {
  it('two values of one artery that disagree leave it open', () => {
    const twice = arteries({ 'extracranial-carotid left': 70 });
    const all = twice.status === 'known' ? twice.value : [];
    const other = all
      .filter((one) => one.percent.value === 70)
      .map((one) => ({ ...one, percent: { ...one.percent, value: 20 } }));
    expect(classified(searched({ arterialStenosis: given([...all, ...other]) })).toast.undetermined).toBe(
      'incomplete-evaluation',
    );
  });
  it('none is excluded while the arteries of the infarct were not all seen', () => {
    const seen = arteries();
    const head = seen.status === 'known' ? seen.value.filter(({ artery }) => artery !== 'extracranial-carotid') : [];
    const { findings } = classified(searched({ arterialStenosis: given(head) }));
    expect(findings.find(({ id }) => id === 'relevant-stenosis-over-50')).toMatchObject({
      status: 'unknown',
      note: { key: 'arteries-not-all-examined' },
    });
  });
});

it('evidence is the facts of the case: every finding names those it reads', () => {
  for (const { data, status, missing = [] } of classified(searched({ nihssItems: unknownFacts.nihssItems })).findings) {
    expect(data.length).toBeGreaterThan(0);
    if (status !== 'unknown') expect(missing).toEqual([]);
    for (const key of missing) expect(data).toContain(key);
  }
});

describe('the trained probability', () => {
  const prediction = (probabilities: readonly number[], more: Partial<ModelPrediction> = {}): ModelPrediction => ({
    family: 'toast',
    model: 'toast-example',
    version: '1.0.0',
    digest: 'none',
    title: 'example',
    role: 'active',
    simulated: false,
    classes: ['toast-1', 'toast-2', 'toast-3', 'toast-4', 'toast-5'],
    probabilities,
    intervals: [],
    headline: { id: 'toast-1', classes: ['toast-1'], probability: probabilities[0] ?? 0, low: 0, high: 1 },
    conformalSet: { level: 0.9, classes: ['toast-1'] },
    outOfDistribution: { score: 1, threshold95: 2, threshold99: 3, state: 'inside', beyondTraining: [] },
    explanation: {
      quantity: 'centered-log-ratio',
      baselineLogOdds: 0,
      contributions: [{ group: 'lesion-size', logOdds: 0, values: [], known: true }],
      mixtureLogOdds: 0,
      totalLogOdds: 0,
    },
    counterfactuals: [],
    stability: { topGroups: [], stable: true, range: { low: 0, high: 1 }, tried: [] },
    missing: [],
    assumesIschemic: false,
    reference: 'example',
    ...more,
  });
  const beside = (probabilities: readonly number[], more: Partial<ModelPrediction> = {}) => {
    const result = evaluateSubtype(searched(fibrillation), NOW, {
      predictions: [prediction(probabilities, more)],
      unavailable: [],
    });
    return result.status === 'classified' ? result : null;
  };

  it('is absent without a model, and never taken from a shadow model', () => {
    expect(evaluateSubtype(searched(), NOW)).toMatchObject({ prediction: null });
    expect(beside([0.9, 0, 0, 0, 0.1], { role: 'shadow' })?.prediction).toBeNull();
  });
  it('compares the causes among themselves and keeps the share without a cause apart', () => {
    const { ifFound, noneFound } = beside([0.3, 0.15, 0.05, 0, 0.5])?.prediction ?? {};
    expect(noneFound).toBe(0.5);
    expect(ifFound?.map(({ cause, probability }) => [cause, Math.round(probability * 100)])).toEqual([
      ['large-artery-atherosclerosis', 60],
      ['cardioembolism', 30],
      ['small-vessel-occlusion', 10],
      ['other-determined-cause', 0],
    ]);
  });
  it.each([
    ['clearly first', [0.36, 0.16, 0.04, 0.04, 0.4], true],
    ['hardly first', [0.32, 0.2, 0.04, 0.04, 0.4], false],
    ['no cause most probable of all, but one clear among the causes', [0.2, 0.05, 0.05, 0, 0.7], true],
    ['nothing but no cause', [0, 0, 0, 0, 1], false],
  ])('tells apart by the distance of the two most probable causes: %s', (_name, probabilities, expected) => {
    expect(beside(probabilities)?.prediction?.tellsApart).toBe(expected);
  });
  it('does not tell apart what lies outside its knowledge', () => {
    expect(beside([0.8, 0.1, 0, 0, 0.1], { headline: null })?.prediction?.tellsApart).toBe(false);
  });
  it.each([
    { group: 'age', logOdds: 1, values: [], known: true },
    { group: 'lesion-size', logOdds: 0, values: [], known: false },
  ])('names no pattern without a lesion: $group', (contribution) => {
    const explanation = { ...prediction([]).explanation, contributions: [contribution] };
    expect(beside([0.8, 0.1, 0, 0, 0.1], { explanation })?.prediction?.tellsApart).toBe(false);
  });
  it('changes no rule', () => {
    const alone = classified(searched(fibrillation));
    expect({ ...beside([0.9, 0, 0, 0, 0.1]), prediction: null }).toEqual(alone);
  });

  const SHIPPED = 'models/toast-lesion/model.json';
  it.skipIf(!existsSync(SHIPPED))('uses the distance that the shipped model was measured with', () => {
    const { thresholds = [] } = JSON.parse(readFileSync(SHIPPED, 'utf8')) as {
      thresholds?: readonly { name: string; value: number }[];
    };
    expect(thresholds.find(({ name }) => name === 'told-apart')?.value).toBe(TOLD_APART);
  });
});
