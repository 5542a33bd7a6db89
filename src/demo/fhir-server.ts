/**
 * A FHIR R4 server in this process, for the demonstration and for tests: read, search, paging, loading, with faults
 * and delays on demand. It keeps everything in memory, listens on 127.0.0.1 only and is no server for patient data.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import type { Bundle, BundleEntry, CapabilityStatement, FhirResource, OperationOutcome } from 'fhir/r4.js';
import { ResourceStore } from './fhir-server/resource-store.ts';

export type FhirFault =
  | { readonly status: number }
  | { readonly malformedJson: true }
  /** An OperationOutcome in place of the answer, with status 200. */
  | { readonly outcome: 'error' | 'warning' }
  | { readonly redirectTo: string }
  /** The connection is cut in the middle of the answer. */
  | { readonly cut: true };

export interface LoggedRequest {
  readonly method: string;
  /** Path under the base, without the query: 'Condition', 'Patient/1'. */
  readonly path: string;
  readonly query: string;
  readonly hadToken: boolean;
}

export interface FhirServer {
  /** FHIR base URL. */
  readonly url: string;
  readonly load: (bundle: Bundle) => void;
  /** @param type resource type, or '*' for every request @param fault null removes it */
  readonly setFault: (type: string, fault: FhirFault | null) => void;
  /** @param ms waits this long before the answer; 0 removes the delay */
  readonly setDelay: (type: string, ms: number) => void;
  /** The requests so far, oldest first. */
  readonly requests: () => readonly LoggedRequest[];
  readonly clearRequests: () => void;
  readonly close: () => Promise<void>;
}

export interface FhirServerOptions {
  /** Bearer token that every request needs, except for /metadata. */
  readonly token?: string;
  /** Default: any free port. */
  readonly port?: number;
  /** Form of `next` links. Default absolute, as most servers send them. */
  readonly nextLinks?: 'absolute' | 'relative';
  /** Largest page, whatever `_count` asks for. Default 200. */
  readonly maxPageSize?: number;
}

const DEFAULT_PAGE_SIZE = 50;
const FHIR_JSON = 'application/fhir+json';

function outcome(severity: 'error' | 'warning', code: OperationOutcome['issue'][number]['code']): OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: [{ severity, code }] };
}

function send(response: Response, status: number, body: FhirResource): void {
  response.status(status).type(FHIR_JSON).send(JSON.stringify(body));
}

const CAPABILITIES: CapabilityStatement = {
  resourceType: 'CapabilityStatement',
  status: 'active',
  date: '2026-01-01',
  kind: 'instance',
  fhirVersion: '4.0.1',
  format: ['json'],
  rest: [{ mode: 'server', interaction: [{ code: 'transaction' }, { code: 'batch' }] }],
};

/** @param query the search as it was asked, with `_offset` for later pages */
function page(
  matches: readonly FhirResource[],
  query: URLSearchParams,
  { base, linkBase, type, maxPageSize }: { base: string; linkBase: string; type: string; maxPageSize: number },
): Bundle {
  const asked = Number(query.get('_count') ?? DEFAULT_PAGE_SIZE);
  const size = Math.min(Number.isInteger(asked) && asked > 0 ? asked : DEFAULT_PAGE_SIZE, maxPageSize);
  const offset = Number(query.get('_offset') ?? 0);
  const link = [{ relation: 'self', url: `${base}/${type}?${query.toString()}` }];
  if (offset + size < matches.length) {
    const next = new URLSearchParams(query);
    next.set('_offset', String(offset + size));
    link.push({ relation: 'next', url: `${linkBase}${type}?${next.toString()}` });
  }
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: matches.length,
    link,
    entry: matches.slice(offset, offset + size).map((resource) => ({
      fullUrl: `${base}/${resource.resourceType}/${resource.id ?? ''}`,
      resource,
      search: { mode: 'match' as const },
    })),
  };
}

