/**
 * DICOM Segmentation (PS3.3 A.51, C.8.20): binary, on the slices of the source series as they were stored, each frame
 * at the position of its source slice. Slices without a voxel of a segment have no frame.
 */
import { spacing } from '../../affine.ts';
import type { SegmentDraft } from '../../pipelines/pipeline.ts';
import { labelsOnSource, sliceAffine } from '../../volume/on-source-slices.ts';
import type { SourceSeries, SourceSlice } from '../../volume/volume.ts';
import { uidOf } from '../identifiers.ts';
import { BRAIN, codeItem, dcm, own, OWN_SCHEME, segmentTerms } from './codes.ts';
import { decimalString, encodeInstance, fitting, type DicomObject } from './encode.ts';
import { commonElements, uidParts, type ReportContext } from './report-context.ts';
import type { StudyHeader } from './study-header.ts';

const SEGMENTATION_STORAGE = '1.2.840.10008.5.1.4.1.1.66.4';
const MULTI_FRAME = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(2\.1|2\.2|4\.1|4\.3|4\.4)$/;
const SEGMENTATION = dcm('113076', 'Segmentation');
const SOURCE_IMAGE = dcm('121322', 'Source image for image processing operation');
/** PS3.16 CID 7162 has a family for networks and none for thresholds. */
const ARTIFICIAL_INTELLIGENCE = dcm('123110', 'Artificial Intelligence');
const THRESHOLDS = own('thresholds', 'Thresholds on maps');

export interface Segmentation extends DicomObject {
  readonly source: SourceSeries;
  /** Number of each segment, by its label. */
  readonly segments: ReadonlyMap<string, { readonly number: number; readonly trackingUid: string }>;
}

interface Frame {
  readonly segment: number;
  readonly slice: SourceSlice;
  /** From 1, in the order of positions. */
  readonly position: number;
  readonly pixels: Uint8Array;
}

/** One object a source series; none for a series where every segment is empty. */
export function writeSegmentations(context: ReportContext): readonly Segmentation[] {
  const bySeries = new Map<string, SegmentDraft[]>();
  for (const segment of context.segments) {
    const { seriesUid } = segment.source;
    bySeries.set(seriesUid, [...(bySeries.get(seriesUid) ?? []), segment]);
  }
  return [...bySeries.values()].flatMap((segments, at) => writeOne(context, segments, at + 1) ?? []);
}

function writeOne(context: ReportContext, drafts: readonly SegmentDraft[], number: number): Segmentation | undefined {
  const source = drafts[0]?.source;
  if (source === undefined) return undefined;
  const filled = drafts.filter(({ voxels }) => voxels.includes(1));
  const frames = filled.flatMap((draft, at) => framesOf(draft, source, at + 1));
  const labels = filled.map(({ label }) => label).filter((_, at) => frames.some(({ segment }) => segment === at + 1));
  if (labels.length < filled.length) {
    // A segment so small that it meets no pixel of a stored slice gets no number.
    return writeOne(
      context,
      drafts.filter(({ label }) => labels.includes(label)),
      number,
    );
  }
  if (frames.length === 0) return undefined;
  const [sopInstanceUid, seriesUid] = ['seg', 'seg-series'].map((what) =>
    uidOf(...uidParts(context, what), source.seriesUid),
  ) as [string, string];
  // The same region in a later version of the result keeps its tracking UID.
  const { studyUid, pipeline } = context.result;
  const trackingUid = (label: string): string => uidOf('tracking', studyUid, pipeline, source.seriesUid, label);
  const object = encodeInstance(
    {
      ...commonElements(context),
      ...seriesElements(context, source, number),
      ...pixelElements(source, frames, context.header.lossy),
      ...dimensionElements(uidOf('dimensions', seriesUid)),
      SOPClassUID: SEGMENTATION_STORAGE,
      SOPInstanceUID: sopInstanceUid,
      StudyInstanceUID: context.header.studyUid,
      SeriesInstanceUID: seriesUid,
      SegmentSequence: labels.map((label, at) =>
        segmentItem(context, filled.find((draft) => draft.label === label) ?? { label }, at + 1, trackingUid(label)),
      ),
      SharedFunctionalGroupsSequence: [sharedGroups(source)],
      PerFrameFunctionalGroupsSequence: frames.map(frameGroups),
      ReferencedSeriesSequence: [
        {
          SeriesInstanceUID: source.seriesUid,
          ReferencedInstanceSequence: instancesOf(frames.map(({ slice }) => slice)),
        },
      ],
    },
    'STROKE-CDS',
  );
  const segments = new Map(labels.map((label, at) => [label, { number: at + 1, trackingUid: trackingUid(label) }]));
  return { ...object, source, segments };
}

