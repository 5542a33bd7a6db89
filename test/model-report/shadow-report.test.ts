import { describe, expect, it } from 'vitest';
import { recordedPredictions, type RecordedPrediction } from '../../src/model-report/recorded-predictions.ts';
import { reportText } from '../../src/model-report/report-text.ts';
import { shadowReport } from '../../src/model-report/shadow-report.ts';

const said = (
  patient: number,
  probability: number | null,
  more: Partial<RecordedPrediction> = {},
): RecordedPrediction => ({
  evaluationId: `evaluation-${patient}`,
  patient: `Patient/${patient}`,
  recordedAt: '2026-11-23T14:00:00.000Z',
  family: 'discharge-mrs',
  model: 'shipped',
  version: '1.0.0',
  digest: 'a'.repeat(64),
  role: 'active',
  simulated: false,
  classes: ['mrs-0', 'mrs-3'],
  mostProbable: (probability ?? 0) > 0.5 ? 'mrs-3' : 'mrs-0',
  headline: probability === null ? null : { id: 'mrs-at-least-3', classes: ['mrs-3'], probability },
  state: probability === null ? 'outside' : 'inside',
  averaged: false,
  set: ['mrs-0'],
  ...more,
});
const ours = (patient: number, probability: number | null, more: Partial<RecordedPrediction> = {}) =>
  said(patient, probability, { model: 'ours', digest: 'b'.repeat(64), role: 'shadow', ...more });
const NONE = new Map<string, string>();

describe('the report on models in use', () => {
  it('sets a shadow model beside the active one on the same evaluations', () => {
    const report = shadowReport(
      [said(1, 0.2), said(2, 0.6), said(3, 0.9), ours(1, 0.25), ours(2, 0.4), ours(4, 0.5)],
      NONE,
    );
    expect(report.map(({ model, role, persons }) => [model, role, persons])).toEqual([
      ['shipped', 'active', 3],
      ['ours', 'shadow', 3],
    ]);
    const [agreement] = report[1]?.agreement ?? [];
    expect(agreement).toMatchObject({ with: 'shipped', pairs: 2, farApart: 0.5, sameClass: 0.5 });
    expect(agreement?.meanDifference).toBeCloseTo((0.05 - 0.2) / 2, 12);
    expect(agreement?.meanAbsoluteDifference).toBeCloseTo(0.125, 12);
    expect(report[0]?.agreement).toEqual([]);
  });

  it('counts a person once, with the newest evaluation, however often a chart was opened', () => {
    const later = { evaluationId: 'later', recordedAt: '2026-11-23T15:00:00.000Z' };
    const [use] = shadowReport([said(1, 0.9, later), said(1, 0.1), said(1, 0.1), said(2, 0.3)], NONE);
    expect(use).toMatchObject({ evaluations: 4, persons: 2, distribution: { lowest: 0.3, highest: 0.9 } });
  });

  it('keeps versions and other questions apart', () => {
    const toast = { family: 'toast', model: 'cause' } as const;
    const report = shadowReport([said(1, 0.2), said(2, 0.2, { version: '1.1.0' }), ours(1, 0.3, toast)], NONE);
    expect(report).toHaveLength(3);
    expect(report.flatMap(({ agreement }) => agreement)).toEqual([]);
  });

  it('calibrates where outcomes are known, and takes no outcome of another question', () => {
    const outcomes = new Map([
      ['evaluation-1', 'mrs-3'],
      ['evaluation-2', '0'],
      ['evaluation-3', 'toast-2'],
    ]);
    const [use] = shadowReport([said(1, 0.7), said(2, 0.2), said(3, 0.4), said(4, 0.5)], outcomes);
    expect(use?.calibration).toMatchObject({ count: 2, events: 1, observed: 0.5 });
    expect(use?.calibration?.meanPredicted).toBeCloseTo(0.45, 12);
  });

  it('counts the cases outside what a model knows, and gives them no number', () => {
    const [use] = shadowReport([said(1, null), said(2, null)], new Map([['evaluation-1', '1']]));
    expect(use).toMatchObject({ outside: 1, distribution: null, calibration: null });
    expect(reportText(use === undefined ? [] : [use])).toContain('never given');
  });

  it('prints figures only: no patient, no evaluation; a simulated model says so', () => {
    const text = reportText(
      shadowReport(
        [ours(1, 0.2, { simulated: true }), ours(2, 0.4, { simulated: true })],
        new Map([['evaluation-1', '1']]),
      ),
    );
    expect(text).toMatch(/^SIMULATED ours 1\.0\.0/);
    expect(text).not.toMatch(/Patient\/|evaluation-\d/);
    expect(reportText([])).toContain('No prediction');
  });
});

describe('an audit record', () => {
  it('without predictions, or of a refused call, gives none', () => {
    for (const payload of [null, {}, { record: null }, { record: { stroke: { patient: 'Patient/1' } } }]) {
      expect(recordedPredictions({ recordedAt: '', evaluationId: 'e', payload })).toEqual([]);
    }
  });
});
