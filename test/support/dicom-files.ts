/** CT and MR series by code, classic or enhanced, in any uncompressed transfer syntax. */
import { createHash } from 'node:crypto';
import { dicomFile, type DicomTags, type EncodeOptions } from './dicom-encoder.ts';

export { dicomFile, SYNTAX, type DicomTags, type DicomValue } from './dicom-encoder.ts';

type Triple = readonly [number, number, number];

export interface SeriesOptions extends EncodeOptions {
  /** Columns, rows, slices. */
  readonly size: Triple;
  /** Millimeters between columns, rows, slices. Default 1, 1, 5. */
  readonly spacing?: Triple;
  /** LPS position of the first voxel. Default 0, 0, 0. */
  readonly origin?: Triple;
  /** ImageOrientationPatient. Default axial: 1, 0, 0, 0, 1, 0. */
  readonly orientation?: readonly [number, number, number, number, number, number];
  /** From one slice to the next; default along the normal by the slice spacing. Another vector makes a tilted gantry. */
  readonly step?: Triple;
  /** Seconds of the time points; one time point when not given. */
  readonly times?: readonly number[];
  /** b-values, in place of times. */
  readonly bValues?: readonly number[];
  /** Modality value (HU, signal) of column i, row j, slice k at time point t. Default 0. */
  readonly values?: (i: number, j: number, k: number, t: number) => number;
  /** Default 1 and -1024 for CT, 1 and 0 for MR. */
  readonly slope?: number;
  readonly intercept?: number;
  /** PixelRepresentation 1. Default false. */
  readonly signed?: boolean;
  /** Names from which UIDs are made; other names give other UIDs. Default 'study', 'series'. */
  readonly study?: string;
  readonly series?: string;
  /** More tags, or other ones; a function for those that differ by slice k and time point t. null removes a tag. */
  readonly tags?: DicomTags | ((k: number, t: number) => DicomTags);
}

export interface BuiltInstance {
  readonly bytes: Uint8Array;
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  /** Slice and time point; 0, 0 for an enhanced instance. */
  readonly k: number;
  readonly t: number;
}

type Modality = 'CT' | 'MR';

const CLASSES = {
  CT: { classic: '1.2.840.10008.5.1.4.1.1.2', enhanced: '1.2.840.10008.5.1.4.1.1.2.1' },
  MR: { classic: '1.2.840.10008.5.1.4.1.1.4', enhanced: '1.2.840.10008.5.1.4.1.1.4.1' },
} as const;

/** One instance a slice and time point, time point by time point. */
export const ctSeries = (options: SeriesOptions): BuiltInstance[] => classic('CT', options);
export const mrSeries = (options: SeriesOptions): BuiltInstance[] => classic('MR', options);
/** All slices and time points in one instance. */
export const enhancedCt = (options: SeriesOptions): BuiltInstance => enhanced('CT', options);
export const enhancedMr = (options: SeriesOptions): BuiltInstance => enhanced('MR', options);

/** The same name gives the same UID. */
export function uidOf(name: string): string {
  return `2.25.${BigInt(`0x${createHash('sha256').update(name).digest('hex').slice(0, 30)}`)}`;
}

function classic(modality: Modality, options: SeriesOptions): BuiltInstance[] {
  const points = timePoints(options);
  return points.flatMap((_, t) =>
    Array.from({ length: options.size[2] }, (__, k): BuiltInstance => {
      const uids = uidsOf(options, CLASSES[modality].classic, `${k} ${t}`);
      const file = {
        ...common(modality, options, uids),
        ...(modality === 'CT' ? CT_TAGS : MR_TAGS),
        InstanceNumber: t * options.size[2] + k + 1,
        ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
        ...timeTags(options, t),
        PixelSpacing: [spacingOf(options)[1], spacingOf(options)[0]],
        SliceThickness: spacingOf(options)[2],
        ImageOrientationPatient: orientationOf(options),
        ImagePositionPatient: positionOf(options, k),
        RescaleSlope: modality === 'CT' || options.slope !== undefined ? slopeOf(options) : null,
        RescaleIntercept: modality === 'CT' || options.intercept !== undefined ? interceptOf(modality, options) : null,
        RescaleType: modality === 'CT' ? 'HU' : null,
        ...tagsOf(options, k, t),
        PixelData: pixels(modality, options, [[k, t]]),
      };
      return { bytes: dicomFile({ ...file, ...pixelOverride(options, k, t) }, options), ...uids, k, t };
    }),
  );
}

