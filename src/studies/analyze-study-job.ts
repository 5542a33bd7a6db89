/** The job that turns a complete study into findings: run the analysis, keep its files, commit everything at once. */
import type { Transaction } from 'kysely';
import { plus, type Instant } from '../case/index.ts';
import { AnalysisError, type AnalysisClient } from '../analysis/analysis-client.ts';
import type { AnalysisAnswer, AnalyzedRun } from '../analysis/protocol.ts';
import { contentVersion } from '../imaging/ingest/completeness.ts';
import type { FolderStore } from '../imaging/ingest/folder-store.ts';
import type { IdentifierDomains } from '../imaging/ingest/same-patient.ts';
import { markUsed, studyOf, type StudySummary } from '../imaging/ingest/study-index.ts';
import type { FormerReport } from '../imaging/results/dicom/report.ts';
import { SHEET, type FindingsStore, type StoredOutput } from '../imaging/results/findings-store.ts';
import { resultIdOf, uidOf } from '../imaging/results/identifiers.ts';
import type { ImagingResult, NewResult, StageTime } from '../imaging/results/result.ts';
import { isOfOtherImages, isWithdrawal } from '../imaging/results/withdrawal.ts';
import { PermanentJobFailure, type Job, type JobHandler, type NewJob } from '../jobs/index.ts';
import type { Database } from '../storage/index.ts';
import type { Schema } from '../storage/schema.ts';
import { imagesOf, priorStudies } from './prior-studies.ts';

export const ANALYZE_STUDY = 'analyze-study';
export const ANALYSIS_LANE = 'analysis';
/** CT before MR: fresh blood is looked for there. Behind both, what is analyzed once more. */
export const ANALYSIS_PRIORITY = { ct: 10, mr: 11, again: 12 } as const;

/** @param why 'mr': no CT is in the study; 'again': only the comparison with another scan changes */
export function analyzeStudyJob(studyUid: string, why: keyof typeof ANALYSIS_PRIORITY = 'ct'): NewJob {
  const priority = ANALYSIS_PRIORITY[why];
  return { kind: ANALYZE_STUDY, key: studyUid, lane: ANALYSIS_LANE, payload: {}, priority, maxAttempts: 4 };
}

export interface AnalyzeStudyParts {
  readonly database: Database;
  /** Where SEG and SR are kept until they are sent, and after. */
  readonly results: FolderStore;
  readonly findings: FindingsStore;
  readonly analysis: AnalysisClient;
  readonly enqueue: (job: NewJob, within: Transaction<Schema>) => Promise<unknown>;
  /** What is to be done with a result that is new: record it, send it. */
  readonly followUps: (resultId: string) => readonly NewJob[];
  /** How issuers of patient ids are named: earlier studies of the patient are found by them. */
  readonly domains: IdentifierDomains;
  readonly clock: () => Instant;
}

interface Kept {
  readonly result: NewResult;
  readonly outputs: readonly StoredOutput[];
}

/**
 * What it analyzes is what is held when it runs; images that come later make another job. A study in quarantine is left
 * alone: releasing it makes a job again.
 */
export function analyzeStudyHandler(parts: AnalyzeStudyParts): JobHandler {
  const { database, findings, analysis, clock } = parts;
  return async (job, context) => {
    const studyUid = job.key;
    const study = await studyOf(database, studyUid);
    if (study === null || study.quarantine !== null) return;
    const images = await imagesOf(database, studyUid);
    const content = contentVersion(images.map(({ contentDigest }) => contentDigest));
    if (content === null) return;
    await markUsed(database, [studyUid], clock());

    const startedAt = clock();
    const history = await findings.historyOf(studyUid);
    /** Nothing of images that were deleted or put into quarantine meanwhile. */
    const show = async (kept: readonly Kept[], former: readonly ImagingResult[], tx: Transaction<Schema>) => {
      if (!(await isToBeShown(tx, studyUid))) return;
      const ids: string[] = [];
      for (const { result, outputs } of kept) {
        ids.push((await findings.commitResult(result, outputs, clock(), tx)).id);
      }
      for (const one of former) {
        const withdrawn = await findings.withdraw(one, content, 'use-changed-by-later-images', clock(), tx);
        if (withdrawn !== null) ids.push(withdrawn.id);
      }
      // Also for a result that stood already: each of them does nothing twice, and one may have been skipped.
      for (const followUp of ids.flatMap(parts.followUps)) await parts.enqueue(followUp, tx);
    };
    const answer = await analyzed(
      analysis.analyze(
        {
          studyUid,
          content,
          paths: images.map(({ path }) => path),
          lastKnownWell: null,
          overrides: study.overrides,
          complete: study.expected === null || study.instances >= study.expected,
          at: job.queuedAt,
          former: await formerReports(findings, history),
          replaced: replacedHashes(history),
          priors: await priorStudies(study, parts),
        },
        {
          signal: context.signal,
          progress: context.progress,
          // Blood is seen while the perfusion is still being computed.
          onRun: async (run) => {
            const kept = await keep(run, study, startedAt, parts);
            await context.write((tx) => show([kept], [], tx));
          },
        },
      ),
    );
    const kept: Kept[] = [];
    for (const run of answer.runs) kept.push(await keep(run, study, startedAt, parts));
    const taken = noLongerApplying(await findings.currentResults([studyUid]), answer, content);
    const write = (tx: Transaction<Schema>): Promise<void> => show(kept, taken, tx);
    if (answer.failed.length === 0) {
      await context.commit(write);
      return;
    }
    // What was found stands; only the pipeline that failed is worth another try.
    await context.write(write);
    throw new PipelinesFailed(answer.failed);
  };
}

