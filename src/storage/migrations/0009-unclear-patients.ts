import { sql, type Kysely, type Migration } from 'kysely';

const STATEMENTS = [
  // A card said that it is not sure whether the study is of its patient: first and last time.
  'alter table image_study add column unclear_since timestamptz',
  'alter table image_study add column unclear_at timestamptz',
];

export const unclearPatients: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
