/** What blood that only the software sees does to decisions, and what its absence never does. */
import { describe, expect, it } from 'vitest';
import { exactly, hemorrhageDoubt, MINUTE, plus, unknown } from '../../src/case/index.ts';
import type { ImagingFinding, StrokeCase, StrokeFacts } from '../../src/case/index.ts';
import { concludeThrombolysis } from '../../src/decisions/thrombolysis/conclude.ts';
import { evaluateRules } from '../../src/decisions/thrombolysis/index.ts';
import { evaluateThrombectomy } from '../../src/decisions/thrombectomy/index.ts';
import { evaluateIntracerebralHemorrhage } from '../../src/decisions/intracerebral-hemorrhage/index.ts';
import { decide } from '../../src/decisions/decide.ts';
import { explain } from '../../src/explanation/explain.ts';
import { joinImaging } from '../../src/imaging/results/case-facts.ts';
import { aPolicy, eligiblePatient, given, NOW } from '../support/case-builder.ts';
import { finding, imagingOf } from '../support/imaging-findings.ts';
import { testContent } from '../explanation/support/content.ts';

const method = { ...finding('hemorrhage', 'present').method, pipeline: 'hemorrhage' };
const of = (kind: ImagingFinding['kind'], value: ImagingFinding['value'], more: Partial<ImagingFinding> = {}) =>
  finding(kind, value, { method, ...more });
const SEEN = [
  of('hemorrhage', 'present'),
  of('hemorrhage-volume', 34),
  of('intraparenchymal-volume', 30),
  of('intraventricular-volume', 4),
  of('hematoma-location', 'deep'),
  of('blend-sign', 'absent'),
  of('hypodensity-sign', 'present'),
];
const NOT_SEEN = [of('hemorrhage', 'not-seen'), of('hemorrhage-volume', 0)];

const silent: Partial<StrokeFacts> = { hemorrhageOnImaging: unknown('not-recorded') };
const readAt = (minutesAgo: number): Partial<StrokeFacts> => ({
  hemorrhageOnImaging: {
    ...given(false),
    at: exactly(plus(NOW, -minutesAgo * MINUTE)),
  },
});
const patient = (findings: readonly ImagingFinding[], facts: Partial<StrokeFacts>): StrokeCase =>
  joinImaging(eligiblePatient(facts), imagingOf(findings));

function lysis(stroke: StrokeCase) {
  const rows = evaluateRules(stroke, NOW, aPolicy(), 'aha-asa-2026');
  return {
    conclusion: concludeThrombolysis(rows).conclusion,
    row: rows.find(({ result }) => result.id === 'acute-intracranial-hemorrhage')?.result,
  };
}
const bleeding = (stroke: StrokeCase) => evaluateIntracerebralHemorrhage(stroke, NOW, aPolicy());

describe('blood that the software sees on images without a report', () => {
  const stroke = patient(SEEN, silent);

  it('makes no contraindication of itself, and lets no recommendation pass', () => {
    const { conclusion, row } = lysis(stroke);
    expect(conclusion).toBe('undecided');
    expect(row).toMatchObject({
      status: 'unknown',
      missing: ['hemorrhageOnImaging'],
      note: { key: 'computed-hemorrhage' },
    });
  });

  it('stops a recommendation that rests on a reading from before these images', () => {
    expect(lysis(patient([], readAt(60))).conclusion).toBe('recommended');
    expect(lysis(patient(SEEN, readAt(60))).conclusion).toBe('undecided');
    expect(bleeding(patient(SEEN, readAt(60)))).toMatchObject({
      conclusion: 'undecided',
      suspectedByComputation: true,
    });
  });

  it('leaves thrombectomy open, too', () => {
    const gate = (one: StrokeCase) =>
      evaluateThrombectomy(one, NOW, aPolicy()).criteria.find(({ id }) => id === 'hemorrhage-excludes-thrombectomy');
    expect(gate(patient(SEEN, readAt(60)))).toMatchObject({ status: 'unknown', note: { key: 'computed-hemorrhage' } });
    expect(gate(patient(SEEN, readAt(10)))).toMatchObject({ status: 'notMet' });
    expect(gate(patient(NOT_SEEN, readAt(60)))?.status).toBe('notMet');
    const { conclusion } = evaluateThrombectomy(patient(SEEN, readAt(60)), NOW, aPolicy());
    expect(['undecided', 'not-applicable', 'no-guideline-recommendation']).toContain(conclusion);
  });

  it('shows what would hold if it is confirmed: scores from the computed volume, place and ventricles', () => {
    const result = bleeding(stroke);
    expect(result).toMatchObject({ conclusion: 'undecided', suspectedByComputation: true, avoid: [] });
    expect(result.thrombolysisContraindicated).toBeUndefined();
    expect(result.scores.map(({ score }) => score)).toContain('ICH score');
  });

  it('gives facts with the finding as source: volume with its interval, place, ventricles, signs', () => {
    const { facts } = stroke;
    expect(facts.hematomaVolume).toMatchObject({
      status: 'known',
      basis: 'derived',
      value: { value: 30, interval: { low: 24, high: 36 } },
    });
    expect(facts.hematomaLocation).toMatchObject({ status: 'known', value: 'deep' });
    expect(facts.intraventricularHemorrhage).toMatchObject({ status: 'known', value: true });
    expect(facts.blendSign).toMatchObject({ status: 'known', value: false });
    expect(facts.hematomaHypodensity).toMatchObject({ status: 'known', value: true });
    expect(facts.hemorrhageOnImaging.status).toBe('unknown');
  });
});

