/**
 * The durable receipt that all ways in share: parse, refuse with the reason, bytes to disk, rows to the database, and
 * only then the acknowledgement.
 *
 * The same instance again changes nothing but a file that was lost or damaged. Another instance under a SOP Instance UID
 * that is taken is refused and noted; the first one stays, because findings may already rest on it. The study goes into quarantine when the two disagree
 * about the patient, not for other differences: archives correct descriptions and re-encode pixels.
 */
import { HOUR, type Instant } from '../../case/index.ts';
import type { Database } from '../../storage/index.ts';
import { createGroupCommit } from '../../storage/group-commit.ts';
import type { InstanceHeader } from '../dicom/instance-header.ts';
import { ImageRefusal } from '../image-refusal.ts';
import { sha256 } from './digest.ts';
import type { FolderStore } from './folder-store.ts';
import { cleanIdentity, findInstance, identityOf, keepInstances, type KeptInstance } from './instance-rows.ts';
import { contentDigest } from './part10.ts';
import { inQuarantine } from './quarantine.ts';
import type { InstanceUids, Origin, Receipt, ReceiptRefusalCode, Receiver } from './receipt.ts';
import { samePatientInStudy } from './same-patient.ts';
import { isUid } from './uid.ts';

export interface ReceiverOptions {
  readonly database: Database;
  readonly store: FolderStore;
  /** @throws ImageRefusal for what is no usable DICOM instance */
  readonly parse: (instance: Uint8Array) => InstanceHeader | Promise<InstanceHeader>;
  readonly clock: () => Instant;
  /** Largest instance in bytes. Default 1 GiB. */
  readonly maxInstanceBytes?: number;
  /** Called with an error of the parser that is no refusal: a fault of ours, for the log. */
  readonly onParserFault?: (error: unknown) => void;
  /** Called after an instance of the study was committed, for the completeness watch. */
  readonly onReceived?: (studyUid: string) => void;
  /**
   * Called before the file of an instance that was lost or damaged is written again: what failed for want of it may be
   * tried again. Before, so that a process killed in between leaves the trying and not the silence.
   */
  readonly onRestoring?: (studyUid: string) => Promise<void>;
}

export const DEFAULT_MAX_INSTANCE_BYTES = 2 ** 30;
const MAX_BATCH = 50;
const UID_NAMES = ['studyUid', 'seriesUid', 'sopInstanceUid', 'sopClassUid'] as const;

interface Refused {
  readonly code: ReceiptRefusalCode;
  readonly reason: string;
  readonly uids: Partial<InstanceUids>;
}

const CONFLICT =
  'another instance with this SOP Instance UID was received before and is kept; send it with a UID of its own';

async function read(instance: Uint8Array, options: ReceiverOptions): Promise<InstanceHeader | Refused> {
  const limit = options.maxInstanceBytes ?? DEFAULT_MAX_INSTANCE_BYTES;
  if (instance.length > limit) {
    return { code: 'too-large', reason: `the instance is larger than ${String(limit)} bytes`, uids: {} };
  }
  let header: InstanceHeader;
  try {
    header = await options.parse(instance);
  } catch (error) {
    if (error instanceof ImageRefusal) {
      const { code, message, instanceUid } = error;
      const readable = instanceUid !== null && isUid(instanceUid);
      return { code, reason: message, uids: readable ? { sopInstanceUid: instanceUid } : {} };
    }
    // Sent again it would fail again, so it is no fault of this moment.
    options.onParserFault?.(error);
    return { code: 'damaged', reason: 'the instance could not be read', uids: {} };
  }
  const { studyUid, seriesUid, sopInstanceUid, sopClassUid, transferSyntaxUid } = header;
  if (![studyUid, seriesUid, sopInstanceUid, sopClassUid, transferSyntaxUid].every(isUid)) {
    const reason = 'a UID of the instance is not a DICOM UID (numbers with dots between them, 64 characters at most)';
    return { code: 'damaged', reason, uids: {} };
  }
  return header;
}

function isRefused(result: InstanceHeader | Refused): result is Refused {
  return 'code' in result;
}

