/** What the receipt promises: acknowledged is kept, the same again changes nothing, and nothing replaces what is kept. */
import { readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, instantFromEpoch } from '../../../src/case/index.ts';
import type { Receipt } from '../../../src/imaging/ingest/receipt.ts';
import { recoverImages } from '../../../src/imaging/ingest/recover.ts';
import type { Database } from '../../../src/storage/index.ts';
import { emptyDatabase, freshDatabase } from '../../support/database.ts';
import type { DicomTags } from '../../support/dicom-encoder.ts';
import { ctSeries, dicomFile, SYNTAX, uidOf, type SeriesOptions } from '../../support/dicom-files.ts';
import { NOON, openIngest, type TestIngest } from '../../support/image-ingest.ts';

let database: Database;
let ingest: TestIngest;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await emptyDatabase(database);
  ingest = await openIngest(database, { maxInstanceBytes: 100_000 });
});
afterEach(() => ingest.close());

const PACS = { way: 'stow', peer: 'pacs' } as const;

function slices(options: Partial<SeriesOptions> = {}): Uint8Array[] {
  return ctSeries({ size: [8, 8, 3], ...options }).map(({ bytes }) => bytes);
}

function slice(options: Partial<SeriesOptions> = {}): Uint8Array {
  const [first] = slices(options);
  if (first === undefined) throw new Error('no slice');
  return first;
}

/** 8 x 8 pixels of two bytes. */
const PIXEL_BYTES = 128;
const FRAGMENTS = {
  syntax: '1.2.840.10008.1.2.5',
  tags: { PixelData: { fragments: [new Uint8Array(300), new Uint8Array(200)] } },
} satisfies Partial<SeriesOptions>;

