/** Images as numbers in space: what pipelines compute on. Positions are millimeters, right, front and up positive. */
import type { QualityRemark } from '../../case/index.ts';
import type { Affine, Point } from '../affine.ts';

/** 'HU', arbitrary 'signal', or the unit of a map. */
export type VoxelUnit =
  'HU' | 'signal' | 's' | 'mL/(100.g.min)' | 'mL/(100.g)' | '10*-6.mm2/s' | '{ratio}' | '{probability}' | '{label}';

export interface Grid {
  /** Voxels along i, j and k; i runs fastest. */
  readonly size: Point;
  readonly affine: Affine;
}

export interface Volume<V extends Float32Array | Int16Array | Uint8Array = Float32Array> extends Grid {
  /** Padding and voxels that were not acquired are NaN in floating-point volumes. */
  readonly values: V;
  readonly unit: VoxelUnit;
}

/** Volumes over time (CT or MR perfusion). A shuttle or an interleaved acquisition has other times for other slices. */
export interface TimeSeries extends Grid {
  /** One a time point; voxels of a slice that is missing at that time are NaN. */
  readonly frames: readonly Float32Array[];
  /** Seconds since the first acquisition: one array a slice (k), in it one value a time point. */
  readonly times: readonly Float64Array[];
  readonly unit: VoxelUnit;
}

/** One slice of a series as stored: what SEG and SR refer to. */
export interface SourceSlice {
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  /** From 1; 1 for a classic single-frame instance. */
  readonly frame: number;
  /** ImagePositionPatient, LPS millimeters. */
  readonly position: Point;
}

/** The geometry of the stored images, before anything was resampled. */
export interface SourceSeries {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly frameOfReferenceUid: string | null;
  readonly modality: string;
  readonly rows: number;
  readonly columns: number;
  /** ImageOrientationPatient: direction of a row, then of a column, LPS. */
  readonly orientation: readonly [number, number, number, number, number, number];
  /** Millimeters between rows, then between columns (order of DICOM PixelSpacing). */
  readonly pixelSpacing: readonly [number, number];
  /** Sorted along the normal; of a time series those of its first complete time point. */
  readonly slices: readonly SourceSlice[];
}

/** What was done between the stored images and the volume, for the record: {"step": "tilt-resampled", "degrees": 18.5}. */
export interface GeometryStep {
  readonly step: string;
  readonly [figure: string]: string | number;
}

export interface Built<T extends Volume | TimeSeries = Volume | TimeSeries> {
  readonly image: T;
  readonly source: SourceSeries;
  readonly steps: readonly GeometryStep[];
  /** Remarks of the quality gate on the pixels; what headers alone tell is with the series. */
  readonly quality?: readonly QualityRemark[];
}
