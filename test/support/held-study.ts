/** Rows of a received CT study, as the receipt writes them, without files. */
import type { Instant } from '../../src/case/index.ts';
import type { Database } from '../../src/storage/index.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';

/** A study of the patient MRN-1 with one image. */
export async function holdStudy({ sql }: Database, studyUid: string, at: Instant): Promise<void> {
  const received = new Date(at);
  await sql
    .insertInto('image_study')
    .values({
      ...{ study_uid: studyUid, patient_id: 'MRN-1', patient_issuer: null, other_patient_ids: '[]' },
      ...{ birth_date: '1955-03-12', sex: 'F', accession_number: null, receipts: 1 },
      ...{ first_received_at: received, last_received_at: received, last_used_at: received },
      ...{ expected_instances: null, announced_short: false },
    })
    .execute();
  await sql.insertInto('image_patient_id').values({ study_uid: studyUid, patient_id: 'MRN-1', issuer: '' }).execute();
  const series = { study_uid: studyUid, series_uid: `${studyUid}.1` };
  await sql
    .insertInto('image_series')
    .values({ ...series, modality: 'CT', first_received_at: received })
    .execute();
  await holdImage({ sql }, studyUid, 1, at);
}

export async function holdImage(
  { sql }: Pick<Database, 'sql'>,
  studyUid: string,
  number: number,
  at: Instant,
): Promise<void> {
  const name = `${studyUid}-${String(number)}`;
  await sql
    .insertInto('image_instance')
    .values({
      ...{ study_uid: studyUid, series_uid: `${studyUid}.1`, sop_instance_uid: `${studyUid}.1.${String(number)}` },
      ...{ sop_class_uid: CT, transfer_syntax_uid: '1.2.840.10008.1.2.1', instance_number: number },
      ...{ path: name, bytes: 1, digest: `${name}-d`, content_digest: `${name}-c` },
      ...{ received_at: new Date(at), way: 'stow', peer: null },
    })
    .execute();
}
