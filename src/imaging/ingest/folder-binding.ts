/**
 * One database, one folder of images. Rows name files by their place in the folder, so a replica with a folder of its own
 * would fail on every study that another one received: it is refused at start.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../storage/index.ts';

/** Holds the id in the folder. */
export const FOLDER_MARKER = 'folder-id';
/** Milliseconds that another replica may take between database and folder at the very first start. */
const PATIENCE = 5_000;
const LOOK_AGAIN = 100;

export interface BindingOptions {
  readonly database: Database;
  readonly directory: string;
  /** Milliseconds. */
  readonly patience?: number;
}

/**
 * Marks the folder and the database with one id at the first start, and compares the two at every later one.
 * @throws Error that says what to do when they do not belong together, or the folder cannot be written
 */
export async function bindFolder({ database, directory, patience = PATIENCE }: BindingOptions): Promise<void> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, FOLDER_MARKER);
  const known = await knownId(database);
  const marked = known === null ? await markedId(file, randomUUID()) : await waitedFor(file, patience);
  if (marked === null) {
    throw new Error(
      `${directory} is not the image folder of this database (it has no file ${FOLDER_MARKER}): ` +
        'all replicas need the same folder, as a shared volume. ' +
        `If the folder was lost or restored without this file, write ${String(known)} into it; images that are missing are then reported one by one`,
    );
  }
  const id = known ?? (await claimedId(database, marked));
  if (id === marked) return;
  throw new Error(
    `${directory} is the image folder of another database, or a replica has a folder of its own ` +
      `(${FOLDER_MARKER} is ${marked}, the database expects ${id}): give all replicas of one database the same folder`,
  );
}

async function knownId({ sql }: Database): Promise<string | null> {
  return (await sql.selectFrom('image_folder').select('id').executeTakeFirst())?.id ?? null;
}

/** Of replicas that start together the first one decides. @returns the id of the database now */
async function claimedId(database: Database, id: string): Promise<string> {
  await database.sql
    .insertInto('image_folder')
    .values({ one: 1, id })
    .onConflict((conflict) => conflict.column('one').doNothing())
    .execute();
  return (await knownId(database)) ?? id;
}

async function read(file: string): Promise<string | null> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    return text === '' ? null : text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The id in the folder, which becomes this one where there is none. */
async function markedId(file: string, id: string): Promise<string | null> {
  try {
    await writeFile(file, `${id}\n`, { flag: 'wx', mode: 0o600 });
    return id;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Another replica made it a moment ago and is perhaps still writing.
    return waitedFor(file, PATIENCE);
  }
}

async function waitedFor(file: string, patience: number): Promise<string | null> {
  for (let waited = 0; ; waited += LOOK_AGAIN) {
    const id = await read(file);
    if (id !== null || waited >= patience) return id;
    await sleep(LOOK_AGAIN);
  }
}
