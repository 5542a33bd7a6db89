import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantity, unknown } from '../../../src/case/index.ts';
import type { FactKey, StrokeFacts } from '../../../src/case/index.ts';
import { CASE_SCORES, countedAbsent, scoresFromCase } from '../../../src/decisions/scores/from-case.ts';
import type { CaseScore } from '../../../src/decisions/scores/from-case.ts';
import {
  aCase,
  drug,
  estimated,
  given,
  had,
  hoursAgo,
  measured,
  nihssItems,
  nihssTotal,
  noneRecorded,
  NOW,
  pressure,
  someSource,
  takes,
  time,
  weightOf,
} from '../../support/case-builder.ts';

const everything: Partial<StrokeFacts> = {
  age: measured(75, 'a'),
  sex: given('male'),
  nihss: nihssTotal(12),
  nihssItems: nihssItems({ '1a': 1, '5a': 4, '9': 2 }),
  gcs: measured(13, '{score}'),
  glucose: measured(180, 'mg/dL'),
  bloodPressure: pressure(160, 90),
  weight: weightOf(80),
  preStrokeMrs: given(1),
  preStrokeCognitiveImpairment: given(false),
  witnessedOnset: time(hoursAgo(3)),
  arrival: time(hoursAgo(1.5)),
  thrombolyticGiven: noneRecorded(),
  hypertension: had('hypertension', null),
  diabetes: noneRecorded(),
  atrialFibrillation: noneRecorded(),
  heartFailure: noneRecorded(),
  systemicMalignancy: noneRecorded(),
  gastrointestinalMalignancy: noneRecorded(),
  dementia: noneRecorded(),
  priorIntracranialHemorrhage: noneRecorded(),
  antiplatelet: noneRecorded(),
  vitaminKAntagonist: takes(drug('warfarin', 'vitamin-k-antagonist', hoursAgo(20))),
  directOralAnticoagulant: noneRecorded(),
  aspects: measured(8, '{score}'),
  hyperdenseArtery: given(true),
  earlyIschemicChange: given(false),
  hypodensityExtent: given('none'),
  hematomaVolume: measured(25, 'mL'),
  hematomaLocation: given('deep'),
  intraventricularHemorrhage: given(true),
  blendSign: given(true),
  hematomaHypodensity: given(false),
  brainImaging: given([
    { modality: 'CT', at: hoursAgo(1), state: 'reported', source: { reference: 'ImagingStudy/1' } },
  ]),
};

