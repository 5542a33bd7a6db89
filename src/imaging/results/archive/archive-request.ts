/** Requests to the one archive that a site configured: bounded in time and size, never beyond its base address. */
import { boundedRequest, type BoundedAnswer, type RequestLimits } from '../../../outgoing/bounded-request.ts';
import { DeliveryFailure } from './delivery-failure.ts';

export interface ArchiveOptions extends RequestLimits {
  /** Base of STOW-RS, QIDO-RS and WADO-RS: 'https://pacs.example.org/dicom-web'. */
  readonly baseUrl: string;
  /** Value of the Authorization header; null sends none. */
  readonly authorization: string | null;
  /** Accept plain http; for development and for archives on the same machine. */
  readonly allowInsecureHttp?: boolean;
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

export type SendToArchive = (request: ArchiveRequest, signal: AbortSignal) => Promise<BoundedAnswer>;

/** @returns a function that throws DeliveryFailure where no answer came; an answer of any status is returned */
export function archiveRequests(options: ArchiveOptions): SendToArchive {
  const base = assertArchiveUrl(options);
  const { authorization, timeoutMs = DEFAULT_TIMEOUT_MS, fetch: send = fetch } = options;
  return ({ method, path, accept, body }, signal) => {
    const headers = {
      accept,
      ...(authorization === null ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': body.type }),
    };
    const request = { method, headers, ...(body === undefined ? {} : { body: body.bytes }) };
    return boundedRequest(`${base}/${path}`, request, signal, {
      ...{ timeoutMs, maxAnswerBytes: MAX_ANSWER_BYTES, fetch: send, server: 'the archive' },
      failure: (reason, message) => new DeliveryFailure(reason, message),
    });
  };
}
