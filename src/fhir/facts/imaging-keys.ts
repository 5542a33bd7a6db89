/** From the record what finds a patient's images: identifiers, what confirms or contradicts them, and studies. Pure. */
import type { ImagingStudy, Patient } from 'fhir/r4.js';
import { DAY, type Instant } from '../../case/index.ts';
import type { PatientRecord } from '../record.ts';

export interface ImagingKeys {
  /** Business identifiers of the patient; a logical id of the FHIR server is none. */
  readonly identifiers: readonly { readonly system: string | null; readonly value: string }[];
  /** YYYY, YYYY-MM or YYYY-MM-DD */
  readonly birthDate: string | null;
  /** FHIR administrative gender. */
  readonly sex: string | null;
  /** StudyInstanceUIDs of recent CT and MR studies that the record names, each once. */
  readonly studyUids: readonly string[];
}

const DICOM_UID = /^[0-9]+(?:\.[0-9]+)+$/;
const LONGEST_UID = 64;
const DATE = /^\d{4}(?:-\d{2}(?:-\d{2})?)?$/;

/** Never throws on what a record holds: what cannot be read is left out. */
export function imagingKeys({ patientId, resources }: PatientRecord, at: Instant): ImagingKeys {
  const patient = resources.find((r): r is Patient => r.resourceType === 'Patient' && r.id === patientId);
  const birthDate: unknown = patient?.birthDate;
  const sex: unknown = patient?.gender;
  const studies = resources.filter((r) => r.resourceType === 'ImagingStudy');
  return {
    identifiers: listOf(patient?.identifier).flatMap(identifierOf),
    birthDate: typeof birthDate === 'string' && DATE.test(birthDate) ? birthDate : null,
    sex: typeof sex === 'string' ? sex : null,
    studyUids: [...new Set(studies.filter((one) => isOf(one, patientId) && isOfNow(one, at)).flatMap(studyUidsOf))],
  };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function identifierOf(identifier: unknown): ImagingKeys['identifiers'] {
  const { system, value, use } = Object(identifier) as { system?: unknown; value?: unknown; use?: unknown };
  if (typeof value !== 'string' || value.trim() === '' || use === 'old') return [];
  return [{ system: typeof system === 'string' ? system : null, value }];
}

/** Studies of the last days that may show this stroke: an archive must not be asked for decades of mammograms. */
const LOOK_BACK = 3 * DAY;
const READ_BY_PIPELINES: ReadonlySet<unknown> = new Set(['CT', 'MR']);

function isOfNow({ started, modality, series }: ImagingStudy, at: Instant): boolean {
  const begun = typeof started === 'string' ? Date.parse(started) : NaN;
  if (Number.isFinite(begun) && begun < at - LOOK_BACK) return false;
  const ofSeries = listOf(series).map((one) => (Object(one) as { modality?: unknown }).modality);
  const named = [...listOf(modality), ...ofSeries]
    .map((one) => (Object(one) as { code?: unknown }).code)
    .filter((code) => code !== undefined);
  return named.length === 0 || named.some((code) => READ_BY_PIPELINES.has(code));
}

/** A study that names another patient is none of ours. */
function isOf({ subject, status }: ImagingStudy, patientId: string): boolean {
  const reference: unknown = (subject as Partial<ImagingStudy['subject']> | undefined)?.reference;
  if (status === 'entered-in-error') return false;
  return (
    typeof reference !== 'string' || reference === `Patient/${patientId}` || reference.endsWith(`/Patient/${patientId}`)
  );
}

/** FHIR R4 ImagingStudy.identifier: system 'urn:dicom:uid', value 'urn:oid:<uid>'. Servers also write the bare UID. */
function studyUidsOf({ identifier }: ImagingStudy): string[] {
  return listOf(identifier).flatMap((one) => {
    const { system, value } = Object(one) as { system?: unknown; value?: unknown };
    if (typeof value !== 'string' || (system !== 'urn:dicom:uid' && !value.startsWith('urn:oid:'))) return [];
    const uid = value.replace(/^urn:oid:/, '');
    return DICOM_UID.test(uid) && uid.length <= LONGEST_UID ? [uid] : [];
  });
}
