/** Studies pulled from a real archive, and an archive that stores to us by STOW-RS. Skipped where Orthanc is missing. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDicomWeb } from '../../src/imaging/ingest/dicomweb-clients.ts';
import { createStudyPull } from '../../src/imaging/ingest/pull-study.ts';
import { stowRouter } from '../../src/imaging/ingest/stow-rs.ts';
import { instancesOf, studyOf } from '../../src/imaging/ingest/study-index.ts';
import type { Database } from '../../src/storage/index.ts';
import { emptyDatabase, freshDatabase } from '../support/database.ts';
import { ctSeries, enhancedCt, mrSeries, uidOf } from '../support/dicom-files.ts';
import { openIngest, type TestIngest } from '../support/image-ingest.ts';
import { orthancUnavailable, startOrthanc, type Orthanc } from '../support/orthanc.ts';

const unavailable = orthancUnavailable();
if (unavailable !== null) process.stderr.write(`tests of pulling are skipped: ${unavailable}\n`);

describe.skipIf(unavailable !== null)('Orthanc', () => {
  let database: Database;
  let ingest: TestIngest;
  let orthanc: Orthanc;
  let stow: Server;
  beforeAll(async () => {
    database = await freshDatabase();
    const app = express();
    app.use(
      '/dicom-web',
      stowRouter({
        receiver: { receive: (...given) => ingest.receiver.receive(...given), close: () => Promise.resolve() },
        authenticate: openDicomWeb,
      }),
    );
    stow = createServer(app);
    await new Promise<void>((resolve) => stow.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${String((stow.address() as AddressInfo).port)}/dicom-web/`;
    orthanc = await startOrthanc({
      settings: { DicomWeb: { Enable: true, Root: '/dicom-web/', Servers: { strokecds: { Url: url } } } },
    });
  });
  afterAll(async () => {
    await orthanc.stop();
    stow.close();
    await database.close();
  });
  beforeEach(async () => {
    await emptyDatabase(database);
    ingest = await openIngest(database);
  });
  afterEach(() => ingest.close());

  const upload = async (files: readonly { readonly bytes: Uint8Array }[]): Promise<void> => {
    for (const { bytes } of files) {
      const posted = await fetch(`${orthanc.httpUrl}/instances`, { method: 'POST', body: new Uint8Array(bytes) });
      expect(posted.ok).toBe(true);
    }
  };
  const pull = (studyUid: string) =>
    createStudyPull({
      archive: { baseUrl: `${orthanc.httpUrl}/dicom-web`, authorization: null },
      database,
      receiver: ingest.receiver,
    })(studyUid, new AbortController().signal);

  it('gives a study of three series; later only what came since; and says when it has none', async () => {
    expect(await pull(uidOf('pulled'))).toMatchObject({ found: false, stored: 0 });
    await upload([
      ...ctSeries({ size: [32, 32, 40], study: 'pulled', series: 'ncct' }),
      ...mrSeries({ size: [32, 32, 8], study: 'pulled', series: 'dwi', bValues: [0, 1000] }),
      enhancedCt({ size: [32, 32, 20], study: 'pulled', series: 'enhanced' }),
    ]);
    expect(await pull(uidOf('pulled'))).toEqual({ found: true, expected: 57, stored: 57, alreadyHeld: 0, refused: {} });
    expect(await studyOf(database, uidOf('pulled'))).toMatchObject({ instances: 57, expected: 57, quarantine: null });
    expect(await pull(uidOf('pulled'))).toMatchObject({ stored: 0, alreadyHeld: 57 });
    await upload(ctSeries({ size: [32, 32, 3], study: 'pulled', series: 'late' }));
    expect(await pull(uidOf('pulled'))).toMatchObject({ expected: 60, stored: 3 });
    const held = await instancesOf(database, uidOf('pulled'));
    for (const { path } of held) await ingest.store.read(path);
    expect(new Set(held.map(({ modality }) => modality))).toEqual(new Set(['CT', 'MR']));
  });

  it('stores a study to us by STOW-RS', async () => {
    await upload(ctSeries({ size: [64, 64, 30], study: 'stowed' }));
    const sent = await fetch(`${orthanc.httpUrl}/dicom-web/servers/strokecds/stow`, {
      method: 'POST',
      body: JSON.stringify({ Resources: [await orthancId('stowed')], Synchronous: true }),
    });
    expect(sent.status, await sent.clone().text()).toBe(200);
    expect(await instancesOf(database, uidOf('stowed'))).toHaveLength(30);
    // The same from the archive's side again: nothing new, whatever way it takes.
    expect(await pull(uidOf('stowed'))).toMatchObject({ stored: 0, alreadyHeld: 30 });
  });

  const orthancId = async (study: string): Promise<string> => {
    const found = await fetch(`${orthanc.httpUrl}/tools/find`, {
      method: 'POST',
      body: JSON.stringify({ Level: 'Study', Query: { StudyInstanceUID: uidOf(study) } }),
    });
    return ((await found.json()) as string[])[0] ?? 'none';
  };
});
