/** The passage of contrast through a perfusion series, from the voxels that change most: vessels. */
import { spacing } from '../affine.ts';
import { breathe } from '../volume/slice.ts';
import type { TimeSeries } from '../volume/volume.ts';

export interface Bolus {
  /** Rise over the start: HU for CT, share of the signal that is lost for MR. */
  readonly peak: number;
  /** Seconds from the first image until a tenth of the peak. */
  readonly arrivalS: number;
  /** Value of the last three images as a share of the peak. */
  readonly endShare: number;
  /** Seconds from arrival to the last image. */
  readonly afterArrivalS: number;
  /** Usual time between images of one slice. */
  readonly intervalS: number;
  readonly durationS: number;
  /** Noise of a voxel over time: HU, or share of the signal. */
  readonly noise: number;
}

/** Voxels that are looked at, and how many at once. */
const SAMPLE = 16_000;
const BATCH = 500;
/** Of the voxels, this share is taken for vessels. */
const VESSELS = 0.005;
const MIN_VESSELS = 20;
const EDGE_MM = 8;

/** null without enough voxels of tissue. */
export async function bolusOf(series: TimeSeries): Promise<Bolus | null> {
  const { frames, unit } = series;
  const chosen = tissueVoxels(series);
  const ranked: { readonly change: readonly number[]; readonly peak: number; readonly noise: number }[] = [];
  for (const [at, voxel] of chosen.entries()) {
    if (at % BATCH === 0) await breathe();
    const curve = withoutHoles(frames.map((frame) => frame[voxel] ?? NaN));
    if (curve === undefined) continue;
    const change = unit === 'HU' ? enhancement(curve) : loss(curve);
    ranked.push({ change, peak: Math.max(...smoothed(change)), noise: noiseOf(change) });
  }
  if (ranked.length < 100) return null;
  ranked.sort((a, b) => b.peak - a.peak);
  const vessels = ranked.slice(0, Math.max(MIN_VESSELS, Math.floor(VESSELS * ranked.length)));
  const seconds = [...(series.times[Math.floor(series.size[2] / 2)] ?? [])];
  const count = series.frames.length;
  const course = smoothed(
    Array.from({ length: count }, (_, t) => median(vessels.map(({ change }) => change[t] ?? NaN))),
  );
  const top = course.indexOf(Math.max(...course));
  const peak = course[top] ?? 0;
  // From the peak backwards: the last time before it at which less than a tenth has come.
  let arrival = top;
  while (arrival > 0 && (course[arrival - 1] ?? 0) > 0.1 * peak) arrival--;
  const [first = 0, last = 0] = [seconds[0], seconds.at(-1)];
  const arrivalS = (seconds[Math.max(0, arrival - 1)] ?? first) - first;
  const end = course.slice(-3).reduce((sum, value) => sum + value, 0) / 3;
  return {
    peak,
    arrivalS: arrival === 0 ? 0 : arrivalS,
    endShare: peak > 0 ? end / peak : 0,
    afterArrivalS: last - first - arrivalS,
    intervalS: median(seconds.slice(1).map((second, at) => second - (seconds[at] ?? 0))),
    durationS: last - first,
    noise: median(ranked.map(({ noise }) => noise)),
  };
}

/** A sample of voxels that show tissue (not air, not bone) at the start. */
function tissueVoxels({ frames, unit, size, affine }: TimeSeries): number[] {
  const first = frames[0] ?? new Float32Array();
  const [mmX, mmY] = spacing(affine);
  const [dx, dy] = [Math.ceil(EDGE_MM / mmX), Math.ceil(EDGE_MM / mmY) * size[0]];
  const isTissue = unit === 'HU' ? (v: number): boolean => v > 0 && v < 120 : brightEnough(first);
  const candidates: number[] = [];
  const around = [0, dx, -dx, dy, -dy];
  for (let at = 0; at < first.length; at++) {
    // Near bone and air a moving head looks like contrast.
    if (around.every((off) => isTissue(first[at + off] ?? NaN))) candidates.push(at);
  }
  const step = Math.max(1, Math.floor(candidates.length / SAMPLE));
  return candidates.filter((_, at) => at % step === 0);
}

function brightEnough(values: Float32Array): (value: number) => boolean {
  const sample = values.filter((value, at) => at % 13 === 0 && value > 0).sort();
  const threshold = 0.2 * (sample[Math.floor(0.98 * sample.length)] ?? 0);
  return (value) => value > threshold;
}

/** Missing images take the value before them; a voxel without most of its images is left out. */
function withoutHoles(curve: number[]): number[] | undefined {
  const known = curve.filter((value) => !Number.isNaN(value));
  if (known.length < 0.6 * curve.length) return undefined;
  let last = known[0] ?? 0;
  return curve.map((value) => (last = Number.isNaN(value) ? last : value));
}

const START = 3;
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);

/** Over the start, or over the end where that is lower: an acquisition may begin in the middle of the bolus. */
function enhancement(curve: readonly number[]): number[] {
  const start = Math.min(meanOf(curve.slice(0, START)), meanOf(curve.slice(-START)));
  return curve.map((value) => value - start);
}

/** The first image of MR is not yet in its steady state. */
function loss(curve: readonly number[]): number[] {
  const start = Math.max(meanOf(curve.slice(1, 1 + START)), meanOf(curve.slice(-START)));
  return curve.map((value, t) => (t === 0 || start <= 0 ? 0 : 1 - value / start));
}

function smoothed(curve: readonly number[]): number[] {
  return curve.map((value, t) => ((curve[t - 1] ?? value) + value + (curve[t + 1] ?? value)) / 3);
}

/** From second differences, in which a slow course cancels: their deviation is √6 of that of the noise. */
function noiseOf(curve: readonly number[]): number {
  const differences = curve.slice(2).map((value, t) => Math.abs(value - 2 * (curve[t + 1] ?? 0) + (curve[t] ?? 0)));
  return median(differences) / (0.6745 * Math.sqrt(6));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
