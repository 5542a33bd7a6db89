/** Which studies are analyzed again because another scan of the patient has a result: none twice, and none without end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HOUR, plus, type Instant } from '../../src/case/index.ts';
import { openFolderStore, type FolderStore } from '../../src/imaging/ingest/folder-store.ts';
import { NO_DOMAINS } from '../../src/imaging/ingest/same-patient.ts';
import { createFindingsStore, type FindingsStore } from '../../src/imaging/results/findings-store.ts';
import { withdrawalOf } from '../../src/imaging/results/withdrawal.ts';
import { createJobQueue, type Job, type JobContext, type JobQueue } from '../../src/jobs/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { ANALYSIS_LANE, ANALYZE_STUDY, analyzeStudyJob } from '../../src/studies/analyze-study-job.ts';
import { serialScansHandler } from '../../src/studies/serial-scans-job.ts';
import { emptyDatabase, freshDatabase } from '../support/database.ts';
import { ACQUIRED_AT, aDraft, aResult, FOUND_AT } from '../support/imaging-result.ts';

const [FIRST, SECOND] = ['1.2.840.99999.10', '1.2.840.99999.20'];
const MODEL = { name: 'hemorrhage', version: '1.0.0', digest: 'a'.repeat(64) };

let database: Database;
let findings: FindingsStore;
let results: FolderStore;
let queue: JobQueue;
let now: Instant;
const directory = mkdtempSync(join(tmpdir(), 'stroke-cds-serial-'));

beforeAll(async () => {
  database = await freshDatabase();
  findings = createFindingsStore(database);
  results = await openFolderStore({ directory });
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  await emptyDatabase(database);
  await findings.forgetStudies([FIRST, SECOND]);
  now = FOUND_AT;
  queue = createJobQueue(database, { clock: () => now });
  await hold(FIRST);
  await hold(SECOND);
});

async function hold(studyUid: string): Promise<void> {
  const at = new Date(FOUND_AT);
  await database.sql
    .insertInto('image_study')
    .values({
      ...{ study_uid: studyUid, patient_id: 'MRN-1', patient_issuer: null, other_patient_ids: '[]' },
      ...{ birth_date: '1955-03-12', sex: 'F', accession_number: null },
      ...{ first_received_at: at, last_received_at: at, last_used_at: at, receipts: 1 },
      ...{ expected_instances: null, announced_short: false },
    })
    .execute();
  await database.sql
    .insertInto('image_patient_id')
    .values({ study_uid: studyUid, patient_id: 'MRN-1', issuer: '' })
    .execute();
  const series = { study_uid: studyUid, series_uid: `${studyUid}.1` };
  await database.sql
    .insertInto('image_series')
    .values({ ...series, modality: 'CT', first_received_at: at })
    .execute();
  await database.sql
    .insertInto('image_instance')
    .values({
      ...{ ...series, sop_instance_uid: `${studyUid}.1.1`, sop_class_uid: '1.2.840.10008.5.1.4.1.1.2' },
      ...{ transfer_syntax_uid: '1.2.840.10008.1.2.1', instance_number: 1, path: `${studyUid}-1`, bytes: 1 },
      ...{ digest: `${studyUid}-d`, content_digest: `${studyUid}-c`, received_at: at, way: 'stow', peer: null },
    })
    .execute();
}

const later = (): Instant => (now = plus(now, 60_000));

interface Analysis {
  readonly hours?: number;
  readonly presence?: 'present' | 'not-seen';
  readonly model?: typeof MODEL;
}

/** Its analysis begins, finds something, and ends, a minute each. @returns id of the result */
async function analyzed(studyUid: string, { hours = 0, presence = 'present', model = MODEL }: Analysis = {}) {
  later();
  await queue.enqueue(analyzeStudyJob(studyUid));
  const job = await queue.holder.claim([ANALYSIS_LANE], [ANALYZE_STUDY]);
  if (job?.key !== studyUid) throw new Error('another job was in line');
  later();
  const drafts = [aDraft({ kind: 'hemorrhage', value: presence })];
  const volume = aDraft({ kind: 'intraparenchymal-volume', value: 21 });
  const result = aResult({
    ...{ studyUid, pipeline: 'hemorrhage', acquiredAt: plus(ACQUIRED_AT, hours * HOUR) },
    inputsHash: (presence + model.version).padEnd(64, '0'),
    said: { ...aResult().said, model, findings: presence === 'present' ? [...drafts, volume] : drafts },
  });
  const [sopInstanceUid, seriesUid] = ['2.25.11', '2.25.12'];
  const stored = await results.write({ studyUid, seriesUid, sopInstanceUid }, Buffer.of(1, 2, 3, 4));
  const seg = { kind: 'seg' as const, sopClassUid: '1.2.840.10008.5.1.4.1.1.66.4', sopInstanceUid, seriesUid };
  const { id } = await findings.commitResult(result, [{ ...seg, ...stored }], now);
  later();
  await queue.holder.finish(queue.holder.leaseOf(job), []);
  return id;
}

