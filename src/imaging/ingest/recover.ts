/** Brings folder and rows together at start, after a process was killed between the two. */
import type { Instant } from '../../case/index.ts';
import type { Database } from '../../storage/index.ts';
import { ImageRefusal } from '../image-refusal.ts';
import type { FolderStore } from './folder-store.ts';
import type { Receiver } from './receipt.ts';

export interface RecoverOptions {
  readonly database: Database;
  readonly store: FolderStore;
  readonly receiver: Receiver;
  readonly now: Instant;
}

export interface Recovered {
  /** Complete files that nobody was told about: they have a row now. */
  readonly adopted: number;
  /** Files that were deleted by policy, lost to another instance with their UID, or are damaged. */
  readonly removed: number;
  /** Beginnings of files. */
  readonly unfinished: number;
}

const LOOKED_UP_TOGETHER = 500;
/** Milliseconds after which nobody is still writing a file. */
const UNFINISHED_AFTER = 10 * 60_000;

/** Paths among these that no row holds, and whether a tombstone does. */
async function withoutRow(
  { sql }: Database,
  paths: readonly string[],
): Promise<readonly { readonly path: string; readonly deleted: boolean }[]> {
  const rows = await sql.selectFrom('image_instance').select('path').where('path', 'in', paths).execute();
  const held = new Set(rows.map(({ path }) => path));
  const free = paths.filter((path) => !held.has(path));
  if (free.length === 0) return [];
  const stones = await sql.selectFrom('image_tombstone').select('path').where('path', 'in', free).execute();
  const deleted = new Set(stones.map(({ path }) => path));
  return free.map((path) => ({ path, deleted: deleted.has(path) }));
}

/** Before anything is received. Reads every file that has no row, and the names of all others. */
export async function recoverImages({ database, store, receiver, now }: RecoverOptions): Promise<Recovered> {
  let [adopted, removed] = [0, 0];

  async function settle(path: string, deleted: boolean): Promise<void> {
    if (!deleted) {
      try {
        await receiver.receive(await store.read(path), { way: 'recovered', peer: null });
      } catch (error) {
        if (!(error instanceof ImageRefusal)) throw error;
      }
    }
    // Another process of the site may have committed its row meanwhile.
    if ((await withoutRow(database, [path])).length === 0) adopted += 1;
    else {
      await store.remove(path);
      removed += 1;
    }
  }

  async function settleAll(paths: readonly string[]): Promise<void> {
    for (const { path, deleted } of await withoutRow(database, paths)) await settle(path, deleted);
  }

  let paths: string[] = [];
  for await (const path of store.list()) {
    paths.push(path);
    if (paths.length < LOOKED_UP_TOGETHER) continue;
    await settleAll(paths);
    paths = [];
  }
  if (paths.length > 0) await settleAll(paths);
  const unfinished = await store.removeUnfinished(new Date(now - UNFINISHED_AFTER));
  return { adopted, removed, unfinished };
}
