import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REFUSED_SCORES, runScore, SCORES, ScoreInputError, scoreRow } from '../../../src/decisions/scores/index.ts';
import { PUBLISHED_HEMORRHAGE } from './published-hemorrhage-vectors.ts';
import { PUBLISHED } from './published-vectors.ts';

const baseOf = (score: string): Readonly<Record<string, unknown>> =>
  [...PUBLISHED, ...PUBLISHED_HEMORRHAGE].find((p) => p.score === score)?.base ?? {};

describe('scores that have no verified table', () => {
  it.each(REFUSED_SCORES.map(({ name }) => name))('%s refuses and says why', (name) => {
    const row = scoreRow({ score: name, inputs: { age: 70, nihss: 10 } });
    expect(row).toMatchObject({ score: name, error: expect.stringContaining('is not computed: ') as string });
    expect(row).not.toHaveProperty('result');
  });

  it('a name that no score has lists the known ones', () => {
    expect(scoreRow({ score: 'SITS-ICH (0-6)', inputs: {} })).toMatchObject({
      error: expect.stringContaining('SITS-SICH') as string,
    });
  });
});

describe('rows', () => {
  it.each([null, 3, [], {}, { score: 4 }, { score: 'SEDAN' }, { score: 'SEDAN', inputs: [] }])(
    '%j is refused',
    (row) => {
      expect(scoreRow(row)).toHaveProperty('error');
    },
  );

  it('names an input that is out of range, with the range, and not its value', () => {
    const row = scoreRow({ score: 'SPAN-100', inputs: { age: 80, nihss: 777 } });
    expect(row).toMatchObject({ error: expect.stringMatching(/nihss.*0 to 42/) as string });
    expect(JSON.stringify(row)).not.toContain('777');
  });

  it('refuses a comparator, a text and a fraction of a point', () => {
    for (const nihss of ['<5', 'mild', 4.5, Number.NaN]) {
      expect(() => runScore('SPAN-100', { age: 80, nihss })).toThrow(ScoreInputError);
    }
  });

  it('finds a score whatever its case and punctuation', () => {
    expect(runScore('ich-SCORE', baseOf('ICH score'))).toMatchObject({ points: 0 });
    expect(runScore('dawn Clinical core mismatch', { age: 85, nihss: 10, core_ml: 5 })).toMatchObject({ meets: true });
  });

  it('refuses glucose given twice unequally, and takes either unit', () => {
    const others = { ...baseOf('SEDAN'), glucose_mmol_l: undefined };
    expect(runScore('SEDAN', { ...others, glucose_mg_dl: 234 })).toMatchObject({ points: 2 });
    expect(() => runScore('SEDAN', { ...others, glucose_mmol_l: 5, glucose_mg_dl: 234 })).toThrow(/disagree/);
  });

  it('every result says what it predicts, in whom, and from which source', () => {
    for (const definition of Object.values(SCORES)) {
      const { definition: outcome, cohort, range, citation, grade } = definition.basis;
      expect(
        [outcome, cohort, range, citation.source].every((text) => text.length > 3),
        definition.name,
      ).toBe(true);
      expect(['V1', 'V2'], definition.name).toContain(grade);
    }
  });
});

describe('what sources leave open stays open', () => {
  const sits = baseOf('SITS-SICH');
  it('SITS-SICH with aspirin gives both readings and chooses none', () => {
    expect(runScore('SITS-SICH', { ...sits, antiplatelet: 'aspirin' })).toMatchObject({
      points: null,
      points_low: 1,
      points_high: 2,
      sich_pct: null,
    });
    expect(runScore('SITS-SICH', { ...sits, antiplatelet: 'dual' })).toMatchObject({ points_low: 2, points_high: 3 });
  });
  it('GRASPS without the item on origin gives both totals', () => {
    expect(runScore('GRASPS', { ...baseOf('GRASPS'), asian: 'off' })).toMatchObject({
      points: null,
      points_without_origin_item: 45,
      points_with_origin_item: 54,
    });
  });
  it('DRAGON shows no rate of miserable outcome', () => {
    const result = runScore('DRAGON', {
      ...baseOf('DRAGON'),
      nihss: 20,
      age: 85,
      dense_artery_or_early_infarct: 'both',
      glucose_mmol_l: 9,
    });
    expect(result).toMatchObject({ points: 8, good_outcome_pct: 0 });
    expect(Object.keys(result).join()).not.toContain('miserable');
  });
  it('HAT needs no glucose in diabetes, but does without', () => {
    const others = { ...baseOf('HAT'), glucose_mg_dl: null };
    expect(runScore('HAT', { ...others, diabetes: true })).toMatchObject({ points: 1 });
    expect(runScore('HAT', { ...others, diabetes: false })).toMatchObject({
      status: 'missing',
      inputs: ['glucose_mg_dl'],
    });
  });
  it('the hypoperfusion intensity ratio of nothing is not 0, and interchanged volumes are refused', () => {
    expect(runScore('HIR', { tmax10_ml: 0, tmax6_ml: 0 })).toMatchObject({ hir: null });
    expect(() => runScore('HIR', { tmax10_ml: 10, tmax6_ml: 5 })).toThrow(ScoreInputError);
  });
  it('a spot needs its size and density, no spot does not', () => {
    expect(runScore('CTA spot sign score', { spot_count: 'ge2', max_hu: 190 })).toMatchObject({
      status: 'missing',
      inputs: ['max_axial_mm'],
    });
    expect(runScore('CTA spot sign score', { spot_count: 'none' })).toMatchObject({ points: 0 });
  });
});

