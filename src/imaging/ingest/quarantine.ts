/**
 * Studies whose patient is in doubt: never joined, never analyzed, until a person decides.
 * The receipt puts a study here when its own instances disagree, or a person does.
 */
import { instantFromEpoch, type Instant } from '../../case/index.ts';
import type { Database } from '../../storage/index.ts';

export const QUARANTINE_REASONS = ['patients-differ-within-study', 'by-a-person'] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

export interface QuarantinedStudy {
  readonly studyUid: string;
  readonly reason: string;
  readonly since: Instant;
}

/** Columns of a study that goes into quarantine; the completeness watch looks at it, for what was found is to be withdrawn. */
export const inQuarantine = (reason: QuarantineReason, at: Date) => ({
  quarantine_reason: reason,
  quarantined_at: at,
  released_at: null,
  settled_receipts: null,
});

/** A study that is there already keeps its first reason. @returns false when the study is not held or already there */
export async function quarantineStudy(
  { sql }: Database,
  studyUid: string,
  reason: QuarantineReason,
  now: Instant,
): Promise<boolean> {
  const { numUpdatedRows } = await sql
    .updateTable('image_study')
    .set(inQuarantine(reason, new Date(now)))
    .where('study_uid', '=', studyUid)
    .where('quarantine_reason', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0;
}

/** A person found that the study belongs to its patient: it is analyzed, also when it was before. @returns false when it is not in quarantine */
export async function releaseStudy({ sql }: Database, studyUid: string, now: Instant): Promise<boolean> {
  const { numUpdatedRows } = await sql
    .updateTable('image_study')
    .set({
      quarantine_reason: null,
      quarantined_at: null,
      released_at: new Date(now),
      settled_receipts: null,
      announced_content: null,
    })
    .where('study_uid', '=', studyUid)
    .where('quarantine_reason', 'is not', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0;
}

/** Oldest first. Holds UIDs only, no identity. */
export async function quarantinedStudies({ sql }: Database): Promise<readonly QuarantinedStudy[]> {
  const rows = await sql
    .selectFrom('image_study')
    .select(['study_uid', 'quarantine_reason', 'quarantined_at'])
    .where('quarantine_reason', 'is not', null)
    .orderBy('quarantined_at')
    .execute();
  return rows.flatMap(({ study_uid, quarantine_reason, quarantined_at }) =>
    quarantine_reason === null || quarantined_at === null
      ? []
      : [{ studyUid: study_uid, reason: quarantine_reason, since: instantFromEpoch(quarantined_at.getTime()) }],
  );
}
