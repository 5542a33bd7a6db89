/** The client of KServe v2 against a server that does everything wrong. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCircuitBreaker } from '../../src/inference/circuit-breaker.ts';
import {
  createFallbackEngine,
  createKserveEngine,
  InferenceError,
  type InferenceEngine,
  type InferenceRequest,
  type KserveEngine,
  type KserveEngineOptions,
} from '../../src/inference/index.ts';
import { imagingManifest, TEST_MODELS } from '../support/imaging-models.ts';

const manifest = imagingManifest('identity-float32', ...TEST_MODELS['identity-float32']);
const request: InferenceRequest = {
  model: 'identity-float32',
  inputs: [{ name: 'input', datatype: 'FP32', shape: [1, 1, 2], data: Float32Array.of(1, 2) }],
};
const described = (name: string): object => ({ name, datatype: 'FP32', shape: [-1, -1, -1] });
const METADATA = { name: 'x', versions: ['1', '2'], inputs: [described('input')], outputs: [described('output')] };

const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
const goodAnswer = (version: string | null = null): object => ({
  model_name: 'x',
  ...(version === null ? {} : { model_version: version }),
  outputs: [{ name: 'output', datatype: 'FP32', shape: [1, 1, 2], data: [1, 2] }],
});

type Handler = (response: ServerResponse, request: IncomingMessage) => void;
let onInfer: Handler;
let onMetadata: Handler;
let asked: string[];
let credentials: (string | undefined)[];
let url: string;
let stop: () => void;
const engines: KserveEngine[] = [];

beforeEach(async () => {
  onInfer = (response) => {
    json(response, goodAnswer());
  };
  onMetadata = (response) => {
    json(response, METADATA);
  };
  [asked, credentials] = [[], []];
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`);
    credentials.push(incoming.headers.authorization);
    incoming.resume().on('end', () => {
      if (incoming.method === 'POST') onInfer(response, incoming);
      else if (incoming.url?.endsWith('/health/ready') === true) response.end();
      else onMetadata(response, incoming);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  stop = () => {
    server.closeAllConnections();
    server.close();
  };
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
  stop();
});

function connect(more: Partial<KserveEngineOptions> = {}): KserveEngine {
  const engine = createKserveEngine({ url, manifests: [manifest], ...more });
  engines.push(engine);
  return engine;
}
const limit = { timeoutMs: 5_000 };
const posts = (): number => asked.filter((line) => line.startsWith('POST')).length;

describe('a model on the server', () => {
  it('is described once, then believed for a while, and asked for with the credentials of the site', async () => {
    const engine = connect({ authorization: () => 'Bearer of-the-site' });
    await engine.infer(request, limit);
    await engine.infer(request, limit);
    expect(asked).toEqual([
      'GET /v2/models/identity-float32',
      'POST /v2/models/identity-float32/infer',
      'POST /v2/models/identity-float32/infer',
    ]);
    expect(new Set(credentials)).toEqual(new Set(['Bearer of-the-site']));
  });

  it('lies below the path of the address', async () => {
    await connect({ url: `${url}/triton` }).infer(request, limit);
    expect(asked[0]).toBe('GET /triton/v2/models/identity-float32');
  });

  it('is asked for in its pinned version, and another version that answers is refused', async () => {
    onInfer = (response) => {
      json(response, goodAnswer('2'));
    };
    const pinned = (version: string): KserveEngine =>
      connect({ remote: { 'identity-float32': { name: 'segment', version } } });
    expect((await pinned('2').infer(request, limit)).ranOn).toBe(`kserve:${new URL(url).host}/segment/2`);
    expect(asked).toEqual(['GET /v2/models/segment/versions/2', 'POST /v2/models/segment/versions/2/infer']);
    await expect(pinned('1').infer(request, limit)).rejects.toMatchObject({ code: 'refused' });
    await expect(pinned('3').infer(request, limit)).rejects.toMatchObject({ code: 'unknown-model' });
  });

  it.each<[string, object, RegExp]>([
    ['nothing', {}, /input 'input' is not there/],
    ['another type', { ...METADATA, inputs: [{ ...described('input'), datatype: 'FP16' }] }, /FP16, declared float32/],
    ['one more input', { ...METADATA, inputs: [described('input'), described('age')] }, /'age' is not declared/],
    ['no such output', { ...METADATA, outputs: [described('mask')] }, /output 'output' is not there/],
    ['another rank', { ...METADATA, inputs: [{ ...described('input'), shape: [-1, -1] }] }, /shape \[-1,-1\]/],
  ])('is not run when the server describes %s', async (_name, metadata, message) => {
    onMetadata = (response) => {
      json(response, metadata);
    };
    const engine = connect();
    await expect(engine.infer(request, limit)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(message) as string,
    });
    expect(posts()).toBe(0);
    expect(engine.status().models[0]?.problem).toMatch(message);
  });

  it('is never asked for by an address or name that could lead elsewhere', () => {
    for (const bad of ['ftp://x', 'triton:8000', 'http://user:secret@x', 'http://x/?a=b', '']) {
      expect(() => connect({ url: bad })).toThrow(RangeError);
    }
    for (const name of ['../admin', 'a/b', 'a?b', '', '%2e']) {
      expect(() => connect({ remote: { 'identity-float32': { name } } })).toThrow(RangeError);
    }
  });
});

describe('an answer that cannot be used', () => {
  it.each<[string, Handler, string]>([
    ['a redirect', (r) => void r.writeHead(307, { location: 'http://169.254.169.254/' }).end(), 'refused'],
    ['no permission', (r) => void r.writeHead(403).end(), 'refused'],
    ['no such model', (r) => void r.writeHead(404).end(), 'unknown-model'],
    ['not understood', (r) => void r.writeHead(400).end(), 'bad-input'],
    ['a page', (r) => void r.end('<html>'), 'refused'],
    [
      'another output',
      (r) => {
        json(r, { outputs: [{ name: 'mask', datatype: 'FP32', shape: [1], data: [1] }] });
      },
      'refused',
    ],
    [
      'another type',
      (r) => {
        json(r, { outputs: [{ name: 'output', datatype: 'INT32', shape: [1, 1, 1], data: [1] }] });
      },
      'refused',
    ],
    ['too much', (r) => void r.end(Buffer.alloc(5_000)), 'refused'],
    [
      'too much, without an end',
      (r) => {
        const more = (): void => {
          while (r.write(Buffer.alloc(1_000)) && !r.destroyed);
          r.once('drain', more);
        };
        more();
      },
      'refused',
    ],
  ])('%s is refused and not tried again', async (_name, handler, code) => {
    onInfer = handler;
    await expect(connect({ maxResponseBytes: 4_000 }).infer(request, limit)).rejects.toMatchObject({ code });
    expect(posts()).toBe(1);
  });

  it.each<[string, Handler]>([
    ['overload', (r) => void r.writeHead(503).end()],
    ['a broken connection', (r) => void r.destroy()],
    [
      'half an answer',
      (r) => {
        r.writeHead(200, { 'content-length': '900' }).write('{"outputs":');
        setTimeout(() => r.destroy(), 20);
      },
    ],
  ])('%s may heal: it is tried again', async (_name, handler) => {
    onInfer = (response, incoming) => {
      if (posts() < 3) handler(response, incoming);
      else json(response, goodAnswer());
    };
    await connect().infer(request, limit);
    expect(posts()).toBe(3);
    onInfer = handler;
    await expect(connect({ tries: 2 }).infer(request, limit)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('a silent server costs the time limit and no more', async () => {
    onInfer = () => undefined;
    const started = performance.now();
    await expect(connect().infer(request, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'time-out' });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(posts()).toBe(1);
  });

  it('is not waited for when the caller gives up', async () => {
    onInfer = () => undefined;
    const caller = new AbortController();
    const run = connect().infer(request, { ...limit, signal: caller.signal });
    setTimeout(() => {
      caller.abort();
    }, 100);
    await expect(run).rejects.toMatchObject({ code: 'aborted' });
  });

  it('never shows credentials or the body of an answer in an error', async () => {
    onInfer = (response) => {
      response.writeHead(500).end('DOE^JANE');
    };
    const error: unknown = await connect({ tries: 1, authorization: () => 'Bearer secret' })
      .infer(request, limit)
      .catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(InferenceError);
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toMatch(/DOE|secret/);
  });

  it('again and again opens the breaker: nothing is asked until one trial succeeds', async () => {
    let broken = true;
    onInfer = (response) => {
      if (broken) response.writeHead(503).end();
      else json(response, goodAnswer());
    };
    const engine = connect({ tries: 1, breaker: { failures: 2, openMs: 150 } });
    for (let i = 0; i < 4; i += 1) await engine.infer(request, limit).catch(() => undefined);
    expect(posts()).toBe(2);
    expect(engine.status().breaker).toBe('open');
    broken = false;
    await sleep(200);
    expect(engine.status().breaker).toBe('half-open');
    await engine.infer(request, limit);
    expect(engine.status().breaker).toBe('closed');
  });
});

describe('the circuit breaker', () => {
  it('lets one trial through when its time is over, and opens again when that fails', () => {
    let now = 0;
    const breaker = createCircuitBreaker({ failures: 3, openMs: 100, clock: () => now });
    breaker.failure();
    breaker.failure();
    breaker.success();
    breaker.failure();
    breaker.failure();
    expect(breaker.allow()).toBe(true);
    breaker.failure();
    expect([breaker.state(), breaker.allow()]).toEqual(['open', false]);
    now = 100;
    expect([breaker.state(), breaker.allow(), breaker.allow()]).toEqual(['half-open', true, false]);
    breaker.failure();
    now = 199;
    expect(breaker.allow()).toBe(false);
    now = 200;
    expect(breaker.allow()).toBe(true);
    breaker.success();
    expect([breaker.state(), breaker.allow(), breaker.allow()]).toEqual(['closed', true, true]);
  });
});

describe('the fallback', () => {
  const failing = (code: InferenceError['code']): InferenceEngine => ({
    infer: () => Promise.reject(new InferenceError(code, code)),
    close: () => Promise.resolve(),
  });
  const answering: InferenceEngine = {
    infer: ({ model: name }) =>
      Promise.resolve({ model: { name, version: '1', digest: 'd' }, outputs: [], ranOn: 'cpu', milliseconds: 1 }),
    close: () => Promise.resolve(),
  };

  it.each(['unavailable', 'time-out', 'unknown-model'] as const)('answers for an engine that is %s', async (code) => {
    expect((await createFallbackEngine(failing(code), answering).infer(request, limit)).ranOn).toBe('cpu');
  });

  it.each(['refused', 'bad-input', 'aborted'] as const)('does not answer what was %s', async (code) => {
    await expect(createFallbackEngine(failing(code), answering).infer(request, limit)).rejects.toMatchObject({ code });
  });
});
