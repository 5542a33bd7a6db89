/** From the frames as built to concentration curves of brain tissue, with the choices that were made on the way. */
import type { QualityRemark } from '../../../case/index.ts';
import { spacing, type Point } from '../../affine.ts';
import type { Grid, TimeSeries } from '../../volume/volume.ts';
import { findBolus, strongestVoxels, type Bolus } from './bolus.ts';
import { brainMask } from './brain-mask.ts';
import { signalCurves, toConcentration, type ContrastCurves, type CurveSource } from './contrast-curves.ts';
import { correctMotion } from './motion-correction.ts';
import { bolusRemarks, coverageRemarks, motionRemarks, remark, timeRemarks } from './quality.ts';
import { byFrame, regularTime, type RegularTime } from './regular-time.ts';
import { SETTINGS, type PerfusionKind } from './settings.ts';
import { smoother, type Smoother } from './smoothing.ts';
import { noTissue } from './tissue-mask.ts';
import { reducedGrid, reduceInPlane, reduction } from './working-grid.ts';

export interface Prepared {
  readonly kind: PerfusionKind;
  readonly grid: Grid;
  /** In-plane voxels of the stored image that became one. */
  readonly reduction: number;
  readonly time: RegularTime;
  /** After motion correction, not smoothed. */
  readonly source: CurveSource;
  /** Smoothed in tissue; NaN elsewhere. */
  readonly smoothed: CurveSource;
  readonly smooth: Smoother['smooth'];
  /** Mean of all frames. */
  readonly mean: Float32Array;
  readonly brain: Uint8Array;
  readonly tissue: Uint8Array;
  readonly bolus: Bolus;
  readonly motionMm: readonly number[];
  readonly quality: readonly QualityRemark[];
}

/** Pause and progress of each stage, from 0 to 1; may throw to stop. */
export type Pause = (stage: string, fraction: number) => Promise<void>;

/** A remark that refuses ends the preparation. */
export type Preparation = { readonly prepared: Prepared } | { readonly refused: readonly QualityRemark[] };

export interface FirstPass {
  readonly grid: Grid;
  /** As in `Prepared`. */
  readonly reduction: number;
  readonly time: RegularTime;
  /** Of the frames that are used, see `byFrame`. */
  readonly times: readonly Float64Array[];
  /** As built, not reduced yet. */
  readonly frames: readonly Float32Array[];
}

/** The grid that is computed on, and the frames that hold the first passage of contrast. */
export function firstPass(series: TimeSeries): FirstPass {
  const factor = reduction(series, SETTINGS.workingMm);
  const allTimes = byFrame(series.times);
  const time = regularTime(allTimes, SETTINGS);
  const used = <T>(all: readonly T[]): readonly T[] => all.slice(time.from, time.from + time.frames);
  return {
    grid: reducedGrid(series, factor),
    reduction: factor,
    time,
    times: used(allTimes),
    frames: used(series.frames),
  };
}

export async function prepare(series: TimeSeries, kind: PerfusionKind, pause: Pause): Promise<Preparation> {
  const { grid, reduction: factor, time, times, frames: used } = firstPass(series);
  const quality = [...timeRemarks(time), ...coverageRemarks(grid)];
  if (refuses(quality)) return { refused: quality };

  const reduced: Float32Array[] = [];
  for (const [at, frame] of used.entries()) {
    reduced.push(reduceInPlane(frame, series.size, factor));
    await pause('reduction', (at + 1) / used.length);
  }
  const { frames, motionMm } = await correctMotion(reduced, grid, kind, (part) => pause('motion correction', part));
  quality.push(...motionRemarks(motionMm));
  if (refuses(quality)) return { refused: quality };

  const plane = grid.size[0] * grid.size[1];
  const source = { frames, times, plane };
  const mean = meanFrame(frames);
  const [sx, sy] = spacing(grid.affine);
  const brain = brainMask(mean, grid.size, Math.max(sx, sy), kind);
  if (brain.indexOf(1) === -1) return { refused: [...quality, remark('brain-not-found', 'refuses')] };
  const bolus = findBolus(source, brain, time, kind);
  quality.push(...bolusRemarks(bolus, kind, time));
  if (refuses(quality)) return { refused: quality };

  await pause('masks', 1);
  const outside = noTissue(source, mean, brain, grid.size, kind);
  const tissue = brain.map((inside, at) => (inside === 1 && outside[at] === 0 ? 1 : 0));
  const { smooth } = smoother(tissue, grid.size, [SETTINGS.smoothingMm / sx, SETTINGS.smoothingMm / sy]);
  const smoothed: Float32Array[] = [];
  for (const [at, frame] of frames.entries()) {
    smoothed.push(smooth(frame));
    await pause('smoothing', (at + 1) / frames.length);
  }
  return {
    prepared: {
      ...{ kind, grid, reduction: factor, time, source, smooth, mean, brain, tissue, bolus, motionMm, quality },
      smoothed: { ...source, frames: smoothed },
    },
  };
}

export function refuses(quality: readonly QualityRemark[]): boolean {
  return quality.some(({ severity }) => severity === 'refuses');
}

/** Concentration of all tissue voxels. */
export function tissueCurves({ tissue, time, bolus, kind }: Prepared, smoothed: CurveSource): ContrastCurves {
  return toConcentration(signalCurves(smoothed, indices(tissue), time), bolus.baselineFrom, bolus.baselineTo, kind);
}

/** Share of the brain among whose strongest voxels arteries and veins are sought. */
const VESSEL_SHARE = 0.04;

/** Concentration of the voxels that change most, vessels among them. */
export function vesselCurves(
  { source, brain, time, bolus, kind }: Prepared,
  around: readonly Point[],
  size: Point,
): ContrastCurves {
  const chosen = new Set(strongestVoxels(source, brain, kind, VESSEL_SHARE));
  // What a reviewer pointed at is read whether it is strong or not.
  for (const [i, j, k] of around) {
    for (let y = Math.max(0, j - 1); y <= Math.min(size[1] - 1, j + 1); y++) {
      for (let x = Math.max(0, i - 1); x <= Math.min(size[0] - 1, i + 1); x++)
        chosen.add((k * size[1] + y) * size[0] + x);
    }
  }
  const voxels = Int32Array.from(chosen).sort();
  return toConcentration(signalCurves(source, voxels, time), bolus.baselineFrom, bolus.baselineTo, kind);
}

/** Mean over time of each voxel where it was imaged. */
export function meanFrame(frames: readonly Float32Array[]): Float32Array {
  const [sums, counts] = [new Float32Array(frames[0]?.length ?? 0), new Uint16Array(frames[0]?.length ?? 0)];
  for (const frame of frames) {
    for (let at = 0; at < frame.length; at++) {
      const value = frame[at] ?? NaN;
      if (Number.isNaN(value)) continue;
      sums[at] = (sums[at] ?? 0) + value;
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  return sums.map((sum, at) => sum / (counts[at] ?? 0));
}

function indices(mask: Uint8Array): Int32Array {
  let count = 0;
  for (const inside of mask) count += inside;
  const out = new Int32Array(count);
  let next = 0;
  mask.forEach((inside, at) => {
    if (inside === 1) out[next++] = at;
  });
  return out;
}
