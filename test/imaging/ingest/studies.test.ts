/** Studies from the first slice to the tombstone: completeness, quarantine, index, statistics, retention. */
import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, instantFromEpoch } from '../../../src/case/index.ts';
import { applyImageRetention, deleteStudy } from '../../../src/imaging/ingest/image-retention.ts';
import { quarantinedStudies, quarantineStudy, releaseStudy } from '../../../src/imaging/ingest/quarantine.ts';
import { receiptStatistics } from '../../../src/imaging/ingest/receipt-statistics.ts';
import { recoverImages } from '../../../src/imaging/ingest/recover.ts';
import type { PatientRecord } from '../../../src/imaging/ingest/same-patient.ts';
import {
  instancesOf,
  markUsed,
  setExpected,
  studiesOfPatient,
  studyOf,
} from '../../../src/imaging/ingest/study-index.ts';
import { createStudyWatch, type StudyReady, type StudyWatch } from '../../../src/imaging/ingest/study-watch.ts';
import type { Database } from '../../../src/storage/index.ts';
import { emptyDatabase, freshDatabase } from '../../support/database.ts';
import { ctSeries, dicomFile, mrSeries, uidOf, type SeriesOptions } from '../../support/dicom-files.ts';
import { NOON, openIngest, type TestIngest } from '../../support/image-ingest.ts';

let database: Database;
let ingest: TestIngest;
let told: StudyReady[] = [];
let doubted: string[] = [];
let watch: StudyWatch;
const newWatch = (): StudyWatch =>
  createStudyWatch({
    database,
    clock: () => ingest.clock.now,
    onStudyReady: (event) => {
      told.push(event);
      return Promise.resolve();
    },
    onQuarantined: (studyUid) => {
      doubted.push(studyUid);
      return Promise.resolve();
    },
  });
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await emptyDatabase(database);
  ingest = await openIngest(database);
  told = [];
  doubted = [];
  watch = newWatch();
});
afterEach(() => ingest.close());

const slices = (options: Partial<SeriesOptions> = {}): Uint8Array[] =>
  ctSeries({ size: [8, 8, 4], ...options }).map(({ bytes }) => bytes);
const receive = async (all: readonly Uint8Array[]): Promise<void> => {
  for (const bytes of all) await ingest.receiver.receive(bytes, { way: 'dimse', peer: 'CT1' });
};
const pass = (ms: number): void => {
  ingest.clock.now = instantFromEpoch(ingest.clock.now + ms);
};
const STUDY = uidOf('study');
const report = (): Uint8Array =>
  dicomFile({
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.33',
    SOPInstanceUID: '1.2.3',
    StudyInstanceUID: STUDY,
    SeriesInstanceUID: '1.2.4',
    Modality: 'SR',
    PatientID: 'P-1',
  });

describe('a study is told', () => {
  it('once, 8 s after its last slice', async () => {
    await receive(slices());
    pass(7_000);
    expect(await watch.check()).toBe(NOON + 8_000);
    expect(told).toEqual([]);
    pass(1_000);
    expect(await watch.check()).toBeNull();
    await watch.check();
    expect(told).toMatchObject([{ studyUid: STUDY, images: 4, received: 4, because: 'quiet', short: false }]);
    expect(await studyOf(database, STUDY)).toMatchObject({ settled: true });
    await receive(slices({ series: 'late' }));
    expect(await studyOf(database, STUDY)).toMatchObject({ settled: false });
  });

  it('with how many of its images are CT', async () => {
    const mr = mrSeries({ size: [8, 8, 3], series: 'mr' }).map(({ bytes }) => bytes);
    await receive([...slices(), ...mr]);
    pass(8_000);
    await watch.check();
    expect(told).toMatchObject([{ images: 7, ctImages: 4 }]);
  });

  it('at once when the count of the archive is reached', async () => {
    await receive(slices().slice(0, 3));
    await setExpected(database, STUDY, 4);
    await watch.check();
    expect(told).toEqual([]);
    await receive(slices().slice(3));
    await watch.check();
    expect(told).toMatchObject([{ because: 'count', expected: 4, images: 4 }]);
  });

  it.each([
    ['the archive counts anew', () => setExpected(database, STUDY, 4)],
    ['what was missing is no image', () => receive([report()])],
  ])('again when it was short and is whole because %s: a preliminary result is settled', async (_why, complete) => {
    await receive(slices());
    await setExpected(database, STUDY, 5);
    pass(8_000);
    await watch.check();
    await watch.check();
    expect(told).toMatchObject([{ short: true, expected: 5 }]);
    await complete();
    pass(8_000);
    await watch.check();
    await watch.check();
    expect(told.map(({ short }) => short)).toEqual([true, false]);
    expect(told[0]?.contentVersion).toBe(told[1]?.contentVersion);
    await setExpected(database, STUDY, told[1]?.received ?? 0);
    expect(await watch.check()).toBeNull();
    expect(told).toHaveLength(2);
  });

  it('again with another content version when a slice comes late, and not for a duplicate', async () => {
    await receive(slices().slice(0, 3));
    pass(8_000);
    await watch.check();
    await receive(slices().slice(0, 3));
    pass(8_000);
    await watch.check();
    expect(told).toHaveLength(1);
    await receive(slices());
    pass(8_000);
    await watch.check();
    expect(told.map(({ images }) => images)).toEqual([3, 4]);
    expect(told[0]?.contentVersion).not.toBe(told[1]?.contentVersion);
  });

  it('not for results that an archive sends back to us', async () => {
    await receive(slices());
    pass(8_000);
    await watch.check();
    await receive([report()]);
    pass(8_000);
    expect(await watch.check()).toBeNull();
    expect(told).toHaveLength(1);
    expect((await studyOf(database, STUDY))?.instances).toBe(5);
  });

  it('after a restart, when the process was killed before it was told', async () => {
    await receive(slices());
    pass(60_000);
    await newWatch().check();
    expect(told).toHaveLength(1);
  });

  it('again when it could not be handed over; others are not held up', async () => {
    await receive(slices());
    await receive(slices({ study: 'other' }));
    pass(8_000);
    const faults: unknown[] = [];
    const failing = createStudyWatch({
      database,
      clock: () => ingest.clock.now,
      onStudyReady: (event) => (event.studyUid === STUDY ? Promise.reject(new Error('queue down')) : Promise.resolve()),
      onQuarantined: () => Promise.resolve(),
      onFault: (error) => faults.push(error),
    });
    await failing.check();
    expect(faults).toHaveLength(1);
    await watch.check();
    expect(told.map(({ studyUid }) => studyUid)).toEqual([STUDY]);
  });

  it('by the running watch, soon after a nudge', async () => {
    watch.start();
    await receive(slices());
    pass(8_000);
    watch.nudge();
    await expect.poll(() => told.length).toBe(1);
    await watch.stop();
    await watch.stop();
  });
});

