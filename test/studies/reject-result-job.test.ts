/** What the archive is told about objects of results that no longer stand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plus } from '../../src/case/index.ts';
import { openFolderStore, type FolderStore } from '../../src/imaging/ingest/folder-store.ts';
import { deleteStudy } from '../../src/imaging/ingest/image-retention.ts';
import { quarantineStudy } from '../../src/imaging/ingest/quarantine.ts';
import { DeliveryFailure } from '../../src/imaging/results/archive/delivery-failure.ts';
import type { StorableObject } from '../../src/imaging/results/archive/store-to-archive.ts';
import { REJECTION_REASONS } from '../../src/imaging/results/dicom/rejection-note.ts';
import { writeReport } from '../../src/imaging/results/dicom/report.ts';
import {
  createFindingsStore,
  type FindingsStore,
  type ResultOutput,
} from '../../src/imaging/results/findings-store.ts';
import type { NewResult } from '../../src/imaging/results/result.ts';
import { withdrawalOf } from '../../src/imaging/results/withdrawal.ts';
import { PermanentJobFailure, type Job, type JobContext } from '../../src/jobs/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { deliverToArchiveHandler } from '../../src/studies/deliver-result-job.ts';
import { rejectInArchiveHandler } from '../../src/studies/reject-result-job.ts';
import { emptyDatabase, freshDatabase } from '../support/database.ts';
import { openIngest } from '../support/image-ingest.ts';
import { aResult, FOUND_AT } from '../support/imaging-result.ts';
import { DEVICE, reportContext } from '../support/report-context.ts';
import { makeSeries } from '../support/source-series.ts';

const series = makeSeries();
const STUDY = series.source.studyUid;
const KEY_OBJECT_SELECTION = '1.2.840.10008.5.1.4.1.1.88.59';
const directory = mkdtempSync(join(tmpdir(), 'stroke-cds-rejected-'));
const FIRST = aResult({ studyUid: STUDY });
const SECOND = aResult({ studyUid: STUDY, inputsHash: 'b'.repeat(64) });
const LATER = plus(FOUND_AT, 60_000);

let database: Database;
let findings: FindingsStore;
let results: FolderStore;
let ingest: Awaited<ReturnType<typeof openIngest>>;
let stored: StorableObject[];
let asked: string[];
let refuses: DeliveryFailure | null;

beforeAll(async () => {
  database = await freshDatabase();
  findings = createFindingsStore(database);
});
afterAll(async () => {
  await ingest.close();
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  await emptyDatabase(database);
  await findings.forgetStudies([STUDY]);
  rmSync(join(directory, 'results'), { recursive: true, force: true });
  results = await openFolderStore({ directory: join(directory, 'results') });
  ingest = await openIngest(database, { directory: join(directory, 'received') });
  for (const bytes of series.instances) await ingest.receiver.receive(bytes, { way: 'dimse', peer: 'CT1' });
  [stored, asked, refuses] = [[], [], null];
});

const context = {
  attempt: 1,
  signal: new AbortController().signal,
  progress: () => undefined,
} as unknown as JobContext;
const jobFor = (key: string): Job => ({ key }) as unknown as Job;
const parts = () => ({
  database,
  findings,
  results,
  archive: {
    store: (object: StorableObject) => {
      if (refuses !== null) return Promise.reject(refuses);
      stored.push(object);
      return Promise.resolve();
    },
  },
  destination: 'archive',
  clock: () => LATER,
});
const deliver = (id: string): Promise<void> =>
  deliverToArchiveHandler({ ...parts(), onStale: (one) => Promise.resolve(asked.push(one)) })(jobFor(id), context);
const reject = (id: string): Promise<void> =>
  rejectInArchiveHandler({ ...parts(), device: DEVICE, timeZone: 'UTC' })(jobFor(id), context);

/** Commits a result with its report. */
async function found(result: NewResult, at = FOUND_AT): Promise<{ id: string; report: ResultOutput }> {
  const { bytes, ...uids } = writeReport(reportContext(series, [], result), []);
  const report: ResultOutput = { kind: 'sr', ...uids, ...(await results.write(uids, bytes)) };
  const { id } = await findings.commitResult(result, [report], at);
  return { id, report };
}

