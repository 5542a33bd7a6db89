/**
 * Instances in a folder of the local disk.
 * Path: two levels from a hash of the study, then study UID, series UID, and SOP Instance UID with the digest of
 * the instance, so that two instances that claim one UID never overwrite each other and every read can be checked.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, opendir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { ImageRefusal } from '../image-refusal.ts';
import { sha256 } from './digest.ts';
import type { ImageStore, StoredInstance } from './image-store.ts';
import { createImageSeal } from './sealed-file.ts';
import { isUid } from './uid.ts';

const INCOMING = 'incoming';
const STORED = /^[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9.]+\/[0-9.]+\/[0-9.]+-[0-9a-f]{64}\.dcm$/;

export interface FolderStoreOptions {
  readonly directory: string;
  /** 32 bytes in base64: instances are sealed with AES-256-GCM. Without it they lie as received. */
  readonly key?: string;
  readonly olderKeys?: readonly string[];
}

export interface FolderStore extends ImageStore {
  readonly has: (path: string) => Promise<boolean>;
  /** Every stored file, as paths relative to the store. */
  readonly list: () => AsyncIterable<string>;
  /** Removes what a killed process had begun to write before that time. @returns how many */
  readonly removeUnfinished: (before: Date) => Promise<number>;
}

/** @throws ImageRefusal 'damaged' when a UID is none: nothing else may become a path */
export function instancePath(
  { studyUid, seriesUid, sopInstanceUid }: Parameters<ImageStore['write']>[0],
  digest: string,
): string {
  if (![studyUid, seriesUid, sopInstanceUid].every(isUid)) {
    throw new ImageRefusal('damaged', 'a UID of the instance is not a DICOM UID');
  }
  const shard = createHash('sha256').update(studyUid).digest('hex');
  const name = `${sopInstanceUid}-${digest}.dcm`;
  return [shard.slice(0, 2), shard.slice(2, 4), studyUid, seriesUid, name].join('/');
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** A new directory is only there after a power loss when its parent was synced. */
async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
}

async function writeSynced(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for (const piece of pieces) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Another writer may remove the folder as empty between the two steps, so a second try follows. */
async function moveInto(draft: string, target: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    await makeDirectory(dirname(target));
    try {
      await rename(draft, target);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === 3) throw error;
    }
  }
}

/** @throws Error when the folder cannot be made or written, or a key is not one */
export async function openFolderStore(options: FolderStoreOptions): Promise<FolderStore> {
  const { directory } = options;
  const seal = createImageSeal(options.key, options.olderKeys);
  const incoming = join(directory, INCOMING);
  await makeDirectory(incoming);

  /** @throws Error for a path that the store has not made itself */
  function absolute(path: string): string {
    if (!STORED.test(path) || path.split('/').includes('..')) throw new Error('this is no path of the image store');
    return join(directory, ...path.split('/'));
  }

  async function write(uids: Parameters<ImageStore['write']>[0], instance: Uint8Array): Promise<StoredInstance> {
    const digest = await sha256(instance);
    const path = instancePath(uids, digest);
    const target = absolute(path);
    const draft = join(incoming, randomUUID());
    try {
      await writeSynced(draft, await seal.seal(instance, path));
      await moveInto(draft, target);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    await syncDirectory(dirname(target));
    return { path, bytes: instance.length, digest };
  }

  async function read(path: string): Promise<Uint8Array> {
    let file: Buffer;
    try {
      file = await readFile(absolute(path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new ImageRefusal('missing-file', 'a stored image is missing; restore it or send it again');
    }
    const instance = seal.open(file, path);
    // The name holds the digest, so a plain file is checked as well.
    if (!path.endsWith(`-${await sha256(instance)}.dcm`)) {
      throw new ImageRefusal('damaged', 'the stored image is not what was written; restore it or send it again');
    }
    return instance;
  }

  async function has(path: string): Promise<boolean> {
    const found = await stat(absolute(path)).catch(() => null);
    return found !== null;
  }

  /** Folders that became empty go as well; another writer may be making one again, so failing is fine. */
  async function remove(path: string): Promise<void> {
    const target = absolute(path);
    await rm(target, { force: true });
    let folder = dirname(target);
    try {
      for (; folder !== directory; folder = dirname(folder)) await rmdir(folder);
    } catch {
      return;
    }
  }

  async function* list(folder = directory): AsyncIterable<string> {
    for await (const entry of await opendir(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (path !== incoming) yield* list(path);
      } else {
        const stored = relative(directory, path).split(sep).join('/');
        if (STORED.test(stored)) yield stored;
      }
    }
  }

  async function removeUnfinished(before: Date): Promise<number> {
    let removed = 0;
    for await (const entry of await opendir(incoming)) {
      const draft = join(incoming, entry.name);
      // Another process of the site may be writing here, so what is young stays.
      const changed = await stat(draft).catch(() => undefined);
      if (changed === undefined || changed.mtime >= before) continue;
      await rm(draft, { force: true, recursive: true });
      removed += 1;
    }
    return removed;
  }

  return { write, read, remove, has, list: () => list(), removeUnfinished };
}
