import type { Express } from 'express';
import request from 'supertest';
import type { Response } from 'supertest';
import type { Instant } from '../../../src/case/index.ts';
import { instantFromEpoch } from '../../../src/case/index.ts';
import { discover } from '../../../src/cds-hooks/discovery.ts';
import type { Advice, HookService, InvocationContext } from '../../../src/cds-hooks/hook-service.ts';
import type { FeedbackEntry, InvocationAudit, JtiStore } from '../../../src/cds-hooks/ports.ts';
import type { HookRequest } from '../../../src/cds-hooks/request.ts';
import { HOOK_NAMES } from '../../../src/cds-hooks/request.ts';
import { cdsHooksRouter } from '../../../src/cds-hooks/router.ts';
import type { CdsHooksOptions } from '../../../src/cds-hooks/router.ts';
import type { CardDraft } from '../../../src/explanation/card-draft.ts';
import { createApp } from '../../../src/http/app.ts';
import type { AppOptions } from '../../../src/http/app.ts';
import { createLogger } from '../../../src/http/logging.ts';
import { createMetrics } from '../../../src/http/metrics.ts';
import type { Metrics } from '../../../src/http/metrics.ts';
import { BASE_URL, createSigner, NOW, sign, trustedClient } from './tokens.ts';
import type { Signer, TokenChanges } from './tokens.ts';

export const EVALUATION_ID = '0b0e7a54-3a3e-4c0b-9d3c-9b6f4f0a1c55';

/** Remembers in memory what the SQL store remembers on disk. */
export function memoryJtiStore(): JtiStore {
  const seen = new Set<string>();
  return {
    remember: (issuer, jti) => {
      const key = JSON.stringify([issuer, jti]);
      const isNew = !seen.has(key);
      seen.add(key);
      return Promise.resolve(isNew);
    },
  };
}

export function cardDraft(changes: Partial<CardDraft> = {}): CardDraft {
  return {
    topic: 'thrombolysis',
    summary: 'Thrombolysis: recommended, window closes 14:32 (41 min left)',
    detail: 'Onset to needle **< 4.5 h**.',
    indicator: 'warning',
    suggestions: [],
    ...changes,
  };
}

/** A service request as the order suggestions carry it. */
export const LAB_SUGGESTION: CardDraft['suggestions'][number] = {
  id: 'order-inr',
  label: 'Order INR',
  action: {
    type: 'create',
    description: 'Order INR now',
    resource: {
      resourceType: 'ServiceRequest',
      status: 'draft',
      intent: 'order',
      code: { coding: [{ system: 'http://loinc.org', code: '6301-6' }] },
      subject: { reference: 'Patient/1288992' },
    },
  },
};

export function advice(changes: Partial<Advice> = {}): Advice {
  return {
    evaluationId: EVALUATION_ID,
    cards: [cardDraft()],
    locale: 'en',
    record: { facts: 1 },
    degradations: [],
    ...changes,
  };
}

export interface HarnessOptions {
  readonly router?: Partial<CdsHooksOptions>;
  readonly app?: Partial<AppOptions>;
  readonly service?: Partial<HookService>;
  readonly advise?: (request: HookRequest, context: InvocationContext) => Promise<Advice>;
}

export interface Harness {
  readonly app: Express;
  readonly signer: Signer;
  readonly metrics: Metrics;
  readonly audits: InvocationAudit[];
  readonly feedback: FeedbackEntry[];
  readonly advised: HookRequest[];
  readonly contexts: InvocationContext[];
  /** Everything that was logged so far, as text. */
  readonly logs: () => string;
  readonly token: (path: string, changes?: TokenChanges) => Promise<string>;
  /** An authenticated POST. */
  readonly post: (path: string, body: unknown, changes?: TokenChanges) => Promise<Response>;
}

const signer = await createSigner();

export function createHarness(options: HarnessOptions = {}): Harness {
  const audits: InvocationAudit[] = [];
  const feedback: FeedbackEntry[] = [];
  const advised: HookRequest[] = [];
  const contexts: InvocationContext[] = [];
  const lines: string[] = [];
  const logger = createLogger({ level: 'debug', destination: { write: (line: string) => void lines.push(line) } });
  const metrics = createMetrics();
  const service: HookService = {
    id: 'stroke',
    hooks: HOOK_NAMES,
    title: 'Acute stroke',
    description: 'Says whether thrombolysis is an option, and why',
    usageRequirements: '',
    prefetch: {
      patient: 'Patient/{{context.patientId}}',
      encounter: 'Encounter/{{context.encounterId}}',
    },
    advise: (hook, context) => {
      advised.push(hook);
      contexts.push(context);
      return options.advise === undefined ? Promise.resolve(advice()) : options.advise(hook, context);
    },
    ...options.service,
  };
  const cdsHooks = cdsHooksRouter({
    services: [service],
    clients: [trustedClient({ keys: { jwks: signer.jwks } })],
    audit: {
      recordInvocation: (entry) => {
        audits.push(entry);
        return Promise.resolve();
      },
    },
    jtiStore: memoryJtiStore(),
    feedbackStore: {
      record: (entries) => {
        feedback.push(...entries);
        return Promise.resolve({ unknownCards: 0 });
      },
    },
    assertAllowedFhirServer: (url, allowed) => {
      if (!allowed.includes(url)) throw new Error('not allowed');
    },
    metrics: metrics.cdsHooks,
    logger,
    clock: (): Instant => instantFromEpoch(NOW * 1000),
    responseMode: 'strict',
    baseUrls: [BASE_URL],
    ...options.router,
  });
  const app = createApp({
    cdsHooks,
    discovery: discover([service]),
    logger,
    metrics,
    readiness: [],
    basisPage: () => Promise.resolve(undefined),
    version: '0.0.0-test',
    publicBaseUrl: BASE_URL,
    open: false,
    ...options.app,
  });
  const token = (path: string, changes?: TokenChanges): Promise<string> => sign(signer, BASE_URL + path, changes);
  return {
    app,
    signer,
    metrics,
    audits,
    feedback,
    advised,
    contexts,
    logs: () => lines.join(''),
    token,
    post: async (path, body, changes) => {
      const authorization = `Bearer ${await token(path, changes)}`;
      const call = request(app).post(path).set('authorization', authorization).set('content-type', 'application/json');
      return call.send(typeof body === 'string' ? body : JSON.stringify(body));
    },
  };
}

/** A patient-view request with everything that is required, except for the changes; undefined removes a member. */
export function hookRequest(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const body: Record<string, unknown> = {
    hook: 'patient-view',
    hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
    context: { userId: 'Practitioner/example', patientId: '1288992', encounterId: '89284' },
    ...changes,
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

export const PATH = '/cds-services/stroke';
