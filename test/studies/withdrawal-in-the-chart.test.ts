/** A withdrawal reaches the chart as any result does: what the former result wrote there becomes entered-in-error. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { instantFromEpoch } from '../../src/case/index.ts';
import { createFindingsStore } from '../../src/imaging/results/findings-store.ts';
import { withdrawalOf } from '../../src/imaging/results/withdrawal.ts';
import { observationsOf } from '../../src/fhir/write/observation.ts';
import type { Database } from '../../src/storage/index.ts';
import { freshDatabase } from '../support/database.ts';
import { aResult, FOUND_AT } from '../support/imaging-result.ts';

let database: Database;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());

it('has no findings of its own, and takes every Observation of the former result back', async () => {
  const store = createFindingsStore(database);
  const { id } = await store.commitResult(aResult(), [], FOUND_AT);
  const former = await store.resultById(id);
  if (former === undefined) throw new Error('the result was not kept');
  const later = instantFromEpoch(FOUND_AT + 60_000);
  const withdrawn = await store.commitResult(withdrawalOf(former, 'c2', 'later-images-not-analyzed'), [], later);
  expect(withdrawn).toMatchObject({ changed: true, replaced: id });
  const result = await store.resultById(withdrawn.id);
  const replaced = await store.resultById(id);
  if (result === undefined || replaced === undefined) throw new Error('a result was lost');
  const observations = observationsOf(
    {
      ...result,
      foundAt: result.committedAt,
      documents: [],
      former: { findings: replaced.findings, documents: [] },
      wadoBase: null,
    },
    {
      subject: { reference: 'Patient/1' },
      study: { reference: 'ImagingStudy/1' },
      software: { manufacturer: 'x', name: 'y', version: '1' },
    },
  );
  expect(observations).toHaveLength(aResult().said.findings.length);
  expect(new Set(observations.map(({ status }) => status))).toEqual(new Set(['entered-in-error']));
});
