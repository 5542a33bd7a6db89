/** A native head CT as a scanner sends it, with blood of known volume: shapes, not anatomy. */
import type { Point } from '../../src/imaging/affine.ts';
import type { RoledSeries } from '../../src/imaging/pipelines/pipeline.ts';
import type { Volume } from '../../src/imaging/volume/volume.ts';
import { ctSeries, type BuiltInstance, type DicomTags } from './dicom-files.ts';
import { headHu } from './head-phantom.ts';

export interface Bleeding {
  /** LPS millimeters, the middle of the head at 0. */
  readonly at: Point;
  /** Half axes, mm. */
  readonly half: Point;
  readonly hu: number;
}

export interface NcctOptions {
  readonly bleedings?: readonly Bleeding[];
  readonly noiseHu?: number;
  /** Millimeters between slices. Default 5. */
  readonly sliceMm?: number;
  readonly moved?: Point;
  readonly study?: string;
  readonly series?: string;
  readonly tags?: DicomTags;
}

/** Milliliters of an ellipsoid. */
export const ellipsoidMl = ({ half: [a, b, c] }: Bleeding): number => (4 / 3 / 1000) * Math.PI * a * b * c;

/** 30 mL deep on the left. */
export const DEEP_LEFT: Bleeding = { at: [28, 0, 20], half: [15, 24, 20], hu: 64 };

const PIXELS = 160;
const PIXEL_MM = 1.3;
const HEIGHT_MM = 190;

function geometry(sliceMm: number): { size: Point; origin: Point } {
  const slices = Math.ceil(HEIGHT_MM / sliceMm);
  const edge = (-PIXEL_MM * (PIXELS - 1)) / 2;
  return { size: [PIXELS, PIXELS, slices], origin: [edge, edge, (-sliceMm * (slices - 1)) / 2] };
}

function huOf({ bleedings = [], noiseHu = 3, moved = [0, 0, 0] }: NcctOptions): (p: Point) => number {
  const head = headHu({ noiseHu, moved });
  return (p) => {
    const q: Point = [p[0] - moved[0], p[1] - moved[1], p[2] - moved[2]];
    const blood = bleedings.find(
      ({ at, half }) => Math.hypot((q[0] - at[0]) / half[0], (q[1] - at[1]) / half[1], (q[2] - at[2]) / half[2]) <= 1,
    );
    return blood === undefined ? head(p) : blood.hu + head(p) - headHu({ noiseHu: 0, moved })(p);
  };
}

export function ncctStudy(options: NcctOptions = {}): readonly BuiltInstance[] {
  const { sliceMm = 5, study = 'native ct', series = 'native', tags = {} } = options;
  const { size, origin } = geometry(sliceMm);
  const hu = huOf(options);
  return ctSeries({
    size,
    spacing: [PIXEL_MM, PIXEL_MM, sliceMm],
    origin,
    study,
    series,
    values: (i, j, k) => hu([origin[0] + i * PIXEL_MM, origin[1] + j * PIXEL_MM, origin[2] + k * sliceMm]),
    tags: { SeriesDescription: 'HEAD NATIVE', BodyPartExamined: 'HEAD', ConvolutionKernel: 'H30s', KVP: 120, ...tags },
  });
}

/** The same as a series that a pipeline reads, without DICOM in between. */
export function ncctSeries(options: NcctOptions = {}, more: Partial<RoledSeries> = {}): RoledSeries {
  const { sliceMm = 5, study = 'native ct', series = 'native' } = options;
  const { size, origin } = geometry(sliceMm);
  const [nx, ny, nz] = size;
  const hu = huOf(options);
  const values = new Float32Array(nx * ny * nz);
  for (let k = 0, at = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, at++) {
        values[at] = hu([origin[0] + i * PIXEL_MM, origin[1] + j * PIXEL_MM, origin[2] + k * sliceMm]);
      }
    }
  }
  // LPS to right, front and up positive.
  const affine = [-PIXEL_MM, 0, 0, -origin[0], 0, -PIXEL_MM, 0, -origin[1], 0, 0, sliceMm, origin[2]] as const;
  const image: Volume = { size, affine, values, unit: 'HU' };
  const source = {
    studyUid: study,
    seriesUid: `${study} ${series}`,
    frameOfReferenceUid: null,
    modality: 'CT',
    rows: ny,
    columns: nx,
    orientation: [1, 0, 0, 0, 1, 0] as const,
    pixelSpacing: [PIXEL_MM, PIXEL_MM] as const,
    slices: Array.from({ length: nz }, (_, k) => ({
      sopInstanceUid: `${series} ${k}`,
      sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
      frame: 1,
      position: [origin[0], origin[1], origin[2] + k * sliceMm] as const,
    })),
  };
  return {
    role: 'ncct',
    source,
    acquiredAt: null,
    quality: [],
    load: () => Promise.resolve({ image, source, steps: [] }),
    ...more,
  };
}
