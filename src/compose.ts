/** The one place where adapters are built and parts are wired. Everything else takes what it needs as arguments. */
import { createHash } from 'node:crypto';
import type { Express } from 'express';
import type { Logger } from 'pino';
import { adviseOnRecord, createAdvisor, type AdvisorParts } from './advice.ts';
import { openAdviceThreads, type AdviceThreads } from './advice-threads/pool.ts';
import { composeAdvisorParts } from './advisor-parts.ts';
import { createAuditLog, createFeedbackStore, createFreeTextVault, createInvocationRecorder } from './audit/index.ts';
import { DAY, HOUR, instantFromEpoch, type Instant } from './case/index.ts';
import {
  anonymousDevelopmentClient,
  cdsHooksRouter,
  discover,
  HOOK_NAMES,
  hookSubject,
  type HookService,
} from './cds-hooks/index.ts';
import type { Config } from './config/index.ts';
import { basisPageOf } from './basis.ts';
import { composeImaging, type Imaging } from './compose-imaging.ts';
import type { StoredEvaluation } from './explanation/stored-evaluation.ts';
import { assertAllowedFhirServer, collectRecord, createFhirConnections } from './fhir/access/index.ts';
import { imagingKeys } from './fhir/facts/imaging-keys.ts';
import { createApp } from './http/app.ts';
import { createImagingMetrics } from './http/imaging-metrics.ts';
import { createLogger } from './http/logging.ts';
import { createMetrics } from './http/metrics.ts';
import type { KeptSheet } from './imaging/results/findings-store.ts';
import { auditedModels, type ModelRegistry } from './inference/index.ts';
import { openModels, type OpenModels } from './models.ts';
import { openDatabase, type Database } from './storage/index.ts';
import { createJtiStore } from './storage/jti-store.ts';
import { VERSION } from './product.ts';
import { registryOptions } from './registry-options.ts';

export { composeAdvisorParts, contentFolder } from './advisor-parts.ts';

const SERVICE_ID = 'acute-stroke';

/** The hook service as discovery describes it. */
export function describeHookService(prefetch: Readonly<Record<string, string>>): Omit<HookService, 'advise'> {
  return {
    id: SERVICE_ID,
    hooks: HOOK_NAMES,
    title: 'Acute stroke decision support',
    description:
      'Advisory cards for a suspected acute stroke: thrombolysis eligibility with every guideline criterion, agent and dose, thrombectomy, hemorrhagic stroke, complications after thrombolysis, outlook at 90 days and at discharge, risk of hemorrhagic transformation, cause of the stroke (TOAST, CCS, CISS, OCSP), and what is missing.',
    usageRequirements:
      'FHIR R4. Works from prefetch, and reads what is not prefetched with the access token of the request. Advisory only: for clinicians who can check the basis of every statement.',
    prefetch,
  };
}

export interface Service {
  readonly app: Express;
  readonly logger: Logger;
  readonly open: boolean;
  readonly serviceId: string;
  readonly models: ModelRegistry;
  /** Where images are accepted; null where they are not. */
  readonly images: { readonly dimsePort: number | null } | null;
  /** From now on not ready, so that a load balancer sends new requests elsewhere; those that come are answered. */
  readonly announceStop: () => void;
  /** Closes the database and connections. */
  readonly close: () => Promise<void>;
}

export interface ComposeOptions {
  /** Told in a sentence about steps that take seconds. */
  readonly onProgress?: (message: string) => void;
  readonly clock?: () => Instant;
  readonly logger?: Logger;
  /** Start now what else would start with the first study. */
  readonly warm?: boolean;
  /** An open database in place of the configured one; it stays the caller's and is not closed here. */
  readonly database?: Database;
}

/**
 * Builds the service: content and models checked, database open and migrated, start recorded in the audit.
 * @throws when content is wrong or the database cannot be opened; nothing stays open then
 */
