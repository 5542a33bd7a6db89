/**
 * Two native CTs of one head with an intraparenchymal hemorrhage, laid on each other: growth, blood where there was none,
 * blood that is new in the ventricles, and a hypodensity that is new inside the clot. Growth is expansion by the 6 mL or 33 %
 * of reference E; that is decided with the site's operator where the findings are read, not here.
 */
import { compose, inverse, spacing, transform, type Affine, type Point } from '../../affine.ts';
import { placed, registerHeads } from '../../registration/register-heads.ts';
import { labelsTo } from '../../volume/resample.ts';
import type { Grid, Volume } from '../../volume/volume.ts';
import { voxelMlOf } from './counted-parts.ts';
import { hypodensities } from './expansion-signs/density-signs.ts';
import { hematomaOf, isDensityAssessable, type Hematoma } from './expansion-signs/hematoma.ts';
import { isBlood, maskOfClass } from './labels.ts';
import type { MeasuredVolume } from './measure.ts';

export const SERIAL = {
  /**
   * How far off the registration may be, mm: what lies nearer to the earlier clot is not called new, and a registration that is
   * less sure is not used. Own choice: three times the mean error on generated heads (test/imaging/registration).
   */
  errorMm: 2,
  /** Share of the blood of either scan that the other one must have looked at. Own choice. */
  leastSeen: 0.95,
} as const;

export interface SerialScan {
  /** As scanned, HU. */
  readonly image: Volume;
  /** The slabs that were segmented, HU. */
  readonly stack: Volume;
  /** Places in CLASSES, on the slabs. */
  readonly labels: Uint8Array;
  /** Median HU of brain without lesion; null when it could not be measured. */
  readonly brainHu: number | null;
  /** Standard deviation of a voxel of the slabs; null when it could not be measured. */
  readonly noiseHu: number | null;
  readonly intraparenchymal: Pick<MeasuredVolume, 'ml'> & { readonly interval: { low: number; high: number } };
}

export interface SerialComparison {
  readonly changeMl: number;
  /** From the one end of an interval to the other end of the other's. */
  readonly changeInterval: { readonly low: number; readonly high: number };
  /** null from nothing. */
  readonly changePercent: number | null;
  /**
   * Intraparenchymal blood farther from the earlier blood than registration and voxels leave open. A rim that grew by less is
   * not in it: it says where blood came, `changeMl` how much.
   */
  readonly newBloodMl: number;
  /**
   * Blood in the ventricles where there was no blood, but no more than their blood grew by: blood that only sank is not new.
   */
  readonly newIntraventricularMl: number;
  /** Areas that the later clot encloses, at places where the earlier one enclosed none; null where density says nothing. */
  readonly newHypodensityMl: number | null;
  readonly registration: {
    /** Correlation of the two over the head. */
    readonly correlation: number;
    /**
     * How far a place in the later clot is from itself after there and back by two registrations, mm, the largest. It is a
     * lower bound of the error: what errs alike both ways does not show.
     */
    readonly errorMm: number;
  };
}

export const NOT_COMPARED = ['not-registered', 'registration-unsure', 'not-covered'] as const;
export interface NotCompared {
  readonly notCompared: (typeof NOT_COMPARED)[number];
}

/** @param earlier @param later each with an intraparenchymal hemorrhage */
export function compareSerially(earlier: SerialScan, later: SerialScan): SerialComparison | NotCompared {
  const there = registerHeads(later.image, earlier.image);
  const back = registerHeads(earlier.image, later.image);
  if (there === null || back === null) return { notCompared: 'not-registered' };
  const [bloodThen, bloodNow] = [earlier, later].map(({ labels }) => labels.map((label) => Number(isBlood(label)))) as [
    Uint8Array,
    Uint8Array,
  ];
  const clot = maskOfClass(later.labels, 'intraparenchymal');
  const errorMm = largestLoopMm(clot, later.stack, there.toMoving, back.toMoving);
  if (errorMm > SERIAL.errorMm) return { notCompared: 'registration-unsure' };
  const seen = [
    shareSeen(bloodNow, later.stack, there.toMoving, earlier.stack),
    shareSeen(bloodThen, earlier.stack, back.toMoving, later.stack),
  ];
  if (Math.min(...seen) < SERIAL.leastSeen) return { notCompared: 'not-covered' };

  const onLater = (voxels: Uint8Array): Uint8Array =>
    labelsTo({ ...placed(earlier.stack, there.toMoving), voxels }, later.stack);
  const before = onLater(bloodThen);
  const voxelMl = voxelMlOf(spacing(later.stack.affine));
  const isFar = farFrom(before, later.stack, spacing(earlier.stack.affine));
  const ventricles = maskOfClass(later.labels, 'intraventricular');
  const [mlThen, mlNow] = [earlier.intraparenchymal, later.intraparenchymal];
  const changeMl = mlNow.ml - mlThen.ml;
  return {
    changeMl,
    changeInterval: {
      low: mlNow.interval.low - mlThen.interval.high,
      high: mlNow.interval.high - mlThen.interval.low,
    },
    changePercent: mlThen.ml > 0 ? (100 * changeMl) / mlThen.ml : null,
    newBloodMl: count(clot, isFar) * voxelMl,
    newIntraventricularMl: Math.min(
      count(ventricles, (at) => before[at] !== 1) * voxelMl,
      Math.max(0, ventricularMl(later) - ventricularMl(earlier)),
    ),
    newHypodensityMl: newHypodensity(clotOf(earlier), clotOf(later), later.stack, onLater),
    registration: { correlation: Math.min(there.correlation, back.correlation, 1), errorMm },
  };
}

