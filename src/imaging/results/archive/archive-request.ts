/** Requests to the one archive that a site configured: bounded in time and size, never beyond its base address. */
import { DeliveryFailure } from './delivery-failure.ts';

export interface ArchiveOptions {
  /** Base of STOW-RS, QIDO-RS and WADO-RS: 'https://pacs.example.org/dicom-web'. */
  readonly baseUrl: string;
  /** Value of the Authorization header; null sends none. */
  readonly authorization: string | null;
  /** Of one request, in milliseconds. */
  readonly timeoutMs?: number;
  /** Accept plain http; for development and for archives on the same machine. */
  readonly allowInsecureHttp?: boolean;
  readonly fetch?: typeof fetch;
}

export interface ArchiveAnswer {
  readonly status: number;
  /** undefined where the answer is empty or no JSON. */
  readonly json: unknown;
}

export interface ArchiveRequest {
  readonly method: 'GET' | 'POST';
  /** Below the base; parts are UIDs and words of the standard. */
  readonly path: string;
  readonly accept: string;
  readonly body?: { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> };
}

const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** @throws RangeError for an address that no result may be sent to: it is a fault of the configuration */
export function assertArchiveUrl({ baseUrl, allowInsecureHttp = false }: ArchiveOptions): string {
  if (!URL.canParse(baseUrl)) throw new RangeError('the address of the archive is no URL');
  const url = new URL(baseUrl);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new RangeError('the address of the archive holds credentials, a query or a fragment: give the plain base');
  }
  const plain = url.protocol === 'http:' && (allowInsecureHttp || LOOPBACK.has(url.hostname));
  if (url.protocol !== 'https:' && !plain) throw new RangeError('the address of the archive is not https');
  return url.href.endsWith('/') ? url.href.slice(0, -1) : url.href;
}

export type SendToArchive = (request: ArchiveRequest, signal: AbortSignal) => Promise<ArchiveAnswer>;

/** @returns a function that throws DeliveryFailure where no answer came; an answer of any status is returned */
export function archiveRequests(options: ArchiveOptions): SendToArchive {
  const base = assertArchiveUrl(options);
  const { authorization, timeoutMs = DEFAULT_TIMEOUT_MS, fetch: send = fetch } = options;
  return async ({ method, path, accept, body }, signal) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const headers = {
      accept,
      // Uncompressed, so that the bound on the answer is a bound on memory.
      'accept-encoding': 'identity',
      ...(authorization === null ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': body.type }),
    };
    try {
      const response = await send(`${base}/${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: body.bytes }),
        redirect: 'manual',
        signal: AbortSignal.any([signal, limit]),
      });
      return { status: response.status, json: parsed(await limited(response)) };
    } catch (error) {
      if (error instanceof DeliveryFailure || signal.aborted) throw error;
      if (limit.aborted) throw new DeliveryFailure('time-out', 'the archive did not answer in time');
      throw new DeliveryFailure('unreachable', 'the archive could not be reached');
    }
  };
}

async function limited(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of response.body ?? []) {
    const part = chunk as Uint8Array;
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) throw new DeliveryFailure('not-understood', 'the answer of the archive is too large');
    text += decoder.decode(part, { stream: true });
  }
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
