/** The basis page on outlook, bleeding, cause and trained statements: complete, additive, linked, escaped. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LESION_FEATURES } from '../../src/case/index.ts';
import { decide } from '../../src/decisions/decide.ts';
import type { ModelPrediction } from '../../src/decisions/prediction.ts';
import { renderBasisPage } from '../../src/explanation/basis-page/index.ts';
import type { Locale } from '../../src/explanation/content/card-content.ts';
import { makeEvaluationRecord } from '../../src/explanation/evaluation-record.ts';
import { aPolicy, eligiblePatient, given, NOW } from '../support/case-builder.ts';
import { testContent } from './support/content.ts';
import { casePredictions, prediction, simulatedBleeding, toastPrediction } from './support/predictions.ts';

function page(predictions: readonly ModelPrediction[], locale: Locale = 'en'): string {
  const stroke = eligiblePatient({ occlusionSite: given('M1') });
  const decisions = decide(stroke, NOW, aPolicy(), { predictions: casePredictions(...predictions) });
  const record = makeEvaluationRecord(stroke, decisions, NOW, aPolicy(), testContent(), { version: '0.1.0' });
  return renderBasisPage(record, testContent(), locale);
}
const sectionOf = (html: string, id: string): string =>
  new RegExp(`<section id="${id}">.*?</section>`, 's').exec(html)?.[0] ?? '';
const ALL = [prediction(), toastPrediction(), simulatedBleeding()];

it('names every score with definition and cohort, and where each figure comes from', () => {
  const html = page(ALL);
  for (const score of ['ASTRAL', 'DRAGON', 'THRIVE', 'PLAN', 'HIAT2', 'SPAN-100'])
    expect(sectionOf(html, 'prognosis')).toContain(`<div>${score}</div>`);
  for (const score of ['SEDAN', 'HAT', 'GRASPS', 'SITS-SICH', 'RICH'])
    expect(sectionOf(html, 'hemorrhagic-transformation')).toContain(`<div>${score}</div>`);
  expect(sectionOf(html, 'prognosis')).toContain('Emberson 2014');
  for (const system of ['TOAST', 'CCS', 'CISS', 'OCSP'])
    expect(sectionOf(html, 'subtype')).toContain(`<div>${system}</div>`);
});

it('shows contributions that add up to the sum, with version, digest and the model card', () => {
  const html = sectionOf(page([prediction()]), 'prognosis');
  const rows = [...html.matchAll(/<div>([+−][\d.]+)<\/div><\/td><td data-label="Bar"/g)].map((m) =>
    Number((m[1] ?? '').replace('−', '-').replace('+', '')),
  );
  const total = rows.pop() ?? Number.NaN;
  expect(rows.length).toBeGreaterThan(3);
  expect(rows.reduce((sum, n) => sum + n, 0)).toBeCloseTo(total, 1);
  expect(html).toContain('href="/models/discharge-mrs-lesion/card"');
  expect(html).toContain('sha256 abababababababab…');
  expect(html).toContain('They add up to the sum');
});

it.each([
  ['en', 'SIMULATED: '],
  ['zh-CN', '【模拟数据】'],
] as const)('marks a simulated model in its heading (%s)', (locale, mark) => {
  expect(sectionOf(page(ALL, locale), 'hemorrhagic-transformation')).toContain(`<h3>${mark}`);
});

it('gives no probability outside of what a model knows', () => {
  const html = sectionOf(page([prediction({ headline: null })]), 'prognosis');
  expect(html).toContain('outside what the model knows');
  expect(html).not.toContain('Probability of each class');
});

it('never shows a shadow model', () => {
  expect(page([prediction({ role: 'shadow' })])).not.toContain('discharge-mrs-lesion');
});

it('escapes what came with a model', () => {
  const hostile = prediction({
    model: '"><script>x</script>',
    version: '<b>1</b>',
    reference: '<img src=x onerror=y>',
  });
  const html = page([hostile]);
  expect(html).not.toMatch(/<script|<img|<b>/);
});

it('names the measures of the lesion in the language of the reader, for every installed model', () => {
  const used = installedInputs().filter((input) => input in LESION_FEATURES);
  expect(used.length).toBeGreaterThan(20);
  const { texts } = testContent();
  for (const input of used) {
    expect(texts['zh-CN'].has(`lesion.${input}`), input).toBe(true);
    expect(texts['zh-CN'].text(`lesion.${input}`)).toMatch(/[\u4e00-\u9fff]/);
    expect(texts.en.text(`lesion.${input}`)).not.toBe('');
  }
  expect(sectionOf(page(ALL, 'zh-CN'), 'prognosis')).toContain('模板空间内的病灶体积');
});

/** Names of inputs in the statistics of the trained models in `models/`. */
function installedInputs(): string[] {
  const folder = new URL('../../models/', import.meta.url);
  const names = readdirSync(folder).filter((name) => /^(toast|discharge-mrs)-/.test(name));
  const files = names.map((name) => readFileSync(new URL(`${name}/statistics.json`, folder), 'utf8'));
  return [...new Set(files.flatMap((file) => [...file.matchAll(/"([A-Za-z0-9]+)"/g)].map(([, key]) => key ?? '')))];
}
