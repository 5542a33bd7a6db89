/** An archive that misbehaves: bounded in time and size, never followed elsewhere, and what came is kept. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStudyPull, type PullOptions, type PullStudy } from '../../../src/imaging/ingest/pull-study.ts';
import { instancesOf, studyOf } from '../../../src/imaging/ingest/study-index.ts';
import type { Database } from '../../../src/storage/index.ts';
import { emptyDatabase, freshDatabase } from '../../support/database.ts';
import { ctSeries, uidOf } from '../../support/dicom-files.ts';
import { openIngest, type TestIngest } from '../../support/image-ingest.ts';

let database: Database;
let ingest: TestIngest;
let server: Server;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await emptyDatabase(database);
  ingest = await openIngest(database);
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await ingest.close();
});

const series = ctSeries({ size: [8, 8, 3] });
const STUDY = uidOf('study');
const listed = (count: number) => [
  { '0020000E': { vr: 'UI', Value: [series[0]?.seriesUid] }, '00201209': { vr: 'IS', Value: [count] } },
];
const multipart = (files: readonly Uint8Array[]): Buffer =>
  Buffer.concat(
    [...files.flatMap((file) => ['\r\n--b\r\nContent-Type: application/dicom\r\n\r\n', file]), '\r\n--b--\r\n'].map(
      (p) => Buffer.from(p),
    ),
  );
const DICOM = { 'content-type': 'multipart/related; type="application/dicom"; boundary=b' };

/** @param wado answers the request for the series; the query is answered as an archive does */
async function archive(
  wado: RequestListener,
  { timeoutMs = 20_000, ...options }: Partial<PullOptions> & { readonly timeoutMs?: number } = {},
  count = 3,
): Promise<PullStudy> {
  server = createServer((req, res) => {
    if (req.url?.includes('/series?') !== true) wado(req, res);
    else res.writeHead(200, { 'content-type': 'application/dicom+json' }).end(JSON.stringify(listed(count)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const { receiver } = ingest;
  return createStudyPull({
    archive: { baseUrl, authorization: 'Bearer t', timeoutMs },
    database,
    receiver,
    ...options,
  });
}

const never = new AbortController().signal;
const files = series.map(({ bytes }) => bytes);

it('keeps the whole study and knows how many instances it should have', async () => {
  const seen: unknown[] = [];
  const pull = await archive((req, res) => {
    seen.push(req.headers.authorization, req.headers.accept);
    res.writeHead(200, DICOM).end(multipart(files));
  });
  const result = await pull(STUDY, never);
  expect(result).toEqual({ found: true, expected: 3, stored: 3, alreadyHeld: 0, refused: {} });
  expect((await studyOf(database, STUDY))?.expected).toBe(3);
  expect(seen).toEqual(['Bearer t', 'multipart/related; type="application/dicom"; transfer-syntax=*']);
  expect(await pull(STUDY, never)).toMatchObject({ stored: 0, alreadyHeld: 3 });
  expect(seen).toHaveLength(2);
});

it('what cannot be read is counted as refused and not waited for; what belongs to another study is not taken', async () => {
  const foreign = ctSeries({ size: [8, 8, 1], study: 'foreign' })[0]?.bytes ?? Buffer.alloc(0);
  const pull = await archive(
    (_req, res) => {
      res.writeHead(200, DICOM).end(multipart([...files, Buffer.from('broken'), foreign]));
    },
    {},
    5,
  );
  expect(await pull(STUDY, never)).toMatchObject({ stored: 3, refused: { 'not-dicom': 1, 'not-as-announced': 1 } });
  expect((await studyOf(database, STUDY))?.expected).toBe(3);
  expect(await studyOf(database, uidOf('foreign'))).toBeNull();
});

it('what was complete before the connection broke is kept, and the next try goes on', async () => {
  let tries = 0;
  const pull = await archive((_req, res) => {
    tries += 1;
    const whole = multipart(files);
    if (tries > 1) res.writeHead(200, DICOM).end(whole);
    else
      res.writeHead(200, DICOM).write(whole.subarray(0, whole.length - 200), () => setTimeout(() => res.destroy(), 50));
  });
  await expect(pull(STUDY, never)).rejects.toMatchObject({
    name: 'DeliveryFailure',
    code: 'unreachable',
    mayHeal: true,
  });
  await expect.poll(async () => (await instancesOf(database, STUDY)).length).toBe(2);
  expect(await pull(STUDY, never)).toMatchObject({ stored: 1, alreadyHeld: 2 });
});

describe('fails with a reason that a person understands when the archive', () => {
  it.each<[string, RequestListener, string, boolean]>([
    ['redirects', (_q, res) => res.writeHead(302, { location: 'http://169.254.169.254/' }).end(), 'refused', false],
    ['wants other credentials', (_q, res) => res.writeHead(401).end(), 'forbidden', true],
    ['is busy', (_q, res) => res.writeHead(503).end(), 'busy', true],
    [
      'answers with a page',
      (_q, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      'not-understood',
      false,
    ],
    ['never answers', () => undefined, 'time-out', true],
    ['stops in the middle', (_q, res) => res.writeHead(200, DICOM).write('--b\r\n'), 'time-out', true],
    [
      'sends without end',
      (_q, res) => res.writeHead(200, DICOM).end(multipart([Buffer.alloc(50_000)])),
      'refused',
      false,
    ],
  ])('%s', async (_what, wado, code, mayHeal) => {
    const pull = await archive(wado, { timeoutMs: 2_000, idleMs: 1_000, maxInstanceBytes: 20_000 });
    await expect(pull(STUDY, never)).rejects.toMatchObject({ code, mayHeal });
  });
});

it('a caller that gives up is obeyed, and our own disk is not blamed on the archive', async () => {
  const pull = await archive(() => undefined);
  await expect(pull(STUDY, AbortSignal.timeout(100))).rejects.toMatchObject({ name: 'TimeoutError' });
  server.close();
  const receiver = { ...ingest.receiver, receive: () => Promise.reject(new Error('disk full')) };
  const full = await archive((_req, res) => res.writeHead(200, DICOM).end(multipart(files)), { receiver });
  await expect(full(STUDY, never)).rejects.toThrow('disk full');
});

it('asks for nothing that is no UID, and of no archive without https', async () => {
  const pull = await archive(() => undefined);
  await expect(pull('1.2/../..', never)).rejects.toThrow(RangeError);
  const { receiver } = ingest;
  const plain = { baseUrl: 'http://pacs.example.org/dicom-web', authorization: null };
  expect(() => createStudyPull({ archive: plain, database, receiver })).toThrow(/https/);
});
