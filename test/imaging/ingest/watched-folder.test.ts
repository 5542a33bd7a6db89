import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { DAY, instantFromEpoch } from '../../../src/case/index.ts';
import { instancesOf } from '../../../src/imaging/ingest/study-index.ts';
import {
  createWatchedFolder,
  type WatchedFolder,
  type WatchedFolderOptions,
} from '../../../src/imaging/ingest/watched-folder.ts';
import type { Database } from '../../../src/storage/index.ts';
import { emptyDatabase, freshDatabase } from '../../support/database.ts';
import { ctSeries, uidOf } from '../../support/dicom-files.ts';
import { openIngest, type TestIngest } from '../../support/image-ingest.ts';

let database: Database;
let ingest: TestIngest;
let directory = '';
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await emptyDatabase(database);
  ingest = await openIngest(database);
  directory = mkdtempSync(join(tmpdir(), 'stroke-cds-drop-'));
});
afterEach(async () => {
  await ingest.close();
  rmSync(directory, { recursive: true, force: true });
});

const files = ctSeries({ size: [8, 8, 3] }).map(({ bytes }) => bytes);
const drop = (name: string, bytes: Uint8Array): void => {
  mkdirSync(dirname(join(directory, name)), { recursive: true });
  writeFileSync(join(directory, name), bytes);
};
const left = (): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
const pass = (ms: number): void => {
  ingest.clock.now = instantFromEpoch(ingest.clock.now + ms);
};
const watch = (options: Partial<WatchedFolderOptions> = {}): Promise<WatchedFolder> =>
  createWatchedFolder({ directory, receiver: ingest.receiver, clock: () => ingest.clock.now, ...options });
const held = async (): Promise<number> => (await instancesOf(database, uidOf('study'))).length;
const [a = Buffer.alloc(0), b = Buffer.alloc(0), c = Buffer.alloc(0)] = files;

it('receives files of all subfolders once they stopped growing, and moves them to done', async () => {
  const folder = await watch();
  drop('CD/DICOM/1', a);
  drop('2.dcm', b.subarray(0, 500));
  expect(await folder.scan()).toEqual({ received: 0, refused: 0, waiting: 2 });
  pass(1_500);
  appendFileSync(join(directory, '2.dcm'), b.subarray(500));
  expect(await folder.scan()).toMatchObject({ received: 0, waiting: 2 });
  pass(1_000);
  expect(await folder.scan()).toEqual({ received: 1, refused: 0, waiting: 1 });
  pass(1_500);
  expect(await folder.scan()).toEqual({ received: 1, refused: 0, waiting: 0 });
  expect(await held()).toBe(2);
  expect(left()).toEqual(['done/2.dcm', 'done/CD/DICOM/1']);
  expect(existsSync(join(directory, 'CD'))).toBe(false);
});

it('receives the files of other folders while one cannot be read, and tells it once without its name', async () => {
  const faults: unknown[] = [];
  const folder = await watch({ onFault: (error) => faults.push(error) });
  drop('b/1.dcm', a);
  drop('d/1.dcm', b);
  // A path longer than the system takes cannot be read by any user; folders on both sides of it in any order.
  for (const name of ['a', 'c', 'e']) mkdirSync(join(directory, name));
  const deep = 'mkdir "$0" && cd "$0"';
  const script = `cd c; n=0; while [ $n -lt 20 ]; do ${deep}; n=$((n+1)); done`;
  execFileSync('sh', ['-c', script, 'x'.repeat(250)], { cwd: directory, stdio: 'ignore' });
  try {
    await folder.scan();
    pass(2_000);
    expect(await folder.scan()).toEqual({ received: 2, refused: 0, waiting: 0 });
    expect(faults.map(String)).toEqual([expect.stringMatching(/subfolder .*cannot be read \(ENAMETOOLONG\)/)]);
    expect(String(faults)).not.toContain('xxx');
  } finally {
    execFileSync('rm', ['-rf', join(directory, 'c')]);
  }
});

it('moves what cannot be used to refused, with the reason beside it', async () => {
  const folder = await watch({ maxInstanceBytes: 50_000 });
  drop('report.pdf', Buffer.from('%PDF-1.4 something'));
  drop('large.dcm', Buffer.alloc(60_000));
  await folder.scan();
  pass(2_000);
  expect(await folder.scan()).toMatchObject({ refused: 2 });
  expect(left()).toEqual(
    ['large.dcm', 'large.dcm.reason.txt', 'report.pdf', 'report.pdf.reason.txt'].map((n) => `refused/${n}`),
  );
  expect(readFileSync(join(directory, 'refused/report.pdf.reason.txt'), 'utf8')).toMatch(/^not-dicom: .*PDF/);
});

it('leaves unfinished names and links alone', async () => {
  const folder = await watch();
  for (const name of ['.hidden', 'x.part', 'y.tmp']) drop(name, a);
  symlinkSync('/etc/passwd', join(directory, 'link'));
  await folder.scan();
  pass(5_000);
  expect(await folder.scan()).toEqual({ received: 0, refused: 0, waiting: 0 });
});

it('after a restart goes on with what lies there; what was kept already is a duplicate; names are not overwritten', async () => {
  const first = await watch();
  drop('x/1', a);
  await first.scan();
  pass(2_000);
  await first.scan();
  // Killed after the receipt and before the move: the same file lies there again.
  drop('x/1', a);
  drop('x/2', c);
  const second = await watch();
  await second.scan();
  pass(2_000);
  expect(await second.scan()).toMatchObject({ received: 2 });
  expect(await held()).toBe(2);
  expect(left()).toEqual(['done/x/1', 'done/x/1.2', 'done/x/2']);
});

it('tries again when disk or database failed, and loses nothing', async () => {
  let broken = true;
  const receiver = {
    ...ingest.receiver,
    receive: (...given: Parameters<typeof ingest.receiver.receive>) =>
      broken ? Promise.reject(new Error('disk full')) : ingest.receiver.receive(...given),
  };
  const faults: unknown[] = [];
  const folder = await watch({ receiver, onFault: (error) => faults.push(error) });
  drop('1', a);
  await folder.scan();
  pass(2_000);
  expect(await folder.scan()).toEqual({ received: 0, refused: 0, waiting: 1 });
  expect(faults).toHaveLength(1);
  broken = false;
  pass(15_000);
  expect(await folder.scan()).toMatchObject({ received: 1 });
});

it('runs by itself until it is stopped, and clears done and refused after some days', async () => {
  const folder = await watch({ pollMs: 20, stableMs: 0 });
  folder.start();
  drop('1', a);
  await expect.poll(held).toBe(1);
  await expect.poll(left).toEqual(['done/1']);
  ingest.clock.now = instantFromEpoch(Date.now() + 8 * DAY);
  await expect.poll(left).toEqual([]);
  await folder.stop();
  drop('2', b);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await held()).toBe(1);
});
