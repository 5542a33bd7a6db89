import { sql, type Kysely, type Migration } from 'kysely';

/**
 * Payloads are stored as they are. Compressing 20 kB (pglz) took as long as the whole rest of the insert, on the path of
 * every answer; uncompressed they take about three times the disk. Records written before stay as they are.
 */
export const uncompressedPayload: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql.raw('alter table audit_record alter column payload set storage external').execute(db);
  },
};
