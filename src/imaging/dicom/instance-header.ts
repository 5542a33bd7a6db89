/** What the product reads of a DICOM instance, typed; everything else of the data set stays in the stored file. */
import type { Point } from '../affine.ts';

export interface PatientIdentity {
  readonly patientId: string | null;
  readonly issuer: string | null;
  /** (0010,1002): further identifiers with their issuers. */
  readonly otherIds: readonly { readonly id: string; readonly issuer: string | null }[];
  /** YYYY-MM-DD */
  readonly birthDate: string | null;
  readonly sex: string | null;
}

/** One frame; a classic instance has one, a mosaic one each tile. Enhanced multi-frame: from the shared and per-frame functional groups. */
export interface FrameHeader {
  /** ImagePositionPatient, LPS millimeters. */
  readonly position: Point | null;
  readonly orientation: readonly [number, number, number, number, number, number] | null;
  /** Millimeters between rows, then between columns. */
  readonly pixelSpacing: readonly [number, number] | null;
  readonly sliceThickness: number | null;
  readonly slope: number;
  readonly intercept: number;
  /** Local date and time as written, 'YYYY-MM-DDTHH:mm:ss.ffffff', with a zone where the data set gives one. */
  readonly acquiredAt: string | null;
  /** s/mm²; null where not diffusion or not told. */
  readonly bValue: number | null;
  /** TemporalPositionIndex or TemporalPositionIdentifier, from 1. */
  readonly temporalIndex: number | null;
  /** FrameReferenceDateTime, TriggerTime …: milliseconds inside the acquisition where told. */
  readonly triggerTimeMs: number | null;
  readonly echoTimeMs: number | null;
  readonly repetitionTimeMs: number | null;
  readonly inversionTimeMs: number | null;
  /** FrameType of an enhanced instance: ['ORIGINAL', 'PRIMARY', 'DIFFUSION', 'NONE']; absent in a classic one. */
  readonly frameType?: readonly string[];
  /** DimensionIndexValues of an enhanced instance, from 1. */
  readonly dimensionIndices?: readonly number[];
}

export interface PixelFormat {
  readonly rows: number;
  readonly columns: number;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  readonly samplesPerPixel: number;
  readonly photometric: string;
  /** Stored value that means 'nothing was imaged here', and the other end where it is a range. */
  readonly padding: number | null;
  readonly paddingLimit: number | null;
}

export interface InstanceHeader {
  readonly transferSyntaxUid: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly frameOfReferenceUid: string | null;
  readonly accessionNumber: string | null;
  readonly patient: PatientIdentity;
  /** 'CT', 'MR', 'SEG' … */
  readonly modality: string;
  /** Without 'MOSAIC' where the mosaic was unpacked. */
  readonly imageType: readonly string[];
  readonly bodyPart: string | null;
  readonly studyDescription: string | null;
  readonly seriesDescription: string | null;
  readonly protocolName: string | null;
  readonly seriesNumber: number | null;
  readonly instanceNumber: number | null;
  readonly acquisitionNumber: number | null;
  readonly numberOfTemporalPositions: number | null;
  /** NumberOfSeriesRelatedInstances or ImagesInAcquisition where told. */
  readonly imagesInAcquisition: number | null;
  readonly manufacturer: string | null;
  readonly manufacturerModel: string | null;
  readonly softwareVersions: string | null;
  readonly convolutionKernel: string | null;
  readonly contrastAgent: string | null;
  readonly kvp: number | null;
  readonly gantryTiltDegrees: number | null;
  readonly scanningSequence: readonly string[];
  readonly sequenceVariant: readonly string[];
  readonly sequenceName: string | null;
  readonly rescaleType: string | null;
  readonly burnedInAnnotation: boolean | null;
  readonly lossy: boolean;
  /** null: the instance holds no image (SR, presentation state). */
  readonly pixels: PixelFormat | null;
  /** One each frame, in stored order, or one each tile of a mosaic; empty without pixels. */
  readonly frames: readonly FrameHeader[];
  /** Frames are tiles of one stored picture, so many beside each other and as many below. Absent: each is a picture. */
  readonly tilesPerRow?: number;
}
