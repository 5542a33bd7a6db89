/** Reference A3: tenecteplase 0.25 mg/kg or by band, at most 25 mg; alteplase 0.9 mg/kg, at most 90 mg, 10 % as a bolus. */
import { describe, expect, it } from 'vitest';
import { unknown, type DrugOrder, type OrderedDose, type StrokeFacts } from '../../../src/case/index.ts';
import { checkOrderedDoses, thrombolyticDose } from '../../../src/decisions/thrombolysis/index.ts';
import { aPolicy, eligiblePatient, minutesAgo, NOW, weightOf } from '../../support/case-builder.ts';

const mg = (value: number): OrderedDose => ({ value, unit: 'mg' });
const perKg = (value: number): OrderedDose => ({ value, unit: 'mg/kg' });
const order = (drug: string, doses: DrugOrder['doses'], more: Partial<DrugOrder> = {}): DrugOrder => ({
  drug,
  class: 'thrombolytic',
  draft: true,
  at: null,
  startsAt: null,
  doses,
  source: { reference: 'MedicationRequest/1' },
  ...more,
});

function check(orders: readonly DrugOrder[], facts: Partial<StrokeFacts> = { weight: weightOf(80) }) {
  const stroke = eligiblePatient(facts, { orders });
  return checkOrderedDoses(stroke.orders, thrombolyticDose(stroke, NOW, aPolicy()));
}
const verdict = (drug: string, dose: OrderedDose, kg = 80) =>
  check([order(drug, [dose])], { weight: weightOf(kg) })[0]?.status ?? 'as calculated';

describe('tenecteplase at 80 kg, exactly 20 mg and by band 22.5 mg', () => {
  it.each([
    [mg(20), 'as calculated'],
    [mg(22.5), 'as calculated'],
    [mg(21), 'as calculated'],
    [mg(19.6), 'as calculated'],
    [perKg(0.25), 'as calculated'],
    [mg(24), 'above'],
    [mg(24.9), 'overdose'],
    [mg(40), 'overdose'],
    [mg(200), 'overdose'],
    [perKg(0.5), 'overdose'],
    [mg(15), 'below'],
    [perKg(0.1), 'below'],
  ])('%o: %s', (dose, expected) => {
    expect(verdict('tenecteplase', dose)).toBe(expected);
  });
  it('tells both doses, the weight and the maximum', () => {
    expect(check([order('tenecteplase', [perKg(0.5)])])).toEqual([
      { agent: 'tenecteplase', status: 'overdose', orderedMg: 40, lowMg: 20, highMg: 22.5, maximumMg: 25, kg: 80 },
    ]);
  });
});

it('two agents are two treatments, be the other a draft as well or an order that stands', () => {
  const tenecteplase = order('tenecteplase', [mg(20)]);
  for (const draft of [true, false])
    expect(check([tenecteplase, order('alteplase', [mg(72)], { draft })])).toEqual([
      { agent: 'tenecteplase', status: 'second-agent', other: 'alteplase' },
    ]);
  expect(check([tenecteplase, order('tenecteplase', [mg(20)], { draft: false })])).toEqual([]);
});

it('the maximum is never passed, unless the order itself keeps to it', () => {
  expect(verdict('tenecteplase', mg(25), 120)).toBe('as calculated');
  expect(verdict('tenecteplase', mg(25.5), 120)).toBe('overdose');
  expect(verdict('tenecteplase', perKg(0.25), 120)).toBe('overdose');
  expect(verdict('tenecteplase', { ...perKg(0.25), atMostMg: 25 }, 120)).toBe('as calculated');
  expect(verdict('alteplase', mg(91), 120)).toBe('overdose');
});

it('a band of 0.4 mg/kg or more is no dose to compare with', () => {
  expect(verdict('tenecteplase', mg(15), 35)).toBe('overdose');
  expect(verdict('tenecteplase', mg(8.8), 35)).toBe('as calculated');
});

describe('alteplase at 80 kg: 72 mg, 7.2 mg bolus, 64.8 mg infusion', () => {
  it.each([
    [mg(72), 'as calculated'],
    [mg(70), 'as calculated'],
    [mg(7.2), 'as calculated'],
    [mg(7), 'as calculated'],
    [mg(64.8), 'as calculated'],
    [mg(65), 'as calculated'],
    [perKg(0.9), 'as calculated'],
    [perKg(0.09), 'as calculated'],
    [mg(76), 'above'],
    [mg(100), 'overdose'],
    [mg(50), 'below'],
  ])('%o: %s', (dose, expected) => {
    expect(verdict('alteplase', dose)).toBe(expected);
  });
  it('parts of one order, and orders of one call, add up', () => {
    expect(check([order('alteplase', [mg(7.2), mg(64.8)])])).toEqual([]);
    expect(check([order('alteplase', [mg(7.2)]), order('alteplase', [mg(64.8)])])).toEqual([]);
    expect(check([order('tenecteplase', [mg(20)]), order('tenecteplase', [mg(20)])])).toMatchObject([
      { status: 'overdose', orderedMg: 40 },
    ]);
  });
});

describe('what cannot be compared is said to be so', () => {
  it('a dose in mL, or none', () => {
    expect(check([order('tenecteplase', null)])).toEqual([
      { agent: 'tenecteplase', status: 'not-compared', why: 'not-readable' },
    ]);
  });
  it('an agent without a table', () => {
    expect(check([order('reteplase', [mg(18)])])).toEqual([
      { agent: 'reteplase', status: 'not-compared', why: 'no-table' },
    ]);
  });
  it('a dose that has nothing to be compared with; above the maximum it is told all the same', () => {
    const facts = { weight: unknown('not-recorded') };
    const noWeight = { agent: 'tenecteplase', status: 'not-compared', why: 'weight-unknown' };
    expect(check([order('tenecteplase', [mg(20)])], facts)).toEqual([noWeight]);
    expect(check([order('tenecteplase', [perKg(0.25)])], facts)).toEqual([noWeight]);
    expect(check([order('tenecteplase', [mg(40)])], facts)).toEqual([
      { agent: 'tenecteplase', status: 'above-maximum', orderedMg: 40, maximumMg: 25 },
    ]);
  });
});

it('counts drafts of thrombolytics only', () => {
  expect(
    check([
      order('tenecteplase', [mg(40)], { draft: false, at: minutesAgo(5) }),
      order('aspirin', [mg(300)], { class: 'antiplatelet' }),
    ]),
  ).toEqual([]);
});
