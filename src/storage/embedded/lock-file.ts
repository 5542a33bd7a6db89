/**
 * One process per embedded database: two writers in one directory corrupt it, and the engine itself does not notice.
 * The lock is a file beside the directory, created exclusively, touched while held, removed on close.
 */
import { linkSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StorageError } from '../storage-error.ts';
import { isAlive, thisProcess, type ProcessIdentity } from './process-identity.ts';

const HEARTBEAT_MS = 3_000;
/** A holder in another container is taken for dead when its lock was not touched for this long. */
const SILENCE_MS = 15_000;

export interface LockFile {
  readonly release: () => void;
}

export interface LockOptions {
  readonly onProgress?: (message: string) => void;
  readonly heartbeatMs?: number;
  readonly silenceMs?: number;
}

function parseHolder(text: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { pid, place, started } = value as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof place !== 'string') return null;
    return { pid, place, started: typeof started === 'string' ? started : null };
  } catch {
    return null;
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Creates the file whole or not at all: a reader never sees half of it. */
function createExclusively(path: string, content: string): boolean {
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(draft, content, { flag: 'wx', mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** Moves the dead holder's file away; puts it back when somebody else was quicker and it is no longer the dead one's. */
function discard(path: string, expected: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readIfThere(aside) !== expected) linkSync(aside, path);
  rmSync(aside, { force: true });
}

async function isSilent(path: string, silenceMs: number, onProgress?: (message: string) => void): Promise<boolean> {
  const touched = (): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const before = touched();
  if (Date.now() - before > silenceMs) return true;
  onProgress?.(`database lock ${path} belongs to another container or host; waiting to see whether it still runs`);
  await sleep(silenceMs);
  return touched() === before;
}

/**
 * Takes the lock, over from a holder that no longer runs.
 * @throws StorageError 'locked' when another process has the database open
 */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<LockFile> {
  const content = JSON.stringify({ ...thisProcess(), since: new Date().toISOString() });
  for (let round = 0; round < 5; round += 1) {
    if (createExclusively(path, content)) return hold(path, content, options.heartbeatMs ?? HEARTBEAT_MS);
    const found = readIfThere(path);
    if (found === null) continue;
    const holder = parseHolder(found);
    const alive = holder === null ? undefined : isAlive(holder);
    const dead =
      alive === undefined ? await isSilent(path, options.silenceMs ?? SILENCE_MS, options.onProgress) : !alive;
    if (!dead) {
      const who = holder === null ? 'another process' : `process ${holder.pid}`;
      throw new StorageError(
        'locked',
        `the embedded database is open in ${who} (lock file ${path}). One process at a time may use it: stop the ` +
          'other one, give this one its own directory, or use a PostgreSQL server for several.',
      );
    }
    options.onProgress?.(`removing the database lock of a process that no longer runs (${path})`);
    discard(path, found);
  }
  throw new StorageError('locked', `the lock file ${path} could not be taken: other processes are taking it as well`);
}

function hold(path: string, content: string, heartbeatMs: number): LockFile {
  const heartbeat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(path, now, now);
    } catch {
      // Somebody removed the file by hand; closing releases what is left.
    }
  }, heartbeatMs);
  heartbeat.unref();
  let held = true;
  return {
    release: () => {
      if (!held) return;
      held = false;
      clearInterval(heartbeat);
      if (readIfThere(path) === content) unlinkSync(path);
    },
  };
}
