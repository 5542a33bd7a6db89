/** When contrast arrives, from the voxels that change most. */
import { signalCurves, type CurveSource } from './contrast-curves.ts';
import type { RegularTime } from './regular-time.ts';
import type { PerfusionKind } from './settings.ts';

export interface Bolus {
  /** First and one past the last time point of the baseline. */
  readonly baselineFrom: number;
  readonly baselineTo: number;
  /** Largest change of the mean of the strongest voxels: HU, or -ln(S/S0). */
  readonly height: number;
  readonly peakAt: number;
}

const STRONGEST_SHARE = 0.005;
const LEAST_VOXELS = 20;
/** Excitations until the magnetization of MR is steady. */
const UNSTEADY = 2;
const ARRIVAL_SHARE = 0.05;

export function findBolus(source: CurveSource, mask: Uint8Array, time: RegularTime, kind: PerfusionKind): Bolus {
  const strongest = strongestVoxels(source, mask, kind);
  const { values, length, voxels } = signalCurves(source, strongest, time);
  const mean = new Float64Array(length);
  for (let row = 0; row < voxels.length; row++) {
    for (let n = 0; n < length; n++) mean[n] = (mean[n] ?? 0) + (values[row * length + n] ?? 0) / voxels.length;
  }
  const from = kind === 'mr' ? Math.min(UNSTEADY, Math.max(0, length - 1)) : 0;
  const first = [0, 1, 2].reduce((sum, n) => sum + (mean[from + n] ?? 0), 0) / 3;
  const change = mean.map((value, n) =>
    n < from ? 0 : kind === 'ct' ? value - first : -Math.log(Math.max(value, 1e-6) / first),
  );
  let peakAt = 0;
  change.forEach((value, n) => {
    if (value > (change[peakAt] ?? 0)) peakAt = n;
  });
  const height = change[peakAt] ?? 0;
  let arrival = peakAt;
  while (arrival > from && (change[arrival] ?? 0) > ARRIVAL_SHARE * height) arrival--;
  return { baselineFrom: from, baselineTo: Math.max(from + 1, arrival), height, peakAt };
}

/** Voxels of the mask whose signal changes most between two frames. */
export function strongestVoxels(
  source: CurveSource,
  mask: Uint8Array,
  kind: PerfusionKind,
  share = STRONGEST_SHARE,
): Int32Array {
  const change = largestChange(source, mask, kind);
  const inside = change.filter((value) => !Number.isNaN(value)).sort();
  const wanted = Math.max(LEAST_VOXELS, Math.floor(inside.length * share));
  const threshold = inside[Math.max(0, inside.length - wanted)] ?? Infinity;
  const chosen: number[] = [];
  change.forEach((value, at) => {
    if (value >= threshold) chosen.push(at);
  });
  return Int32Array.from(chosen);
}

/** Mean of three neighboring frames against the first three, so that noise alone does not win; NaN outside the mask. */
export function largestChange({ frames }: CurveSource, mask: Uint8Array, kind: PerfusionKind): Float32Array {
  const out = new Float32Array(mask.length).fill(NaN);
  const mean = (at: number, frame: number): number =>
    ((frames[frame]?.[at] ?? NaN) + (frames[frame + 1]?.[at] ?? NaN) + (frames[frame + 2]?.[at] ?? NaN)) / 3;
  const start = kind === 'mr' && frames.length > 5 ? UNSTEADY : 0;
  for (let at = 0; at < mask.length; at++) {
    if (mask[at] !== 1) continue;
    const first = mean(at, start);
    let [most, seen] = [-Infinity, false];
    for (let frame = start + 1; frame + 2 < frames.length; frame++) {
      const now = mean(at, frame);
      const change = kind === 'ct' ? now - first : -Math.log(Math.max(now, 0.01 * first) / first);
      if (Number.isNaN(change)) continue;
      [most, seen] = [Math.max(most, change), true];
    }
    if (seen) out[at] = most;
  }
  return out;
}
