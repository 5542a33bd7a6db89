/** Two processes on one PostgreSQL server: whoever is slower must not put what is older in place of what is newer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plus, type Instant } from '../../src/case/index.ts';
import type { AnalysisClient } from '../../src/analysis/analysis-client.ts';
import type { AnalysisAnswer, AnalysisRequest } from '../../src/analysis/protocol.ts';
import type { ResultWriter } from '../../src/fhir/write/result-writer.ts';
import { openFolderStore, type FolderStore } from '../../src/imaging/ingest/folder-store.ts';
import { quarantineStudy, releaseStudy } from '../../src/imaging/ingest/quarantine.ts';
import { NO_DOMAINS } from '../../src/imaging/ingest/same-patient.ts';
import { inputsHashOf } from '../../src/imaging/pipelines/run-pipelines.ts';
import { createFindingsStore, type FindingsStore } from '../../src/imaging/results/findings-store.ts';
import {
  createJobQueue,
  startWorkers,
  type Job,
  type JobContext,
  type JobQueue,
  type Workers,
} from '../../src/jobs/index.ts';
import { openDatabase, type Database } from '../../src/storage/index.ts';
import {
  ANALYSIS_LANE,
  ANALYZE_STUDY,
  analyzeStudyHandler,
  analyzeStudyJob,
} from '../../src/studies/analyze-study-job.ts';
import { deliverToEhrHandler } from '../../src/studies/deliver-to-ehr-job.ts';
import { withdrawAfterFailure, withdrawInDoubt } from '../../src/studies/withdraw-results.ts';
import { emptyDatabase } from '../support/database.ts';
import { holdImage, holdStudy } from '../support/held-study.ts';
import { aResult, FOUND_AT } from '../support/imaging-result.ts';
import { postgresUnavailable, startPostgres, type PostgresServer } from '../support/postgres.ts';

const STUDY = '1.2.840.99999.1';
const unavailable = postgresUnavailable();
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

interface Process {
  readonly database: Database;
  readonly findings: FindingsStore;
  readonly queue: JobQueue;
}

describe.skipIf(unavailable !== null)(`two processes${unavailable === null ? '' : ` (${unavailable})`}`, () => {
  const directory = mkdtempSync(join(tmpdir(), 'stroke-cds-two-'));
  let server: PostgresServer;
  let results: FolderStore;
  let [one, other] = [] as unknown as [Process, Process];
  let now: Instant;
  let running: Workers[];
  const clock = (): Instant => now;

  beforeAll(async () => {
    server = await startPostgres();
    results = await openFolderStore({ directory });
    const url = server.createDatabase();
    const open = async (): Promise<Process> => {
      const database = await openDatabase({ kind: 'postgres', url });
      const backOff = { baseMs: 1, capMs: 1 };
      return { database, findings: createFindingsStore(database), queue: createJobQueue(database, { clock, backOff }) };
    };
    [one, other] = [await open(), await open()];
  });
  afterAll(async () => {
    await Promise.all([one.database.close(), other.database.close()]);
    server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await emptyDatabase(one.database);
    await one.findings.forgetStudies([STUDY]);
    [now, running] = [FOUND_AT, []];
    await holdStudy(one.database, STUDY, FOUND_AT);
  });

  type Says = (request: AnalysisRequest) => Promise<Partial<AnalysisAnswer>>;
  const perfusionOf = ({ content }: AnalysisRequest): Partial<AnalysisAnswer> => ({
    runs: [
      {
        found: aResult({ studyUid: STUDY, content, inputsHash: inputsHashOf('perfusion', '1.0.0', content, {}) }),
        stages: [],
        outputs: [],
      },
    ],
  });

  /** @returns when every job that this process took has ended */
  function work({ database, findings, queue }: Process, says: Says): () => Promise<void> {
    const analysis: AnalysisClient = {
      analyze: async (request) => ({ series: [], runs: [], failed: [], ...(await says(request)) }),
      warmUp: () => undefined,
      models: () => null,
      state: () => 'idle',
      close: () => Promise.resolve(),
    };
    const parts = { database, results, findings, analysis, enqueue: queue.enqueue, domains: NO_DOMAINS, clock };
    const workers = startWorkers({
      queue,
      handlers: { [ANALYZE_STUDY]: analyzeStudyHandler({ ...parts, followUps: () => [] }) },
      lanes: [{ name: ANALYSIS_LANE, concurrency: 1 }],
      log,
      pollMs: 20,
    });
    running.push(workers);
    return () => workers.stop();
  }

  const standing = async () =>
    (await one.findings.currentResults([STUDY])).map(({ content, state, quality }) => [
      content,
      state === 'refused' ? quality[0]?.code : state,
    ]);
  const ended = (state: Job['state'], count = 1) =>
    expect
      .poll(async () => (await one.queue.list({ kinds: [ANALYZE_STUDY], states: [state] })).length, { timeout: 10_000 })
      .toBe(count);

  it('the part that a stalled process found of older images does not replace the result of all of them', async () => {
    const [resumed, stalled] = [gate(), gate()];
    const stopOne = work(one, async (request) => {
      stalled.open();
      await resumed.opened;
      const failed = [{ pipeline: 'hemorrhage', version: '1.0.0', reason: 'RangeError' }];
      return { ...perfusionOf(request), failed };
    });
    await one.queue.enqueue(analyzeStudyJob(STUDY));
    await stalled.opened;
    await holdImage(other.database, STUDY, 2, now);
    // As if it had been silent for the whole lease.
    await other.database.sql
      .updateTable('job')
      .set({ lease_until: new Date(0) })
      .execute();
    const stopOther = work(other, (request) => Promise.resolve(perfusionOf(request)));
    await ended('done');
    const before = await standing();
    resumed.open();
    await Promise.all([stopOne(), stopOther()]);
    expect(await standing()).toEqual(before);
    expect(await one.findings.historyOf(STUDY)).toHaveLength(1);
  });

  it('a result that was found while an older one was being withdrawn stands', async () => {
    const { id } = await one.findings.commitResult(aResult({ studyUid: STUDY, content: 'older' }), [], now);
    await one.queue.enqueue(analyzeStudyJob(STUDY));
    const job = await one.queue.holder.claim([ANALYSIS_LANE], [ANALYZE_STUDY]);
    if (job === null) throw new Error('nothing in line');
    await one.queue.holder.fail(one.queue.holder.leaseOf(job), { reason: 'no', permanent: true });
    const newer = aResult({ studyUid: STUDY, inputsHash: 'b'.repeat(64), content: 'newer' });
    const findings: FindingsStore = {
      ...one.findings,
      // The other process is quicker, just after this one looked.
      currentResults: async (uids) => {
        const found = await one.findings.currentResults(uids);
        await other.findings.commitResult(newer, [], now);
        return found;
      },
    };
    const parts = { ...one, findings, enqueue: one.queue.enqueue, followUps: () => [], clock };
    expect(await withdrawAfterFailure(parts)).toBe(0);
    expect(await standing()).toEqual([['newer', 'final']]);
    expect((await one.findings.resultById(id))?.superseded).not.toBeNull();
  });

  it('images that go into quarantine while they are analyzed have no result, until they are released', async () => {
    const says: Says = async (request) => {
      await quarantineStudy(other.database, STUDY, 'by-a-person', now);
      return perfusionOf(request);
    };
    const stop = work(one, says);
    await one.queue.enqueue(analyzeStudyJob(STUDY));
    await ended('done');
    await stop();
    expect(await standing()).toEqual([]);
    await releaseStudy(other.database, STUDY, now);
    const stopOther = work(other, (request) => Promise.resolve(perfusionOf(request)));
    await other.queue.enqueue(analyzeStudyJob(STUDY));
    await ended('done', 2);
    await stopOther();
    expect((await standing()).map(([, state]) => state)).toEqual(['final']);
  });

  it('a study in quarantine loses its results once, though both processes see it', async () => {
    const says: Says = (request) => Promise.resolve(perfusionOf(request));
    const stop = work(one, says);
    await one.queue.enqueue(analyzeStudyJob(STUDY));
    await ended('done');
    await stop();
    const withdraw = ({ database, findings, queue }: Process): Promise<number> =>
      withdrawInDoubt({ database, findings, enqueue: queue.enqueue, followUps: () => [], clock }, STUDY);
    expect(await withdraw(one)).toBe(0);
    await quarantineStudy(one.database, STUDY, 'by-a-person', now);
    const counts = await Promise.all([withdraw(one), withdraw(other)]);
    expect(counts.toSorted()).toEqual([0, 1]);
    expect((await standing()).map(([, state]) => state)).toEqual(['study-in-quarantine']);
  });

  describe('the chart', () => {
    const delivering = ({ database, findings }: Process, write: ResultWriter['write'], again: string[]) =>
      deliverToEhrHandler({
        ...{ database, findings, domains: NO_DOMAINS, wadoBase: null, clock },
        writer: { write },
        onStale: (id) => Promise.resolve(again.push(id)),
      });
    const deliver = (handler: ReturnType<typeof delivering>, key: string, attempt = 1): Promise<void> =>
      handler({ key } as unknown as Job, { attempt, signal: new AbortController().signal } as unknown as JobContext);
    const observation = (n: number) => [{ reference: `Observation/${String(n)}`, action: 'created' } as const];

    it('gets the result that stands once more when an older one was written after it', async () => {
      const again: string[] = [];
      const first = await one.findings.commitResult(aResult({ studyUid: STUDY }), [], now);
      let second = '';
      const slow = delivering(
        one,
        async () => {
          now = plus(now, 1_000);
          const newer = aResult({ studyUid: STUDY, inputsHash: 'b'.repeat(64) });
          ({ id: second } = await other.findings.commitResult(newer, [], now));
          await deliver(
            delivering(other, () => Promise.resolve(observation(1)), again),
            second,
          );
          return observation(1);
        },
        again,
      );
      await deliver(slow, first.id);
      expect(again).toEqual([second]);
    });

    it('does so, too, when the older one was written in part by a process that ended', async () => {
      const again: string[] = [];
      const first = await one.findings.commitResult(aResult({ studyUid: STUDY }), [], now);
      const newer = aResult({ studyUid: STUDY, inputsHash: 'b'.repeat(64) });
      const { id: second } = await one.findings.commitResult(newer, [], now);
      const handler = delivering(one, () => Promise.reject(new Error('not to be written')), again);
      await deliver(handler, first.id);
      expect(again).toEqual([]);
      await deliver(handler, first.id, 2);
      expect(again).toEqual([second]);
    });

    it('loses what it holds of a study whose patient is in doubt, and gets nothing else of it', async () => {
      const wrote: string[] = [];
      const handler = delivering(
        one,
        ({ state, former }) => {
          wrote.push(`${state}, ${String(former?.findings.length ?? 0)} taken back`);
          return Promise.resolve(observation(1));
        },
        [],
      );
      const first = await one.findings.commitResult(aResult({ studyUid: STUDY }), [], now);
      await deliver(handler, first.id);
      const count = aResult().said.findings.length;
      expect(wrote).toEqual(['final, 0 taken back']);
      await quarantineStudy(one.database, STUDY, 'by-a-person', now);
      await deliver(handler, first.id);
      expect(wrote).toHaveLength(1);
      const withdrawn: string[] = [];
      const followUps = (id: string) => (withdrawn.push(id), []);
      await withdrawInDoubt({ ...one, enqueue: one.queue.enqueue, followUps, clock }, STUDY);
      await deliver(handler, withdrawn[0] ?? '');
      expect(wrote.slice(1)).toEqual([`refused, ${String(count)} taken back`]);
    });
  });
});
