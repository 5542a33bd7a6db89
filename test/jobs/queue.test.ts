import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { instantFromEpoch, plus, type Instant } from '../../src/case/index.ts';
import { createJobQueue, UPS_STATES, type Job, type JobQueue, type NewJob } from '../../src/jobs/index.ts';
import { backOffDelay } from '../../src/jobs/back-off.ts';
import type { Database } from '../../src/storage/index.ts';
import { onBothDatabases } from '../support/job-databases.ts';
import { runModel } from '../support/job-model.ts';

const NOON = instantFromEpoch(Date.UTC(2026, 4, 4, 12));
const LEASE = 30_000;
const BACK_OFF = { baseMs: 1_000, capMs: 8_000 };

const study = (key: string, more: Partial<NewJob> = {}): NewJob => ({
  kind: 'analyze',
  key,
  lane: 'analysis',
  payload: { study: key },
  priority: 10,
  ...more,
});

onBothDatabases((open) => {
  let database: Database;
  let close: () => Promise<void>;
  let now: Instant = NOON;
  let queue: JobQueue;
  const another = (): JobQueue =>
    createJobQueue(database, { clock: () => now, leaseMs: LEASE, backOff: BACK_OFF, chance: () => 1 });
  const claim = (from = queue, lanes = ['analysis'], kinds = ['analyze']): Promise<Job | null> =>
    from.holder.claim(lanes, kinds);
  const claimed = async (from = queue): Promise<Job> => {
    const job = await claim(from);
    if (job === null) throw new Error('nothing was due');
    return job;
  };
  const failed = { reason: 'no answer', permanent: false };

  beforeAll(async () => {
    ({ database, close } = await open());
  });
  beforeEach(async () => {
    await database.sql.deleteFrom('job').execute();
    now = NOON;
    queue = another();
  });
  afterAll(() => close());

  it('hands out by priority, then by age, only what is due, only in the lanes and kinds asked for', async () => {
    await queue.enqueue(study('late', { priority: 10 }));
    await queue.enqueue(study('later', { priority: 10 }));
    await queue.enqueue(study('hemorrhage', { priority: 1 }));
    await queue.enqueue(study('tomorrow', { priority: 0, notBefore: plus(NOON, 86_400_000) }));
    await queue.enqueue(study('elsewhere', { priority: 0, lane: 'archive' }));
    await queue.enqueue(study('unknown', { priority: 0, kind: 'of a newer version' }));
    const keys = [];
    for (let job = await claim(); job !== null; job = await claim()) keys.push(job.key);
    expect(keys).toEqual(['hemorrhage', 'late', 'later']);
  });

  it('is one job while the first waits: the newer payload and the better priority win', async () => {
    const first = await queue.enqueue(study('a', { payload: { slices: 10 }, priority: 5 }));
    const again = await queue.enqueue(study('a', { payload: { slices: 20 }, priority: 9 }));
    expect([first.created, again]).toEqual([true, { id: first.id, created: false }]);
    expect(await claimed()).toMatchObject({ id: first.id, payload: { slices: 20 }, priority: 5, attempt: 1 });
    expect(await claim()).toBeNull();
  });

  it('waits for quiet when each arrival moves the time', async () => {
    const arrive = (): Promise<unknown> => queue.enqueue(study('a', { notBefore: plus(now, 8_000) }));
    await arrive();
    now = plus(NOON, 7_000);
    await arrive();
    now = plus(NOON, 14_999);
    expect(await claim()).toBeNull();
    now = plus(NOON, 15_000);
    expect(await claim()).not.toBeNull();
  });

  it('makes one follow-up of what is asked for while it runs, and runs it afterwards', async () => {
    await queue.enqueue(study('a'));
    const job = await claimed();
    const [one, two] = [await queue.enqueue(study('a')), await queue.enqueue(study('a', { payload: 'newest' }))];
    expect(one.created).toBe(true);
    expect(two).toEqual({ id: one.id, created: false });
    expect(await claim()).toBeNull();
    await queue.holder.finish(queue.holder.leaseOf(job), []);
    expect(await claimed()).toMatchObject({ id: one.id, payload: 'newest' });
  });

  it('leaves the work to the follow-up when the first fails', async () => {
    await queue.enqueue(study('a'));
    const job = await claimed();
    const { id } = await queue.enqueue(study('a'));
    expect(await queue.holder.fail(queue.holder.leaseOf(job), failed)).toBe('cancelled');
    expect(await queue.inspect(job.id)).toMatchObject({ lastError: 'no answer; a newer job does its work' });
    expect(await claimed()).toMatchObject({ id });
  });

  it('exists exactly when the transaction of its caller is committed', async () => {
    const attempt = database.sql.transaction().execute(async (tx) => {
      await queue.enqueue(study('a'), tx);
      throw new Error('the receipt could not be written');
    });
    await expect(attempt).rejects.toThrow('receipt');
    expect(await claim()).toBeNull();
    await database.sql.transaction().execute((tx) => queue.enqueue(study('a'), tx));
    expect(await claim()).not.toBeNull();
  });

  it('tries again with growing delays up to a cap, then keeps it as a dead letter that can be queued again', async () => {
    const { id } = await queue.enqueue(study('a', { maxAttempts: 5 }));
    const waits = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const job = await claimed();
      expect(job.attempt).toBe(attempt);
      await queue.holder.fail(queue.holder.leaseOf(job), failed);
      const { notBefore, state } = (await queue.inspect(id)) ?? job;
      if (state === 'failed') break;
      waits.push(notBefore - now);
      now = plus(notBefore, -1);
      expect(await claim()).toBeNull();
      now = notBefore;
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(await claim()).toBeNull();
    expect(await queue.list({ states: ['failed'] })).toMatchObject([{ id, lastError: 'no answer', attempt: 5 }]);
    expect(await queue.depth()).toMatchObject([{ lane: 'analysis', failed: 1, due: 0, oldestDue: null }]);

    expect(await queue.requeue(id)).toBe('queued');
    const again = await claimed();
    expect(again).toMatchObject({ id, attempt: 6, lastError: 'no answer' });
    // Its attempts and its back-off begin anew; the numbers of attempts go on, because effects are named by them.
    expect(await queue.holder.fail(queue.holder.leaseOf(again), failed)).toBe('queued');
    expect(((await queue.inspect(id))?.notBefore ?? now) - now).toBe(1_000);
  });

  it('does not try again what can never work', async () => {
    await queue.enqueue(study('a'));
    const lease = queue.holder.leaseOf(await claimed());
    expect(await queue.holder.fail(lease, { reason: 'no such study', permanent: true })).toBe('failed');
  });

  it('is taken over when its lease runs out, and what the old holder writes is refused', async () => {
    await queue.enqueue(study('a'));
    const old = queue.holder.leaseOf(await claimed());
    const other = another();
    now = plus(NOON, LEASE - 1);
    expect(await claim(other)).toBeNull();
    expect(await queue.holder.heartbeat(old)).toBe('held');
    now = plus(now, LEASE - 1);
    expect(await claim(other)).toBeNull();
    now = plus(now, 5_000);
    const job = await claimed(other);
    expect(job).toMatchObject({ attempt: 2, lastError: 'its process ended without a word' });
    expect(await queue.holder.heartbeat(old)).toBe('lost');
    expect(await queue.holder.progress(old, { stage: 'x', percent: 1, stages: [] })).toBe('lost');
    expect(await queue.holder.finish(old, [])).toBe(false);
    expect(await queue.holder.fail(old, failed)).toBeNull();
    expect(await queue.holder.release(old)).toBeNull();
    expect(await other.holder.finish(other.holder.leaseOf(job), [])).toBe(true);
  });

  it('ends work that kills its process every time', async () => {
    const { id } = await queue.enqueue(study('a', { maxAttempts: 2 }));
    for (const attempt of [1, 2]) {
      expect((await claimed()).attempt).toBe(attempt);
      now = plus(now, LEASE + 1);
    }
    expect(await claim()).toBeNull();
    expect(await queue.inspect(id)).toMatchObject({ state: 'failed', lastError: 'its process ended without a word' });
  });

  it('gives an attempt back that was not to blame', async () => {
    await queue.enqueue(study('a', { maxAttempts: 1 }));
    for (const attempt of [1, 2, 3]) {
      const job = await claimed();
      expect(job.attempt).toBe(attempt);
      expect(await queue.holder.release(queue.holder.leaseOf(job))).toBe('queued');
    }
    expect(await queue.holder.fail(queue.holder.leaseOf(await claimed()), failed)).toBe('failed');
  });

  it('cancels a waiting job at once and asks the holder of a running one', async () => {
    const { id } = await queue.enqueue(study('waiting'));
    expect(await queue.cancel(id)).toBe('cancelled');
    expect(await claim()).toBeNull();
    await queue.enqueue(study('running'));
    const job = await claimed();
    expect(await queue.cancel(job.id)).toBe('asked');
    expect(await queue.holder.heartbeat(queue.holder.leaseOf(job))).toBe('cancelled');
    expect(await queue.holder.fail(queue.holder.leaseOf(job), failed)).toBe('cancelled');
    expect(await queue.cancel(job.id)).toBe('ended');
    expect(await queue.cancel('nobody')).toBe('unknown');
    expect(await queue.requeue(job.id)).toBe('queued');
  });

  it('says why a requeue did nothing', async () => {
    const { id } = await queue.enqueue(study('a'));
    expect(await queue.requeue(id)).toBe('not-ended');
    await queue.cancel(id);
    await queue.enqueue(study('a'));
    expect(await queue.requeue(id)).toBe('waiting-already');
    expect(await queue.requeue('nobody')).toBe('unknown');
  });

  it('gives each job to one of many claimers', async () => {
    const keys = Array.from({ length: 60 }, (_, i) => `study-${i}`);
    for (const key of keys) await queue.enqueue(study(key));
    const got: string[] = [];
    const worker = async (from: JobQueue): Promise<void> => {
      for (let job = await claim(from); job !== null; job = await claim(from)) got.push(job.key);
    };
    await Promise.all([queue, another(), another(), another()].map(worker));
    expect(got.sort()).toEqual(keys.sort());
  });

  it('survives a rush on one key: one waits, at most one runs, nothing throws', async () => {
    const queues = [queue, another(), another()];
    const rush = queues.flatMap((from) => [
      ...Array.from({ length: 8 }, () => from.enqueue(study('same'))),
      ...Array.from({ length: 8 }, async () => {
        const job = await claim(from);
        if (job !== null) await from.holder.fail(from.holder.leaseOf(job), failed);
      }),
    ]);
    await Promise.all(rush);
    expect((await queue.list({ states: ['queued'] })).length).toBeLessThanOrEqual(1);
    expect(await queue.list({ states: ['running'] })).toEqual([]);
  });

  it('shows how deep each lane is and how long the oldest has waited', async () => {
    await queue.enqueue(study('a'));
    now = plus(NOON, 5_000);
    await queue.enqueue(study('b', { lane: 'archive' }));
    await queue.enqueue(study('c', { lane: 'archive', notBefore: plus(now, 1_000) }));
    await claimed();
    expect(await queue.depth()).toEqual([
      { lane: 'analysis', due: 0, waiting: 0, running: 1, failed: 0, oldestDue: null },
      { lane: 'archive', due: 1, waiting: 1, running: 0, failed: 0, oldestDue: now },
    ]);
  });

  it('forgets old finished jobs, and dead letters only when told to', async () => {
    await queue.enqueue(study('done'));
    await queue.holder.finish(queue.holder.leaseOf(await claimed()), []);
    await queue.enqueue(study('dead', { maxAttempts: 1 }));
    await queue.holder.fail(queue.holder.leaseOf(await claimed()), failed);
    await queue.enqueue(study('waiting'));
    const endedBefore = plus(now, 1);
    expect(await queue.purge({ endedBefore: now })).toBe(0);
    expect(await queue.purge({ endedBefore })).toBe(1);
    expect((await queue.list()).map(({ key }) => key)).toEqual(['waiting', 'dead']);
    expect(await queue.purge({ endedBefore, failedBefore: endedBefore })).toBe(1);
  });

  it('keeps reasons in one short line that the database takes', async () => {
    await queue.enqueue(study('a'));
    const reason = `broken\u0000\n${'x'.repeat(2_000)}`;
    await queue.holder.fail(queue.holder.leaseOf(await claimed()), { reason, permanent: true });
    const [job] = await queue.list();
    expect(job?.lastError).toMatch(/^broken x+$/);
    expect(job?.lastError?.length).toBeLessThanOrEqual(500);
  });

  it('refuses a payload that JSON cannot hold, and no attempts', async () => {
    await expect(queue.enqueue(study('a', { payload: () => 1 }))).rejects.toThrow(TypeError);
    await expect(queue.enqueue(study('a', { maxAttempts: 0 }))).rejects.toThrow(RangeError);
  });

  it('behaves as the rules say under any sequence of operations', async () => {
    await runModel({ database, seedTime: NOON, leaseMs: LEASE, backOff: BACK_OFF });
  }, 60_000);
});

describe('back-off', () => {
  it('grows, stays within half and all of its delay, and never passes the cap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, chance) => {
          const full = Math.min(8_000, 1_000 * 2 ** (failures - 1));
          const delay = backOffDelay(failures, chance, BACK_OFF);
          expect(delay).toBeGreaterThanOrEqual(full / 2);
          expect(delay).toBeLessThanOrEqual(full);
        },
      ),
    );
  });
});

it('maps every state to one of the Unified Procedure Step', () => {
  expect(UPS_STATES).toEqual({
    queued: 'SCHEDULED',
    running: 'IN PROGRESS',
    done: 'COMPLETED',
    failed: 'CANCELED',
    cancelled: 'CANCELED',
  });
});
