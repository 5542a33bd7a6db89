/**
 * Wires the way of the images: ways in → receipt → complete study → job → analysis process → findings → ways out. It meets
 * the hooks in what `imagingOf` answers, and nowhere else.
 */
import { join, resolve } from 'node:path';
import type { Router } from 'express';
import type { Logger } from 'pino';
import { contentFolder } from './advisor-parts.ts';
import { createAnalysisClient } from './analysis/analysis-client.ts';
import type { JtiStore } from './cds-hooks/index.ts';
import type { AuditLog } from './audit/index.ts';
import { DAY, MINUTE, plus, SECOND, type Instant, type PatientImaging } from './case/index.ts';
import type { Config } from './config/index.ts';
import type { ReadinessCheck } from './http/health.ts';
import {
  applyImageRetention,
  bindFolder,
  createInstanceParser,
  createReceiver,
  createStudyPull,
  createStudyWatch,
  createWatchedFolder,
  noteUnclear,
  openDicomWeb,
  openFolderStore,
  receiptStatistics,
  recoverImages,
  startDimseServer,
  stowRouter,
} from './imaging/ingest/index.ts';
import { switchedOn } from './imaging/pipelines/index.ts';
import { createFindingsStore } from './imaging/results/findings-store.ts';
import { removeResultFilesOfDeletedStudies } from './imaging/results/result-files.ts';
import { createJobQueue, startWorkers, type NewJob } from './jobs/index.ts';
import type { ImagingMetrics } from './http/imaging-metrics.ts';
import { senderAuthenticator } from './image-senders.ts';
import { registryOptions } from './registry-options.ts';
import { dimseTls, seriesRules } from './site-files.ts';
import type { Database } from './storage/index.ts';
import { analyzeAgain } from './studies/analyze-again.ts';
import { ANALYSIS_LANE, ANALYZE_STUDY, analyzeStudyHandler, analyzeStudyJob } from './studies/analyze-study-job.ts';
import { createContactSheets, type ContactSheets } from './studies/contact-sheets.ts';
import { createDestinations } from './studies/destinations.ts';
import { createImagingOfPatient, type RecordKeys } from './studies/imaging-of-patient.ts';
import { createPullRequests, PULL_LANE, PULL_STUDY, pullStudyHandler } from './studies/pull-study-job.ts';
import { AUDIT_LANE, RECORD_RESULT, recordResultHandler, recordResultJob } from './studies/record-result-job.ts';
import { FOLLOW_SERIAL_SCANS, serialScansHandler, serialScansJob } from './studies/serial-scans-job.ts';
import { withdrawAfterFailure, withdrawInDoubt } from './studies/withdraw-results.ts';
import { VERSION } from './product.ts';

export interface ImagingParts {
  readonly config: Config;
  readonly database: Database;
  readonly audit: AuditLog;
  readonly metrics: ImagingMetrics;
  readonly logger: Logger;
  readonly jtiStore: JtiStore;
  readonly clock: () => Instant;
  /** Starts the analysis process at once, not with the first study. */
  readonly warm: boolean;
  /** Nobody is asked for a token: development. */
  readonly open: boolean;
}

