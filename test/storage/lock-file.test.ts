import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/storage/embedded/lock-file.ts';
import { isAlive, thisProcess } from '../../src/storage/embedded/process-identity.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stroke-cds-lock-'));
  path = join(folder, 'database.lock');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid ?? 0;
}

describe('the lock of the embedded database', () => {
  it('refuses a second holder, and says what to do', async () => {
    const lock = await acquireLock(path);
    await expect(acquireLock(path)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`process ${process.pid}`) as string,
    });
    lock.release();
  });

  it('refuses a holder elsewhere that still gives signs of life', async () => {
    writeFileSync(path, JSON.stringify({ ...thisProcess(), place: 'another-host/another-namespace' }));
    const alive = setInterval(() => {
      utimesSync(path, new Date(), new Date());
    }, 20);
    await expect(acquireLock(path, { silenceMs: 100 })).rejects.toMatchObject({ code: 'locked' });
    clearInterval(alive);
  });

  it('takes over from a process that no longer runs', async () => {
    writeFileSync(path, JSON.stringify({ ...thisProcess(), pid: await deadPid() }));
    const said: string[] = [];
    const lock = await acquireLock(path, { onProgress: (message) => said.push(message) });
    expect(said.join()).toContain('no longer runs');
    expect(readFileSync(path, 'utf8')).toContain(`"pid":${process.pid}`);
    lock.release();
  });

  it('takes over from a silent holder elsewhere, and from a file that nobody can read', async () => {
    writeFileSync(path, JSON.stringify({ ...thisProcess(), place: 'another-host/another-namespace' }));
    (await acquireLock(path, { silenceMs: 50 })).release();
    writeFileSync(path, 'half a fi');
    (await acquireLock(path, { silenceMs: 50 })).release();
    expect(existsSync(path)).toBe(false);
  });

  it.skipIf(thisProcess().started === null)('knows a reused pid by its start time', () => {
    expect(isAlive({ ...thisProcess(), started: '1' })).toBe(false);
    expect(isAlive(thisProcess())).toBe(true);
  });

  it('lets exactly one of many win a stale lock', async () => {
    writeFileSync(path, JSON.stringify({ ...thisProcess(), pid: await deadPid() }));
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(path)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('does not remove a lock that has become somebody else’s', async () => {
    const lock = await acquireLock(path);
    writeFileSync(path, 'of another');
    lock.release();
    expect(existsSync(path)).toBe(true);
  });
});