describe('a study in quarantine', () => {
  const record: PatientRecord = {
    identifiers: [{ system: null, value: 'P-1' }],
    birthDate: '1950-01-17',
    sex: 'female',
  };

  it('is listed, not told and not found for the patient, until a person releases it', async () => {
    await receive(slices());
    await receive(slices({ series: 'b', tags: { PatientID: 'P-2' } }));
    pass(8_000);
    await watch.check();
    expect(told).toEqual([]);
    expect(await studiesOfPatient(database, record)).toEqual([]);
    expect(await quarantinedStudies(database)).toEqual([
      { studyUid: STUDY, reason: 'patients-differ-within-study', since: NOON },
    ]);
    expect(await releaseStudy(database, STUDY, ingest.clock.now)).toBe(true);
    expect(await releaseStudy(database, STUDY, ingest.clock.now)).toBe(false);
    await watch.check();
    expect(told).toHaveLength(1);
    expect(await studiesOfPatient(database, record)).toHaveLength(1);
  });

  it('can be put there by a person, before or after it was analyzed', async () => {
    await receive(slices());
    expect(await quarantineStudy(database, STUDY, 'by-a-person', NOON)).toBe(true);
    expect(await quarantineStudy(database, STUDY, 'by-a-person', NOON)).toBe(false);
    expect(await quarantineStudy(database, '1.2.3', 'by-a-person', NOON)).toBe(false);
    pass(8_000);
    await watch.check();
    expect(told).toEqual([]);
    expect((await studyOf(database, STUDY))?.quarantine?.reason).toBe('by-a-person');
  });

  it('is told as such when an instance disagrees that is not kept', async () => {
    const [first] = slices();
    if (first === undefined) throw new Error('no slice');
    await receive([first]);
    pass(8_000);
    await watch.check();
    await receive(slices({ tags: { PatientID: 'P-2' } }).slice(0, 1));
    await watch.check();
    expect(doubted).toEqual([STUDY]);
  });

  it('is told again when it is released, also when it was told before', async () => {
    await receive(slices());
    pass(8_000);
    await watch.check();
    await quarantineStudy(database, STUDY, 'by-a-person', ingest.clock.now);
    await watch.check();
    expect(told).toHaveLength(1);
    expect(doubted).toEqual([STUDY]);
    await watch.check();
    expect(doubted).toEqual([STUDY]);
    await releaseStudy(database, STUDY, ingest.clock.now);
    await watch.check();
    expect(told).toHaveLength(2);
  });
});

it('studies are found by any identifier of the images, newest first, each with its verdict', async () => {
  await receive(slices());
  pass(1_000);
  await receive(
    slices({
      study: 'second',
      tags: { PatientID: 'TEMP', OtherPatientIDsSequence: [{ PatientID: 'p-1' }], PatientBirthDate: null },
    }),
  );
  await receive(slices({ study: 'third', tags: { PatientBirthDate: '19600101' } }));
  const found = await studiesOfPatient(database, {
    identifiers: [{ system: 'urn:x', value: 'P-1' }],
    birthDate: '1950-01-17',
    sex: null,
  });
  expect(found.map(({ study, verdict }) => [study.studyUid, verdict])).toEqual([
    [uidOf('second'), 'unclear'],
    [STUDY, 'same'],
  ]);
  expect(await studiesOfPatient(database, { identifiers: [], birthDate: '1950-01-17', sex: null })).toEqual([]);
});