const notes = (): readonly StorableObject[] => stored.filter(({ sopClassUid }) => sopClassUid === KEY_OBJECT_SELECTION);
const says = (note: StorableObject | undefined, text: string): boolean => Buffer.from(note?.bytes ?? []).includes(text);

describe('the archive is told', () => {
  it('of a result that was replaced, once', async () => {
    const { id, report } = await found(FIRST);
    await deliver(id);
    const next = await found(SECOND, LATER);
    await deliver(next.id);
    for (const one of [next.id, next.id, id]) await reject(one);
    expect(notes()).toHaveLength(1);
    expect(notes()[0]?.studyUid).toBe(STUDY);
    expect(says(notes()[0], report.sopInstanceUid)).toBe(true);
    expect(says(notes()[0], next.report.sopInstanceUid)).toBe(false);
    expect(says(notes()[0], REJECTION_REASONS.replaced)).toBe(true);
    expect(await findings.deliveriesOf(id)).toMatchObject([
      { object: report.sopInstanceUid, destination: 'archive' },
      { object: report.sopInstanceUid, destination: 'archive: rejected' },
    ]);
  });

  it.each([
    ['later-images-not-analyzed', 'withdrawn'],
    ['study-in-quarantine', 'patient-in-doubt'],
  ] as const)('of a result that was withdrawn, and why: %s', async (code, reason) => {
    const { id, report } = await found(FIRST);
    await deliver(id);
    const former = await findings.resultById(id);
    if (former === undefined) throw new Error('not kept');
    const withdrawn = await findings.commitResult(withdrawalOf(former, 'c2', code), [], LATER);
    await quarantineStudy(database, code === 'study-in-quarantine' ? STUDY : '1.2.3', 'by-a-person', LATER);
    await reject(withdrawn.id);
    expect(says(notes()[0], report.sopInstanceUid)).toBe(true);
    expect(says(notes()[0], REJECTION_REASONS[reason])).toBe(true);
  });

  it('of what was sent of a preliminary result that settled', async () => {
    const { id, report } = await found({ ...FIRST, state: 'preliminary' });
    await deliver(id);
    const settled = await found(FIRST, LATER);
    expect(settled.id).toBe(id);
    await reject(id);
    expect(notes()).toHaveLength(1);
    expect(says(notes()[0], report.sopInstanceUid)).toBe(true);
    expect(says(notes()[0], settled.report.sopInstanceUid)).toBe(false);
  });

  it('of a result that reached it only after it was replaced', async () => {
    const { id } = await found(FIRST);
    const next = await found(SECOND, LATER);
    await reject(next.id);
    expect(notes()).toEqual([]);
    await deliver(id);
    await deliver(next.id);
    expect(asked).toEqual([id]);
    await reject(id);
    expect(notes()).toHaveLength(1);
  });
});

describe('the archive is not told', () => {
  it('of a result that stands', async () => {
    const { id } = await found(FIRST);
    await deliver(id);
    await reject(id);
    expect([notes(), asked]).toEqual([[], []]);
  });

  it('of results of a study that was deleted here', async () => {
    const { id } = await found(FIRST);
    await deliver(id);
    const next = await found(SECOND, LATER);
    await deleteStudy({ database, store: ingest.store, now: LATER }, STUDY, 'asked for');
    await reject(next.id);
    expect(notes()).toEqual([]);
  });
});

describe('an archive that does not take the note', () => {
  const replaced = async (): Promise<string> => {
    await deliver((await found(FIRST)).id);
    return (await found(SECOND, LATER)).id;
  };

  it('and never will is a dead letter with its reason, and nothing is written as told', async () => {
    const id = await replaced();
    refuses = new DeliveryFailure('refused', 'the archive refused the object (reason 0122)');
    await expect(reject(id)).rejects.toThrow(PermanentJobFailure);
    refuses = null;
    await reject(id);
    expect(notes()).toHaveLength(1);
  });

  it('now is asked again', async () => {
    const id = await replaced();
    refuses = new DeliveryFailure('busy', 'the destination answered HTTP 503');
    await expect(reject(id)).rejects.toBe(refuses);
  });

  it('a file that is gone is a failure, not silence', async () => {
    const { id, report } = await found(FIRST);
    await deliver(id);
    const next = await found(SECOND, LATER);
    await results.remove(report.path);
    await expect(reject(next.id)).rejects.toThrow('missing');
  });
});
