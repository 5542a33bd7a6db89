/**
 * 90 % intervals of what was measured. The maps are varied by the noise of the images (its effect on Tmax and flow was
 * found by deconvolving the study a second time with as much noise added) and the thresholds by what a choice of artery
 * and a time grid of one second leave open; everything is measured anew each time.
 * Not in them: bias of the method, other software, other thresholds, and whether tissue below a threshold dies.
 */
import type { FindingInterval } from '../../../case/index.ts';
import { unitField } from './noise.ts';
import { normalDeviates } from './random.ts';
import { perfusionRegions, type Measured, type RegionInputs } from './regions.ts';
import { SETTINGS } from './settings.ts';
import type { Smoother } from './smoothing.ts';

export interface Spread {
  /** Standard deviation by voxel, s and mL/100 g/min; NaN where nothing was computed. */
  readonly tmax: Float32Array;
  readonly cbf: Float32Array;
}

export type Intervals = { readonly [K in keyof Measured]: FindingInterval | null };

const REPLICATES = 30;
const SEED = 20_160_127;
/** s; 1 s at 90 %: choice of artery, time grid, half a voxel at the border. */
const TMAX_JITTER = 0.6;
/** Share of the flow threshold: reference tissue and partial-volume of the artery. */
const FLOW_JITTER = 0.1;
const BASIS = 'noise and threshold jitter, 90 %';

/** Spread of a map from how far a second map with added noise lies off, pooled over neighbors. */
export function spreadOf(map: Float32Array, second: Float32Array, smooth: Smoother['smooth']): Float32Array {
  const squares = map.map((value, at) => (value - (second[at] ?? NaN)) ** 2);
  return smooth(squares).map(Math.sqrt);
}

/**
 * @param smooth with which the images were smoothed: the noise of neighbors is as much alike
 * @param pause between replicates, so that others can work; may throw to stop
 */
export async function measuredIntervals(
  inputs: RegionInputs,
  spread: Spread,
  smooth: Smoother['smooth'],
  pause: (fraction: number) => Promise<void>,
): Promise<Intervals> {
  const normal = normalDeviates(SEED);
  const point = perfusionRegions(inputs).measured;
  const replicates: Measured[] = [];
  for (let n = 0; n < REPLICATES; n++) {
    const maps = {
      ...inputs.maps,
      tmax: varied(inputs.maps.tmax, spread.tmax, unitField(inputs.tissue, smooth, normal)),
      cbf: varied(inputs.maps.cbf, spread.cbf, unitField(inputs.tissue, smooth, normal)),
    };
    const jitter = { tmaxSeconds: TMAX_JITTER * normal(), flowFactor: 1 + FLOW_JITTER * normal() };
    replicates.push(perfusionRegions({ ...inputs, maps }, jitter).measured);
    await pause((n + 1) / REPLICATES);
  }
  const of = (name: keyof Measured, floor = 0): FindingInterval | null => {
    const value = point[name];
    if (value === null) return null;
    return interval(
      value,
      replicates.map((r) => r[name]).filter((x) => x !== null),
      floor,
    );
  };
  return {
    core: of('core', SETTINGS.smallestCoreMl),
    tmax4: of('tmax4', SETTINGS.smallestHypoperfusionMl),
    tmax6: of('tmax6', SETTINGS.smallestHypoperfusionMl),
    tmax8: of('tmax8'),
    tmax10: of('tmax10'),
    tmax14: of('tmax14'),
    veryLowCbv: of('veryLowCbv'),
    mismatch: of('mismatch'),
    mismatchRatio: ratioInterval(point, replicates),
    hypoperfusionIntensityRatio: of('hypoperfusionIntensityRatio'),
    cbvIndex: of('cbvIndex'),
  };
}

/**
 * The images hold noise already and a replicate adds as much again, so that replicates are shifted as much as the images
 * are: the interval spans the replicates and their reflection at the value.
 * @param floor a smaller region is not seen: where none is found there may be one as large
 */
function interval(value: number, values: readonly number[], floor: number): FindingInterval {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? value;
  const [low, high] = [at(0.05), at(0.95)];
  const widest = { low: Math.min(value, low, 2 * value - high), high: Math.max(value, high, 2 * value - low) };
  return { low: Math.max(0, widest.low), high: value === 0 ? Math.max(widest.high, floor) : widest.high, basis: BASIS };
}

/** A core that vanishes in a replicate counts as the smallest that is seen. */
function ratioInterval(point: Measured, replicates: readonly Measured[]): FindingInterval | null {
  if (point.mismatchRatio === null) return null;
  const ratios = replicates.map(({ tmax6, core }) => tmax6 / Math.max(core ?? 0, SETTINGS.smallestCoreMl));
  return interval(point.mismatchRatio, ratios, 0);
}

function varied(map: Float32Array, spread: Float32Array, field: Float32Array): Float32Array {
  return map.map((value, at) => value + (field[at] ?? 0) * (spread[at] ?? 0));
}
