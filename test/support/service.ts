/**
 * The whole service for tests: every part is the real one. It runs at a fixed instant, the one of the example stories,
 * on a database in memory, with one trusted client and a FHIR server that holds the example patients.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { instantFromEpoch, type Instant } from '../../src/case/index.ts';
import { compose, type Service } from '../../src/compose.ts';
import { loadConfig, type Config } from '../../src/config/index.ts';
import { createEhrKeys, hookBody, runPrefetch, type EhrKeys } from '../../src/demo/ehr.ts';
import { exampleStories } from '../../src/demo/example-patients.ts';
import { startFhirServer, type FhirServer } from '../../src/demo/fhir-server.ts';
import { createLogger } from '../../src/http/logging.ts';
import { startServer, type RunningServer } from '../../src/http/server.ts';
import type { Database } from '../../src/storage/index.ts';
import { freshDatabase } from './database.ts';

/** The instant at which the example stories are told. */
export const STORY_TIME: Instant = instantFromEpoch(Date.UTC(2026, 10, 23, 14, 0));
/** Address under which the EHR knows the service; the socket is another one. */
export const PUBLIC_URL = 'https://cds.example.org';
export const ACCESS_TOKEN = 'access-token-of-the-hook';
const ISSUER = 'https://ehr.example.org/fhir';
const SERVICE_PATH = '/cds-services/acute-stroke';

export interface Card {
  readonly uuid: string;
  readonly summary: string;
  readonly detail?: string;
  readonly indicator: string;
  readonly source: { readonly topic?: { readonly code: string } };
  readonly suggestions?: readonly {
    readonly label: string;
    readonly uuid?: string;
    readonly isRecommended?: boolean;
    readonly actions?: readonly {
      readonly type: string;
      readonly description: string;
      readonly resource?: { readonly resourceType: string };
    }[];
  }[];
  readonly links?: readonly {
    readonly type: string;
    readonly url: string;
    readonly label: string;
    readonly appContext?: string;
  }[];
}

export interface Answer {
  readonly status: number;
  readonly milliseconds: number;
  /** The body as it came. */
  readonly text: string;
  readonly headers: Headers;
  /** Empty when the answer is an error. */
  readonly cards: readonly Card[];
}

export interface HookOptions {
  readonly hook?: string;
  /** Beside user, patient and encounter. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** 'full': all templates, resolved as the EHR does. Default: none. */
  readonly prefetch?: 'full' | Readonly<Record<string, unknown>>;
  /** What the service may read itself; null: no server, no token. Default: the FHIR server of this service. */
  readonly fhirServer?: string | null;
  readonly accessToken?: string;
  readonly acceptLanguage?: string;
  /** A token made elsewhere. */
  readonly token?: string;
}

export interface TestService {
  readonly url: () => string;
  /** Where C-STORE is accepted; null where it is not. */
  readonly dimsePort: () => number | null;
  readonly config: Config;
  readonly fhir: FhirServer;
  readonly database: Database;
  /** Everything that was logged, as text. */
  readonly logs: () => string;
  /** A client's token for an address of the service. */
  readonly token: (path?: string) => Promise<string>;
  /** @param fhirServer default: the one of this service */
  readonly prefetch: (patientId: string, fhirServer?: string) => Promise<Record<string, unknown>>;
  readonly open: (patientId: string, options?: HookOptions) => Promise<Answer>;
  readonly post: (path: string, body: string, token?: string) => Promise<Answer>;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  /** Stops the process' part and starts it anew on the same database. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface ServiceOptions {
  /** Members of the configuration file. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Variables of the environment: where secrets come from. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Members of the trust record of the one client. */
  readonly client?: Readonly<Record<string, unknown>>;
  readonly clock?: () => Instant;
  /** Member `imaging` of the configuration, beside a folder of its own. */
  readonly imaging?: Readonly<Record<string, unknown>>;
  /** FHIR servers that the client may name beside the one of this service. */
  readonly fhirServers?: readonly string[];
}

async function signed(keys: EhrKeys, audience: string, at: Instant): Promise<string> {
  const seconds = Math.floor(at / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: keys.algorithm, typ: 'JWT', kid: keys.publicJwk.kid ?? '' })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 300)
    .setJti(randomUUID())
    .sign(keys.privateKey);
}

