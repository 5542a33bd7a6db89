/** What the holder of a job writes: signs of life, progress, the end. All of it is refused once the lease is lost. */
import type { Kysely, Updateable } from 'kysely';
import { plus, type Instant } from '../case/index.ts';
import type { JobTable, Schema } from '../storage/schema.ts';
import type { StageTime } from './job.ts';
import type { Lease } from './rows.ts';

/** 'cancelled': still held, and to be given up. */
export type Hold = 'held' | 'cancelled' | 'lost';

async function update(db: Kysely<Schema>, lease: Lease, set: Updateable<JobTable>): Promise<Hold> {
  const row = await db
    .updateTable('job')
    .set(set)
    .where('id', '=', lease.id)
    .where('worker', '=', lease.worker)
    .where('attempt', '=', lease.attempt)
    .where('state', '=', 'running')
    .returning('cancel_requested')
    .executeTakeFirst();
  if (row === undefined) return 'lost';
  return row.cancel_requested ? 'cancelled' : 'held';
}

export function heartbeat(db: Kysely<Schema>, lease: Lease, leaseMs: number, now: Instant): Promise<Hold> {
  return update(db, lease, { lease_until: new Date(plus(now, leaseMs)) });
}

export interface Progress {
  readonly stage: string;
  readonly percent: number;
  readonly stages: readonly StageTime[];
}

export function writeProgress(db: Kysely<Schema>, lease: Lease, { stage, percent, stages }: Progress): Promise<Hold> {
  return update(db, lease, { stage, percent, stages: JSON.stringify(stages) });
}

/** @returns false when the lease was lost: then nothing was written */
export async function finish(
  db: Kysely<Schema>,
  lease: Lease,
  stages: readonly StageTime[],
  now: Instant,
): Promise<boolean> {
  const hold = await update(db, lease, {
    state: 'done',
    percent: 100,
    stages: JSON.stringify(stages),
    last_error: null,
    worker: null,
    lease_until: null,
    ended_at: new Date(now),
  });
  return hold !== 'lost';
}
