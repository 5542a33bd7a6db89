/**
 * The durable queue, in a table of the database: one statement per step, with SKIP LOCKED, the same on the embedded
 * database and on a PostgreSQL server with several processes. A job runs at least once; with `JobContext.commit` its
 * results show exactly once.
 *
 * Times of several hosts are compared (leases, back-off): their clocks should agree within a few seconds.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Kysely, Transaction } from 'kysely';
import { plus, type Instant } from '../case/index.ts';
import type { Database } from '../storage/database.ts';
import type { Schema } from '../storage/schema.ts';
import { backOffDelay, DEFAULT_BACK_OFF, type BackOff } from './back-off.ts';
import { claim, enqueue, type Enqueued } from './claim.ts';
import { finish, heartbeat, writeProgress, type Hold, type Progress } from './hold.ts';
import type { Job, JobState, NewJob, StageTime } from './job.ts';
import * as look from './look.ts';
import { fail, failuresBy, release, takeBack } from './put-back.ts';
import { shortText, type Lease } from './rows.ts';

export interface QueueOptions {
  readonly clock: () => Instant;
  /** Milliseconds without a sign of life after which another worker takes a job over. Default 30 s. */
  readonly leaseMs?: number;
  readonly backOff?: BackOff;
  /** 0 to 1; for the jitter. */
  readonly chance?: () => number;
}

/** For the code that asks for work and for people who look after it. */
export interface JobQueue {
  /**
   * Idempotent by kind and key while the first is queued; asked while one runs it makes one follow-up.
   * @param within the transaction of the caller: the job exists when that is committed, or not at all. Inside of a
   * transaction it must be given, because the embedded database has one connection
   */
  readonly enqueue: (job: NewJob, within?: Transaction<Schema>) => Promise<Enqueued>;
  /** A queued job ends at once; a running one gets its AbortSignal. */
  readonly cancel: (id: string) => Promise<look.CancelOutcome>;
  readonly requeue: (id: string, notBefore?: Instant) => Promise<look.RequeueOutcome>;
  readonly list: (filter?: look.JobFilter) => Promise<readonly Job[]>;
  readonly inspect: (id: string) => Promise<Job | null>;
  /** For health and metrics. */
  readonly depth: () => Promise<readonly look.LaneDepth[]>;
  readonly purge: (rule: look.PurgeRule) => Promise<number>;
  /** For workers. */
  readonly holder: JobHolder;
}

/** The side of the workers. `lease` names a job in hand; a lease that was lost writes nothing. */
export interface JobHolder {
  readonly leaseMs: number;
  readonly clock: () => Instant;
  /** Takes expired leases back first. */
  readonly claim: (lanes: readonly string[], kinds: readonly string[]) => Promise<Job | null>;
  readonly leaseOf: (job: Job) => Lease;
  /** @param within a transaction that writes only while the job is held: no other worker takes it before its end */
  readonly heartbeat: (lease: Lease, within?: Kysely<Schema>) => Promise<Hold>;
  readonly progress: (lease: Lease, progress: Progress) => Promise<Hold>;
  readonly finish: (lease: Lease, stages: readonly StageTime[], within?: Kysely<Schema>) => Promise<boolean>;
  readonly transaction: <T>(run: (tx: Transaction<Schema>) => Promise<T>) => Promise<T>;
  readonly fail: (lease: Lease, failure: { reason: string; permanent: boolean }) => Promise<JobState | null>;
  readonly release: (lease: Lease) => Promise<JobState | null>;
  /** Every running job, at the start of the only process that can be at work. @returns how many */
  readonly takeBackAll: () => Promise<number>;
  /** Called when work was put in line or cancelled here, so that nobody waits for the next look. @returns an undo */
  readonly onChange: (listener: () => void) => () => void;
  /**
   * Called for each job that was taken back here from a process that ended without a word: what follows from its end
   * (a dead letter has consequences) is this worker's to do, for nobody else knows. @returns an undo
   */
  readonly onTakenBack: (listener: (job: Job) => void) => () => void;
}

const DEFAULT_LEASE_MS = 30_000;

export function createJobQueue(database: Database, options: QueueOptions): JobQueue {
  const { clock, leaseMs = DEFAULT_LEASE_MS, backOff = DEFAULT_BACK_OFF, chance = Math.random } = options;
  const db = database.sql;
  const worker = `${hostname()}/${process.pid}/${randomUUID()}`;
  const listeners = new Set<() => void>();
  const changed = <T>(result: T): T => {
    for (const listener of listeners) listener();
    return result;
  };

  const takenBack = new Set<(job: Job) => void>();
  const takeBackNow = async (which: 'expired' | 'all', now: Instant): Promise<number> => {
    const jobs = await takeBack(db, which, now);
    for (const job of jobs) for (const listener of takenBack) listener(job);
    return jobs.length;
  };

  const holder: JobHolder = {
    leaseMs,
    clock,
    claim: async (lanes, kinds) => {
      const now = clock();
      await takeBackNow('expired', now);
      return claim(db, { worker, lanes, kinds, leaseMs }, now);
    },
    leaseOf: ({ id, attempt }) => ({ id, attempt, worker }),
    heartbeat: (lease, within = db) => heartbeat(within, lease, leaseMs, clock()),
    progress: (lease, { stage, ...rest }) => writeProgress(db, lease, { stage: shortText(stage, 80), ...rest }),
    finish: (lease, stages, within = db) => finish(within, lease, stages, clock()),
    transaction: (run) => db.transaction().execute(run),
    fail: async (lease, { reason, permanent }) => {
      const now = clock();
      const notBefore = plus(now, backOffDelay(await failuresBy(db, lease), chance(), backOff));
      return fail(db, lease, { reason: shortText(reason), permanent, notBefore }, now);
    },
    release: (lease) => release(db, lease, clock()),
    takeBackAll: () => takeBackNow('all', clock()),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onTakenBack: (listener) => {
      takenBack.add(listener);
      return () => takenBack.delete(listener);
    },
  };

  return {
    enqueue: async (job, within) => changed(await enqueue(within ?? db, job, clock())),
    cancel: async (id) => changed(await look.cancel(db, id, clock())),
    requeue: async (id, notBefore) => changed(await look.requeue(db, id, clock(), notBefore)),
    list: (filter) => look.list(db, filter),
    inspect: (id) => look.inspect(db, id),
    depth: () => look.depth(db, clock()),
    purge: (rule) => look.purge(db, rule),
    holder,
  };
}
