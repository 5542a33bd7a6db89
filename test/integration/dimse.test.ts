/** The DICOM port against dcmtk and Orthanc. Skipped, with the reason, where they are not installed. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDimseServer, type DimseOptions, type DimseServer } from '../../src/imaging/ingest/dimse-server.ts';
import type { DimseEvent } from '../../src/imaging/ingest/dimse-association.ts';
import { dataSetOffset } from '../../src/imaging/ingest/part10.ts';
import { instancesOf } from '../../src/imaging/ingest/study-index.ts';
import type { Database } from '../../src/storage/index.ts';
import { emptyDatabase, freshDatabase } from '../support/database.ts';
import { ctSeries, uidOf, type SeriesOptions } from '../support/dicom-files.ts';
import { openIngest, type TestIngest } from '../support/image-ingest.ts';
import { orthancUnavailable, startOrthanc } from '../support/orthanc.ts';

const run = promisify(execFile);
const noDcmtk = existsSync('/usr/bin/storescu') ? null : 'dcmtk is not installed';
const noOrthanc = orthancUnavailable();
for (const reason of [noDcmtk, noOrthanc]) {
  if (reason !== null) process.stderr.write(`tests of the DICOM port are skipped: ${reason}\n`);
}

let database: Database;
let ingest: TestIngest;
let server: DimseServer;
let events: DimseEvent[] = [];
const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-dimse-'));
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await emptyDatabase(database);
  ingest = await openIngest(database);
  events = [];
  server = await start();
});
afterEach(async () => {
  await server.close();
  await ingest.close();
});

function start(options: Partial<DimseOptions> = {}): Promise<DimseServer> {
  return startDimseServer({
    receiver: ingest.receiver,
    host: '127.0.0.1',
    port: 0,
    aeTitle: 'STROKECDS',
    callers: ['SCANNER', 'ORTHANC'],
    onEvent: (event) => events.push(event),
    ...options,
  });
}

/** Files of a series in a folder of their own. */
function filesOf(name: string, options: SeriesOptions): string {
  const directory = join(folder, name);
  mkdirSync(directory, { recursive: true });
  ctSeries(options).forEach(({ bytes }, n) => {
    writeFileSync(join(directory, `${String(n).padStart(4, '0')}.dcm`), bytes);
  });
  return directory;
}

interface Result {
  readonly code: number;
  readonly output: string;
}

