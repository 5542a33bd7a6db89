import { sql, type Kysely, type Migration } from 'kysely';

/** Instances that were received and acknowledged, what was refused, and what was deleted by policy. */
const STATEMENTS = [
  `create table image_study (
     study_uid text primary key,
     patient_id text,
     patient_issuer text,
     other_patient_ids text not null,
     birth_date text,
     sex text,
     accession_number text,
     expected_instances integer,
     first_received_at timestamptz not null,
     last_received_at timestamptz not null,
     last_used_at timestamptz not null,
     receipts integer not null,
     settled_receipts integer,
     announced_content text,
     announced_short boolean not null,
     announced_at timestamptz,
     quarantine_reason text,
     quarantined_at timestamptz,
     released_at timestamptz
   )`,
  'create index image_study_last_used_at on image_study (last_used_at)',
  'create index image_study_unsettled on image_study (study_uid) where settled_receipts is distinct from receipts',
  // Every identifier that the images give for the patient: studies are found by it.
  `create table image_patient_id (
     study_uid text not null references image_study (study_uid) on delete cascade,
     patient_id text not null,
     issuer text not null,
     primary key (study_uid, patient_id, issuer)
   )`,
  'create index image_patient_id_patient_id on image_patient_id (patient_id)',
  `create table image_series (
     study_uid text not null references image_study (study_uid) on delete cascade,
     series_uid text not null,
     modality text not null,
     first_received_at timestamptz not null,
     primary key (study_uid, series_uid)
   )`,
  `create table image_instance (
     sop_instance_uid text primary key,
     study_uid text not null,
     series_uid text not null,
     sop_class_uid text not null,
     transfer_syntax_uid text not null,
     instance_number integer,
     path text not null,
     bytes bigint not null,
     digest text not null,
     content_digest text not null,
     received_at timestamptz not null,
     way text not null,
     peer text,
     foreign key (study_uid, series_uid) references image_series (study_uid, series_uid) on delete cascade
   )`,
  'create index image_instance_series on image_instance (study_uid, series_uid)',
  `create table image_refusal (
     id bigint generated always as identity primary key,
     sop_instance_uid text,
     study_uid text,
     code text not null,
     digest text not null,
     bytes bigint not null,
     way text not null,
     peer text,
     refused_at timestamptz not null
   )`,
  'create index image_refusal_refused_at on image_refusal (refused_at)',
  `create table image_tombstone (
     id bigint generated always as identity primary key,
     sop_instance_uid text not null,
     study_uid text not null,
     series_uid text not null,
     path text not null,
     digest text not null,
     bytes bigint not null,
     received_at timestamptz not null,
     removed_at timestamptz not null,
     reason text not null
   )`,
  'create index image_tombstone_path on image_tombstone (path)',
];

export const images: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
