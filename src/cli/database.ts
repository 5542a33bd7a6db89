/** The configured database, for commands. An embedded one is open in one process at a time: stop the service first. */
import { openDatabase, StorageError, type Database } from '../storage/index.ts';
import type { Config } from '../config/index.ts';
import { configuration } from './configuration.ts';
import { CommandError, EXIT } from './terminal.ts';

export interface ConfigOption {
  readonly config?: string;
}

/** @throws CommandError when it cannot be opened */
export async function withDatabase<T>(
  options: ConfigOption,
  use: (database: Database, config: Config) => Promise<T>,
): Promise<T> {
  const config = configuration(options.config);
  let database;
  try {
    database = await openDatabase(config.database);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new CommandError(error.message, EXIT.unavailable);
  }
  try {
    return await use(database, config);
  } finally {
    await database.close();
  }
}