async function tool(program: string, args: readonly string[]): Promise<Result> {
  try {
    const { stdout, stderr } = await run(program, [...args], { timeout: 90_000 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code = -1, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
    return { code, output: stdout + stderr };
  }
}

const send = (paths: readonly string[], options: readonly string[] = [], titles = ['SCANNER', 'STROKECDS']) =>
  tool('storescu', [
    ...['-v', '-aet', titles[0] ?? '', '-aec', titles[1] ?? '', '+sd', ...options],
    ...['127.0.0.1', String(server.port), ...paths],
  ]);

describe.skipIf(noDcmtk !== null)('dcmtk', () => {
  it('is answered by C-ECHO', async () => {
    const echo = ['-v', '-aet', 'SCANNER', '-aec', 'STROKECDS', '127.0.0.1', String(server.port)];
    const { code, output } = await tool('echoscu', echo);
    expect([code, output]).toEqual([0, expect.stringContaining('Received Echo Response (Success)')]);
  });

  it('stores 300 slices over one association; every data set is kept byte for byte', async () => {
    const directory = filesOf('three-hundred', { size: [32, 32, 300], values: (i, j, k) => i + j + k });
    const { code, output } = await send([directory]);
    expect(code, output).toBe(0);
    expect(output.match(/Received Store Response \(Success\)/g)).toHaveLength(300);
    const held = await instancesOf(database, uidOf('study'));
    expect(held).toHaveLength(300);
    for (const n of [0, 150, 299]) {
      const sent = readFileSync(join(directory, `${String(n).padStart(4, '0')}.dcm`));
      const kept = await ingest.store.read(held[n]?.path ?? '');
      expect(Buffer.from(kept.subarray(dataSetOffset(kept))).equals(sent.subarray(dataSetOffset(sent)))).toBe(true);
    }
  }, 90_000);

  it('sends again without harm, over two associations at once', async () => {
    const directory = filesOf('twice', { size: [16, 16, 20] });
    const results = await Promise.all([send([directory]), send([directory])]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(await instancesOf(database, uidOf('study'))).toHaveLength(20);
  });

  it.each([
    ['JPEG-LS', 'dcmcjpls', [], '-xt', '1.2.840.10008.1.2.4.80'],
    ['JPEG lossless', 'dcmcjpeg', ['+e1'], '-xs', '1.2.840.10008.1.2.4.70'],
    ['RLE', 'dcmcrle', [], '-xr', '1.2.840.10008.1.2.5'],
  ])('%s stays as it was compressed', async (_name, program, options, proposal, syntax) => {
    const plain = join(filesOf(`plain-${syntax}`, { size: [64, 64, 1], values: (i, j) => i * j }), '0000.dcm');
    const packed = join(folder, `${syntax}.dcm`);
    expect((await tool(program, [...options, plain, packed])).code).toBe(0);
    const { code, output } = await send([packed], [proposal]);
    expect(code, output).toBe(0);
    const held = (await instancesOf(database, uidOf('study')))[0];
    expect(held?.transferSyntaxUid).toBe(syntax);
    const kept = Buffer.from(await ingest.store.read(held?.path ?? ''));
    const sent = readFileSync(packed);
    expect(kept.subarray(dataSetOffset(kept)).equals(sent.subarray(dataSetOffset(sent)))).toBe(true);
  });

  it('learns that another instance holds the UID (0x0111), and that one too large is not taken (0xA700)', async () => {
    await send([filesOf('first', { size: [16, 16, 1] })]);
    const conflict = await send([filesOf('conflict', { size: [16, 16, 1], values: () => 9 })]);
    expect(conflict.output).toMatch(/0x0?111|DuplicateSOPInstance/i);
    await server.close();
    server = await start({ maxInstanceBytes: 20_000 });
    const large = await send([filesOf('large', { size: [110, 110, 1], study: 'large' })]);
    expect(large.output).toMatch(/Refused: Out ?Of ?Resources|0xa700/i);
    expect(await instancesOf(database, uidOf('large'))).toEqual([]);
    expect((await send([filesOf('small', { size: [16, 16, 1], study: 'small' })])).code).toBe(0);
  });

  it('learns that disk or database failed (0xA700), and nothing is promised', async () => {
    await server.close();
    const receiver = { ...ingest.receiver, receive: () => Promise.reject(new Error('disk full')) };
    server = await start({ receiver });
    const { output } = await send([filesOf('full', { size: [16, 16, 1] })]);
    expect(output).toMatch(/Refused: Out ?Of ?Resources|0xa700/i);
    expect(events).toMatchObject([{ kind: 'fault' }]);
  });

  it('can be asked for TLS, with certificates on both sides', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-days', '2'];
    await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, '-keyout', key, '-out', cert]);
    const [keyText, certText] = [key, cert].map((file) => readFileSync(file, 'utf8'));
    await server.close();
    server = await start({ tls: { key: keyText ?? '', cert: certText ?? '', ca: certText ?? '' } });
    const directory = filesOf('tls', { size: [16, 16, 2] });
    expect((await send([directory])).code).not.toBe(0);
    expect((await send([directory], ['+tla', '+cf', cert])).code).not.toBe(0);
    expect(await instancesOf(database, uidOf('study'))).toEqual([]);
    const { code, output } = await send([directory], ['+tls', key, cert, '+cf', cert]);
    expect(code, output).toBe(0);
    expect(await instancesOf(database, uidOf('study'))).toHaveLength(2);
  });

  it('with a title that is not on the list, or calling another, is rejected', async () => {
    const directory = filesOf('stranger', { size: [16, 16, 1] });
    expect((await send([directory], [], ['STRANGER', 'STROKECDS'])).output).toMatch(/Calling AE Title Not Recognized/);
    expect((await send([directory], [], ['SCANNER', 'ELSEWHERE'])).output).toMatch(/Called AE Title Not Recognized/);
    expect(events).toEqual([
      { kind: 'rejected', why: 'calling-title', caller: 'STRANGER' },
      { kind: 'rejected', why: 'called-title', caller: 'SCANNER' },
    ]);
    expect(await instancesOf(database, uidOf('study'))).toEqual([]);
  });

  it('keeps being served while others send nonsense, say nothing, or come too many', async () => {
    await server.close();
    server = await start({ maxAssociations: 6, associationMs: 300 });
    const talk = (bytes: Uint8Array): Promise<void> =>
      new Promise((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes));
        socket
          .on('error', () => undefined)
          .on('close', () => {
            resolve();
          })
          .resume();
      });
    const nonsense = [
      Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'),
      Buffer.from([4, 0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]),
      Buffer.from([1, 0, 0, 0, 0, 10, ...Array.from({ length: 10 }, () => 0xff)]),
      Buffer.from([4, 0, 0, 0, 0, 6, 0, 0, 0, 2, 1, 3]),
      Buffer.from([5, 0, 0, 0, 0, 4, 0, 0, 0, 0]),
    ];
    // Each ends by itself: dropped, or out of time.
    await Promise.all(nonsense.map(talk));
    await Promise.all(Array.from({ length: 10 }, () => talk(Buffer.alloc(0))));
    expect(events.some((event) => event.kind === 'rejected' && event.why === 'busy')).toBe(true);
    await expect.poll(() => server.associations()).toBe(0);
    expect((await send([filesOf('after', { size: [16, 16, 2] })])).code).toBe(0);
  });
});

it.skipIf(noOrthanc !== null)('Orthanc sends a study that it was given over DICOMweb', async () => {
  const orthanc = await startOrthanc({ aets: [{ aet: 'STROKECDS', port: server.port }] });
  try {
    for (const { bytes } of ctSeries({ size: [32, 32, 10] })) {
      const posted = await fetch(`${orthanc.httpUrl}/instances`, { method: 'POST', body: new Uint8Array(bytes) });
      expect(posted.ok).toBe(true);
    }
    const studies = (await (await fetch(`${orthanc.httpUrl}/studies`)).json()) as string[];
    const sent = await fetch(`${orthanc.httpUrl}/modalities/STROKECDS/store`, {
      method: 'POST',
      body: JSON.stringify({ Resources: studies, Synchronous: true }),
    });
    expect(await sent.json()).toMatchObject({ InstancesCount: 10, FailedInstancesCount: 0 });
    expect(await instancesOf(database, uidOf('study'))).toHaveLength(10);
  } finally {
    await orthanc.stop();
  }
});
