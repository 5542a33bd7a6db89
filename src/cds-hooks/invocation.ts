/** One hook call from checked caller to cards, with its audit record written before anything is answered. */
import type { Request, Response } from 'express';
import type { Degradation, Instant } from '../case/index.ts';
import type { Card } from './card.ts';
import { assembleCards } from './cards.ts';
import type { AssembledCards, ResponseMode } from './cards.ts';
import { DeadlineExceeded, withDeadline } from './deadline.ts';
import type { Advice, HookService } from './hook-service.ts';
import { NothingToSay } from './hook-service.ts';
import { UnreadableBody } from './json-body.ts';
import type { JsonBodyReader } from './json-body.ts';
import { parseHookRequest } from './parse-request.ts';
import type { AssertAllowedFhirServer, AuditPort, CdsHooksMetrics, Clock, InvocationAudit, Logger } from './ports.ts';
import { HttpProblem, problem, Unauthenticated } from './problem.ts';
import type { HookRequest } from './request.ts';
import { hookSubject } from './request.ts';
import type { TrustedClient } from './trusted-client.ts';

export interface InvocationDependencies {
  readonly audit: AuditPort;
  readonly assertAllowedFhirServer: AssertAllowedFhirServer;
  readonly readBody: JsonBodyReader;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: CdsHooksMetrics;
  readonly responseMode: ResponseMode;
  /** Milliseconds for the whole of `advise`. */
  readonly deadline: number;
  readonly publicBaseUrl: string;
  /** What a caller gets when the advice fails inside (5xx): the error, or 200 without cards. */
  readonly onFault: 'error' | 'empty-cards';
}

export interface Call {
  readonly service: HookService;
  readonly client: TrustedClient;
  /** See VerifiedCaller. */
  readonly tokenIsFresh: Promise<void>;
  readonly requestId: string;
}

/** What is known so far; becomes the audit record, whatever happens. */
interface Trail {
  readonly at: Instant;
  /** Milliseconds of the monotonic clock. */
  readonly started: number;
  bodyHash?: string;
  request?: HookRequest;
  advice?: Advice;
  adviseTime?: number;
}

const NOTHING_SENT: AssembledCards = { cards: [], sent: [], dropped: [] };

async function allowFhirServer(
  request: HookRequest,
  client: TrustedClient,
  port: AssertAllowedFhirServer,
): Promise<void> {
  if (request.fhirServer === undefined) return;
  try {
    await port(request.fhirServer, client.fhirServers);
  } catch (cause) {
    const text = '/fhirServer is not among the FHIR servers agreed with this client';
    throw new HttpProblem(403, [{ code: 'forbidden', text, pointer: '/fhirServer' }], { cause });
  }
}

/** What the caller is told; what it does not need to know stays in the log. */
function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof NothingToSay) {
    return problem(412, 'incomplete', 'no advice is possible: the data were neither prefetched nor readable');
  }
  if (error instanceof DeadlineExceeded) return problem(503, 'timeout', 'the advice was not ready in time; call again');
  return new HttpProblem(500, [{ code: 'exception', text: 'the advice could not be computed' }], { cause: error });
}

function failureCode(error: unknown): string {
  if (error instanceof NothingToSay) return 'nothing-to-say';
  if (error instanceof DeadlineExceeded) return 'deadline';
  return error instanceof HttpProblem ? error.message : 'fault';
}

function references(request: HookRequest | undefined): Partial<InvocationAudit> {
  if (request === undefined) return {};
  const { patientId, encounterId, userReference } = hookSubject(request);
  return {
    hook: request.hook,
    trigger: request.trigger,
    hookInstance: request.hookInstance,
    patientReference: `Patient/${patientId}`,
    ...(encounterId === null ? {} : { encounterReference: `Encounter/${encounterId}` }),
    ...(userReference === null ? {} : { userReference }),
  };
}

function adviceMembers(advice: Advice | undefined): Partial<InvocationAudit> {
  if (advice === undefined) return {};
  return { evaluationId: advice.evaluationId, locale: advice.locale, record: advice.record };
}

function auditEntry(
  call: Call,
  trail: Trail,
  status: number,
  cards: AssembledCards,
  failure?: string,
): InvocationAudit {
  const total = performance.now() - trail.started;
  const degradations: readonly Degradation[] = trail.advice?.degradations ?? [];
  return {
    requestId: call.requestId,
    clientId: call.client.id,
    serviceId: call.service.id,
    at: trail.at,
    status,
    cards: cards.sent,
    droppedCards: cards.dropped,
    degradations,
    timings: trail.adviseTime === undefined ? { total } : { total, advise: trail.adviseTime },
    ...(trail.bodyHash === undefined ? {} : { bodyHash: trail.bodyHash }),
    ...(failure === undefined ? {} : { failure }),
    ...references(trail.request),
    ...adviceMembers(trail.advice),
  };
}

