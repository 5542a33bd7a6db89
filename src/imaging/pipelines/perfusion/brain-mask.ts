/** Where the brain is, from the mean of all frames. */
import type { Point } from '../../affine.ts';
import { dilated, eroded, holesFilled, largestPart, reachedFromEdge } from './morphology.ts';
import type { PerfusionKind } from './settings.ts';

/** HU of brain, fluid and vessels with some contrast, without bone and fat. */
const CT_SOFT: readonly [number, number] = [0, 110];
/** HU. */
export const CT_BONE = 160;
/** Cuts the bridges between brain and scalp or orbit. */
const OPENING_MM = 4;
/** Share of a slice's soft tissue that bone must enclose before the enclosure is believed. */
const ENCLOSED_SHARE = 0.3;
/** How far from a slice that bone encloses an open one may hold brain. */
const OPEN_SLICES_MM = 16;

/**
 * Vessels and bleeding inside the skull belong to it; skull, scalp and air do not.
 */
export function brainMask(
  mean: Float32Array,
  size: Point,
  { pixelMm, sliceMm }: { readonly pixelMm: number; readonly sliceMm: number },
  kind: PerfusionKind,
): Uint8Array {
  const steps = Math.max(1, Math.round(OPENING_MM / pixelMm));
  const tissue = kind === 'ct' ? insideSkull(mean, size, sliceMm) : aboveThreshold(mean);
  const core = largestPart(eroded(tissue, size, steps), size);
  const grown = dilated(core, size, steps).map((inside, at) => (inside === 1 && tissue[at] === 1 ? 1 : 0));
  return holesFilled(grown, size);
}

/** HU; fat is above it, air far below. */
const CT_HEAD = -300;

/** Brain, skull and scalp with what they enclose: where blood can be. */
export function headMask(mean: Float32Array, size: Point, kind: PerfusionKind): Uint8Array {
  const solid = kind === 'ct' ? Uint8Array.from(mean, (hu) => (hu > CT_HEAD ? 1 : 0)) : aboveThreshold(mean);
  return holesFilled(largestPart(solid, size), size);
}

function insideSkull(mean: Float32Array, size: Point, sliceMm: number): Uint8Array {
  const soft = Uint8Array.from(mean, (hu) => (hu >= CT_SOFT[0] && hu <= CT_SOFT[1] ? 1 : 0));
  const bone = dilated(
    Uint8Array.from(mean, (hu) => (hu > CT_BONE ? 1 : 0)),
    size,
    1,
  );
  const outside = reachedFromEdge(
    bone.map((b) => 1 - b),
    size,
  );
  const plane = size[0] * size[1];
  const enclosed = soft.map((inside, at) => (inside === 1 && outside[at] !== 1 ? 1 : 0));
  const believed = Array.from({ length: size[2] }, (_, k) => {
    const [all, within] = [soft, enclosed].map((mask) => voxels(mask.subarray(k * plane, (k + 1) * plane)));
    return (all ?? 0) > 0 && (within ?? 0) >= ENCLOSED_SHARE * (all ?? 0);
  });
  if (!believed.includes(true)) return soft;
  // The skull base is open, and thin bone lets the outside in: there the brain is sought where the nearest closed slice has it.
  const reach = Math.max(1, Math.round(OPEN_SLICES_MM / sliceMm));
  return soft.map((inside, at) => {
    const k = Math.floor(at / plane);
    if (believed[k] === true) return enclosed[at] ?? 0;
    for (let away = 1; away <= reach; away++) {
      for (const near of [k + away, k - away]) {
        if (believed[near] === true) return inside & (enclosed[at + (near - k) * plane] ?? 0);
      }
    }
    return 0;
  });
}

function voxels(mask: Uint8Array): number {
  let count = 0;
  for (const inside of mask) count += inside;
  return count;
}

/** Otsu 1979: the threshold that parts head and background best. */
function aboveThreshold(mean: Float32Array): Uint8Array {
  const bins = 256;
  const top = mean.reduce((high, x) => (x > high ? x : high), 0);
  if (top === 0) return new Uint8Array(mean.length);
  const counts = new Float64Array(bins);
  let total = 0;
  for (const value of mean) {
    if (!(value >= 0)) continue;
    const bin = Math.min(bins - 1, Math.floor((value / top) * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
    total++;
  }
  const sum = counts.reduce((s, n, bin) => s + n * bin, 0);
  let [below, belowSum, best, threshold] = [0, 0, -1, 0];
  for (let bin = 0; bin < bins; bin++) {
    below += counts[bin] ?? 0;
    belowSum += (counts[bin] ?? 0) * bin;
    if (below === 0 || below === total) continue;
    const apart = belowSum / below - (sum - belowSum) / (total - below);
    const between = below * (total - below) * apart * apart;
    if (between > best) [best, threshold] = [between, ((bin + 1) / bins) * top];
  }
  return Uint8Array.from(mean, (value) => (value > threshold ? 1 : 0));
}
