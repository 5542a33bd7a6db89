/** The job that fetches a study from the archive: the record names it, and nobody sent it to us. */
import { MINUTE, type Instant } from '../case/index.ts';
import { DeliveryFailure } from '../imaging/results/archive/delivery-failure.ts';
import { deletedAt } from '../imaging/ingest/image-retention.ts';
import type { PullStudy } from '../imaging/ingest/pull-study.ts';
import { PermanentJobFailure, type JobHandler, type JobQueue, type NewJob } from '../jobs/index.ts';
import type { Database } from '../storage/index.ts';

export const PULL_STUDY = 'pull-study';
export const PULL_LANE = 'pull';
const PRIORITY = 5;

export function pullStudyJob(studyUid: string): NewJob {
  return { kind: PULL_STUDY, key: studyUid, lane: PULL_LANE, payload: {}, priority: PRIORITY, maxAttempts: 6 };
}

/** A study that the archive does not have is no failure: it may never come, and the next hook asks again. */
export function pullStudyHandler(pull: PullStudy, database: Database): JobHandler {
  return async ({ key: studyUid }, { signal, progress }) => {
    // Deleted since it was asked for: it is not to come back by itself.
    if ((await deletedAt(database, studyUid)) !== null) return;
    progress('fetching', 0);
    try {
      await pull(studyUid, signal);
    } catch (error) {
      if (error instanceof DeliveryFailure && !error.mayHeal) throw new PermanentJobFailure(error.message);
      throw error;
    }
  };
}

/** A chart is opened many times; the archive is asked for a study once in this time. */
const ASKED_AGAIN_AFTER = MINUTE;

/** @returns asks for studies in the background; it neither waits nor throws */
export function createPullRequests(
  queue: JobQueue,
  clock: () => Instant,
  onFault: (error: unknown) => void,
): (studyUids: readonly string[]) => void {
  const asked = new Map<string, Instant>();
  return (studyUids) => {
    const now = clock();
    for (const [uid, at] of asked) if (now - at > ASKED_AGAIN_AFTER) asked.delete(uid);
    for (const uid of studyUids.filter((one) => !asked.has(one))) {
      asked.set(uid, now);
      queue.enqueue(pullStudyJob(uid)).catch(onFault);
    }
  };
}
