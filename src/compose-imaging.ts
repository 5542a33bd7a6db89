/**
 * Wires the way of the images: ways in → receipt → complete study → job → analysis process → findings → ways out. It meets
 * the hooks in what `imagingOf` answers, and nowhere else.
 */
import { join, resolve } from 'node:path';
import type { Router } from 'express';
import type { Logger } from 'pino';
import { createAnalysisClient } from './analysis/analysis-client.ts';
import type { AuditLog } from './audit/index.ts';
import { DAY, plus, SECOND, type Instant, type PatientImaging } from './case/index.ts';
import type { Config } from './config/index.ts';
import type { ReadinessCheck } from './http/health.ts';
import {
  applyImageRetention,
  createReceiver,
  createStudyWatch,
  openDicomWeb,
  openFolderStore,
  receiptStatistics,
  recoverImages,
  staticTokenAuthenticator,
  stowRouter,
} from './imaging/ingest/index.ts';
import { parseInstance } from './imaging/dicom/index.ts';
import { createResultArchive } from './imaging/results/archive/store-to-archive.ts';
import { createFindingsStore } from './imaging/results/findings-store.ts';
import { createJobQueue, startWorkers } from './jobs/index.ts';
import type { ImagingMetrics } from './http/imaging-metrics.ts';
import { registryOptions } from './registry-options.ts';
import type { Database } from './storage/index.ts';
import { ANALYSIS_LANE, ANALYZE_STUDY, analyzeStudyHandler, analyzeStudyJob } from './studies/analyze-study-job.ts';
import {
  ARCHIVE_LANE,
  DELIVER_TO_ARCHIVE,
  deliverToArchiveHandler,
  deliverToArchiveJob,
} from './studies/deliver-result-job.ts';
import { createImagingOfPatient, type RecordKeys } from './studies/imaging-of-patient.ts';
import { AUDIT_LANE, RECORD_RESULT, recordResultHandler, recordResultJob } from './studies/record-result-job.ts';
import { VERSION } from './product.ts';

export interface ImagingParts {
  readonly config: Config;
  readonly database: Database;
  readonly audit: AuditLog;
  readonly metrics: ImagingMetrics;
  readonly logger: Logger;
  readonly clock: () => Instant;
  /** Nobody is asked for a token: development. */
  readonly open: boolean;
}

