/** When a result is taken back: images came later and their analysis failed for good, or its patient is in doubt. */
import type { Transaction } from 'kysely';
import type { Instant } from '../case/index.ts';
import type { FindingsStore } from '../imaging/results/findings-store.ts';
import type { ImagingResult } from '../imaging/results/result.ts';
import { isOfOtherImages, type Withdrawal } from '../imaging/results/withdrawal.ts';
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
export type InDoubtParts = Omit<WithdrawalParts, 'queue'>;

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

async function withdrawStudy(parts: WithdrawalParts, studyUid: string): Promise<number> {
  const { database, findings } = parts;
  const content = await contentOf(database, studyUid);
  if (content === null) return 0;
  const stale = (await findings.currentResults([studyUid])).filter(
    (result) => result.state !== 'refused' && isOfOtherImages(result, content),
  );
  return stale.length === 0
    ? 0
    : database.sql.transaction().execute((tx) => takeBack(parts, stale, content, 'later-images-not-analyzed', tx));
}

/**
 * Withdraws what was found of a study whose patient is in doubt: archive and chart hold it under one of the patients. Nothing
 * happens when it was released meanwhile. Repeatable.
 * @returns how many results were withdrawn
 */
export async function withdrawInDoubt(parts: InDoubtParts, studyUid: string): Promise<number> {
  const { database, findings } = parts;
  const standing = (await findings.currentResults([studyUid])).filter(({ state }) => state !== 'refused');
  const content = standing.length === 0 ? null : await contentOf(database, studyUid);
  if (content === null) return 0;
  return database.sql.transaction().execute(async (tx) => {
    const study = await tx
      .selectFrom('image_study')
      .select('quarantine_reason')
      .where('study_uid', '=', studyUid)
      .forShare()
      .executeTakeFirst();
    if (study === undefined || study.quarantine_reason === null) return 0;
    return takeBack(parts, standing, content, 'study-in-quarantine', tx);
  });
}

/** Those of the results that still stand. @returns how many */
async function takeBack(
  { findings, enqueue, followUps, clock }: InDoubtParts,
  results: readonly ImagingResult[],
  content: string,
  code: Withdrawal,
  tx: Transaction<Schema>,
): Promise<number> {
  let count = 0;
  for (const former of results) {
    const withdrawn = await findings.withdraw(former, content, code, clock(), tx);
    if (withdrawn === null) continue;
    count += 1;
    for (const followUp of followUps(withdrawn.id)) await enqueue(followUp, tx);
  }
  return count;
}
