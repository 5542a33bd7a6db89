/** A diffusion study on the cards: what was computed, that it is for research, and what it opens for a wake-up stroke. */
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

  it('is opened by a computed mismatch, and the card says on what it rests', () => {
    const yes = stroke('present');
    expect(['recommended', 'reasonable', 'may-be-considered']).toContain(conclusion(yes));
    expect(card('thrombolysis', yes).detail).toContain('computed from the images');
  });

  it.each(['absent', 'borderline'])('is not opened by %s', (word) => {
    expect(['recommended', 'reasonable', 'may-be-considered']).not.toContain(conclusion(stroke(word)));
  });

  it("is not opened when the radiologist's report says there is none", () => {
    const reported = stroke('present', { dwiFlairMismatch: given(false) });
    expect(conclusion(reported)).toBe(conclusion(stroke('absent')));
  });
});
