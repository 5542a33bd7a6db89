/** How noisy the smoothed frames are, and the same noise once more. */
import { noiseOf, type ContrastCurves, type CurveSource } from './contrast-curves.ts';
import { curveShape } from './curve-shape.ts';
import type { Prepared } from './prepare.ts';
import { normalDeviates } from './random.ts';
import type { Smoother } from './smoothing.ts';
import { median } from './tissue-mask.ts';

const NOISE_SEED = 4;
/** Of how many tissue curves noise is estimated. */
const NOISE_CURVES = 2000;

/** From the samples as they were taken: between them the regular grid is smoother than the noise. */
export function noiseOfFrames({ smoothed, kind }: Prepared, { voxels, baseline }: ContrastCurves): number {
  const step = Math.max(1, Math.floor(voxels.length / NOISE_CURVES));
  const found: number[] = [];
  for (let row = 0; row < voxels.length; row += step) {
    const samples = samplesOf(smoothed, voxels[row] ?? 0);
    if (samples.length < 8) continue;
    const noise = noiseOf(samples, 0, samples.length);
    found.push(kind === 'ct' ? noise : noise / Math.max(baseline[row] ?? 1, 1e-6));
  }
  return median(Float32Array.from(found));
}

function samplesOf({ frames }: CurveSource, at: number): Float32Array {
  const out: number[] = [];
  for (let frame = 0; frame < frames.length; frame++) {
    const value = frames[frame]?.[at] ?? NaN;
    if (!Number.isNaN(value)) out.push(value);
  }
  return Float32Array.from(out);
}

/** Median over the tissue of the largest mean of three neighboring values, over noise. */
export function contrastToNoise({ values, length, voxels }: ContrastCurves, noise: number): number {
  const step = Math.max(1, Math.floor(voxels.length / NOISE_CURVES));
  const heights: number[] = [];
  for (let row = 0; row < voxels.length; row += step) {
    const curve = values.subarray(row * length, (row + 1) * length);
    const at = curveShape(curve).peakAt;
    heights.push(((curve[at - 1] ?? 0) + (curve[at] ?? 0) + (curve[at + 1] ?? 0)) / 3);
  }
  return median(Float32Array.from(heights)) / Math.max(noise, 1e-9);
}

/** The smoothed frames with as much noise again, alike between neighbors as smoothing makes it. */
export function withNoise({ smoothed, smooth, tissue }: Prepared, { voxels }: ContrastCurves): CurveSource {
  const normal = normalDeviates(NOISE_SEED);
  const sigma = new Float32Array(tissue.length);
  voxels.forEach((at) => {
    const samples = samplesOf(smoothed, at);
    sigma[at] = noiseOf(samples, 0, samples.length);
  });
  const local = smooth(sigma.map((s, at) => (tissue[at] === 1 ? s : NaN)));
  const frames = smoothed.frames.map((frame) => {
    const field = unitField(tissue, smooth, normal);
    return frame.map((value, at) => value + (field[at] ?? 0) * (local[at] ?? 0));
  });
  return { ...smoothed, frames };
}

/** Smooth noise of deviation 1 in the tissue; NaN elsewhere. */
export function unitField(tissue: Uint8Array, smooth: Smoother['smooth'], normal: () => number): Float32Array {
  const white = new Float32Array(tissue.length);
  for (let at = 0; at < white.length; at++) if (tissue[at] === 1) white[at] = normal();
  const field = smooth(white);
  let [sum, count] = [0, 0];
  for (let at = 0; at < field.length; at++) {
    if (tissue[at] !== 1) continue;
    const x = field[at] ?? NaN;
    if (Number.isNaN(x)) continue;
    sum += x * x;
    count++;
  }
  const scale = 1 / Math.sqrt(sum / Math.max(1, count));
  for (let at = 0; at < field.length; at++) field[at] = (field[at] ?? NaN) * scale;
  return field;
}
