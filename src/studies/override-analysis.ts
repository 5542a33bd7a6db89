/** A reviewer's word about the analysis of a study: kept with the study, recorded, and analyzed anew. */
import type { AuditLog } from '../audit/index.ts';
import { studyOf } from '../imaging/ingest/study-index.ts';
import { REVISION } from '../imaging/pipelines/run-pipelines.ts';
import type { Enqueued, JobQueue } from '../jobs/index.ts';
import type { Database } from '../storage/index.ts';
import { analyzeStudyJob } from './analyze-study-job.ts';
import type { CheckOverrides, OverrideProblems } from './check-overrides.ts';

export interface AnalysisDecision {
  /** Empty: everything is chosen automatically again. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Who decided, as they call themselves. */
  readonly by: string;
}

export interface OverrideParts {
  readonly database: Database;
  readonly queue: JobQueue;
  readonly audit: AuditLog;
  readonly check: CheckOverrides;
}

/** 'not-held': no such study, or its patient is in doubt. What is refused is neither kept nor recorded. */
export type Decided =
  | { readonly state: 'queued'; readonly job: Enqueued }
  | { readonly state: 'not-held' }
  | ({ readonly state: 'refused' } & OverrideProblems);

/**
 * Recorded first, so that no result rests on a decision that nobody can find. The job is queued with the decision or not
 * at all; a result of the former decision is superseded when the new one is there.
 * @throws ImageRefusal for images that the decision is about and that cannot be read
 */
export async function overrideAnalysis(
  { database, queue, audit, check }: OverrideParts,
  studyUid: string,
  { overrides, by }: AnalysisDecision,
): Promise<Decided> {
  const study = await studyOf(database, studyUid);
  if (study === null || study.quarantine !== null) return { state: 'not-held' };
  const problems = await check(studyUid, overrides);
  if (problems.unread.length + problems.remarks.length > 0) return { state: 'refused', ...problems };
  const before = study.overrides[REVISION];
  const kept = { ...overrides, [REVISION]: typeof before === 'number' ? before + 1 : 1 };
  await audit.append({
    kind: 'analysis-override',
    client: null,
    evaluationId: null,
    payload: { studyUid, by, ...kept },
  });
  return database.sql.transaction().execute(async (tx) => {
    const set = { overrides: JSON.stringify(kept) };
    await tx.updateTable('image_study').set(set).where('study_uid', '=', studyUid).execute();
    return { state: 'queued', job: await queue.enqueue(analyzeStudyJob(studyUid), tx) };
  });
}
