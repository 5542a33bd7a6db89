/** A diffusion study on the cards: what was computed, that it is for research, and that it opens nothing for a wake-up stroke until it is read. */
import { describe, expect, it } from 'vitest';
import { unknown, type StrokeFacts } from '../../src/case/index.ts';
import type { ImagingFinding, StrokeCase } from '../../src/case/index.ts';
import { decide, isFailed } from '../../src/decisions/decide.ts';
import type { CardDraft } from '../../src/explanation/card-draft.ts';
import { explain } from '../../src/explanation/explain.ts';
import { joinImaging } from '../../src/imaging/results/case-facts.ts';
import { aPolicy, eligiblePatient, given, hoursAgo, NOW, time } from '../support/case-builder.ts';
import { finding, imagingOf } from '../support/imaging-findings.ts';
import { testContent } from './support/content.ts';

const METHOD = { ...finding('core-volume', 1).method, pipeline: 'diffusion' };
const of = (kind: ImagingFinding['kind'], value: ImagingFinding['value'], more: Partial<ImagingFinding> = {}) =>
  finding(kind, value, { method: METHOD, detectionFloor: null, ...more });

const STUDY = (mismatch: string): ImagingFinding[] => [
  of('dwi-lesion-volume', 12, { detectionFloor: 0.1 }),
  of('dwi-lesion-territory', 'left-carotid'),
  of('infarct-pattern', 'single-territorial'),
  of('dwi-lesion-mca-share', 6),
  of('dwi-flair-mismatch', mismatch),
  of('flair-signal-ratio', 1.04, { interval: { low: 1, high: 1.09, basis: '' } }),
  of('onset-within-4.5-h-by-flair', 74, { interval: { low: 52, high: 88, basis: '' } }),
];

/** Woke with symptoms two hours ago, well eight hours before that. */
const WOKE: Partial<StrokeFacts> = {
  witnessedOnset: unknown('not-recorded'),
  wakeUpStroke: given(true),
  lastKnownWell: time(hoursAgo(10)),
  symptomRecognition: time(hoursAgo(2)),
};

const stroke = (mismatch: string, more: Partial<StrokeFacts> = {}): StrokeCase =>
  joinImaging(eligiblePatient({ ...WOKE, ...more }), imagingOf(STUDY(mismatch)));
const card = (topic: CardDraft['topic'], of: StrokeCase, locale: 'en' | 'zh-CN' = 'en'): CardDraft => {
  const cards = explain(decide(of, NOW, aPolicy()), of, NOW, aPolicy(), testContent(), locale, { version: '0.1.0' });
  const found = cards.find((one) => one.topic === topic);
  if (found === undefined) throw new Error(`no ${topic} card`);
  return found;
};

describe('the card of the state', () => {
  it('says what was computed of the diffusion lesion and of its age, as research use', () => {
    const { detail } = card('stroke-state', stroke('present'));
    expect(detail).toContain('Computed diffusion');
    expect(detail).toContain('DWI lesion 12 mL');
    expect(detail).toContain('computed infarct pattern one cortical, cerebellar or large infarct');
    expect(detail).toContain('computed DWI-FLAIR mismatch present');
    expect(detail).toContain('onset within 4.5 h by FLAIR 74 % (52–88)');
    expect(detail).toContain('Research use');
  });

  it('in Chinese', () => {
    expect(card('stroke-state', stroke('borderline'), 'zh-CN').detail).toContain('计算的 DWI-FLAIR 不匹配 临界');
  });
});

describe('thrombolysis after waking with symptoms', () => {
  const conclusion = (of: StrokeCase): string => {
    const decisions = decide(of, NOW, aPolicy());
    if (decisions === null || isFailed(decisions.thrombolysis)) throw new Error('not evaluated');
    return decisions.thrombolysis.conclusion;
  };

  it.each(['present', 'absent'])(
    'is settled by no computed mismatch (%s): the card tells it and asks for a reader',
    (word) => {
      const computed = stroke(word);
      expect(conclusion(computed)).toBe('undecided');
      const { summary, detail } = card('thrombolysis', computed);
      expect(summary).toContain('DWI-FLAIR mismatch (computed only)');
      expect(detail).toContain(word === 'present' ? 'DWI-FLAIR mismatch present' : 'no DWI-FLAIR mismatch');
      expect(detail).toContain('a reader has to confirm it on the images');
      expect(card('thrombolysis', computed, 'zh-CN').detail).toContain('须由医师阅片确认');
    },
  );

  it('asks for no second MRI', () => {
    const labels = card('thrombolysis', stroke('present')).suggestions.map(({ label }) => label);
    expect(labels.join()).not.toMatch(/MR/);
  });

  it('is not opened by a borderline one', () => {
    expect(conclusion(stroke('borderline'))).toBe('undecided');
  });

  it('is opened by what a reader reported, and closed by it', () => {
    const read = (mismatch: boolean) =>
      stroke('present', { dwiFlairMismatch: given(mismatch), dwiLesionUnderOneThirdMca: given(true) });
    expect(['recommended', 'reasonable', 'may-be-considered']).toContain(conclusion(read(true)));
    const closed = card('thrombolysis', read(false)).detail;
    expect(closed).not.toContain('a reader has to confirm');
  });
});
