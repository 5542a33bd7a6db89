/** An estimate with its range must not read as a contradiction. */
import { expect, it } from 'vitest';
import { estimateText } from '../../src/explanation/cards/ninety-days-block.ts';
import { explainContext } from '../../src/explanation/explain-context.ts';
import { aCase, aPolicy, NOW } from '../support/case-builder.ts';
import { testContent } from './support/content.ts';

it.each([
  [{ value: 0.25, low: 0.25, high: 0.43 }, '25 % (up to 43 %)', '25%（最高43%）'],
  [{ value: 0.43, low: 0.25, high: 0.43 }, '43 % (down to 25 %)', '43%（最低25%）'],
  [{ value: 0.33, low: 0.25, high: 0.43 }, '25–43 % (best estimate 33 %)', null],
  [{ value: 0.33, low: 0.31, high: 0.36 }, '33 % (31–36 %)', null],
  [{ value: 0.33, low: 0.33, high: 0.33 }, '33 %', null],
  [{ value: null, low: 0.25, high: 0.43 }, '25–43 %', null],
])('%o: %s', (estimate, english, chinese) => {
  const of = (locale: 'en' | 'zh-CN') =>
    estimateText(estimate, explainContext(aCase(), NOW, aPolicy(), testContent(), locale, { version: '0' }));
  expect(of('en')).toBe(english);
  if (chinese !== null) expect(of('zh-CN').replaceAll(' ', '')).toBe(chinese);
});
