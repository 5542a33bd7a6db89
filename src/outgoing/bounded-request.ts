/** Requests to servers of others that are bounded in time and in the size of the answer, and never follow a redirect. */

/** Limits that a caller may set. */
export interface RequestLimits {
  /** Of one request, in milliseconds. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}

export interface OutgoingRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

export interface BoundedAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** undefined where the answer is empty or no JSON. */
  readonly json: unknown;
}

/** Why there is no answer; 'not-understood': it is larger than one that this product asks for. */
export type NoAnswer = 'unreachable' | 'time-out' | 'not-understood';

export interface Bounds {
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  readonly fetch?: typeof fetch;
  /** 'the archive' */
  readonly server: string;
  /** The caller's own error. The message holds no address and nothing of a patient. */
  readonly failure: (reason: NoAnswer, message: string) => Error;
}

/** An answer of any status is returned. @throws what `failure` makes where none came; the reason of an abort by the caller */
export async function boundedRequest(
  url: string,
  { method, headers, body }: OutgoingRequest,
  signal: AbortSignal,
  bounds: Bounds,
): Promise<BoundedAnswer> {
  const { timeoutMs, server, failure, fetch: send = fetch } = bounds;
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await send(url, {
      method,
      // Uncompressed, so that the bound on the answer is a bound on memory.
      headers: { 'accept-encoding': 'identity', ...headers },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      credentials: 'omit',
      signal: AbortSignal.any([signal, limit]),
    });
    return { status: response.status, headers: response.headers, json: parsed(await limited(response, bounds)) };
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof TooLarge) throw failure('not-understood', `the answer of ${server} is too large`);
    if (limit.aborted) throw failure('time-out', `${server} did not answer in time`);
    throw failure('unreachable', `${server} could not be reached`);
  }
}

class TooLarge extends Error {}

async function limited(response: Response, { maxAnswerBytes }: Bounds): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of response.body ?? []) {
    const part = chunk as Uint8Array;
    bytes += part.length;
    // Leaving the loop cancels the rest of the answer.
    if (bytes > maxAnswerBytes) throw new TooLarge();
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
