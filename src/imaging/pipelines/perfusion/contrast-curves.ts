/** Concentration of contrast over regular time, for chosen voxels. */
import type { PerfusionKind } from './settings.ts';
import { interpolate, type RegularTime } from './regular-time.ts';

export interface ContrastCurves {
  /** Flat voxel index of each row. */
  readonly voxels: Int32Array;
  /** One row a voxel, `length` numbers each: HU above baseline, or -ln(S/S0) (the echo time cancels in deconvolution). */
  readonly values: Float32Array;
  readonly length: number;
  /** Mean before contrast arrives, by row: HU or signal. */
  readonly baseline: Float32Array;
}

export interface CurveSource {
  readonly frames: readonly Float32Array[];
  /** By frame, then slice. */
  readonly times: readonly Float64Array[];
  /** Voxels of a slice. */
  readonly plane: number;
}

/** Signal at the regular times. Voxels that are missing in half of the frames are left out. */
export function signalCurves(source: CurveSource, voxels: Int32Array, time: RegularTime): ContrastCurves {
  const length = time.seconds.length;
  const used = source.frames.length;
  const samples = new Float32Array(used);
  const secondsOfSlice = new Map<number, Float64Array>();
  const values = new Float32Array(voxels.length * length);
  const kept = new Int32Array(voxels.length);
  let rows = 0;
  for (const at of voxels) {
    const slice = Math.floor(at / source.plane);
    let seconds = secondsOfSlice.get(slice);
    if (seconds === undefined) {
      seconds = Float64Array.from({ length: used }, (_, frame) => source.times[frame]?.[slice] ?? NaN);
      secondsOfSlice.set(slice, seconds);
    }
    for (let frame = 0; frame < used; frame++) {
      const missing = Number.isNaN(seconds[frame] ?? NaN);
      samples[frame] = missing ? NaN : (source.frames[frame]?.[at] ?? NaN);
    }
    if (!interpolate(seconds, samples, time.seconds, values, rows * length)) continue;
    kept[rows++] = at;
  }
  return {
    voxels: kept.slice(0, rows),
    values: values.subarray(0, rows * length),
    length,
    baseline: new Float32Array(rows),
  };
}

/**
 * Turns signal into concentration, in place.
 * @param from first time point of the baseline: the first ones of MR are brighter, before the magnetization is steady
 * @param to first time point after it
 */
export function toConcentration(curves: ContrastCurves, from: number, to: number, kind: PerfusionKind): ContrastCurves {
  const { values, length, baseline } = curves;
  for (let row = 0; row < baseline.length; row++) {
    const start = row * length;
    let sum = 0;
    for (let n = from; n < to; n++) sum += values[start + n] ?? 0;
    const mean = sum / (to - from);
    baseline[row] = mean;
    for (let n = 0; n < length; n++) {
      const value = values[start + n] ?? 0;
      // Signal at the noise floor would give an infinite concentration.
      values[start + n] = kind === 'ct' ? value - mean : -Math.log(Math.max(value, 0.01 * mean) / mean);
    }
    if (kind === 'mr') values.fill(0, start, start + from);
    if (!Number.isFinite(mean) || (kind === 'mr' && mean <= 0)) values.fill(0, start, start + length);
  }
  return curves;
}

/**
 * Standard deviation of the noise of one value, from the bend between neighbors in time. The median bend: that of a bolus
 * itself, short against the whole curve, does not count.
 */
export function noiseOf(values: Float32Array, offset: number, length: number): number {
  const bends = new Float32Array(Math.max(0, length - 2));
  for (let n = 1; n < length - 1; n++) {
    const outer = (values[offset + n - 1] ?? 0) + (values[offset + n + 1] ?? 0);
    bends[n - 1] = Math.abs(outer - 2 * (values[offset + n] ?? 0));
  }
  // The median of a normal deviate without its sign is 0.6745; a bend has six times the variance of a value.
  return (bends.sort()[Math.floor(bends.length / 2)] ?? 0) / (0.6745 * Math.sqrt(6));
}
