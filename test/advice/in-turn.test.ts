/** Calls under way at the same moment: one case after the other, and none holds up the rest. */
import { afterEach, expect, it, vi } from 'vitest';
import { adviseOnRecord } from '../../src/advice.ts';
import type { CasePredictions } from '../../src/decisions/prediction.ts';
import { aPolicy, eligiblePatient, NOW } from '../support/case-builder.ts';
import { testContent } from '../explanation/support/content.ts';
import { aRecord, patient } from '../fhir/facts/record-builder.ts';

const NOTHING: CasePredictions = { predictions: [], unavailable: [] };
const log: string[] = [];

function advise(name: string, predict: () => Promise<CasePredictions>) {
  return adviseOnRecord(aRecord([patient()]), NOW, 'en', {
    toCase: () => eligiblePatient(),
    predict: () => {
      log.push(`${name} begins`);
      return predict();
    },
    policy: aPolicy(),
    content: testContent(),
    version: '0.1.0',
    onDecisionError: () => undefined,
  }).then(
    () => log.push(`${name} is answered`),
    () => log.push(`${name} fails`),
  );
}

const yielding = async (): Promise<CasePredictions> => {
  await new Promise(setImmediate);
  return NOTHING;
};

afterEach(() => {
  log.length = 0;
  vi.useRealTimers();
});

it('finishes a case before it begins the next, in order of arrival, also after one that failed', async () => {
  await Promise.all([
    advise('first', yielding),
    advise('second', async () => {
      await yielding();
      throw new Error('no model');
    }),
    advise('third', yielding),
  ]);
  const begun = log.filter((line) => line.endsWith('begins'));
  expect(begun).toEqual(['first begins', 'second begins', 'third begins']);
  expect(log.indexOf('first is answered')).toBeLessThan(log.indexOf('third begins'));
  expect(log).toContain('second fails');
  expect(log.at(-1)).toBe('third is answered');
});

it('a model that hangs holds up its own case and delays the next by a quarter of a second', async () => {
  vi.useFakeTimers();
  void advise('hanging', () => new Promise(() => undefined));
  const next = advise('next', () => Promise.resolve(NOTHING));
  await vi.advanceTimersByTimeAsync(251);
  await next;
  expect(log).toEqual(['hanging begins', 'next begins', 'next is answered']);
});
