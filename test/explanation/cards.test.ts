import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  HOUR,
  known,
  plus,
  unknown,
  type DrugOrder,
  type FactKey,
  type StrokeCase,
  type StrokeFacts,
} from '../../src/case/index.ts';
import { decide, type Decisions } from '../../src/decisions/decide.ts';
import type { CardDraft } from '../../src/explanation/card-draft.ts';
import type { CardContent, Locale } from '../../src/explanation/content/card-content.ts';
import { explain } from '../../src/explanation/explain.ts';
import { restoreCase, storeEvaluation } from '../../src/explanation/stored-evaluation.ts';
import { FACT_KEYS } from '../../src/explanation/format/fact-value.ts';
import {
  aCase,
  aPolicy,
  drug,
  eligiblePatient,
  given,
  hoursAgo,
  measured,
  minutesAgo,
  nihssTotal,
  NOW,
  pressure,
  takes,
  weightOf,
} from '../support/case-builder.ts';
import { testContent } from './support/content.ts';

let content: CardContent;
beforeAll(() => {
  content = testContent();
});

const decisionsOf = (stroke: StrokeCase, at = NOW): Decisions => {
  const decisions = decide(stroke, at, aPolicy());
  if (decisions === null) throw new Error('the case has no indication');
  return decisions;
};
const cardsOf = (stroke: StrokeCase, locale: Locale = 'en', policy = aPolicy()): CardDraft[] =>
  explain(decide(stroke, NOW, policy), stroke, NOW, policy, content, locale, { version: '0.1.0' });
const card = (cards: readonly CardDraft[], topic: CardDraft['topic']): CardDraft => {
  const found = cards.find((c) => c.topic === topic);
  if (!found) throw new Error(`no ${topic} card`);
  return found;
};

const BLEEDING: StrokeCase = eligiblePatient({
  hemorrhageOnImaging: given(true),
  hematomaVolume: measured(34, 'mL'),
  hematomaLocation: given('deep'),
  intraventricularHemorrhage: given(true),
  gcs: measured(11, '{score}'),
  vitaminKAntagonist: takes(drug('warfarin', 'vitamin-k-antagonist', hoursAgo(20))),
  inr: measured(2.8, '{INR}'),
  bloodPressure: pressure(196, 101),
});
const AFTER_LYSIS: StrokeCase = eligiblePatient({
  thrombolyticGiven: takes(drug('tenecteplase', 'thrombolytic', minutesAgo(55))),
  nihssCourse: given([
    { value: { total: 8, isLowerBound: false }, at: minutesAgo(60), source: { reference: 'Observation/1' } },
    { value: { total: 15, isLowerBound: false }, at: minutesAgo(10), source: { reference: 'Observation/2' } },
  ]),
});
const ORDERED = {
  indications: [
    { kind: 'thrombolytic-ordered' as const, at: minutesAgo(2), source: { reference: 'MedicationRequest/1' } },
  ],
};
const PATIENTS: Readonly<Record<string, StrokeCase>> = {
  eligible: eligiblePatient(),
  'large vessel': eligiblePatient({ occlusionSite: given('M1') }),
  'pressure too high': eligiblePatient({ bloodPressure: pressure(204, 112) }),
  'laboratory open': eligiblePatient({
    platelets: unknown('pending'),
    inr: unknown('not-recorded'),
    aptt: unknown('not-recorded'),
    weight: weightOf(96, 'estimated'),
  }),
  'DOAC nine hours ago': eligiblePatient({
    directOralAnticoagulant: takes(drug('apixaban', 'factor-xa-inhibitor', hoursAgo(9))),
  }),
  'nearly nothing known': aCase({
    age: measured(66, 'a', null),
    nihss: nihssTotal(9, true),
    inr: unknown('implausible', [], 'INR 480 {INR}'),
  }),
  bleeding: BLEEDING,
  'after thrombolysis': AFTER_LYSIS,
  'low platelets, ordered': eligiblePatient({ platelets: measured(82, '10*9/L') }, ORDERED),
};

