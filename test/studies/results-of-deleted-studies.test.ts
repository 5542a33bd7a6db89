/** What becomes of results when their images are deleted, and of what was made of them before they settled. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnalysisClient } from '../../src/analysis/analysis-client.ts';
import type { AnalysisAnswer } from '../../src/analysis/protocol.ts';
import { createAuditLog } from '../../src/audit/index.ts';
import { DAY, plus } from '../../src/case/index.ts';
import type { ResultWriter } from '../../src/fhir/write/result-writer.ts';
import type { OutgoingResult } from '../../src/fhir/write/outgoing-result.ts';
import { applyImageRetention, deleteStudy, openFolderStore, type FolderStore } from '../../src/imaging/ingest/index.ts';
import { NO_DOMAINS } from '../../src/imaging/ingest/same-patient.ts';
import type { ResultArchive } from '../../src/imaging/results/archive/store-to-archive.ts';
import {
  createFindingsStore,
  type FindingsStore,
  type ResultOutput,
} from '../../src/imaging/results/findings-store.ts';
import { resultIdOf } from '../../src/imaging/results/identifiers.ts';
import { removeResultFilesOfDeletedStudies } from '../../src/imaging/results/result-files.ts';
import type { Job, JobContext } from '../../src/jobs/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { analyzeStudyHandler } from '../../src/studies/analyze-study-job.ts';
import { deliverToArchiveHandler } from '../../src/studies/deliver-result-job.ts';
import { deliverToEhrHandler } from '../../src/studies/deliver-to-ehr-job.ts';
import { pullStudyHandler } from '../../src/studies/pull-study-job.ts';
import { recordResultHandler } from '../../src/studies/record-result-job.ts';
import { emptyDatabase, freshDatabase } from '../support/database.ts';
import { ctSeries } from '../support/dicom-files.ts';
import { NOON, openIngest, type TestIngest } from '../support/image-ingest.ts';
import { aResult } from '../support/imaging-result.ts';

const SLICES = ctSeries({ size: [8, 8, 2] });
const STUDY = SLICES[0]?.studyUid ?? '';
const LATER = plus(NOON, 60_000);
const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-deleted-'));

let database: Database;
let findings: FindingsStore;
let results: FolderStore;
let ingest: TestIngest;
beforeAll(async () => {
  database = await freshDatabase();
  findings = createFindingsStore(database);
});
afterEach(async () => {
  await ingest.close();
  rmSync(join(folder, 'results'), { recursive: true });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await emptyDatabase(database);
  await findings.forgetStudies([STUDY]);
  results = await openFolderStore({ directory: join(folder, 'results') });
  ingest = await openIngest(database, { directory: join(folder, 'received') });
  for (const { bytes } of SLICES) await ingest.receiver.receive(bytes, { way: 'dimse', peer: 'CT1' });
});

const context = {
  attempt: 1,
  signal: new AbortController().signal,
  progress: () => undefined,
} as unknown as JobContext;
const jobFor = (key: string): Job => ({ key, queuedAt: NOON }) as unknown as Job;

async function report(uid: string): Promise<ResultOutput> {
  const uids = { studyUid: STUDY, seriesUid: `${STUDY}.9`, sopInstanceUid: uid };
  const stored = await results.write(uids, Buffer.from(`report ${uid}`));
  return { kind: 'sr', sopClassUid: '1.2.840.10008.5.1.4.1.1.88.33', ...uids, ...stored };
}

const files = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.dcm'));

function anArchive(): { readonly stored: string[]; readonly archive: ResultArchive } {
  const stored: string[] = [];
  return { stored, archive: { store: (object) => Promise.resolve(void stored.push(object.sopInstanceUid)) } };
}

const deliver = (archive: ResultArchive) =>
  deliverToArchiveHandler({
    database,
    findings,
    results,
    archive,
    destination: 'archive',
    onStale: () => Promise.resolve(),
    clock: () => NOON,
  });

describe('retention', () => {
  it('takes SEG and SR with the images, also those of replaced results; what they were stays known', async () => {
    const { id } = await findings.commitResult(
      aResult({ studyUid: STUDY, state: 'preliminary' }),
      [await report('2.25.1')],
      NOON,
    );
    await findings.commitResult(aResult({ studyUid: STUDY }), [await report('2.25.2')], LATER);
    expect(files()).toHaveLength(4);
    const now = plus(NOON, 31 * DAY);
    await applyImageRetention({ database, store: ingest.store, now }, { days: 30 });
    expect(await removeResultFilesOfDeletedStudies({ database, store: results, now })).toBe(2);
    expect(files()).toEqual([]);
    expect(await findings.outputsOf(id)).toHaveLength(1);
    // Nothing is left to look for.
    expect(await removeResultFilesOfDeletedStudies({ database, store: results, now })).toBe(0);
  });

  it('leaves SEG and SR of studies that are held', async () => {
    await findings.commitResult(aResult({ studyUid: STUDY }), [await report('2.25.1')], NOON);
    expect(await removeResultFilesOfDeletedStudies({ database, store: results, now: NOON })).toBe(0);
    expect(files()).toHaveLength(3);
  });
});

describe('after a study was deleted', () => {
  it('what waited for the archive ends quietly, with and without its files', async () => {
    const output = await report('2.25.1');
    const { id } = await findings.commitResult(aResult({ studyUid: STUDY }), [output], NOON);
    const { stored, archive } = anArchive();
    await deleteStudy({ database, store: ingest.store, now: NOON }, STUDY, 'asked for');
    await deliver(archive)(jobFor(id), context);
    await results.remove(output.path);
    await deliver(archive)(jobFor(id), context);
    expect(stored).toEqual([]);
    expect(await findings.deliveriesOf(id)).toEqual([]);
  });

  it('a file that is missing while its study is held is a failure, not silence', async () => {
    const output = await report('2.25.1');
    const { id } = await findings.commitResult(aResult({ studyUid: STUDY }), [output], NOON);
    await results.remove(output.path);
    await expect(deliver(anArchive().archive)(jobFor(id), context)).rejects.toThrow('missing');
  });

  it('a request to the archive that was waiting fetches nothing; a study that was never held is fetched', async () => {
    const pulled: string[] = [];
    const pull = pullStudyHandler((uid) => {
      pulled.push(uid);
      return Promise.resolve({ found: true, expected: 0, stored: 0, alreadyHeld: 0, refused: {} });
    }, database);
    await deleteStudy({ database, store: ingest.store, now: NOON }, STUDY, 'asked for');
    await pull(jobFor(STUDY), context);
    await pull(jobFor('1.2.3'), context);
    expect(pulled).toEqual(['1.2.3']);
  });
});

describe('a study that is analyzed again', () => {
  /** What the analysis finds is the same; its report carries another time. */
  const analyze = async (said: string): Promise<string> => {
    const uids = { studyUid: STUDY, seriesUid: `${STUDY}.9`, sopInstanceUid: '2.25.1' };
    const bytes = Buffer.from(said);
    const output = { kind: 'sr' as const, sopClassUid: '1.2.840.10008.5.1.4.1.1.88.33', ...uids, bytes };
    const found = aResult({ studyUid: STUDY });
    const answer: AnalysisAnswer = { series: [], runs: [{ found, stages: [], outputs: [output] }], failed: [] };
    const handler = analyzeStudyHandler({
      database,
      results,
      findings,
      analysis: { analyze: () => Promise.resolve(answer) } as unknown as AnalysisClient,
      enqueue: () => Promise.resolve(),
      followUps: () => [],
      domains: NO_DOMAINS,
      clock: () => NOON,
    });
    const commit: JobContext['commit'] = (write) => database.sql.transaction().execute(write);
    await handler(jobFor(STUDY), { ...context, commit });
    return resultIdOf(found);
  };
  const said = async (id: string): Promise<string[]> =>
    Promise.all(
      (await findings.outputsOf(id)).map(async ({ path }) => Buffer.from(await results.read(path)).toString()),
    );

  it('keeps the objects that it has, and leaves no second file', async () => {
    const id = await analyze('first');
    await analyze('second');
    expect(await said(id)).toEqual(['first']);
    expect(files()).toHaveLength(3);
  });

  it('after a deletion has objects again, and the next deletion takes them', async () => {
    const id = await analyze('first');
    await deleteStudy({ database, store: ingest.store, now: NOON }, STUDY, 'asked for');
    await removeResultFilesOfDeletedStudies({ database, store: results, now: NOON });
    for (const { bytes } of SLICES) await ingest.receiver.receive(bytes, { way: 'dimse', peer: 'CT1' });
    await analyze('second');
    expect(await said(id)).toEqual(['second']);
    await deleteStudy({ database, store: ingest.store, now: NOON }, STUDY, 'asked for');
    expect(await removeResultFilesOfDeletedStudies({ database, store: results, now: NOON })).toBe(1);
    expect(files()).toEqual([]);
  });
});

