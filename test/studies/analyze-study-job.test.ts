/** What becomes of a result when more images of its study come: it is replaced, or taken back, and never left standing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { instantFromEpoch, plus, type Instant } from '../../src/case/index.ts';
import { AnalysisError, type AnalysisClient } from '../../src/analysis/analysis-client.ts';
import type { AnalysisAnswer, AnalysisRequest, AnalyzedRun } from '../../src/analysis/protocol.ts';
import { openFolderStore, type FolderStore } from '../../src/imaging/ingest/folder-store.ts';
import { NO_DOMAINS } from '../../src/imaging/ingest/same-patient.ts';
import { inputsHashOf } from '../../src/imaging/pipelines/run-pipelines.ts';
import { createFindingsStore, type FindingsStore } from '../../src/imaging/results/findings-store.ts';
import { createJobQueue, startWorkers, type JobQueue, type Workers } from '../../src/jobs/index.ts';
import type { Database } from '../../src/storage/index.ts';
import {
  ANALYSIS_LANE,
  ANALYZE_STUDY,
  analyzeStudyHandler,
  analyzeStudyJob,
} from '../../src/studies/analyze-study-job.ts';
import { withdrawAfterFailure } from '../../src/studies/withdraw-results.ts';
import { emptyDatabase, freshDatabase } from '../support/database.ts';
import { aResult } from '../support/imaging-result.ts';

const STUDY = '1.2.840.99999.1';
const CT = '1.2.840.10008.5.1.4.1.1.2';
const START = instantFromEpoch(Date.UTC(2026, 10, 28, 14, 0));

let database: Database;
let findings: FindingsStore;
let results: FolderStore;
let queue: JobQueue;
let workers: Workers | undefined;
let now: Instant;
let followed: string[];
const directory = mkdtempSync(join(tmpdir(), 'stroke-cds-results-'));

/** The pipelines that take the study, or what the analysis throws. */
type Script = (
  request: AnalysisRequest,
  onRun: (run: AnalyzedRun) => Promise<void>,
) => Partial<AnalysisAnswer> | Error | Promise<Partial<AnalysisAnswer> | Error>;
let script: Script;

const run = (pipeline: string, { content }: AnalysisRequest, overrides = {}): AnalyzedRun => ({
  found: aResult({ pipeline, content, inputsHash: inputsHashOf(pipeline, '1.0.0', content, overrides) }),
  stages: [],
  outputs: [],
});
const taking =
  (...pipelines: string[]): Script =>
  (request) => ({ runs: pipelines.map((pipeline) => run(pipeline, request)) });

const analysis: AnalysisClient = {
  analyze: async (request, { onRun }) => {
    const said = await script(request, onRun);
    if (said instanceof Error) throw said;
    return { series: [], runs: [], failed: [], ...said };
  },
  warmUp: () => undefined,
  models: () => null,
  state: () => 'idle',
  close: () => Promise.resolve(),
};

const followUps = (resultId: string) => [
  { kind: 'follow', key: resultId, lane: 'follow', payload: {}, priority: 1, maxAttempts: 1 },
];

beforeAll(async () => {
  database = await freshDatabase();
  findings = createFindingsStore(database);
  results = await openFolderStore({ directory });
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  await emptyDatabase(database);
  await findings.forgetStudies([STUDY]);
  now = START;
  followed = [];
  queue = createJobQueue(database, { clock: () => now, backOff: { baseMs: 1, capMs: 1 } });
  await holdStudy();
});
afterEach(() => workers?.stop());

async function holdStudy(): Promise<void> {
  const at = new Date(now);
  await database.sql
    .insertInto('image_study')
    .values({
      study_uid: STUDY,
      patient_id: 'MRN-1',
      patient_issuer: null,
      other_patient_ids: '[]',
      birth_date: null,
      sex: null,
      accession_number: null,
      expected_instances: null,
      first_received_at: at,
      last_received_at: at,
      last_used_at: at,
      receipts: 1,
      announced_short: false,
    })
    .execute();
  const series = { study_uid: STUDY, series_uid: `${STUDY}.1`, modality: 'CT', first_received_at: at };
  await database.sql.insertInto('image_series').values(series).execute();
  await slice(1);
}

