import { sql, type Kysely, type Migration } from 'kysely';

const STATEMENTS = [
  // What a settled result said while it was preliminary: it may be in the archive and in the chart.
  'alter table imaging_output add column replaced_at timestamptz',
  // The file is deleted; digest and UIDs stay.
  'alter table imaging_output add column removed_at timestamptz',
  'create index imaging_output_kept on imaging_output (result_id) where removed_at is null',
  'create index image_tombstone_study on image_tombstone (study_uid)',
];

export const resultFiles: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