export interface Imaging {
  readonly dicomWeb: Router;
  readonly imagingOf: (keys: RecordKeys) => Promise<PatientImaging>;
  /** Contact sheets behind findings, and one of them; never of a study that was deleted or whose patient is in doubt. */
  readonly sheets: ContactSheets;
  readonly readiness: readonly ReadinessCheck[];
  /** Where C-STORE is accepted; null where it is not. */
  readonly dimsePort: number | null;
  /** Deletes by policy; called from time to time. */
  readonly housekeeping: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Milliseconds. */
const PULL_TIME = 60 * MINUTE;

/** Finished jobs are of interest for some days; dead letters stay until somebody looks at them. */
const JOBS_KEPT_DAYS = 7;

/** @throws when the folder of the images cannot be used */
export async function composeImaging(parts: ImagingParts): Promise<Imaging> {
  const { config, database, audit, metrics, logger, jtiStore, clock, open, warm } = parts;
  const { imaging } = config;
  const tls = dimseTls(imaging.dimse);
  const rules = seriesRules(imaging);
  const directory = resolve(imaging.directory);
  const sealed = imaging.encryption ?? {};
  await bindFolder({ database, directory });
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
    onStudyReady: async ({ studyUid, ctImages }) => {
      await queue.enqueue(analyzeStudyJob(studyUid, ctImages > 0 ? 'ct' : 'mr'));
    },
    onQuarantined: async (studyUid) => {
      const count = await withdrawInDoubt(withdrawing, studyUid);
      if (count > 0) logger.warn({ count }, 'results were withdrawn: the patient of their study is in doubt');
    },
    onFault: (error) => {
      logger.error({ error }, 'complete studies could not be looked for; tried again in a second');
    },
  });
  const parser = createInstanceParser();
  const receiver = createReceiver({
    database,
    store: images,
    parse: parser.parse,
    clock,
    maxInstanceBytes: imaging.maxInstanceBytes,
    onParserFault: onFault,
    onReceived: watch.nudge,
    onRestoring: (studyUid) => analyzeAgain(queue, studyUid, plus(clock(), imaging.quietSeconds * SECOND)),
  });
  const recovered = await recoverImages({ database, store: images, receiver, now: clock() });
  if (recovered.adopted + recovered.removed > 0) logger.warn({ recovered }, 'images of a process that was killed');

  const folder =
    imaging.watchedFolder === null
      ? null
      : await createWatchedFolder({
          directory: resolve(imaging.watchedFolder),
          receiver,
          clock,
          maxInstanceBytes: imaging.maxInstanceBytes,
          onFault,
        });
  const device = {
    manufacturer: 'Stroke CDS',
    modelName: 'stroke-cds',
    version: VERSION,
    serialNumber: new URL(config.publicBaseUrl).host,
  };
  const pipelines = switchedOn(imaging.pipelinesOff);
  const analysis = createAnalysisClient({
    settings: {
      images: { directory: join(directory, 'received'), encryption: imaging.encryption },
      engine: {
        registry: registryOptions(config),
        providers: config.executionProviders,
        threads: imaging.threads,
        server: imaging.inferenceServer,
        serverAuthorization: imaging.inferenceServerAuthorization,
      },
      pipelinesOff: imaging.pipelinesOff,
      seriesRules: rules,
      texts: { directory: contentFolder(config.contentDirectory), locale: config.defaultLocale },
      timeZone: config.site.timeZone,
      device,
    },
    timeLimit: imaging.timeLimitSeconds * 1_000,
  });
  const allowInsecureHttp = config.allowInsecureHttp && config.environment !== 'production';
  const destinations = createDestinations({
    database,
    findings,
    results,
    archive: imaging.archive,
    ehr: imaging.fhirResults,
    domains: imaging.patientIds,
    allowInsecureHttp,
    device,
    timeZone: config.site.timeZone,
    enqueue: queue.enqueue,
    clock,
  });
  const pull =
    imaging.archive?.pull === true
      ? createStudyPull({
          archive: { baseUrl: imaging.archive.url, authorization: imaging.archive.authorization, allowInsecureHttp },
          database,
          receiver,
          maxInstanceBytes: imaging.maxInstanceBytes,
        })
      : null;
  // Before anything runs: a port that is taken must stop the start.
  const dimse =
    imaging.dimse === null
      ? null
      : await startDimseServer({
          ...imaging.dimse,
          tls,
          receiver,
          maxInstanceBytes: imaging.maxInstanceBytes,
          onEvent: (event) => {
            logger.warn({ event: { ...event, error: undefined } }, 'DICOM port: an association was not served');
          },
        });
  const followUps = (resultId: string): NewJob[] => [
    recordResultJob(resultId),
    serialScansJob(resultId),
    ...destinations.jobsFor(resultId),
  ];
  const withdrawing = { database, findings, queue, enqueue: queue.enqueue, followUps, clock };
  const withdraw = async (): Promise<void> => {
    const count = await withdrawAfterFailure(withdrawing);
    if (count > 0) logger.warn({ count }, 'results were withdrawn: images that came later could not be analyzed');
  };
  const withdrawSoon = (): void => {
    withdraw().catch((error: unknown) => {
      logger.error({ error }, 'stale results could not be withdrawn; tried again with the housekeeping');
    });
  };
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
        followUps,
        domains: imaging.patientIds,
        clock,
      }),
      [FOLLOW_SERIAL_SCANS]: serialScansHandler({ database, findings, results, queue, domains: imaging.patientIds }),
      [RECORD_RESULT]: recordResultHandler(findings, audit),
      ...(pull === null ? {} : { [PULL_STUDY]: pullStudyHandler(pull, database) }),
      ...destinations.handlers,
    },
    lanes: [
      { name: ANALYSIS_LANE, concurrency: 1 },
      { name: AUDIT_LANE, concurrency: 1 },
      { name: PULL_LANE, concurrency: 1 },
      ...destinations.lanes,
    ],
    // The analysis ends by its own limit; a study from the archive over a slow line takes longer, and has limits of its own.
    timeLimitMs: Math.max(PULL_TIME, imaging.timeLimitSeconds * 1_000 + 60_000),
    log: logger,
    onEnded: (ended) => {
      metrics.jobEnded(ended);
      if (ended.kind !== ANALYZE_STUDY || ended.outcome !== 'failed') return;
      withdrawSoon();
    },
  });
  const authenticate = senderAuthenticator({
    config,
    jtiStore,
    clock,
    onRefused: (reason) => {
      logger.warn({ reason }, 'a sender of images was not authenticated');
    },
  });
  // A process that was killed between the dead letter and this could not.
  const sweep = setTimeout(withdrawSoon, MINUTE);
  sweep.unref();
  if (warm) analysis.warmUp();
  folder?.start();
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
      authenticate: open && imaging.senders.length + imaging.signingSenders.length === 0 ? openDicomWeb : authenticate,
      maxInstanceBytes: imaging.maxInstanceBytes,
      onFault,
    }),
    imagingOf: createImagingOfPatient({
      database,
      findings,
      queue,
      domains: imaging.patientIds,
      onMissing:
        pull === null
          ? () => undefined
          : createPullRequests(queue, clock, (error) => {
              logger.error({ error }, 'a study could not be asked for; the next hook asks again');
            }),
      onUnclear: (studyUids) => {
        noteUnclear(database, studyUids, clock()).catch((error: unknown) => {
          logger.error({ error }, 'studies whose patient is unclear could not be noted');
        });
      },
      clock,
    }),
    sheets: createContactSheets({ database, findings, results }),
    readiness: [
      {
        name: 'imaging',
        required: false,
        details: () => ({
          pipelines: pipelines.map(({ name, version }) => ({ name, version })),
          models: analysis.models(),
        }),
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
      await removeResultFilesOfDeletedStudies({ database, store: results, now });
      await withdraw();
      await queue.purge({ endedBefore: plus(now, -JOBS_KEPT_DAYS * DAY) });
    },
    dimsePort: dimse?.port ?? null,
    close: async () => {
      clearTimeout(sweep);
      await dimse?.close();
      await folder?.stop();
      await watch.stop();
      await workers.stop();
      await analysis.close();
      await receiver.close();
      await parser.close();
    },
  };
}
