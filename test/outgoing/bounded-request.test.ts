/** Bounds of requests to servers of others, against a server that breaks each of them. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { boundedRequest } from '../../src/outgoing/bounded-request.ts';

class Failed extends Error {}

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function serving(listener: RequestListener): Promise<string> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((started.address() as AddressInfo).port)}/`;
}

const ask = (url: string, bounds: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
  boundedRequest(url, { method: 'GET', headers: {} }, bounds.signal ?? new AbortController().signal, {
    timeoutMs: bounds.timeoutMs ?? 5_000,
    maxAnswerBytes: 1_000,
    server: 'the archive',
    failure: (reason, message) => new Failed(`${reason}: ${message}`),
  });

describe('a bounded request', () => {
  it('returns an answer of any status, with its JSON where it has one, asked for without compression', async () => {
    const asked: unknown[] = [];
    const url = await serving(({ headers }, response) => {
      asked.push(headers['accept-encoding']);
      response.statusCode = 503;
      response.end('{"a":"ü"}');
    });
    expect(await ask(url)).toMatchObject({ status: 503, json: { a: 'ü' } });
    expect(asked).toEqual(['identity']);
  });

  it('does not follow a redirect, which could lead anywhere', async () => {
    const paths: unknown[] = [];
    const url = await serving(({ url: path }, response) => {
      paths.push(path);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect((await ask(url)).status).toBe(302);
    expect(paths).toEqual(['/']);
  });

  it('gives up an answer without end, and does not read on', async () => {
    let ended = false;
    const url = await serving((_request, response) => {
      const timer = setInterval(() => response.write('x'.repeat(400)), 5);
      response.on('close', () => {
        clearInterval(timer);
        ended = true;
      });
    });
    await expect(ask(url)).rejects.toThrow(new Failed('not-understood: the answer of the archive is too large'));
    await vi.waitFor(() => {
      expect(ended).toBe(true);
    });
  });

  it('waits no longer than it may, also for the end of an answer', async () => {
    const url = await serving((_request, response) => response.write('{'));
    await expect(ask(url, { timeoutMs: 100 })).rejects.toThrow('time-out: the archive did not answer in time');
  });

  it('says that nobody answers, without the address', async () => {
    const url = await serving(() => undefined);
    server?.close();
    server?.closeAllConnections();
    await expect(ask(url)).rejects.toThrow(new Failed('unreachable: the archive could not be reached'));
  });

  it('leaves an abort of the caller what it is', async () => {
    const stop = new AbortController();
    const url = await serving(() => {
      stop.abort(new Error('no longer wanted'));
    });
    await expect(ask(url, { signal: stop.signal })).rejects.toThrow('no longer wanted');
  });
});
