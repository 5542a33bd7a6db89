import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { instantFromEpoch } from '../../src/case/index.ts';
import { createJobQueue } from '../../src/jobs/index.ts';
import { openDatabase, type Database, type DatabaseConfig } from '../../src/storage/index.ts';
import { template } from '../support/database.ts';
import type { JobProcessOptions } from '../support/job-process.ts';
import { postgresUnavailable, startPostgres } from '../support/postgres.ts';

const STOPS = ['claimed', 'mid-progress', 'before-done', 'after-commit', 'inside-commit'];
const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-jobs-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface JobProcess {
  /** Resolves with the line; rejects when the process ends before. */
  readonly says: (line: RegExp) => Promise<string>;
  readonly kill: () => Promise<void>;
}

function startProcess(options: JobProcessOptions): JobProcess {
  const file = fileURLToPath(new URL('../support/job-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', file, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  let over = false;
  const wake = (): void => {
    for (const look of waiting) look();
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    wake();
  });
  void ended.then(() => {
    over = true;
    wake();
  });
  return {
    says: (wanted) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find((line) => wanted.test(line));
          if (found === undefined && !over) return;
          waiting.delete(look);
          if (found === undefined) reject(new Error(`ended; it had said: ${lines.join(' | ')}`));
          else resolve(found);
        };
        waiting.add(look);
        look();
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const makeShown = (database: Database): Promise<unknown> =>
  sql`create table shown (job text, attempt integer)`.execute(database.sql);

/** Each job is done and shows once: by its second attempt, unless it was committed before the kill. */
async function expectEachOnce(database: Database, results: string): Promise<void> {
  const queue = createJobQueue(database, { clock: () => instantFromEpoch(Date.now()) });
  const jobs = [...(await queue.list())].reverse();
  expect(jobs.map(({ key }) => key)).toEqual(STOPS);
  const { rows } = await sql<{ job: string; attempt: number }>`select * from shown`.execute(database.sql);
  for (const { id, key, state, attempt } of jobs) {
    const last = key === 'after-commit' ? 1 : 2;
    expect({ key, state, attempt }).toEqual({ key, state: 'done', attempt: last });
    expect(rows.filter(({ job }) => job === id)).toEqual([{ job: id, attempt: last }]);
    expect(readFileSync(join(results, `${id}.result`), 'utf8')).toBe('whole');
  }
  expect(rows).toHaveLength(STOPS.length);
  expect(readdirSync(results).filter((name) => name.endsWith('.result'))).toHaveLength(STOPS.length);
}

const NOT_COMMITTED = STOPS.filter((stop) => stop !== 'after-commit');

/** Dead letters, but for the job that was committed before the kill. */
async function expectGivenUp(database: Database): Promise<void> {
  const queue = createJobQueue(database, { clock: () => instantFromEpoch(Date.now()) });
  const jobs = await queue.list();
  expect(new Set(jobs.map(({ key, state }) => `${key} ${state}`))).toEqual(
    new Set(STOPS.map((stop) => `${stop} ${stop === 'after-commit' ? 'done' : 'failed'}`)),
  );
}

describe('kill -9 of a process with jobs at every stage', () => {
  it('embedded database: the next start loses nothing and shows nothing twice', async () => {
    const config: DatabaseConfig = { kind: 'embedded', directory: join(folder, 'embedded') };
    const results = join(folder, 'embedded-results');
    const before = await openDatabase(config, { archive: await template() });
    await makeShown(before);
    await before.close();
    const killed = startProcess({ database: config, folder: results, enqueue: true });
    await killed.says(/^all reached$/);
    await killed.kill();
    const next = startProcess({ database: config, folder: results, enqueue: false });
    for (const stop of NOT_COMMITTED) await next.says(new RegExp(`^committed ${stop}$`));
    await next.kill();
    const database = await openDatabase(config);
    await expectEachOnce(database, results);
    await database.close();
  }, 120_000);

  it('embedded database: the next start says of the last attempts that they are given up', async () => {
    const config: DatabaseConfig = { kind: 'embedded', directory: join(folder, 'last-embedded') };
    const results = join(folder, 'last-embedded-results');
    const before = await openDatabase(config, { archive: await template() });
    await makeShown(before);
    await before.close();
    const killed = startProcess({ database: config, folder: results, enqueue: true, maxAttempts: 1 });
    await killed.says(/^all reached$/);
    await killed.kill();
    const next = startProcess({ database: config, folder: results, enqueue: false });
    await next.says(new RegExp(`^given up ${NOT_COMMITTED.length}: its process ended without a word$`));
    await next.kill();
    const database = await openDatabase(config);
    await expectGivenUp(database);
    await database.close();
  }, 120_000);

  const unavailable = postgresUnavailable();
  it.skipIf(unavailable !== null)(
    `PostgreSQL server: another process takes over after the lease${unavailable === null ? '' : ` (${unavailable})`}`,
    async () => {
      const postgres = await startPostgres();
      const config: DatabaseConfig = { kind: 'postgres', url: postgres.createDatabase() };
      const database = await openDatabase(config);
      const results = join(folder, 'server-results');
      try {
        await makeShown(database);
        const killed = startProcess({ database: config, folder: results, enqueue: true });
        await killed.says(/^all reached$/);
        // Both live for a while: the second must not take what the first still holds.
        const next = startProcess({ database: config, folder: results, enqueue: false });
        await next.says(/^ready$/);
        await killed.kill();
        for (const stop of NOT_COMMITTED) await next.says(new RegExp(`^committed ${stop}$`));
        await next.kill();
        await expectEachOnce(database, results);
      } finally {
        await database.close();
        postgres.stop();
      }
    },
    120_000,
  );

  it.skipIf(unavailable !== null)(
    `PostgreSQL server: a process that was running all the time learns of the last attempts when their lease ends${unavailable === null ? '' : ` (${unavailable})`}`,
    async () => {
      const postgres = await startPostgres();
      const config: DatabaseConfig = { kind: 'postgres', url: postgres.createDatabase() };
      const database = await openDatabase(config);
      const results = join(folder, 'last-server-results');
      try {
        await makeShown(database);
        const killed = startProcess({ database: config, folder: results, enqueue: true, maxAttempts: 1 });
        await killed.says(/^all reached$/);
        const next = startProcess({ database: config, folder: results, enqueue: false });
        await next.says(/^ready$/);
        await killed.kill();
        const at = performance.now();
        await next.says(new RegExp(`^given up ${NOT_COMMITTED.length}: its process ended without a word$`));
        // A lease of 4 s, a look every 50 ms, and room for a busy machine.
        expect(performance.now() - at).toBeLessThan(15_000);
        await next.kill();
        await expectGivenUp(database);
      } finally {
        await database.close();
        postgres.stop();
      }
    },
    120_000,
  );
});
