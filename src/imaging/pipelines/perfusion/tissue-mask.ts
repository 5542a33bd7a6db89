/** What of the brain is no tissue: cerebrospinal fluid, large vessels and the rim beside bone. */
import type { Point } from '../../affine.ts';
import { largestChange } from './bolus.ts';
import { CT_BONE } from './brain-mask.ts';
import type { CurveSource } from './contrast-curves.ts';
import { dilated } from './morphology.ts';
import { SETTINGS, type PerfusionKind } from './settings.ts';

/** A voxel that changes this many times more than the median one is a vessel; before smoothing, so that it spreads no contrast. */
const VESSEL_CHANGE_RATIO = 6;

export function noTissue(
  source: CurveSource,
  mean: Float32Array,
  brain: Uint8Array,
  size: Point,
  kind: PerfusionKind,
): Uint8Array {
  const change = largestChange(source, brain, kind);
  const vessel = VESSEL_CHANGE_RATIO * median(change);
  const fluid = kind === 'mr' ? SETTINGS.csfSignalRatio * median(mean.map((x, at) => (brain[at] === 1 ? x : NaN))) : 0;
  // Beside bone the smallest motion changes more than contrast does.
  const bone = Uint8Array.from(mean, (hu) => (kind === 'ct' && hu > CT_BONE ? 1 : 0));
  const besideBone = dilated(bone, size, 1);
  return brain.map((inside, at) => {
    if (inside === 0) return 0;
    if (besideBone[at] === 1) return 1;
    const value = mean[at] ?? NaN;
    const isFluid = kind === 'ct' ? value < SETTINGS.csfHu : value > fluid;
    return isFluid || !((change[at] ?? NaN) <= vessel) ? 1 : 0;
  });
}

/** Voxels whose blood volume is many times that of the median tissue are vessels that were not seen before. */
export function withoutVessels(tissue: Uint8Array, cbv: Float32Array): Uint8Array {
  const limit = SETTINGS.vesselVolumeRatio * median(cbv.map((x, at) => (tissue[at] === 1 ? x : NaN)));
  return tissue.map((inside, at) => (inside === 1 && (cbv[at] ?? NaN) <= limit ? 1 : 0));
}

/** Of the values that are not NaN. */
export function median(values: Float32Array): number {
  const sorted = values.filter((x) => !Number.isNaN(x)).sort();
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
