/** How far the imaging of a patient is, from what was received, what is being done and what was found. */
import type { ImagingFinding, ImagingProgress, PatientImaging } from '../../case/index.ts';

const rowOf = ({ studyUid, pipeline }: ImagingProgress): string => JSON.stringify([studyUid, pipeline]);

/**
 * One row a study and pipeline: the state that began last counts, so that a repeated analysis shows as in progress while
 * the former findings stand. A row without a pipeline stays while it is the newest of its study: late slices arrive.
 * @param parts of the receipt, the jobs and the results; of equal age the later part counts
 */
export function joinProgress(...parts: readonly (readonly ImagingProgress[])[]): readonly ImagingProgress[] {
  const rows = new Map<string, ImagingProgress>();
  for (const row of parts.flat()) {
    const known = rows.get(rowOf(row));
    if (known === undefined || row.since >= known.since) rows.set(rowOf(row), row);
  }
  const all = [...rows.values()];
  const isOvertaken = (row: ImagingProgress): boolean =>
    all.some(({ studyUid, pipeline, since }) => pipeline !== null && studyUid === row.studyUid && since >= row.since);
  return all.filter((row) => row.pipeline !== null || !isOvertaken(row));
}

export function patientImaging(
  findings: readonly ImagingFinding[],
  ...progress: readonly (readonly ImagingProgress[])[]
): PatientImaging {
  return { findings, progress: joinProgress(...progress) };
}
