/** What imaging knows of the patient of a hook call: one look at what is held, never waiting for an analysis. */
import { NO_IMAGING, type ImagingProgress, type Instant, type PatientImaging } from '../case/index.ts';
import { deletedAt } from '../imaging/ingest/image-retention.ts';
import { normalizedId, samePatient, type IdentifierDomains } from '../imaging/ingest/same-patient.ts';
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
  /** Studies of which it is unclear whether they are of this patient. Neither waits nor throws. */
  readonly onUnclear: (studyUids: readonly string[]) => void;
  readonly clock: () => Instant;
}

/** Milliseconds that the answer 'no study was ever received' may be old. */
const NOTHING_HELD_MS = 1_000;

export function createImagingOfPatient(parts: ImagingOfPatientParts): (keys: RecordKeys) => Promise<PatientImaging> {
  const { database, findings, queue, domains, onMissing, onUnclear, clock } = parts;
  let nothingHeldAt = -Infinity;

  /** A site without images pays for one look a second, not for several a call. */
  async function nothingHeld(): Promise<boolean> {
    if (clock() - nothingHeldAt < NOTHING_HELD_MS) return true;
    const { sql } = database;
    const [study] = await sql.selectFrom('image_study').select('study_uid').limit(1).execute();
    const [deleted] = await sql.selectFrom('image_tombstone').select('id').limit(1).execute();
    const nothing = study === undefined && deleted === undefined;
    if (nothing) nothingHeldAt = clock();
    return nothing;
  }

  /**
   * The record names the study, so an identifier of another kind is no contradiction; another patient is. It is this
   * record that may be wrong: the study stays what it is for the others.
   */
  async function named(
    studyUid: string,
    keys: RecordKeys,
  ): Promise<StudySummary | 'missing' | 'in-doubt' | { readonly deletedAt: Instant }> {
    const study = await studyOf(database, studyUid);
    if (study === null) {
      // Asked for again, what a person had deleted would be back.
      const at = await deletedAt(database, studyUid);
      return at === null ? 'missing' : { deletedAt: at };
    }
    const isOther = samePatient(study.patient, keys, domains) === 'different';
    return study.quarantine !== null || isOther ? 'in-doubt' : study;
  }

  /** Studies with a number of the patient that a person has to look at: silence would look like 'no images'. */
  async function quarantined({ identifiers }: RecordKeys): Promise<readonly string[]> {
    const values = identifiers.flatMap(({ value }) => normalizedId(value) ?? []);
    if (values.length === 0) return [];
    const rows = await database.sql
      .selectFrom('image_study as study')
      .innerJoin('image_patient_id as id', 'id.study_uid', 'study.study_uid')
      .select('study.study_uid')
      .distinct()
      .where('id.patient_id', 'in', values)
      .where('study.quarantine_reason', 'is not', null)
      .execute();
    return rows.map(({ study_uid }) => study_uid);
  }

  return async (keys) => {
    if (await nothingHeld()) {
      onMissing(keys.studyUids);
      return NO_IMAGING;
    }
    const held = await studiesOfPatient(database, keys, domains);
    const studies = new Map(
      held.flatMap(({ study, verdict }) => (verdict === 'same' ? [[study.studyUid, study]] : [])),
    );
    const missing: string[] = [];
    const unusable: ImagingProgress[] = [];
    const inDoubt = new Set(await quarantined(keys));
    for (const uid of keys.studyUids.filter((one) => !studies.has(one))) {
      const study = await named(uid, keys);
      if (study === 'missing') missing.push(uid);
      else if (study === 'in-doubt') inDoubt.add(uid);
      else if ('deletedAt' in study) unusable.push(unusableStudy(uid, study.deletedAt, 'images-deleted'));
      else studies.set(uid, study);
    }
    const unclear = held.flatMap(({ study: { studyUid }, verdict }) =>
      verdict === 'unclear' && !studies.has(studyUid) ? [studyUid] : [],
    );
    onUnclear(unclear);
    for (const studyUid of unclear) inDoubt.add(studyUid);
    // A study that the archive has not given in full is asked for again.
    const short = [...studies.values()].filter(({ expected, instances }) => expected !== null && instances < expected);
    onMissing([...missing, ...short.map(({ studyUid }) => studyUid)]);
    const uids = [...studies.keys()];
    for (const studyUid of inDoubt) unusable.push(unusableStudy(studyUid, clock(), 'patient-in-doubt'));
    if (uids.length === 0) return unusable.length === 0 ? NO_IMAGING : patientImaging([], unusable);
    const jobs = await queue.list({ kinds: [ANALYZE_STUDY], keys: uids, limit: 10 * uids.length });
    return patientImaging(
      await findings.findingsOfStudies(uids),
      unusable,
      await findings.progressOfStudies(uids),
      [...studies.values()].flatMap(receiving),
      uids.flatMap((uid) => jobProgress(jobs.find(({ key }) => key === uid))),
    );
  };
}

function unusableStudy(
  studyUid: string,
  since: Instant,
  reason: 'patient-in-doubt' | 'images-deleted',
): ImagingProgress {
  return { studyUid, pipeline: null, state: 'refused', since, percent: null, reason };
}

/** A study of images that no pipeline reads is settled, too: nothing is waited for. */
function receiving({ studyUid, settled, announcedContent, firstReceivedAt }: StudySummary): ImagingProgress[] {
  if (settled || announcedContent !== null) return [];
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
      return [{ ...row, state: 'failed', since: job.endedAt ?? job.queuedAt, reason: failureOf(job) }];
    case 'done':
    case 'cancelled':
      return [];
  }
}

/** The analysis says a refusal of stored images by its code. */
const failureOf = ({ lastError }: Job): string =>
  lastError?.startsWith('missing-file') === true ? 'images-missing' : 'analysis-failed';
