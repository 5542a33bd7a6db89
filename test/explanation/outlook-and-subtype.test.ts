/** What the cards on outlook and cause promise: side by side, marked, in log-odds, never more than five cards. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { unknown, type FactKey, type StrokeCase } from '../../src/case/index.ts';
import { decide, type Decisions } from '../../src/decisions/decide.ts';
import type { CasePredictions } from '../../src/decisions/prediction.ts';
import type { CardDraft } from '../../src/explanation/card-draft.ts';
import { bars, wholePercents } from '../../src/explanation/cards/ninety-days-block.ts';
import type { CardContent, Locale } from '../../src/explanation/content/card-content.ts';
import { explain } from '../../src/explanation/explain.ts';
import { FACT_KEYS } from '../../src/explanation/format/fact-value.ts';
import {
  aPolicy,
  drug,
  eligiblePatient,
  given,
  hoursAgo,
  minutesAgo,
  NOW,
  takes,
  measured,
} from '../support/case-builder.ts';
import { testContent } from './support/content.ts';
import { casePredictions, prediction, simulatedBleeding, toastPrediction } from './support/predictions.ts';

let content: CardContent;
beforeAll(() => {
  content = testContent();
});

const decisionsOf = (stroke: StrokeCase, predictions?: CasePredictions): Decisions => {
  const decisions = decide(stroke, NOW, aPolicy(), predictions === undefined ? {} : { predictions });
  if (decisions === null) throw new Error('the case has no indication');
  return decisions;
};
const cardsOf = (stroke: StrokeCase, predictions?: CasePredictions, locale: Locale = 'en'): CardDraft[] =>
  explain(decisionsOf(stroke, predictions), stroke, NOW, aPolicy(), content, locale, { version: '0.1.0' });
const find = (cards: readonly CardDraft[], topic: CardDraft['topic']): CardDraft | undefined =>
  cards.find((card) => card.topic === topic);
const cardOf = (cards: readonly CardDraft[], topic: CardDraft['topic']): CardDraft => {
  const card = find(cards, topic);
  if (card === undefined) throw new Error(`no ${topic} card`);
  return card;
};

const occluded = (): StrokeCase => eligiblePatient({ occlusionSite: given('M1'), hyperdenseArtery: given(true) });
const bleeding = (): StrokeCase => eligiblePatient({ hemorrhageOnImaging: given(true) });
const treated = (): StrokeCase =>
  eligiblePatient({ thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', minutesAgo(10))) });
const all = (): CasePredictions => casePredictions(prediction(), toastPrediction(), simulatedBleeding());

describe('the outlook card', () => {
  it('leads with independence at 90 days without treatment, what treatment adds, and the risk of bleeding', () => {
    const { summary, indicator } = cardOf(cardsOf(occluded(), all()), 'outlook');
    expect(summary).toMatch(
      /^Outlook untreated: independent at 90 days .+ %.*, with thrombolysis \+\d+, thrombectomy \+\d+ of 100/,
    );
    expect(indicator).toBe('info');
  });

  it('shows the whole mRS for each course of action, in percents that sum to 100', () => {
    const { detail } = cardOf(cardsOf(occluded()), 'outlook');
    const rows = detail.split('\n').filter((line) => /^\| (Untreated|Thrombolysis|Thrombectomy)/.test(line));
    expect(rows).toHaveLength(3);
    for (const row of rows) {
      const percents = row.split('|').slice(2, 9).map(Number);
      expect(percents.reduce((sum, n) => sum + n, 0)).toBe(100);
    }
  });

  it('names number needed to treat and the price of waiting for each treatment', () => {
    const { detail } = cardOf(cardsOf(occluded()), 'outlook');
    expect(detail).toMatch(/Thrombolysis \(1 h 30 min from onset\): .*NNT \d+.*each 15 min later costs \d/);
    expect(detail).toMatch(/Thrombectomy \(1 h 30 min from onset\): .*NNT \d+.*each 15 min later costs \d/);
  });

  it('keeps published evidence and the trained model apart: both numbers stand, neither is an average', () => {
    const decisions = decisionsOf(occluded(), all());
    const { detail } = cardOf(cardsOf(occluded(), all()), 'outlook');
    const without = cardOf(cardsOf(occluded()), 'outlook').detail;
    const ninetyDays = detail.split('\n')[0] ?? '';
    expect(ninetyDays).toBe(without.split('\n')[0]);
    expect(detail).toContain('**With the lesion on imaging, at discharge** (trained model): mRS 3–6 62 % (50–72 %).');
    expect(detail).toContain('90 % set: mRS 1–5.');
    expect(decisions.prognosis).toMatchObject({ discharge: { headline: { probability: 0.62 } } });
  });

  it('gives each hemorrhage score its points, rate, definition and cohort, and no average of them', () => {
    const { detail } = cardOf(cardsOf(occluded()), 'outlook');
    expect(detail).toMatch(/- SEDAN \d of 6: [\d.–]+ % \(ECASS II; n 974 \+ 828\)/);
    expect(detail).toMatch(/- HAT \d of 5: [\d.–]+ % \(/);
    expect(detail).not.toMatch(/average risk|mean risk|combined/i);
  });

  it('explains the model in log-odds that add up, never in percent', () => {
    const { detail } = cardOf(cardsOf(occluded(), all()), 'outlook');
    const lines = detail.split('\n').filter((line) => /[■□]/.test(line) && line.startsWith('- '));
    expect(lines).toEqual([
      '- NIHSS 17 ■■■■■■■■ +0.8',
      '- lesion size 23 mL ■■■■■ +0.5',
      '- age 61 y □□□ −0.3',
      '- all else □ −0.1',
    ]);
    expect(lines.join()).not.toContain('%');
    expect(detail).toContain('**NIHSS 17 raises it most; age 61 y lowers it most.**');
    expect(detail).toContain('With NIHSS 8 instead of 17: 44 % (another patient, not a treatment effect).');
  });

  it('names the age of the patient, and the limit at which the model read it', () => {
    const { explanation } = prediction();
    const age = { group: 'age', logOdds: 0.9, known: true };
    const values = [{ input: 'age', value: 104, unit: 'a', takenAs: 89 }];
    const old = prediction({ explanation: { ...explanation, contributions: [{ ...age, values }] } });
    const told = (locale: Locale): string =>
      cardOf(cardsOf(occluded(), casePredictions(old), locale), 'outlook').detail;
    expect(told('en')).toContain("**Age 104 y (read as 89 y, the model's limit) raises it most.**");
    expect(told('zh-CN')).toContain('年龄 104岁（模型上限，按89岁计）');
  });

  it('warns when small errors reorder the reasons, and of an unusual patient', () => {
    const shaky = prediction({
      stability: { topGroups: [], stable: false, range: { low: 0.5, high: 0.7 }, tried: [] },
      outOfDistribution: { score: 3.5, threshold95: 3, threshold99: 4, state: 'unusual', beyondTraining: ['nihss'] },
    });
    const { detail } = cardOf(cardsOf(occluded(), casePredictions(shaky)), 'outlook');
    expect(detail).toContain('Small measurement errors would reorder these reasons.');
    expect(detail).toContain('Unusual patient for this model');
    expect(cardOf(cardsOf(occluded(), all()), 'outlook').detail).not.toContain('would reorder');
  });

  it('gives no number outside of what the model knows', () => {
    const far = prediction({ headline: null });
    const { detail } = cardOf(cardsOf(occluded(), casePredictions(far)), 'outlook');
    expect(detail).toContain('outside what the model knows, so no number is given');
    expect(detail).not.toMatch(/62 %|NIHSS 17 ■/);
  });

  it.each([
    ['en', 'SIMULATED: '],
    ['zh-CN', '【模拟数据】'],
  ] as const)('marks a simulated model before its first word (%s)', (locale, mark) => {
    const { detail } = cardOf(cardsOf(occluded(), all(), locale), 'outlook');
    const own = detail.split('\n').find((line) => line.includes(locale === 'en' ? "This site's model" : '本院模型'));
    expect(own?.startsWith(mark)).toBe(true);
  });

  it('marks a simulated outcome model in the sentence of the card too', () => {
    const stroke = eligiblePatient({ nihss: unknown('not-recorded'), nihssItems: unknown('not-recorded') });
    const site = prediction({ simulated: true });
    const { summary, detail } = cardOf(cardsOf(stroke, casePredictions(site)), 'outlook');
    expect(summary).toMatch(/^SIMULATED: Outlook/);
    expect(detail).toMatch(/^SIMULATED: /m);
  });

  it('is not written for a model that has nothing to say', () => {
    const bare = eligiblePatient({
      age: unknown('not-recorded'),
      nihss: unknown('not-recorded'),
      nihssItems: unknown('not-recorded'),
    });
    expect(find(cardsOf(bare, casePredictions(prediction({ headline: null }))), 'outlook')).toBeUndefined();
  });

  it('promises nothing of thrombectomy in its sentence while the occlusion is not known', () => {
    const { summary, detail } = cardOf(cardsOf(eligiblePatient({ occlusionSite: unknown('not-recorded') })), 'outlook');
    expect(summary).not.toContain('thrombectomy');
    expect(detail).toMatch(/Thrombectomy \([^)]*LVO[^)]*\)/);
  });

  it('names the models that should have spoken and are damaged', () => {
    const broken = (why: 'unusable' | 'nothing-known'): CasePredictions => ({
      predictions: [prediction()],
      unavailable: [
        { family: 'discharge-mrs', model: 'x', why, missing: [] },
        { family: 'toast', model: 'toast-lesion', why, missing: [] },
      ],
    });
    // Another variant of the family answered: nothing is missing.
    const line = 'Trained model damaged or failing, no statement: cause (TOAST).';
    expect(cardOf(cardsOf(occluded(), broken('unusable')), 'outlook').detail).toContain(line);
    expect(cardOf(cardsOf(occluded(), broken('nothing-known')), 'outlook').detail).not.toContain('damaged');
    const chinese = cardOf(cardsOf(occluded(), broken('unusable'), 'zh-CN'), 'outlook').detail;
    expect(chinese).toContain('训练模型损坏或出错，未给出结论：病因（TOAST）。');
  });

  it('never shows a shadow prediction', () => {
    const shadow = casePredictions(prediction({ role: 'shadow' }), toastPrediction({ role: 'shadow' }));
    for (const { detail } of cardsOf(occluded(), shadow)) expect(detail).not.toMatch(/62 %|trained model/i);
  });

  it('stays within what is read', () => {
    expect(cardOf(cardsOf(eligiblePatient()), 'outlook').detail.length).toBeLessThanOrEqual(1800);
    expect(cardOf(cardsOf(occluded(), casePredictions(prediction())), 'outlook').detail.length).toBeLessThanOrEqual(
      2100,
    );
  });

  it('says how it looks after treatment', () => {
    const { summary } = cardOf(cardsOf(treated()), 'outlook');
    expect(summary).toMatch(/^Outlook after thrombolysis|^Outlook: sICH/);
  });

  it('is silent while a hemorrhage is feared after thrombolysis: the alarm has the floor', () => {
    const worse = eligiblePatient({
      thrombolyticGiven: takes(drug('tenecteplase', 'thrombolytic', minutesAgo(55))),
      nihssCourse: given([
        { value: { total: 8, isLowerBound: false }, at: minutesAgo(60), source: { reference: 'Observation/1' } },
        { value: { total: 15, isLowerBound: false }, at: minutesAgo(10), source: { reference: 'Observation/2' } },
      ]),
    });
    const topics = cardsOf(worse, all()).map(({ topic }) => topic);
    expect(topics).toContain('complication');
    expect(topics).not.toContain('outlook');
    expect(topics).not.toContain('subtype');
  });

  it('does not weigh the bleeding of a thrombolysis that is ruled out', () => {
    const lowPlatelets = eligiblePatient({ platelets: measured(62, '10*9/L') });
    const { summary, detail } = cardOf(cardsOf(lowPlatelets), 'outlook');
    expect(`${summary}\n${detail}`).not.toMatch(/sICH|SEDAN/);
  });

  it('is absent in hemorrhagic stroke, like the cause of an ischemic one', () => {
    const topics = cardsOf(bleeding(), all()).map(({ topic }) => topic);
    expect(topics).not.toContain('outlook');
    expect(topics).not.toContain('subtype');
    expect(topics).toContain('hemorrhage');
  });
});

describe('the cause of the stroke', () => {
  const cardioembolic = (): StrokeCase =>
    eligiblePatient({
      atrialFibrillation: given([
        {
          kind: 'atrial-fibrillation',
          when: null,
          active: true,
          certainty: 'confirmed',
          source: { reference: 'Condition/af' },
        },
      ]),
      infarctPattern: given('single-territorial'),
    });

  it('is one honest line early: undetermined, incomplete, and the next test', () => {
    const cards = cardsOf(occluded());
    expect(find(cards, 'subtype')).toBeUndefined();
    expect(cardOf(cards, 'outlook').detail).toMatch(
      /\*\*Cause \(subtype\):\*\* undetermined \(incomplete\)\.\n\n\*\*Next best test:\*\*/,
    );
    const alone = cardOf(cardsOf(occluded(), casePredictions(toastPrediction())), 'subtype');
    expect(alone.summary).toMatch(/^Subtype: undetermined \(incomplete\); next: /);
  });

  it('names all four classifications on its own card, in the terms of the guidelines', () => {
    const { detail } = cardOf(cardsOf(cardioembolic(), casePredictions(toastPrediction())), 'subtype');
    for (const system of ['TOAST', 'CCS', 'CISS', 'OCSP']) expect(detail).toMatch(new RegExp(`^- ${system}: `, 'm'));
    const chinese = cardOf(cardsOf(cardioembolic(), casePredictions(toastPrediction()), 'zh-CN'), 'subtype').detail;
    expect(chinese).toContain('小动脉闭塞型');
  });

  it('offers the order for the next test, not pre-selected', () => {
    const card = cardOf(cardsOf(eligiblePatient(), casePredictions(toastPrediction())), 'subtype');
    for (const suggestion of card.suggestions) {
      expect(suggestion.isRecommended).not.toBe(true);
      expect(suggestion.action.resource).toMatchObject({ resourceType: 'ServiceRequest', status: 'draft' });
    }
  });

  it('shows the trained probabilities beside, as a lesion pattern and not as a cause', () => {
    const decided = decisionsOf(eligiblePatient(), casePredictions(toastPrediction()));
    const { detail } = cardOf(cardsOf(eligiblePatient(), casePredictions(toastPrediction())), 'subtype');
    expect(detail).toContain(
      'lesion pattern compatible with small-vessel occlusion 61 %, cardioembolism 22 %, large-artery atherosclerosis 13 %, others 4 %, if a cause is found; in 8 of 100 such patients none was found.',
    );
    // The rules stand as without the model.
    const alone = decisionsOf(eligiblePatient());
    expect(decided.subtype).toMatchObject({ toast: Reflect.get(Object(alone.subtype), 'toast') as object });
  });

  it('says so when the model cannot tell the causes apart', () => {
    const open = toastPrediction({ probabilities: [0.28, 0.29, 0.31, 0.04, 0.08] });
    const detail = cardsOf(eligiblePatient(), casePredictions(open))
      .map((card) => card.detail)
      .join('\n');
    expect(detail).toContain('the lesion pattern does not tell the causes apart');
    expect(detail).not.toContain('compatible with');
  });
});

