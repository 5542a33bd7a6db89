/**
 * A folder that people or devices drop DICOM files into. A file is received when it has stopped growing, then moved to
 * done/ or, with a text that says why, to refused/. Nothing is remembered outside of the folder: after a restart the files
 * that still lie there are received, and what was already kept is a duplicate.
 */
import { access, lstat, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { DAY, HOUR, SECOND, type Instant } from '../../case/index.ts';
import { forEachConcurrently } from './concurrent.ts';
import { DEFAULT_MAX_INSTANCE_BYTES } from './receive.ts';
import type { Receiver } from './receipt.ts';

export interface WatchedFolderOptions {
  readonly directory: string;
  readonly receiver: Receiver;
  readonly clock: () => Instant;
  /** Milliseconds without a change of size or time after which a file counts as complete. Default 2,000. */
  readonly stableMs?: number;
  /** Default 1,000. */
  readonly pollMs?: number;
  /** Days that files stay in done/ and refused/: they are outside of the store and its encryption. Default 7. */
  readonly keepDays?: number;
  /** Larger files are refused unread. Default 1 GiB. */
  readonly maxInstanceBytes?: number;
  /** Called when a file could not be received or moved, or a subfolder not read; file names are not told, they may hold patient names. */
  readonly onFault?: (error: unknown) => void;
}

export interface Scanned {
  readonly received: number;
  readonly refused: number;
  /** Still growing, or to be tried again. */
  readonly waiting: number;
}

export interface WatchedFolder {
  readonly scan: () => Promise<Scanned>;
  readonly start: () => void;
  /** Waits for a running scan; repeatable. */
  readonly stop: () => Promise<void>;
}

const DONE = 'done';
const REFUSED = 'refused';
const IN_HAND = { tasks: 4, bytes: 64 * 2 ** 20, sizeOf: ({ size }: FoundFile) => size };
const TRIED_AGAIN_AFTER = 10 * SECOND;
/** Copy programs write under such names and rename at the end. */
const UNFINISHED = /^\.|\.(tmp|part|partial|crdownload|filepart)$|~$/i;

interface FoundFile {
  readonly path: string;
  readonly size: number;
  readonly changedMs: number;
  /** Status change: the move into done/ counts. */
  readonly movedMs: number;
}

interface Seen {
  readonly size: number;
  readonly changedMs: number;
  /** When it was seen so first; in the future for one that could not be received or moved. */
  readonly since: number;
}

/**
 * A subfolder that cannot be read holds up no other.
 * @throws Error when the folder itself cannot be read
 */
async function* filesBelow(
  directory: string,
  onUnreadable: (folder: string, error: unknown) => void,
  skipped: readonly string[] = [],
): AsyncIterable<FoundFile> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (skipped.includes(entry.name)) continue;
      try {
        yield* filesBelow(path, onUnreadable);
      } catch (error) {
        onUnreadable(path, error);
      }
    } else if (entry.isFile() && !UNFINISHED.test(entry.name)) {
      const found = await lstat(path).catch(() => null);
      if (found !== null) yield { path, size: found.size, changedMs: found.mtimeMs, movedMs: found.ctimeMs };
    }
  }
}

async function freeName(wanted: string): Promise<string> {
  for (let n = 1; ; n += 1) {
    const path = n === 1 ? wanted : `${wanted}.${String(n)}`;
    const taken = await access(path).then(
      () => true,
      () => false,
    );
    if (!taken) return path;
  }
}

