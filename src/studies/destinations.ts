/** Where results go and where studies are fetched from, as the site configured it: jobs to ask for, and their handlers. */
import type { JWK } from 'jose';
import type { Instant } from '../case/index.ts';
import { createBackendService } from '../fhir/write/backend-services.ts';
import { createFhirServer } from '../fhir/write/fhir-server.ts';
import { createResultWriter } from '../fhir/write/result-writer.ts';
import type { ImageStore } from '../imaging/ingest/image-store.ts';
import type { IdentifierDomains } from '../imaging/ingest/same-patient.ts';
import { createResultArchive } from '../imaging/results/archive/store-to-archive.ts';
import type { FindingsStore } from '../imaging/results/findings-store.ts';
import type { JobHandler, LaneOptions, NewJob } from '../jobs/index.ts';
import type { Database } from '../storage/index.ts';
import {
  ARCHIVE_LANE,
  DELIVER_TO_ARCHIVE,
  deliverToArchiveHandler,
  deliverToArchiveJob,
} from './deliver-result-job.ts';
import { DELIVER_TO_EHR, deliverToEhrHandler, deliverToEhrJob, EHR_LANE } from './deliver-to-ehr-job.ts';

export interface DestinationOptions {
  readonly database: Database;
  readonly findings: FindingsStore;
  readonly results: ImageStore;
  readonly archive: {
    readonly url: string;
    readonly authorization: string | null;
    readonly storeResults: boolean;
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
  readonly version: string;
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
    jobsFor: (resultId) => parts.map(({ job }) => job(resultId)),
    handlers: Object.fromEntries(parts.map(({ kind, handler }) => [kind, handler])),
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
  readonly kind: string;
  readonly lane: string;
  readonly job: (resultId: string) => NewJob;
  readonly handler: JobHandler;
}

function toArchive({
  archive,
  database,
  findings,
  results,
  allowInsecureHttp,
  clock,
}: DestinationOptions): Destination | null {
  if (archive?.storeResults !== true) return null;
  const { url: baseUrl, authorization } = archive;
  const store = createResultArchive({ baseUrl, authorization, allowInsecureHttp });
  return {
    kind: DELIVER_TO_ARCHIVE,
    lane: ARCHIVE_LANE,
    job: deliverToArchiveJob,
    handler: deliverToArchiveHandler({ database, findings, results, archive: store, destination: 'archive', clock }),
  };
}

function toEhr(options: DestinationOptions): Destination | null {
  const { ehr, archive, database, findings, domains, allowInsecureHttp, version, clock } = options;
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
  const writer = createResultWriter(server, { manufacturer: 'Stroke CDS', name: 'stroke-cds', version });
  const wadoBase = archive?.storeResults === true ? archive.url : null;
  return {
    kind: DELIVER_TO_EHR,
    lane: EHR_LANE,
    job: deliverToEhrJob,
    handler: deliverToEhrHandler({ database, findings, writer, domains, wadoBase, clock }),
  };
}
