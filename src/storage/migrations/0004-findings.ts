import { sql, type Kysely, type Migration } from 'kysely';

const STATEMENTS = [
  `create table imaging_result (
     id text primary key,
     study_uid text not null,
     pipeline text not null,
     version integer not null,
     pipeline_version text not null,
     inputs_hash text not null,
     state text not null,
     committed_at timestamptz not null,
     acquired_at timestamptz,
     superseded_at timestamptz,
     superseded_by text,
     quality text not null,
     curves text not null,
     model text,
     ran_on text,
     stage_times text not null,
     unique (study_uid, pipeline, version),
     unique (study_uid, pipeline, pipeline_version, inputs_hash)
   )`,
  // At most one result of a study and pipeline is the current one, whoever writes.
  `create unique index imaging_result_current on imaging_result (study_uid, pipeline) where superseded_at is null`,
  `create table imaging_finding (
     id text primary key,
     result_id text not null references imaging_result (id) on delete cascade,
     position integer not null,
     kind text not null,
     value text not null,
     unit text,
     interval_low double precision,
     interval_high double precision,
     interval_basis text,
     detection_floor double precision,
     quality text not null,
     settings text not null,
     series_uids text not null,
     unique (result_id, position)
   )`,
  `create table imaging_output (
     result_id text not null references imaging_result (id) on delete cascade,
     kind text not null,
     sop_class_uid text not null,
     sop_instance_uid text not null,
     series_uid text not null,
     path text not null,
     bytes bigint not null,
     digest text not null,
     primary key (result_id, sop_instance_uid)
   )`,
  `create table imaging_delivery (
     result_id text not null references imaging_result (id) on delete cascade,
     object text not null,
     destination text not null,
     confirmed_at timestamptz not null,
     primary key (result_id, object, destination)
   )`,
];

export const findings: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