it('instances are listed by series and number, and can be read', async () => {
  await receive([...slices()].reverse());
  const held = await instancesOf(database, STUDY);
  expect(held.map(({ instanceNumber, modality }) => [instanceNumber, modality])).toEqual(
    [1, 2, 3, 4].map((n) => [n, 'CT']),
  );
  expect(Buffer.from(await ingest.store.read(held[0]?.path ?? '')).equals(slices()[0] ?? Buffer.alloc(0))).toBe(true);
});

it('statistics count what is held, waiting, refused and in quarantine', async () => {
  expect(await receiptStatistics(database, NOON)).toEqual({
    ...{ studies: 0, instances: 0, bytes: 0, waiting: 0, longestWaitSeconds: null, quarantined: 0, refused: {} },
    unclear: 0,
    lastReceivedAgoSeconds: null,
  });
  await receive([...slices(), Buffer.from('no dicom')]);
  await receive(slices({ study: 'other' }));
  await quarantineStudy(database, uidOf('other'), 'by-a-person', NOON);
  pass(3_000);
  expect(await receiptStatistics(database, ingest.clock.now)).toMatchObject({
    ...{ studies: 2, instances: 8, waiting: 1, longestWaitSeconds: 3, quarantined: 1, refused: { 'not-dicom': 1 } },
    bytes: [...slices(), ...slices({ study: 'other' })].reduce((sum, { length }) => sum + length, 0),
  });
});

describe('retention', () => {
  const options = () => ({ database, store: ingest.store, now: ingest.clock.now });
  const files = (): string[] =>
    readdirSync(ingest.directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.dcm'));

  it('deletes what nobody used for so many days and leaves tombstones without patient data', async () => {
    await receive([...slices(), Buffer.from('no dicom')]);
    await receive(slices({ study: 'used' }));
    pass(20 * DAY);
    await markUsed(database, [uidOf('used')], ingest.clock.now);
    pass(20 * DAY);
    expect(await applyImageRetention(options(), { days: 30 })).toMatchObject({ studies: 1, instances: 4, refusals: 1 });
    expect(await studyOf(database, STUDY)).toBeNull();
    expect(files()).toHaveLength(4);
    const stones = await database.sql.selectFrom('image_tombstone').selectAll().execute();
    expect(stones).toHaveLength(4);
    expect(stones[0]).toMatchObject({ study_uid: STUDY, reason: 'retention', removed_at: new Date(ingest.clock.now) });
    expect(JSON.stringify(stones)).not.toMatch(/P-1|Doe|1950/);
    const ids = await database.sql.selectFrom('image_patient_id').select('study_uid').execute();
    expect(ids).toEqual([{ study_uid: uidOf('used') }]);
    expect(await applyImageRetention(options(), { days: 30 })).toMatchObject({ studies: 0 });
  });

  it('keeps everything without a number of days', async () => {
    await receive(slices());
    pass(10_000 * DAY);
    expect(await applyImageRetention(options(), { days: null })).toMatchObject({ studies: 0 });
    expect(files()).toHaveLength(4);
  });

  it('loses no file while the rows stay, and removes what a failure left at the next start', async () => {
    await receive(slices());
    const failing = { ...ingest.store, remove: () => Promise.reject(new Error('killed')) };
    await expect(deleteStudy({ ...options(), store: failing }, STUDY, 'asked for')).rejects.toThrow('killed');
    expect(await studyOf(database, STUDY)).toBeNull();
    expect(files()).toHaveLength(4);
    expect(await recoverImages({ ...options(), receiver: ingest.receiver })).toMatchObject({ adopted: 0, removed: 4 });
    expect(files()).toEqual([]);
  });

  it('keeps the file of an instance that is sent again while its study is deleted', async () => {
    await receive(slices());
    await Promise.all([deleteStudy(options(), STUDY, 'asked for'), receive(slices()), receive(slices())]);
    const held = await instancesOf(database, STUDY);
    expect(files()).toHaveLength(held.length);
    for (const { path } of held) expect(await ingest.store.has(path)).toBe(true);
  });

  it('a deleted study can be received anew, and what a restart finds of the old one is not revived', async () => {
    await receive(slices());
    const [held] = await instancesOf(database, STUDY);
    expect(await deleteStudy(options(), STUDY, 'asked for by the patient')).toMatchObject({ instances: 4 });
    expect(await deleteStudy(options(), STUDY, 'again')).toBeNull();
    const first = ctSeries({ size: [8, 8, 4] })[0];
    if (first === undefined || held === undefined) throw new Error('no slice');
    await ingest.store.write(first, first.bytes);
    expect(await recoverImages({ ...options(), receiver: ingest.receiver })).toMatchObject({ adopted: 0, removed: 1 });
    await receive(slices());
    expect(await instancesOf(database, STUDY)).toHaveLength(4);
    expect(await recoverImages({ ...options(), receiver: ingest.receiver })).toMatchObject({ adopted: 0, removed: 0 });
  });
});
