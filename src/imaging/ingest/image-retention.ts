/** Deletes images by policy. What stays is a tombstone for each instance, with its digest and without patient data. */
import { sql as raw } from 'kysely';
import { DAY, instantFromEpoch, type Instant } from '../../case/index.ts';
import type { Database } from '../../storage/index.ts';
import type { ImageStore } from './image-store.ts';

export interface ImageRetentionPolicy {
  /** Days after the last use (receipt, analysis, card); null keeps everything. */
  readonly days: number | null;
}

export interface Deleted {
  readonly studies: number;
  readonly instances: number;
  readonly bytes: number;
}

export interface RetentionResult extends Deleted {
  /** Notes of refused instances that went as well. */
  readonly refusals: number;
}

/**
 * The files go when the tombstones are committed: a process that is killed in between leaves files with a tombstone, which
 * the next start removes, and never rows without files.
 * @param unusedSince keep the study when it was used after this
 * @returns null when there is nothing to delete
 */
async function deleteOne(
  { database, store }: { readonly database: Database; readonly store: ImageStore },
  studyUid: string,
  reason: string,
  now: Instant,
  unusedSince: Date | null,
): Promise<Deleted | null> {
  const removed = await database.sql.transaction().execute(async (tx) => {
    const study = await tx
      .selectFrom('image_study')
      .select(['last_used_at'])
      .where('study_uid', '=', studyUid)
      .forUpdate()
      .executeTakeFirst();
    if (study === undefined || (unusedSince !== null && study.last_used_at >= unusedSince)) return null;
    const files = await tx
      .selectFrom('image_instance')
      .select(['path', 'bytes'])
      .where('study_uid', '=', studyUid)
      .execute();
    await raw`insert into image_tombstone
        (sop_instance_uid, study_uid, series_uid, path, digest, bytes, received_at, removed_at, reason)
      select sop_instance_uid, study_uid, series_uid, path, digest, bytes, received_at,
        ${new Date(now).toISOString()}::timestamptz, ${reason}
      from image_instance where study_uid = ${studyUid}`.execute(tx);
    await tx.deleteFrom('image_study').where('study_uid', '=', studyUid).execute();
    return files;
  });
  if (removed === null) return null;
  await removeFiles(
    database,
    store,
    removed.map(({ path }) => path),
  );
  return { studies: 1, instances: removed.length, bytes: removed.reduce((sum, { bytes }) => sum + bytes, 0) };
}

const REMOVED_TOGETHER = 100;

/**
 * An instance of the study that is sent again meanwhile has the same path. Its row waits for the lock, and its receipt looks
 * for its file afterwards; a row that was quicker keeps the file.
 */
async function removeFiles({ sql }: Database, store: ImageStore, paths: readonly string[]): Promise<void> {
  for (let at = 0; at < paths.length; at += REMOVED_TOGETHER) {
    const some = paths.slice(at, at + REMOVED_TOGETHER);
    await sql.transaction().execute(async (tx) => {
      await raw`lock table image_instance in share mode`.execute(tx);
      const rows = await tx.selectFrom('image_instance').select('path').where('path', 'in', some).execute();
      const held = new Set(rows.map(({ path }) => path));
      for (const path of some) if (!held.has(path)) await store.remove(path);
    });
  }
}

export interface DeletionOptions {
  readonly database: Database;
  readonly store: ImageStore;
  readonly now: Instant;
}

/** A person or the law asks for it. @returns null when the study is not held */
export function deleteStudy(options: DeletionOptions, studyUid: string, reason: string): Promise<Deleted | null> {
  return deleteOne(options, studyUid, reason, options.now, null);
}

/** @returns when the images of this study were deleted here; null: never, or some came again since */
export async function deletedAt({ sql }: Database, studyUid: string): Promise<Instant | null> {
  const held = await sql.selectFrom('image_study').select('study_uid').where('study_uid', '=', studyUid).execute();
  if (held.length > 0) return null;
  const stone = await sql
    .selectFrom('image_tombstone')
    .select('removed_at')
    .where('study_uid', '=', studyUid)
    .orderBy('removed_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return stone === undefined ? null : instantFromEpoch(stone.removed_at.getTime());
}

/** Studies that nobody used for so many days, with their notes of refusals; findings and the audit stay. */
export async function applyImageRetention(
  options: DeletionOptions,
  { days }: ImageRetentionPolicy,
): Promise<RetentionResult> {
  let total: RetentionResult = { studies: 0, instances: 0, bytes: 0, refusals: 0 };
  if (days === null) return total;
  const { sql } = options.database;
  const cutoff = new Date(options.now - days * DAY);
  const studies = await sql.selectFrom('image_study').select('study_uid').where('last_used_at', '<', cutoff).execute();
  for (const { study_uid } of studies) {
    const deleted = await deleteOne(options, study_uid, 'retention', options.now, cutoff);
    if (deleted === null) continue;
    total = {
      ...total,
      studies: total.studies + deleted.studies,
      instances: total.instances + deleted.instances,
      bytes: total.bytes + deleted.bytes,
    };
  }
  const { numDeletedRows } = await sql
    .deleteFrom('image_refusal')
    .where('refused_at', '<', cutoff)
    .executeTakeFirstOrThrow();
  return { ...total, refusals: Number(numDeletedRows) };
}
