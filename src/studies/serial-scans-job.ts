/**
 * The job that keeps comparisons of two scans of a hemorrhage in step with their results. A later scan is analyzed again when
 * an earlier one of the episode has another result (it came later, was measured anew, or its patient is in doubt); an earlier one, when the later one
 * was measured by another version of the network.
 */
import {
  COMPARED_WITH,
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

export function serialScansJob(resultId: string): NewJob {
  const kind = FOLLOW_SERIAL_SCANS;
  return { kind, key: resultId, lane: ANALYSIS_LANE, payload: {}, priority: PRIORITY, maxAttempts: 20 };
}

export interface SerialScansParts extends PriorStudyParts {
  readonly findings: Pick<
    FindingsStore,
    'resultById' | 'resultOfFinding' | 'currentResults' | 'historyOf' | 'outputsOf'
  >;
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
    if (study === null) return;
    // What was withdrawn because the patient is in doubt is compared with no longer.
    const inQuarantine = study.quarantine !== null;
    const changes: readonly Change[] = [
      ...(await laterScans(result, study, parts)),
      ...(inQuarantine ? [] : await changedMeanwhile(result, study, parts)),
      ...(inQuarantine ? [] : await earlierOfOtherNetwork(result, study, parts)),
    ];
    for (const { studyUid, since } of changes) {
      if (await hasBegunSince(queue, studyUid, since)) continue;
      await queue.enqueue(analyzeStudyJob(studyUid, 'again'));
    }
  };
}

/** A study to be analyzed again unless its analysis began after this. */
interface Change {
  readonly studyUid: string;
  readonly since: Instant;
}

/** Scans of a hemorrhage that are compared with this study, or were before its result changed. */
async function laterScans(
  { committedAt: since }: ImagingResult,
  study: StudySummary,
  { database, findings, domains }: SerialScansParts,
): Promise<readonly Change[]> {
  const times = await timesCompared(study.studyUid, findings);
  if (times.length === 0) return [];
  const others = await findings.currentResults(await otherStudies(study, database, domains));
  return others
    .filter((one) => volumeToCompare(one.findings) !== undefined)
    .filter(({ acquiredAt }) => acquiredAt !== null && times.some((own) => isOfCourse(own, acquiredAt)))
    .map(({ studyUid }) => ({ studyUid, since }));
}

/**
 * This scan itself, where an earlier one got another result, or lost it, while this one was analyzed by another process: that
 * one's job did not find a result to put in line.
 */
async function changedMeanwhile(
  { studyUid, acquiredAt, findings: found }: ImagingResult,
  study: StudySummary,
  { database, findings, domains }: SerialScansParts,
): Promise<readonly Change[]> {
  if (acquiredAt === null || volumeToCompare(found) === undefined) return [];
  const changed: Instant[] = [];
  for (const other of await findings.currentResults(await otherStudies(study, database, domains))) {
    if (other.pipeline !== HEMORRHAGE_PIPELINE_NAME) continue;
    const times = await timesCompared(other.studyUid, findings);
    if (times.some((earlier) => isOfCourse(earlier, acquiredAt))) changed.push(other.committedAt);
  }
  const compared = found.map(({ method }) => method.settings[COMPARED_WITH]).find((id) => typeof id === 'string');
  const before = compared === undefined ? undefined : await findings.resultOfFinding(compared);
  const replaced = before?.superseded ?? null;
  if (replaced !== null) changed.push(replaced.at);
  return changed.map((since) => ({ studyUid, since }));
}

/** When the scans of a study were taken of which some result, also a former one, can be or was compared with. */
async function timesCompared(
  studyUid: string,
  findings: Pick<FindingsStore, 'historyOf'>,
): Promise<readonly Instant[]> {
  return (await findings.historyOf(studyUid)).flatMap((one) =>
    volumeToCompare(one.findings) === undefined || one.acquiredAt === null ? [] : [one.acquiredAt],
  );
}

const isOfCourse = (earlier: Instant, later: Instant): boolean =>
  later > earlier && later - earlier <= LONGEST_COURSE_MS;

async function earlierOfOtherNetwork(
  result: ImagingResult,
  study: StudySummary,
  parts: SerialScansParts,
): Promise<readonly Change[]> {
  const volume = volumeToCompare(result.findings);
  if (volume === undefined || result.acquiredAt === null) return [];
  const earlier = firstOfEpisode(await priorStudies(study, parts), result.acquiredAt);
  return earlier === undefined || isMeasuredAlike(earlier.method, volume.method)
    ? []
    : [{ studyUid: earlier.studyUid, since: result.committedAt }];
}

/** Or is about to: what is in line reads the newest results of the patient. */
async function hasBegunSince(queue: Pick<JobQueue, 'list'>, studyUid: string, since: Instant): Promise<boolean> {
  const [newest] = await queue.list({ kinds: [ANALYZE_STUDY], keys: [studyUid], limit: 1 });
  if (newest === undefined) return false;
  return newest.state === 'queued' || (newest.startedAt !== null && newest.startedAt >= since);
}
