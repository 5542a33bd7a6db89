/** Rows of received instances: study, series and instance are committed together, many instances in one transaction. */
import type { Insertable, Transaction } from 'kysely';
import type { Database } from '../../storage/index.ts';
import type { ImageInstanceTable, ImagePatientIdTable, ImageStudyTable, Schema } from '../../storage/schema.ts';
import type { InstanceHeader, PatientIdentity } from '../dicom/instance-header.ts';
import type { StoredInstance } from './image-store.ts';
import { inQuarantine } from './quarantine.ts';
import type { Origin } from './receipt.ts';
import { normalizedId, samePatientInStudy } from './same-patient.ts';

type Tx = Transaction<Schema>;

export interface NewInstance {
  readonly header: InstanceHeader;
  readonly stored: StoredInstance;
  readonly contentDigest: string;
  readonly receivedAt: Date;
  readonly origin: Origin;
}

export interface KeptInstance {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly path: string;
  readonly contentDigest: string;
}

/** Characters of an issuer in the index of identifiers; whole ones are compared with the study's row. */
const LONGEST_ISSUER = 128;

/** PostgreSQL text cannot hold NUL, and padding is no part of a value. */
function clean(text: string | null): string | null {
  const trimmed = text?.replaceAll('\0', '').trim() ?? '';
  return trimmed === '' ? null : trimmed;
}

/** What is no 32-bit integer is as good as absent, and no reason to lose the image. */
function int32(value: number | null): number | null {
  return value !== null && (value | 0) === value ? value : null;
}

export function cleanIdentity({ patientId, issuer, otherIds, birthDate, sex }: PatientIdentity): PatientIdentity {
  return {
    patientId: clean(patientId),
    issuer: clean(issuer),
    otherIds: otherIds.flatMap((other) => {
      const id = clean(other.id);
      return id === null ? [] : [{ id, issuer: clean(other.issuer) }];
    }),
    birthDate: clean(birthDate),
    sex: clean(sex),
  };
}

export interface IdentityColumns {
  readonly patient_id: string | null;
  readonly patient_issuer: string | null;
  readonly other_patient_ids: string;
  readonly birth_date: string | null;
  readonly sex: string | null;
}

export function identityOf(row: IdentityColumns): PatientIdentity {
  return {
    patientId: row.patient_id,
    issuer: row.patient_issuer,
    otherIds: JSON.parse(row.other_patient_ids) as PatientIdentity['otherIds'],
    birthDate: row.birth_date,
    sex: row.sex,
  };
}

function identityColumns({ patientId, issuer, otherIds, birthDate, sex }: PatientIdentity): IdentityColumns {
  return {
    patient_id: patientId,
    patient_issuer: issuer,
    other_patient_ids: JSON.stringify(otherIds),
    birth_date: birthDate,
    sex,
  };
}

function patientIdRows(studyUid: string, identity: PatientIdentity): Insertable<ImagePatientIdTable>[] {
  const ids = [{ id: identity.patientId ?? '', issuer: identity.issuer }, ...identity.otherIds];
  return ids.flatMap(({ id, issuer }) => {
    const normalized = normalizedId(id);
    if (normalized === null) return [];
    return [{ study_uid: studyUid, patient_id: normalized, issuer: (issuer ?? '').slice(0, LONGEST_ISSUER) }];
  });
}

function studyRow({ header, receivedAt }: NewInstance, identity: PatientIdentity): Insertable<ImageStudyTable> {
  return {
    study_uid: header.studyUid,
    ...identityColumns(identity),
    accession_number: clean(header.accessionNumber),
    expected_instances: null,
    first_received_at: receivedAt,
    last_received_at: receivedAt,
    last_used_at: receivedAt,
    receipts: 1,
    settled_receipts: null,
    announced_content: null,
    announced_short: false,
    announced_at: null,
    quarantine_reason: null,
    quarantined_at: null,
    released_at: null,
    unclear_since: null,
    unclear_at: null,
    overrides: null,
  };
}

function instanceRow(instance: NewInstance): Insertable<ImageInstanceTable> {
  const { header, stored, contentDigest, receivedAt, origin } = instance;
  return {
    sop_instance_uid: header.sopInstanceUid,
    study_uid: header.studyUid,
    series_uid: header.seriesUid,
    sop_class_uid: header.sopClassUid,
    transfer_syntax_uid: header.transferSyntaxUid,
    instance_number: int32(header.instanceNumber),
    path: stored.path,
    bytes: stored.bytes,
    digest: stored.digest,
    content_digest: contentDigest,
    received_at: receivedAt,
    way: origin.way,
    peer: origin.peer,
  };
}

/**
 * One statement for study, series and instance. The first instance with an identifier names the patient of the study; a
 * later one that disagrees puts the study into quarantine.
 * @returns the row that holds this SOP Instance UID now: the new one, or the one that was first
 */
