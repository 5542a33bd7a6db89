/** Where the brain is, from the mean of all frames. */
import type { Point } from '../../affine.ts';
import { dilated, eroded, holesFilled, largestPart } from './morphology.ts';
import type { PerfusionKind } from './settings.ts';

/** HU of brain, fluid and vessels with some contrast, without bone and fat. */
const CT_SOFT: readonly [number, number] = [0, 110];
/** HU. */
export const CT_BONE = 160;
/** Cuts the bridges between brain and scalp or orbit. */
const OPENING_MM = 4;
/** Of eight directions in the slice: the skull base is open to orbits and neck, an operated skull to one side. */
const SIDES_WITH_BONE = 6;

/** Vessels and bleeding inside the skull belong to it; skull, scalp and air do not. */
export function brainMask(mean: Float32Array, size: Point, pixelMm: number, kind: PerfusionKind): Uint8Array {
  const steps = Math.max(1, Math.round(OPENING_MM / pixelMm));
  const tissue = kind === 'ct' ? insideSkull(mean, size) : aboveThreshold(mean);
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

function insideSkull(mean: Float32Array, size: Point): Uint8Array {
  const sides = sidesWithBone(mean, size);
  return Uint8Array.from(mean, (hu, at) =>
    hu >= CT_SOFT[0] && hu <= CT_SOFT[1] && (sides[at] ?? 0) >= SIDES_WITH_BONE ? 1 : 0,
  );
}

/** In how many of eight directions in its slice, straight and diagonal, a voxel has bone, itself included. */
function sidesWithBone(hu: Float32Array, [nx, ny]: Point): Uint8Array {
  const sides = new Uint8Array(hu.length);
  // One bit for each of four directions: what a neighbor met on its way, this voxel meets too. Then the other way round.
  const met = new Uint8Array(hu.length);
  for (const step of [1, -1]) {
    for (let n = 0; n < hu.length; n++) {
      const at = step === 1 ? n : hu.length - 1 - n;
      const i = at % nx;
      const j = Math.floor(at / nx) % ny;
      const [before, after] = [step === 1 ? i > 0 : i < nx - 1, step === 1 ? i < nx - 1 : i > 0];
      const row = step === 1 ? j > 0 : j < ny - 1;
      const seen = (hu[at] ?? 0) > CT_BONE ? 15 : 0;
      const [beside, over] = [at - step, at - step * nx];
      met[at] =
        seen |
        (before ? (met[beside] ?? 0) & 1 : 0) |
        (row ? (met[over] ?? 0) & 2 : 0) |
        (row && before ? (met[over - step] ?? 0) & 4 : 0) |
        (row && after ? (met[over + step] ?? 0) & 8 : 0);
      sides[at] = (sides[at] ?? 0) + (BITS[met[at] ?? 0] ?? 0);
    }
  }
  return sides;
}

/** How many of four bits are set. */
const BITS = Uint8Array.from({ length: 16 }, (_, x) => (x & 1) + ((x >> 1) & 1) + ((x >> 2) & 1) + (x >> 3));

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
