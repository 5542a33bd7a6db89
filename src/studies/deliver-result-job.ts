/** Jobs that send a result out: to the archive, to the EHR. Each destination has a lane of its own. */
import type { Instant } from '../case/index.ts';
import { DeliveryFailure } from '../imaging/results/archive/delivery-failure.ts';
import type { ResultArchive } from '../imaging/results/archive/store-to-archive.ts';
import type { ImageStore } from '../imaging/ingest/image-store.ts';
import { studyOf } from '../imaging/ingest/study-index.ts';
import type { FindingsStore } from '../imaging/results/findings-store.ts';
import { PermanentJobFailure, type JobHandler, type NewJob } from '../jobs/index.ts';
import type { Database } from '../storage/index.ts';

export const DELIVER_TO_ARCHIVE = 'deliver-to-archive';
export const ARCHIVE_LANE = 'archive';
const PRIORITY = 30;
/** With the back-off of the queue: about a day. */
export const ARCHIVE_ATTEMPTS = 30;

export function deliverToArchiveJob(resultId: string): NewJob {
  return {
    kind: DELIVER_TO_ARCHIVE,
    key: resultId,
    lane: ARCHIVE_LANE,
    payload: {},
    priority: PRIORITY,
    maxAttempts: ARCHIVE_ATTEMPTS,
  };
}

export interface ArchiveDeliveryParts {
  readonly database: Database;
  readonly findings: FindingsStore;
  readonly results: ImageStore;
  readonly archive: ResultArchive;
  /** Name of the archive in the record of deliveries. */
  readonly destination: string;
  /** Called when objects of a result that no longer stands have reached the archive. */
  readonly onStale: (resultId: string) => Promise<unknown>;
  readonly clock: () => Instant;
}

/**
 * A result that a newer one replaced meanwhile is sent all the same: the archive keeps the history, too, and is told that
 * it is history.
 */
export function deliverToArchiveHandler(parts: ArchiveDeliveryParts): JobHandler {
  const { database, findings, results, archive, destination, onStale, clock } = parts;
  return async ({ key: resultId }, { signal, progress }) => {
    const result = await findings.resultById(resultId);
    if (result === undefined) return;
    // What was deleted is not sent any more. Released from quarantine, the study is analyzed again and this is asked for
    // again.
    const wanted = async (): Promise<boolean> => {
      const study = await studyOf(database, result.studyUid);
      return study?.quarantine === null;
    };
    if (!(await wanted())) return;
    const outputs = await findings.outputsOf(resultId);
    const { studyUid } = result;
    for (const [at, { path, sopClassUid, sopInstanceUid, seriesUid }] of outputs.entries()) {
      progress('storing', (100 * at) / outputs.length);
      const bytes = await results.read(path).catch(async (error: unknown) => {
        if (await wanted()) throw error;
        return null;
      });
      if (bytes === null) return;
      await delivered(archive.store({ sopClassUid, sopInstanceUid, studyUid, seriesUid, bytes }, signal));
      await findings.confirmDelivery(resultId, {
        object: sopInstanceUid,
        destination,
        confirmedAt: clock(),
      });
    }
    // It may have been replaced while it was sent. Looked at after the last confirmation: whoever replaces it later sees
    // all of them.
    const now = await findings.resultById(resultId);
    const sent = new Set(outputs.map(({ sopInstanceUid }) => sopInstanceUid));
    const settled = (await findings.replacedOutputsOf(resultId)).some(({ sopInstanceUid }) => sent.has(sopInstanceUid));
    if (now !== undefined && sent.size > 0 && (now.superseded !== null || settled)) await onStale(resultId);
  };
}

/** What trying again cannot heal becomes a dead letter at once. */
export async function delivered<T>(delivery: Promise<T>): Promise<T> {
  try {
    return await delivery;
  } catch (error) {
    if (error instanceof DeliveryFailure && !error.mayHeal) throw new PermanentJobFailure(error.message);
    throw error;
  }
}
