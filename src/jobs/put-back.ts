/** The ways out of 'running' other than done: back in line, failed for good, or cancelled. */
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Instant } from '../case/index.ts';
import type { Schema } from '../storage/schema.ts';
import type { Job, JobState } from './job.ts';
import { jobOf, type JobRow, type Lease } from './rows.ts';

const UNIQUE_VIOLATION = '23505';

interface Return {
  /** Which running jobs. */
  readonly where: RawBuilder<unknown>;
  readonly now: Instant;
  /** When it may be tried again. */
  readonly notBefore: Instant;
  /** Why; null keeps what was written before. */
  readonly reason: string | null;
  /** It will never work. */
  readonly permanent: boolean;
  /** False: the attempt is given back, because the work was not to blame. */
  readonly counts: boolean;
}

/**
 * In this order: what was to be cancelled is cancelled; what has no attempt left is failed, a dead letter; what has a
 * newer job of its kind and key in line leaves the work to it; everything else waits for its next attempt.
 * @returns the jobs as they are now
 */
async function putBack(db: Kysely<Schema>, options: Return): Promise<readonly Job[]> {
  const { where, now, notBefore, reason, permanent, counts } = options;
  const at = sql`${new Date(now)}::timestamptz`;
  for (let round = 1; ; round += 1) {
    try {
      const { rows } = await sql<JobRow>`
        with next as (
          select id, case
            when cancel_requested then 'cancelled'
            when ${permanent}::boolean or (${counts}::boolean and attempt >= attempt_limit) then 'failed'
            when exists (
              select 1 from job newer where newer.state = 'queued' and newer.kind = job.kind and newer.key = job.key)
              then 'cancelled'
            else 'queued' end as state
          from job where state = 'running' and ${where}
          for update)
        update job set state = next.state,
          last_error = case
            when next.state = 'cancelled' and not cancel_requested
              then concat_ws('; ', ${reason}::text, 'a newer job does its work')
            else coalesce(${reason}::text, last_error) end,
          attempt_limit = case when ${counts}::boolean then attempt_limit else attempt_limit + 1 end,
          ended_at = case when next.state = 'queued' then null else ${at} end,
          not_before = ${new Date(notBefore)}::timestamptz,
          worker = null, lease_until = null
        from next where job.id = next.id
        returning job.*`.execute(db);
      return rows.map(jobOf);
    } catch (error) {
      // A newer job was put in line in this very moment; the next look sees it.
      if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION || round === 5) throw error;
    }
  }
}

const held = ({ id, worker, attempt }: Lease): RawBuilder<unknown> =>
  sql`id = ${id} and worker = ${worker} and attempt = ${attempt}`;

/** How many attempts failed since the job was put in line, this one included; those given back do not count. */
export async function failuresBy(db: Kysely<Schema>, { id, attempt }: Lease): Promise<number> {
  const row = await db.selectFrom('job').select(['attempt_limit', 'tries']).where('id', '=', id).executeTakeFirst();
  return row === undefined ? 1 : Math.max(1, attempt - (row.attempt_limit - row.tries));
}

export interface Failure {
  /** In the project's own words. */
  readonly reason: string;
  readonly permanent: boolean;
  readonly notBefore: Instant;
}

/** @returns the state of the job now; null when the lease was lost and nothing was written */
export async function fail(db: Kysely<Schema>, lease: Lease, failure: Failure, now: Instant): Promise<JobState | null> {
  const [job] = await putBack(db, { where: held(lease), now, ...failure, counts: true });
  return job?.state ?? null;
}

/** Gives a job back unfinished, as at a stop: its attempt does not count. */
export async function release(db: Kysely<Schema>, lease: Lease, now: Instant): Promise<JobState | null> {
  const where = held(lease);
  const [job] = await putBack(db, { where, now, notBefore: now, reason: null, permanent: false, counts: false });
  return job?.state ?? null;
}

/**
 * Takes jobs back from processes that gave no sign of life. The attempt counts: work that kills its process must end.
 * @param which 'expired' or, where no other process can be at work (embedded database at start), everything running
 * @returns those that were taken back, as they are now: in line again, or ended
 */
export function takeBack(db: Kysely<Schema>, which: 'expired' | 'all', now: Instant): Promise<readonly Job[]> {
  const where = which === 'all' ? sql`true` : sql`lease_until < ${new Date(now)}`;
  const reason = 'its process ended without a word';
  return putBack(db, { where, now, notBefore: now, reason, permanent: false, counts: true });
}
