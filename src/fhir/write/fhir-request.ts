/** Requests to the FHIR server that results are written to, and to its authorization server. */
import {
  boundedRequest,
  type BoundedAnswer,
  type OutgoingRequest,
  type RequestLimits,
} from '../../outgoing/bounded-request.ts';
import { WriteFailure } from './write-failure.ts';

const DEFAULT_TIMEOUT_MS = 20_000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** @throws WriteFailure where no answer came; an answer of any status is returned */
export function fhirRequest(
  url: string,
  request: OutgoingRequest,
  signal: AbortSignal,
  { timeoutMs = DEFAULT_TIMEOUT_MS, fetch: send = fetch }: RequestLimits,
): Promise<BoundedAnswer> {
  return boundedRequest(url, request, signal, {
    ...{ timeoutMs, maxAnswerBytes: MAX_ANSWER_BYTES, fetch: send, server: 'the server' },
    failure: (reason, message) => new WriteFailure(reason, message),
  });
}
