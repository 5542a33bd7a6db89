/** SEG and SR of deleted studies go with the images; digests and UIDs stay in the database. */
import { toIso, type Instant } from '../../case/index.ts';
import type { Database } from '../../storage/index.ts';
import type { FolderStore } from '../ingest/folder-store.ts';

export interface ResultFileOptions {
  readonly database: Database;
  readonly store: FolderStore;
  readonly now: Instant;
}

/** Of every result of the study, also of those that were replaced. @returns how many files there were */
export async function removeResultFiles(options: ResultFileOptions, studyUid: string): Promise<number> {
  return remove(options, studyUid);
}

/** Of every study whose images are not held any more: by retention, or by a deletion that was cut off in between. */
export async function removeResultFilesOfDeletedStudies(options: ResultFileOptions): Promise<number> {
  return remove(options, null);
}

/** Files first: killed in between, the next call finds the rows again and their files gone. */
async function remove({ database: { sql }, store, now }: ResultFileOptions, studyUid: string | null): Promise<number> {
  let query = sql
    .selectFrom('imaging_output as o')
    .innerJoin('imaging_result as r', 'r.id', 'o.result_id')
    .select(['o.result_id', 'o.sop_instance_uid', 'o.path'])
    .where('o.removed_at', 'is', null);
  query =
    studyUid !== null
      ? query.where('r.study_uid', '=', studyUid)
      : query.where((eb) =>
          eb.not(
            eb.exists(
              eb.selectFrom('image_study as s').select('s.study_uid').whereRef('s.study_uid', '=', 'r.study_uid'),
            ),
          ),
        );
  let removed = 0;
  for (const { result_id, sop_instance_uid, path } of await query.execute()) {
    if (await store.has(path)) {
      await store.remove(path);
      removed += 1;
    }
    await sql
      .updateTable('imaging_output')
      .set({ removed_at: toIso(now) })
      .where('result_id', '=', result_id)
      .where('sop_instance_uid', '=', sop_instance_uid)
      .where('path', '=', path)
      .execute();
  }
  return removed;
}
