/** SEG and SR in the archive, as documents of the chart that point there. */
import type { DocumentReference } from 'fhir/r4.js';
import { toIso } from '../../case/index.ts';
import { COMPUTED_TAG } from '../imaging-codes.ts';
import { DEVICE, deviceOf } from './device.ts';
import { ownCode, OTHER_TERMS } from './imaging-terms.ts';
import {
  dicomIdentifier,
  RESEARCH_NOTE,
  type Links,
  type OutgoingDocument,
  type OutgoingResult,
} from './outgoing-result.ts';

const DOCUMENTS = { seg: 'segmentation', sr: 'measurement-report' } as const;
/** LOINC 18748-4 'Diagnostic imaging study' is the class under which charts file reports of imaging. */
const IMAGING_STUDY = { system: 'http://loinc.org', code: '18748-4', display: 'Diagnostic imaging study' };

/** The documents of a result, and as `superseded` those of the former one. */
export function documentReferencesOf(result: OutgoingResult, links: Links): readonly DocumentReference[] {
  const { wadoBase, documents, former } = result;
  if (wadoBase === null) return [];
  const current = documents.map((document) => documentReference(document, wadoBase, result, links));
  const uids = new Set(documents.map(({ sopInstanceUid }) => sopInstanceUid));
  const replaced = (former?.documents ?? [])
    .filter(({ sopInstanceUid }) => !uids.has(sopInstanceUid))
    .map((document): DocumentReference => ({
      ...documentReference(document, wadoBase, result, links),
      status: 'superseded',
    }));
  return [...current, ...replaced];
}

function documentReference(
  { kind, sopInstanceUid, seriesUid, bytes }: OutgoingDocument,
  wadoBase: string,
  { studyUid, state, foundAt, acquiredAt, pipeline }: OutgoingResult,
  { subject, study, software }: Links,
): DocumentReference {
  const type = ownCode(DOCUMENTS[kind]);
  const at = acquiredAt === null ? {} : { period: { start: toIso(acquiredAt) } };
  return {
    resourceType: 'DocumentReference',
    meta: { tag: [{ ...COMPUTED_TAG, display: OTHER_TERMS.computed.en }] },
    contained: [deviceOf(software)],
    masterIdentifier: dicomIdentifier(sopInstanceUid),
    identifier: [dicomIdentifier(sopInstanceUid)],
    status: 'current',
    docStatus: state === 'preliminary' ? 'preliminary' : 'final',
    type: { coding: [{ ...type }], text: `${type.display}, ${pipeline}` },
    category: [{ coding: [IMAGING_STUDY] }],
    subject,
    date: toIso(foundAt),
    author: [{ ...DEVICE }],
    description: RESEARCH_NOTE,
    content: [
      {
        attachment: {
          contentType: 'application/dicom',
          url: `${wadoBase}/studies/${studyUid}/series/${seriesUid}/instances/${sopInstanceUid}`,
          size: bytes,
          title: type.display,
        },
      },
    ],
    context: { ...at, related: [study] },
  };
}