export interface Imaging {
  readonly dicomWeb: Router;
  readonly imagingOf: (keys: RecordKeys) => Promise<PatientImaging>;
  readonly readiness: readonly ReadinessCheck[];
  /** Deletes by policy; called from time to time. */
  readonly housekeeping: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Finished jobs are of interest for some days; dead letters stay until somebody looks at them. */
const JOBS_KEPT_DAYS = 7;

/** @throws when the folder of the images cannot be used */
export async function composeImaging(parts: ImagingParts): Promise<Imaging> {
  const { config, database, audit, metrics, logger, clock, open } = parts;
  const { imaging } = config;
  const directory = resolve(imaging.directory);
  const sealed = imaging.encryption ?? {};
  const images = await openFolderStore({ directory: join(directory, 'received'), ...sealed });
  // Apart from what was received: a start that adopts received files must not take our own for them.
  const results = await openFolderStore({ directory: join(directory, 'results'), ...sealed });
  const findings = createFindingsStore(database);
  const queue = createJobQueue(database, { clock });

  const onFault = (error: unknown): void => {
    logger.error({ error }, 'an image could not be kept; its sender was told');
  };
  const watch = createStudyWatch({
    database,
    clock,
    quietMs: imaging.quietSeconds * 1_000,
    onStudyReady: async ({ studyUid }) => {
      await queue.enqueue(analyzeStudyJob(studyUid));
    },
    onFault: (error) => {
      logger.error({ error }, 'complete studies could not be looked for; tried again in a second');
    },
  });
  const receiver = createReceiver({
    database,
    store: images,
    parse: parseInstance,
    clock,
    maxInstanceBytes: imaging.maxInstanceBytes,
    onParserFault: onFault,
    onReceived: watch.nudge,
  });
  const recovered = await recoverImages({ database, store: images, receiver, now: clock() });
  if (recovered.adopted + recovered.removed > 0) logger.warn({ recovered }, 'images of a process that was killed');

  const analysis = createAnalysisClient({
    settings: {
      images: { directory: join(directory, 'received'), encryption: imaging.encryption },
      engine: {
        registry: registryOptions(config),
        providers: config.executionProviders,
        threads: imaging.threads,
        server: imaging.inferenceServer,
      },
      pipelinesOff: imaging.pipelinesOff,
      timeZone: config.site.timeZone,
      device: {
        manufacturer: 'Stroke CDS',
        modelName: 'stroke-cds',
        version: VERSION,
        serialNumber: new URL(config.publicBaseUrl).host,
      },
    },
    timeLimit: imaging.timeLimitSeconds * 1_000,
  });
  const archive =
    imaging.archive?.storeResults === true
      ? createResultArchive({
          baseUrl: imaging.archive.url,
          authorization: imaging.archive.authorization,
          allowInsecureHttp: config.allowInsecureHttp,
        })
      : null;
  const workers = startWorkers({
    queue,
    alone: config.database.kind === 'embedded',
    handlers: {
      [ANALYZE_STUDY]: analyzeStudyHandler({
        database,
        results,
        findings,
        analysis,
        enqueue: queue.enqueue,
        followUps: (resultId) => [
          recordResultJob(resultId),
          ...(archive === null ? [] : [deliverToArchiveJob(resultId)]),
        ],
        clock,
      }),
      [RECORD_RESULT]: recordResultHandler(findings, audit),
      ...(archive === null
        ? {}
        : {
            [DELIVER_TO_ARCHIVE]: deliverToArchiveHandler({
              findings,
              results,
              archive,
              destination: 'archive',
              clock,
            }),
          }),
    },
    lanes: [
      { name: ANALYSIS_LANE, concurrency: 1 },
      { name: AUDIT_LANE, concurrency: 1 },
      { name: ARCHIVE_LANE, concurrency: 1 },
    ],
    timeLimitMs: imaging.timeLimitSeconds * 1_000 + 60_000,
    log: logger,
    onEnded: metrics.jobEnded,
  });
  watch.start();
  metrics.observe({
    lanes: async () =>
      (await queue.depth()).map(({ oldestDue, ...lane }) => ({
        ...lane,
        oldestSeconds: oldestDue === null ? null : Math.max(0, (clock() - oldestDue) / SECOND),
      })),
    receipts: () => receiptStatistics(database, clock()),
  });

  return {
    dicomWeb: stowRouter({
      receiver,
      authenticate: open && imaging.senders.length === 0 ? openDicomWeb : staticTokenAuthenticator(imaging.senders),
      maxInstanceBytes: imaging.maxInstanceBytes,
      onFault,
    }),
    imagingOf: createImagingOfPatient({
      database,
      findings,
      queue,
      domains: imaging.patientIds,
      onMissing: () => undefined,
      clock,
    }),
    readiness: [
      {
        name: 'imaging',
        required: false,
        check: () => {
          const { trouble } = workers.state();
          if (trouble !== null) return Promise.reject(new Error('the job queue cannot be read'));
          return analysis.state() === 'failed'
            ? Promise.reject(new Error('the last analysis failed'))
            : Promise.resolve();
        },
      },
    ],
    housekeeping: async () => {
      const now = clock();
      await applyImageRetention({ database, store: images, now }, { days: imaging.retentionDays });
      await queue.purge({ endedBefore: plus(now, -JOBS_KEPT_DAYS * DAY) });
    },
    close: async () => {
      await watch.stop();
      await workers.stop();
      await analysis.close();
      await receiver.close();
    },
  };
}
