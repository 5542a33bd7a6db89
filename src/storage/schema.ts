/** The tables, as the code sees them. `migrations/` makes them; the same SQL runs embedded and on a server. */
import type { ColumnType, Generated } from 'kysely';

/** Written as ISO text or Date, read as Date. */
type Timestamp = ColumnType<Date, Date | string, Date | string>;

/** One link of the chain. `payload` is RFC 8785 text, kept byte for byte because the hash is over it. */
export interface AuditRecordTable {
  sequence: number;
  previous_hash: string;
  hash: string;
  recorded_at: Timestamp;
  kind: string;
  client: string | null;
  evaluation_id: string | null;
  hook_instance: string | null;
  payload: string;
}

/** One row: the newest link. Every append moves it, so that a cut tail shows. */
export interface AuditHeadTable {
  id: number;
  sequence: number;
  hash: string;
}

/** Which evaluation a card came from: what feedback joins by. */
export interface IssuedCardTable {
  card: string;
  evaluation_id: string;
  client: string;
  service: string;
  topic: string;
  issued_at: Timestamp;
}

/** JSON columns are text: `jsonb` refuses NUL escapes, which an EHR may well send. */
export interface FeedbackTable {
  key: string;
  client: string;
  service: string;
  request_id: string;
  card: string;
  evaluation_id: string | null;
  outcome: string;
  outcome_at: Timestamp | null;
  received_at: Timestamp;
  accepted_suggestions: string;
  override_reasons: string;
  /** Encrypted, or null. */
  user_comment: string | null;
  flaws: string;
  raw: string;
  times_received: Generated<number>;
  /** Order of arrival: the last one wins in reports. */
  position: Generated<number>;
}

/** SHA-256 of issuer and token id; the token itself is never stored. */
export interface UsedTokenTable {
  key: string;
  expires_at: Timestamp;
}

/** What a pipeline said of a study. One row of a study and pipeline has no `superseded_at`: the current one. */
export interface ImagingResultTable {
  id: string;
  study_uid: string;
  pipeline: string;
  /** Counts the results of this study and pipeline from 1. */
  version: number;
  pipeline_version: string;
  inputs_hash: string;
  /** Version of the study's content; null in rows of earlier versions. */
  content: string | null;
  state: string;
  committed_at: Timestamp;
  acquired_at: Timestamp | null;
  superseded_at: Timestamp | null;
  superseded_by: string | null;
  quality: string;
  curves: string;
  model: string | null;
  ran_on: string | null;
  stage_times: string;
}

/** `value` is JSON: a number, text, yes/no or null. */
export interface ImagingFindingTable {
  id: string;
  result_id: string;
  position: number;
  kind: string;
  value: string;
  unit: string | null;
  interval_low: number | null;
  interval_high: number | null;
  interval_basis: string | null;
  detection_floor: number | null;
  quality: string;
  settings: string;
  series_uids: string;
  features: string | null;
}

/** A DICOM object that was made of a result; `path` leads into the image store. */
export interface ImagingOutputTable {
  result_id: string;
  kind: string;
  sop_class_uid: string;
  sop_instance_uid: string;
  series_uid: string;
  path: string;
  bytes: number;
  digest: string;
  /** When the result settled and other objects took its place. */
  replaced_at: Timestamp | null;
  /** When the file was deleted. */
  removed_at: Timestamp | null;
}

/** Written only when the destination gave the object back. */
export interface ImagingDeliveryTable {
  result_id: string;
  /** SOP Instance UID, or what the resource on the FHIR server is called. */
  object: string;
  destination: string;
  confirmed_at: Timestamp;
}

