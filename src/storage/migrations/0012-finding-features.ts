import { sql, type Kysely, type Migration } from 'kysely';

export const findingFeatures: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    // Further numbers of one object, as JSON: the features of a lesion. Null for kinds that have none.
    await sql.raw('alter table imaging_finding add column features text').execute(db);
  },
};
