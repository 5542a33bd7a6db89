import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createResultArchive, type StorableObject } from '../../../src/imaging/results/archive/store-to-archive.ts';
import { DeliveryFailure } from '../../../src/imaging/results/archive/delivery-failure.ts';

const object: StorableObject = {
  sopClassUid: '1.2.840.10008.5.1.4.1.1.66.4',
  sopInstanceUid: '2.25.11',
  studyUid: '1.2.3',
  seriesUid: '2.25.12',
  bytes: new Uint8Array([68, 73, 67, 77]),
};
const METADATA = [
  {
    '00080016': { vr: 'UI', Value: [object.sopClassUid] },
    '00080018': { vr: 'UI', Value: [object.sopInstanceUid] },
    '0020000D': { vr: 'UI', Value: [object.studyUid] },
    '0020000E': { vr: 'UI', Value: [object.seriesUid] },
  },
];
const failed = (reason: number): unknown => ({
  '00081198': { vr: 'SQ', Value: [{ '00081197': { vr: 'US', Value: [reason] } }] },
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** An archive whose POST and GET behave as given. */
async function archive(post: Answer, get: Answer): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''}`);
    request.resume();
    request.on('end', () => {
      (request.method === 'POST' ? post : get)(request, response);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/dicom-web`, requests };
}

const says =
  (status: number, json?: unknown): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/dicom+json' });
    response.end(json === undefined ? undefined : JSON.stringify(json));
  };
const missing = says(404);

const store = (url: string, more: Partial<Parameters<typeof createResultArchive>[0]> = {}): Promise<void> =>
  createResultArchive({ baseUrl: url, authorization: 'Bearer t', lookAfterMs: [0, 5], ...more }).store(
    object,
    new AbortController().signal,
  );

describe('an object', () => {
  it('is sent when the archive gives it back, with the credentials of the site', async () => {
    let stored = false;
    const { url, requests } = await archive(
      (request, response) => {
        stored = true;
        says(200, {})(request, response);
      },
      (request, response) => {
        says(stored ? 200 : 404, stored ? METADATA : undefined)(request, response);
      },
    );
    await store(url);
    expect(requests).toEqual([
      'GET /dicom-web/studies/1.2.3/series/2.25.12/instances/2.25.11/metadata Bearer t',
      'POST /dicom-web/studies/1.2.3 Bearer t',
      'GET /dicom-web/studies/1.2.3/series/2.25.12/instances/2.25.11/metadata Bearer t',
    ]);
  });

  it('that is already there is not sent again', async () => {
    const { url, requests } = await archive(says(500), says(200, METADATA));
    await store(url);
    expect(requests).toHaveLength(1);
  });

  it('that the archive accepts and then does not have is not sent', async () => {
    const { url } = await archive(says(200, {}), missing);
    await expect(store(url)).rejects.toMatchObject({ code: 'not-found-again', mayHeal: true });
  });

  it('that is filed under another study is not sent', async () => {
    const moved = [{ ...METADATA[0], '0020000D': { vr: 'UI', Value: ['9.9'] } }];
    const { url } = await archive(says(200, {}), says(200, moved));
    await expect(store(url)).rejects.toMatchObject({ code: 'not-found-again' });
  });
});

describe('a failure says whether it may heal', () => {
  it.each([
    ['out of resources', says(409, failed(0xa700)), { code: 'busy', mayHeal: true }],
    ['a class that the archive does not take', says(409, failed(0x0122)), { code: 'refused', mayHeal: false }],
    ['a reason inside a success', says(202, failed(0xc122)), { code: 'refused', mayHeal: false }],
    ['an overloaded archive', says(503), { code: 'busy', mayHeal: true }],
    ['wrong credentials', says(401), { code: 'forbidden', mayHeal: true }],
    ['another media type', says(415), { code: 'refused', mayHeal: false }],
    ['a redirect', says(307), { code: 'refused', mayHeal: false }],
  ] as const)('%s', async (_name, answer, failure) => {
    const { url } = await archive(answer, missing);
    await expect(store(url)).rejects.toMatchObject(failure);
  });

  it('an archive that does not answer', async () => {
    const { url } = await archive(() => undefined, missing);
    await expect(store(url, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'time-out', mayHeal: true });
  });

  it('an archive that is not there, without a word about where', async () => {
    const { url } = await archive(missing, missing);
    server?.close();
    const failure = await store(url).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(DeliveryFailure);
    expect(failure).toMatchObject({ code: 'unreachable', mayHeal: true });
    expect((failure as Error).message).not.toMatch(/127|1\.2\.3|2\.25/);
  });

  it('an answer without end', async () => {
    const { url } = await archive(missing, (_request, response) => {
      response.writeHead(200);
      const more = (): void => {
        if (response.write('x'.repeat(65_536))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    await expect(store(url)).rejects.toMatchObject({ code: 'not-understood' });
  });

  it('the caller can give up', async () => {
    const { url } = await archive(() => undefined, missing);
    const controller = new AbortController();
    const attempt = createResultArchive({ baseUrl: url, authorization: null }).store(object, controller.signal);
    setTimeout(() => {
      controller.abort();
    }, 100);
    await expect(attempt).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('an address', () => {
  it.each([
    ['plain http to another machine', 'http://pacs.example.org/dicom-web', 'not https'],
    ['credentials in it', 'https://user:secret@pacs.example.org/', 'credentials'],
    ['a query', 'https://pacs.example.org/?x=1', 'query'],
    ['no address', 'pacs', 'no URL'],
  ])('%s is refused before anything is sent', (_name, baseUrl, why) => {
    expect(() => createResultArchive({ baseUrl, authorization: null })).toThrow(why);
    expect(() => createResultArchive({ baseUrl, authorization: null })).not.toThrow('secret');
  });
});
