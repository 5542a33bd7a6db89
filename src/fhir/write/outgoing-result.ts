/** What the writers get of a result, and what its resources share. */
import { createHash } from 'node:crypto';
import type { Identifier, Reference } from 'fhir/r4.js';
import type { ImagingFinding, Instant, QualityRemark } from '../../case/index.ts';

/** A DICOM object in an archive. */
export interface OutgoingDocument {
  readonly kind: 'seg' | 'sr';
  readonly sopInstanceUid: string;
  readonly seriesUid: string;
  readonly bytes: number;
}

export interface OutgoingResult {
  readonly studyUid: string;
  readonly pipeline: string;
  readonly pipelineVersion: string;
  readonly state: 'final' | 'preliminary' | 'refused';
  readonly acquiredAt: Instant | null;
  readonly foundAt: Instant;
  readonly quality: readonly QualityRemark[];
  readonly findings: readonly ImagingFinding[];
  readonly documents: readonly OutgoingDocument[];
  /** Of the result that this one replaces; what it said and this one does not is withdrawn. */
  readonly former: {
    readonly findings: readonly ImagingFinding[];
    readonly documents: readonly OutgoingDocument[];
  } | null;
  /** Base of WADO-RS under which documents can be retrieved; null writes no DocumentReference. */
  readonly wadoBase: string | null;
}

/** The software as FHIR names a device. */
export interface Software {
  readonly manufacturer: string;
  readonly name: string;
  readonly version: string;
}

/** What every resource of a result refers to. */
export interface Links {
  readonly subject: Reference;
  readonly study: Reference;
  readonly software: Software;
}

export const FINDING_IDENTIFIER = 'https://stroke-cds.org/fhir/identifier/imaging-finding';
export const DICOM_UID = 'urn:dicom:uid';

export const dicomIdentifier = (uid: string): Identifier => ({ system: DICOM_UID, value: `urn:oid:${uid}` });

/**
 * The same for every result of a study, pipeline and kind, so that a new result updates what an old one wrote.
 * @param nth counts findings of one kind in a result, from 0
 */
export function findingIdentifier({ studyUid, method, kind }: ImagingFinding, nth: number): Identifier {
  const hash = createHash('sha256')
    .update(JSON.stringify([studyUid, method.pipeline, kind, nth]))
    .digest('hex');
  return { system: FINDING_IDENTIFIER, value: hash.slice(0, 32) };
}

export const RESEARCH_NOTE =
  'For research use. Computed by software from images, not reviewed by a physician, not a diagnosis.';

/** "limits: bolus-cut-off (seconds 38)" */
export function remarkText({ code, severity, figures }: QualityRemark): string {
  const measured = Object.entries(figures).map(([name, value]) => `${name} ${String(value)}`);
  return `${severity}: ${code}${measured.length === 0 ? '' : ` (${measured.join(', ')})`}`;
}
