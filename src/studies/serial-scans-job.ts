/**
 * The job that keeps comparisons of two scans of a hemorrhage in step with their results. A later scan is analyzed again when
 * an earlier one of the episode has another result (it came later, or was measured anew); an earlier one, when the later one
 * was measured by another version of the network.
 */
import {
  HEMORRHAGE_PIPELINE_NAME,
  LONGEST_COURSE_MS,
  firstOfEpisode,
  isMeasuredAlike,
  volumeToCompare,
} from '../case/index.ts';
import type { Instant } from '../case/index.ts';
import { studyOf, type StudySummary } from '../imaging/ingest/study-index.ts';
import type { FindingsStore } from '../imaging/results/findings-store.ts';
import type { ImagingResult } from '../imaging/results/result.ts';
import type { JobHandler, JobQueue, NewJob } from '../jobs/index.ts';
import { ANALYSIS_LANE, ANALYZE_STUDY, analyzeStudyJob } from './analyze-study-job.ts';
import { otherStudies, priorStudies, type PriorStudyParts } from './prior-studies.ts';

export const FOLLOW_SERIAL_SCANS = 'follow-serial-scans';
/** Before the analyses: it only puts some in line. */
const PRIORITY = 5;
/** A study that nobody has looked at yet goes first. */
const ANALYZE_AGAIN_PRIORITY = 11;

export function serialScansJob(resultId: string): NewJob {
  const kind = FOLLOW_SERIAL_SCANS;
  return { kind, key: resultId, lane: ANALYSIS_LANE, payload: {}, priority: PRIORITY, maxAttempts: 20 };
}

export interface SerialScansParts extends PriorStudyParts {
  readonly findings: Pick<FindingsStore, 'resultById' | 'currentResults' | 'historyOf' | 'outputsOf'>;
  readonly queue: Pick<JobQueue, 'list' | 'enqueue'>;
}

/**
 * It ends by itself: nothing is put in line whose last analysis began after the result was there, and an analysis that finds
 * the same leaves the result as it is.
 */
export function serialScansHandler(parts: SerialScansParts): JobHandler {
  const { database, findings, queue } = parts;
  return async ({ key }) => {
    const result = await findings.resultById(key);
    if (result?.pipeline !== HEMORRHAGE_PIPELINE_NAME || result.superseded !== null) return;
    const study = await studyOf(database, result.studyUid);
    if (study === null || study.quarantine !== null) return;
    const again = [...(await laterScans(study, parts)), ...(await earlierOfOtherNetwork(result, study, parts))];
    for (const studyUid of again) {
      if (await hasBegunSince(queue, studyUid, result.committedAt)) continue;
      await queue.enqueue({ ...analyzeStudyJob(studyUid), priority: ANALYZE_AGAIN_PRIORITY });
    }
  };
}

/** Scans of a hemorrhage that are compared with this study, or were before its result changed. */
async function laterScans(study: StudySummary, { database, findings, domains }: SerialScansParts): Promise<string[]> {
  const times = (await findings.historyOf(study.studyUid)).flatMap((one) =>
    volumeToCompare(one.findings) === undefined || one.acquiredAt === null ? [] : [one.acquiredAt],
  );
  if (times.length === 0) return [];
  const others = await findings.currentResults(await otherStudies(study, database, domains));
  return others
    .filter((one) => volumeToCompare(one.findings) !== undefined)
    .filter(({ acquiredAt: at }) => times.some((own) => at !== null && at > own && at - own <= LONGEST_COURSE_MS))
    .map(({ studyUid }) => studyUid);
}

async function earlierOfOtherNetwork(
  result: ImagingResult,
  study: StudySummary,
  parts: SerialScansParts,
): Promise<string[]> {
  const volume = volumeToCompare(result.findings);
  if (volume === undefined || result.acquiredAt === null) return [];
  const earlier = firstOfEpisode(await priorStudies(study, parts), result.acquiredAt);
  return earlier === undefined || isMeasuredAlike(earlier.method, volume.method) ? [] : [earlier.studyUid];
}

/** Or is about to: what is in line reads the newest results of the patient. */
async function hasBegunSince(queue: Pick<JobQueue, 'list'>, studyUid: string, since: Instant): Promise<boolean> {
  const [newest] = await queue.list({ kinds: [ANALYZE_STUDY], keys: [studyUid], limit: 1 });
  if (newest === undefined) return false;
  return newest.state === 'queued' || (newest.startedAt !== null && newest.startedAt >= since);
}