async function follow(resultId: string): Promise<void> {
  const handler = serialScansHandler({ database, findings, results, queue, domains: NO_DOMAINS });
  await handler({ key: resultId } as Job, {} as JobContext);
}

const waiting = async (): Promise<string[]> =>
  (await queue.list({ kinds: [ANALYZE_STUDY], states: ['queued'] })).map(({ key }) => key);

describe('an earlier scan whose result comes after that of the later one', () => {
  it('has the later one analyzed again, once', async () => {
    await analyzed(SECOND, { hours: 3 });
    const first = await analyzed(FIRST);
    await follow(first);
    await follow(first);
    expect(await waiting()).toEqual([SECOND]);
    await follow(await analyzed(SECOND, { hours: 3 }));
    await follow(first);
    expect(await waiting()).toEqual([]);
  });

  it.each([
    ['of another episode', { hours: 73 }],
    ['before it', { hours: -3 }],
    ['without a hemorrhage', { hours: 3, presence: 'not-seen' }],
  ] as const)('leaves a scan %s alone', async (_, scan) => {
    await analyzed(SECOND, scan);
    await follow(await analyzed(FIRST));
    expect(await waiting()).toEqual([]);
  });

  it('leaves the later one alone while it has no hemorrhage to compare with', async () => {
    await analyzed(SECOND, { hours: 3 });
    await follow(await analyzed(FIRST, { presence: 'not-seen' }));
    expect(await waiting()).toEqual([]);
  });
});

it('a scan whose hemorrhage was taken back is compared with no longer', async () => {
  const former = await findings.resultById(await analyzed(FIRST));
  await analyzed(SECOND, { hours: 3 });
  if (former === undefined) throw new Error('the result is not held');
  const withdrawal = withdrawalOf(former, 'other images', 'later-images-not-analyzed');
  await follow((await findings.commitResult(withdrawal, [], later())).id);
  expect(await waiting()).toEqual([SECOND]);
});

describe('an earlier scan that another version of the network measured', () => {
  it('is measured anew, and then the later one is compared with it', async () => {
    await analyzed(FIRST, { model: { ...MODEL, version: '0.9.0' } });
    const second = await analyzed(SECOND, { hours: 3 });
    await follow(second);
    expect(await waiting()).toEqual([FIRST]);
    await follow(await analyzed(FIRST));
    expect(await waiting()).toEqual([SECOND]);
    await follow(await analyzed(SECOND, { hours: 3 }));
    expect(await waiting()).toEqual([]);
  });

  it('is tried once for each result of the later one, though it stays what it was', async () => {
    const older = { model: { ...MODEL, version: '0.9.0' } };
    await analyzed(FIRST, older);
    const second = await analyzed(SECOND, { hours: 3 });
    await follow(second);
    await follow(await analyzed(FIRST, older));
    await follow(second);
    expect(await waiting()).toEqual([]);
  });
});
