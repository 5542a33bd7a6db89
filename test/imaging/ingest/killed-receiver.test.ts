/** The promise behind every acknowledgement, tested by killing the process that gave it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { recoverImages } from '../../../src/imaging/ingest/recover.ts';
import { startProcess } from '../../../src/process.ts';
import { openDatabase } from '../../../src/storage/index.ts';
import { NOON, openIngest } from '../../support/image-ingest.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-killed-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const databaseFolder = join(folder, 'database');
const images = join(folder, 'images');

/** Kills the process after so many acknowledgements and a moment more. @returns the UIDs that were acknowledged */
function receiveAndKill(first: number, acknowledgements: number, delayMs: number): Promise<string[]> {
  const child = startProcess(import.meta.url, '../../support/receiving-process', {
    arguments: [databaseFolder, images, String(first)],
  });
  const acknowledged: string[] = [];
  child.on('message', ({ uid, outcome }: { uid: string; outcome: string }) => {
    acknowledged.push(outcome === 'stored' ? uid : outcome);
    if (acknowledged.length === acknowledgements) setTimeout(() => child.kill('SIGKILL'), delayMs);
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (_code, signal) => {
      if (signal === 'SIGKILL') resolve(acknowledged);
      else reject(new Error('the receiving process ended by itself'));
    });
  });
}

it('every acknowledged instance is there after kill -9, and every file has a row after the next start', async () => {
  const acknowledged: string[] = [];
  for (const [round, delayMs] of [7, 23].entries()) {
    acknowledged.push(...(await receiveAndKill(round * 1000, 12, delayMs)));
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(24);

  const database = await openDatabase({ kind: 'embedded', directory: databaseFolder });
  const { store, receiver } = await openIngest(database, { directory: images });
  try {
    await recoverImages({ database, store, receiver, now: NOON });
    const rows = await database.sql
      .selectFrom('image_instance')
      .select(['sop_instance_uid', 'path', 'digest'])
      .execute();
    const paths = new Map(rows.map((row) => [row.sop_instance_uid, row.path]));
    // Reading checks the digest.
    for (const uid of acknowledged) await store.read(paths.get(uid) ?? 'no row');
    for await (const path of store.list()) expect(rows.some((row) => row.path === path)).toBe(true);
  } finally {
    await receiver.close();
    await database.close();
  }
}, 60_000);
