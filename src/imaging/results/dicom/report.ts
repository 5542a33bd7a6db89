/**
 * Imaging Measurement Report (PS3.16 TID 1500) as a Comprehensive SR: what was found, on which segment, how sure, by
 * which software. What could not be computed and what was refused stand in it as such, never as zero.
 */
import { uidOf } from '../identifiers.ts';
import { codeItem, dcm, MODALITIES, own } from './codes.ts';
import { coded, container, text, type ContentItem } from './content-item.ts';
import { encodeInstance, fitting, type DicomObject } from './encode.ts';
import { measurementGroup, remarkText } from './measurement-group.ts';
import { language, observer } from './observer.ts';
import { commonElements, uidParts, type ReportContext } from './report-context.ts';
import { instancesOf, ownScheme, type Segmentation } from './segmentation.ts';

const COMPREHENSIVE_SR = '1.2.840.10008.5.1.4.1.1.88.33';
const COMMENT = dcm('121106', 'Comment');
const STATE = own('result-state', 'State of the result');
export const RESEARCH_USE =
  'For research use. Computed by software, not reviewed by a physician, not cleared as a medical device. Not a diagnosis.';

export interface Report extends DicomObject {
  readonly predecessor: string | null;
}

/** A former report that this one replaces. */
export interface FormerReport {
  readonly sopInstanceUid: string;
  readonly seriesUid: string;
}

export function writeReport(
  context: ReportContext,
  segmentations: readonly Segmentation[],
  former: FormerReport | null = null,
): Report {
  const { result, header } = context;
  const [sopInstanceUid, seriesUid] = ['sr', 'sr-series'].map((what) => uidOf(...uidParts(context, what))) as [
    string,
    string,
  ];
  // A repeated job finds its own report as the current one.
  const replaced = former?.sopInstanceUid === sopInstanceUid ? null : former;
  const settled = result.state !== 'preliminary';
  const object = encodeInstance(
    {
      ...commonElements(context),
      SOPClassUID: COMPREHENSIVE_SR,
      SOPInstanceUID: sopInstanceUid,
      StudyInstanceUID: header.studyUid,
      SeriesInstanceUID: seriesUid,
      Modality: 'SR',
      SeriesNumber: '9900',
      SeriesDescription: fitting(`${result.pipeline} findings, research use`, 64),
      CodingSchemeIdentificationSequence: [ownScheme()],
      ReferencedPerformedProcedureStepSequence: [],
      PerformedProcedureCodeSequence: [],
      CompletionFlag: settled ? 'COMPLETE' : 'PARTIAL',
      PreliminaryFlag: settled ? 'FINAL' : 'PRELIMINARY',
      VerificationFlag: 'UNVERIFIED',
      CurrentRequestedProcedureEvidenceSequence: [evidence(context, segmentations)],
      ...(replaced === null ? {} : { PredecessorDocumentsSequence: [predecessor(header.studyUid, replaced)] }),
      ...root(context, segmentations),
    },
    'STROKE-CDS',
  );
  return { ...object, predecessor: replaced?.sopInstanceUid ?? null };
}

function root(context: ReportContext, segmentations: readonly Segmentation[]): ContentItem {
  const { result, findings, device, sources } = context;
  const modalities = [...new Set(sources.flatMap(({ modality }) => MODALITIES[modality] ?? []))];
  return container(
    null,
    dcm('126000', 'Imaging Measurement Report'),
    [
      language(),
      ...observer(device),
      ...modalities.map((modality) => coded('HAS CONCEPT MOD', dcm('121058', 'Procedure reported'), modality)),
      container(
        'CONTAINS',
        dcm('126010', 'Imaging Measurements'),
        findings.map((finding) => measurementGroup(context, finding, segmentations)),
      ),
      container('CONTAINS', { value: 'C0034375', scheme: 'UMLS', meaning: 'Qualitative Evaluations' }, [
        text('CONTAINS', COMMENT, RESEARCH_USE),
        text('CONTAINS', STATE, STATES[result.state]),
        ...result.said.quality.map((remark) => text('CONTAINS', COMMENT, remarkText(remark))),
      ]),
    ],
    '1500',
  );
}

const STATES = {
  final: 'Final for the images received',
  preliminary: 'Preliminary: more images of the study may still come',
  refused: 'Refused: the images cannot be used; no value was computed',
} as const;

function evidence({ header, sources }: ReportContext, segmentations: readonly Segmentation[]): ContentItem {
  const series = [
    ...sources.map(({ seriesUid, slices }) => ({
      SeriesInstanceUID: seriesUid,
      ReferencedSOPSequence: instancesOf(slices),
    })),
    ...segmentations.map(({ seriesUid, sopClassUid, sopInstanceUid }) => ({
      SeriesInstanceUID: seriesUid,
      ReferencedSOPSequence: [{ ReferencedSOPClassUID: sopClassUid, ReferencedSOPInstanceUID: sopInstanceUid }],
    })),
  ];
  return { StudyInstanceUID: header.studyUid, ReferencedSeriesSequence: series };
}

function predecessor(studyUid: string, { sopInstanceUid, seriesUid }: FormerReport): ContentItem {
  return {
    StudyInstanceUID: studyUid,
    ReferencedSeriesSequence: [
      {
        SeriesInstanceUID: seriesUid,
        ReferencedSOPSequence: [
          {
            ReferencedSOPClassUID: COMPREHENSIVE_SR,
            ReferencedSOPInstanceUID: sopInstanceUid,
            PurposeOfReferenceCodeSequence: [codeItem(dcm('121360', 'Replaced report'))],
          },
        ],
      },
    ],
  };
}