function configuration(keys: EhrKeys, fhir: FhirServer, images: string, options: ServiceOptions): Config {
  const file = {
    publicBaseUrl: PUBLIC_URL,
    allowInsecureHttp: true,
    logLevel: 'debug',
    site: { thrombectomyAccess: true },
    // Long: a busy machine is not what is tested, except where a test says so.
    deadlines: { fhirReads: 20_000, answer: 30_000 },
    clients: [
      {
        id: 'hospital',
        issuer: ISSUER,
        keys: { jwks: { keys: [keys.publicJwk] } },
        algorithms: [keys.algorithm],
        fhirServers: [fhir.url, ...(options.fhirServers ?? [])],
        ...options.client,
      },
    ],
    ...options.config,
    imaging: { directory: images, ...options.imaging },
  };
  const loaded = loadConfig(options.environment ?? {}, { name: 'test', text: JSON.stringify(file) });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

/** Ready to be called; `close` ends all of it. */
export async function startService(options: ServiceOptions = {}): Promise<TestService> {
  const clock = options.clock ?? (() => STORY_TIME);
  const [keys, database, fhir] = await Promise.all([
    createEhrKeys('ES384'),
    freshDatabase(),
    startFhirServer({ token: ACCESS_TOKEN }),
  ]);
  for (const { bundle } of exampleStories()) fhir.load(bundle);
  const images = mkdtempSync(join(tmpdir(), 'stroke-cds-images-'));
  const config = configuration(keys, fhir, images, options);
  const lines: string[] = [];
  const logger = createLogger({ level: config.logLevel, destination: { write: (line) => void lines.push(line) } });

  let service: Service;
  let server: RunningServer;
  const start = async (): Promise<void> => {
    service = await compose(config, { clock, logger, database });
    // As `serve` does: studies take their time to arrive.
    server = await startServer({
      app: service.app,
      host: '127.0.0.1',
      port: 0,
      grace: 1_000,
      requestTimeout: 1_800_000,
    });
  };
  const stop = async (): Promise<void> => {
    await server.close();
    await service.close();
  };
  await start();

  const token = (path = SERVICE_PATH): Promise<string> => signed(keys, PUBLIC_URL + path, clock());
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(server.url + path, { headers, redirect: 'manual' });

  const send = async (path: string, body: string, headers: Record<string, string>): Promise<Answer> => {
    const started = performance.now();
    const response = await fetch(server.url + path, { method: 'POST', headers, body });
    const text = await response.text();
    const parsed: unknown = response.status === 200 && text !== '' ? JSON.parse(text) : {};
    return {
      status: response.status,
      milliseconds: performance.now() - started,
      text,
      headers: response.headers,
      cards: (parsed as { cards?: readonly Card[] }).cards ?? [],
    };
  };
  const post = async (path: string, body: string, bearer?: string): Promise<Answer> =>
    send(path, body, {
      'content-type': 'application/json',
      authorization: `Bearer ${bearer ?? (await token(path))}`,
    });

  let templates: Readonly<Record<string, string>> | undefined;
  const prefetch = async (patientId: string, fhirServer = fhir.url): Promise<Record<string, unknown>> => {
    if (templates === undefined) {
      const discovery = (await (await get('/cds-services')).json()) as {
        services: { prefetch: Readonly<Record<string, string>> }[];
      };
      templates = discovery.services[0]?.prefetch ?? {};
    }
    const context = { userId: 'Practitioner/doctor', patientId, encounterId: patientId };
    return runPrefetch(templates, context, fhirServer, ACCESS_TOKEN);
  };

  return {
    url: () => server.url,
    dimsePort: () => service.images?.dimsePort ?? null,
    config,
    fhir,
    database,
    logs: () => lines.join(''),
    token,
    prefetch,
    get,
    post,
    open: async (patientId, call = {}) => {
      const supplied = call.prefetch === 'full' ? await prefetch(patientId) : call.prefetch;
      const fhirServer = call.fhirServer === undefined ? fhir.url : call.fhirServer;
      const body = hookBody({
        url: PUBLIC_URL + SERVICE_PATH,
        hook: call.hook ?? 'patient-view',
        context: { userId: 'Practitioner/doctor', patientId, encounterId: patientId, ...call.context },
        ...(supplied === undefined ? {} : { prefetch: supplied }),
        ...(fhirServer === null ? {} : { fhirServer, accessToken: call.accessToken ?? ACCESS_TOKEN }),
      });
      return send(SERVICE_PATH, body, {
        'content-type': 'application/json',
        authorization: `Bearer ${call.token ?? (await token())}`,
        ...(call.acceptLanguage === undefined ? {} : { 'accept-language': call.acceptLanguage }),
      });
    },
    restart: async () => {
      await stop();
      await start();
    },
    close: async () => {
      await stop();
      await fhir.close();
      await database.close();
      rmSync(images, { recursive: true, force: true });
    },
  };
}

/** The code of the kind of guidance: 'thrombolysis'. */
export const topicOf = (card: Card): string => card.source.topic?.code ?? '';

/** What a card says, without the ids that are new in each answer. */
export function said(cards: readonly Card[]): unknown {
  return cards.map((card) => ({
    topic: topicOf(card),
    summary: card.summary,
    detail: card.detail ?? '',
    indicator: card.indicator,
    suggestions: (card.suggestions ?? []).map(({ label, isRecommended, actions }) => ({
      label,
      isRecommended: isRecommended ?? false,
      actions,
    })),
  }));
}
