/** What is held: studies of a patient, instances of a study. Summaries hold patient data; they never go into a log. */
import { instantFromEpoch, type Instant } from '../../case/index.ts';
import type { Database } from '../../storage/index.ts';
import type { PatientIdentity } from '../dicom/instance-header.ts';
import { identityOf } from './instance-rows.ts';
import {
  NO_DOMAINS,
  normalizedId,
  samePatient,
  type IdentifierDomains,
  type PatientRecord,
  type PatientVerdict,
} from './same-patient.ts';

export interface StudySummary {
  readonly studyUid: string;
  readonly patient: PatientIdentity;
  readonly accessionNumber: string | null;
  readonly instances: number;
  readonly expected: number | null;
  readonly firstReceivedAt: Instant;
  readonly lastReceivedAt: Instant;
  /** Content version that the analysis got last; null while the study is being received for the first time. */
  readonly announcedContent: string | null;
  /** Nothing came since the completeness watch looked last: the study is not being received. */
  readonly settled: boolean;
  /** What a person decided about its analysis: {"aif": [120, 80, 6]}; empty without. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly quarantine: { readonly reason: string; readonly since: Instant } | null;
}

export interface HeldInstance {
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  readonly seriesUid: string;
  readonly modality: string;
  readonly transferSyntaxUid: string;
  readonly instanceNumber: number | null;
  /** For `ImageStore.read`. */
  readonly path: string;
  readonly bytes: number;
  readonly digest: string;
  /** What `contentVersion` is made of. */
  readonly contentDigest: string;
}

const instant = (date: Date): Instant => instantFromEpoch(date.getTime());

function summaries({ sql }: Database) {
  return sql
    .selectFrom('image_study')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('image_instance')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('image_instance.study_uid', '=', 'image_study.study_uid')
        .as('instances'),
    );
}

type Row = Awaited<ReturnType<ReturnType<typeof summaries>['execute']>>[number];

function summaryOf(row: Row): StudySummary {
  const { quarantine_reason: reason, quarantined_at: since } = row;
  return {
    studyUid: row.study_uid,
    patient: identityOf(row),
    accessionNumber: row.accession_number,
    instances: row.instances ?? 0,
    expected: row.expected_instances,
    firstReceivedAt: instant(row.first_received_at),
    lastReceivedAt: instant(row.last_received_at),
    announcedContent: row.announced_content,
    settled: row.settled_receipts === row.receipts,
    overrides: row.overrides === null ? {} : (JSON.parse(row.overrides) as StudySummary['overrides']),
    quarantine: reason === null || since === null ? null : { reason, since: instant(since) },
  };
}

export async function studyOf(database: Database, studyUid: string): Promise<StudySummary | null> {
  const row = await summaries(database).where('study_uid', '=', studyUid).executeTakeFirst();
  return row === undefined ? null : summaryOf(row);
}

/** By series, then by instance number. */
export async function instancesOf({ sql }: Database, studyUid: string): Promise<readonly HeldInstance[]> {
  const rows = await sql
    .selectFrom('image_instance as i')
    .innerJoin('image_series as s', (join) =>
      join.onRef('s.study_uid', '=', 'i.study_uid').onRef('s.series_uid', '=', 'i.series_uid'),
    )
    .selectAll('i')
    .select('s.modality')
    .where('i.study_uid', '=', studyUid)
    .orderBy('i.series_uid')
    .orderBy('i.instance_number')
    .orderBy('i.sop_instance_uid')
    .execute();
  return rows.map((row) => ({
    sopInstanceUid: row.sop_instance_uid,
    sopClassUid: row.sop_class_uid,
    seriesUid: row.series_uid,
    modality: row.modality,
    transferSyntaxUid: row.transfer_syntax_uid,
    instanceNumber: row.instance_number,
    path: row.path,
    bytes: row.bytes,
    digest: row.digest,
    contentDigest: row.content_digest,
  }));
}

export interface PatientStudy {
  readonly study: StudySummary;
  /** Only `same` may be joined with the record; `unclear` is for a person. */
  readonly verdict: Exclude<PatientVerdict, 'different'>;
}

/** Studies that share an identifier with the record, newest first; none of another patient, none in quarantine. */
export async function studiesOfPatient(
  database: Database,
  record: PatientRecord,
  domains: IdentifierDomains = NO_DOMAINS,
): Promise<readonly PatientStudy[]> {
  const values = record.identifiers.flatMap(({ value }) => normalizedId(value) ?? []);
  if (values.length === 0) return [];
  const rows = await summaries(database)
    .where('study_uid', 'in', (eb) =>
      eb.selectFrom('image_patient_id').select('study_uid').where('patient_id', 'in', values),
    )
    .where('quarantine_reason', 'is', null)
    .orderBy('last_received_at', 'desc')
    .execute();
  return rows.map(summaryOf).flatMap((study) => {
    const verdict = samePatient(study.patient, record, domains);
    return verdict === 'different' ? [] : [{ study, verdict }];
  });
}

/** What an archive counts; the completeness watch waits for it and looks again when it changes. Nothing happens for a study
 * that is not held. */
export async function setExpected({ sql }: Database, studyUid: string, instances: number): Promise<void> {
  await sql
    .updateTable('image_study')
    .set({ expected_instances: instances, settled_receipts: null })
    .where('study_uid', '=', studyUid)
    .where('expected_instances', 'is distinct from', instances)
    .execute();
}

/** Retention counts from the last use: an analysis, a card, a viewer. */
export async function markUsed({ sql }: Database, studyUids: readonly string[], now: Instant): Promise<void> {
  if (studyUids.length === 0) return;
  await sql
    .updateTable('image_study')
    .set({ last_used_at: new Date(now) })
    .where('study_uid', 'in', studyUids)
    .where('last_used_at', '<', new Date(now))
    .execute();
}
