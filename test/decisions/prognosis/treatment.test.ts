import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, plus, unknown } from '../../../src/case/index.ts';
import { shifted, shiftTo, upTo } from '../../../src/decisions/prognosis/distribution.ts';
import { treatedReference, trialUncertainty } from '../../../src/decisions/prognosis/treatment.ts';
import { UNTREATED } from '../../../src/decisions/scores/samuel-distributions.ts';
import type { SamuelTreatment } from '../../../src/decisions/scores/samuel-distributions.ts';
import { drug, event, given, hoursAgo, minutesAgo, NOW, takes, time } from '../../support/case-builder.ts';
import { effectOf, must, outlook, RECOMMENDED, treatmentOf } from './support.ts';

const SAMUEL = new URL('../../../../shared/data/samuel-mrs/', import.meta.url);
const COURSES: readonly (readonly [SamuelTreatment, 'lvo' | 'nlvo'])[] = [
  ['nlvo_ivt', 'nlvo'],
  ['lvo_ivt', 'lvo'],
  ['lvo_mt', 'lvo'],
];

describe.skipIf(!existsSync(SAMUEL))(
  'time course of the source (../shared/data/samuel-mrs, beside the checkout)',
  () => {
    it.each(COURSES)(
      '%s: a patient at the reference’s own risk has the source’s distribution at any time',
      (name, kind) => {
        const file = new URL(`outcome_model_methods_output_probs_with_time_${name}.csv`, SAMUEL);
        const rows = parse<Record<string, string>>(readFileSync(file, 'utf8'), { columns: true });
        const atRest = shiftTo(UNTREATED[kind], 1 - UNTREATED[kind][2]);
        const checked = rows.filter((_, index) => index % 150 === 0);
        expect(checked.length).toBeGreaterThan(20);
        for (const row of checked) {
          const distribution = shifted(treatedReference(name, Number(row['treatment_time_mins'])), atRest);
          for (const cut of [0, 1, 2, 3, 4, 5]) {
            expect(Math.abs(upTo(distribution, cut) - Number(row[`mRS<=${String(cut)}`]))).toBeLessThan(2e-5);
          }
        }
      },
    );
  },
);

