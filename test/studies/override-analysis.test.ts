/** A reviewer's arterial input: durable, recorded, used for every later analysis of the study. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AnalysisClient } from '../../src/analysis/analysis-client.ts';
import type { AnalysisRequest } from '../../src/analysis/protocol.ts';
import { createAuditLog } from '../../src/audit/index.ts';
import { imagesAnalyzeCommand } from '../../src/cli/images-analyze.ts';
import { quarantineStudy } from '../../src/imaging/ingest/index.ts';
import { NO_DOMAINS } from '../../src/imaging/ingest/same-patient.ts';
import { PIPELINES } from '../../src/imaging/pipelines/index.ts';
import type { Pipeline, PipelineContext, PipelineResult } from '../../src/imaging/pipelines/pipeline.ts';
import { runPipelines } from '../../src/imaging/pipelines/run-pipelines.ts';
import { ROLE_RULES } from '../../src/imaging/series/role-rules.ts';
import { createFindingsStore } from '../../src/imaging/results/findings-store.ts';
import { createJobQueue, type Job, type JobContext, type JobQueue } from '../../src/jobs/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { analyzeStudyHandler } from '../../src/studies/analyze-study-job.ts';
import { overrideCheck, type CheckOverrides } from '../../src/studies/check-overrides.ts';
import { overrideAnalysis, type AnalysisDecision } from '../../src/studies/override-analysis.ts';
import { ctpStudy } from '../support/ctp-study.ts';
import { emptyDatabase, freshDatabase } from '../support/database.ts';
import { ctSeries } from '../support/dicom-files.ts';
import { NOON, openIngest, type TestIngest } from '../support/image-ingest.ts';

const SLICES = ctSeries({ size: [8, 8, 2] });
const STUDY = SLICES[0]?.studyUid ?? '';

let database: Database;
let queue: JobQueue;
let ingest: TestIngest;
beforeAll(async () => {
  database = await freshDatabase();
  queue = createJobQueue(database, { clock: () => NOON });
});
afterAll(() => database.close());
beforeEach(async () => {
  await emptyDatabase(database);
  ingest = await openIngest(database);
  for (const { bytes } of SLICES) await ingest.receiver.receive(bytes, { way: 'dimse', peer: 'CT1' });
});
afterEach(() => ingest.close());

const nothingWrong: CheckOverrides = () => Promise.resolve({ unread: [], remarks: [] });

const decide = (decision: AnalysisDecision, studyUid = STUDY, check = nothingWrong) =>
  overrideAnalysis({ database, queue, audit: createAuditLog(database), check }, studyUid, decision);

async function expectNothingKept(): Promise<void> {
  expect(await queue.list()).toEqual([]);
  expect(await database.sql.selectFrom('audit_record').selectAll().execute()).toEqual([]);
  expect((await asked()) ?? {}).toEqual({});
}

/** What the analysis is asked to do when the job runs. */
async function asked(): Promise<AnalysisRequest['overrides'] | undefined> {
  let overrides: AnalysisRequest['overrides'] | undefined;
  const analyze: AnalysisClient['analyze'] = (request) => {
    ({ overrides } = request);
    return Promise.resolve({ series: [], runs: [], failed: [] });
  };
  const handler = analyzeStudyHandler({
    database,
    results: ingest.store,
    findings: createFindingsStore(database),
    analysis: { analyze } as unknown as AnalysisClient,
    enqueue: () => Promise.resolve(),
    followUps: () => [],
    domains: NO_DOMAINS,
    clock: () => NOON,
  });
  const commit: JobContext['commit'] = (write) => database.sql.transaction().execute(write);
  await handler({ key: STUDY, queuedAt: NOON } as unknown as Job, { commit } as unknown as JobContext);
  return overrides;
}

describe('a decision of a reviewer', () => {
  it('is kept with the study and recorded with its author, and the study is analyzed again', async () => {
    expect(await asked()).toEqual({});
    const decided = await decide({ overrides: { aif: [120, 80, 6] }, by: 'Dr. Example' });
    const queued = await queue.list({ states: ['queued'] });
    expect(queued.map(({ key }) => key)).toEqual([STUDY]);
    expect(decided).toMatchObject({ state: 'queued', job: { id: queued[0]?.id } });
    // Also when late images make another job.
    expect(await asked()).toEqual({ aif: [120, 80, 6], revision: 1 });
    expect(await asked()).toEqual({ aif: [120, 80, 6], revision: 1 });
    const records = await database.sql
      .selectFrom('audit_record')
      .select('payload')
      .where('kind', '=', 'analysis-override')
      .execute();
    expect(records.map(({ payload }) => JSON.parse(payload) as unknown)).toEqual([
      { studyUid: STUDY, by: 'Dr. Example', aif: [120, 80, 6], revision: 1 },
    ]);
  });

  it('can be taken back; that is a decision, too', async () => {
    await decide({ overrides: { aif: [120, 80, 6] }, by: 'Dr. Example' });
    await decide({ overrides: {}, by: 'Dr. Example' });
    expect(await asked()).toEqual({ revision: 2 });
  });

  it('changes nothing for a study that is not held or whose patient is in doubt', async () => {
    await quarantineStudy(database, STUDY, 'by-a-person', NOON);
    expect(await decide({ overrides: { aif: [1, 1, 1] }, by: 'Dr. Example' })).toEqual({ state: 'not-held' });
    await expectNothingKept();
  });

  it.each([
    ['nothing chosen', { by: 'x' }],
    ['chosen and automatic', { by: 'x', aif: '1,2,3', automatic: true }],
    ['no voxel', { by: 'x', aif: '1,2' }],
    ['no method', { by: 'x', deconvolution: 'magic' }],
    ['nobody', { by: ' ', aif: '1,2,3' }],
  ])('at the command line: %s is refused before the database is opened', async (_name, options) => {
    await expect(imagesAnalyzeCommand(STUDY, { ...options, config: '/nowhere' })).rejects.toThrow(/--/);
  });
});

