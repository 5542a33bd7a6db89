/** What becomes of a result when images came later and their analysis failed for good: it is taken back. */
import type { Transaction } from 'kysely';
import type { Instant } from '../case/index.ts';
import type { FindingsStore } from '../imaging/results/findings-store.ts';
import { isOfOtherImages, withdrawalOf } from '../imaging/results/withdrawal.ts';
import type { JobQueue, NewJob } from '../jobs/index.ts';
import type { Database } from '../storage/index.ts';
import type { Schema } from '../storage/schema.ts';
import { ANALYZE_STUDY, contentOf } from './analyze-study-job.ts';

export interface WithdrawalParts {
  readonly database: Database;
  readonly findings: FindingsStore;
  readonly queue: Pick<JobQueue, 'list'>;
  readonly enqueue: (job: NewJob, within: Transaction<Schema>) => Promise<unknown>;
  /** What is to be done with a result that is new: record it, send it. */
  readonly followUps: (resultId: string) => readonly NewJob[];
  readonly clock: () => Instant;
}

/** Dead letters looked at; older ones were seen before. */
const MOST = 200;

/**
 * Withdraws the results of studies whose last analysis is a dead letter, where they are not of the images held now: a value
 * of some slices must not stand as that of the study. Repeatable; a job that is put back in line later gives a new result.
 * @param studyUids these studies only; default all with a dead letter
 * @returns how many results were withdrawn
 */
export async function withdrawAfterFailure(parts: WithdrawalParts, studyUids?: readonly string[]): Promise<number> {
  const { queue } = parts;
  const dead = await queue.list({
    kinds: [ANALYZE_STUDY],
    states: ['failed'],
    ...(studyUids === undefined ? {} : { keys: studyUids }),
    limit: MOST,
  });
  let count = 0;
  for (const studyUid of new Set(dead.map(({ key }) => key))) {
    const [newest] = await queue.list({ kinds: [ANALYZE_STUDY], keys: [studyUid], limit: 1 });
    if (newest?.state === 'failed') count += await withdrawStudy(parts, studyUid);
  }
  return count;
}

async function withdrawStudy(
  { database, findings, enqueue, followUps, clock }: WithdrawalParts,
  studyUid: string,
): Promise<number> {
  const content = await contentOf(database, studyUid);
  if (content === null) return 0;
  const stale = (await findings.currentResults([studyUid])).filter(
    (result) => result.state !== 'refused' && isOfOtherImages(result, content),
  );
  if (stale.length === 0) return 0;
  await database.sql.transaction().execute(async (tx) => {
    for (const former of stale) {
      const withdrawal = withdrawalOf(former, content, 'later-images-not-analyzed');
      const { id } = await findings.commitResult(withdrawal, [], clock(), tx);
      for (const followUp of followUps(id)) await enqueue(followUp, tx);
    }
  });
  return stale.length;
}