/** Is the study held, and outside of quarantine? That stays so until the transaction ends. */
async function isToBeShown(tx: Transaction<Schema>, studyUid: string): Promise<boolean> {
  const row = await tx
    .selectFrom('image_study')
    .select('quarantine_reason')
    .where('study_uid', '=', studyUid)
    .forShare()
    .executeTakeFirst();
  return row?.quarantine_reason === null;
}

/** Version of the images of a study that pipelines read; null where it holds none. */
export async function contentOf(database: Database, studyUid: string): Promise<string | null> {
  return contentVersion((await imagesOf(database, studyUid)).map(({ contentDigest }) => contentDigest));
}

/** Results of pipelines that did not take the study any more, now that it holds other images. */
function noLongerApplying(
  current: readonly ImagingResult[],
  { runs, failed }: AnalysisAnswer,
  content: string,
): readonly ImagingResult[] {
  const took = new Set([...runs.map(({ found }) => found.pipeline), ...failed.map(({ pipeline }) => pipeline)]);
  return current.filter(
    (result) => !took.has(result.pipeline) && !isWithdrawal(result) && isOfOtherImages(result, content),
  );
}

/** Names of pipelines with names and codes of errors: what the job list shows. */
class PipelinesFailed extends Error {
  override readonly name = 'PipelinesFailed';
  readonly code: string;

  constructor(failed: AnalysisAnswer['failed']) {
    super('pipelines failed');
    this.code = failed.map(({ pipeline, reason }) => `${pipeline}: ${reason}`).join('; ');
  }
}

async function analyzed(answer: Promise<AnalysisAnswer>): Promise<AnalysisAnswer> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AnalysisError && error.code === 'permanent') throw new PermanentJobFailure(error.message);
    throw error;
  }
}

/** The last report of each pipeline; a withdrawal in between has none. */
async function formerReports(
  findings: FindingsStore,
  history: readonly ImagingResult[],
): Promise<Record<string, FormerReport>> {
  const former: Record<string, FormerReport> = {};
  for (const { id, pipeline } of history) {
    const report = (await findings.outputsOf(id)).find(({ kind }) => kind === 'sr');
    if (report !== undefined) {
      former[pipeline] = { sopInstanceUid: report.sopInstanceUid, seriesUid: report.seriesUid };
    }
  }
  return former;
}

function replacedHashes(history: readonly ImagingResult[]): Record<string, string[]> {
  const replaced: Record<string, string[]> = {};
  for (const { pipeline, inputsHash, superseded } of history) {
    if (superseded !== null) (replaced[pipeline] ??= []).push(inputsHash);
  }
  return replaced;
}

/**
 * Files first: their names follow from the result, so a repeated job writes the same ones again. An object that a former
 * analysis of the same images made stays as it is; only its file is written again when it is gone.
 */
async function keep(
  { found, stages, outputs, sheet }: AnalyzedRun,
  study: StudySummary,
  startedAt: Instant,
  { results, findings, clock }: AnalyzeStudyParts,
): Promise<Kept> {
  const result: NewResult = {
    ...found,
    studyUid: study.studyUid,
    stageTimes: stageTimes(found, stages, study, startedAt, clock()),
  };
  const id = resultIdOf(result);
  const before = new Map((await findings.keptOf(id)).map((output) => [output.sopInstanceUid, output]));
  const files: StoredOutput[] = [];
  for (const { kind, sopClassUid, sopInstanceUid, seriesUid, studyUid, bytes } of [
    ...outputs,
    ...sheetOf(result, sheet),
  ]) {
    const held = before.get(sopInstanceUid);
    if (held !== undefined && (await results.has(held.path))) {
      files.push(held);
      continue;
    }
    const stored = await results.write({ studyUid, seriesUid, sopInstanceUid }, bytes);
    const file: StoredOutput = { kind, sopClassUid, sopInstanceUid, seriesUid, ...stored };
    if (held !== undefined) await findings.renewOutput(id, file);
    files.push(file);
  }
  return { result, outputs: files };
}

/** UIDs of its own, like those of the objects: the store names all of its files by UIDs. */
function sheetOf(result: NewResult, sheet: Uint8Array | undefined) {
  if (sheet === undefined) return [];
  const [id, { studyUid, state }] = [resultIdOf(result), result];
  const [seriesUid, sopInstanceUid] = [uidOf('sheet-series', id), uidOf('sheet', id, state)];
  return [{ kind: SHEET, sopClassUid: '', sopInstanceUid, seriesUid, studyUid, bytes: sheet }] as const;
}

/** From the scanner on: what counts for the patient is not when we began. */
function stageTimes(
  { acquiredAt }: NewResult,
  stages: AnalyzedRun['stages'],
  { lastReceivedAt }: StudySummary,
  startedAt: Instant,
  endedAt: Instant,
): readonly StageTime[] {
  const times: StageTime[] = [];
  if (acquiredAt !== null && acquiredAt <= lastReceivedAt) {
    times.push({ stage: 'from acquisition to receipt', startedAt: acquiredAt, endedAt: lastReceivedAt });
  }
  if (startedAt >= lastReceivedAt) times.push({ stage: 'waiting', startedAt: lastReceivedAt, endedAt: startedAt });
  let at = plus(endedAt, -stages.reduce((sum, { milliseconds }) => sum + milliseconds, 0));
  for (const { stage, milliseconds } of stages) {
    const until = plus(at, milliseconds);
    times.push({ stage, startedAt: at, endedAt: until });
    at = until;
  }
  return times;
}

/** For the progress on cards: 'perfusion: deconvolution' → 'perfusion'. */
export function pipelineOfStage({ stage }: Pick<Job, 'stage'>): string | null {
  const [pipeline, rest] = stage?.split(': ') ?? [];
  return pipeline === undefined || rest === undefined ? null : pipeline;
}