function framesOf({ grid, voxels }: SegmentDraft, source: SourceSeries, segment: number): readonly Frame[] {
  return labelsOnSource(grid, voxels, source).flatMap((pixels, at): Frame[] => {
    const slice = source.slices[at];
    return slice === undefined || !pixels.includes(1) ? [] : [{ segment, slice, position: at + 1, pixels }];
  });
}

function seriesElements(context: ReportContext, source: SourceSeries, number: number): Record<string, unknown> {
  const { pipeline } = context.result;
  return {
    Modality: 'SEG',
    SeriesNumber: String(9800 + number),
    SeriesDescription: fitting(`${pipeline} segmentation, research use`, 64),
    ContentLabel: 'SEGMENTATION',
    ContentDescription: fitting(`Segments of the pipeline ${pipeline}, not reviewed`, 64),
    ContentCreatorName: 'Stroke CDS^^^^',
    FrameOfReferenceUID: source.frameOfReferenceUid ?? uidOf('frame-of-reference', source.seriesUid),
    PositionReferenceIndicator: null,
    CodingSchemeIdentificationSequence: [ownScheme()],
  };
}

export function ownScheme(): Record<string, unknown> {
  return {
    CodingSchemeDesignator: OWN_SCHEME,
    CodingSchemeName: 'Stroke CDS imaging concepts',
    CodingSchemeResponsibleOrganization: 'stroke-cds.org',
  };
}

function pixelElements(
  source: SourceSeries,
  frames: readonly Frame[],
  lossy: StudyHeader['lossy'],
): Record<string, unknown> {
  return {
    ImageType: ['DERIVED', 'PRIMARY'],
    SegmentationType: 'BINARY',
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    NumberOfFrames: String(frames.length),
    Rows: source.rows,
    Columns: source.columns,
    BitsAllocated: 1,
    BitsStored: 1,
    HighBit: 0,
    PixelRepresentation: 0,
    // Of the source, as PS3.3 C.8.20.2 wants it; the segments themselves are not compressed.
    LossyImageCompression: lossy === null ? '00' : '01',
    ...lossy,
    PixelData: packed(frames, source.rows * source.columns).buffer,
    _vrMap: { PixelData: 'OB' },
  };
}

