/** The one way to a database: embedded by default, a PostgreSQL server by configuration, the same SQL on both. */
import { Kysely, Migrator, sql, type Dialect } from 'kysely';
import { openEmbedded } from './embedded/open.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { openPostgres } from './postgres.ts';
import type { Schema } from './schema.ts';
import { StorageError } from './storage-error.ts';

export type DatabaseConfig =
  | { readonly kind: 'embedded'; readonly directory: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly maxConnections?: number };

export interface OpenOptions {
  /** Called with a sentence when something takes seconds: first start, a stale lock, migrations. */
  readonly onProgress?: (message: string) => void;
  /** Tar archive to fill an in-memory embedded database from (tests). */
  readonly archive?: string;
}

export interface Database {
  readonly kind: DatabaseConfig['kind'];
  readonly sql: Kysely<Schema>;
  /** For health: resolves when writing is possible as far as is known. @throws when it is not, within 2 seconds */
  readonly check: () => Promise<void>;
  /** Waits for running queries; repeatable. */
  readonly close: () => Promise<void>;
}

interface Opened {
  readonly dialect: Dialect;
  readonly release: () => void;
}

function openDialect(config: DatabaseConfig, options: OpenOptions): Promise<Opened> {
  return config.kind === 'embedded'
    ? openEmbedded({ directory: config.directory, ...options })
    : openPostgres(config.url, config.maxConnections);
}

/** Replicas may start together: the migrator takes a lock in the database, so one migrates and the others wait. */
async function migrate(db: Kysely<Schema>, onProgress?: (message: string) => void): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    throw new StorageError('migration-failed', 'the database schema could not be brought up to date', error);
  }
  for (const { migrationName } of results ?? []) onProgress?.(`database schema: applied ${migrationName}`);
}

const CHECK_MS = 2_000;

/** Without it no call can be recorded, so none is answered; a standby and a server in read-only mode answer queries. */
async function assertWritable(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ mode: string }>`select current_setting('transaction_read_only') as mode`.execute(db);
  if (rows[0]?.mode !== 'off') throw new StorageError('read-only', 'the database takes no writes');
}

/** SQLSTATE */
const INSUFFICIENT_PRIVILEGE = '42501';

/** Grows a file, which a full disk refuses, and takes it back. */
async function tryToWrite(db: Kysely<Schema>): Promise<void> {
  const undone = new Error('undone');
  try {
    await db.transaction().execute(async (tx) => {
      await sql`create table write_probe as select md5(n::text) as filling from generate_series(1, 2000) n`.execute(tx);
      throw undone;
    });
  } catch (error) {
    // A role that may not make tables says nothing of the disk.
    const mayNot = (error as { code?: unknown } | null)?.code === INSUFFICIENT_PRIVILEGE;
    if (error !== undone && !mayNot) throw error;
  }
}

async function withinCheckTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new StorageError('closed', `the database did not answer within ${CHECK_MS} ms`));
    }, CHECK_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Opens, migrates and checks the database.
 * The embedded one survives a killed process with every acknowledged write, not a power loss (it does not fsync).
 * @throws StorageError 'locked' | 'cannot-open' | 'migration-failed'
 */
export async function openDatabase(config: DatabaseConfig, options: OpenOptions = {}): Promise<Database> {
  const { dialect, release } = await openDialect(config, options);
  // A write is tried only after a statement failed: each attempt leaves dead rows in the catalog.
  let isSuspect = false;
  const db = new Kysely<Schema>({
    dialect,
    log: ({ level }) => {
      if (level === 'error') isSuspect = true;
    },
  });
  const check = async (): Promise<void> => {
    await assertWritable(db);
    if (!isSuspect) return;
    await tryToWrite(db);
    isSuspect = false;
  };
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= db.destroy().finally(release);
    return closing;
  };
  try {
    await migrate(db, options.onProgress);
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  return { kind: config.kind, sql: db, check: () => withinCheckTime(check()), close };
}
