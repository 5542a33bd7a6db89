/**
 * NIfTI files as series of a study, for research: a 3D file is a volume, a 4D file volumes over time. A NIfTI file tells
 * neither modality nor patient, so its role is given by the caller, and no SEG or SR can be made of it.
 */
import { createHash } from 'node:crypto';
import type { Affine } from './affine.ts';
import { spacing } from './affine.ts';
import { readNifti, readNiftiSeries, type VoxelValues } from './nifti.ts';
import type { RoledSeries } from './pipelines/pipeline.ts';
import type { SeriesRole } from './series/series-role.ts';
import type { Built, Grid, SourceSeries, TimeSeries, Volume, VoxelUnit } from './volume/volume.ts';

const OVER_TIME: readonly SeriesRole[] = ['ctp', 'pwi'];
const UNITS: Readonly<Partial<Record<SeriesRole, VoxelUnit>>> = {
  ncct: 'HU',
  cta: 'HU',
  ctp: 'HU',
  adc: '10*-6.mm2/s',
};

/**
 * @param name of the file, in place of UIDs; never shown with patient data
 * @param study name of the study, where it holds several files
 * @throws ImageRefusal
 */
export function niftiSeries(bytes: Uint8Array, role: SeriesRole, name: string, study = name): RoledSeries {
  const file = OVER_TIME.includes(role) ? seriesOverTime(bytes, role, name) : oneVolume(bytes, role, name);
  const built = { ...file, source: { ...file.source, studyUid: uidOf('study', study) } };
  return { role, source: built.source, acquiredAt: null, quality: [], load: () => Promise.resolve(built) };
}

const unitOf = (role: SeriesRole): VoxelUnit => UNITS[role] ?? 'signal';

function oneVolume(bytes: Uint8Array, role: SeriesRole, name: string): Built<Volume> {
  const { size, affine, values, slope, intercept } = readNifti(bytes);
  const image: Volume = { size, affine, values: scaled(values, slope, intercept), unit: unitOf(role) };
  return { image, source: sourceOf(image, name), steps: [{ step: 'nifti' }] };
}

function seriesOverTime(bytes: Uint8Array, role: SeriesRole, name: string): Built<TimeSeries> {
  const { size, affine, frames, slope, intercept, secondsPerFrame } = readNiftiSeries(bytes);
  const times = Float64Array.from(frames, (_, at) => at * secondsPerFrame);
  const image: TimeSeries = {
    size,
    affine,
    frames: frames.map((frame) => scaled(frame, slope, intercept)),
    // The header gives one time for all slices.
    times: Array.from({ length: size[2] }, () => times),
    unit: unitOf(role),
  };
  return { image, source: sourceOf(image, name), steps: [{ step: 'nifti', secondsPerFrame }] };
}

function scaled(values: VoxelValues, slope: number, intercept: number): Float32Array {
  return Float32Array.from(values, (value) => slope * value + intercept);
}

/** UIDs under the root for UUID-derived ones, so that they look like what they stand for and are the same every time. */
function uidOf(what: string, name: string): string {
  const digest = createHash('sha256').update(`${what} ${name}`).digest('hex').slice(0, 30);
  return `2.25.${BigInt(`0x${digest}`).toString()}`;
}

function sourceOf({ size, affine }: Grid, name: string): SourceSeries {
  const uid = (what: string): string => uidOf(what, name);
  const [di, dj] = spacing(affine);
  const direction = (at: 0 | 1, step: number): readonly [number, number, number] => [
    -(affine[at] / step),
    -((affine[at + 4] ?? 0) / step),
    (affine[at + 8] ?? 0) / step,
  ];
  return {
    studyUid: uid('study'),
    seriesUid: uid('series'),
    frameOfReferenceUid: null,
    modality: 'OT',
    rows: size[1],
    columns: size[0],
    orientation: [...direction(0, di), ...direction(1, dj)],
    pixelSpacing: [dj, di],
    slices: Array.from({ length: size[2] }, (_, k) => ({
      sopInstanceUid: uid(`slice ${k}`),
      sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
      frame: 1,
      position: positionOf(affine, k),
    })),
  };
}

const positionOf = (a: Affine, k: number): readonly [number, number, number] => [
  -(a[2] * k + a[3]),
  -(a[6] * k + a[7]),
  a[10] * k + a[11],
];
