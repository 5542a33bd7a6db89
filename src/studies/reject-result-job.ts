/** The job that marks what the archive has of a result that no longer stands: replaced, settled or withdrawn. */
import type { Instant } from '../case/index.ts';
import type { ImageStore } from '../imaging/ingest/image-store.ts';
import { studyOf } from '../imaging/ingest/study-index.ts';
import type { ResultArchive } from '../imaging/results/archive/store-to-archive.ts';
import { writeRejectionNote, type RejectionReason } from '../imaging/results/dicom/rejection-note.ts';
import type { Device } from '../imaging/results/dicom/report-context.ts';
import { readStudyHeader, type StudyHeader } from '../imaging/results/dicom/study-header.ts';
import type { FindingsStore, ResultOutput } from '../imaging/results/findings-store.ts';
import type { ImagingResult } from '../imaging/results/result.ts';
import { isWithdrawal } from '../imaging/results/withdrawal.ts';
import type { JobHandler, NewJob } from '../jobs/index.ts';
import type { Database } from '../storage/index.ts';
import { ARCHIVE_ATTEMPTS, ARCHIVE_LANE, delivered } from './deliver-result-job.ts';

export const REJECT_IN_ARCHIVE = 'reject-in-archive';
/** After the results: the new one is there before the former one is marked. */
const PRIORITY = 31;

export function rejectInArchiveJob(resultId: string): NewJob {
  return {
    kind: REJECT_IN_ARCHIVE,
    key: resultId,
    lane: ARCHIVE_LANE,
    payload: {},
    priority: PRIORITY,
    maxAttempts: ARCHIVE_ATTEMPTS,
  };
}

export interface RejectionParts {
  readonly database: Database;
  readonly findings: FindingsStore;
  readonly results: ImageStore;
  readonly archive: ResultArchive;
  /** Name of the archive in the record of deliveries. */
  readonly destination: string;
  readonly device: Device;
  readonly timeZone: string;
  readonly clock: () => Instant;
}

/**
 * Looks at all results of the study and pipeline, so that it does not matter which of them asked. Only what the archive
 * was seen to have is rejected; what reaches it later asks again.
 */
export function rejectInArchiveHandler(parts: RejectionParts): JobHandler {
  const { database, findings, archive, destination, device, timeZone, clock } = parts;
  return async ({ key: resultId }, { signal }) => {
    const asked = await findings.resultById(resultId);
    // Of a deleted study there is nothing left to make a note of.
    if (asked === undefined || (await studyOf(database, asked.studyUid)) === null) return;
    const history = await findings.historyOf(asked.studyUid);
    for (const result of history.filter(({ pipeline }) => pipeline === asked.pipeline)) {
      const stale = await staleInArchive(parts, result);
      if (stale.length === 0) continue;
      const { superseded, committedAt } = result;
      const by = history.find(({ id }) => id === superseded?.by);
      const header = await headerOf(parts.results, stale);
      const at = superseded?.at ?? committedAt;
      const note = writeRejectionNote(
        { resultId: result.id, reason: reasonOf(by), header, device, at, timeZone },
        stale,
      );
      await delivered(archive.store(note, signal));
      for (const { sopInstanceUid: object } of stale) {
        const delivery = { object, destination: rejectedAt(destination), confirmedAt: clock() };
        await findings.confirmDelivery(result.id, delivery);
      }
    }
  };
}

/** @param by what stands in place of the rejected result */
function reasonOf(by: ImagingResult | undefined): RejectionReason {
  if (by === undefined || !isWithdrawal(by)) return 'replaced';
  return by.quality.some(({ code }) => code === 'study-in-quarantine') ? 'patient-in-doubt' : 'withdrawn';
}

/** In the record of deliveries, beside the delivery of the object itself. */
const rejectedAt = (destination: string): string => `${destination}: rejected`;

/** Objects of a result that no longer stand, that the archive has, and that it was not told about. */
async function staleInArchive(
  { findings, destination }: RejectionParts,
  { id, superseded }: ImagingResult,
): Promise<readonly ResultOutput[]> {
  const stale = [
    ...(await findings.replacedOutputsOf(id)),
    ...(superseded === null ? [] : await findings.outputsOf(id)),
  ];
  if (stale.length === 0) return [];
  const deliveries = await findings.deliveriesOf(id);
  const confirmed = (object: string, where: string): boolean =>
    deliveries.some((delivery) => delivery.object === object && delivery.destination === where);
  return stale.filter(
    ({ sopInstanceUid }) =>
      confirmed(sopInstanceUid, destination) && !confirmed(sopInstanceUid, rejectedAt(destination)),
  );
}

/** Patient and study as the rejected objects name them: from the first file that can be read. */
async function headerOf(results: ImageStore, objects: readonly ResultOutput[]): Promise<StudyHeader> {
  let failure: unknown;
  for (const { path } of objects) {
    try {
      return readStudyHeader(await results.read(path));
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}
