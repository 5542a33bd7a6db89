/** Opens the embedded database: lock first, then the directory, in a thread of its own. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Dialect } from 'kysely';
import { embeddedDialect } from './dialect.ts';
import { acquireLock, type LockOptions } from './lock-file.ts';
import { StorageError } from '../storage-error.ts';
import { openWorker } from './worker-client.ts';

export interface EmbeddedOptions extends LockOptions {
  /** Directory of the database; made when it is not there. `:memory:` keeps nothing (tests). */
  readonly directory: string;
  /** Tar archive to fill an in-memory database from (tests). */
  readonly archive?: string;
}

export interface Opened {
  readonly dialect: Dialect;
  /** Gives back what the dialect does not own. */
  readonly release: () => void;
}

export const IN_MEMORY = ':memory:';

/** @throws StorageError 'locked' | 'cannot-open' */
export async function openEmbedded(options: EmbeddedOptions): Promise<Opened> {
  const archive = options.archive === undefined ? {} : { archive: options.archive };
  if (options.directory === IN_MEMORY) {
    return { dialect: embeddedDialect(await openWorker({ directory: null, ...archive })), release: () => undefined };
  }
  const directory = resolve(options.directory);
  try {
    mkdirSync(dirname(directory), { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = `the folder ${dirname(directory)} of the database cannot be made (${code ?? 'unknown error'})`;
    throw new StorageError('cannot-open', message, error);
  }
  const lock = await acquireLock(`${directory}.lock`, options);
  try {
    const isNew = !existsSync(`${directory}/PG_VERSION`);
    options.onProgress?.(
      isNew ? `creating the embedded database in ${directory} (first start: some seconds)` : `opening ${directory}`,
    );
    return { dialect: embeddedDialect(await openWorker({ directory, ...archive })), release: lock.release };
  } catch (error) {
    lock.release();
    throw error;
  }
}
