/** One exchange with an inference server: bounded in time and size, redirects refused, failures by what may heal. */
import { Readable } from 'node:stream';
import { Agent, errors, type Dispatcher } from 'undici';
import { InferenceError } from '../engine.ts';
import { HEADER_LENGTH } from './wire.ts';

export interface ServerAnswer {
  readonly status: number;
  readonly headerLength: number | null;
  readonly body: Buffer;
}

export interface Exchange {
  readonly method: 'GET' | 'POST';
  /** Behind the address of the server, without a leading slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly parts?: readonly Uint8Array[];
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface ServerConnection {
  /** 'host:port' */
  readonly host: string;
  /** @throws InferenceError 'unavailable' | 'time-out' | 'aborted' | 'refused' (redirect, answer too large) */
  readonly exchange: (exchange: Exchange) => Promise<ServerAnswer>;
  readonly close: () => Promise<void>;
}

export interface ConnectionOptions {
  /** http(s)://host[:port][/path], from the configuration; nothing that a server says changes it. */
  readonly url: string;
  /** Value of the Authorization header, asked for before each exchange. */
  readonly authorization?: () => string | Promise<string>;
  readonly connectMs: number;
}

/** @throws RangeError for an address that is no plain http(s) address */
export function parseServerUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new RangeError('the address of the inference server must begin with http:// or https://');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new RangeError('the address of the inference server holds no user, password, query or fragment');
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

async function readBody(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = chunk as Buffer;
    size += bytes.byteLength;
    if (size > maxBytes) {
      throw new InferenceError('refused', `the answer of the inference server is larger than ${maxBytes} bytes`);
    }
    chunks.push(bytes);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size);
}

function headerLengthOf(headers: Dispatcher.ResponseData['headers']): number | null {
  const value = headers[HEADER_LENGTH];
  return typeof value === 'string' ? Number(value) : null;
}

export function connectServer(options: ConnectionOptions): ServerConnection {
  const base = parseServerUrl(options.url);
  // Time is limited by each exchange as a whole: a model may think for minutes before its first byte.
  const agent = new Agent({ connect: { timeout: options.connectMs }, headersTimeout: 0, bodyTimeout: 0 });

  async function exchange(wanted: Exchange): Promise<ServerAnswer> {
    const { method, path, parts, maxBytes, timeoutMs, signal } = wanted;
    const late = AbortSignal.timeout(timeoutMs);
    const url = new URL(path, base);
    const authorization = await options.authorization?.();
    try {
      const response = await agent.request({
        origin: url.origin,
        path: url.pathname,
        method,
        headers: { ...wanted.headers, ...(authorization === undefined ? {} : { authorization }) },
        body: parts === undefined ? null : Readable.from(parts),
        signal: signal === undefined ? late : AbortSignal.any([late, signal]),
      });
      const { statusCode: status, headers } = response;
      if (status >= 300 && status < 400) {
        // Destroyed unread it emits an error, which without a listener would end the process.
        response.body.on('error', () => undefined).destroy();
        throw new InferenceError('refused', `the inference server redirects (HTTP ${status}); that is not followed`);
      }
      return { status, headerLength: headerLengthOf(headers), body: await readBody(response.body, maxBytes) };
    } catch (error) {
      if (error instanceof InferenceError) throw error;
      if (signal?.aborted === true)
        throw new InferenceError('aborted', 'the request to the inference server was aborted');
      if (late.aborted) {
        throw new InferenceError('time-out', `the inference server ${base.host} did not answer within ${timeoutMs} ms`);
      }
      const code = error instanceof errors.UndiciError ? error.code : (error as NodeJS.ErrnoException).code;
      throw new InferenceError(
        'unavailable',
        `the inference server ${base.host} is not reached (${code ?? 'unknown'})`,
        error,
      );
    }
  }

  return { host: base.host, exchange, close: () => agent.destroy() };
}
