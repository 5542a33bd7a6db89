/** What was written is read back as it was, or refused; nothing ever leaves the folder. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolderStore } from '../../../src/imaging/ingest/folder-store.ts';

const uids = { studyUid: '1.2.3', seriesUid: '1.2.3.4', sopInstanceUid: '1.2.3.4.5' };
const key = (): string => randomBytes(32).toString('base64');
const instance = Buffer.from('0123456789'.repeat(100));

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stroke-cds-store-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

async function stored(keys: { readonly key?: string } = {}) {
  const store = await openFolderStore({ directory, ...keys });
  const written = await store.write(uids, instance);
  return { store, ...written, file: join(directory, written.path) };
}

describe.each([['as received', {}], ['encrypted', { key: key() }] as const])('an instance %s', (_name, keys) => {
  it('is read back byte for byte, also when it is written again', async () => {
    const { store, path } = await stored(keys);
    expect(await store.write(uids, instance)).toEqual({ path, bytes: 1000, digest: path.slice(-68, -4) });
    expect(Buffer.from(await store.read(path)).equals(instance)).toBe(true);
    expect(filesOf(directory)).toHaveLength(1);
  });

  it('is refused as damaged when one bit changed, wherever it is', async () => {
    const { store, path, file } = await stored(keys);
    const good = readFileSync(file);
    for (const at of [0, 7, 9, 17, 30, good.length >> 1, good.length - 1]) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 4;
      writeFileSync(file, bad);
      await expect(store.read(path)).rejects.toMatchObject({ name: 'ImageRefusal', code: 'damaged' });
    }
  });

  it('is refused as damaged when it was cut off, and as missing when it is gone', async () => {
    const { store, path, file } = await stored(keys);
    for (const length of [0, 5, 20, 40, 900]) {
      writeFileSync(file, readFileSync(file).subarray(0, length));
      await expect(store.read(path)).rejects.toMatchObject({ code: 'damaged' });
    }
    await store.remove(path);
    await expect(store.read(path)).rejects.toMatchObject({ code: 'missing-file' });
  });
});

describe('encryption', () => {
  it('leaves nothing readable on the disk, and two writes never look alike', async () => {
    const { store, file, path } = await stored({ key: key() });
    const first = readFileSync(file);
    expect(first.includes('0123456789')).toBe(false);
    await store.write(uids, instance);
    expect(readFileSync(file).equals(first)).toBe(false);
    expect(Buffer.from(await store.read(path)).equals(instance)).toBe(true);
  });

  it('older keys open what they sealed; without them the refusal says which key is missing', async () => {
    const [old, fresh] = [key(), key()];
    const { path } = await stored({ key: old });
    const changed = await openFolderStore({ directory, key: fresh, olderKeys: [old] });
    expect(Buffer.from(await changed.read(path)).equals(instance)).toBe(true);
    const lost = await openFolderStore({ directory, key: fresh });
    await expect(lost.read(path)).rejects.toThrow(/encrypted with key [0-9a-f]{16}, which is not configured/);
  });

  it('can be switched on later: what lies there unencrypted stays readable', async () => {
    const { path } = await stored();
    const later = await openFolderStore({ directory, key: key() });
    expect(Buffer.from(await later.read(path)).equals(instance)).toBe(true);
  });

  it('a file does not open under the name of another', async () => {
    const { store, file } = await stored({ key: key() });
    const other = await store.write({ ...uids, sopInstanceUid: '1.2.3.4.6' }, instance);
    writeFileSync(join(directory, other.path), readFileSync(file));
    await expect(store.read(other.path)).rejects.toMatchObject({ code: 'damaged' });
  });

  it('refuses a key that is not 32 bytes', async () => {
    await expect(openFolderStore({ directory, key: randomBytes(31).toString('base64') })).rejects.toThrow(/32 bytes/);
  });
});

it('nothing is written for a UID that is none, and no other path is read or removed', async () => {
  const store = await openFolderStore({ directory: join(directory, 'store') });
  writeFileSync(join(directory, 'secret'), 'secret');
  const text = fc.oneof(fc.constantFrom('..', '../..', '1.2/../..', '', '1.2\0', '/etc/passwd'), fc.string());
  await fc.assert(
    fc.asyncProperty(text, async (evil) => {
      await expect(store.write({ ...uids, studyUid: evil }, instance)).rejects.toThrow();
      await expect(store.read(`${evil}/secret`)).rejects.toThrow();
      await expect(store.remove(`../${evil}secret`)).rejects.toThrow();
    }),
    { numRuns: 50 },
  );
  expect(filesOf(directory)).toEqual([join(directory, 'secret')]);
});

it('lists what is stored and forgets old beginnings, not young ones', async () => {
  const { store, path } = await stored();
  const [old, young] = ['old', 'young'].map((name) => join(directory, 'incoming', name));
  if (old === undefined || young === undefined) throw new Error('no names');
  for (const file of [old, young]) writeFileSync(file, 'begun');
  utimesSync(old, 1000, 1000);
  expect(await store.removeUnfinished(new Date(2_000_000))).toBe(1);
  expect(filesOf(join(directory, 'incoming'))).toEqual([young]);
  const listed: string[] = [];
  for await (const name of store.list()) listed.push(name);
  expect(listed).toEqual([path]);
});