export function createReceiver(options: ReceiverOptions): Receiver {
  const { database, store, clock, onReceived, onRestoring } = options;
  const rows = createGroupCommit((batch: Parameters<typeof keepInstances>[1]) => keepInstances(database, batch), {
    maxItems: MAX_BATCH,
  });

  async function refuse(instance: Uint8Array, origin: Origin, { code, reason, uids }: Refused): Promise<Receipt> {
    await database.sql
      .insertInto('image_refusal')
      .values({
        sop_instance_uid: uids.sopInstanceUid ?? null,
        study_uid: uids.studyUid ?? null,
        code,
        digest: await sha256(instance),
        bytes: instance.length,
        way: origin.way,
        peer: origin.peer,
        refused_at: new Date(clock()),
      })
      .execute();
    const { sopInstanceUid = null, sopClassUid = null } = uids;
    return { outcome: 'refused', code, reason, sopInstanceUid, sopClassUid };
  }

  /** An instance that disagrees with its study about the patient is as suspicious when it is not kept. */
  async function quarantineWhenOtherPatient(kept: KeptInstance, header: InstanceHeader): Promise<void> {
    const study = await database.sql
      .selectFrom('image_study')
      .select(['patient_id', 'patient_issuer', 'other_patient_ids', 'birth_date', 'sex'])
      .where('study_uid', '=', kept.studyUid)
      .executeTakeFirst();
    if (study === undefined) return;
    if (samePatientInStudy(identityOf(study), cleanIdentity(header.patient)) !== 'different') return;
    await database.sql
      .updateTable('image_study')
      .set(inQuarantine('patients-differ-within-study', new Date(clock())))
      .where('study_uid', '=', kept.studyUid)
      .where('quarantine_reason', 'is', null)
      .execute();
  }

  async function isReadable(path: string): Promise<boolean> {
    try {
      await store.read(path);
      return true;
    } catch (error) {
      if (error instanceof ImageRefusal) return false;
      throw error;
    }
  }

  /**
   * A file that was lost, damaged or never restored with the database is written again before it is acknowledged.
   * @param kept the row of this instance, which may have come with other file meta information and so lie elsewhere
   * @returns false when the row is not there any more or names another file
   */
  async function isWhole(kept: KeptInstance, header: InstanceHeader, instance: Uint8Array): Promise<boolean> {
    if (await isReadable(kept.path)) return true;
    await onRestoring?.(kept.studyUid);
    const stored = await store.write(header, instance);
    const { numUpdatedRows } = await database.sql
      .updateTable('image_instance')
      .set(stored)
      .where('sop_instance_uid', '=', header.sopInstanceUid)
      .where('path', '=', kept.path)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows > 0) {
      // A damaged file, when the new one has another name.
      if (stored.path !== kept.path) await store.remove(kept.path);
      return true;
    }
    const now = await findInstance(database.sql, header.sopInstanceUid);
    if (now !== undefined && now.path !== stored.path) await store.remove(stored.path);
    return false;
  }

  /** Retention counts days, so of a thousand instances that come again the first one is enough. */
  async function markSentAgain(studyUid: string): Promise<void> {
    const now = clock();
    await database.sql
      .updateTable('image_study')
      .set({ last_used_at: new Date(now) })
      .where('study_uid', '=', studyUid)
      .where('last_used_at', '<', new Date(now - HOUR))
      .execute();
  }

  /** @param kept the row that holds the UID */
  async function answerFor(
    kept: KeptInstance,
    content: string,
    header: InstanceHeader,
    instance: Uint8Array,
    origin: Origin,
  ): Promise<Receipt> {
    const { studyUid, seriesUid } = header;
    const same = kept.contentDigest === content && kept.studyUid === studyUid && kept.seriesUid === seriesUid;
    if (same) {
      // The study was deleted meanwhile, or another process wrote the file: what is held now decides.
      if (!(await isWhole(kept, header, instance))) return receive(instance, origin);
      await markSentAgain(studyUid);
      return { outcome: 'duplicate', uids: uidsOf(header) };
    }
    await quarantineWhenOtherPatient(kept, header);
    return refuse(instance, origin, { code: 'conflicting-instance', reason: CONFLICT, uids: uidsOf(header) });
  }

  async function receive(
    instance: Uint8Array,
    origin: Origin,
    announced: Partial<InstanceUids> = {},
  ): Promise<Receipt> {
    const header = await read(instance, options);
    if (isRefused(header)) return refuse(instance, origin, header);
    const uids = uidsOf(header);
    if (UID_NAMES.some((name) => announced[name] !== undefined && announced[name] !== uids[name])) {
      const reason = 'the instance has other UIDs than the message or the request that brought it';
      return refuse(instance, origin, { code: 'not-as-announced', reason, uids });
    }
    const content = await contentDigest(instance, header.transferSyntaxUid);
    const before = await findInstance(database.sql, header.sopInstanceUid);
    if (before !== undefined) return answerFor(before, content, header, instance, origin);

    const stored = await store.write(header, instance);
    const receivedAt = new Date(clock());
    const result = await rows.add({ header, stored, contentDigest: content, receivedAt, origin });
    if ('error' in result) throw result.error;
    if (result.kept.path !== stored.path) {
      // Somebody else was quicker with this UID.
      await store.remove(stored.path);
      return answerFor(result.kept, content, header, instance, origin);
    }
    // A deletion of the study by policy may have come between file and row.
    if (!(await store.has(stored.path))) await store.write(header, instance);
    onReceived?.(header.studyUid);
    return { outcome: 'stored', uids: uidsOf(header) };
  }

  return { receive, close: () => rows.close() };
}

function uidsOf({ studyUid, seriesUid, sopInstanceUid, sopClassUid }: InstanceHeader): InstanceUids {
  return { studyUid, seriesUid, sopInstanceUid, sopClassUid };
}
