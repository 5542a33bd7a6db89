import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { instantFromEpoch } from '../../src/case/index.ts';
import {
  createJobQueue,
  JobLeaseLost,
  PermanentJobFailure,
  startWorkers,
  type EndedJob,
  type Job,
  type JobHandler,
  type JobQueue,
  type NewJob,
  type WorkerOptions,
  type Workers,
} from '../../src/jobs/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { onBothDatabases } from '../support/job-databases.ts';

const work = (key: string, more: Partial<NewJob> = {}): NewJob => ({
  kind: 'work',
  key,
  lane: 'analysis',
  payload: null,
  priority: 10,
  ...more,
});

/** A promise and the way to settle it. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Ends by its signal alone. */
const untilAborted: JobHandler = (_job, { signal }) =>
  new Promise((_resolve, reject) => {
    const give = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', give, { once: true });
    if (signal.aborted) give();
  });

onBothDatabases((open) => {
  let database: Database;
  let close: () => Promise<void>;
  let queue: JobQueue;
  let running: Workers[] = [];
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const newQueue = (leaseMs = 30_000): JobQueue =>
    createJobQueue(database, {
      clock: () => instantFromEpoch(Date.now()),
      leaseMs,
      backOff: { baseMs: 20, capMs: 40 },
    });

  function start(handlers: Record<string, JobHandler>, more: Partial<WorkerOptions> = {}): Workers {
    const lanes = [
      { name: 'analysis', concurrency: 1 },
      { name: 'archive', concurrency: 2 },
    ];
    const workers = startWorkers({ queue, handlers, lanes, log, pollMs: 20, progressMs: 10, ...more });
    running.push(workers);
    return workers;
  }
  async function become(id: string, state: Job['state'], limitMs = 8_000): Promise<Job> {
    const until = Date.now() + limitMs;
    for (;;) {
      const job = await queue.inspect(id);
      if (job?.state === state) return job;
      if (Date.now() > until) throw new Error(`the job is ${job?.state ?? 'gone'}, not ${state}`);
      await sleep(25);
    }
  }

  beforeAll(async () => {
    ({ database, close } = await open());
    await sql`create table shown (job text primary key, attempt integer, result text)`.execute(database.sql);
  });
  beforeEach(async () => {
    await database.sql.deleteFrom('job').execute();
    await sql`delete from shown`.execute(database.sql);
    queue = newQueue();
  });
  afterEach(async () => {
    await Promise.all(running.map((workers) => workers.stop()));
    running = [];
    vi.clearAllMocks();
  });
  afterAll(() => close());

  const shown = async (): Promise<unknown[]> =>
    (await sql`select * from shown order by job`.execute(database.sql)).rows;

  it('runs a job, keeps its stages with their times and says how it ended', async () => {
    const ended: EndedJob[] = [];
    start(
      {
        work: async (_job, { progress }) => {
          progress('reading', 10);
          await sleep(30);
          progress('computing', 50);
          await sleep(30);
        },
      },
      { onEnded: (job) => ended.push(job) },
    );
    const { id } = await queue.enqueue(work('a'));
    const job = await become(id, 'done');
    expect(job.stages.map(({ stage, attempt }) => [stage, attempt])).toEqual([
      ['reading', 1],
      ['computing', 1],
    ]);
    for (const { startedAt, endedAt } of job.stages) expect((endedAt ?? 0) - startedAt).toBeGreaterThanOrEqual(25);
    expect(job).toMatchObject({ percent: 100, lastError: null, stage: 'computing' });
    await vi.waitFor(() => {
      expect(ended).toMatchObject([{ id, outcome: 'done', lane: 'analysis', attempt: 1 }]);
    });
  });

  it('writes progress within a stage seldom, a new stage at once', async () => {
    const writes = vi.spyOn(queue.holder, 'progress');
    start(
      {
        work: async (_job, { progress }) => {
          for (let i = 0; i < 200; i += 1) progress('computing', i / 2);
          progress('writing', 100);
          await sleep(20);
        },
      },
      { progressMs: 5_000 },
    );
    const { id } = await queue.enqueue(work('a'));
    await become(id, 'done');
    expect(writes.mock.calls.map(([, { stage }]) => stage)).toEqual(['computing', 'writing']);
  });

  it('a lane that is stuck holds up no other', async () => {
    const stuck = gate();
    const workers = start({ work: (job) => (job.key === 'stuck' ? stuck.opened : Promise.resolve()) });
    const one = await queue.enqueue(work('stuck'));
    const behind = await queue.enqueue(work('behind'));
    await become(one.id, 'running');
    const deliveries = ['a', 'b', 'c', 'd', 'e'].map((key) => queue.enqueue(work(key, { lane: 'archive' })));
    for (const delivery of deliveries) await become((await delivery).id, 'done');
    expect(await queue.inspect(behind.id)).toMatchObject({ state: 'queued' });
    expect(workers.state()).toMatchObject({
      stopping: false,
      trouble: null,
      lanes: [
        { name: 'analysis', concurrency: 1, running: [{ id: one.id, attempt: 1 }], lastJob: null },
        { name: 'archive', running: [], lastJob: { outcome: 'done' }, lastError: null },
      ],
    });
    stuck.open();
    await become(behind.id, 'done');
  });

  it('tries again what may heal, not what never will, and shows why without quoting a library', async () => {
    let calls = 0;
    const workers = start({
      work: () => {
        calls += 1;
        return calls < 3 ? Promise.reject(new Error('cannot parse DOE^JANE')) : Promise.resolve();
      },
      never: () => Promise.reject(new PermanentJobFailure('the study has no image')),
    });
    const heals = await queue.enqueue(work('a'));
    expect(await become(heals.id, 'done')).toMatchObject({ attempt: 3 });
    const never = await queue.enqueue(work('b', { kind: 'never', lane: 'archive' }));
    expect(await become(never.id, 'failed')).toMatchObject({ attempt: 1, lastError: 'the study has no image' });
    await vi.waitFor(() => {
      expect(workers.state().lanes.map(({ lastError }) => lastError?.error)).toEqual([
        'Error',
        'the study has no image',
      ]);
    });
  });

  it('cancels a running job through its signal', async () => {
    start({ work: untilAborted });
    const { id } = await queue.enqueue(work('a'));
    await become(id, 'running');
    expect(await queue.cancel(id)).toBe('asked');
    expect(await become(id, 'cancelled')).toMatchObject({ lastError: 'cancelled' });
  });

  it('learns of a cancellation by another process with the next sign of life', async () => {
    queue = newQueue(1_500);
    start({ work: untilAborted });
    const { id } = await queue.enqueue(work('a'));
    await become(id, 'running');
    await newQueue().cancel(id);
    await become(id, 'cancelled');
  });

  it('keeps a long job in hand by signs of life', async () => {
    queue = newQueue(1_500);
    let runs = 0;
    const handler: JobHandler = async () => {
      runs += 1;
      await sleep(2_200);
    };
    start({ work: handler });
    start({ work: handler }, { queue: newQueue(1_500) });
    const { id } = await queue.enqueue(work('a'));
    expect(await become(id, 'done')).toMatchObject({ attempt: 1 });
    expect(runs).toBe(1);
  });

  it('gives running jobs back at a stop, without counting the attempt, and takes no more', async () => {
    const workers = start({ work: untilAborted });
    const { id } = await queue.enqueue(work('a', { maxAttempts: 1 }));
    await become(id, 'running');
    await Promise.all([workers.stop(), workers.stop()]);
    expect(await queue.inspect(id)).toMatchObject({ state: 'queued', lastError: null });
    expect(workers.state().stopping).toBe(true);
    start({ work: () => Promise.resolve() });
    await become(id, 'done');
  });

  it('does not wait for ever for a handler that does not listen', async () => {
    const workers = start({ work: () => new Promise(() => undefined) }, { graceMs: 50 });
    const { id } = await queue.enqueue(work('a'));
    await become(id, 'running');
    await workers.stop();
    expect(await queue.inspect(id)).toMatchObject({ state: 'queued' });
  });

  it('gives up a job that runs past its time limit, and its lane goes on', async () => {
    start(
      { work: (job) => (job.key === 'endless' ? new Promise(() => undefined) : Promise.resolve()) },
      {
        timeLimitMs: 60,
        graceMs: 20,
      },
    );
    const endless = await queue.enqueue(work('endless', { maxAttempts: 2 }));
    expect(await become(endless.id, 'failed')).toMatchObject({
      attempt: 2,
      lastError: 'it ran past its time limit and was given up',
    });
    await become((await queue.enqueue(work('next'))).id, 'done');
  });

  it('shows results exactly when the job is done: nothing of a commit that failed', async () => {
    start({
      work: async ({ id }, { attempt, commit }) => {
        await commit(async (tx) => {
          await sql`insert into shown values (${id}, ${attempt}, 'ok')`.execute(tx);
          if (attempt === 1) throw new Error('lost on the way');
        });
      },
    });
    const { id } = await queue.enqueue(work('a'));
    await become(id, 'done');
    expect(await shown()).toEqual([{ job: id, attempt: 2, result: 'ok' }]);
  });

  it.each(['commit', 'write'] as const)('refuses the results of a holder that lost its lease: %s', async (way) => {
    const resume = gate();
    let refused: unknown = null;
    start(
      {
        work: async ({ id }, { attempt, ...context }) => {
          if (attempt === 1) await resume.opened;
          try {
            await context[way](async (tx) => {
              await sql`insert into shown values (${id}, ${attempt}, 'ok')`.execute(tx);
            });
          } catch (error) {
            refused = error;
            throw error;
          }
        },
      },
      { lanes: [{ name: 'analysis', concurrency: 2 }] },
    );
    const { id } = await queue.enqueue(work('a'));
    await become(id, 'running');
    // As if its process had been silent for the whole lease.
    await database.sql
      .updateTable('job')
      .set({ lease_until: new Date(0) })
      .where('id', '=', id)
      .execute();
    await become(id, 'done');
    resume.open();
    await vi.waitFor(() => {
      expect(refused).toBeInstanceOf(JobLeaseLost);
    });
    expect(await shown()).toEqual([{ job: id, attempt: 2, result: 'ok' }]);
  });

  it('goes on when a handler fails after its commit', async () => {
    start({
      work: async (_job, { commit }) => {
        await commit(() => Promise.resolve());
        throw new Error('too late');
      },
    });
    const { id } = await queue.enqueue(work('a'));
    await become(id, 'done');
    await vi.waitFor(() => {
      expect(log.error).toHaveBeenCalledWith(
        expect.objectContaining({ job: id }),
        expect.stringContaining('committed'),
      );
    });
    expect(await queue.inspect(id)).toMatchObject({ state: 'done', attempt: 1 });
  });

  it('takes what an earlier process left running at once, where no other process can be at work', async () => {
    await queue.enqueue(work('a'));
    const left = await queue.holder.claim(['analysis'], ['work']);
    const here = newQueue();
    start({ work: () => Promise.resolve() }, { queue: here, alone: true });
    expect(await become(left?.id ?? '', 'done')).toMatchObject({ attempt: 2 });
  });

  it('says of a last attempt whose process gave no sign of life that it failed, when its lease ends', async () => {
    const { id } = await newQueue(300).enqueue({ ...work('a'), maxAttempts: 1 });
    await newQueue(300).holder.claim(['analysis'], ['work']);
    const ended: EndedJob[] = [];
    start({ work: () => Promise.resolve() }, { onEnded: (job) => ended.push(job) });
    await vi.waitFor(() => {
      expect(ended).toMatchObject([{ id, outcome: 'failed', error: 'its process ended without a word', attempt: 1 }]);
    }, 8_000);
    expect(await queue.inspect(id)).toMatchObject({ state: 'failed' });
  });

  it('outlives a database that does not answer for a while', async () => {
    const claim = vi.spyOn(queue.holder, 'claim').mockRejectedValue(new Error('connection refused'));
    const workers = start({ work: () => Promise.resolve() });
    await vi.waitFor(() => {
      expect(workers.state().trouble).toBe('Error');
    });
    claim.mockRestore();
    await become((await queue.enqueue(work('a'))).id, 'done');
    await vi.waitFor(() => {
      expect(workers.state().trouble).toBeNull();
    });
  });
});