function enhanced(modality: Modality, options: SeriesOptions): BuiltInstance {
  const uids = uidsOf(options, CLASSES[modality].enhanced, 'enhanced');
  const frames = timePoints(options).flatMap((_, t) =>
    Array.from({ length: options.size[2] }, (__, k): readonly [number, number] => [k, t]),
  );
  const file: DicomTags = {
    ...common(modality, options, uids),
    InstanceNumber: 1,
    ImageType: ['ORIGINAL', 'PRIMARY', 'VOLUME', 'NONE'],
    NumberOfFrames: frames.length,
    AcquisitionDateTime: '20260301120000',
    SharedFunctionalGroupsSequence: [
      {
        PixelMeasuresSequence: [
          { PixelSpacing: [spacingOf(options)[1], spacingOf(options)[0]], SliceThickness: spacingOf(options)[2] },
        ],
        PlaneOrientationSequence: [{ ImageOrientationPatient: orientationOf(options) }],
        PixelValueTransformationSequence: [
          {
            RescaleSlope: slopeOf(options),
            RescaleIntercept: interceptOf(modality, options),
            RescaleType: modality === 'CT' ? 'HU' : 'US',
          },
        ],
        [modality === 'CT' ? 'CTImageFrameTypeSequence' : 'MRImageFrameTypeSequence']: [
          { FrameType: ['ORIGINAL', 'PRIMARY', 'VOLUME', 'NONE'] },
        ],
      },
    ],
    PerFrameFunctionalGroupsSequence: frames.map(([k, t]) => perFrame(options, k, t)),
    ...tagsOf(options, 0, 0),
    PixelData: pixels(modality, options, frames),
  };
  return { bytes: dicomFile({ ...file, ...pixelOverride(options, 0, 0) }, options), ...uids, k: 0, t: 0 };
}

function perFrame(options: SeriesOptions, k: number, t: number): DicomTags {
  const bValue = options.bValues?.[t];
  return {
    FrameContentSequence: [
      {
        FrameAcquisitionDateTime: `20260301${clock(options.times?.[t] ?? 0)}`,
        DimensionIndexValues: [k + 1, t + 1],
        StackID: '1',
        InStackPositionNumber: k + 1,
        TemporalPositionIndex: t + 1,
      },
    ],
    PlanePositionSequence: [{ ImagePositionPatient: positionOf(options, k) }],
    MRDiffusionSequence: bValue === undefined ? null : [{ DiffusionBValue: bValue }],
  };
}

function common(modality: Modality, options: SeriesOptions, uids: ReturnType<typeof uidsOf>): DicomTags {
  const { signed = false, size } = options;
  return {
    SOPClassUID: uids.sopClassUid,
    SOPInstanceUID: uids.sopInstanceUid,
    StudyInstanceUID: uids.studyUid,
    SeriesInstanceUID: uids.seriesUid,
    FrameOfReferenceUID: uidOf(`${options.study ?? 'study'} frame of reference`),
    PositionReferenceIndicator: '',
    PatientName: 'Doe^Jane',
    PatientID: 'P-1',
    PatientBirthDate: '19500117',
    PatientSex: 'F',
    StudyDate: '20260301',
    StudyTime: '115500',
    StudyID: '1',
    AccessionNumber: 'A-1',
    ReferringPhysicianName: '',
    Modality: modality,
    SeriesNumber: 1,
    Manufacturer: 'Generated',
    AcquisitionNumber: 1,
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: size[1],
    Columns: size[0],
    BitsAllocated: 16,
    BitsStored: 16,
    HighBit: 15,
    PixelRepresentation: signed ? 1 : 0,
  };
}

