import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, exactly, known, plus, quantity, timeSpan, unknown } from '../../src/case/index.ts';
import type { CardContent } from '../../src/explanation/content/card-content.ts';
import { FACT_KEYS } from '../../src/explanation/format/fact-value.ts';
import { factText } from '../../src/explanation/format/fact-text.ts';
import { formatsFor } from '../../src/explanation/format/formats.ts';
import { quantityText, SECOND_UNITS, UNIT_TEXT_KEYS } from '../../src/explanation/format/quantity.ts';
import { aCase, drug, given, NOW, someSource, takes } from '../support/case-builder.ts';
import { testContent } from './support/content.ts';

let content: CardContent;
beforeAll(() => {
  content = testContent();
});
const formats = (locale: 'en' | 'zh-CN' = 'en', zone = 'Europe/Zurich') => formatsFor(content.texts[locale], zone, NOW);

describe('times', () => {
  it('are of the site, not of the server', () => {
    expect(formats('en', 'Europe/Zurich').time(NOW)).toBe('15:00');
    expect(formats('zh-CN', 'Asia/Shanghai').time(NOW)).toBe('22:00');
  });

  it('carry the date when they are not of today, and the year when it is another', () => {
    expect(formats().time(plus(NOW, -DAY))).toBe('22 Nov 15:00');
    expect(formats('zh-CN').time(plus(NOW, -DAY))).toBe('11月22日 15:00');
    expect(formats().time(plus(NOW, -400 * DAY))).toBe('19 Oct 2025 16:00');
  });

  it('show a date without time of day as a date, an interval as such, and an old entry as a bound', () => {
    const midnight = plus(NOW, -15 * HOUR);
    expect(formats().span(timeSpan(midnight, plus(midnight, DAY - 1)))).toBe('23 Nov');
    expect(formats().span(timeSpan(plus(NOW, -3 * HOUR), plus(NOW, -HOUR)))).toBe('between 12:00 and 14:00');
    expect(formats().span(timeSpan(plus(NOW, -9000 * DAY), plus(NOW, -40 * DAY)))).toBe('by 14 Oct');
  });

  it('count durations in minutes, hours and days', () => {
    expect(formats().duration(41 * MINUTE)).toBe('41 min');
    expect(formats().duration(161 * MINUTE)).toBe('2 h 41 min');
    expect(formats('zh-CN').duration(161 * MINUTE)).toBe('2小时41分');
    expect(formats().duration(-3 * DAY)).toBe('3 days');
  });

  it('refuse a time zone that does not exist', () => {
    expect(() => formatsFor(content.texts.en, 'Mars/Olympus', NOW)).toThrow(RangeError);
  });
});

describe('quantities', () => {
  it('never come without their unit, and keep the comparator', () => {
    expect(quantityText(quantity(10, '10*9/L', '<'), formats())).toBe('<10 ×10⁹/L');
    expect(quantityText(quantity(118, 'mg/dL'), formats(), SECOND_UNITS.glucose)).toBe('118 mg/dL (6.5 mmol/L)');
  });

  it('put SI units first in Chinese', () => {
    expect(quantityText(quantity(118, 'mg/dL'), formats('zh-CN'), SECOND_UNITS.glucose)).toBe(
      '6.5 mmol/L（118 mg/dL）',
    );
  });

  it('have a text for every unit in both languages', () => {
    for (const key of UNIT_TEXT_KEYS)
      for (const locale of ['en', 'zh-CN'] as const) expect(content.texts[locale].has(key), key).toBe(true);
  });
});

describe('facts', () => {
  it('that are unknown say why in plain words and show what was rejected', () => {
    const facts = aCase({ inr: unknown('implausible', [], 'INR 480 {INR}'), platelets: unknown('not-read') }).facts;
    expect(factText('inr', facts, formats())).toMatchObject({
      value: 'recorded value outside the plausible range',
      about: 'INR 480 {INR}',
    });
    expect(factText('platelets', facts, formats())).toMatchObject({ value: 'could not be read', about: '' });
  });

  it('that conflict show both values', () => {
    const { facts } = aCase({
      inr: { status: 'conflicting', values: [given(quantity(1.1, '{INR}')), given(quantity(2.6, '{INR}'))] },
    });
    expect(factText('inr', facts, formats()).value).toBe('1.1 ↔ 2.6');
  });

  it('that rest on an empty list say that none is recorded, not that there is none', () => {
    const { facts } = aCase({ dementia: known([], null, someSource('Condition'), 'not-recorded') });
    expect(factText('dementia', facts, formats()).value).toBe('none recorded');
  });

  it('never show a drug name that is not a plain generic name', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const { facts } = aCase({ antiplatelet: takes(drug(name, 'antiplatelet', exactly(NOW))) });
        const { value } = factText('antiplatelet', facts, formats());
        const shown = value.slice(0, value.indexOf(' (last dose'));
        expect(
          shown === 'other drug' || /^[a-z][a-z -]{1,40}$/.test(shown) || content.texts.en.has(`drug.${name}`),
        ).toBe(true);
      }),
    );
  });

  it('have a label in both languages, every one', () => {
    for (const key of FACT_KEYS)
      for (const locale of ['en', 'zh-CN'] as const) expect(content.texts[locale].has(`fact.${key}`), key).toBe(true);
  });
});
