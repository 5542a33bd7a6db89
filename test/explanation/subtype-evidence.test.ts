/** What a subtype rests on is told as it is: what is there as there, what is absent as absent; and it is kept. */
import { describe, expect, it } from 'vitest';
import type { StrokeCase } from '../../src/case/index.ts';
import { LOCALES, type Locale } from '../../src/explanation/content/card-content.ts';
import { notDoneBlock, reasonsBlock } from '../../src/explanation/cards/subtype-block.ts';
import { explainContext } from '../../src/explanation/explain-context.ts';
import { storeSubtype } from '../../src/explanation/stored-subtype.ts';
import { arteries, classified, lacunar, searched } from '../decisions/subtype/patients.ts';
import { evaluateSubtype } from '../../src/decisions/subtype/index.ts';
import { aPolicy, daysAgo, event, given, noneRecorded, NOW } from '../support/case-builder.ts';
import { testContent } from './support/content.ts';

const contextOf = (stroke: StrokeCase, locale: Locale = 'en') =>
  explainContext(stroke, NOW, aPolicy(), testContent(), locale, { version: '0.1.0' });

describe('the findings behind a subtype', () => {
  it('an absent finding is told as absent', () => {
    const stroke = lacunar(9);
    const text = reasonsBlock(classified(stroke), contextOf(stroke));
    expect(text).toMatch(/main artery occluded: no/i);
    expect(text).not.toMatch(/infarct <15 mm: no/i);
  });
  it('only tests that would tell something are listed as not done', () => {
    const stroke = searched({ atrialFibrillation: given([event('atrial-fibrillation', daysAgo(9))]) });
    expect(notDoneBlock(classified(stroke), contextOf(stroke))).toBe('');
    const unsearched = searched({ strokeInvestigation: noneRecorded() });
    expect(notDoneBlock(classified(unsearched), contextOf(unsearched))).toMatch(/echocardiography/i);
  });
  it.each(LOCALES)('new facts are written in words: %s', (locale) => {
    const stroke = searched({
      arterialStenosis: arteries({ 'extracranial-carotid left': 85 }),
      highRiskCardiacSource: given([event('mitral-stenosis', null)]),
    });
    const { fact } = contextOf(stroke, locale);
    const all = (['arterialStenosis', 'infarctPattern', 'infarctTerritory', 'highRiskCardiacSource'] as const).map(
      (key) => JSON.stringify(fact(key)),
    );
    expect(all[0]).toContain('85');
    for (const text of all) expect(text).not.toMatch(/[a-z]-[a-z]+-carotid|mitral-stenosis|infarct-pattern|\{side/);
  });
});

describe('the audit record of a subtype', () => {
  const stored = (stroke: StrokeCase) => storeSubtype(evaluateSubtype(stroke, NOW));
  it('keeps classes, weight and reasons as shown', () => {
    expect(stored(lacunar(9))).toMatchObject({
      toast: { class: 'small-vessel-occlusion', level: 'probable' },
      ccs: { class: 'small-artery-occlusion', level: 'evident' },
      ciss: { class: 'penetrating-artery-disease', level: 'definite', mechanism: null },
      ocsp: 'lacunar',
      contradictions: [],
    });
  });
  it('keeps that it does not apply, or that it failed', () => {
    expect(stored(searched({ hemorrhageOnImaging: given(true) }))).toEqual({ notApplicable: 'hemorrhagic-stroke' });
    const failed = { failed: true, decision: 'subtype', errorId: 'subtype-1' } as const;
    expect(storeSubtype(failed)).toEqual({ failed: 'subtype-1' });
  });
});
