/**
 * Studies that share a number with a patient's record while nothing else shows that they are of that patient. They are
 * analyzed, and no card shows their findings: which record or which images are to be corrected, a person finds out.
 */
import { DAY, instantFromEpoch, plus, type Instant } from '../../case/index.ts';
import type { Database } from '../../storage/index.ts';

export interface UnclearStudy {
  readonly studyUid: string;
  readonly since: Instant;
  readonly lastAt: Instant;
}

/** Notes that cards could not use these studies. */
export async function noteUnclear({ sql }: Database, studyUids: readonly string[], now: Instant): Promise<void> {
  if (studyUids.length === 0) return;
  await sql
    .updateTable('image_study')
    .set((build) => ({
      unclear_since: build.fn.coalesce(build.ref('unclear_since'), build.val(new Date(now))),
      unclear_at: new Date(now),
    }))
    .where('study_uid', 'in', studyUids)
    .execute();
}

/** Seen in the last days: a corrected one is no longer met, and disappears. */
const KEPT_DAYS = 7;

/** Oldest first; UIDs only, no identity. Without those in quarantine, which are listed as such. */
export async function unclearStudies({ sql }: Database, now: Instant): Promise<readonly UnclearStudy[]> {
  const rows = await sql
    .selectFrom('image_study')
    .select(['study_uid', 'unclear_since', 'unclear_at'])
    .where('unclear_at', '>', new Date(plus(now, -KEPT_DAYS * DAY)))
    .where('quarantine_reason', 'is', null)
    .orderBy('unclear_since')
    .execute();
  return rows.flatMap(({ study_uid, unclear_since: since, unclear_at: at }) =>
    since === null || at === null
      ? []
      : [
          {
            studyUid: study_uid,
            since: instantFromEpoch(since.getTime()),
            lastAt: instantFromEpoch(at.getTime()),
          },
        ],
  );
}
