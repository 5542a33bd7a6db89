/** Findings that could not be read: a recorded 'no hemorrhage' counts, and the card says what it does not rest on. */
import { describe, expect, it } from 'vitest';
import { unknown, NO_IMAGING, type Degradation, type StrokeFacts } from '../../src/case/index.ts';
import { decide } from '../../src/decisions/decide.ts';
import { explain } from '../../src/explanation/explain.ts';
import { joinImaging } from '../../src/imaging/results/case-facts.ts';
import { aPolicy, eligiblePatient, given, NOW } from '../support/case-builder.ts';
import { testContent } from './support/content.ts';

const UNREAD: Degradation = { where: 'imagingFindings', why: 'time-out' };
const LINES = {
  en: 'What this software found on images could not be read for this call',
  'zh-CN': '本次未能读取软件的图像结果',
} as const;

function thrombolysis(locale: keyof typeof LINES, unread?: Degradation, facts: Partial<StrokeFacts> = {}): string {
  const stroke = joinImaging(eligiblePatient(facts), NO_IMAGING, unread);
  const cards = explain(decide(stroke, NOW, aPolicy()), stroke, NOW, aPolicy(), testContent(), locale, {
    version: '0.1.0',
  });
  return cards.find(({ topic }) => topic === 'thrombolysis')?.detail ?? '';
}

describe.each(['en', 'zh-CN'] as const)('the thrombolysis card (%s)', (locale) => {
  it('says that "no hemorrhage" rests on the record alone', () => {
    expect(thrombolysis(locale, UNREAD)).toContain(LINES[locale]);
  });

  it('is silent when the findings were read, and when another part of the record was not', () => {
    expect(thrombolysis(locale)).not.toContain(LINES[locale]);
    expect(thrombolysis(locale, { ...UNREAD, where: 'conditions' })).not.toContain(LINES[locale]);
  });

  it('is silent where the record says nothing or says that there is blood', () => {
    for (const hemorrhageOnImaging of [unknown('not-recorded'), given(true)])
      expect(thrombolysis(locale, UNREAD, { hemorrhageOnImaging })).not.toContain(LINES[locale]);
  });
});