describe('a preliminary result that settled', () => {
  it('has its documents superseded in the chart', async () => {
    const preliminary = aResult({ studyUid: STUDY, state: 'preliminary' });
    await findings.commitResult(preliminary, [await report('2.25.1')], NOON);
    const { id } = await findings.commitResult(aResult({ studyUid: STUDY }), [await report('2.25.2')], LATER);
    const written: OutgoingResult[] = [];
    const writer: ResultWriter = {
      write: (result) => {
        written.push(result);
        return Promise.resolve([]);
      },
    };
    const domains = { systems: {}, localSystem: 'urn:oid:1.2.3' };
    const handler = deliverToEhrHandler({
      ...{ database, findings, writer, domains, wadoBase: null, clock: () => LATER },
      onStale: () => Promise.reject(new Error('nothing was replaced meanwhile')),
    });
    await handler(jobFor(id), context);
    expect(written[0]?.documents).toMatchObject([{ sopInstanceUid: '2.25.2' }]);
    expect(written[0]?.former?.documents).toMatchObject([{ sopInstanceUid: '2.25.1' }]);
  });

  it('stands in the audit record twice: as what was said first, and as what stands', async () => {
    const audit = createAuditLog(database);
    const record = recordResultHandler(findings, audit);
    const { id } = await findings.commitResult(aResult({ studyUid: STUDY, state: 'preliminary' }), [], NOON);
    await record(jobFor(id), context);
    await record(jobFor(id), context);
    await findings.commitResult(aResult({ studyUid: STUDY }), [], LATER);
    await record(jobFor(id), context);
    await record(jobFor(id), context);
    const records = await audit.byEvaluation(id);
    expect(records.map(({ payload }) => Reflect.get(Object(payload), 'state') as unknown)).toEqual([
      'preliminary',
      'final',
    ]);
  });
});