describe('whatever the record holds and the models say', () => {
  const bases = [eligiblePatient, occluded, bleeding, treated].map((make) => make());
  const anyInput = fc.record({
    base: fc.constantFrom(...bases),
    lost: fc.array(fc.constantFrom<FactKey>(...FACT_KEYS), { maxLength: 25 }),
    predictions: fc.subarray([
      prediction(),
      prediction({ headline: null }),
      toastPrediction(),
      simulatedBleeding(),
      prediction({ family: 'mrs-90-days', simulated: true }),
    ]),
    running: fc.boolean(),
  });
  it.each(['en', 'zh-CN'] as const)('at most five cards, each sentence short, one card of a kind (%s)', (locale) => {
    fc.assert(
      fc.property(anyInput, ({ base, lost, predictions, running }) => {
        const facts: Record<string, unknown> = { ...base.facts };
        for (const key of lost) facts[key] = unknown('not-recorded');
        if (running) facts['directOralAnticoagulant'] = takes(drug('apixaban', 'factor-xa-inhibitor', hoursAgo(3)));
        const stroke = { ...base, facts: facts as unknown as StrokeCase['facts'] };
        const cards = cardsOf(stroke, casePredictions(...predictions), locale);
        expect(cards.length).toBeLessThanOrEqual(5);
        expect(new Set(cards.map(({ topic }) => topic)).size).toBe(cards.length);
        for (const { topic, summary, detail, indicator } of cards) {
          expect(summary.length).toBeLessThanOrEqual(139);
          expect(summary).not.toMatch(/[\n—{}*]|could not be evaluated|无法评估|…/);
          expect(detail).not.toMatch(/<[a-z/]/i);
          expect(detail).not.toMatch(/undefined|NaN|\bnull\b|term\.|outlook\.|model\./);
          if (topic === 'outlook' || topic === 'subtype') {
            expect(indicator).toBe('info');
            expect(detail.length).toBeLessThan(3200);
          }
        }
      }),
      { numRuns: 80 },
    );
  });
});

describe('percents of a distribution', () => {
  it('are whole, sum to 100 and differ from the exact ones by less than one', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 }), (raw) => {
        const sum = raw.reduce((total, x) => total + x, 0);
        const shares = raw.map((x) => x / sum);
        const percents = wholePercents(shares);
        expect(percents.reduce((total, x) => total + x, 0)).toBe(100);
        percents.forEach((percent, i) => {
          expect(Math.abs(percent - (shares[i] ?? 0) * 100)).toBeLessThan(1);
        });
        expect(bars(shares)).toHaveLength(7);
      }),
      { numRuns: 100 },
    );
  });
});
