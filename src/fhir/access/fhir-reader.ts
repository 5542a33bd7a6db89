/**
 * Our own reads with the hook's access token. The token goes to addresses under the given base only, redirects are not
 * followed, and no error that leaves this file holds a URL, a header or a body.
 */
import { setMaxListeners } from 'node:events';
import { Client } from 'fhir-kit-client';
import { Agent, type Dispatcher } from 'undici';
import type { Degradation } from '../../case/index.ts';
import { addressUnder } from './allowed-servers.ts';
import { isObject, objectsOf, type JsonObject } from './json.ts';

/** A read failed; the reason is all that is known outside. */
export class ReadFailed extends Error {
  override readonly name = 'ReadFailed';
  readonly why: Degradation['why'];
  constructor(why: Degradation['why'], detail: string) {
    super(detail);
    this.why = why;
  }
}

export interface FhirReader {
  /** @param address relative to the base, or a `next` link @throws ReadFailed */
  readonly get: (address: string) => Promise<JsonObject>;
}

export interface ConnectionLimits {
  /** Bytes of one answer. */
  readonly maxResponseBytes?: number;
  /** Parallel connections to one server. A call makes 13 reads at once, and what waits for a connection waits within its time. */
  readonly connections?: number;
}

/** Connections to FHIR servers with bounds on size and number; share one per process and close it at shutdown. */
export function createFhirConnections({
  maxResponseBytes = 16 * 1024 * 1024,
  connections = 64,
}: ConnectionLimits = {}): Agent {
  return new Agent({ maxResponseSize: maxResponseBytes, connections, pipelining: 1 });
}

function statusOf(error: unknown): { readonly status: number; readonly body: unknown } | undefined {
  if (!isObject(error) || !isObject(error['response'])) return undefined;
  const { status, data } = error['response'];
  return typeof status === 'number' ? { status, body: data } : undefined;
}

function failureOfStatus(status: number, body: unknown): ReadFailed {
  if (status === 401 || status === 403) return new ReadFailed('forbidden', `HTTP ${String(status)}`);
  if (status === 408 || status === 504) return new ReadFailed('time-out', `HTTP ${String(status)}`);
  if (status === 0 || (status >= 300 && status < 400)) return new ReadFailed('refused', 'a redirect was not followed');
  // fhir-kit-client reports a body that is not JSON as an error that carries the status 200.
  if (status >= 200 && status < 300) return new ReadFailed('malformed', 'the answer is not JSON');
  const codes = isObject(body) ? objectsOf(body['issue']).map(({ code }) => code) : [];
  if (codes.includes('forbidden') || codes.includes('security')) {
    return new ReadFailed('forbidden', `HTTP ${String(status)}`);
  }
  return new ReadFailed('unavailable', `HTTP ${String(status)}`);
}

function failureOf(error: unknown, signal: AbortSignal): ReadFailed {
  if (signal.aborted) return new ReadFailed('time-out', 'no answer within the time allowed');
  const answered = statusOf(error);
  if (answered !== undefined) return failureOfStatus(answered.status, answered.body);
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code = isObject(cause) ? cause['code'] : undefined;
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return new ReadFailed('refused', 'the answer is too large');
  return new ReadFailed('unavailable', 'the server could not be reached');
}

/**
 * @param base normalized base URL; the caller has checked it against the client's list
 * @param accessToken bearer token; kept in memory for the life of this reader only
 * @param signal ends every read, running or to come
 */
export function createFhirReader(
  base: string,
  accessToken: string,
  signal: AbortSignal,
  connections: Dispatcher,
): FhirReader {
  // Every read listens to the one signal, which Node would otherwise report as a leak.
  setMaxListeners(0, signal);
  // Made at the first read: with a full prefetch there is none.
  let client: Client | undefined;
  const makeClient = (): Client =>
    new Client({
      baseUrl: base,
      bearerToken: accessToken,
      // Uncompressed, so that the bound on the size of an answer is a bound on what reaches memory.
      customHeaders: { 'accept-encoding': 'identity' },
      requestOptions: { redirect: 'manual', dispatcher: connections, credentials: 'omit', cache: 'no-store' },
    });
  return {
    get: async (address) => {
      const url = addressUnder(base, address);
      if (url === undefined) throw new ReadFailed('refused', 'the address is not under the server of the hook');
      if (signal.aborted) throw new ReadFailed('time-out', 'no answer within the time allowed');
      try {
        const body: unknown = await (client ??= makeClient()).request(url, { options: { signal } });
        if (!isObject(body)) throw new ReadFailed('malformed', 'the answer is not a resource');
        // A copy: fhir-kit-client hangs the request, with its token, on the answer as hidden members.
        return { ...body };
      } catch (error) {
        throw error instanceof ReadFailed ? error : failureOf(error, signal);
      }
    },
  };
}
