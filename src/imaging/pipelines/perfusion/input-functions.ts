/**
 * Arterial input and venous output, chosen by the published marks of such curves: an artery is high, early and narrow
 * (Rempp 1994, Radiology 193:637; Mouridsen 2006, Magn Reson Med 55:524), a vein holds the largest area and peaks after it;
 * both are several voxels that touch. The vein, wide enough to be free of partial volume, scales the artery (Kudo 2010,
 * Radiology 254:200, applies the same correction).
 */
import type { Point } from '../../affine.ts';
import { components } from '../../lesion/components.ts';
import type { ContrastCurves } from './contrast-curves.ts';
import { noiseOf } from './contrast-curves.ts';
import { curveShape, type CurveShape } from './curve-shape.ts';

export interface ChosenCurve {
  /** Mean concentration of its voxels at the regular times. */
  readonly values: readonly number[];
  /** Best voxel on the working grid. */
  readonly voxel: Point;
  readonly voxels: number;
  readonly shape: CurveShape;
}

interface Candidate {
  readonly row: number;
  readonly shape: CurveShape;
  readonly score: number;
}

const LEAST_PEAK_TO_NOISE = 8;
/** s at half height; wider is no artery. */
const ARTERY_WIDTH: readonly [number, number] = [1.5, 16];
/** s after the earliest arrival. */
const LATEST_ARRIVAL = 4;
const LEAST_SHARE_OF_BEST = 0.5;
const BEST_VOXELS = 5;
const LEAST_CLUSTER = 2;
const VEIN_AFTER_ARTERY = 1;
/** s; a voxel at the skull that the head moved away from steps up faster than blood can. */
const LEAST_VENOUS_RISE = 1.2;

/** @returns null when no curve has the marks of an artery */
export function findArtery(curves: ContrastCurves, size: Point, stepSeconds: number): ChosenCurve | null {
  const all = shapes(curves).filter(({ shape, noise }) => shape.peak >= LEAST_PEAK_TO_NOISE * noise && shape.area > 0);
  const narrow = all.filter(({ shape }) => {
    const width = shape.width * stepSeconds;
    return width >= ARTERY_WIDTH[0] && width <= ARTERY_WIDTH[1] && shape.remainder < 0.6;
  });
  const earliest = quantile(
    narrow.map(({ shape }) => shape.arrival),
    0.05,
  );
  const firstPeak = quantile(
    narrow.map(({ shape }) => shape.peakAt),
    0.05,
  );
  const candidates = narrow
    .filter(({ shape }) => (shape.arrival - earliest) * stepSeconds <= LATEST_ARRIVAL)
    .map(({ row, shape }) => {
      const late = Math.max(0, shape.peakAt - firstPeak) * stepSeconds;
      return { row, shape, score: shape.peak / (shape.width * stepSeconds * (1 + late / 4)) };
    });
  return bestCluster(candidates, curves, size, LEAST_CLUSTER);
}

/** @returns null when nothing larger than the artery peaks after it */
export function findVein(
  curves: ContrastCurves,
  size: Point,
  stepSeconds: number,
  artery: ChosenCurve,
): ChosenCurve | null {
  const candidates = shapes(curves)
    .filter(
      ({ shape }) =>
        (shape.peakAt - artery.shape.peakAt) * stepSeconds >= VEIN_AFTER_ARTERY &&
        shape.rise * stepSeconds >= LEAST_VENOUS_RISE,
    )
    .map(({ row, shape }) => ({ row, shape, score: shape.area }));
  const vein = bestCluster(candidates, curves, size, LEAST_CLUSTER);
  return vein !== null && vein.shape.area > artery.shape.area ? vein : null;
}

/** The curve of one voxel and its neighbors in the plane, where a person pointed. */
export function curveAround(curves: ContrastCurves, size: Point, voxel: Point): ChosenCurve | null {
  const rows = [...curves.voxels.keys()].filter((row) => {
    const [i, j, k] = position(curves.voxels[row] ?? 0, size);
    return k === voxel[2] && Math.abs(i - voxel[0]) <= 1 && Math.abs(j - voxel[1]) <= 1;
  });
  return rows.length === 0 ? null : { ...average(rows, curves), voxel };
}

function shapes(curves: ContrastCurves): { row: number; shape: CurveShape; noise: number }[] {
  return Array.from(curves.voxels, (_, row) => ({
    row,
    shape: curveShape(curves.values, row * curves.length, curves.length),
    noise: noiseOf(curves.values, row * curves.length, curves.length),
  }));
}

/** Of the touching groups of good candidates the one whose best voxels are best. */
function bestCluster(
  candidates: readonly Candidate[],
  curves: ContrastCurves,
  size: Point,
  least: number,
): ChosenCurve | null {
  const top = quantile(
    candidates.map(({ score }) => score),
    0.98,
  );
  const good = candidates.filter(({ score }) => score >= LEAST_SHARE_OF_BEST * top);
  const mask = new Uint8Array(size[0] * size[1] * size[2]);
  const byVoxel = new Map(good.map((candidate) => [curves.voxels[candidate.row] ?? -1, candidate]));
  for (const at of byVoxel.keys()) mask[at] = 1;
  const { sizes, all } = components(mask, size, { from: [0, 0, 0], to: size });
  let [from, best, bestScore]: [number, readonly Candidate[], number] = [0, [], -Infinity];
  for (const count of sizes) {
    const group = [...all.subarray(from, from + count)].flatMap((at) => byVoxel.get(at) ?? []);
    from += count;
    if (group.length < least) continue;
    const leaders = group.sort((a, b) => b.score - a.score).slice(0, BEST_VOXELS);
    const score = leaders.reduce((sum, c) => sum + c.score, 0) / leaders.length;
    if (score > bestScore) [best, bestScore] = [leaders, score];
  }
  const [leader] = best;
  if (leader === undefined) return null;
  return {
    ...average(
      best.map(({ row }) => row),
      curves,
    ),
    voxel: position(curves.voxels[leader.row] ?? 0, size),
  };
}

function average(rows: readonly number[], { values, length }: ContrastCurves): Omit<ChosenCurve, 'voxel'> {
  const mean = Array.from(
    { length },
    (_, n) => rows.reduce((sum, row) => sum + (values[row * length + n] ?? 0), 0) / rows.length,
  );
  return { values: mean, voxels: rows.length, shape: curveShape(mean) };
}

function position(at: number, [nx, ny]: Point): Point {
  return [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
