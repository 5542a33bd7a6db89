/** A CT series made by code: instances as a scanner would send them, and the same geometry as volumes know it. */
import { encodeInstance, decimalString } from '../../src/imaging/results/dicom/encode.ts';
import { transform, type Affine, type Point } from '../../src/imaging/affine.ts';
import { sliceAffine } from '../../src/imaging/volume/on-source-slices.ts';
import type { Grid, SourceSeries, SourceSlice } from '../../src/imaging/volume/volume.ts';

const CT_STORAGE = '1.2.840.10008.5.1.4.1.1.2';

export interface MadeSeries {
  readonly source: SourceSeries;
  readonly instances: readonly Uint8Array[];
  /** Voxels of the slices as stored; sheared when the gantry is tilted. */
  readonly grid: Grid;
  /** Hounsfield units, i fastest. */
  readonly values: Float32Array;
}

/** Millimeters, right, front and up positive. */
export interface Sphere {
  readonly center: Point;
  readonly radius: number;
}

export interface SeriesOptions {
  readonly rows?: number;
  readonly columns?: number;
  readonly slices?: number;
  readonly tiltDegrees?: number;
  readonly studyUid?: string;
  readonly seriesUid?: string;
  readonly patientName?: string;
  /** Tissue of 60 to 68 HU inside this sphere. */
  readonly lesion?: Sphere;
  readonly more?: Readonly<Record<string, unknown>>;
}

const GAP = 5;
const SPACING = [0.9, 0.8] as const;

export function makeSeries(options: SeriesOptions = {}): MadeSeries {
  const { rows = 48, columns = 64, slices = 6, tiltDegrees = 0 } = options;
  const { studyUid = '1.2.840.99999.1', seriesUid = '1.2.840.99999.2' } = options;
  const tilt = (tiltDegrees * Math.PI) / 180;
  // DICOM decimals: what is stored is what everybody computes with.
  const stored = (value: number): number => Number(decimalString(value));
  const orientation = [1, 0, 0, 0, Math.cos(tilt), -Math.sin(tilt)].map(
    stored,
  ) as unknown as SourceSeries['orientation'];
  const sourceSlices = Array.from({ length: slices }, (_, k): SourceSlice => ({
    sopInstanceUid: `${seriesUid}.${k + 1}`,
    sopClassUid: CT_STORAGE,
    frame: 1,
    position: [-25.3, -31.7, 10.2 + GAP * k].map(stored) as unknown as Point,
  }));
  const source: SourceSeries = {
    studyUid,
    seriesUid,
    frameOfReferenceUid: `${studyUid}.9`,
    modality: 'CT',
    rows,
    columns,
    orientation,
    pixelSpacing: SPACING,
    slices: sourceSlices,
  };
  const first = sliceAffine(sourceSlices[0]?.position ?? [0, 0, 0], source);
  const affine = first.map((value, at) => ([2, 6].includes(at) ? 0 : at === 10 ? GAP : value)) as unknown as Affine;
  const grid: Grid = { size: [columns, rows, slices], affine };
  const values = head(grid, options.lesion);
  const instances = sourceSlices.map((slice, k) => instance(source, slice, k, values, options));
  return { source, instances, grid, values };
}

/** Brain of 30 to 38 HU in a skull of 900 HU in air. */
function head(grid: Grid, lesion?: Sphere): Float32Array {
  const [nx, ny, nz] = grid.size;
  const values = new Float32Array(nx * ny * nz).fill(-1000);
  for (let at = 0; at < values.length; at++) {
    const [i, j] = [at % nx, Math.floor(at / nx) % ny];
    const r = Math.hypot((i - nx / 2 + 0.5) / (nx / 2), (j - ny / 2 + 0.5) / (ny / 2));
    if (r < 0.82) values[at] = 30 + ((i + j) % 9);
    else if (r < 0.93) values[at] = 900;
  }
  const inside = lesion === undefined ? [] : sphere(grid, lesion);
  inside.forEach((set, at) => {
    if (set === 1) values[at] = 60 + ((values[at] ?? 0) % 9);
  });
  return values;
}

/** 1 where the center of a voxel lies in the sphere, on any grid. */
export function sphere({ size: [nx, ny, nz], affine }: Grid, { center, radius }: Sphere): Uint8Array {
  const voxels = new Uint8Array(nx * ny * nz);
  for (let at = 0; at < voxels.length; at++) {
    const p = transform(affine, [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))]);
    if (Math.hypot(p[0] - center[0], p[1] - center[1], p[2] - center[2]) <= radius) voxels[at] = 1;
  }
  return voxels;
}

function instance(
  source: SourceSeries,
  slice: SourceSlice,
  k: number,
  values: Float32Array,
  options: SeriesOptions,
): Uint8Array {
  const pixels = source.rows * source.columns;
  const stored = Int16Array.from(values.subarray(k * pixels, (k + 1) * pixels), (value) => value + 1024);
  const { bytes } = encodeInstance(
    {
      SOPClassUID: CT_STORAGE,
      SOPInstanceUID: slice.sopInstanceUid,
      StudyInstanceUID: source.studyUid,
      SeriesInstanceUID: source.seriesUid,
      PatientName: options.patientName ?? 'Müller^Jürgen',
      PatientID: 'TEST-0001',
      IssuerOfPatientID: 'stroke-cds tests',
      PatientBirthDate: '19500102',
      PatientSex: 'M',
      StudyDate: '20261128',
      StudyTime: '145801.25',
      SeriesDate: '20261128',
      SeriesTime: '145900',
      ContentDate: '20261128',
      ContentTime: '145900',
      AcquisitionDate: '20261128',
      AcquisitionTime: '145830',
      TimezoneOffsetFromUTC: '+0100',
      AccessionNumber: 'A17',
      StudyID: '1',
      StudyDescription: 'Schädel CT',
      ReferringPhysicianName: null,
      Modality: 'CT',
      Manufacturer: 'stroke-cds tests',
      SeriesNumber: '2',
      InstanceNumber: String(k + 1),
      AcquisitionNumber: '1',
      ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
      FrameOfReferenceUID: source.frameOfReferenceUid,
      PositionReferenceIndicator: null,
      Laterality: null,
      PatientPosition: 'HFS',
      KVP: '120',
      SliceThickness: '5',
      ImagePositionPatient: slice.position.map(decimalString),
      ImageOrientationPatient: source.orientation.map(decimalString),
      PixelSpacing: source.pixelSpacing.map(decimalString),
      SamplesPerPixel: 1,
      PhotometricInterpretation: 'MONOCHROME2',
      Rows: source.rows,
      Columns: source.columns,
      BitsAllocated: 16,
      BitsStored: 16,
      HighBit: 15,
      PixelRepresentation: 1,
      RescaleIntercept: '-1024',
      RescaleSlope: '1',
      RescaleType: 'HU',
      ...options.more,
      PixelData: stored.buffer,
      _vrMap: { PixelData: 'OW' },
    },
    'TESTS',
  );
  return bytes;
}
