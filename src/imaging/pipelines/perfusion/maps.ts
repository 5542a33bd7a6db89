/** Perfusion maps with their units, from concentration curves and their deconvolution. */
import type { Point } from '../../affine.ts';
import type { ContrastCurves } from './contrast-curves.ts';
import { curveShape } from './curve-shape.ts';
import type { Deconvolved } from './deconvolution.ts';
import { SETTINGS } from './settings.ts';

/** On the whole grid; NaN where nothing was computed. */
export interface PerfusionMaps {
  /** mL/100 g/min */
  readonly cbf: Float32Array;
  /** mL/100 g */
  readonly cbv: Float32Array;
  /** s */
  readonly mtt: Float32Array;
  /** s from the arrival of contrast in the artery to the peak in the tissue. */
  readonly ttp: Float32Array;
  /** s */
  readonly tmax: Float32Array;
}

export interface MapScale {
  /** Area under the arterial input, unit of the curves times s, after partial-volume scaling. */
  readonly arteryArea: number;
  /** Index of the arrival in the artery. */
  readonly arteryArrival: number;
  readonly stepSeconds: number;
  /** Noise of one value of the curves. */
  readonly noise: number;
}

/** A curve whose area is less than this multiple of its noise shows no contrast. */
const LEAST_AREA_TO_NOISE = 2.5;
const FILL_PASSES = 12;
const FILL_NEIGHBORS = 3;

/**
 * Flow and volume per mass of tissue, with the hematocrit of small vessels (Rempp 1994, Radiology 193:637).
 * Tmax of voxels that no contrast reaches is that of their neighbors; deep inside such a region it is the latest lag.
 */
export function perfusionMaps(
  curves: ContrastCurves,
  { peak, tmax }: Pick<Deconvolved, 'peak' | 'tmax'>,
  size: Point,
  { arteryArea, arteryArrival, stepSeconds, noise }: MapScale,
): PerfusionMaps {
  const count = size[0] * size[1] * size[2];
  const empty = (): Float32Array => new Float32Array(count).fill(NaN);
  const maps = { cbf: empty(), cbv: empty(), mtt: empty(), ttp: empty(), tmax: empty() };
  const perMass = (100 * SETTINGS.hematocritFactor) / SETTINGS.density;
  const leastArea = LEAST_AREA_TO_NOISE * noise * Math.sqrt(curves.length);
  const computed = new Uint8Array(count);
  curves.voxels.forEach((at, row) => {
    const shape = curveShape(curves.values, row * curves.length, curves.length);
    const flow = Math.max(0, peak[row] ?? 0) * 60 * perMass;
    const volume = Math.max(0, (shape.area * stepSeconds) / arteryArea) * perMass;
    computed[at] = 1;
    maps.cbf[at] = flow;
    maps.cbv[at] = volume;
    maps.mtt[at] = flow > 0 ? (60 * volume) / flow : NaN;
    maps.ttp[at] = Math.max(0, (shape.peakAt - arteryArrival) * stepSeconds);
    maps.tmax[at] = shape.area >= leastArea ? Math.max(0, tmax[row] ?? 0) : NaN;
  });
  fillTmax(maps.tmax, computed, size);
  return { ...maps, tmax: medianInPlane(maps.tmax, size), cbf: medianInPlane(maps.cbf, size) };
}

function fillTmax(tmax: Float32Array, computed: Uint8Array, size: Point): void {
  for (let pass = 0; pass < FILL_PASSES; pass++) {
    const before = Float32Array.from(tmax);
    let missing = false;
    for (let at = 0; at < tmax.length; at++) {
      if (computed[at] !== 1 || !Number.isNaN(before[at] ?? NaN)) continue;
      const around = neighbors(before, at, size);
      if (around.length >= FILL_NEIGHBORS) tmax[at] = middle(around);
      else missing = true;
    }
    if (!missing) return;
  }
  for (let at = 0; at < tmax.length; at++) {
    if (computed[at] === 1 && Number.isNaN(tmax[at] ?? NaN)) tmax[at] = SETTINGS.latestLagSeconds;
  }
}

/** Median of a voxel and its eight neighbors in the plane: takes away single voxels, keeps edges. */
export function medianInPlane(values: Float32Array, size: Point): Float32Array {
  return values.map((value, at) => (Number.isNaN(value) ? NaN : middle([value, ...neighbors(values, at, size)])));
}

function neighbors(values: Float32Array, at: number, [nx, ny]: Point): number[] {
  const [i, j] = [at % nx, Math.floor(at / nx) % ny];
  const found: number[] = [];
  for (let v = -1; v <= 1; v++) {
    for (let u = -1; u <= 1; u++) {
      if ((u === 0 && v === 0) || i + u < 0 || i + u >= nx || j + v < 0 || j + v >= ny) continue;
      const value = values[at + v * nx + u] ?? NaN;
      if (!Number.isNaN(value)) found.push(value);
    }
  }
  return found;
}

function middle(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? NaN;
}