const CT_TAGS: DicomTags = { KVP: 120, PatientPosition: 'HFS' };

const MR_TAGS: DicomTags = {
  PatientPosition: 'HFS',
  ScanningSequence: 'EP',
  SequenceVariant: 'NONE',
  ScanOptions: '',
  MRAcquisitionType: '2D',
  EchoTime: 90,
  RepetitionTime: 5000,
  EchoTrainLength: 1,
};

function timeTags(options: SeriesOptions, t: number): DicomTags {
  const at = clock(options.times?.[t] ?? 0);
  const bValue = options.bValues?.[t];
  return {
    AcquisitionDate: '20260301',
    AcquisitionTime: at,
    ContentDate: '20260301',
    ContentTime: at,
    TemporalPositionIdentifier: options.times === undefined ? null : t + 1,
    NumberOfTemporalPositions: options.times?.length ?? null,
    DiffusionBValue: bValue ?? null,
  };
}

/** Noon and so many seconds, to the microsecond. */
function clock(seconds: number): string {
  const micros = Math.round(seconds * 1e6) + 12 * 3600e6;
  const part = (unit: number, of: number): string => String(Math.floor(micros / unit) % of).padStart(2, '0');
  return `${part(3600e6, 24)}${part(60e6, 60)}${part(1e6, 60)}.${String(micros % 1e6).padStart(6, '0')}`;
}

function pixels(
  modality: Modality,
  options: SeriesOptions,
  frames: readonly (readonly [number, number])[],
): Uint16Array | Int16Array {
  const [columns, rows] = options.size;
  const { values = () => 0, signed = false } = options;
  const [slope, intercept] = [slopeOf(options), interceptOf(modality, options)];
  const stored = signed
    ? new Int16Array(columns * rows * frames.length)
    : new Uint16Array(columns * rows * frames.length);
  let at = 0;
  for (const [k, t] of frames) {
    for (let j = 0; j < rows; j++) {
      for (let i = 0; i < columns; i++) stored[at++] = Math.round((values(i, j, k, t) - intercept) / slope);
    }
  }
  return stored;
}

function uidsOf(options: SeriesOptions, sopClassUid: string, instance: string) {
  const { study = 'study', series = 'series' } = options;
  return {
    studyUid: uidOf(study),
    seriesUid: uidOf(`${study} ${series}`),
    sopInstanceUid: uidOf(`${study} ${series} ${instance}`),
    sopClassUid,
  };
}

const timePoints = (options: SeriesOptions): readonly number[] => options.times ?? options.bValues ?? [0];
const spacingOf = (options: SeriesOptions): Triple => options.spacing ?? [1, 1, 5];
const orientationOf = (options: SeriesOptions): readonly number[] => options.orientation ?? [1, 0, 0, 0, 1, 0];
const slopeOf = (options: SeriesOptions): number => options.slope ?? 1;
const interceptOf = (modality: Modality, options: SeriesOptions): number =>
  options.intercept ?? (modality === 'CT' ? -1024 : 0);

function positionOf(options: SeriesOptions, k: number): Triple {
  const [x, y, z] = options.origin ?? [0, 0, 0];
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = orientationOf(options);
  const thickness = spacingOf(options)[2];
  const normal: Triple = [b * f - c * e, c * d - a * f, a * e - b * d];
  const step = options.step ?? [normal[0] * thickness, normal[1] * thickness, normal[2] * thickness];
  return [x + k * step[0], y + k * step[1], z + k * step[2]];
}

function tagsOf(options: SeriesOptions, k: number, t: number): DicomTags {
  return typeof options.tags === 'function' ? options.tags(k, t) : (options.tags ?? {});
}

/** PixelData that the caller gives goes before the one computed. */
function pixelOverride(options: SeriesOptions, k: number, t: number): DicomTags {
  const tags = tagsOf(options, k, t);
  return 'PixelData' in tags ? { PixelData: tags['PixelData'] ?? null } : {};
}
