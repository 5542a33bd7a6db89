/** What failed because images were lost or damaged is tried again when they come again; nobody has to ask for it. */
import type { Instant } from '../case/index.ts';
import type { JobQueue } from '../jobs/index.ts';
import { ANALYZE_STUDY, analyzeStudyJob } from './analyze-study-job.ts';

/**
 * Puts the newest analysis of the study in line when it is a dead letter, and asks for another one when it waits or runs:
 * what runs may have missed the image that comes now. An analysis that was done read everything and is left alone.
 * @param notBefore images come one by one: each one puts the analysis off a little
 */
export async function analyzeAgain(
  queue: Pick<JobQueue, 'list' | 'requeue' | 'enqueue'>,
  studyUid: string,
  notBefore: Instant,
): Promise<void> {
  const [newest] = await queue.list({ kinds: [ANALYZE_STUDY], keys: [studyUid], limit: 1 });
  if (newest === undefined || newest.state === 'done' || newest.state === 'cancelled') return;
  if (newest.state === 'failed' && (await queue.requeue(newest.id, notBefore)) === 'queued') return;
  await queue.enqueue({ ...analyzeStudyJob(studyUid), notBefore });
}