function ventricularMl({ labels, stack }: SerialScan): number {
  return count(maskOfClass(labels, 'intraventricular'), () => true) * voxelMlOf(spacing(stack.affine));
}

function count(mask: Uint8Array, which: (at: number) => boolean): number {
  let found = 0;
  for (let at = mask.indexOf(1); at !== -1; at = mask.indexOf(1, at + 1)) found += Number(which(at));
  return found;
}

const pointAt = (at: number, [nx, ny]: Point): Point => [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];

function largestLoopMm(mask: Uint8Array, { size, affine }: Grid, there: Affine, back: Affine): number {
  let most = 0;
  for (let at = mask.indexOf(1); at !== -1; at = mask.indexOf(1, at + 1)) {
    const from = transform(affine, pointAt(at, size));
    const to = transform(back, transform(there, from));
    most = Math.max(most, Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]));
  }
  return most;
}

/** @param toOther position in the space of `grid` → in that of `other` */
function shareSeen(mask: Uint8Array, { size, affine }: Grid, toOther: Affine, other: Grid): number {
  const toVoxel = compose(inverse(other.affine), compose(toOther, affine));
  const isInside = (at: number): boolean =>
    transform(toVoxel, pointAt(at, size)).every((x, axis) => x >= -0.5 && x <= (other.size[axis] ?? 0) - 0.5);
  const all = count(mask, () => true);
  return all === 0 ? 1 : count(mask, isInside) / all;
}

/**
 * Farther from every voxel of the mask than the registration may be off and a voxel is long: the two scans cut the head at
 * other heights.
 */
function farFrom(mask: Uint8Array, { size, affine }: Grid, otherMm: Point): (at: number) => boolean {
  const [nx, ny, nz] = size;
  const mm = spacing(affine);
  const reach = mm.map((each, axis) => (SERIAL.errorMm + Math.max(each, otherMm[axis] ?? 0)) / each) as [
    number,
    number,
    number,
  ];
  const steps = reach.map((far) => {
    const whole = Math.floor(far);
    return Array.from({ length: 2 * whole + 1 }, (_, n) => n - whole);
  });
  const [is = [], js = [], ks = []] = steps;
  const near = ks.flatMap((k) =>
    js.flatMap((j) =>
      is.filter((i) => Math.hypot(i / reach[0], j / reach[1], k / reach[2]) <= 1).map((i): Point => [i, j, k]),
    ),
  );
  return (at) => {
    const [x, y, z] = pointAt(at, size);
    return !near.some(([i, j, k]) => {
      const [a, b, c] = [x + i, y + j, z + k];
      return a >= 0 && b >= 0 && c >= 0 && a < nx && b < ny && c < nz && mask[a + nx * (b + ny * c)] === 1;
    });
  };
}

function clotOf({ stack, labels, brainHu, noiseHu }: SerialScan): Hematoma {
  const [x, , z] = spacing(stack.affine);
  const blood = maskOfClass(labels, 'intraparenchymal');
  return hematomaOf({ size: stack.size, pixelMm: x, slabMm: z, hu: stack.values, blood, brainHu, noiseHu });
}

/** An area counts whole, or not at all where it meets one of the earlier clot: that it changed its shape is not new. */
function newHypodensity(
  before: Hematoma,
  now: Hematoma,
  grid: Grid,
  onLater: (voxels: Uint8Array) => Uint8Array,
): number | null {
  if (!isDensityAssessable(before) || !isDensityAssessable(now)) return null;
  const dark = new Uint8Array(before.region.length);
  for (const { voxels } of hypodensities(before)) for (const at of voxels) dark[at] = 1;
  const isFar = farFrom(onLater(dark), grid, [before.pixelMm, before.pixelMm, before.slabMm]);
  const voxelMl = voxelMlOf(spacing(grid.affine));
  return hypodensities(now)
    .filter(({ voxels }) => voxels.every(isFar))
    .reduce((sum, { voxels }) => sum + voxels.length * voxelMl, 0);
}