describe('what treatment changes', () => {
  it('is the same change in odds at every cut for whatever risk the patient has', () => {
    const effect = effectOf(outlook(), 'thrombolysis');
    const odds = (share: number): number => share / (1 - share);
    const untreated = must(must(outlook().untreated).distributions[0]?.central);
    const reference = treatedReference('lvo_ivt', 120);
    for (const cut of [0, 1, 2, 3, 4, 5] as const) {
      const inReference = odds(reference[cut]) / odds(UNTREATED.lvo[cut]);
      expect(odds(upTo(must(effect.treated), cut)) / odds(upTo(untreated, cut))).toBeCloseTo(inReference, 6);
    }
  });

  it('names the number needed to treat with its interval, and the cost of 15 minutes', () => {
    const { gain, numberNeeded, per15Minutes, course } = effectOf(outlook(), 'thrombectomy');
    expect(numberNeeded.value).toBeCloseTo(1 / must(gain.independent.value), 9);
    expect(must(numberNeeded.fewest)).toBeLessThan(must(numberNeeded.value));
    expect(must(numberNeeded.most)).toBeGreaterThan(must(numberNeeded.value));
    expect(must(per15Minutes)).toBeLessThan(0);
    expect(must(course[1]).good - must(course[0]).good).toBeCloseTo(must(per15Minutes), 12);
    expect(course.map(({ minutesFromOnset }) => minutesFromOnset).slice(0, 3)).toEqual([120, 135, 150]);
    expect(course.at(-1)?.minutesFromOnset).toBe(360);
  });

  it('has no number needed to treat where nobody gains', () => {
    // Thrombolysis of a large-vessel occlusion shortly before 4.5 h: the trials' interval reaches no benefit.
    const late = effectOf(outlook({ witnessedOnset: time(hoursAgo(4.4)) }), 'thrombolysis');
    expect(late.gain.independent.low).toBeLessThan(0);
    expect(late.numberNeeded.most).toBeNull();
  });

  it('never gains more the later it is given, and less than nothing after the source’s end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 254 }), (minutes) => {
        const early = outlook({ witnessedOnset: time(minutesAgo(minutes)) });
        const late = outlook({ witnessedOnset: time(minutesAgo(minutes + 15)) });
        for (const name of ['thrombolysis', 'thrombectomy'] as const) {
          const before = must(effectOf(early, name).gain.independent.value);
          expect(must(effectOf(late, name).gain.independent.value)).toBeLessThan(before);
        }
      }),
      { numRuns: 15 },
    );
    const { noGainAfterMin } = effectOf(outlook(), 'thrombectomy');
    expect(upTo(shifted(treatedReference('lvo_mt', noGainAfterMin), 0), 2)).toBeCloseTo(UNTREATED.lvo[2], 9);
    expect(upTo(shifted(treatedReference('lvo_mt', 480), 0), 2)).toBeLessThan(UNTREATED.lvo[2]);
  });

  it('ends at 6.3 h and 8 h from onset', () => {
    const prognosis = outlook();
    expect(treatmentOf(prognosis, 'thrombolysis').noEffectAt).toBe(plus(NOW, 6.3 * HOUR - 2 * HOUR));
    expect(treatmentOf(prognosis, 'thrombectomy').noEffectAt).toBe(plus(NOW, 8 * HOUR - 2 * HOUR));
  });

  it('takes the widths of the trials’ intervals (Emberson 2014, Goyal 2016)', () => {
    const interval = (odds: number, width: number): readonly number[] => [
      odds / Math.exp(width),
      odds * Math.exp(width),
    ];
    expect(interval(1.75, trialUncertainty('thrombolysis', 120))[0]).toBeCloseTo(1.35, 1);
    expect(interval(1.26, trialUncertainty('thrombolysis', 200))[1]).toBeCloseTo(1.51, 1);
    expect(interval(2.49, trialUncertainty('thrombectomy', 200))[1]).toBeCloseTo(3.53, 1);
  });
});

describe('no effect is claimed', () => {
  it.each([
    ['contraindicated', 'excluded', 'excluded'],
    ['not-recommended', 'excluded', 'excluded'],
    [null, 'unknown', 'decision-unknown'],
  ] as const)('for thrombolysis that is %s', (conclusion, state, because) => {
    const treatment = treatmentOf(outlook({}, { ...RECOMMENDED, thrombolysis: conclusion }), 'thrombolysis');
    expect(treatment).toMatchObject({ state, noFiguresBecause: because, effects: [] });
  });

  it('for a late window, which is selected by imaging and outside the source', () => {
    const late = outlook({ witnessedOnset: time(hoursAgo(4.6)) });
    expect(treatmentOf(late, 'thrombolysis')).toMatchObject({ noFiguresBecause: 'late-window', effects: [] });
    expect(treatmentOf(late, 'thrombectomy').effects).toHaveLength(1);
    expect(late.notes).toContain('prognosis-late-window-outside-source');
    const later = outlook({ witnessedOnset: time(hoursAgo(6.1)) });
    expect(treatmentOf(later, 'thrombectomy')).toMatchObject({ noFiguresBecause: 'late-window', effects: [] });
  });

  it('for thrombolysis after sleep, an unknown onset, a basilar occlusion, thrombectomy without a large vessel', () => {
    const because = (facts: Parameters<typeof outlook>[0], name: 'thrombolysis' | 'thrombectomy') =>
      treatmentOf(outlook(facts), name).noFiguresBecause;
    const asleep = {
      witnessedOnset: unknown('not-recorded'),
      lastKnownWell: time(hoursAgo(3)),
      wakeUpStroke: given(true),
    };
    expect(because(asleep, 'thrombolysis')).toBe('late-window');
    expect(because({ witnessedOnset: unknown('not-recorded') }, 'thrombolysis')).toBe('time-unknown');
    expect(because({ occlusionSite: given('basilar') }, 'thrombectomy')).toBe('basilar');
    expect(because({ occlusionSite: given('none') }, 'thrombectomy')).toBe('no-large-vessel-occlusion');
  });

  it('for thrombolysis of a patient found between two times, unless the longer delay is covered', () => {
    const found = {
      witnessedOnset: unknown('not-recorded'),
      lastKnownWell: time(hoursAgo(4)),
      symptomRecognition: time(hoursAgo(1)),
    };
    const { minutesFromOnset, effects } = treatmentOf(outlook(found), 'thrombolysis');
    expect(minutesFromOnset).toEqual({ low: 60, high: 240 });
    const exact = effectOf(outlook({ witnessedOnset: time(hoursAgo(4)) }), 'thrombolysis');
    expect(effects[0]?.gain.independent.value).toBeCloseTo(must(exact.gain.independent.value), 9);
    expect(must(effects[0]).gain.independent.high).toBeGreaterThan(exact.gain.independent.high);
    const longAgo = { ...found, lastKnownWell: time(hoursAgo(5)) };
    expect(treatmentOf(outlook(longAgo), 'thrombolysis').noFiguresBecause).toBe('late-window');
  });
});

