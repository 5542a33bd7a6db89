/** Which studies are analyzed again because another scan of the patient has a result: none twice, and none without end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HOUR, plus, type Instant } from '../../src/case/index.ts';
import { openFolderStore, type FolderStore } from '../../src/imaging/ingest/folder-store.ts';
import { quarantineStudy, releaseStudy } from '../../src/imaging/ingest/quarantine.ts';
import { NO_DOMAINS } from '../../src/imaging/ingest/same-patient.ts';
import { createFindingsStore, type FindingsStore } from '../../src/imaging/results/findings-store.ts';
import { withdrawalOf } from '../../src/imaging/results/withdrawal.ts';
import { createJobQueue, type Job, type JobContext, type JobQueue } from '../../src/jobs/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { ANALYSIS_LANE, ANALYZE_STUDY, analyzeStudyJob } from '../../src/studies/analyze-study-job.ts';
import { serialScansHandler } from '../../src/studies/serial-scans-job.ts';
import { withdrawInDoubt } from '../../src/studies/withdraw-results.ts';
import { emptyDatabase, freshDatabase } from '../support/database.ts';
import { holdStudy } from '../support/held-study.ts';
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
  queue = createJobQueue(database, { clock: () => now, leaseMs: HOUR });
  await holdStudy(database, FIRST, FOUND_AT);
  await holdStudy(database, SECOND, FOUND_AT);
});

const later = (): Instant => (now = plus(now, 60_000));

interface Analysis {
  readonly hours?: number;
  readonly presence?: 'present' | 'not-seen';
  readonly model?: typeof MODEL;
  /** Id of a finding. */
  readonly comparedWith?: string;
}

/** @returns what commits what it finds, and then its id */
async function begun(studyUid: string): Promise<(analysis?: Analysis) => Promise<string>> {
  later();
  await queue.enqueue(analyzeStudyJob(studyUid));
  const job = await queue.holder.claim([ANALYSIS_LANE], [ANALYZE_STUDY]);
  if (job?.key !== studyUid) throw new Error('another job was in line');
  return async (analysis = {}) => {
    later();
    const id = await commit(studyUid, analysis);
    later();
    await queue.holder.finish(queue.holder.leaseOf(job), []);
    return id;
  };
}

async function commit(
  studyUid: string,
  { hours = 0, presence = 'present', model = MODEL, comparedWith }: Analysis,
): Promise<string> {
  const settings = {
    ...aDraft({ kind: 'hemorrhage', value: presence }).settings,
    ...(comparedWith === undefined ? {} : { comparedWith }),
  };
  const drafts = [aDraft({ kind: 'hemorrhage', value: presence })];
  const volume = aDraft({ kind: 'intraparenchymal-volume', value: 21, settings });
  const replaced = (await findings.historyOf(studyUid)).filter(({ superseded }) => superseded !== null).length;
  const result = aResult({
    ...{ studyUid, pipeline: 'hemorrhage', acquiredAt: plus(ACQUIRED_AT, hours * HOUR) },
    // Like the analysis itself: what was replaced is not made again under its own name.
    inputsHash: (presence + model.version + String(replaced)).padEnd(64, '0'),
    said: { ...aResult().said, model, findings: presence === 'present' ? [...drafts, volume] : drafts },
  });
  const [sopInstanceUid, seriesUid] = ['2.25.11', '2.25.12'];
  const stored = await results.write({ studyUid, seriesUid, sopInstanceUid }, Buffer.of(1, 2, 3, 4));
  const seg = { kind: 'seg' as const, sopClassUid: '1.2.840.10008.5.1.4.1.1.66.4', sopInstanceUid, seriesUid };
  return (await findings.commitResult(result, [{ ...seg, ...stored }], now)).id;
}

/** Its analysis begins, finds something, and ends, a minute each. @returns id of the result */
const analyzed = async (studyUid: string, analysis: Analysis = {}): Promise<string> =>
  (await begun(studyUid))(analysis);

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

describe('an earlier scan that another process analyzed at the same time', () => {
  it('has the later one analyzed again when it is done', async () => {
    const second = await begun(SECOND);
    const first = await analyzed(FIRST);
    await follow(first);
    expect(await waiting()).toEqual([]);
    const result = await second({ hours: 3 });
    await follow(result);
    expect(await waiting()).toEqual([SECOND]);
    await follow(await analyzed(SECOND, { hours: 3 }));
    expect(await waiting()).toEqual([]);
  });

  it('is no reason when it is of another episode or has no hemorrhage', async () => {
    for (const [hours, presence] of [
      [73, 'present'],
      [3, 'not-seen'],
    ] as const) {
      const second = await begun(SECOND);
      await follow(await analyzed(FIRST, { presence }));
      await follow(await second({ hours }));
      expect(await waiting()).toEqual([]);
    }
  });
});

describe('an earlier scan whose patient is in doubt', () => {
  const withdrawals: string[] = [];
  const quarantined = async (): Promise<void> => {
    await quarantineStudy(database, FIRST, 'by-a-person', later());
    const followUps = (resultId: string) => (withdrawals.push(resultId), []);
    await withdrawInDoubt({ database, findings, enqueue: queue.enqueue, followUps, clock: () => now }, FIRST);
    await follow(withdrawals.at(-1) ?? '');
  };

  it('is compared with no longer, and again when it is released', async () => {
    await follow(await analyzed(FIRST));
    await follow(await analyzed(SECOND, { hours: 3 }));
    await quarantined();
    expect(await waiting()).toEqual([SECOND]);
    await follow(await analyzed(SECOND, { hours: 3 }));
    expect(await waiting()).toEqual([]);
    await releaseStudy(database, FIRST, later());
    await follow(await analyzed(FIRST));
    expect(await waiting()).toEqual([SECOND]);
  });

  it('is compared with no longer by a scan that was being analyzed, either', async () => {
    const first = await findings.resultById(await analyzed(FIRST));
    const comparedWith = first?.findings.find(({ kind }) => kind === 'intraparenchymal-volume')?.id ?? '';
    const second = await begun(SECOND);
    await quarantined();
    expect(await waiting()).toEqual([]);
    await follow(await second({ hours: 3, comparedWith }));
    expect(await waiting()).toEqual([SECOND]);
  });

  it('is itself not put in line', async () => {
    await analyzed(FIRST, { model: { ...MODEL, version: '0.9.0' } });
    await quarantined();
    await follow(await analyzed(SECOND, { hours: 3 }));
    expect(await waiting()).toEqual([]);
  });
});
