/**
 * A result that no longer stands, in a real PACS: the jobs of the service store it, and the rejection note after it. The
 * EHR of the site is out of reach all the time, which holds up nobody.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { instantFromEpoch } from '../../src/case/index.ts';
import { openFolderStore, type FolderStore } from '../../src/imaging/ingest/folder-store.ts';
import { writeReport } from '../../src/imaging/results/dicom/report.ts';
import { writeSegmentations } from '../../src/imaging/results/dicom/segmentation.ts';
import { createFindingsStore, type FindingsStore } from '../../src/imaging/results/findings-store.ts';
import type { NewResult } from '../../src/imaging/results/result.ts';
import { withdrawalOf } from '../../src/imaging/results/withdrawal.ts';
import { createJobQueue, startWorkers, type JobQueue, type Workers } from '../../src/jobs/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { DELIVER_TO_EHR } from '../../src/studies/deliver-to-ehr-job.ts';
import { createDestinations, type Destinations } from '../../src/studies/destinations.ts';
import { freshDatabase } from '../support/database.ts';
import { dicomToolsUnavailable, dciodvfyProblems, readWithPydicom, type ReadKo } from '../support/dicom-tools.ts';
import { freePort } from '../support/free-port.ts';
import { openIngest, type TestIngest } from '../support/image-ingest.ts';
import { aResult } from '../support/imaging-result.ts';
import { orthancUnavailable, startOrthanc, type Orthanc } from '../support/orthanc.ts';
import { CORE, DEVICE, reportContext } from '../support/report-context.ts';
import { makeSeries } from '../support/source-series.ts';

const unavailable = orthancUnavailable() ?? dicomToolsUnavailable();
const clock = () => instantFromEpoch(Date.now());
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe.skipIf(unavailable !== null)(`rejection in Orthanc ${unavailable ?? ''}`, () => {
  const series = makeSeries({ lesion: CORE });
  const { studyUid } = series.source;
  const directory = mkdtempSync(join(tmpdir(), 'stroke-cds-rejection-'));
  let orthanc: Orthanc;
  let database: Database;
  let ingest: TestIngest;
  let findings: FindingsStore;
  let results: FolderStore;
  let queue: JobQueue;
  let destinations: Destinations;
  let workers: Workers;

  beforeAll(async () => {
    orthanc = await startOrthanc();
    database = await freshDatabase();
    findings = createFindingsStore(database);
    results = await openFolderStore({ directory: join(directory, 'results') });
    ingest = await openIngest(database, { directory: join(directory, 'received') });
    for (const bytes of series.instances) {
      await ingest.receiver.receive(bytes, { way: 'dimse', peer: 'CT1' });
      await fetch(`${orthanc.httpUrl}/instances`, { method: 'POST', body: new Uint8Array(bytes) });
    }
    queue = createJobQueue(database, { clock });
    destinations = createDestinations({
      database,
      findings,
      results,
      archive: {
        url: `${orthanc.httpUrl}/dicom-web`,
        authorization: null,
        storeResults: true,
        rejectResults: true,
      },
      ehr: {
        server: `http://127.0.0.1:${String(await freePort())}/fhir`,
        clientId: null,
        scope: '',
        privateJwk: null,
      },
      domains: { systems: {}, localSystem: 'urn:mrn' },
      allowInsecureHttp: true,
      device: DEVICE,
      timeZone: 'UTC',
      enqueue: queue.enqueue,
      clock,
    });
    const { handlers, lanes } = destinations;
    workers = startWorkers({ queue, handlers, lanes, log: quiet, pollMs: 50, alone: true });
  });
  afterAll(async () => {
    await workers.stop();
    await ingest.close();
    await database.close();
    await orthanc.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Commits a result with its objects and asks for what the service asks for. @returns the UIDs of the objects */
  async function found(result: NewResult, withObjects = true): Promise<readonly string[]> {
    const context = reportContext(series, undefined, result);
    const segs = writeSegmentations(context);
    const objects = [
      ...segs.map((seg) => ({ kind: 'seg' as const, ...seg })),
      { kind: 'sr' as const, ...writeReport(context, segs) },
    ];
    const outputs = [];
    for (const { kind, sopClassUid, sopInstanceUid, seriesUid, bytes } of withObjects ? objects : []) {
      const stored = await results.write({ studyUid, seriesUid, sopInstanceUid }, bytes);
      outputs.push({ kind, sopClassUid, sopInstanceUid, seriesUid, ...stored });
    }
    const { id } = await findings.commitResult(result, outputs, clock());
    for (const job of destinations.jobsFor(id)) await queue.enqueue(job);
    return outputs.map(({ sopInstanceUid }) => sopInstanceUid);
  }

  /** Objects of a modality that QIDO-RS finds in the study. */
  async function inArchive(modality: string): Promise<readonly string[]> {
    const query = `studies/${studyUid}/instances?Modality=${modality}`;
    const response = await fetch(`${orthanc.httpUrl}/dicom-web/${query}`, { headers: { accept: 'application/json' } });
    const list = (await response.json()) as readonly { readonly '00080018': { readonly Value: readonly string[] } }[];
    return list.flatMap((one) => one['00080018'].Value);
  }

  async function notes(): Promise<readonly { bytes: Uint8Array; read: ReadKo }[]> {
    const ids = (await (await fetch(`${orthanc.httpUrl}/instances`)).json()) as readonly string[];
    const all: Uint8Array[] = [];
    for (const id of ids) {
      const file = await fetch(`${orthanc.httpUrl}/instances/${id}/file`);
      all.push(new Uint8Array(await file.arrayBuffer()));
    }
    return readWithPydicom(all).flatMap((read, at) =>
      read.modality === 'KO' ? [{ read, bytes: all[at] ?? new Uint8Array() }] : [],
    );
  }
  const named = ({ read }: { read: ReadKo }): readonly string[] => Object.values(read.evidence).flat();

  it('a replaced result is marked, the one in its place is not, and a withdrawn one is marked as well', async () => {
    const first = await found(aResult({ studyUid }));
    await vi.waitFor(async () => {
      expect((await inArchive('SR')).length).toBe(1);
    }, 60_000);
    expect(await inArchive('KO')).toEqual([]);

    const second = await found(aResult({ studyUid, inputsHash: 'b'.repeat(64) }));
    await vi.waitFor(async () => {
      expect((await inArchive('KO')).length).toBe(1);
    }, 60_000);
    const [note] = await notes();
    if (note === undefined) throw new Error('no note');
    expect(dciodvfyProblems(note.bytes)).toEqual([]);
    expect(note.read.root.concept).toEqual(['113001', 'DCM']);
    expect(note.read.study).toBe(studyUid);
    expect(named(note).toSorted()).toEqual(first.toSorted());

    const current = (await findings.currentResults([studyUid]))[0];
    if (current === undefined) throw new Error('no result');
    await found(withdrawalOf(current, 'c2', 'use-changed-by-later-images'), false);
    await vi.waitFor(async () => {
      expect((await inArchive('KO')).length).toBe(2);
    }, 60_000);
    const marked = (await notes()).flatMap(named);
    expect(marked.toSorted()).toEqual([...first, ...second].toSorted());
    // The objects stay, and everything is of one patient.
    expect(await inArchive('SR')).toHaveLength(2);
    expect(await (await fetch(`${orthanc.httpUrl}/patients`)).json()).toHaveLength(1);
    // The EHR never answered; its jobs wait for another try.
    const waiting = await queue.list({ kinds: [DELIVER_TO_EHR] });
    expect(waiting.some(({ state, lastError }) => state !== 'done' && lastError !== null)).toBe(true);
  }, 180_000);
});
