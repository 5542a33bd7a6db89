/** The routes of CDS Hooks: discovery, invocation, feedback. */
import { randomUUID } from 'node:crypto';
import cors from 'cors';
import { Router } from 'express';
import type { Request, RequestHandler, Response } from 'express';
import type { ResponseMode } from './cards.ts';
import { createClientAuthenticator, type VerifiedCaller } from './client-authentication.ts';
import { discover } from './discovery.ts';
import { parseFeedback } from './feedback.ts';
import type { HookService } from './hook-service.ts';
import { invoke } from './invocation.ts';
import { jsonBodyReader } from './json-body.ts';
import type { KeySourceOptions } from './key-source.ts';
import type {
  AssertAllowedFhirServer,
  AuditPort,
  CdsHooksMetrics,
  Clock,
  FeedbackStore,
  JtiStore,
  Logger,
} from './ports.ts';
import { HttpProblem, problem, Unauthenticated } from './problem.ts';
import type { TrustedClient } from './trusted-client.ts';

export interface CdsHooksOptions {
  readonly services: readonly HookService[];
  readonly clients: readonly TrustedClient[];
  /** Open mode: only when told explicitly, and only without trusted clients. */
  readonly anonymous?: TrustedClient;
  readonly audit: AuditPort;
  readonly jtiStore: JtiStore;
  readonly feedbackStore: FeedbackStore;
  readonly assertAllowedFhirServer: AssertAllowedFhirServer;
  readonly metrics: CdsHooksMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly responseMode: ResponseMode;
  /**
   * Public addresses under which clients call, without a trailing slash; the first one is used in links.
   * `aud` must be one of them followed by the path that was called.
   */
  readonly baseUrls: readonly [string, ...string[]];
  /** Largest body in bytes. Default 8 MiB. */
  readonly bodyLimit?: number;
  /** Milliseconds for giving advice. Default 3000. */
  readonly deadline?: number;
  /** Answer to a fault inside: the error (default), or 200 without cards for EHRs that disable a service that errs. */
  readonly onFault?: 'error' | 'empty-cards';
  /** Ask for a token on discovery too. Default false: it holds nothing about patients. */
  readonly protectDiscovery?: boolean;
  readonly keySource?: KeySourceOptions;
}

/** Set by the request context of the HTTP app; made here when the router is mounted elsewhere. */
function requestIdOf(res: Response): string {
  const { requestId } = res.locals as { requestId?: string };
  return requestId ?? randomUUID();
}

function only(method: 'GET' | 'POST'): RequestHandler {
  return () => {
    const issue = { code: 'not-supported', text: `this address takes ${method} only` } as const;
    throw new HttpProblem(405, [issue], { headers: { allow: `${method}, OPTIONS` } });
  };
}

/** Explicit origins from the trust records; no wildcard, no credentials: the token travels in a header. */
function corsFor(clients: readonly TrustedClient[]): RequestHandler {
  return cors({
    origin: [...new Set(clients.flatMap(({ origins }) => origins))],
    methods: ['GET', 'POST'],
    allowedHeaders: ['authorization', 'content-type', 'x-request-id'],
    exposedHeaders: ['x-request-id'],
    maxAge: 600,
  });
}

/** @throws Error when services, clients or options contradict each other: the service must not start */
export function cdsHooksRouter(options: CdsHooksOptions): Router {
  const { services, clients, anonymous, baseUrls, clock, logger, metrics, feedbackStore } = options;
  const discovery = discover(services);
  const byId = new Map(services.map((service) => [service.id, service]));
  const readBody = jsonBodyReader(options.bodyLimit ?? 8 * 1024 * 1024);
  const authenticator = createClientAuthenticator({
    ...options.keySource,
    clients,
    clock,
    jtiStore: options.jtiStore,
    ...(anonymous === undefined ? {} : { anonymous }),
  });
  const dependencies = {
    ...options,
    readBody,
    deadline: options.deadline ?? 3_000,
    publicBaseUrl: baseUrls[0],
    onFault: options.onFault ?? ('error' as const),
  };

  async function counted<T>(check: Promise<T>, res: Response): Promise<T> {
    try {
      return await check;
    } catch (error) {
      if (error instanceof Unauthenticated) {
        metrics.authenticationFailure(error.reason);
        logger.warn({ requestId: requestIdOf(res), reason: error.reason }, 'a caller was not authenticated');
        throw error;
      }
      const text = 'the caller could not be checked; call again';
      throw new HttpProblem(503, [{ code: 'transient', text }], { cause: error });
    }
  }

  async function verify(req: Request, res: Response, path: string): Promise<VerifiedCaller> {
    const urls = baseUrls.map((base) => base + path);
    const { client, tokenIsFresh } = await counted(authenticator.verify(req.headers.authorization, urls), res);
    const fresh = counted(tokenIsFresh, res);
    fresh.catch(() => undefined);
    return { client, tokenIsFresh: fresh };
  }

  async function authenticate(req: Request, res: Response, path: string): Promise<TrustedClient> {
    const { client, tokenIsFresh } = await verify(req, res, path);
    await tokenIsFresh;
    return client;
  }

  function serviceOf(req: Request<{ id: string }>): HookService {
    const service = byId.get(req.params.id);
    if (service === undefined) throw problem(404, 'not-found', 'there is no service with this id; see /cds-services');
    return service;
  }

  const router = Router();
  router.use('/cds-services', corsFor(anonymous === undefined ? clients : [anonymous]));

  router.get('/cds-services', async (req, res) => {
    if (options.protectDiscovery === true) await authenticate(req, res, '/cds-services');
    res.json(discovery);
  });
  router.all('/cds-services', only('GET'));

  router.post('/cds-services/:id', async (req, res) => {
    const service = serviceOf(req);
    const caller = await verify(req, res, `/cds-services/${service.id}`);
    const cards = await invoke({ service, ...caller, requestId: requestIdOf(res) }, req, res, dependencies);
    res.set('cache-control', 'no-store').json({ cards });
  });
  router.all('/cds-services/:id', only('POST'));

  router.post('/cds-services/:id/feedback', async (req, res) => {
    const service = serviceOf(req);
    const client = await authenticate(req, res, `/cds-services/${service.id}/feedback`);
    const { body } = await readBody(req, res);
    const requestId = requestIdOf(res);
    const entries = parseFeedback(body, { clientId: client.id, serviceId: service.id, requestId, receivedAt: clock() });
    const { unknownCards } = await store(entries, feedbackStore);
    for (const { outcome } of entries) metrics.feedback(outcome);
    if (unknownCards > 0) logger.warn({ requestId, unknownCards }, 'feedback names cards that were not sent');
    res.status(200).end();
  });
  router.all('/cds-services/:id/feedback', only('POST'));
  return router;
}

/** Asks for a repeat when it could not be kept: entries are stored once, so a repeat does no harm. */
async function store(
  entries: Parameters<FeedbackStore['record']>[0],
  port: FeedbackStore,
): ReturnType<FeedbackStore['record']> {
  try {
    return await port.record(entries);
  } catch (cause) {
    const text = 'the feedback could not be stored; send it again';
    throw new HttpProblem(503, [{ code: 'transient', text }], { cause });
  }
}
