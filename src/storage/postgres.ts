/** Kysely on a PostgreSQL server, with the same JavaScript types as the embedded database. */
import pg from 'pg';
import { PostgresDialect, type Dialect } from 'kysely';
import { StorageError } from './storage-error.ts';

const INT8 = 20;

/** Sequences and counts fit a double up to 2^53; `pg` would give text. */
function typeParsers(): pg.CustomTypesConfig {
  const types = new pg.TypeOverrides();
  types.setTypeParser(INT8, Number);
  return types;
}

/**
 * @param url postgres://user:password@host:port/database; the password never appears in an error
 * @throws StorageError 'cannot-open'
 */
export async function openPostgres(
  url: string,
  maxConnections = 10,
): Promise<{ readonly dialect: Dialect; readonly release: () => void }> {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    types: typeParsers(),
    application_name: 'stroke-cds',
    connectionTimeoutMillis: 3_000,
    // A hook call must not hang on a stalled server; the statement ends there as well.
    statement_timeout: 10_000,
    query_timeout: 12_000,
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  try {
    (await pool.connect()).release();
  } catch (error) {
    await pool.end();
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new StorageError('cannot-open', `the PostgreSQL server does not accept the connection (${code})`, error);
  }
  return { dialect: new PostgresDialect({ pool }), release: () => undefined };
}