describe('a choice that cannot be meant is refused before it is kept, on the images that are held:', () => {
  const SIZE = [40, 40, 4] as const;
  const perfusion = ctpStudy({ study: 'override', size: SIZE, pixelMm: 5, sliceMm: 9, frames: 20 });
  const study = perfusion.instances[0]?.studyUid ?? '';
  const check: CheckOverrides = (...asked) =>
    overrideCheck({ database, images: ingest.store, pipelines: PIPELINES, rules: ROLE_RULES, zone: 'UTC' })(...asked);
  beforeEach(async () => {
    for (const { bytes } of perfusion.instances) await ingest.receiver.receive(bytes, { way: 'dimse', peer: 'CT1' });
  });
  const choose = (overrides: Readonly<Record<string, unknown>>, studyUid = study) =>
    decide({ overrides, by: 'Dr. Example' }, studyUid, check);

  it('a voxel beside the image or in air, with where it lies and where it may lie', async () => {
    expect(await choose({ aif: [300, 3, 1], vof: [0, 0, 1] })).toEqual({
      state: 'refused',
      unread: [],
      remarks: [
        {
          code: 'arterial-voxel-outside-image',
          severity: 'refuses',
          figures: { column: 300, row: 3, slice: 1, columns: 40, rows: 40, slices: 4 },
        },
        { code: 'venous-voxel-outside-head', severity: 'refuses', figures: { column: 0, row: 0, slice: 1 } },
      ],
    });
    await expectNothingKept();
  }, 60_000);

  it('while one in the head is taken', async () => {
    expect(await choose({ aif: [20, 20, 1], deconvolution: 'plain-svd' })).toMatchObject({ state: 'queued' });
  }, 60_000);

  it('a voxel of a study without perfusion, which no pipeline would ever read', async () => {
    expect(await choose({ aif: [1, 1, 1] }, STUDY)).toEqual({
      state: 'refused',
      unread: [{ name: 'aif', needs: expect.stringContaining('perfusion series') as string }],
      remarks: [],
    });
    await expectNothingKept();
  }, 60_000);
});

describe('a pipeline', () => {
  const result = { state: 'final', quality: [], findings: [] } as unknown as PipelineResult;
  const pipeline = (name: string, overrides?: readonly string[]) => {
    const run = vi.fn<Pipeline['run']>(() => Promise.resolve(result));
    return {
      name,
      version: '1',
      priority: 1,
      accepts: () => true,
      run,
      ...(overrides === undefined ? {} : { overrides }),
    };
  };
  const hashes = async (overrides: Readonly<Record<string, unknown>>, ...pipelines: readonly Pipeline[]) => {
    const context = { signal: new AbortController().signal, progress: () => undefined } as unknown as PipelineContext;
    const options = { pipelines, content: 'c', now: () => 0 };
    return (await runPipelines({ series: [], lastKnownWell: null, overrides }, context, options)).runs.map(
      ({ inputsHash }) => inputsHash,
    );
  };

  it('gets the overrides that it reads, and only those make another result of it', async () => {
    const [reads, readsNot] = [pipeline('perfusion', ['aif']), pipeline('hemorrhage')];
    const first = await hashes({}, reads, readsNot);
    const second = await hashes({ aif: [1, 2, 3], revision: 1 }, reads, readsNot);
    expect([first[0] === second[0], first[1] === second[1]]).toEqual([false, true]);
    expect(reads.run.mock.lastCall?.[0].overrides).toEqual({ aif: [1, 2, 3], revision: 1 });
    expect(readsNot.run.mock.lastCall?.[0].overrides).toEqual({});
    // Back to the automatic choice after it, the result is to be the current one again.
    expect((await hashes({ revision: 2 }, reads))[0]).not.toBe(first[0]);
  });
});