const receive = (bytes: Uint8Array): Promise<Receipt> => ingest.receiver.receive(bytes, PACS);
const files = (): string[] =>
  readdirSync(ingest.directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.dcm'));
const instances = () => database.sql.selectFrom('image_instance').selectAll().execute();
const refusals = () => database.sql.selectFrom('image_refusal').selectAll().execute();
const studies = () => database.sql.selectFrom('image_study').selectAll().execute();

describe('an acknowledged instance', () => {
  it('is on the disk as it was sent, with rows for instance, series and study', async () => {
    const bytes = slice();
    const receipt = await receive(bytes);
    expect(receipt).toMatchObject({ outcome: 'stored', uids: { studyUid: uidOf('study') } });
    const [row] = await instances();
    expect(row).toMatchObject({ bytes: bytes.length, way: 'stow', peer: 'pacs', study_uid: uidOf('study') });
    expect(row?.received_at).toEqual(new Date(NOON));
    expect(Buffer.from(await ingest.store.read(row?.path ?? '')).equals(bytes)).toBe(true);
    expect(await studies()).toMatchObject([
      { patient_id: 'P-1', birth_date: '1950-01-17', sex: 'F', quarantine_reason: null },
    ]);
    expect(await database.sql.selectFrom('image_series').selectAll().execute()).toMatchObject([{ modality: 'CT' }]);
  });

  it('sent again is acknowledged and changes nothing, also from another sender that wrote other file headers', async () => {
    const bytes = slice();
    await receive(bytes);
    const otherMeta = slice({ preamble: Buffer.from('made by another archive') });
    expect(Buffer.from(otherMeta).equals(bytes)).toBe(false);
    for (const again of [bytes, otherMeta]) expect(await receive(again)).toMatchObject({ outcome: 'duplicate' });
    expect(await instances()).toHaveLength(1);
    expect(files()).toHaveLength(1);
    expect(await refusals()).toEqual([]);
  });

  it('is written again when its file was lost, and whoever sends it; its study counts as used', async () => {
    const [bytes, otherMeta] = [slice(), slice({ preamble: Buffer.from('made by another archive') })];
    await receive(bytes);
    ingest.clock.now = instantFromEpoch(NOON + DAY);
    for (const again of [bytes, otherMeta]) {
      await ingest.store.remove((await instances())[0]?.path ?? '');
      const receipts = await Promise.all([receive(again), receive(again)]);
      expect(receipts.map(({ outcome }) => outcome)).toEqual(['duplicate', 'duplicate']);
      const [row] = await instances();
      expect(row?.bytes).toBe(again.length);
      expect(Buffer.from(await ingest.store.read(row?.path ?? '')).equals(again)).toBe(true);
      expect(files()).toHaveLength(1);
    }
    expect(await studies()).toMatchObject([{ receipts: 1, last_used_at: new Date(NOON + DAY) }]);
  });

  it('is written again when its file is damaged, and a damaged one of another name goes', async () => {
    const [bytes, otherMeta] = [slice(), slice({ preamble: Buffer.from('made by another archive') })];
    await receive(bytes);
    for (const again of [bytes, otherMeta]) {
      const path = (await instances())[0]?.path ?? '';
      truncateSync(join(ingest.directory, path), 40);
      await expect(ingest.store.read(path)).rejects.toMatchObject({ code: 'damaged' });
      expect(await receive(again)).toMatchObject({ outcome: 'duplicate' });
      const [row] = await instances();
      expect(Buffer.from(await ingest.store.read(row?.path ?? '')).equals(again)).toBe(true);
      expect(files()).toHaveLength(1);
    }
  });

  it('is kept once when twenty send it at the same time', async () => {
    const bytes = slice();
    const receipts = await Promise.all(Array.from({ length: 20 }, () => receive(bytes)));
    expect(receipts.every(({ outcome }) => outcome !== 'refused')).toBe(true);
    expect(await instances()).toHaveLength(1);
    expect(files()).toHaveLength(1);
  });
});

describe('another instance under a UID that is taken', () => {
  const other = slice({ values: () => 77 });

  it('is refused and noted; the first one stays as it is', async () => {
    const first = slice();
    await receive(first);
    const uid = ctSeries({ size: [8, 8, 1] })[0]?.sopInstanceUid;
    expect(await receive(other)).toMatchObject({
      outcome: 'refused',
      code: 'conflicting-instance',
      sopInstanceUid: uid,
    });
    const [row] = await instances();
    expect(Buffer.from(await ingest.store.read(row?.path ?? '')).equals(first)).toBe(true);
    expect(await refusals()).toMatchObject([{ code: 'conflicting-instance', sop_instance_uid: uid, peer: 'pacs' }]);
    expect(await studies()).toMatchObject([{ quarantine_reason: null }]);
  });

  it('never mixes with the first when both arrive at once', async () => {
    const first = slice();
    const receipts = await Promise.all([receive(first), receive(other)]);
    expect(receipts.map(({ outcome }) => outcome).sort()).toEqual(['refused', 'stored']);
    const [row] = await instances();
    const kept = Buffer.from(await ingest.store.read(row?.path ?? ''));
    expect([first, other].some((bytes) => kept.equals(bytes))).toBe(true);
    expect(files()).toHaveLength(1);
  });

  it('of another patient puts the study into quarantine', async () => {
    await receive(slice());
    await receive(slice({ tags: { PatientID: 'P-2' } }));
    expect(await studies()).toMatchObject([{ quarantine_reason: 'patients-differ-within-study', patient_id: 'P-1' }]);
  });
});

it('a study in which two patients meet is in quarantine; its instances are kept', async () => {
  const [a, b] = [slice(), slice({ series: 'other', tags: { PatientID: 'P-2' } })];
  for (const bytes of [a, b]) expect(await receive(bytes)).toMatchObject({ outcome: 'stored' });
  expect(await studies()).toMatchObject([{ quarantine_reason: 'patients-differ-within-study' }]);
  expect(await instances()).toHaveLength(2);
});

describe('a study whose first image was sent without a patient', () => {
  const localizer = (tags: DicomTags = {}): Uint8Array =>
    slice({ series: 'localizer', tags: { PatientID: 'UNKNOWN', PatientBirthDate: null, PatientSex: 'O', ...tags } });

  it('gets its patient from a later one, and is in quarantine when then another one comes', async () => {
    await receive(localizer());
    expect(await studies()).toMatchObject([{ patient_id: 'UNKNOWN' }]);
    await receive(slice());
    expect(await studies()).toMatchObject([
      { patient_id: 'P-1', birth_date: '1950-01-17', sex: 'F', quarantine_reason: null },
    ]);
    await receive(slice({ series: 'other', tags: { PatientID: 'P-2' } }));
    expect(await studies()).toMatchObject([{ patient_id: 'P-1', quarantine_reason: 'patients-differ-within-study' }]);
  });

  it('stays without when the sex contradicts, and is in quarantine when the birth date does', async () => {
    await receive(localizer({ PatientSex: 'M' }));
    await receive(slice());
    expect(await studies()).toMatchObject([{ patient_id: 'UNKNOWN', quarantine_reason: null }]);
    await receive(localizer({ StudyInstanceUID: '1.2.3', SOPInstanceUID: '1.2.3.1', PatientBirthDate: '19600101' }));
    await receive(slice({ tags: { StudyInstanceUID: '1.2.3', SOPInstanceUID: '1.2.3.2' } }));
    const second = (await studies()).find(({ study_uid }) => study_uid === '1.2.3');
    expect(second).toMatchObject({ patient_id: 'UNKNOWN', quarantine_reason: 'patients-differ-within-study' });
  });
});

describe('an instance that arrives after a copy of it that broke off', () => {
  it.each([['pixel data of known length'], ['fragments']])('is kept: %s', async (kind) => {
    const bytes = kind === 'fragments' ? slice(FRAGMENTS) : slice();
    expect(await receive(bytes.subarray(0, -100))).toMatchObject({ outcome: 'refused', code: 'damaged' });
    expect(await receive(bytes)).toMatchObject({ outcome: 'stored' });
  });
});

describe('what cannot be used is refused with its reason and noted without patient data', () => {
  const whole = slice();
  const compressed = slice(FRAGMENTS);
  it.each([
    ['random bytes', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'not-dicom'],
    ['nothing', Buffer.alloc(0), 'not-dicom'],
    ['a file that was cut off', whole.subarray(0, 400), 'damaged'],
    ['pixel data that was cut off', whole.subarray(0, -1), 'damaged'],
    ['pixel data that was cut off behind its tag', whole.subarray(0, -PIXEL_BYTES), 'damaged'],
    ['fragments that were cut off', compressed.subarray(0, -9), 'damaged'],
    ['fragments whose end was cut off', compressed.subarray(0, -8), 'damaged'],
    ['a UID that leads out of the folder', slice({ tags: { StudyInstanceUID: '1..2' } }), 'damaged'],
    ['more than the limit', slice({ size: [300, 300, 1] }), 'too-large'],
    [
      'an unknown transfer syntax',
      dicomFile({ SOPClassUID: '1.2', SOPInstanceUID: '1.2.3' }, { syntax: '1.2.3.4' }),
      'unsupported-syntax',
    ],
  ])('%s', async (_what, bytes, code) => {
    expect(await receive(bytes)).toMatchObject({ outcome: 'refused', code });
    const noted = await refusals();
    expect(noted).toMatchObject([{ code, bytes: bytes.length, way: 'stow' }]);
    expect(JSON.stringify(noted)).not.toMatch(/Doe|P-1|1950/);
    expect(files()).toEqual([]);
    expect(await studies()).toEqual([]);
  });

  it('an instance of another study than announced', async () => {
    expect(await ingest.receiver.receive(whole, PACS, { studyUid: '1.2.3' })).toMatchObject({
      code: 'not-as-announced',
    });
    expect(await instances()).toEqual([]);
  });
});

it('identifiers with NUL and blanks, and none at all, are no obstacle', async () => {
  const odd = slice({ tags: { PatientID: 'A\0B', PatientBirthDate: null, PatientSex: '', AccessionNumber: ' \0' } });
  expect(await receive(odd)).toMatchObject({ outcome: 'stored' });
  expect(await studies()).toMatchObject([{ birth_date: null, sex: null, accession_number: null }]);
});

/** Not compressible, as an index would like it. */
const LONG = Array.from({ length: 400 }, (_, n) => uidOf(String(n)).slice(5, 14)).join('x');

it.each([
  ['an instance number beyond every column', { InstanceNumber: { vr: 'IS', value: '999999999999' } }],
  ['an instance number that is no integer', { InstanceNumber: { vr: 'IS', value: '1.5' } }],
  ['text in a character set that nobody has', { SpecificCharacterSet: 'ISO_IR 999', PatientID: 'Ä\xff' }],
  ['very long text', { AccessionNumber: LONG, PatientID: LONG, IssuerOfPatientID: LONG }],
])('%s is no obstacle', async (_what, tags) => {
  expect(await receive(slice({ tags }))).toMatchObject({ outcome: 'stored' });
});

it('whatever bytes come, they are kept or refused, and the next instance is received', async () => {
  const whole = slice();
  const change = fc.tuple(fc.nat(900), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 6 }),
      fc.option(fc.nat(1200)),
      async (changes, cut) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at + 132] = value;
        const { outcome } = await receive(cut === null ? bytes : bytes.subarray(0, cut));
        expect(['stored', 'duplicate', 'refused']).toContain(outcome);
      },
    ),
    { numRuns: 60 },
  );
  expect(await receive(slice({ study: 'next' }))).toMatchObject({ outcome: 'stored' });
});