// Any fact may be lost, wrong or contradictory.
const anyCase: fc.Arbitrary<StrokeCase> = fc
  .record({
    base: fc.constantFrom(...Object.values(PATIENTS)),
    lost: fc.array(fc.constantFrom(...FACT_KEYS), { maxLength: 30 }),
    why: fc.constantFrom('not-recorded', 'not-read', 'implausible', 'pending', 'undated' as const),
    // Asterisks of the record are shown as they came: they would look like an emphasis that is not closed.
    about: fc.option(
      fc.string().filter((text) => !text.includes('**')),
      { nil: undefined },
    ),
    doubled: fc.array(fc.constantFrom<FactKey>('inr', 'glucose', 'lastKnownWell', 'bloodPressure', 'weight', 'nihss'), {
      maxLength: 3,
    }),
    reference: fc.string(),
  })
  .map(({ base, lost, why, about, doubled, reference }) => {
    const facts: Record<string, unknown> = { ...base.facts };
    for (const key of lost) facts[key] = unknown(why, [], about);
    for (const key of doubled) {
      const fact = base.facts[key];
      if (fact.status === 'known')
        facts[key] = { status: 'conflicting', values: [fact, known(fact.value, fact.at, [{ reference }])] };
    }
    return { ...base, facts: facts as unknown as StrokeCase['facts'] };
  });

const markdown = new MarkdownIt({ html: true });

/** Rows whose number of cells is not that of the head of their table. */
function raggedTables(tokens: readonly { readonly type: string }[]): number[] {
  const ragged: number[] = [];
  let head = 0;
  let cells = 0;
  for (const { type } of tokens) {
    if (type === 'table_open') head = 0;
    if (type === 'th_open') head += 1;
    if (type === 'tr_open') cells = 0;
    if (type === 'td_open') cells += 1;
    if (type === 'tr_close' && cells !== 0 && cells !== head) ragged.push(cells);
  }
  return ragged;
}

