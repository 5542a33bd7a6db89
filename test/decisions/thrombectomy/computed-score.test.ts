/** An ASPECTS that only software computed settles no recommendation, neither way; a reader's does. */
import { describe, expect, it } from 'vitest';
import type { Known, Quantity } from '../../../src/case/index.ts';
import { estimated, measured } from '../../support/case-builder.ts';
import { evaluate, occlusion, row } from './support.ts';

const computed = (value: number, low: number, high: number): Known<Quantity<'{score}'>> => {
  const fact = estimated(value, '{score}', low, high);
  return { ...fact, sources: fact.sources.map((source) => ({ ...source, reference: 'imaging:aspects-1' })) };
};

describe('a computed ASPECTS', () => {
  it.each([
    [9, 8, 10],
    [4, 3, 5],
    [1, 0, 2],
  ])('of %i (%i to %i) leaves its row open and says why', (value, low, high) => {
    const found = row(
      evaluate(occlusion({ hours: 3 }, { aspects: computed(value, low, high) })),
      'evt-ica-m1-0-6h-aspects-3-10',
    );
    expect(found).toMatchObject({
      status: 'unknown',
      missing: ['aspects'],
      note: { key: 'score-computed', params: { score: value, low, high } },
    });
  });

  it.each([
    [9, 'met'],
    [1, 'notMet'],
  ] as const)('read by a person, %i: %s', (value, status) => {
    const stroke = occlusion({ hours: 3 }, { aspects: measured(value, '{score}') });
    expect(row(evaluate(stroke), 'evt-ica-m1-0-6h-aspects-3-10').status).toBe(status);
  });

  it('read back from the chart, where this software wrote it, settles nothing either', () => {
    const aspects = { ...measured(9, '{score}'), basis: 'derived' as const };
    expect(row(evaluate(occlusion({ hours: 3 }, { aspects })), 'evt-ica-m1-0-6h-aspects-3-10').status).toBe('unknown');
  });

  it('opens no trial of large cores; a core volume does', () => {
    const large = (facts: Parameters<typeof occlusion>[1]) =>
      row(evaluate(occlusion({ hours: 3 }, facts)), 'select2-criteria').status;
    expect(large({ aspects: computed(4, 3, 5) })).toBe('unknown');
    expect(large({ aspects: computed(9, 8, 10), coreVolume: measured(80, 'mL') })).toBe('met');
  });

  it('of the posterior circulation leaves the conclusion open too', () => {
    const basilar = (pcAspects: ReturnType<typeof computed>) =>
      evaluate(occlusion({ site: 'basilar', hours: 10 }, { pcAspects })).conclusion;
    expect(basilar(computed(9, 8, 10))).toBe('undecided');
    expect(basilar(measured(9, '{score}'))).not.toBe('undecided');
  });
});
