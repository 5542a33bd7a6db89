/** Requests that are bounded in time and in the size of the answer, and never follow a redirect. */
import { WriteFailure } from './write-failure.ts';

export interface RequestLimits {
  /** Of one request, in milliseconds. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}

export interface BoundedAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** undefined where the answer is empty or no JSON. */
  readonly json: unknown;
}

const DEFAULT_TIMEOUT_MS = 20_000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** @throws WriteFailure where no answer came; an answer of any status is returned */
export async function boundedRequest(
  url: string,
  init: { readonly method: string; readonly headers: Record<string, string>; readonly body?: string },
  signal: AbortSignal,
  { timeoutMs = DEFAULT_TIMEOUT_MS, fetch: send = fetch }: RequestLimits,
): Promise<BoundedAnswer> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await send(url, {
      ...init,
      // Uncompressed, so that the bound on the answer is a bound on memory.
      headers: { 'accept-encoding': 'identity', ...init.headers },
      redirect: 'manual',
      credentials: 'omit',
      signal: AbortSignal.any([signal, limit]),
    });
    return { status: response.status, headers: response.headers, json: parsed(await limited(response)) };
  } catch (error) {
    if (error instanceof WriteFailure || signal.aborted) throw error;
    if (limit.aborted) throw new WriteFailure('time-out', 'the server did not answer in time');
    throw new WriteFailure('unreachable', 'the server could not be reached');
  }
}

async function limited(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of response.body ?? []) {
    const part = chunk as Uint8Array;
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) throw new WriteFailure('not-understood', 'the answer of the server is too large');
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