describe('cards, whatever the record holds', () => {
  it.each(['en', 'zh-CN'] as const)('are at most five, short, without HTML, links or broken tables (%s)', (locale) => {
    fc.assert(
      fc.property(anyCase, (stroke) => {
        const cards = cardsOf(stroke, locale);
        expect(cards.length).toBeLessThanOrEqual(5);
        expect(new Set(cards.map((c) => c.topic)).size).toBe(cards.length);
        expect(cards.flatMap((c) => c.suggestions).filter((s) => s.id.startsWith('order-')).length).toBeLessThanOrEqual(
          6,
        );
        for (const { summary, detail } of cards) {
          expect(summary).not.toMatch(/could not be evaluated|无法评估/);
          expect(summary.length).toBeLessThanOrEqual(139);
          expect(summary).not.toMatch(/[\n—]|\{|\}/);
          const tokens = markdown.parse(detail, {});
          const inline = tokens.flatMap((token) => token.children ?? []);
          expect([...tokens, ...inline].filter((t) => /html|link|image|code|heading|strike/.test(t.type))).toEqual([]);
          // Every emphasis is closed: no asterisks are left in the text.
          expect(inline.filter((t) => t.type === 'text' && t.content.includes('**'))).toEqual([]);
          expect(raggedTables(tokens)).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('never pre-select a prescription and offer one only beside a yes', () => {
    fc.assert(
      fc.property(anyCase, (stroke) => {
        const { conclusion } = decisionsOf(stroke).thrombolysis as { conclusion: string };
        for (const suggestion of cardsOf(stroke).flatMap((c) => c.suggestions)) {
          if (suggestion.action.resource.resourceType !== 'MedicationRequest') continue;
          expect(suggestion.isRecommended).not.toBe(true);
          expect(['recommended', 'reasonable', 'may-be-considered']).toContain(conclusion);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('say nothing when nothing points to a stroke', () => {
    expect(explain(null, aCase(), NOW, aPolicy(), content, 'en', { version: '0' })).toEqual([]);
  });
});

describe('a statement that failed', () => {
  it('is named with its id, and the other cards stand', () => {
    const decisions = {
      ...decisionsOf(eligiblePatient()),
      thrombolysis: { failed: true, decision: 'thrombolysis', errorId: 'thrombolysis-x1' } as const,
    };
    const cards = explain(decisions, eligiblePatient(), NOW, aPolicy(), content, 'en', { version: '0.1.0' });
    expect(card(cards, 'thrombolysis').summary).toBe(
      'Intravenous thrombolysis: could not be evaluated (id thrombolysis-x1)',
    );
    expect(card(cards, 'stroke-state').summary).toContain('NIHSS 12');
  });
});

describe('the thrombolysis card', () => {
  it('leads with the conclusion and the clock', () => {
    expect(card(cardsOf(eligiblePatient()), 'thrombolysis').summary).toBe(
      'Thrombolysis: recommended, window closes 18:00 (3 h left)',
    );
    expect(card(cardsOf(eligiblePatient(), 'zh-CN'), 'thrombolysis').summary).toBe(
      '静脉溶栓：推荐，时间窗18:00截止（还剩3小时）',
    );
  });

  it('gives the numbers of the decision, both calculations where they differ, and the same numbers in the draft', () => {
    const { detail, suggestions } = card(cardsOf(eligiblePatient()), 'thrombolysis');
    expect(detail).toContain('Tenecteplase 20 mg (4 mL)');
    expect(detail).toContain('22.5 mg (4.5 mL)');
    expect(detail).toContain('Weight 80 kg (measured)');
    expect(suggestions[0]?.action.resource).toMatchObject({
      dosageInstruction: [{ doseAndRate: [{ doseQuantity: { value: 20 } }] }],
    });
    const alteplase = cardsOf(eligiblePatient(), 'en', aPolicy({ thrombolyticAgent: 'alteplase' }));
    expect(card(alteplase, 'thrombolysis').suggestions[0]?.action.resource).toMatchObject({
      dosageInstruction: [
        { doseAndRate: [{ doseQuantity: { value: 7.2 } }] },
        { doseAndRate: [{ doseQuantity: { value: 64.8 } }] },
      ],
    });
  });

  it('puts what must be corrected first, without calling it missing', () => {
    const { summary, detail, suggestions } = card(cardsOf(PATIENTS['pressure too high'] ?? aCase()), 'thrombolysis');
    expect(summary).toMatch(/^Thrombolysis: not yet, first: lower BP below 185\/110 mmHg/);
    expect(detail).not.toContain('Missing:');
    expect(suggestions).toEqual([]);
  });

  it('is critical when a thrombolytic is ordered against an absolute contraindication, and only then', () => {
    const inUse = card(cardsOf(PATIENTS['low platelets, ordered'] ?? aCase()), 'thrombolysis');
    expect(inUse.indicator).toBe('critical');
    expect(inUse.summary).toContain('Platelets <100 000/mm³');
    const notOrdered = eligiblePatient({ platelets: measured(82, '10*9/L') });
    expect(card(cardsOf(notOrdered), 'thrombolysis').indicator).toBe('info');
  });

  it('says where the guideline sets differ', () => {
    const { detail } = card(cardsOf(PATIENTS['DOAC nine hours ago'] ?? aCase()), 'thrombolysis');
    expect(detail).toMatch(/Guideline sets differ:\*\* AHA\/ASA 2019: contraindicated \(DOAC within 48 h\)/);
  });

  it('orders what is missing, pre-selecting blood tests only, and not what is pending', () => {
    const sparse = card(cardsOf(PATIENTS['nearly nothing known'] ?? aCase()), 'thrombolysis');
    const selected = sparse.suggestions.filter((s) => s.isRecommended === true).map((s) => s.id);
    expect(sparse.suggestions.map((s) => s.id)).toContain('order-ct-head');
    expect(selected).not.toContain('order-ct-head');
    const open = card(cardsOf(PATIENTS['laboratory open'] ?? aCase()), 'thrombolysis');
    expect(open.suggestions.map((s) => s.id)).not.toContain('order-blood-count');
    expect(open.detail).toContain('platelets (pending)');
  });
});

describe('other cards', () => {
  it('show both values when sources disagree', () => {
    const inr = measured(1.1, '{INR}');
    const stroke = eligiblePatient({
      inr: { status: 'conflicting', values: [inr, { ...inr, value: { value: 2.3, unit: '{INR}' } }] },
    });
    expect(cardsOf(stroke).some((c) => c.detail.includes('1.1 ↔ 2.3'))).toBe(true);
    const seenAndNot = [given(false), given(true)];
    const blood = eligiblePatient({
      hemorrhageOnImaging: { status: 'conflicting', values: seenAndNot },
      glucose: unknown('not-recorded'),
    });
    expect(card(cardsOf(blood), 'thrombolysis').summary).toContain('missing: hemorrhage on imaging (sources disagree)');
  });

  it('name a rejected entry so that it can be corrected', () => {
    const { detail } = card(cardsOf(PATIENTS['nearly nothing known'] ?? aCase()), 'missing-data');
    expect(detail).toContain('INR 480 \\{INR\\}: recorded value outside the plausible range');
  });

  it('of a bleeding patient: options with class, scores with cohort, no dose, no prescription', () => {
    const cards = cardsOf(BLEEDING);
    expect(card(cards, 'hemorrhage').detail).toContain('Four-factor PCC 25–50 IU/kg (COR 1, LOE B-R)');
    expect(card(cards, 'hemorrhage').detail).toContain('152 patients 1997–98');
    expect(card(cards, 'hemorrhage').detail.length).toBeLessThanOrEqual(1500);
    expect(cards.some((c) => c.topic === 'thrombectomy')).toBe(false);
    expect(cards.flatMap((c) => c.suggestions).some((s) => s.id.startsWith('draft-'))).toBe(false);
  });

  it('of a worsening patient after thrombolysis: critical, with the tests of the guideline, and no second dose', () => {
    const cards = cardsOf(AFTER_LYSIS);
    const alarm = card(cards, 'complication');
    expect(alarm.indicator).toBe('critical');
    expect(alarm.suggestions.map((s) => s.id)).toEqual([
      'order-ct-head',
      'order-blood-count',
      'order-pt-inr',
      'order-aptt',
      'order-fibrinogen',
    ]);
    expect(cards.some((c) => c.topic === 'thrombolysis')).toBe(false);
  });

  const tenecteplase = (doses: DrugOrder['doses']): DrugOrder => ({
    drug: 'tenecteplase',
    class: 'thrombolytic',
    draft: true,
    at: null,
    startsAt: null,
    doses,
    source: { reference: 'MedicationRequest/1' },
  });
  const ordering = (mg: number, facts: Partial<StrokeFacts> = {}, locale: Locale = 'en') =>
    card(
      cardsOf(eligiblePatient(facts, { ...ORDERED, orders: [tenecteplase([{ value: mg, unit: 'mg' }])] }), locale),
      'thrombolysis',
    );
  it('of an order above the dose begin with both doses and are critical, of one below it a warning', () => {
    const line = 'Order above the dose: tenecteplase 40 mg, calculated 20–22.5 mg for 80 kg, maximum 25 mg.';
    const high = ordering(40);
    expect(high.summary).toBe(`${line} Thrombolysis: recommended`);
    expect(high.indicator).toBe('critical');
    expect(high.detail).toContain(`**${line}**`);
    expect(ordering(40, {}, 'zh-CN').summary).toMatch(
      /^医嘱剂量偏高：替奈普酶 40 mg，按80 kg计算为20–22\.5 mg，上限25 mg。静脉溶栓：推荐/,
    );
    const low = ordering(10);
    expect(low.summary).toMatch(/^Order below the dose: tenecteplase 10 mg, calculated 20–22\.5 mg for 80 kg\. /);
    expect(low.indicator).toBe('warning');
    expect(ordering(20).summary).toMatch(/^Thrombolysis: recommended/);
    expect(ordering(20).indicator).toBe('warning');
    const unweighed = ordering(40, { weight: unknown('not-recorded') });
    expect(unweighed.summary).toMatch(/^Order above the maximum: tenecteplase 40 mg, maximum 25 mg for stroke\. /);
    expect(unweighed.indicator).toBe('critical');
  });
  it('of an order that cannot be compared say so, and a contraindication is told before any dose', () => {
    const stroke = eligiblePatient({}, { ...ORDERED, orders: [tenecteplase(null)] });
    const { summary, indicator } = card(cardsOf(stroke), 'thrombolysis');
    expect(summary).toMatch(
      /^Ordered dose of tenecteplase not compared: not told in mg or mg\/kg\. Thrombolysis: recommended/,
    );
    expect(indicator).toBe('warning');
    const unsafe = ordering(40, { platelets: measured(82, '10*9/L') });
    expect(unsafe.summary).toMatch(/^Thrombolytic ordered or given, but/);
    expect(unsafe.detail).toContain('Order above the dose: tenecteplase 40 mg');
  });

  it('after thrombolysis name the antithrombotics that are ordered before the scan, first in the summary', () => {
    const order: DrugOrder = {
      drug: 'aspirin',
      class: 'antiplatelet',
      draft: true,
      at: null,
      startsAt: null,
      doses: null,
      source: { reference: 'MedicationRequest/1' },
    };
    const calm = eligiblePatient(
      { thrombolyticGiven: takes(drug('tenecteplase', 'thrombolytic', minutesAgo(55))) },
      { orders: [order, { ...order, drug: 'apixaban', class: 'factor-xa-inhibitor' }] },
    );
    const { summary, indicator, detail } = card(cardsOf(calm), 'complication');
    expect(indicator).toBe('warning');
    expect(summary).toMatch(/^After thrombolysis: aspirin, apixaban ordered before the 24 h scan/);
    expect(detail).toContain(
      '**Ordered: aspirin, apixaban, in conflict with “No antiplatelet or anticoagulant before the 24 h scan”.**',
    );
    expect(card(cardsOf(calm, 'zh-CN'), 'complication').summary).toMatch(/^溶栓后：24小时复查影像前已开立.*阿司匹林/);
    const alarm = card(cardsOf({ ...AFTER_LYSIS, orders: [order] }), 'complication');
    expect(alarm.detail).toContain('Ordered: aspirin');
    // The page with the basis decides again from the record.
    const record = storeEvaluation(calm, decide(calm, NOW, aPolicy()), NOW, aPolicy(), { service: '1', content: 'c' });
    expect(restoreCase(record).orders).toEqual(calm.orders);
  });

  it('carry intended use, data times, version and the limit in the closing line of each', () => {
    for (const { detail } of cardsOf(eligiblePatient()))
      expect(detail).toMatch(
        /\*For stroke clinicians; does not replace clinical judgement\. .*[Ee]valuated 15:00 [A-Z][A-Za-z/]+; v0\.1\.0\/[0-9a-f]{7}\*$/,
      );
  });

  it('keep names of criteria out of English on Chinese cards', () => {
    for (const stroke of Object.values(PATIENTS))
      for (const { summary, detail } of cardsOf(stroke, 'zh-CN'))
        expect(`${summary}\n${detail}`).not.toMatch(
          /\b(the|and|with|hemorrhage|window|pressure|within|recommended|missing|deficit)\b/i,
        );
  });

  it('move with time only as the decisions do', () => {
    const late = explain(
      decisionsOf(eligiblePatient(), plus(NOW, 4 * HOUR)),
      eligiblePatient(),
      plus(NOW, 4 * HOUR),
      aPolicy(),
      content,
      'en',
      { version: '0' },
    );
    expect(card(late, 'thrombolysis').summary).toMatch(
      /^Thrombolysis: not recommended \(no time window applies\)|^Thrombolysis: cannot be decided yet/,
    );
  });
});