async function slice(number: number): Promise<void> {
  await database.sql
    .insertInto('image_instance')
    .values({
      sop_instance_uid: `${STUDY}.1.${String(number)}`,
      study_uid: STUDY,
      series_uid: `${STUDY}.1`,
      sop_class_uid: CT,
      transfer_syntax_uid: '1.2.840.10008.1.2.1',
      instance_number: number,
      path: `slice-${String(number)}`,
      bytes: 1,
      digest: `digest-${String(number)}`,
      content_digest: `content-${String(number)}`,
      received_at: new Date(now),
      way: 'stow',
      peer: null,
    })
    .execute();
}

/** One job from the queue to its end, by real workers. */
async function analyze(says: Script): Promise<'done' | 'failed'> {
  script = says;
  now = plus(now, 60_000);
  const ended = new Promise<'done' | 'failed'>((resolve) => {
    workers = startWorkers({
      queue,
      handlers: {
        [ANALYZE_STUDY]: analyzeStudyHandler({
          ...{ database, results, findings, analysis, followUps, domains: NO_DOMAINS, clock: () => now },
          enqueue: queue.enqueue,
        }),
        follow: ({ key }) => {
          followed.push(key);
          return Promise.resolve();
        },
      },
      lanes: [
        { name: ANALYSIS_LANE, concurrency: 1 },
        { name: 'follow', concurrency: 1 },
      ],
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      pollMs: 5,
      onEnded: ({ kind, outcome }) => {
        now = plus(now, 1_000);
        if (kind === ANALYZE_STUDY && (outcome === 'done' || outcome === 'failed')) resolve(outcome);
      },
    });
  });
  await queue.enqueue(analyzeStudyJob(STUDY));
  const outcome = await ended;
  await workers?.stop();
  return outcome;
}

const withdraw = () =>
  withdrawAfterFailure({ database, findings, queue, enqueue: queue.enqueue, followUps, clock: () => now });

const progress = async () =>
  (await findings.progressOfStudies([STUDY])).map(({ pipeline, state, reason }) => [pipeline, state, reason]);
const measured = async () =>
  (await findings.findingsOfStudies([STUDY]))
    .filter(({ value }) => value !== null)
    .map(({ method }) => method.pipeline);

describe('more images', () => {
  it('with which a pipeline no longer applies take its result back, and leave the others', async () => {
    await analyze(taking('perfusion', 'diffusion-threshold'));
    await slice(2);
    await analyze(taking('perfusion'));
    expect(new Set(await measured())).toEqual(new Set(['perfusion']));
    expect(await progress()).toEqual([
      ['diffusion-threshold', 'refused', 'use-changed-by-later-images'],
      ['perfusion', 'final', null],
    ]);
    const history = (await findings.historyOf(STUDY)).filter(({ pipeline }) => pipeline === 'diffusion-threshold');
    expect(history.map(({ state, superseded }) => [state, superseded?.by ?? null])).toEqual([
      ['final', history[1]?.id],
      ['refused', null],
    ]);
    expect(history[0]?.findings.every(({ state }) => state === 'superseded')).toBe(true);
    // The archive, the chart and the audit are told of the withdrawal as of any result.
    const queued = await queue.list({ kinds: ['follow'], keys: [history[1]?.id ?? ''] });
    expect(queued).toHaveLength(1);
  });

  it('are no reason while the images are the same: an analysis done again takes nothing back', async () => {
    await analyze(taking('perfusion', 'diffusion-threshold'));
    await analyze(taking('perfusion'));
    expect(await progress()).toEqual([
      ['diffusion-threshold', 'final', null],
      ['perfusion', 'final', null],
    ]);
  });

  it('are no reason while only a reviewer chose something', async () => {
    await analyze((request) => ({ runs: [run('perfusion', request, { aif: [1, 2, 3] })] }));
    await analyze(taking());
    expect(await progress()).toEqual([['perfusion', 'final', null]]);
  });

  it('with which it applies again give a result again', async () => {
    await analyze(taking('perfusion'));
    await slice(2);
    await analyze(taking());
    await analyze(taking());
    expect((await findings.historyOf(STUDY)).map(({ state }) => state)).toEqual(['final', 'refused']);
    await slice(3);
    await analyze(taking('perfusion'));
    expect(await progress()).toEqual([['perfusion', 'final', null]]);
    expect((await findings.historyOf(STUDY)).map(({ state }) => state)).toEqual(['final', 'refused', 'final']);
  });
});

