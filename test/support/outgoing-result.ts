/** Results as the writers of FHIR get them. */
import type { Links, OutgoingResult } from '../../src/fhir/write/outgoing-result.ts';
import { findingsOf, type NewResult } from '../../src/imaging/results/result.ts';
import { ACQUIRED_AT, aResult, FOUND_AT } from './imaging-result.ts';

export const LINKS: Links = {
  subject: { reference: 'Patient/p1' },
  study: { type: 'ImagingStudy', identifier: { system: 'urn:dicom:uid', value: 'urn:oid:1.2.840.99999.1' } },
  software: { manufacturer: 'stroke-cds.org', name: 'Stroke CDS', version: '0.1.0' },
};

export function outgoing(result: NewResult = aResult(), more: Partial<OutgoingResult> = {}): OutgoingResult {
  return {
    studyUid: result.studyUid,
    pipeline: result.pipeline,
    pipelineVersion: result.pipelineVersion,
    state: result.state,
    acquiredAt: ACQUIRED_AT,
    foundAt: FOUND_AT,
    quality: result.said.quality,
    findings: findingsOf(result, FOUND_AT),
    documents: [
      { kind: 'seg', sopInstanceUid: '2.25.11', seriesUid: '2.25.12', bytes: 5432 },
      { kind: 'sr', sopInstanceUid: '2.25.13', seriesUid: '2.25.14', bytes: 1234 },
    ],
    former: null,
    wadoBase: 'https://pacs.example.org/dicom-web',
    ...more,
  };
}