it('one instance that the database refuses does not hold up those that arrive with it', async () => {
  const [a, b, c] = slices({ syntax: SYNTAX.implicit });
  if (a === undefined || b === undefined || c === undefined) throw new Error('no slices');
  const [, bad] = ctSeries({ size: [8, 8, 3] });
  await database.sql.schema
    .alterTable('image_instance')
    .addCheckConstraint('no_bad', sql`sop_instance_uid <> ${sql.lit(bad?.sopInstanceUid ?? '')}`)
    .execute();
  try {
    const results = await Promise.allSettled([a, b, c].map(receive));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await instances()).toHaveLength(2);
  } finally {
    await database.sql.schema.alterTable('image_instance').dropConstraint('no_bad').execute();
  }
});

describe('at start, folder and rows are brought together', () => {
  const recover = () => recoverImages({ database, store: ingest.store, receiver: ingest.receiver, now: NOON });

  it('complete files without a row are adopted', async () => {
    const [a, b] = slices();
    if (a === undefined || b === undefined) throw new Error('no slices');
    await receive(a);
    const header = ctSeries({ size: [8, 8, 3] })[1];
    if (header === undefined) throw new Error('no slice');
    await ingest.store.write(header, b);
    expect(await recover()).toEqual({ adopted: 1, removed: 0, unfinished: 0 });
    expect((await instances()).map(({ way }) => way).sort()).toEqual(['recovered', 'stow']);
    expect(await recover()).toEqual({ adopted: 0, removed: 0, unfinished: 0 });
  });

  it('files that lost to another instance or are damaged are removed', async () => {
    const header = ctSeries({ size: [8, 8, 1] })[0];
    if (header === undefined) throw new Error('no slice');
    await receive(header.bytes);
    await ingest.store.write(header, slice({ values: () => 5 }));
    await ingest.store.write({ ...header, sopInstanceUid: '1.2.3' }, header.bytes.subarray(0, 300));
    expect(await recover()).toEqual({ adopted: 0, removed: 2, unfinished: 0 });
    expect(files()).toHaveLength(1);
    expect(join(ingest.directory, files()[0] ?? '')).toContain(header.sopInstanceUid);
  });
});