describe('what one pipeline found', () => {
  it('stands before the next one has ended, and once', async () => {
    const early: string[] = [];
    await analyze(async (request, onRun) => {
      const [first, second] = [run('hemorrhage', request), run('perfusion', request)];
      await onRun(first);
      early.push(...new Set(await measured()));
      return { runs: [first, second] };
    });
    expect(early).toEqual(['hemorrhage']);
    expect((await findings.historyOf(STUDY)).map(({ pipeline, version }) => [pipeline, version])).toEqual([
      ['hemorrhage', 1],
      ['perfusion', 1],
    ]);
    const told = await queue.list({ kinds: ['follow'] });
    expect(new Set(told.map(({ key }) => key)).size).toBe(2);
  });

  it('stands when the analysis ends before the next one has', async () => {
    expect(
      await analyze(async (request, onRun) => {
        await onRun(run('hemorrhage', request));
        return permanent();
      }),
    ).toBe('failed');
    expect(new Set(await measured())).toEqual(new Set(['hemorrhage']));
  });
});

const permanent = (): Error => new AnalysisError('permanent', 'no');

it('the analysis is told what was replaced, so that nothing replaced comes back under its own name', async () => {
  let asked: AnalysisRequest | undefined;
  const noting: Script = (request, onRun) => {
    asked = request;
    return taking('perfusion')(request, onRun);
  };
  await analyze(noting);
  expect(asked?.replaced).toEqual({});
  const [first] = await findings.historyOf(STUDY);
  await slice(2);
  await analyze(noting);
  await analyze(noting);
  expect(asked?.replaced).toEqual({ perfusion: [first?.inputsHash] });
});

describe('images that came later and cannot be analyzed', () => {
  it('take the result of the earlier ones back when nothing will be tried again', async () => {
    await analyze(taking('perfusion'));
    await slice(2);
    expect(await analyze(permanent)).toBe('failed');
    expect(await measured()).not.toEqual([]);
    expect(await withdraw()).toBe(1);
    expect(await measured()).toEqual([]);
    expect(await progress()).toEqual([['perfusion', 'refused', 'later-images-not-analyzed']]);
    expect(await withdraw()).toBe(0);
  });

  it('leave what other pipelines found in them', async () => {
    await analyze(taking('perfusion', 'diffusion-threshold'));
    await slice(2);
    const broken = { pipeline: 'diffusion-threshold', version: '1.0.0', reason: 'RangeError' };
    expect(await analyze((request) => ({ runs: [run('perfusion', request)], failed: [broken] }))).toBe('failed');
    await withdraw();
    expect(await progress()).toEqual([
      ['diffusion-threshold', 'refused', 'later-images-not-analyzed'],
      ['perfusion', 'final', null],
    ]);
  });

  it('take nothing back while the same images failed in another try, or newer ones wait', async () => {
    await analyze(taking('perfusion'));
    expect(await analyze(permanent)).toBe('failed');
    expect(await withdraw()).toBe(0);
    await slice(2);
    await queue.enqueue(analyzeStudyJob(STUDY));
    expect(await withdraw()).toBe(0);
    expect(await progress()).toEqual([['perfusion', 'final', null]]);
  });

  it('give their result when they are analyzed after all', async () => {
    await analyze(taking('perfusion'));
    await slice(2);
    await analyze(permanent);
    await withdraw();
    await analyze(taking('perfusion'));
    expect(await progress()).toEqual([['perfusion', 'final', null]]);
  });
});

it('studies with CT are analyzed before those without, and both before what is analyzed once more', async () => {
  await queue.enqueue(analyzeStudyJob('a course', 'again'));
  await queue.enqueue(analyzeStudyJob('diffusion', 'mr'));
  await queue.enqueue(analyzeStudyJob('native head', 'ct'));
  const order: string[] = [];
  const workers = startWorkers({
    queue,
    handlers: { [ANALYZE_STUDY]: ({ key }) => Promise.resolve(void order.push(key)) },
    lanes: [{ name: ANALYSIS_LANE, concurrency: 1 }],
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    pollMs: 5,
  });
  await vi.waitUntil(() => order.length === 3, { timeout: 20_000 });
  await workers.stop();
  expect(order).toEqual(['native head', 'diffusion', 'a course']);
});
