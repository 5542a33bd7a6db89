/** Images that were lost on disk and come again: the analysis that failed without them is tried again by itself. */
import { rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { instantFromEpoch, plus } from '../../src/case/index.ts';
import { ImageRefusal } from '../../src/imaging/image-refusal.ts';
import { instancesOf } from '../../src/imaging/ingest/study-index.ts';
import {
  createJobQueue,
  PermanentJobFailure,
  startWorkers,
  type JobQueue,
  type Workers,
} from '../../src/jobs/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { analyzeAgain } from '../../src/studies/analyze-again.ts';
import { ANALYSIS_LANE, ANALYZE_STUDY, analyzeStudyJob } from '../../src/studies/analyze-study-job.ts';
import { emptyDatabase, freshDatabase } from '../support/database.ts';
import { ctSeries } from '../support/dicom-files.ts';
import { openIngest, type TestIngest } from '../support/image-ingest.ts';

const SLICES = ctSeries({ size: [8, 8, 3] });
const STUDY = SLICES[0]?.studyUid ?? '';
/** Longer than a busy machine needs between two images. */
const QUIET_MS = 4_000;
const clock = () => instantFromEpoch(Date.now());
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let database: Database;
let ingest: TestIngest;
let queue: JobQueue;
let workers: Workers;
/** Of each run, how many images it could read before it ended. */
let runs: number[];

beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await emptyDatabase(database);
  queue = createJobQueue(database, { clock });
  ingest = await openIngest(database, {
    onRestoring: (studyUid) => analyzeAgain(queue, studyUid, plus(clock(), QUIET_MS)),
  });
  runs = [];
  workers = startWorkers({
    queue,
    lanes: [{ name: ANALYSIS_LANE, concurrency: 1 }],
    log: quiet,
    pollMs: 20,
    // Reads as the analysis does, and fails as it does.
    handlers: {
      [ANALYZE_STUDY]: async ({ key }) => {
        const at = runs.push(0) - 1;
        for (const { path } of await instancesOf(database, key)) {
          try {
            await ingest.store.read(path);
          } catch (error) {
            if (error instanceof ImageRefusal) throw new PermanentJobFailure(`${error.code}: ${error.message}`);
            throw error;
          }
          runs[at] = (runs[at] ?? 0) + 1;
        }
      },
    },
  });
  await send();
});
afterEach(async () => {
  await workers.stop();
  await ingest.close();
});

async function send(): Promise<void> {
  for (const { bytes } of SLICES) await ingest.receiver.receive(bytes, { way: 'dimse', peer: 'CT1' });
}
const files = async (): Promise<readonly string[]> =>
  (await instancesOf(database, STUDY)).map(({ path }) => join(ingest.directory, path));
const states = async (): Promise<readonly string[]> =>
  (await queue.list({ kinds: [ANALYZE_STUDY] })).map(({ state }) => state);
const become = (...wanted: string[]): Promise<void> =>
  vi.waitFor(async () => {
    expect(await states()).toEqual(wanted);
  }, 25_000);

describe('an analysis that was given up', () => {
  it('because files are gone or damaged is done when they come again', async () => {
    const [first = '', second = ''] = await files();
    rmSync(first);
    truncateSync(second, 40);
    await queue.enqueue(analyzeStudyJob(STUDY));
    await become('failed');
    await send();
    await become('done');
    expect([runs[0], runs.at(-1)]).toEqual([0, 3]);
    expect((await queue.list({ kinds: [ANALYZE_STUDY] }))[0]).toMatchObject({ attempt: 2, lastError: null });
  });

  it('stays given up while what comes again was there all the time', async () => {
    const [, second = ''] = await files();
    rmSync(second);
    await queue.enqueue(analyzeStudyJob(STUDY));
    await become('failed');
    const [held] = SLICES;
    if (held === undefined) throw new Error('no slice');
    await ingest.receiver.receive(held.bytes, { way: 'dimse', peer: 'CT1' });
    expect(await states()).toEqual(['failed']);
  });
});

describe('an analysis', () => {
  it('that was done is not done again for a file that is only restored', async () => {
    await queue.enqueue(analyzeStudyJob(STUDY));
    await become('done');
    rmSync((await files())[0] ?? '');
    await send();
    expect(await states()).toEqual(['done']);
  });

  it('that waits is done once', async () => {
    await queue.enqueue({ ...analyzeStudyJob(STUDY), notBefore: plus(clock(), 60_000) });
    rmSync((await files())[0] ?? '');
    await send();
    await become('done');
    expect(runs).toEqual([3]);
  });
});