describe('a treatment that was given', () => {
  const lysed = { thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', minutesAgo(30))) };

  it('counts from onset to the dose, not to now, and has no more delay to cost', () => {
    const treatment = treatmentOf(outlook(lysed, { ...RECOMMENDED, thrombolysis: 'contraindicated' }), 'thrombolysis');
    expect(treatment).toMatchObject({ state: 'given', minutesFromOnset: { low: 90, high: 90 }, noEffectAt: null });
    expect(treatment.effects[0]).toMatchObject({ per15Minutes: null, course: [] });
  });

  it('carries the outlook as treated; of two treatments the better one, added up by no source', () => {
    const one = outlook(lysed);
    expect(must(one.asTreated).by).toBe('thrombolysis');
    expect(must(one.asTreated).outlook.independent.value).toBeGreaterThan(must(must(one.untreated).independent.value));
    const both = outlook({ ...lysed, thrombectomyDone: given([event('thrombectomy', minutesAgo(10))]) });
    expect(must(both.asTreated).by).toBe('thrombectomy');
    expect(must(both.asTreated).outlook.distributions[0]?.central).toEqual(effectOf(both, 'thrombectomy').treated);
    expect(both.notes).toContain('prognosis-better-of-both-treatments');
  });

  it('gives no outlook as treated when its time is not known, and says why', () => {
    const undated = {
      thrombolyticGiven: takes({ ...drug('alteplase', 'thrombolytic', minutesAgo(1)), lastIntake: unknown('undated') }),
    };
    const prognosis = outlook(undated);
    expect(treatmentOf(prognosis, 'thrombolysis')).toMatchObject({ state: 'given', noFiguresBecause: 'time-unknown' });
    expect(prognosis.asTreated).toBeNull();
  });

  it('says that tenecteplase is taken as alteplase, only where it is', () => {
    const note = 'prognosis-tenecteplase-as-alteplase';
    expect(outlook(lysed).notes).not.toContain(note);
    expect(outlook({ thrombolyticGiven: takes(drug('tenecteplase', 'thrombolytic', minutesAgo(30))) }).notes).toContain(
      note,
    );
    expect(outlook().notes).toContain(note);
  });
});

describe('validUntil', () => {
  it('is the next full quarter of an hour since onset while a treatment can still be given', () => {
    expect(outlook({ witnessedOnset: time(minutesAgo(100)) }).validUntil).toBe(plus(NOW, 5 * MINUTE));
    expect(outlook({ witnessedOnset: time(minutesAgo(105)) }).validUntil).toBe(plus(NOW, 15 * MINUTE));
    expect(outlook({}, { thrombolysis: 'contraindicated', thrombectomy: 'not-applicable' }).validUntil).toBeNull();
  });
});
