import { sql, type Kysely, type Migration } from 'kysely';

/** Which folder of images belongs to this database: the id stands in a file of the folder, too. One row at most. */
export const imageFolder: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql.raw('create table image_folder (one integer primary key check (one = 1), id text not null)').execute(db);
  },
};