/** @throws Error when the folder cannot be made */
export async function createWatchedFolder(options: WatchedFolderOptions): Promise<WatchedFolder> {
  const { directory, receiver, clock, onFault, stableMs = 2_000, pollMs = 1_000, keepDays = 7 } = options;
  const maxBytes = options.maxInstanceBytes ?? DEFAULT_MAX_INSTANCE_BYTES;
  for (const name of [DONE, REFUSED]) await mkdir(join(directory, name), { recursive: true });
  const seen = new Map<string, Seen>();
  const unreadable = new Set<string>();

  /** Once an hour for each folder, without its name. One that somebody removed meanwhile is no fault. */
  function tellUnreadable(folder: string, error: unknown): void {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || unreadable.has(folder)) return;
    unreadable.add(folder);
    onFault?.(new Error(`a subfolder of the watched folder cannot be read (${code}); its files wait`));
  }

  async function moveTo(folder: string, path: string): Promise<string> {
    const target = join(directory, folder, relative(directory, path));
    await mkdir(dirname(target), { recursive: true });
    const free = await freeName(target);
    await rename(path, free);
    for (let emptied = dirname(path); emptied !== directory; emptied = dirname(emptied)) {
      const gone = await rmdir(emptied).then(
        () => true,
        () => false,
      );
      if (!gone) break;
    }
    return free;
  }

  async function refuse(path: string, code: string, reason: string): Promise<'refused'> {
    const moved = await moveTo(REFUSED, path);
    await writeFile(`${moved}.reason.txt`, `${code}: ${reason}\n${new Date(clock()).toISOString()}\n`);
    return 'refused';
  }

  async function take({ path, size }: FoundFile): Promise<'received' | 'refused'> {
    if (size > maxBytes) return refuse(path, 'too-large', `the file is larger than ${String(maxBytes)} bytes`);
    const receipt = await receiver.receive(await readFile(path), { way: 'folder', peer: null });
    if (receipt.outcome === 'refused') return refuse(path, receipt.code, receipt.reason);
    await moveTo(DONE, path);
    return 'received';
  }

  /** Files that have not changed for long enough. */
  async function* complete(now: Instant, wait: () => void): AsyncIterable<FoundFile> {
    const present = new Set<string>();
    const ready: FoundFile[] = [];
    for await (const file of filesBelow(directory, tellUnreadable, [DONE, REFUSED])) {
      present.add(file.path);
      const before = seen.get(file.path);
      const same = before?.size === file.size && before.changedMs === file.changedMs;
      if (!same) seen.set(file.path, { size: file.size, changedMs: file.changedMs, since: now });
      if (same && now - before.since >= stableMs) ready.push(file);
      else wait();
    }
    for (const path of seen.keys()) if (!present.has(path)) seen.delete(path);
    yield* ready;
  }

  async function removeOld(now: Instant): Promise<void> {
    for (const folder of [DONE, REFUSED]) {
      for await (const { path, movedMs } of filesBelow(join(directory, folder), tellUnreadable)) {
        if (movedMs < now - keepDays * DAY) await rm(path, { force: true });
      }
    }
  }

  async function scan(): Promise<Scanned> {
    const now = clock();
    let [received, refused, waiting] = [0, 0, 0];
    const later = (): void => {
      waiting += 1;
    };
    await forEachConcurrently(complete(now, later), IN_HAND, async (file) => {
      try {
        if ((await take(file)) === 'received') received += 1;
        else refused += 1;
      } catch (error) {
        later();
        seen.set(file.path, { ...file, since: now + TRIED_AGAIN_AFTER });
        onFault?.(error);
      }
    });
    return { received, refused, waiting };
  }

  let timer: NodeJS.Timeout | null = null;
  let running: Promise<unknown> | null = null;
  let started = false;
  let cleanedAt = -Infinity;

  async function round(): Promise<void> {
    await scan();
    const now = clock();
    if (now - cleanedAt < HOUR) return;
    cleanedAt = now;
    unreadable.clear();
    await removeOld(now);
  }

  function run(): void {
    running = round()
      .catch((error: unknown) => {
        onFault?.(error);
      })
      .then(() => {
        running = null;
        if (started) timer = setTimeout(run, pollMs).unref();
      });
  }

  return {
    scan,
    start: () => {
      if (started) return;
      started = true;
      run();
    },
    stop: async () => {
      started = false;
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  };
}
