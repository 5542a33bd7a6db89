/** STOW-RS as PS3.18 section 10.5 has it, through HTTP. */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:http';
import express from 'express';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDicomWeb, staticTokenAuthenticator } from '../../../src/imaging/ingest/dicomweb-clients.ts';
import { stowRouter, type StowOptions } from '../../../src/imaging/ingest/stow-rs.ts';
import type { Database } from '../../../src/storage/index.ts';
import { emptyDatabase, freshDatabase } from '../../support/database.ts';
import { ctSeries, uidOf } from '../../support/dicom-files.ts';
import { openIngest, type TestIngest } from '../../support/image-ingest.ts';

const TOKEN = 'a-long-random-token';
const clients = staticTokenAuthenticator([
  { id: 'pacs-1', tokenSha256: createHash('sha256').update(TOKEN).digest('hex') },
  { id: 'pacs-2', tokenSha256: '0'.repeat(64) },
]);
const series = ctSeries({ size: [8, 8, 5] });
const [first, second] = series;
if (first === undefined || second === undefined) throw new Error('no slices');

let database: Database;
let ingest: TestIngest;
const servers: Server[] = [];
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await emptyDatabase(database);
  ingest = await openIngest(database);
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await ingest.close();
});

async function start(options: Partial<StowOptions> = {}): Promise<string> {
  const app = express();
  app.use('/dicom-web', stowRouter({ receiver: ingest.receiver, authenticate: clients, ...options }));
  const server = createServer(app);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/dicom-web`;
}

function body(parts: readonly Uint8Array[], type = 'application/dicom'): Buffer {
  const pieces = parts.flatMap((part) => [`--xx\r\nContent-Type: ${type}\r\n\r\n`, part, '\r\n']);
  return Buffer.concat([...pieces, '--xx--\r\n'].map((piece) => Buffer.from(piece)));
}

const HEADERS = {
  authorization: `Bearer ${TOKEN}`,
  'content-type': 'multipart/related; type="application/dicom"; boundary=xx',
  accept: 'application/dicom+json',
};

function post(url: string, content: Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { ...HEADERS, ...headers }, body: new Uint8Array(content) });
}

const rows = () => database.sql.selectFrom('image_instance').selectAll().execute();
const uid = (value: string) => ({ vr: 'UI', Value: [value] });

it('stores every instance and says which, in the order of the request', async () => {
  const response = await post(`${await start()}/studies`, body(series.map(({ bytes }) => bytes)));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/dicom+json');
  const answer = (await response.json()) as Record<string, { Value?: unknown[] }>;
  expect(answer['00081199']?.Value).toEqual(
    series.map(({ sopClassUid, sopInstanceUid }) => ({
      '00081150': uid(sopClassUid),
      '00081155': uid(sopInstanceUid),
      '00081190': { vr: 'UR' },
    })),
  );
  expect(Object.keys(answer).sort()).toEqual(['00081190', '00081199']);
  const kept = await rows();
  expect(kept).toHaveLength(5);
  expect(kept.every(({ way, peer }) => way === 'stow' && peer === 'pacs-1')).toBe(true);
});

it('sent again, the answer is the same and nothing is stored twice', async () => {
  const url = `${await start()}/studies/${first.studyUid}`;
  const answers = [await post(url, body([first.bytes])), await post(url, body([first.bytes]))];
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(await answers[0]?.json()).toEqual(await answers[1]?.json());
  expect(await rows()).toHaveLength(1);
});

it('keeps the good ones and names the failed ones with their reasons (202)', async () => {
  const conflicting = ctSeries({ size: [8, 8, 1], values: () => 9 })[0]?.bytes ?? Buffer.alloc(0);
  const url = `${await start()}/studies`;
  await post(url, body([first.bytes]));
  const response = await post(url, body([first.bytes, conflicting, Buffer.from('no dicom'), second.bytes]));
  expect(response.status).toBe(202);
  expect(await response.json()).toMatchObject({
    '00081199': { Value: [{ '00081155': uid(first.sopInstanceUid) }, { '00081155': uid(second.sopInstanceUid) }] },
    '00081198': { Value: [{ '00081155': uid(first.sopInstanceUid), '00081197': { vr: 'US', Value: [0x0111] } }] },
    '0008119A': { Value: [{ '00081197': { vr: 'US', Value: [0xc000] } }] },
  });
});

it('nothing could be kept (409): of another study than the address says', async () => {
  const response = await post(`${await start()}/studies/${uidOf('other')}`, body([first.bytes]));
  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({ '00081198': { Value: [{ '00081197': { Value: [0xa900] } }] } });
  expect(await rows()).toEqual([]);
});

it('disk or database failed (503): the sender is asked to send again, and nothing is promised', async () => {
  const faults: unknown[] = [];
  const receiver = { ...ingest.receiver, receive: () => Promise.reject(new Error('disk full')) };
  const url = await start({ receiver, onFault: (error) => faults.push(error) });
  const response = await post(`${url}/studies`, body([first.bytes]));
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).not.toBeNull();
  expect(await response.json()).not.toHaveProperty('00081199');
  expect(faults).toHaveLength(1);
});

describe('refuses', () => {
  it.each([
    ['no token', 401, { authorization: '' }, '/studies'],
    ['a wrong token', 401, { authorization: `Bearer ${TOKEN}x` }, '/studies'],
    ['a password', 401, { authorization: 'Basic YTpi' }, '/studies'],
    ['JSON metadata', 415, { 'content-type': 'application/dicom+json' }, '/studies'],
    [
      'parts of metadata',
      415,
      { 'content-type': 'multipart/related; type="application/dicom+json"; boundary=xx' },
      '/studies',
    ],
    ['no boundary', 415, { 'content-type': 'multipart/related; type="application/dicom"' }, '/studies'],
    ['a compressed body', 415, { 'content-encoding': 'gzip' }, '/studies'],
    ['an answer in XML', 406, { accept: 'application/dicom+xml' }, '/studies'],
    ['a study that is no UID', 400, {}, '/studies/1.2..3'],
    ['another boundary in the body', 400, { 'content-type': 'multipart/related; boundary=yy' }, '/studies'],
  ])('%s', async (_what, status, headers, path) => {
    const response = await post((await start()) + path, body([first.bytes]), headers);
    expect(response.status).toBe(status);
    if (status === 401) expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await rows()).toEqual([]);
  });

  it('parts that are no DICOM files (415), an empty request (400) and a query (405)', async () => {
    const url = `${await start()}/studies`;
    expect((await post(url, body([Buffer.from('{}')], 'application/json'))).status).toBe(415);
    expect((await post(url, Buffer.from('--xx--\r\n'))).status).toBe(400);
    const query = await fetch(url, { headers: HEADERS });
    expect([query.status, query.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('what is over a limit (413), and stays alive', async () => {
    const url = `${await start({ maxInstanceBytes: 5000 })}/studies`;
    expect((await post(url, body([Buffer.alloc(100_000)]))).status).toBe(413);
    expect((await post(url, body([first.bytes]))).status).toBe(200);
  });

  it('more requests at once than configured (503)', async () => {
    const url = `${await start({ maxConcurrent: 0 })}/studies`;
    expect((await post(url, body([first.bytes]))).status).toBe(503);
  });
});

it('in open mode nobody needs a token', async () => {
  const url = `${await start({ authenticate: openDicomWeb })}/studies`;
  expect((await post(url, body([first.bytes]), { authorization: '' })).status).toBe(200);
});

it('a sender that goes away in the middle leaves what was complete, and the next one is served', async () => {
  const url = await start();
  const { port } = new URL(url);
  const content = body([first.bytes, second.bytes]);
  const head = `POST /dicom-web/studies HTTP/1.1\r\nhost: x\r\ncontent-length: ${String(content.length)}\r\n`;
  const lines = Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(Buffer.concat([Buffer.from(`${head}${lines.join('')}\r\n`), content.subarray(0, content.length - 300)]));
  await expect.poll(async () => (await rows()).length).toBe(1);
  socket.destroy();
  expect((await post(`${url}/studies`, body([second.bytes]))).status).toBe(200);
  expect(await rows()).toHaveLength(2);
});
