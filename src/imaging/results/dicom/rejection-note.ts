/**
 * Rejection note (IHE RAD TF, Imaging Object Change Management): a Key Object Selection Document (PS3.16 TID 2010) that
 * tells an archive which of our objects must not be used any more. The objects stay where they are.
 */
import { uidOf } from '../identifiers.ts';
import { dcm } from './codes.ts';
import { composite, container, image, text, type ContentItem } from './content-item.ts';
import { encodeInstance, type DicomObject } from './encode.ts';
import { language, observer } from './observer.ts';
import { commonElements, type ObjectContext } from './report-context.ts';

const KEY_OBJECT_SELECTION = '1.2.840.10008.5.1.4.1.1.88.59';
/**
 * CID 7010. Of the four titles that IHE knows, two say what is not so (wrong worklist entry, retention expired). Under
 * 'quality' the objects leave the daily view and remain for review; under 'patient safety' nobody sees them any more.
 */
const QUALITY = dcm('113001', 'Rejected for Quality Reasons');
const PATIENT_SAFETY = dcm('113037', 'Rejected for Patient Safety Reasons');
const DESCRIPTION = dcm('113012', 'Key Object Description');

export const REJECTION_REASONS = {
  replaced: 'Replaced: a newer result of the same analysis stands in its place. Do not use.',
  withdrawn: 'Withdrawn: images of the study came later, and no newer result stands in its place. Do not use.',
  'patient-in-doubt': 'Withdrawn: it is not certain whose images the study holds. Do not use.',
} as const;
export type RejectionReason = keyof typeof REJECTION_REASONS;

export interface RejectedObject {
  readonly kind: 'seg' | 'sr';
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly seriesUid: string;
}

export interface RejectionContext extends ObjectContext {
  /** The result that the objects are of. */
  readonly resultId: string;
  readonly reason: RejectionReason;
}

/** The UIDs follow from the objects, so that a repeated job makes the same note. @param objects of one study; at least one */
export function writeRejectionNote(context: RejectionContext, objects: readonly RejectedObject[]): DicomObject {
  const { resultId, reason, header, device } = context;
  if (objects.length === 0) throw new RangeError('a rejection note names at least one object');
  const named = objects.toSorted((a, b) => (a.sopInstanceUid < b.sopInstanceUid ? -1 : 1));
  return encodeInstance(
    {
      ...commonElements(context),
      SOPClassUID: KEY_OBJECT_SELECTION,
      SOPInstanceUID: uidOf('rejection', resultId, ...named.map(({ sopInstanceUid }) => sopInstanceUid)),
      StudyInstanceUID: header.studyUid,
      SeriesInstanceUID: uidOf('rejection-series', resultId),
      Modality: 'KO',
      SeriesNumber: '9990',
      SeriesDescription: 'Rejected results',
      ReferencedPerformedProcedureStepSequence: [],
      CurrentRequestedProcedureEvidenceSequence: [evidence(header.studyUid, named)],
      ...container(
        null,
        reason === 'patient-in-doubt' ? PATIENT_SAFETY : QUALITY,
        [
          language(),
          ...observer(device),
          text('CONTAINS', DESCRIPTION, REJECTION_REASONS[reason]),
          ...named.map((one) => (one.kind === 'seg' ? image('CONTAINS', null, one) : composite('CONTAINS', one))),
        ],
        '2010',
      ),
    },
    'STROKE-CDS',
  );
}

function evidence(studyUid: string, objects: readonly RejectedObject[]): ContentItem {
  const series = new Set(objects.map(({ seriesUid }) => seriesUid));
  return {
    StudyInstanceUID: studyUid,
    ReferencedSeriesSequence: [...series].map((one) => ({
      SeriesInstanceUID: one,
      ReferencedSOPSequence: objects
        .filter(({ seriesUid }) => seriesUid === one)
        .map(({ sopClassUid, sopInstanceUid }) => ({
          ReferencedSOPClassUID: sopClassUid,
          ReferencedSOPInstanceUID: sopInstanceUid,
        })),
    })),
  };
}