/** One bit a pixel, lowest bit first, frames without a gap between them (PS3.5 section 8.1.1 and annex D). */
function packed(frames: readonly Frame[], pixelsOfFrame: number): Uint8Array<ArrayBuffer> {
  const bytes = Math.ceil((frames.length * pixelsOfFrame) / 8);
  const bits = new Uint8Array(bytes + (bytes % 2));
  frames.forEach(({ pixels }, frame) => {
    for (let at = pixels.indexOf(1); at >= 0; at = pixels.indexOf(1, at + 1)) {
      const bit = frame * pixelsOfFrame + at;
      bits[bit >> 3] = (bits[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
  });
  return bits;
}

const SEGMENT_NUMBER = 0x0062000b;
const SEGMENT_IDENTIFICATION = 0x0062000a;
const IMAGE_POSITION = 0x00200032;
const PLANE_POSITION = 0x00209113;

function dimensionElements(organization: string): Record<string, unknown> {
  const index = (pointer: number, group: number, label: string): Record<string, unknown> => ({
    DimensionOrganizationUID: organization,
    DimensionIndexPointer: pointer,
    FunctionalGroupPointer: group,
    DimensionDescriptionLabel: label,
  });
  return {
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: organization }],
    DimensionIndexSequence: [
      index(SEGMENT_NUMBER, SEGMENT_IDENTIFICATION, 'Segment'),
      index(IMAGE_POSITION, PLANE_POSITION, 'Position'),
    ],
  };
}

function segmentItem(
  { result, findings }: ReportContext,
  { label, network }: Pick<SegmentDraft, 'label' | 'network'>,
  number: number,
  trackingUid: string,
): Record<string, unknown> {
  const terms = segmentTerms(label);
  const { pipeline, pipelineVersion } = result;
  const { model } = result.said;
  const settings = findings.find(({ method }) => Object.keys(method.settings).length > 0)?.method.settings;
  return {
    SegmentNumber: number,
    SegmentLabel: fitting(terms.label, 64),
    SegmentDescription: fitting(`${terms.label}, computed and not reviewed`, 1024),
    SegmentAlgorithmType: 'AUTOMATIC',
    SegmentAlgorithmName: fitting(network?.name ?? pipeline, 64),
    SegmentationAlgorithmIdentificationSequence: [
      {
        AlgorithmFamilyCodeSequence: [codeItem(network === undefined ? THRESHOLDS : ARTIFICIAL_INTELLIGENCE)],
        AlgorithmName: fitting(network?.name ?? pipeline, 64),
        AlgorithmVersion: fitting(network?.version ?? pipelineVersion, 64),
        AlgorithmSource: 'Stroke CDS',
        AlgorithmParameters: fitting(
          JSON.stringify({ pipeline, pipelineVersion, model: network ?? model, settings }),
          10_240,
        ),
      },
    ],
    SegmentedPropertyCategoryCodeSequence: [codeItem(terms.category)],
    SegmentedPropertyTypeCodeSequence: [codeItem(terms.type)],
    AnatomicRegionSequence: [codeItem(BRAIN)],
    RecommendedDisplayCIELabValue: [...terms.color],
    TrackingID: fitting(`${result.pipeline} ${label}`, 64),
    TrackingUID: trackingUid,
  };
}

function sharedGroups(source: SourceSeries): Record<string, unknown> {
  const gap = decimalString(sliceGap(source));
  return {
    PixelMeasuresSequence: [
      { SliceThickness: gap, SpacingBetweenSlices: gap, PixelSpacing: source.pixelSpacing.map(decimalString) },
    ],
    PlaneOrientationSequence: [{ ImageOrientationPatient: source.orientation.map(decimalString) }],
  };
}

/** Millimeters between the first two slices along the normal; of a single slice the larger pixel side. */
function sliceGap(source: SourceSeries): number {
  const [first, second] = source.slices;
  if (first === undefined || second === undefined) return Math.max(...source.pixelSpacing);
  const [nx, ny, nz] = [2, 6, 10].map((at) => sliceAffine([0, 0, 0], source)[at] ?? 0) as [number, number, number];
  const [dx, dy, dz] = [0, 1, 2].map((at) => (second.position[at] ?? 0) - (first.position[at] ?? 0)) as [
    number,
    number,
    number,
  ];
  // The affine counts right and front positive, positions are left and back positive.
  return Math.abs(dz * nz - dx * nx - dy * ny) || spacing(sliceAffine(first.position, source))[2];
}

function frameGroups({ segment, slice, position }: Frame): Record<string, unknown> {
  return {
    FrameContentSequence: [{ DimensionIndexValues: [segment, position] }],
    PlanePositionSequence: [{ ImagePositionPatient: slice.position.map(decimalString) }],
    SegmentIdentificationSequence: [{ ReferencedSegmentNumber: segment }],
    DerivationImageSequence: [
      {
        DerivationCodeSequence: [codeItem(SEGMENTATION)],
        SourceImageSequence: [
          {
            ...referenceTo(slice),
            PurposeOfReferenceCodeSequence: [codeItem(SOURCE_IMAGE)],
            SpatialLocationsPreserved: 'YES',
          },
        ],
      },
    ],
  };
}

function referenceTo({ sopClassUid, sopInstanceUid, frame }: SourceSlice): Record<string, unknown> {
  return {
    ReferencedSOPClassUID: sopClassUid,
    ReferencedSOPInstanceUID: sopInstanceUid,
    ...(MULTI_FRAME.test(sopClassUid) ? { ReferencedFrameNumber: String(frame) } : {}),
  };
}

/** Each instance once. */
export function instancesOf(slices: readonly SourceSlice[]): readonly Record<string, unknown>[] {
  const classes = new Map(slices.map(({ sopInstanceUid, sopClassUid }) => [sopInstanceUid, sopClassUid]));
  return [...classes].map(([uid, sopClass]) => ({ ReferencedSOPClassUID: sopClass, ReferencedSOPInstanceUID: uid }));
}