function loadBundle(store: ResourceStore, bundle: Bundle): Bundle {
  const entry: BundleEntry[] = store.load(bundle).map((resource) => ({
    response: { status: '201 Created', location: `${resource.resourceType}/${resource.id ?? ''}` },
  }));
  return { resourceType: 'Bundle', type: bundle.type === 'batch' ? 'batch-response' : 'transaction-response', entry };
}

/** @returns true when the fault has answered the request */
function answerWith(fault: FhirFault | undefined, response: Response): boolean {
  if (fault === undefined) return false;
  if ('status' in fault) send(response, fault.status, outcome('error', 'processing'));
  else if ('malformedJson' in fault) response.type(FHIR_JSON).send('{"resourceType":"Bundle","entry":[');
  else if ('outcome' in fault) send(response, 200, outcome(fault.outcome, 'processing'));
  else if ('redirectTo' in fault) response.redirect(302, fault.redirectTo);
  else {
    response.writeHead(200, { 'content-type': FHIR_JSON, 'content-length': '1000' });
    response.write('{"resourceType"');
    setImmediate(() => response.destroy());
  }
  return true;
}

/** Starts a server; `close` ends it and every connection to it. */
export async function startFhirServer(options: FhirServerOptions = {}): Promise<FhirServer> {
  const { token, port = 0, nextLinks = 'absolute', maxPageSize = 200 } = options;
  const store = new ResourceStore();
  const faults = new Map<string, FhirFault>();
  const delays = new Map<string, number>();
  let log: LoggedRequest[] = [];
  const waiting = new Set<() => void>();
  /** Until the time is over or the server closes. */
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      waiting.add(end);
    });
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  const fhir = express.Router();

  fhir.use(async (request, response, next) => {
    const path = request.path.replace(/^\//, '');
    const type = path.split('/')[0] ?? '';
    const authorization = request.headers.authorization;
    const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?') + 1) : '';
    log.push({ method: request.method, path, query, hadToken: authorization !== undefined });
    const delay = delays.get(type) ?? delays.get('*') ?? 0;
    if (delay > 0) await wait(delay);
    if (response.destroyed) return;
    if (token !== undefined && type !== 'metadata' && authorization !== `Bearer ${token}`) {
      send(response, authorization === undefined ? 401 : 403, outcome('error', 'forbidden'));
      return;
    }
    if (!answerWith(faults.get(type) ?? faults.get('*'), response)) next();
  });
  fhir.get('/metadata', (_request, response) => {
    send(response, 200, CAPABILITIES);
  });
  fhir.post('/', express.json({ limit: '64mb', type: ['json', '+json'] }), (request, response) => {
    const bundle = request.body as Partial<Bundle> | undefined;
    if (bundle?.resourceType === 'Bundle') send(response, 200, loadBundle(store, bundle as Bundle));
    else send(response, 400, outcome('error', 'invalid'));
  });
  fhir.get('/:type/:id', ({ params: { type, id } }, response) => {
    const resource = store.read(type, id);
    if (resource === undefined) send(response, 404, outcome('error', 'not-found'));
    else send(response, 200, resource);
  });
  const search = (request: Request<{ type: string }>, response: Response): void => {
    const { type } = request.params;
    const query = new URL(request.url, 'http://localhost').searchParams;
    const linkBase = nextLinks === 'absolute' ? `${base}/` : '';
    send(response, 200, page(store.search(type, query), query, { base, linkBase, type, maxPageSize }));
  };
  fhir.get('/:type', search);
  app.use('/fhir', fhir);

  const server = app.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/fhir`;
  return {
    url: base,
    load: (bundle) => {
      store.load(bundle);
    },
    setFault: (type, fault) => {
      if (fault === null) faults.delete(type);
      else faults.set(type, fault);
    },
    setDelay: (type, ms) => {
      if (ms === 0) delays.delete(type);
      else delays.set(type, ms);
    },
    requests: () => [...log],
    clearRequests: () => {
      log = [];
    },
    close: async () => {
      for (const end of waiting) end();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