async function keepInstance(tx: Tx, instance: NewInstance): Promise<KeptInstance> {
  const { header, contentDigest, receivedAt } = instance;
  const identity = cleanIdentity(header.patient);
  const row = await tx
    .with('study', (db) =>
      db
        .insertInto('image_study')
        .values(studyRow(instance, identity))
        .onConflict((conflict) =>
          conflict.column('study_uid').doUpdateSet(({ eb }) => ({
            receipts: eb('image_study.receipts', '+', 1),
            last_received_at: receivedAt,
            last_used_at: receivedAt,
          })),
        )
        .returningAll(),
    )
    .with('series', (db) =>
      db
        .insertInto('image_series')
        .values({
          study_uid: header.studyUid,
          series_uid: header.seriesUid,
          modality: clean(header.modality) ?? '',
          first_received_at: receivedAt,
        })
        .onConflict((conflict) => conflict.columns(['study_uid', 'series_uid']).doNothing()),
    )
    .with('instance', (db) =>
      db
        .insertInto('image_instance')
        .values(instanceRow(instance))
        .onConflict((conflict) => conflict.column('sop_instance_uid').doNothing())
        .returning('path'),
    )
    .selectFrom('study')
    .leftJoin('instance', (join) => join.onTrue())
    .selectAll('study')
    .select('instance.path as path')
    .executeTakeFirstOrThrow();
  const first = identityOf(row);
  if (row.receipts === 1 || JSON.stringify(first) !== JSON.stringify(identity)) {
    await keepIdentity(tx, instance, first, identity, row.quarantine_reason !== null);
  }
  if (row.path !== null) {
    return { studyUid: header.studyUid, seriesUid: header.seriesUid, path: row.path, contentDigest };
  }
  const kept = await findInstance(tx, header.sopInstanceUid);
  if (kept === undefined) throw new Error('an instance that was just written has no row');
  return kept;
}

/** For an identity that the study did not have yet. */
async function keepIdentity(
  tx: Tx,
  { header: { studyUid }, receivedAt }: NewInstance,
  first: PatientIdentity,
  identity: PatientIdentity,
  quarantined: boolean,
): Promise<void> {
  const ids = patientIdRows(studyUid, identity);
  if (ids.length > 0) {
    await tx
      .insertInto('image_patient_id')
      .values(ids)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  if (quarantined) return;
  if (samePatientInStudy(first, identity) !== 'different') {
    const named = completed(first, identity);
    if (named === null) return;
    await tx.updateTable('image_study').set(identityColumns(named)).where('study_uid', '=', studyUid).execute();
    return;
  }
  await tx
    .updateTable('image_study')
    .set(inQuarantine('patients-differ-within-study', receivedAt))
    .where('study_uid', '=', studyUid)
    .execute();
}

/**
 * A localizer is often sent before the patient was chosen at the scanner ('UNKNOWN'); the images after it name the patient.
 * @returns null when the first identity has an identifier of its own, or birth date or sex contradict
 */
function completed(first: PatientIdentity, later: PatientIdentity): PatientIdentity | null {
  const { patientId, issuer } = later;
  if (normalizedId(first.patientId ?? '') !== null || normalizedId(patientId ?? '') === null) return null;
  if (samePatientInStudy({ ...first, patientId, issuer }, later) !== 'same') return null;
  return {
    patientId,
    issuer,
    otherIds: [...later.otherIds, ...first.otherIds.filter((a) => !later.otherIds.some((b) => a.id === b.id))],
    birthDate: later.birthDate ?? first.birthDate,
    sex: later.sex ?? first.sex,
  };
}

export async function findInstance(db: Database['sql'], sopInstanceUid: string): Promise<KeptInstance | undefined> {
  const row = await db
    .selectFrom('image_instance')
    .select(['study_uid', 'series_uid', 'path', 'content_digest'])
    .where('sop_instance_uid', '=', sopInstanceUid)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return { studyUid: row.study_uid, seriesUid: row.series_uid, path: row.path, contentDigest: row.content_digest };
}

export type Kept = { readonly kept: KeptInstance } | { readonly error: unknown };

/**
 * Commits a batch. When it fails, each instance gets a transaction of its own: one bad row holds up no other.
 * @returns one result for each instance, in the same order
 */
export async function keepInstances(database: Database, batch: readonly NewInstance[]): Promise<readonly Kept[]> {
  // Rows are locked in one order everywhere, so two processes never wait for each other crosswise.
  const order = batch
    .map((instance, index) => ({ instance, index, key: `${instance.header.studyUid} ${instance.header.seriesUid}` }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index));
  const together = async (): Promise<readonly Kept[]> => {
    const results: Kept[] = [];
    await database.sql.transaction().execute(async (tx) => {
      for (const { instance, index } of order) results[index] = { kept: await keepInstance(tx, instance) };
    });
    return results;
  };
  try {
    return await together();
  } catch (error) {
    if (batch.length === 1) return [{ error }];
  }
  const results: Kept[] = [];
  for (const instance of batch) results.push(...(await keepInstances(database, [instance])));
  return results;
}
