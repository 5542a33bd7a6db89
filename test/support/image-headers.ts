/** Headers of invented images, as if read from DICOM, and analytic pictures for them. */
import type { Point } from '../../src/imaging/affine.ts';
import type { FrameHeader, InstanceHeader } from '../../src/imaging/dicom/instance-header.ts';
import { cross, frameOf, type ReadSlice, type Slice } from '../../src/imaging/volume/slice.ts';

export const CT_IMAGE = '1.2.840.10008.5.1.4.1.1.2';
export const MR_IMAGE = '1.2.840.10008.5.1.4.1.1.4';

export const AXIAL = [1, 0, 0, 0, 1, 0] as const;
export const CORONAL = [1, 0, 0, 0, 0, -1] as const;
export const SAGITTAL = [0, 1, 0, 0, 0, -1] as const;

export function frameHeader(given: Partial<FrameHeader> = {}): FrameHeader {
  return {
    position: [0, 0, 0],
    orientation: AXIAL,
    pixelSpacing: [1, 1],
    sliceThickness: 5,
    slope: 1,
    intercept: 0,
    acquiredAt: null,
    bValue: null,
    temporalIndex: null,
    triggerTimeMs: null,
    echoTimeMs: null,
    repetitionTimeMs: null,
    inversionTimeMs: null,
    ...given,
  };
}

export type HeaderGiven = Partial<Omit<InstanceHeader, 'pixels' | 'frames'>> & {
  readonly rows?: number;
  readonly columns?: number;
  readonly samplesPerPixel?: number;
  readonly frames?: readonly Partial<FrameHeader>[];
};

/** A CT image unless told otherwise. @param number makes the UID and is the instance number */
export function instanceHeader(number: number, given: HeaderGiven = {}): InstanceHeader {
  const { rows = 64, columns = 64, samplesPerPixel = 1, frames = [{}], ...rest } = given;
  const seriesUid = given.seriesUid ?? '1.2.3.4';
  return {
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    sopClassUid: given.modality === 'MR' ? MR_IMAGE : CT_IMAGE,
    sopInstanceUid: `${seriesUid}.${number}`,
    studyUid: '1.2.3',
    seriesUid,
    frameOfReferenceUid: '1.2.3.9',
    accessionNumber: null,
    patient: { patientId: null, issuer: null, otherIds: [], birthDate: null, sex: null },
    modality: 'CT',
    imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
    bodyPart: null,
    studyDescription: null,
    seriesDescription: null,
    protocolName: null,
    seriesNumber: null,
    instanceNumber: number,
    acquisitionNumber: null,
    numberOfTemporalPositions: null,
    imagesInAcquisition: null,
    manufacturer: null,
    manufacturerModel: null,
    softwareVersions: null,
    convolutionKernel: null,
    contrastAgent: null,
    kvp: null,
    gantryTiltDegrees: null,
    scanningSequence: [],
    sequenceVariant: [],
    sequenceName: null,
    rescaleType: null,
    burnedInAnnotation: null,
    lossy: false,
    pixels: {
      rows,
      columns,
      bitsAllocated: 16,
      bitsStored: 16,
      highBit: 15,
      signed: true,
      samplesPerPixel,
      photometric: samplesPerPixel === 1 ? 'MONOCHROME2' : 'RGB',
      padding: null,
      paddingLimit: null,
    },
    ...rest,
    frames: frames.map((frame) => frameHeader(frame)),
  };
}

/** Value at a point of space, LPS millimeters. */
export type Picture = (point: Point) => number;

/** 1 inside, 0 outside, linear over 1 mm at the surface: a sampled sphere without steps. */
export function sphere(center: Point, radius: number): Picture {
  return (p) => {
    const inside = radius - Math.hypot(p[0] - center[0], p[1] - center[1], p[2] - center[2]);
    return Math.min(1, Math.max(0, inside + 0.5));
  };
}

/** Draws a picture on a slice, averaged through its thickness as a scanner does. */
export function drawn(slice: Slice, picture: Picture, thicknessMm: number, through = 7): Float32Array {
  const { position, orientation, pixelSpacing } = frameOf(slice);
  const { pixels } = slice.header;
  if (position === null || orientation === null || pixelSpacing === null || pixels === null)
    throw new Error('no plane');
  const [row, column]: [Point, Point] = [
    [orientation[0], orientation[1], orientation[2]],
    [orientation[3], orientation[4], orientation[5]],
  ];
  const normal = cross(row, column);
  const values = new Float32Array(pixels.rows * pixels.columns);
  for (let r = 0; r < pixels.rows; r++) {
    for (let c = 0; c < pixels.columns; c++) {
      let sum = 0;
      for (let s = 0; s < through; s++) {
        const off = ((s + 0.5) / through - 0.5) * thicknessMm;
        const at = (axis: 0 | 1 | 2): number =>
          position[axis] + row[axis] * c * pixelSpacing[1] + column[axis] * r * pixelSpacing[0] + normal[axis] * off;
        sum += picture([at(0), at(1), at(2)]);
      }
      values[r * pixels.columns + c] = sum / through;
    }
  }
  return values;
}

/** A reader that draws; images are made when they are asked for. */
export const drawing =
  (picture: Picture, thicknessMm: number, through?: number): ReadSlice =>
  (slice) =>
    Promise.resolve(drawn(slice, picture, thicknessMm, through));
