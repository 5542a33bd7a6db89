/** Earlier studies of the patient in which a hemorrhage was found, with what is held of them: a new study is compared with one. */
import { volumeToCompare } from '../case/index.ts';
import type { PriorStudy } from '../analysis/protocol.ts';
import { ANALYZED_SOP_CLASSES } from '../imaging/ingest/completeness.ts';
import type { FolderStore } from '../imaging/ingest/folder-store.ts';
import { recordOf, type IdentifierDomains } from '../imaging/ingest/same-patient.ts';
import { instancesOf, studiesOfPatient, type HeldInstance, type StudySummary } from '../imaging/ingest/study-index.ts';
import type { FindingsStore } from '../imaging/results/findings-store.ts';
import type { ImagingResult } from '../imaging/results/result.ts';
import type { Database } from '../storage/index.ts';

export interface PriorStudyParts {
  readonly database: Database;
  readonly findings: Pick<FindingsStore, 'currentResults' | 'outputsOf'>;
  readonly results: Pick<FolderStore, 'read'>;
  readonly domains: IdentifierDomains;
}

/** A segmentation is handed over in memory; a patient with more scans of blood than that is compared with the newest of them. */
const MOST = 6;

/** The instances of a study that pipelines read. */
export const imagesOf = async (database: Database, studyUid: string): Promise<readonly HeldInstance[]> =>
  (await instancesOf(database, studyUid)).filter(({ sopClassUid }) => ANALYZED_SOP_CLASSES.includes(sopClassUid));

/** Of the same patient without doubt, outside of quarantine. @returns Study Instance UIDs */
export async function otherStudies(
  study: StudySummary,
  database: Database,
  domains: IdentifierDomains,
): Promise<readonly string[]> {
  const ofPatient = await studiesOfPatient(database, recordOf(study.patient, domains), domains);
  return ofPatient
    .filter(({ verdict, study: { studyUid } }) => verdict === 'same' && studyUid !== study.studyUid)
    .map(({ study: { studyUid } }) => studyUid);
}

/** Earlier or later, as far as they are held: the analysis knows when its own images were taken. */
export async function priorStudies(study: StudySummary, parts: PriorStudyParts): Promise<readonly PriorStudy[]> {
  const { database, findings, domains } = parts;
  const results = (await findings.currentResults(await otherStudies(study, database, domains)))
    .filter(({ state }) => state === 'final')
    .toSorted((a, b) => (b.acquiredAt ?? 0) - (a.acquiredAt ?? 0));
  const priors: PriorStudy[] = [];
  for (const result of results) {
    const prior = priors.length < MOST ? await priorOf(result, parts) : null;
    if (prior !== null) priors.push(prior);
  }
  return priors;
}

async function priorOf(
  result: ImagingResult,
  { database, findings, results }: PriorStudyParts,
): Promise<PriorStudy | null> {
  const { acquiredAt } = result;
  const volume = volumeToCompare(result.findings);
  if (acquiredAt === null || volume === undefined) return null;
  const segmentation = (await findings.outputsOf(result.id)).find(({ kind }) => kind === 'seg');
  const images = await imagesOf(database, result.studyUid);
  if (segmentation === undefined || images.length === 0) return null;
  // A file that is gone or cannot be opened costs the new study no finding.
  const bytes = await results.read(segmentation.path).catch(() => null);
  if (bytes === null) return null;
  const ml = volume.value;
  return {
    studyUid: result.studyUid,
    findingId: volume.id,
    volume: { ml, interval: volume.interval ?? { low: ml, high: ml } },
    method: volume.method,
    acquiredAt,
    paths: images.map(({ path }) => path),
    segmentation: bytes,
  };
}
