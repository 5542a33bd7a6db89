/** Prometheus metrics. Labels come from closed sets: no ids of patients, users, clients or requests. */
import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { CdsHooksMetrics } from '../cds-hooks/ports.ts';
import { methodOf, routeOf } from './request-context.ts';

/** Seconds; fine around the 50 ms target and the 500 ms of the specification. */
const BUCKETS = [0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.1, 0.25, 0.5, 1, 2, 5];

export interface Metrics {
  readonly registry: Registry;
  readonly cdsHooks: CdsHooksMetrics;
  readonly middleware: RequestHandler;
}

function cdsHooksMetrics(registry: Registry): CdsHooksMetrics {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> =>
    new Counter({ name, help, labelNames, registers });
  const invocations = new Histogram({
    name: 'cds_hooks_invocation_seconds',
    help: 'Time from an authenticated hook call to its answer',
    labelNames: ['service', 'hook', 'status'],
    buckets: BUCKETS,
    registers,
  });
  const cards = counter('cds_hooks_cards_total', 'Cards sent', ['topic', 'indicator']);
  const dropped = counter('cds_hooks_cards_dropped_total', 'Cards that failed their check and were not sent', [
    'topic',
  ]);
  const degradations = counter('cds_hooks_degradations_total', 'Parts of a record that could not be used', ['why']);
  const refused = counter('cds_hooks_authentication_failures_total', 'Callers that were not authenticated', ['reason']);
  const unrecorded = counter('cds_hooks_audit_failures_total', 'Calls that could not be recorded', []);
  const feedback = counter('cds_hooks_feedback_total', 'Outcomes of cards reported by EHRs', ['outcome']);
  return {
    invocation: ({ service, hook, status }, seconds) => {
      invocations.observe({ service, hook, status: String(status) }, seconds);
    },
    card: (topic, indicator) => {
      cards.inc({ topic, indicator });
    },
    cardDropped: (topic) => {
      dropped.inc({ topic });
    },
    degradation: (why) => {
      degradations.inc({ why });
    },
    authenticationFailure: (reason) => {
      refused.inc({ reason });
    },
    auditFailure: () => {
      unrecorded.inc();
    },
    feedback: (outcome) => {
      feedback.inc({ outcome });
    },
  };
}

/**
 * A registry of its own, so that two apps can live in one process.
 * @param runtime also collect the process metrics of Node; once for each process. Default false
 */
export function createMetrics({ runtime = false }: { readonly runtime?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (runtime) collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'http_request_seconds',
    help: 'Time from a request to its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  });
  return {
    registry,
    cdsHooks: cdsHooksMetrics(registry),
    middleware: (req, res, next) => {
      const started = performance.now();
      res.once('finish', () => {
        const labels = { method: methodOf(req), route: routeOf(req), status: String(res.statusCode) };
        requests.observe(labels, (performance.now() - started) / 1000);
      });
      next();
    },
  };
}