export async function compose(config: Config, options: ComposeOptions = {}): Promise<Service> {
  const logger = options.logger ?? createLogger({ level: config.logLevel });
  const clock = options.clock ?? (() => instantFromEpoch(Date.now()));
  const advisorParts = composeAdvisorParts(config, logger);
  const metrics = createMetrics({ runtime: true });
  const database =
    options.database ??
    (await openDatabase(config.database, options.onProgress === undefined ? {} : { onProgress: options.onProgress }));
  const open = config.openMode;
  const closeDatabase = async (): Promise<void> => {
    if (options.database === undefined) await database.close();
  };
  let opened: OpenModels;
  try {
    opened = await openModels(registryOptions(config), logger);
  } catch (error) {
    await closeDatabase();
    throw error;
  }
  const { registry: models, prediction, predict } = opened;
  const auditLog = createAuditLog(database);
  const connections = createFhirConnections({ connections: config.fhirConnections });
  const jtiStore = createJtiStore(database);
  const logCheckpoint = async (when: string): Promise<void> => {
    // A copy of the newest link outside the database: what proves that its end was not cut.
    logger.info({ checkpoint: await auditLog.head(), when }, 'audit checkpoint');
  };
  let threads: AdviceThreads | undefined;
  let imaging: Imaging | undefined;
  const housekeeping = setInterval(() => {
    const now = new Date(clock());
    Promise.all([
      jtiStore.purge(now),
      auditLog.applyRetention(config.audit.retentionDays, now),
      imaging?.housekeeping(),
      logCheckpoint('hourly'),
    ]).catch((error: unknown) => {
      logger.error({ error }, 'housekeeping of the database failed; it is tried again in an hour');
    });
  }, HOUR);
  housekeeping.unref();
  const close = async (): Promise<void> => {
    clearInterval(housekeeping);
    await imaging?.close();
    await auditLog.close();
    await jtiStore.close();
    await connections.close();
    await threads?.close();
    await models.close();
    await closeDatabase();
  };

  const { codes, prefetch, ...composed } = advisorParts;
  let parts: Omit<AdvisorParts, 'readRecord' | 'clock' | 'defaultLocale' | 'locales'> = {
    ...composed,
    ...(predict === undefined ? {} : { predict }),
  };
  try {
    await auditLog.append({
      kind: 'startup',
      client: null,
      evaluationId: null,
      hookInstance: null,
      payload: {
        version: VERSION,
        content: advisorParts.content.version,
        policy: config.site,
        configuration: createHash('sha256').update(JSON.stringify(config.site)).digest('hex'),
        models: auditedModels(models.reports),
        open,
      },
    });
    await auditLog.applyRetention(config.audit.retentionDays, new Date(clock()));
    await logCheckpoint('start');
    if (config.imaging.enabled) {
      const imagingMetrics = createImagingMetrics(metrics.registry);
      imaging = await composeImaging({
        config,
        database,
        audit: auditLog,
        metrics: imagingMetrics,
        logger,
        jtiStore,
        clock,
        open,
        warm: options.warm ?? false,
      });
      const { imagingOf } = imaging;
      parts = { ...parts, imagingOf: (record) => imagingOf(imagingKeys(record, clock())) };
    }
    if (config.adviceThreads > 0) {
      options.onProgress?.(`starting ${String(config.adviceThreads)} threads that compute advice`);
      threads = await openAdviceThreads({
        count: config.adviceThreads,
        thread: {
          config: {
            site: config.site,
            contentDirectory: config.contentDirectory,
            fhirResourcesDirectory: config.fhirResourcesDirectory,
          },
          models: registryOptions(config),
        },
        ...(parts.imagingOf === undefined ? {} : { imagingOf: parts.imagingOf }),
        here: (record, at, locale) => adviseOnRecord(record, at, locale, parts),
        log: logger,
      });
    }
  } catch (error) {
    await close();
    throw error;
  }

  /** A link is a key to a patient's data: it ends with the admission, the record behind it stays. */
  const isOver = (recordedAt: string): boolean => {
    const { basisLinkDays } = config.audit;
    return basisLinkDays !== null && Date.parse(recordedAt) + basisLinkDays * DAY < clock();
  };
  /** What the link of a card leads to, while it works. */
  const storedEvaluation = async (evaluationId: string): Promise<StoredEvaluation | undefined> => {
    const invocation = (await auditLog.byEvaluation(evaluationId)).find(({ kind }) => kind === 'invocation');
    if (invocation === undefined || isOver(invocation.recordedAt)) return undefined;
    return Reflect.get(Object(invocation.payload), 'record') as StoredEvaluation | undefined;
  };
  const sheetsOf = async ({ stroke }: StoredEvaluation): Promise<readonly KeptSheet[]> =>
    (await imaging?.sheets.of(stroke.imaging?.findings.map(({ id }) => id) ?? [])) ?? [];
  const service: HookService = {
    ...describeHookService(prefetch),
    advise: createAdvisor({
      ...parts,
      ...(threads === undefined ? {} : { adviseOn: threads.advise }),
      clock,
      defaultLocale: config.defaultLocale,
      locales: config.locales,
      readRecord: (request, context) => {
        const { patientId, encounterId, drafts } = hookSubject(request);
        const { fhirServer, fhirAuthorization } = request;
        return collectRecord(
          {
            patientId,
            encounterId: encounterId ?? undefined,
            prefetch: request.prefetch,
            drafts,
            beforeReading: context.tokenIsFresh,
            signal: context.signal,
            fhirServer,
            access:
              fhirServer === undefined || fhirAuthorization === undefined
                ? undefined
                : {
                    fhirServer,
                    accessToken: fhirAuthorization.accessToken,
                    expiresIn: fhirAuthorization.expiresIn,
                  },
          },
          { codes, connections, deadlineMs: config.deadlines.fhirReads },
        );
      },
    }),
  };

  let isStopping = false;
  const app = createApp({
    cdsHooks: cdsHooksRouter({
      services: [service],
      clients: config.clients,
      ...(open ? { anonymous: anonymousDevelopmentClient({ fhirServers: config.openFhirServers, origins: [] }) } : {}),
      audit: createInvocationRecorder(auditLog),
      jtiStore,
      feedbackStore: createFeedbackStore(database, auditLog, createFreeTextVault(config.audit.freeText)),
      assertAllowedFhirServer: (url, allowed) => {
        assertAllowedFhirServer(url, allowed, { allowInsecureHttp: config.allowInsecureHttp });
      },
      metrics: metrics.cdsHooks,
      logger,
      clock,
      responseMode: config.environment === 'production' ? 'drop' : 'strict',
      baseUrls: [config.publicBaseUrl],
      bodyLimit: config.bodyLimit,
      deadline: config.deadlines.answer,
      onFault: config.onFault,
      keySource: { allowInsecureKeySets: config.allowInsecureHttp },
    }),
    discovery: discover([service]),
    logger,
    metrics,
    readiness: [
      {
        name: 'service',
        required: true,
        check: () => (isStopping ? Promise.reject(new Error('the service is stopping')) : Promise.resolve()),
      },
      { name: 'database', required: true, check: database.check },
      {
        name: 'models',
        required: false,
        details: () =>
          models.reports.map(({ name, version, role, state, provider }) => ({ name, version, role, state, provider })),
        check: () =>
          models.reports.every(({ state }) => state === 'verified') && prediction.unusable.length === 0
            ? Promise.resolve()
            : Promise.reject(
                new Error('a model is damaged, missing, cannot be loaded or disagrees with its statistics'),
              ),
      },
      ...(imaging?.readiness ?? []),
    ],
    ...(imaging === undefined ? {} : { dicomWeb: imaging.dicomWeb }),
    modelFolder: (name) => models.get(name)?.folder,
    basisPage: async (evaluationId, locale) => {
      const stored = await storedEvaluation(evaluationId);
      if (stored === undefined) return undefined;
      const pictures = (await sheetsOf(stored)).map(({ resultId, pipeline }) => ({
        // From the page's own address, whatever proxy is in front.
        src: `${evaluationId}/sheets/${resultId}`,
        pipeline,
      }));
      return basisPageOf(stored, evaluationId, advisorParts.content, locale, pictures);
    },
    basisSheet: async (evaluationId, resultId) => {
      const stored = await storedEvaluation(evaluationId);
      if (stored === undefined) return undefined;
      const sheet = (await sheetsOf(stored)).find((one) => one.resultId === resultId);
      if (sheet === undefined) return undefined;
      // Recorded before it is shown: it is a picture of the patient.
      await auditLog.append({ kind: 'contact-sheet-read', client: null, evaluationId, payload: { resultId } });
      return imaging?.sheets.read(sheet);
    },
    version: VERSION,
    publicBaseUrl: config.publicBaseUrl,
    open,
  });
  const images = imaging === undefined ? null : { dimsePort: imaging.dimsePort };
  const announceStop = (): void => {
    isStopping = true;
  };
  return { app, logger, open, serviceId: SERVICE_ID, models, images, announceStop, close };
}
