/**
 * A process with workers that a test kills. On the first attempt each job waits for ever at the stop that its payload
 * names; the results become visible by the commit of the job alone.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { instantFromEpoch } from '../../src/case/index.ts';
import { createJobQueue, startWorkers } from '../../src/jobs/index.ts';
import { openDatabase, type DatabaseConfig } from '../../src/storage/index.ts';

export const STOPS = ['claimed', 'mid-progress', 'before-done', 'after-commit', 'inside-commit'] as const;
type Stop = (typeof STOPS)[number];

export interface JobProcessOptions {
  readonly database: DatabaseConfig;
  /** Files that the handler makes, named by the id of the job. */
  readonly folder: string;
  /** Puts a job in line for each stop. */
  readonly enqueue: boolean;
  /** Attempts that the jobs get. Default: those of the queue. */
  readonly maxAttempts?: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as JobProcessOptions;
const database = await openDatabase(options.database);
const queue = createJobQueue(database, { clock: () => instantFromEpoch(Date.now()), leaseMs: 4_000 });

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
let reached = 0;
let givenUp = 0;
const report = (details: object, message: string): void => {
  say(`${message} ${JSON.stringify(details)}`);
};
const silent = (): void => undefined;

startWorkers({
  queue,
  lanes: [{ name: 'analysis', concurrency: STOPS.length }],
  log: { info: silent, warn: silent, error: report },
  alone: options.database.kind === 'embedded',
  pollMs: 50,
  progressMs: 20,
  onEnded: ({ outcome, error }) => {
    if (outcome !== 'failed') return;
    givenUp += 1;
    say(`given up ${givenUp}: ${error ?? ''}`);
  },
  handlers: {
    work: async ({ id, key, payload }, { attempt, progress, commit }) => {
      const reach = async (stop: Stop): Promise<void> => {
        if ((payload as { stop: Stop }).stop !== stop || attempt > 1) return;
        if (stop === 'inside-commit') say('all reached');
        else reached += 1;
        await new Promise(() => setInterval(silent, 1_000));
      };
      await reach('claimed');
      progress('computing', 30);
      // Named by the job: a second attempt replaces the file of the first, and half a file never has its name.
      mkdirSync(options.folder, { recursive: true });
      const draft = join(options.folder, `${id}.${attempt}.part`);
      writeFileSync(draft, 'half');
      await reach('mid-progress');
      writeFileSync(draft, 'whole');
      renameSync(draft, join(options.folder, `${id}.result`));
      progress('writing', 90);
      // It holds the one connection of the embedded database, so it goes last.
      if (attempt === 1 && key === 'inside-commit') while (reached < STOPS.length - 1) await sleep(20);
      await reach('before-done');
      await commit(async (tx) => {
        await sql`insert into shown (job, attempt) values (${id}, ${attempt})`.execute(tx);
        await reach('inside-commit');
      });
      say(`committed ${key}`);
      await reach('after-commit');
    },
  },
});
if (options.enqueue) {
  const { maxAttempts } = options;
  const most = maxAttempts === undefined ? {} : { maxAttempts };
  for (const stop of STOPS) {
    await queue.enqueue({ kind: 'work', key: stop, lane: 'analysis', payload: { stop }, priority: 1, ...most });
  }
}
say('ready');
