/** The two databases that jobs must behave alike on. */
import { describe } from 'vitest';
import { openDatabase, type Database } from '../../src/storage/index.ts';
import { freshDatabase } from './database.ts';
import { postgresUnavailable, startPostgres } from './postgres.ts';

export interface OpenedDatabase {
  readonly database: Database;
  readonly close: () => Promise<void>;
}

async function embedded(): Promise<OpenedDatabase> {
  const database = await freshDatabase();
  return { database, close: () => database.close() };
}

async function server(): Promise<OpenedDatabase> {
  const postgres = await startPostgres();
  const database = await openDatabase({ kind: 'postgres', url: postgres.createDatabase() });
  return {
    database,
    close: async () => {
      await database.close();
      postgres.stop();
    },
  };
}

export function onBothDatabases(promises: (open: () => Promise<OpenedDatabase>) => void): void {
  describe('embedded', () => {
    promises(embedded);
  });
  const unavailable = postgresUnavailable();
  describe.skipIf(unavailable !== null)(`PostgreSQL server${unavailable === null ? '' : ` (${unavailable})`}`, () => {
    promises(server);
  });
}
