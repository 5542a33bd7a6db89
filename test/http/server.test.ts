import { once } from 'node:events';
import { Agent, get } from 'node:http';
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startServer } from '../../src/http/server.ts';

const start = (app: RequestListener, grace?: number) =>
  startServer({ app, host: '127.0.0.1', port: 0, ...(grace === undefined ? {} : { grace }) });

function fetchText(url: string, agent?: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, agent === undefined ? {} : { agent }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        resolve(text);
      });
    }).on('error', reject);
  });
}

describe('a server', () => {
  it.each([
    ['headers', 'POST / HTTP/1.1\r\nHost: x\r\nContent-'],
    ['a body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{'],
  ])('hangs up on a caller who never finishes %s', async (_name, text) => {
    const app: RequestListener = (req, res) => req.resume().on('end', () => res.end());
    const server = await startServer({ app, host: '127.0.0.1', port: 0, requestTimeout: 200 });
    const began = performance.now();
    const caller = connect(server.port, '127.0.0.1').resume();
    caller.write(text);
    await once(caller, 'close');
    expect(performance.now() - began).toBeLessThan(2_500);
    await server.close();
  });

  it('fails with its reason when the port is taken', async () => {
    const server = await start((_req, res) => res.end());
    const second = startServer({ app: (_req, res) => res.end(), host: '127.0.0.1', port: server.port });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await server.close();
  });

  it('finishes the answer under way, then stops, for every caller at once', async () => {
    let arrived: () => void = () => undefined;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    const server = await start((_req, res) => {
      arrived();
      setTimeout(() => res.end('whole'), 150);
    });
    const answer = fetchText(server.url);
    await arrival;
    const closing = server.close();
    expect(server.close()).toBe(closing);
    await expect(fetchText(server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await answer).toBe('whole');
    await closing;
  });

  it('answers what comes while it drains, each answer closing its connection, and resets nobody', async () => {
    let arrived: () => void = () => undefined;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    const server = await start((req, res) => {
      arrived();
      setTimeout(() => res.end('ok'), req.url === '/slow' ? 100 : 0);
    });
    const agent = new Agent({ keepAlive: true });
    const connectionOf = (path: string): Promise<string | undefined> =>
      new Promise((resolve, reject) => {
        get(server.url + path, { agent }, (response) => {
          response.resume().on('end', () => {
            resolve(response.headers.connection);
          });
        }).on('error', reject);
      });
    expect(await connectionOf('/')).toBe('keep-alive');
    const underWay = connectionOf('/slow');
    await arrival;
    const closing = server.close(400);
    const answers = await Promise.all([underWay, connectionOf('/'), connectionOf('/')]);
    expect(answers).toEqual(['close', 'close', 'close']);
    await closing;
    await expect(connectionOf('/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    agent.destroy();
  });

  it('does not wait for idle connections', async () => {
    const agent = new Agent({ keepAlive: true });
    const server = await start((_req, res) => res.end('ok'));
    await fetchText(server.url, agent);
    const started = performance.now();
    await server.close();
    expect(performance.now() - started).toBeLessThan(2_000);
    agent.destroy();
  });

  it('cuts off what takes longer than the grace', async () => {
    let arrived: () => void = () => undefined;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    const server = await start(() => {
      arrived();
    }, 50);
    const answer = expect(fetchText(server.url)).rejects.toThrow();
    await arrival;
    await server.close();
    await answer;
  });
});
