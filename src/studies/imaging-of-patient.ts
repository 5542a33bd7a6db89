/** What imaging knows of the patient of a hook call: one look at what is held, never waiting for an analysis. */
import { NO_IMAGING, type ImagingProgress, type Instant, type PatientImaging } from '../case/index.ts';
import { quarantineStudy } from '../imaging/ingest/quarantine.ts';
import { samePatient, type IdentifierDomains } from '../imaging/ingest/same-patient.ts';
import { studiesOfPatient, studyOf, type StudySummary } from '../imaging/ingest/study-index.ts';
import type { FindingsStore } from '../imaging/results/findings-store.ts';
import { patientImaging } from '../imaging/results/progress.ts';
import type { Job, JobQueue } from '../jobs/index.ts';
import type { Database } from '../storage/index.ts';
import { ANALYZE_STUDY, pipelineOfStage } from './analyze-study-job.ts';

/** What the record says to find images by. */
export interface RecordKeys {
  readonly identifiers: readonly { readonly system: string | null; readonly value: string }[];
  readonly birthDate: string | null;
  readonly sex: string | null;
  readonly studyUids: readonly string[];
}

export interface ImagingOfPatientParts {
  readonly database: Database;
  readonly findings: FindingsStore;
  readonly queue: JobQueue;
  readonly domains: IdentifierDomains;
  /** Studies that the record names and nobody sent us. */
  readonly onMissing: (studyUids: readonly string[]) => void;
  readonly clock: () => Instant;
}

/** Milliseconds that the answer 'no study was ever received' may be old. */
const NOTHING_HELD_MS = 1_000;

export function createImagingOfPatient(parts: ImagingOfPatientParts): (keys: RecordKeys) => Promise<PatientImaging> {
  const { database, findings, queue, domains, onMissing, clock } = parts;
  let nothingHeldAt = -Infinity;

  /** A site without images pays for one look a second, not for several a call. */
  async function nothingHeld(): Promise<boolean> {
    if (clock() - nothingHeldAt < NOTHING_HELD_MS) return true;
    const any = await database.sql.selectFrom('image_study').select('study_uid').limit(1).executeTakeFirst();
    if (any === undefined) nothingHeldAt = clock();
    return any === undefined;
  }

  /** The record names the study, so an identifier of another kind is no contradiction; another patient is. */
  async function named(studyUid: string, keys: RecordKeys): Promise<StudySummary | 'missing' | null> {
    const study = await studyOf(database, studyUid);
    if (study === null) return 'missing';
    if (study.quarantine !== null) return null;
    if (samePatient(study.patient, keys, domains) !== 'different') return study;
    await quarantineStudy(database, studyUid, 'patient-differs-from-record', clock());
    return null;
  }

  return async (keys) => {
    if (await nothingHeld()) {
      onMissing(keys.studyUids);
      return NO_IMAGING;
    }
    const held = (await studiesOfPatient(database, keys, domains)).flatMap(({ study, verdict }) =>
      verdict === 'same' ? [study] : [],
    );
    const studies = new Map(held.map((study) => [study.studyUid, study]));
    const missing: string[] = [];
    for (const uid of keys.studyUids.filter((one) => !studies.has(one))) {
      const study = await named(uid, keys);
      if (study === 'missing') missing.push(uid);
      else if (study !== null) studies.set(uid, study);
    }
    onMissing(missing);
    const uids = [...studies.keys()];
    if (uids.length === 0) return NO_IMAGING;
    const jobs = await queue.list({ kinds: [ANALYZE_STUDY], keys: uids, limit: 10 * uids.length });
    return patientImaging(
      await findings.findingsOfStudies(uids),
      await findings.progressOfStudies(uids),
      [...studies.values()].flatMap(receiving),
      uids.flatMap((uid) => jobProgress(jobs.find(({ key }) => key === uid))),
    );
  };
}

function receiving({ studyUid, announcedContent, firstReceivedAt }: StudySummary): ImagingProgress[] {
  if (announcedContent !== null) return [];
  return [{ studyUid, pipeline: null, state: 'receiving', since: firstReceivedAt, percent: null, reason: null }];
}

/** Of the newest job of a study; a finished one shows by its results. */
function jobProgress(job: Job | undefined): ImagingProgress[] {
  if (job === undefined) return [];
  const row = { studyUid: job.key, pipeline: null, percent: null, reason: null };
  switch (job.state) {
    case 'queued':
      return [{ ...row, state: 'queued', since: job.queuedAt }];
    case 'running':
      return [
        {
          ...row,
          pipeline: pipelineOfStage(job),
          state: 'in-progress',
          since: job.startedAt ?? job.queuedAt,
          percent: job.percent === null ? null : Math.round(job.percent),
        },
      ];
    case 'failed':
      return [{ ...row, state: 'failed', since: job.endedAt ?? job.queuedAt, reason: 'analysis-failed' }];
    case 'done':
    case 'cancelled':
      return [];
  }
}