describe('blood that the software is not certain of', () => {
  const UNCERTAIN = [
    of('hemorrhage', 'uncertain'),
    of('hemorrhage-volume', 34),
    of('intraparenchymal-volume', 30),
    of('hematoma-location', 'deep'),
  ];

  it('asks for a look as well, says that it is uncertain, and contraindicates nothing', () => {
    const stroke = patient(UNCERTAIN, readAt(60));
    expect(hemorrhageDoubt(stroke)).toMatchObject({ certainty: 'uncertain', kind: 'unreported' });
    const { conclusion, row } = lysis(stroke);
    expect(conclusion).toBe('undecided');
    expect(row).toMatchObject({ status: 'unknown', note: { key: 'computed-hemorrhage-uncertain' } });
    expect(bleeding(stroke)).toMatchObject({ conclusion: 'undecided', suspectedByComputation: true });
  });

  it('gives no facts: a volume that is not to be relied on enters no score', () => {
    const { facts } = patient(UNCERTAIN, { hemorrhageOnImaging: given(true) });
    expect(facts.hematomaVolume.status).toBe('unknown');
    expect(facts.hematomaLocation.status).toBe('unknown');
  });

  it("yields to a person's no on the same images, and the difference is said", () => {
    const { conclusion, row } = lysis(patient(UNCERTAIN, readAt(10)));
    expect(conclusion).toBe('recommended');
    expect(row).toMatchObject({ status: 'notMet', note: { key: 'computed-hemorrhage-uncertain-against-report' } });
  });

  it.each(['en', 'zh-CN'] as const)('stands on the cards as uncertain (%s)', (locale) => {
    const stroke = patient(UNCERTAIN, readAt(60));
    const cards = explain(decide(stroke, NOW, aPolicy()), stroke, NOW, aPolicy(), testContent(), locale, {
      version: '0.1.0',
    });
    const told = (topic: string) => cards.find((card) => card.topic === topic);
    const words = locale === 'en' ? 'may see blood' : '疑似见到出血';
    expect(told('thrombolysis')?.detail).toContain(words);
    expect(told('hemorrhage')?.summary).toContain(words);
    expect(told('hemorrhage')?.summary).toContain(locale === 'en' ? 'uncertain' : '不确定');
  });
});

describe('a person who read the same images', () => {
  it('and says no: that counts, and the difference is said', () => {
    const stroke = patient(SEEN, readAt(10));
    expect(hemorrhageDoubt(stroke)?.kind).toBe('against-report');
    const { conclusion, row } = lysis(stroke);
    expect(conclusion).toBe('recommended');
    expect(row).toMatchObject({ status: 'notMet', note: { key: 'computed-hemorrhage-against-report' } });
    expect(bleeding(stroke)).toMatchObject({ conclusion: 'not-applicable', suspectedByComputation: false });
  });

  it('and says yes: the software adds nothing to the decision', () => {
    const stroke = patient(SEEN, { hemorrhageOnImaging: given(true) });
    expect(hemorrhageDoubt(stroke)).toBeNull();
    expect(lysis(stroke).conclusion).toBe('contraindicated');
    expect(bleeding(stroke)).toMatchObject({ conclusion: 'intracranial-hemorrhage', suspectedByComputation: false });
  });
});

describe('blood that the software does not see', () => {
  it('excludes nothing: without a reading it stays undecided', () => {
    const stroke = patient(NOT_SEEN, silent);
    expect(lysis(stroke).conclusion).toBe('undecided');
    expect(stroke.facts.hemorrhageOnImaging.status).toBe('unknown');
    expect(stroke.facts.hematomaVolume.status).toBe('unknown');
    expect(bleeding(stroke)).toMatchObject({ conclusion: 'undecided', suspectedByComputation: false });
  });

  it('does not weaken a reading that says there is one', () => {
    expect(lysis(patient(NOT_SEEN, { hemorrhageOnImaging: given(true) })).conclusion).toBe('contraindicated');
  });

  it('in the ventricles beside a hematoma stays unknown, not false', () => {
    const stroke = patient(
      [...SEEN.filter(({ kind }) => kind !== 'intraventricular-volume'), of('intraventricular-volume', 0)],
      silent,
    );
    expect(stroke.facts.intraventricularHemorrhage.status).toBe('unknown');
  });
});

describe('what is not sure enough changes no decision', () => {
  it.each([
    ['a trace', [of('hemorrhage', 'uncertain'), of('hemorrhage-volume', 0.6, { detectionFloor: 1 })]],
    ['of images without a time', SEEN.map((one) => ({ ...one, acquiredAt: null }))],
    ['superseded', SEEN.map((one) => ({ ...one, state: 'superseded' as const }))],
  ])('%s', (_, findings) => {
    expect(lysis(patient(findings, readAt(60))).conclusion).toBe('recommended');
    expect(hemorrhageDoubt(patient(findings, readAt(60)))).toBeNull();
  });
});