const scored = (facts: Partial<StrokeFacts>, name: string): CaseScore => {
  const found = scoresFromCase(aCase(facts), NOW).find(({ score }) => score === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

describe('scores from the facts of a case', () => {
  it('nothing known gives no number', () => {
    for (const { result } of scoresFromCase(aCase(), NOW)) expect(result.status).toBe('missing');
  });

  it('everything known fills each score', () => {
    const expected: Readonly<Record<string, number>> = {
      'ICH score': 1,
      FUNC: 4 + 1 + 1 + 2 + 1,
      'max-ICH': 1 + 2 + 1 + 1 + 1,
      BAT: 3,
      BRAIN: 7 + 6 + 2 + 4,
      SEDAN: 1 + 1 + 1,
      HAT: 0,
      'SITS-SICH': 1 + 2 + 1 + 1 + 1 + 1,
      THRIVE: 2 + 1 + 1,
      ASTRAL: 15 + 12 + 1 + 3,
      DRAGON: 1 + 0 + 1 + 1 + 1 + 2,
      PLAN: 5 + 7 + 2 + 1,
      HIAT2: 2 + 1 + 1,
    };
    for (const [name, points] of Object.entries(expected)) {
      expect(scored(everything, name).result, name).toMatchObject({ status: 'computed', points });
    }
    expect(scored(everything, 'SPAN-100').result).toMatchObject({ index: 87, positive: false });
    expect(scored(everything, 'GRASPS').result).toMatchObject({
      points: null,
      points_without_origin_item: 8 + 15 + 4 + 18 + 34,
    });
    expect(scored(everything, 'RICH')).toMatchObject({
      result: { status: 'missing' },
      notInCase: ['medium_or_high_statin'],
    });
  });

  it('an unknown fact that a score reads never yields its number', () => {
    const read = scoresFromCase(aCase(everything), NOW).filter(({ result }) => result.status === 'computed');
    const required: readonly (readonly [string, FactKey])[] = [
      ['ICH score', 'gcs'],
      ['max-ICH', 'nihss'],
      ['BAT', 'brainImaging'],
      ['SEDAN', 'glucose'],
      ['SITS-SICH', 'antiplatelet'],
      ['ASTRAL', 'arrival'],
      ['DRAGON', 'preStrokeMrs'],
      ['HIAT2', 'aspects'],
    ];
    expect(read.length).toBeGreaterThan(10);
    for (const [name, key] of required) {
      const { result, missingFacts } = scored({ ...everything, [key]: unknown('not-read') }, name);
      expect(result.status, `${name} without ${key}`).toBe('missing');
      expect(missingFacts, name).toContain(key);
    }
  });

  it.each<[string, string, Partial<StrokeFacts>, readonly [number, number], readonly FactKey[]]>([
    [
      'FUNC',
      'cognition',
      { preStrokeCognitiveImpairment: unknown('not-recorded') },
      [8, 9],
      ['preStrokeCognitiveImpairment'],
    ],
    ['max-ICH', 'anticoagulants none of which is recorded', { vitaminKAntagonist: noneRecorded() }, [5, 6], []],
    ['BRAIN', 'warfarin', { vitaminKAntagonist: unknown('not-read') }, [13, 19], ['vitaminKAntagonist']],
  ])('%s is a range over %s', (name, _open, facts, points, missing) => {
    const { result, missingFacts } = scored({ ...everything, ...facts }, name);
    expect(result).toMatchObject({ status: 'range', least: { points: points[0] }, most: { points: points[1] } });
    expect(missingFacts).toEqual(missing);
  });

  it('without another input it is missing, and lists that hold nothing are not', () => {
    const { result, missingFacts } = scored(
      { ...everything, hematomaVolume: unknown('not-read'), vitaminKAntagonist: noneRecorded() },
      'max-ICH',
    );
    expect(result.status).toBe('missing');
    expect(missingFacts).toEqual(['hematomaVolume']);
  });

  it('anticoagulants that the record denies count as none', () => {
    const denied = { vitaminKAntagonist: given([]), directOralAnticoagulant: given([]) };
    expect(scored({ ...everything, ...denied }, 'max-ICH').result).toMatchObject({ status: 'computed', points: 5 });
  });

  it('a range and a lower bound of the NIHSS together give what is sure', () => {
    const open = { ...everything, nihss: nihssTotal(12, true), vitaminKAntagonist: noneRecorded() };
    expect(scored(open, 'max-ICH').result).toMatchObject({ status: 'at-least', points_at_least: 5 });
  });

  it('names the lists that hold nothing and count as absent', () => {
    expect(countedAbsent('THRIVE', aCase(everything), NOW)).toEqual(['diabetes', 'atrialFibrillation']);
    expect(countedAbsent('THRIVE', aCase({ ...everything, diabetes: given([]) }), NOW)).toEqual(['atrialFibrillation']);
    expect(countedAbsent('SITS-SICH', aCase(everything), NOW)).toEqual(['antiplatelet']);
    expect(countedAbsent('ASTRAL', aCase(everything), NOW)).toEqual([]);
    expect(countedAbsent('PLAN', aCase({ ...everything, systemicMalignancy: had('cancer', null) }), NOW)).toEqual([
      'heartFailure',
      'atrialFibrillation',
    ]);
  });

  it('removing any facts only turns numbers into missing ones or ranges around them, never into other numbers', () => {
    const full = new Map(scoresFromCase(aCase(everything), NOW).map(({ score, result }) => [score, result]));
    const keys = Object.keys(everything) as FactKey[];
    fc.assert(
      fc.property(fc.subarray(keys, { minLength: 1, maxLength: 4 }), (removed) => {
        const facts = { ...everything, ...Object.fromEntries(removed.map((key) => [key, unknown('not-read')])) };
        for (const { score, result } of scoresFromCase(aCase(facts), NOW)) {
          if (result.status === 'range') expect([result.least, result.most], score).toContainEqual(full.get(score));
          else if (result.status !== 'missing') expect(result, score).toEqual(full.get(score));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('an NIHSS that is a lower bound gives only what holds for every possible total', () => {
    const severe = scored({ ...everything, nihss: nihssTotal(22, true) }, 'THRIVE');
    expect(severe.result).toMatchObject({ status: 'computed', points: 6 });
    const open = scored({ ...everything, nihss: nihssTotal(12, true) }, 'THRIVE');
    expect(open.result).toMatchObject({ status: 'at-least', points_at_least: 4 });
    expect(open.result).not.toHaveProperty('points');
    const span = scored({ ...everything, age: measured(90, 'a'), nihss: nihssTotal(12, true) }, 'SPAN-100');
    expect(span.result).toMatchObject({ status: 'at-least', positive: true });
  });

  it('two sources that disagree, a comparator or a suspected history give no number', () => {
    const at = (mL: number) => ({ ...measured(mL, 'mL'), sources: someSource(`Observation/${String(mL)}`) });
    expect(
      scored({ ...everything, hematomaVolume: { status: 'conflicting', values: [at(20), at(40)] } }, 'ICH score').result
        .status,
    ).toBe('missing');
    expect(scored({ ...everything, hematomaVolume: estimated(28, 'mL', 25, 33) }, 'ICH score').result.status).toBe(
      'missing',
    );
    expect(scored({ ...everything, hematomaVolume: given(quantity(25, 'mL', '>')) }, 'ICH score').result.status).toBe(
      'missing',
    );
    expect(
      scored({ ...everything, hypertension: had('hypertension', null, { certainty: 'suspected' }) }, 'THRIVE').result
        .status,
    ).toBe('missing');
  });

  it('a child is outside the range of the scores, and the reason says so', () => {
    expect(scored({ ...everything, age: measured(12, 'a') }, 'ICH score').result).toMatchObject({
      status: 'outside-range',
      reason: expect.stringContaining('age must lie in 18') as string,
    });
  });
});

describe('BAT and BRAIN count to the first CT, not to now', () => {
  const unwitnessed = { ...everything, witnessedOnset: unknown('not-recorded') };
  it('the answer does not change while time passes', () => {
    const later = scoresFromCase(aCase(everything), (NOW + 5 * 3_600_000) as typeof NOW, ['BAT', 'BRAIN']);
    expect(later.map(({ result }) => (result as Readonly<Record<string, unknown>>)['points'])).toEqual([3, 19]);
  });
  it('last known well within 2.5 h of the CT suffices', () => {
    expect(scored({ ...unwitnessed, lastKnownWell: time(hoursAgo(3)) }, 'BAT').inputs['onset_to_ncct_lt_2_5h']).toBe(
      true,
    );
  });
  it('last known well long ago leaves it open, unless it was recognized long ago too', () => {
    expect(scored({ ...unwitnessed, lastKnownWell: time(hoursAgo(9)) }, 'BAT').result.status).toBe('missing');
    expect(
      scored({ ...unwitnessed, lastKnownWell: time(hoursAgo(9)), symptomRecognition: time(hoursAgo(4)) }, 'BAT').inputs[
        'onset_to_ncct_lt_2_5h'
      ],
    ).toBe(false);
  });
  it('exactly 2.5 h is not below 2.5 h', () => {
    expect(scored({ ...everything, witnessedOnset: time(hoursAgo(3.5)) }, 'BAT').inputs['onset_to_ncct_lt_2_5h']).toBe(
      false,
    );
  });
});

it('every mapped score exists', () => {
  expect(CASE_SCORES).toHaveLength(16);
});
