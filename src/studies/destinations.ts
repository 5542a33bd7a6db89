/** Where results go and where studies are fetched from, as the site configured it: jobs to ask for, and their handlers. */
import type { JWK } from 'jose';
import type { Instant } from '../case/index.ts';
import { createBackendService } from '../fhir/write/backend-services.ts';
import { createFhirServer } from '../fhir/write/fhir-server.ts';
import { createResultWriter } from '../fhir/write/result-writer.ts';
import type { ImageStore } from '../imaging/ingest/image-store.ts';
import type { IdentifierDomains } from '../imaging/ingest/same-patient.ts';
import { createResultArchive } from '../imaging/results/archive/store-to-archive.ts';
import type { Device } from '../imaging/results/dicom/report-context.ts';
import type { FindingsStore } from '../imaging/results/findings-store.ts';
import type { JobHandler, LaneOptions, NewJob } from '../jobs/index.ts';
import type { Database } from '../storage/index.ts';
import {
  ARCHIVE_LANE,
  DELIVER_TO_ARCHIVE,
  deliverToArchiveHandler,
  deliverToArchiveJob,
} from './deliver-result-job.ts';
import { REJECT_IN_ARCHIVE, rejectInArchiveHandler, rejectInArchiveJob } from './reject-result-job.ts';
import { DELIVER_TO_EHR, deliverToEhrHandler, deliverToEhrJob, EHR_LANE } from './deliver-to-ehr-job.ts';

export interface DestinationOptions {
  readonly database: Database;
  readonly findings: FindingsStore;
  readonly results: ImageStore;
  readonly archive: {
    readonly url: string;
    readonly authorization: string | null;
    readonly storeResults: boolean;
    readonly rejectResults: boolean;
  } | null;
  readonly ehr: {
    readonly server: string;
    readonly clientId: string | null;
    readonly scope: string;
    /** JSON */
    readonly privateJwk: string | null;
  } | null;
  readonly domains: IdentifierDomains;
  readonly allowInsecureHttp: boolean;
  readonly device: Device;
  /** IANA zone, for times in DICOM objects. */
  readonly timeZone: string;
  readonly enqueue: (job: NewJob) => Promise<unknown>;
  readonly clock: () => Instant;
}

export interface Destinations {
  readonly jobsFor: (resultId: string) => readonly NewJob[];
  readonly handlers: Readonly<Record<string, JobHandler>>;
  readonly lanes: readonly LaneOptions[];
}

/** @throws RangeError for an address or a key that cannot be used: a fault of the configuration */
export function createDestinations(options: DestinationOptions): Destinations {
  const parts = [toArchive(options), toEhr(options)].filter((part) => part !== null);
  return {
    jobsFor: (resultId) => parts.flatMap(({ jobs }) => jobs.map((job) => job(resultId))),
    handlers: Object.assign({}, ...parts.map(({ handlers }) => handlers)) as Destinations['handlers'],
    lanes: parts.map(({ lane }) => ({ name: lane, concurrency: 1 })),
  };
}

/** The parser would quote the beginning of the secret. */
function jwkOf(text: string): JWK {
  try {
    return JSON.parse(text) as JWK;
  } catch {
    throw new RangeError('STROKE_CDS_RESULTS_PRIVATE_JWK is no JSON');
  }
}

interface Destination {
  readonly lane: string;
  readonly jobs: readonly ((resultId: string) => NewJob)[];
  /** By kind of job. */
  readonly handlers: Readonly<Record<string, JobHandler>>;
}

function toArchive(options: DestinationOptions): Destination | null {
  const { archive: site, database, findings, results, device, timeZone, enqueue, allowInsecureHttp, clock } = options;
  if (site?.storeResults !== true) return null;
  const archive = createResultArchive({ baseUrl: site.url, authorization: site.authorization, allowInsecureHttp });
  const parts = { database, findings, results, archive, destination: 'archive', clock };
  const rejects = site.rejectResults;
  return {
    lane: ARCHIVE_LANE,
    jobs: rejects ? [deliverToArchiveJob, rejectInArchiveJob] : [deliverToArchiveJob],
    handlers: {
      [DELIVER_TO_ARCHIVE]: deliverToArchiveHandler({
        ...parts,
        onStale: rejects ? (resultId) => enqueue(rejectInArchiveJob(resultId)) : () => Promise.resolve(),
      }),
      // Also where it is switched off: jobs of an earlier configuration are waiting.
      [REJECT_IN_ARCHIVE]: rejects ? rejectInArchiveHandler({ ...parts, device, timeZone }) : () => Promise.resolve(),
    },
  };
}

function toEhr(options: DestinationOptions): Destination | null {
  const { ehr, archive, database, findings, domains, allowInsecureHttp, device, enqueue, clock } = options;
  if (ehr === null) return null;
  const { server: baseUrl, clientId, privateJwk, scope } = ehr;
  const tokens =
    clientId === null || privateJwk === null
      ? null
      : createBackendService({
          fhirBase: baseUrl,
          clientId,
          privateJwk: jwkOf(privateJwk),
          scope,
          now: clock,
          allowInsecureHttp,
        });
  const server = createFhirServer({ baseUrl, tokens, allowInsecureHttp });
  const writer = createResultWriter(server, {
    manufacturer: device.manufacturer,
    name: device.modelName,
    version: device.version,
  });
  const wadoBase = archive?.storeResults === true ? archive.url : null;
  return {
    lane: EHR_LANE,
    jobs: [deliverToEhrJob],
    handlers: {
      [DELIVER_TO_EHR]: deliverToEhrHandler({
        ...{ database, findings, writer, domains, wadoBase, clock },
        onStale: (resultId) => enqueue(deliverToEhrJob(resultId)),
      }),
    },
  };
}
