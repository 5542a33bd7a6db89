/** Putting work in line and taking it out: each step is one statement, so that workers and processes may race. */
import { randomUUID } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import { plus, type Instant } from '../case/index.ts';
import type { Schema } from '../storage/schema.ts';
import type { Job, NewJob } from './job.ts';
import { jobOf, payloadText, type JobRow } from './rows.ts';

const DEFAULT_TRIES = 5;

export interface Enqueued {
  readonly id: string;
  /** False: a job of this kind and key was waiting already, and now carries the newer payload. */
  readonly created: boolean;
}

/**
 * While one of its kind and key waits, the newer payload, the better priority and the newer time replace its own (a
 * job that waits after a failure keeps its back-off). While one runs, this is its follow-up, started after it.
 * @param db a transaction of the caller, or the database
 */
export async function enqueue(db: Kysely<Schema>, job: NewJob, now: Instant): Promise<Enqueued> {
  const tries = job.maxAttempts ?? DEFAULT_TRIES;
  if (!Number.isInteger(tries) || tries < 1) throw new RangeError('a job has at least one attempt');
  const id = randomUUID();
  const row = await db
    .insertInto('job')
    .values({
      id,
      kind: job.kind,
      key: job.key,
      lane: job.lane,
      payload: payloadText(job.payload),
      priority: job.priority,
      state: 'queued',
      tries,
      attempt_limit: tries,
      queued_at: new Date(now),
      not_before: new Date(job.notBefore ?? now),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['kind', 'key'])
        .where('state', '=', 'queued')
        .doUpdateSet({
          payload: sql`excluded.payload`,
          lane: sql`excluded.lane`,
          priority: sql`least(job.priority, excluded.priority)`,
          not_before: sql`case when job.attempt = 0 then excluded.not_before
                               else greatest(job.not_before, excluded.not_before) end`,
        }),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id: row.id, created: row.id === id };
}

export interface Claim {
  readonly worker: string;
  readonly lanes: readonly string[];
  /** Kinds that the caller has a handler for: a newer version's jobs wait for a newer worker. */
  readonly kinds: readonly string[];
  readonly leaseMs: number;
}

/** @returns the next job that is due, now in this worker's hands, or null */
export async function claim(db: Kysely<Schema>, request: Claim, now: Instant): Promise<Job | null> {
  const { worker, lanes, kinds, leaseMs } = request;
  if (lanes.length === 0 || kinds.length === 0) return null;
  const at = new Date(now);
  const { rows } = await sql<JobRow>`
    update job set state = 'running', attempt = attempt + 1, worker = ${worker}, started_at = ${at},
      lease_until = ${new Date(plus(now, leaseMs))}, ended_at = null, stage = null, percent = null
    where id = (
      select id from job
      where state = 'queued' and not_before <= ${at} and lane in (${sql.join(lanes)}) and kind in (${sql.join(kinds)})
        and not exists (
          select 1 from job other where other.state = 'running' and other.kind = job.kind and other.key = job.key)
      order by priority, position
      limit 1
      for update skip locked)
    returning *`.execute(db);
  return rows[0] === undefined ? null : jobOf(rows[0]);
}
