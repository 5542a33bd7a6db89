/** The same receipt on a PostgreSQL server, with two processes' worth of connections. Skipped where there is no server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, instantFromEpoch } from '../../../src/case/index.ts';
import { applyImageRetention } from '../../../src/imaging/ingest/image-retention.ts';
import { receiptStatistics } from '../../../src/imaging/ingest/receipt-statistics.ts';
import { instancesOf, studiesOfPatient } from '../../../src/imaging/ingest/study-index.ts';
import { createStudyWatch, type StudyReady } from '../../../src/imaging/ingest/study-watch.ts';
import { openDatabase, type Database } from '../../../src/storage/index.ts';
import { ctSeries, uidOf } from '../../support/dicom-files.ts';
import { NOON, openIngest, type TestIngest } from '../../support/image-ingest.ts';
import { postgresUnavailable, startPostgres, type PostgresServer } from '../../support/postgres.ts';

const unavailable = postgresUnavailable();
if (unavailable !== null) process.stderr.write(`receipt on PostgreSQL is skipped: ${unavailable}\n`);

describe.skipIf(unavailable !== null)('on PostgreSQL', () => {
  let server: PostgresServer;
  let databases: readonly [Database, Database];
  let ingests: readonly [TestIngest, TestIngest];
  beforeAll(async () => {
    server = await startPostgres();
    const url = server.createDatabase();
    databases = [await openDatabase({ kind: 'postgres', url }), await openDatabase({ kind: 'postgres', url })];
    const first = await openIngest(databases[0]);
    ingests = [first, await openIngest(databases[1], { directory: first.directory })];
  });
  afterAll(async () => {
    for (const ingest of ingests) await ingest.close();
    for (const database of databases) await database.close();
    server.stop();
  });

  it('two processes receive one study at once: every instance once, none lost, one patient, one content', async () => {
    const slices = ctSeries({ size: [16, 16, 60] });
    const both = slices.flatMap(({ bytes }, n) =>
      (n % 3 === 0 ? ingests : [ingests[n % 2 === 0 ? 0 : 1]]).map((ingest) =>
        ingest.receiver.receive(bytes, { way: 'dimse', peer: 'CT1' }),
      ),
    );
    const receipts = await Promise.all(both);
    expect(receipts.filter(({ outcome }) => outcome === 'refused')).toEqual([]);
    const held = await instancesOf(databases[0], uidOf('study'));
    expect(held).toHaveLength(60);
    for (const { path } of held) await ingests[1].store.read(path);

    const told: StudyReady[] = [];
    const watch = createStudyWatch({
      database: databases[1],
      clock: () => instantFromEpoch(NOON + 9_000),
      onStudyReady: (event) => {
        told.push(event);
        return Promise.resolve();
      },
      onQuarantined: () => Promise.reject(new Error('nobody is in doubt')),
    });
    expect(await watch.check()).toBeNull();
    expect(told).toMatchObject([{ images: 60, because: 'quiet' }]);
    const record = { identifiers: [{ system: null, value: 'P-1' }], birthDate: '1950-01-17', sex: 'female' };
    expect(await studiesOfPatient(databases[0], record)).toMatchObject([{ verdict: 'same', study: { instances: 60 } }]);
  });

  it('counts and deletes as the embedded database does', async () => {
    const [database] = databases;
    expect(await receiptStatistics(database, NOON)).toMatchObject({
      studies: 1,
      instances: 60,
      waiting: 0,
      refused: {},
    });
    const now = instantFromEpoch(NOON + 40 * DAY);
    const { store } = ingests[0];
    expect(await applyImageRetention({ database, store, now }, { days: 30 })).toMatchObject({
      studies: 1,
      instances: 60,
    });
    expect(await receiptStatistics(database, now)).toMatchObject({ studies: 0, instances: 0, bytes: 0 });
  });
});
