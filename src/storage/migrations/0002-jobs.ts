import { sql, type Kysely, type Migration } from 'kysely';

const STATEMENTS = [
  `create table job (
     id text primary key,
     position bigint generated always as identity,
     kind text not null,
     key text not null,
     lane text not null,
     payload text not null,
     priority integer not null,
     state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
     attempt integer not null default 0,
     tries integer not null check (tries >= 1),
     attempt_limit integer not null,
     stage text,
     percent double precision,
     stages text not null default '[]',
     last_error text,
     worker text,
     lease_until timestamptz,
     cancel_requested boolean not null default false,
     queued_at timestamptz not null,
     started_at timestamptz,
     ended_at timestamptz,
     not_before timestamptz not null
   )`,
  // What is asked for twice while it waits is one job, and two workers never hold the same work.
  `create unique index job_one_queued on job (kind, key) where state = 'queued'`,
  `create unique index job_one_running on job (kind, key) where state = 'running'`,
  `create index job_next on job (priority, position) where state = 'queued'`,
  `create index job_lease on job (lease_until) where state = 'running'`,
  'create index job_ended on job (state, ended_at)',
];

export const jobs: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
