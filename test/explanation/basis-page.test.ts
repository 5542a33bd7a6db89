import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { unknown, type StrokeCase } from '../../src/case/index.ts';
import { decide } from '../../src/decisions/decide.ts';
import { BASIS_PAGE_STYLE_HASH, renderBasisPage } from '../../src/explanation/basis-page/index.ts';
import type { CardContent, Locale } from '../../src/explanation/content/card-content.ts';
import { makeEvaluationRecord, type EvaluationRecord } from '../../src/explanation/evaluation-record.ts';
import { aCase, aPolicy, eligiblePatient, given, measured, NOW } from '../support/case-builder.ts';
import { testContent } from './support/content.ts';

let content: CardContent;
beforeAll(() => {
  content = testContent();
});

const recordOf = (stroke: StrokeCase): EvaluationRecord =>
  makeEvaluationRecord(stroke, decide(stroke, NOW, aPolicy()), NOW, aPolicy(), content, {
    version: '0.1.0',
    evaluationId: 'evaluation-1',
  });
const page = (stroke: StrokeCase, locale: Locale = 'en'): string => renderBasisPage(recordOf(stroke), content, locale);

/** Names of all elements that the page opens. */
const elements = (html: string): Set<string> =>
  new Set([...html.matchAll(/<([a-zA-Z!][^\s>/]*)/g)].map((m) => m[1] ?? ''));

describe('the basis page', () => {
  it('shows scores side by side with what each lacks, those of a bleeding only where there is one', () => {
    const html = page(eligiblePatient());
    expect(html).toContain('never averaged');
    expect(html).toContain('SEDAN');
    expect(html).not.toContain('max-ICH');
  });

  it('opens no element that a hostile record brings, wherever the text stands', () => {
    const expected = elements(page(eligiblePatient()));
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom('<script>x</script>', '"><img src=x onerror=y>', "'><b>")),
        (text) => {
          const stroke = eligiblePatient(
            { inr: unknown('implausible', [], text), glucose: measured(118, 'mg/dL'), sex: given('male', null, text) },
            { patient: text, degradations: [{ where: text, why: 'malformed', detail: text }] },
          );
          const html = page(stroke);
          for (const element of elements(html))
            expect(expected.has(element) || ['ul', 'li'].includes(element), element).toBe(true);
          expect(html).not.toMatch(/<[^>]+\son\w+=/i);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('holds no script, no outside resource, and the one style whose hash is exported', () => {
    const html = page(eligiblePatient());
    expect(html).not.toMatch(/<script|<link|<img|src=|javascript:|url\(/i);
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
    expect(BASIS_PAGE_STYLE_HASH).toBe(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  });

  it.each(['en', 'zh-CN'] as const)(
    'shows every criterion, the data, the versions and what the service is (%s)',
    (locale) => {
      const record = recordOf(eligiblePatient());
      const html = renderBasisPage(record, content, locale);
      const texts = content.texts[locale];
      expect(html).toContain(`<html lang="${locale}">`);
      const evaluation = record.decisions?.thrombolysis;
      if (evaluation === undefined || 'failed' in evaluation) throw new Error('no evaluation');
      for (const { id } of evaluation.criteria)
        expect(html).toContain(
          texts
            .text(`criterion.${id}.sentence`)
            .replaceAll('<', '&lt;')
            .replaceAll('>', '&gt;')
            .replaceAll("'", '&#39;'),
        );
      for (const part of [
        'evaluation-1',
        '0.1.0',
        content.version,
        'Observation/example',
        'Europe/Zurich',
        ...content.about[locale].map((s) => s.title),
      ])
        expect(html).toContain(part);
      expect(html).toContain('e461–e467');
    },
  );

  it('survives storage: the page of the stored record is the page of the live one', () => {
    const record = recordOf(eligiblePatient({ hemorrhageOnImaging: given(true), hematomaVolume: measured(34, 'mL') }));
    const stored = JSON.parse(JSON.stringify(record)) as EvaluationRecord;
    expect(renderBasisPage(stored, content, 'en')).toBe(renderBasisPage(record, content, 'en'));
  });

  it('says so when there was nothing to say, and names what failed', () => {
    const silent = page(aCase({}, { indications: [] }));
    expect(silent).toContain('no statement was made');
    const record = recordOf(eligiblePatient());
    if (record.decisions === null) throw new Error('no decisions');
    const failed = {
      ...record,
      decisions: { ...record.decisions, dose: { failed: true, decision: 'dose', errorId: 'dose-1' } as const },
    };
    expect(renderBasisPage(failed, content, 'en')).toContain('Dose: could not be evaluated (id dose-1)');
  });

  it('can be read without a mouse: one h1, captions on tables, headed columns', () => {
    const html = page(eligiblePatient());
    expect(html.match(/<h1>/g)).toHaveLength(1);
    expect(html.match(/<table>/g)?.length).toBe(html.match(/<caption>/g)?.length);
    expect(html).toContain('<th scope="col">');
    expect(html).toContain('name="viewport"');
  });
});