describe('NIHSS total', () => {
  const zero = Object.fromEntries(Object.keys(SCORES['NIHSS total']?.inputs ?? {}).map((item) => [item, 0]));
  it('sums to 42 at most', () => {
    const worst = {
      '1a': 3,
      '1b': 2,
      '1c': 2,
      '2': 2,
      '3': 3,
      '4': 3,
      '5a': 4,
      '5b': 4,
      '6a': 4,
      '6b': 4,
      '7': 2,
      '8': 2,
      '9': 3,
      '10': 2,
      '11': 2,
    };
    expect(runScore('NIHSS total', worst)).toMatchObject({ total: 42, is_lower_bound: false });
    expect(() => runScore('NIHSS total', { ...worst, '7': 3 })).toThrow(ScoreInputError);
  });
  it('an untestable item makes a lower bound, an absent one gives no total', () => {
    expect(runScore('NIHSS total', { ...zero, '5a': 'UN', '9': 2 })).toMatchObject({
      total: 2,
      is_lower_bound: true,
      untestable_items: ['5a'],
    });
    expect(runScore('NIHSS total', { ...zero, '9': null })).toMatchObject({ status: 'missing', inputs: ['9'] });
  });
});

describe('properties', () => {
  const pointsOf = (score: string, inputs: Readonly<Record<string, unknown>>): number => {
    const points = runScore(score, inputs)['points' as 'status'] as unknown;
    return typeof points === 'number' ? points : Number.NaN;
  };
  it.each(['SEDAN', 'HAT', 'GRASPS', 'SITS-SICH', 'DRAGON', 'THRIVE', 'ASTRAL', 'HIAT2', 'max-ICH'])(
    '%s never falls when the NIHSS rises',
    (score) => {
      fc.assert(
        fc.property(fc.nat(42), fc.nat(42), (a, b) => {
          const [low, high] = a <= b ? [a, b] : [b, a];
          return (
            pointsOf(score, { ...baseOf(score), nihss: low }) <= pointsOf(score, { ...baseOf(score), nihss: high })
          );
        }),
        { numRuns: 50 },
      );
    },
  );
  it.each(['SEDAN', 'GRASPS', 'SITS-SICH', 'DRAGON', 'THRIVE', 'ASTRAL', 'PLAN', 'HIAT2', 'ICH score', 'max-ICH'])(
    '%s never falls with age',
    (score) => {
      fc.assert(
        fc.property(fc.integer({ min: 18, max: 119 }), (age) => {
          return pointsOf(score, { ...baseOf(score), age }) <= pointsOf(score, { ...baseOf(score), age: age + 1 });
        }),
        { numRuns: 50 },
      );
    },
  );
  it('SAMueL: shares rise with the grade, and later treatment is never better', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('nlvo_ivt', 'lvo_ivt', 'lvo_mt'),
        fc.nat(700),
        fc.nat(300),
        (stroke_treatment, t, later) => {
          const at = (onset_to_treatment_min: number): Readonly<Record<string, unknown>> => ({
            ...runScore('SAMueL', { stroke_treatment, onset_to_treatment_min }),
          });
          const early = at(t)['cum_mrs_le_0_to_6'] as number[];
          const late = at(t + later)['cum_mrs_le_0_to_6'] as number[];
          expect([...early].sort((a, b) => a - b)).toEqual(early);
          expect(early.every((p, i) => p + 1e-9 >= (late[i] ?? 2))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});
