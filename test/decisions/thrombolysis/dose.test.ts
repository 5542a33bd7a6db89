import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantity, unknown } from '../../../src/case/index.ts';
import {
  alteplase,
  tenecteplaseBand,
  tenecteplaseExact,
  thrombolyticDose,
} from '../../../src/decisions/thrombolysis/index.ts';
import {
  aPolicy,
  eligiblePatient,
  given,
  had,
  measured,
  minutesAgo,
  NOW,
  weightOf,
} from '../../support/case-builder.ts';

const policy = aPolicy();
const doseOf = (facts: Parameters<typeof eligiblePatient>[0], more = {}) =>
  thrombolyticDose(eligiblePatient(facts, more), NOW, policy);

describe('no dose', () => {
  it.each([
    ['unknown weight', { weight: unknown('not-recorded') }, 'weight-unknown'],
    ['implausible weight', { weight: weightOf(8) }, 'weight-implausible'],
    ['weight refused by the mapper', { weight: unknown('implausible') }, 'weight-implausible'],
    [
      'weight given as an upper bound',
      { weight: given({ quantity: quantity(80, 'kg', '<'), provenance: 'stated' as const }) },
      'weight-not-exact',
    ],
    ['hemorrhage on imaging', { hemorrhageOnImaging: given(true) }, 'intracranial-hemorrhage'],
    ['a child', { age: measured(12, 'a') }, 'age-below-18'],
  ] as const)('%s', (_name, facts, why) => {
    expect(doseOf(facts)).toMatchObject({ status: 'refused', why });
  });

  it('two weights that disagree', () => {
    const conflicting = { status: 'conflicting' as const, values: [weightOf(80), weightOf(60)] };
    expect(doseOf({ weight: conflicting })).toMatchObject({ why: 'weight-conflicting', missing: ['weight'] });
  });

  it('without an acute ischemic stroke: a patient with myocardial infarction gets none', () => {
    const dose = doseOf(
      { acuteIschemicStroke: unknown('not-recorded'), myocardialInfarction: had('stemi', minutesAgo(60)) },
      { indications: [] },
    );
    expect(dose).toMatchObject({ status: 'refused', why: 'acute-ischemic-stroke-not-established' });
  });

  it.each([0, -70, 29.9, 300.1, Number.NaN, Number.POSITIVE_INFINITY])('the tables refuse %d kg', (kg) => {
    for (const table of [tenecteplaseBand, tenecteplaseExact, alteplase]) expect(() => table(kg)).toThrow(RangeError);
  });
});

describe('tenecteplase', () => {
  it.each([
    [59.9, 15, 3],
    [60, 17.5, 3.5],
    [69.9, 17.5, 3.5],
    [70, 20, 4],
    [79.9, 20, 4],
    [80, 22.5, 4.5],
    [89.9, 22.5, 4.5],
    [90, 25, 5],
    [200, 25, 5],
  ])('band at %d kg: %d mg in %d mL', (kg, doseMg, volumeMl) => {
    expect(tenecteplaseBand(kg)).toEqual({ doseMg, volumeMl });
  });

  it.each([
    [50, 12.5, 2.5],
    [80, 20, 4],
    [96, 24, 4.8],
    [100, 25, 5],
    [130, 25, 5],
  ])('exact at %d kg: %d mg in %d mL', (kg, doseMg, volumeMl) => {
    expect(tenecteplaseExact(kg)).toEqual({ doseMg, volumeMl });
  });

  it('shows both doses and says where and by how much they differ', () => {
    expect(doseOf({ weight: weightOf(50) })).toMatchObject({
      tenecteplase: {
        exact: { doseMg: 12.5 },
        band: { doseMg: 15 },
        differ: true,
        differenceMg: 2.5,
        bandMgPerKg: 0.3,
      },
    });
    expect(doseOf({ weight: weightOf(96) })).toMatchObject({ tenecteplase: { differ: true, differenceMg: 1 } });
    expect(doseOf({ weight: weightOf(100) })).toMatchObject({ tenecteplase: { differ: false, differenceMg: 0 } });
  });

  it('keeps the provenance of the weight', () => {
    expect(doseOf({ weight: weightOf(80, 'estimated') })).toMatchObject({
      weight: { kg: 80, provenance: 'estimated' },
    });
  });
});

describe('alteplase', () => {
  it.each([
    [70, 63, 6.3, 56.7],
    [100, 90, 9, 81],
    [150, 90, 9, 81],
    [99.9, 89.9, 9, 80.9],
  ])('at %d kg: %d mg, bolus %d mg, infusion %d mg', (kg, totalMg, bolusMg, infusionMg) => {
    expect(alteplase(kg)).toMatchObject({ totalMg, bolusMg, infusionMg, bolusMinutes: 1, infusionMinutes: 60 });
  });

  it('never exceeds a cap, and bolus and infusion add up, at any weight', () => {
    fc.assert(
      fc.property(fc.double({ min: 30, max: 300, noNaN: true }), (kg) => {
        const dose = alteplase(kg);
        expect(dose.totalMg).toBeLessThanOrEqual(90);
        expect(dose.bolusMg + dose.infusionMg).toBeCloseTo(dose.totalMg, 6);
        expect(Math.abs(dose.totalMg - Math.min(0.9 * kg, 90))).toBeLessThanOrEqual(0.0501);
        expect(tenecteplaseExact(kg).doseMg).toBeLessThanOrEqual(25);
        expect(tenecteplaseBand(kg).doseMg).toBeLessThanOrEqual(25);
      }),
      { numRuns: 300 },
    );
  });
});

describe('agent', () => {
  it('2026: either, so the site chooses', () => {
    expect(doseOf({})).toMatchObject({ agent: 'tenecteplase' });
    const alteplaseSite = aPolicy({ thrombolyticAgent: 'alteplase' });
    expect(thrombolyticDose(eligiblePatient(), NOW, alteplaseSite)).toMatchObject({ agent: 'alteplase' });
  });

  it('2019: alteplase first, whatever the site prefers', () => {
    const site = aPolicy({ guideline: 'aha-asa-2019' });
    expect(thrombolyticDose(eligiblePatient(), NOW, site)).toMatchObject({ agent: 'alteplase' });
  });

  it('ESO 2023: tenecteplase over alteplase in large-vessel occlusion', () => {
    const site = aPolicy({ guideline: 'eso-2021-2023', thrombolyticAgent: 'alteplase' });
    expect(thrombolyticDose(eligiblePatient({ occlusionSite: given('M1') }), NOW, site)).toMatchObject({
      agent: 'tenecteplase',
    });
    expect(thrombolyticDose(eligiblePatient(), NOW, site)).toMatchObject({ agent: 'alteplase' });
  });
});
