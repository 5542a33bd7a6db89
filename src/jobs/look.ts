/** What people and metrics see of the queue, and what they may do by hand. */
import { sql, type Kysely } from 'kysely';
import { instantFromEpoch, type Instant } from '../case/index.ts';
import type { Schema } from '../storage/schema.ts';
import type { Job, JobState } from './job.ts';
import { jobOf, type JobRow } from './rows.ts';

export interface JobFilter {
  readonly states?: readonly JobState[];
  readonly kinds?: readonly string[];
  readonly lanes?: readonly string[];
  readonly keys?: readonly string[];
  /** Newest first; default 100, at most 1000. */
  readonly limit?: number;
}

export async function list(db: Kysely<Schema>, filter: JobFilter = {}): Promise<readonly Job[]> {
  const { states, kinds, lanes, keys, limit = 100 } = filter;
  let query = db.selectFrom('job').selectAll();
  if (states !== undefined) query = query.where('state', 'in', states.length > 0 ? [...states] : ['' as JobState]);
  if (kinds !== undefined) query = query.where('kind', 'in', kinds.length > 0 ? [...kinds] : ['']);
  if (lanes !== undefined) query = query.where('lane', 'in', lanes.length > 0 ? [...lanes] : ['']);
  if (keys !== undefined) query = query.where('key', 'in', keys.length > 0 ? [...keys] : ['']);
  const rows = await query.orderBy('position', 'desc').limit(Math.min(limit, 1_000)).execute();
  return rows.map(jobOf);
}

export async function inspect(db: Kysely<Schema>, id: string): Promise<Job | null> {
  const row = await db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : jobOf(row);
}

export interface LaneDepth {
  readonly lane: string;
  /** Due and not yet taken. */
  readonly due: number;
  /** Waiting for their time: a back-off, a quiet period. */
  readonly waiting: number;
  readonly running: number;
  /** Dead letters. */
  readonly failed: number;
  /** Since when the job that has waited longest could have been taken; null when none is due. */
  readonly oldestDue: Instant | null;
}

interface DepthRow {
  lane: string;
  due: number;
  waiting: number;
  running: number;
  failed: number;
  oldest: Date | null;
}

/** Lanes with work in them or dead letters, by name. */
export async function depth(db: Kysely<Schema>, now: Instant): Promise<readonly LaneDepth[]> {
  const at = sql`${new Date(now)}::timestamptz`;
  const { rows } = await sql<DepthRow>`
    select lane,
      count(*) filter (where state = 'queued' and not_before <= ${at}) as due,
      count(*) filter (where state = 'queued' and not_before > ${at}) as waiting,
      count(*) filter (where state = 'running') as running,
      count(*) filter (where state = 'failed') as failed,
      min(greatest(queued_at, not_before)) filter (where state = 'queued' and not_before <= ${at}) as oldest
    from job where state in ('queued', 'running', 'failed') group by lane order by lane`.execute(db);
  return rows.map(({ oldest, ...counts }) => ({
    ...counts,
    oldestDue: oldest === null ? null : instantFromEpoch(oldest.getTime()),
  }));
}

export type CancelOutcome = 'cancelled' | 'asked' | 'ended' | 'unknown';

/** @returns 'asked' for a running job: its worker ends it; 'ended' when it had ended before */
export async function cancel(db: Kysely<Schema>, id: string, now: Instant): Promise<CancelOutcome> {
  const at = sql`${new Date(now)}::timestamptz`;
  const { rows } = await sql<{ state: JobState }>`
    update job set
      cancel_requested = true,
      state = case when state = 'queued' then 'cancelled' else state end,
      ended_at = case when state = 'queued' then ${at} else ended_at end
    where id = ${id} and state in ('queued', 'running') returning state`.execute(db);
  const state = rows[0]?.state;
  if (state !== undefined) return state === 'running' ? 'asked' : 'cancelled';
  return (await inspect(db, id)) === null ? 'unknown' : 'ended';
}

export type RequeueOutcome = 'queued' | 'waiting-already' | 'not-ended' | 'unknown';

/**
 * Puts a failed or cancelled job in line again, with as many attempts as it was given at first; their count goes on.
 * @param notBefore when it may run; default now
 */
export async function requeue(
  db: Kysely<Schema>,
  id: string,
  now: Instant,
  notBefore: Instant = now,
): Promise<RequeueOutcome> {
  const at = new Date(now);
  try {
    const { rows } = await sql<JobRow>`
      update job set state = 'queued', attempt_limit = attempt + tries, cancel_requested = false, queued_at = ${at},
        not_before = ${new Date(notBefore)}, ended_at = null, stage = null, percent = null
      where id = ${id} and state in ('failed', 'cancelled') returning *`.execute(db);
    if (rows.length > 0) return 'queued';
  } catch (error) {
    if ((error as { code?: unknown }).code === '23505') return 'waiting-already';
    throw error;
  }
  return (await inspect(db, id)) === null ? 'unknown' : 'not-ended';
}

export interface PurgeRule {
  /** Done and cancelled jobs that ended before go. */
  readonly endedBefore: Instant;
  /** Dead letters that ended before go too; kept when left out. */
  readonly failedBefore?: Instant;
}

/** @returns how many rows went */
export async function purge(db: Kysely<Schema>, { endedBefore, failedBefore }: PurgeRule): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('job')
    .where((row) =>
      row.or([
        row.and([row('state', 'in', ['done', 'cancelled']), row('ended_at', '<', new Date(endedBefore))]),
        ...(failedBefore === undefined
          ? []
          : [row.and([row('state', '=', 'failed'), row('ended_at', '<', new Date(failedBefore))])]),
      ]),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
