import { sql, type Kysely, type Migration } from 'kysely';

/**
 * What a person decided about the analysis of a study: JSON, or null. Images that come later are analyzed with it, too.
 * With such a decision the hash of a result's inputs does not tell any more which images it was made of.
 */
export const analysisOverrides: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql.raw('alter table image_study add column overrides text').execute(db);
    await sql.raw('alter table imaging_result add column content text').execute(db);
  },
};