async function advise(call: Call, trail: Trail, req: Request, request: HookRequest, deadline: number): Promise<Advice> {
  const started = performance.now();
  try {
    return await withDeadline(deadline, (signal) =>
      call.service.advise(request, {
        client: call.client,
        signal,
        tokenIsFresh: call.tokenIsFresh,
        requestId: call.requestId,
        acceptLanguage: req.headers['accept-language'],
      }),
    );
  } finally {
    trail.adviseTime = performance.now() - started;
  }
}

async function answer(
  call: Call,
  trail: Trail,
  req: Request,
  res: Response,
  deps: InvocationDependencies,
): Promise<AssembledCards> {
  const { body, hash } = await deps.readBody(req, res);
  trail.bodyHash = hash;
  const request = parseHookRequest(body, call.service.hooks);
  trail.request = request;
  await allowFhirServer(request, call.client, deps.assertAllowedFhirServer);
  trail.advice = await advise(call, trail, req, request, deps.deadline);
  return assembleCards(trail.advice, { client: call.client, publicBaseUrl: deps.publicBaseUrl }, deps.responseMode);
}

function count(assembled: AssembledCards, trail: Trail, metrics: CdsHooksMetrics): void {
  for (const { topic, indicator } of assembled.sent) metrics.card(topic, indicator);
  for (const { topic } of assembled.dropped) metrics.cardDropped(topic);
  for (const { why } of trail.advice?.degradations ?? []) metrics.degradation(why);
}

/** No advice leaves without its record. */
async function recordBeforeAnswering(entry: InvocationAudit, deps: InvocationDependencies): Promise<void> {
  try {
    await deps.audit.recordInvocation(entry);
  } catch (cause) {
    deps.metrics.auditFailure();
    const text = 'the advice could not be recorded, so none is given; call again';
    throw new HttpProblem(503, [{ code: 'transient', text }], { cause });
  }
}

async function recordFailure(entry: InvocationAudit, deps: InvocationDependencies): Promise<boolean> {
  try {
    await deps.audit.recordInvocation(entry);
    return true;
  } catch (err) {
    deps.metrics.auditFailure();
    deps.logger.error({ requestId: entry.requestId, err }, 'a failed call could not be recorded');
    return false;
  }
}

/**
 * A replayed token is told apart while the advice is computed; nothing leaves, is read or is recorded before.
 * @returns the cards to send; their audit record is durable
 * @throws Unauthenticated for a replayed token
 * @throws HttpProblem for everything else; recorded too, unless recording was what failed
 */
export async function invoke(
  call: Call,
  req: Request,
  res: Response,
  deps: InvocationDependencies,
): Promise<readonly Card[]> {
  const trail: Trail = { at: deps.clock(), started: performance.now() };
  let status = 200;
  const knownCaller = async (): Promise<void> => {
    try {
      await call.tokenIsFresh;
    } catch (error) {
      status = error instanceof Unauthenticated ? 401 : 503;
      throw error;
    }
  };
  try {
    let assembled: AssembledCards;
    try {
      assembled = await answer(call, trail, req, res, deps);
    } catch (error) {
      await knownCaller();
      const refusal = problemOf(error);
      status = refusal.status;
      if (error instanceof UnreadableBody && error.hash !== undefined) trail.bodyHash = error.hash;
      const recorded = await recordFailure(auditEntry(call, trail, status, NOTHING_SENT, failureCode(error)), deps);
      // Some EHRs disable a service that errs; the fault still stands in log, metrics and audit, so it is not silent.
      if (status >= 500 && recorded && deps.onFault === 'empty-cards') {
        deps.logger.error({ requestId: call.requestId, err: refusal }, 'a hook failed and was answered without cards');
        return [];
      }
      throw refusal;
    }
    await knownCaller();
    if (assembled.dropped.length > 0) {
      const dropped = assembled.dropped.map(({ topic, reasons }) => ({ topic, reasons }));
      deps.logger.error({ requestId: call.requestId, dropped }, 'cards failed their check and were not sent');
    }
    try {
      await recordBeforeAnswering(auditEntry(call, trail, 200, assembled), deps);
    } catch (error) {
      status = 503;
      throw error;
    }
    count(assembled, trail, deps.metrics);
    return assembled.cards;
  } finally {
    const labels = { service: call.service.id, hook: trail.request?.hook ?? 'unread', status };
    deps.metrics.invocation(labels, (performance.now() - trail.started) / 1000);
  }
}
