/** A computed ASPECTS on the cards: named as computed, borderline where its interval reaches a limit, below any report. */
import { describe, expect, it } from 'vitest';
import { unknown, type ImagingFinding, type StrokeFacts } from '../../src/case/index.ts';
import { decide } from '../../src/decisions/decide.ts';
import { evaluateThrombolysis } from '../../src/decisions/thrombolysis/index.ts';
import { LOCALES } from '../../src/explanation/content/card-content.ts';
import type { CardDraft } from '../../src/explanation/card-draft.ts';
import { explain } from '../../src/explanation/explain.ts';
import { joinImaging } from '../../src/imaging/results/case-facts.ts';
import { aPolicy, eligiblePatient, given, hoursAgo, measured, NOW, time } from '../support/case-builder.ts';
import { finding, imagingOf } from '../support/imaging-findings.ts';
import { testContent } from './support/content.ts';

type Locale = (typeof LOCALES)[number];

const METHOD: ImagingFinding['method'] = {
  ...{ pipeline: 'early-ischemia', version: '1.0.0', model: null, ranOn: null },
  settings: { affectedDropHu: 2.5 },
};
const ischemia = (score: number, low: number, high: number): ImagingFinding[] => [
  finding('aspects', score, { interval: { low, high, basis: '' }, detectionFloor: null, method: METHOD }),
  finding('aspects-regions', 'left-m1 left-ic left-i', { method: METHOD }),
  finding('mca-hypodensity-share', 30, {
    ...{ interval: { low: 22, high: 41, basis: '' }, detectionFloor: null, method: METHOD },
  }),
];

function cards(
  findings: readonly ImagingFinding[],
  { hours, facts = {}, locale = 'en' }: { hours: number; facts?: Partial<StrokeFacts>; locale?: Locale },
): (topic: CardDraft['topic']) => CardDraft {
  const onset = time(hoursAgo(hours));
  const clock = { witnessedOnset: onset, symptomRecognition: onset, lastKnownWell: onset };
  const patient = eligiblePatient({ occlusionSite: given('M1'), ...clock }).facts;
  const stroke = eligiblePatient({
    ...patient,
    aspects: unknown('not-recorded'),
    ...facts,
  });
  const joined = joinImaging(stroke, imagingOf(findings));
  const drafts = explain(decide(joined, NOW, aPolicy()), joined, NOW, aPolicy(), testContent(), locale, {
    version: '0.1.0',
  });
  return (topic) => {
    const found = drafts.find((one) => one.topic === topic);
    if (found === undefined) throw new Error(`no ${topic} card`);
    return found;
  };
}

describe('the card of the state', () => {
  it('names score, regions and that this is research', () => {
    const { detail } = cards(ischemia(7, 6, 8), { hours: 3 })('stroke-state');
    expect(detail).toMatch(/Computed early ischemia on CT .*computed ASPECTS 7 \(6–8\)/);
    expect(detail).toContain('left M1');
    expect(detail).toContain('left internal capsule');
    expect(detail).toContain('Research use');
  });

  it('in Chinese too', () => {
    const { detail } = cards(ischemia(7, 6, 8), { hours: 3, locale: 'zh-CN' })('stroke-state');
    expect(detail).toContain('计算 ASPECTS');
    expect(detail).toContain('左内囊');
  });

  it('says where a report and the computed score are two points apart, and that the report counts', () => {
    const told = cards(ischemia(6, 5, 7), { hours: 3, facts: { aspects: measured(9, '{score}') } });
    expect(told('stroke-state').detail).toMatch(/Report and computed value differ.*recorded 9.*computed 6/);
    const close = cards(ischemia(8, 8, 8), { hours: 3, facts: { aspects: measured(9, '{score}') } });
    expect(close('stroke-state').detail).not.toContain('differ');
  });
});

describe('thrombectomy', () => {
  it.each(LOCALES)(
    'is settled by no computed score, however clear: the card tells it and asks for a reader (%s)',
    (locale) => {
      for (const findings of [ischemia(8, 7, 9), ischemia(2, 1, 3), ischemia(6, 5, 7)]) {
        const { summary, detail } = cards(findings, { hours: 3, locale })('thrombectomy');
        expect(summary).toMatch(locale === 'en' ? /cannot be decided/ : /暂不能判断/);
        expect(summary).toContain(locale === 'en' ? 'ASPECTS (computed only)' : '（仅有计算值）');
        expect(detail).toContain(locale === 'en' ? 'a reader has to score the images' : '须由医师阅片评分');
      }
    },
  );

  it('is decided by the score of a reader', () => {
    const told = cards(ischemia(8, 7, 9), { hours: 3, facts: { aspects: measured(8, '{score}') } });
    expect(told('thrombectomy').summary).not.toMatch(/cannot be decided/);
  });
});

describe('thrombolysis', () => {
  it('a computed extent is told and settles nothing', () => {
    const open = unknown('not-recorded');
    const unread = { extensiveHypodensity: open, hypodensityExtent: open };
    const extent = (findings: readonly ImagingFinding[]) => {
      const onset = time(hoursAgo(2));
      const stroke = eligiblePatient({ lastKnownWell: onset, witnessedOnset: onset, ...unread });
      const joined = joinImaging(stroke, imagingOf(findings));
      return evaluateThrombolysis(joined, NOW, aPolicy()).criteria.find(({ id }) => id === 'extensive-hypodensity');
    };
    expect(extent([])?.status).toBe('unknown');
    expect(extent(ischemia(3, 2, 4))).toMatchObject({
      status: 'unknown',
      note: { key: 'hypodensity-extent-computed', params: { share: 30, low: 22, high: 41 } },
    });
  });
});