/** A study as its images describe it. The identity is patient data: never in a log. */
export interface ImageStudyTable {
  study_uid: string;
  patient_id: string | null;
  patient_issuer: string | null;
  /** JSON: identifiers with their issuers. */
  other_patient_ids: string;
  /** YYYY-MM-DD */
  birth_date: string | null;
  sex: string | null;
  accession_number: string | null;
  /** As the archive counts it; null where nobody told. */
  expected_instances: number | null;
  first_received_at: Timestamp;
  last_received_at: Timestamp;
  last_used_at: Timestamp;
  /** Instances that were committed so far, and how many of them the completeness watch has settled. */
  receipts: number;
  settled_receipts: number | null;
  /** Content version that was handed to the analysis last. */
  announced_content: string | null;
  /** The archive counted more instances then: what was found is preliminary. */
  announced_short: boolean;
  announced_at: Timestamp | null;
  quarantine_reason: string | null;
  quarantined_at: Timestamp | null;
  /** A person decided that the study belongs to its patient. */
  released_at: Timestamp | null;
  /** A card could not tell whether the study is of its patient: first and last time. */
  unclear_since: Timestamp | null;
  unclear_at: Timestamp | null;
  /** JSON: what a person decided about its analysis. */
  overrides: string | null;
}

/** Empty issuer: the images name none. */
export interface ImagePatientIdTable {
  study_uid: string;
  patient_id: string;
  issuer: string;
}

export interface ImageSeriesTable {
  study_uid: string;
  series_uid: string;
  modality: string;
  first_received_at: Timestamp;
}

export interface ImageInstanceTable {
  sop_instance_uid: string;
  study_uid: string;
  series_uid: string;
  sop_class_uid: string;
  transfer_syntax_uid: string;
  instance_number: number | null;
  path: string;
  bytes: number;
  /** SHA-256 of the file as received. */
  digest: string;
  /** SHA-256 of transfer syntax and data set: the same over every way in. */
  content_digest: string;
  received_at: Timestamp;
  way: string;
  peer: string | null;
}

export interface ImageRefusalTable {
  id: Generated<number>;
  sop_instance_uid: string | null;
  study_uid: string | null;
  code: string;
  digest: string;
  bytes: number;
  way: string;
  peer: string | null;
  refused_at: Timestamp;
}

/** What is left of an instance that was deleted. */
export interface ImageTombstoneTable {
  id: Generated<number>;
  sop_instance_uid: string;
  study_uid: string;
  series_uid: string;
  path: string;
  digest: string;
  bytes: number;
  received_at: Timestamp;
  removed_at: Timestamp;
  reason: string;
}

/** The folder of images that belongs to this database. */
export interface ImageFolderTable {
  one: number;
  id: string;
}

/** Durable work; see src/jobs. */
export interface JobTable {
  id: string;
  /** Order of arrival. */
  position: Generated<number>;
  kind: string;
  key: string;
  lane: string;
  /** JSON. */
  payload: string;
  priority: number;
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  attempt: Generated<number>;
  /** Attempts granted by being queued, and again by a requeue. */
  tries: number;
  /** The last attempt that is granted. */
  attempt_limit: number;
  stage: string | null;
  percent: number | null;
  /** JSON: stages of all attempts with their times. */
  stages: Generated<string>;
  last_error: string | null;
  /** Who runs it, until when without another sign of life. */
  worker: string | null;
  lease_until: Timestamp | null;
  cancel_requested: Generated<boolean>;
  queued_at: Timestamp;
  started_at: Timestamp | null;
  ended_at: Timestamp | null;
  not_before: Timestamp;
}

export interface Schema {
  audit_record: AuditRecordTable;
  audit_head: AuditHeadTable;
  issued_card: IssuedCardTable;
  feedback: FeedbackTable;
  used_token: UsedTokenTable;
  imaging_result: ImagingResultTable;
  imaging_finding: ImagingFindingTable;
  imaging_output: ImagingOutputTable;
  imaging_delivery: ImagingDeliveryTable;
  image_study: ImageStudyTable;
  image_patient_id: ImagePatientIdTable;
  image_series: ImageSeriesTable;
  image_instance: ImageInstanceTable;
  image_refusal: ImageRefusalTable;
  image_tombstone: ImageTombstoneTable;
  image_folder: ImageFolderTable;
  job: JobTable;
}
