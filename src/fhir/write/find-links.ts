/** Whose chart a result belongs into, and which ImagingStudy of it was analyzed. */
import type { Reference } from 'fhir/r4.js';
import { isObject, objectsOf, textOf, type JsonObject } from '../access/json.ts';
import type { FhirServer } from './fhir-server.ts';
import { DICOM_UID, dicomIdentifier } from './outgoing-result.ts';
import { WriteFailure } from './write-failure.ts';

/** What the images say of their patient. */
export interface ImagedPatient {
  /** PatientID, with the system that the site gave its issuer; null where the issuer has none. */
  readonly identifiers: readonly { readonly system: string | null; readonly value: string }[];
  /** YYYY-MM-DD */
  readonly birthDate: string | null;
}

/**
 * The one active patient with this identifier and date of birth. Without a system for the identifier the date of birth
 * must be known on both sides: numbers of two hospitals meet.
 * @throws WriteFailure 'patient-not-found' | 'patient-not-certain' and the failures of requests
 */
export async function findPatient(server: FhirServer, patient: ImagedPatient, signal: AbortSignal): Promise<Reference> {
  const found = new Map<string, JsonObject>();
  let certain = true;
  for (const { system, value } of patient.identifiers) {
    const identifier = system === null ? escaped(value) : `${escaped(system)}|${escaped(value)}`;
    for (const match of await server.search('Patient', { identifier }, 5, signal)) {
      if (!holds(match, system, value) || match['active'] === false) continue;
      found.set(textOf(match['id']) ?? '', match);
      if (system === null) certain = false;
    }
  }
  if (found.size === 0)
    throw new WriteFailure('patient-not-found', 'no patient of the server has the identifier of the images');
  const [[id, match] = ['', undefined], ...others] = [...found];
  if (others.length > 0 || id === '') {
    throw new WriteFailure('patient-not-certain', 'several patients of the server have the identifier of the images');
  }
  const born = textOf(match?.['birthDate']);
  const bothKnown = born?.length === 10 && patient.birthDate !== null;
  if (bothKnown ? born !== patient.birthDate : !certain) {
    throw new WriteFailure('patient-not-certain', 'the date of birth does not confirm the patient of the images');
  }
  return { reference: `Patient/${id}` };
}

/** A server may search less strictly than it was asked to. */
function holds({ identifier }: JsonObject, system: string | null, value: string): boolean {
  return objectsOf(identifier).some(
    (one) => one['value'] === value && (system === null || one['system'] === system) && one['use'] !== 'old',
  );
}

/** FHIR R4 section 3.1.1.5.7 */
const escaped = (text: string): string => text.replace(/[\\$,|]/g, (c) => `\\${c}`);

/** The ImagingStudy of this patient, or a logical reference by Study Instance UID where the server has none. */
export async function findStudy(
  server: FhirServer,
  studyUid: string,
  subject: Reference,
  signal: AbortSignal,
): Promise<Reference> {
  const identifier = dicomIdentifier(studyUid);
  const logical: Reference = { type: 'ImagingStudy', identifier };
  const found = await server.search('ImagingStudy', { identifier: `${DICOM_UID}|urn:oid:${studyUid}` }, 5, signal);
  const own = found.filter(({ subject: of }) => isObject(of) && of['reference'] === subject.reference);
  const id = own.length === 1 ? textOf(own[0]?.['id']) : undefined;
  return id === undefined ? logical : { ...logical, reference: `ImagingStudy/${id}` };
}
