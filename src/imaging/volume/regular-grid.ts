/**
 * From a stack to a grid with right angles and one spacing: which slices each layer is made of, how far each slice is
 * moved in its plane (gantry tilt), and what of it has to be recorded. Positions decide; tags are only compared.
 */
import type { Affine } from '../affine.ts';
import { ImageRefusal } from '../image-refusal.ts';
import type { Stack } from './stack.ts';
import type { GeometryStep, Grid } from './volume.ts';

/** A layer of the grid: `(1 - share) * positions[lower] + share * positions[upper]`. */
export interface Layer {
  readonly lower: number;
  readonly upper: number;
  readonly share: number;
}

/** Pixels by which a position is moved: grid column = source column + `columns`, grid row = source row + `rows`. */
export interface Shift {
  readonly columns: number;
  readonly rows: number;
}

export interface GridPlan {
  readonly grid: Grid;
  readonly layers: readonly Layer[];
  /** One a position of the stack. */
  readonly shifts: readonly Shift[];
  readonly steps: readonly GeometryStep[];
}

/** Own choices, tested on generated stacks and on a tilted scan with two spacings. */
const LIMITS = {
  /** A slice this far from the even spacing, in slices and in mm, is where it should be. */
  unevenShare: 0.02,
  unevenMm: 0.05,
  /** A gap that is this many times both of its neighbors is a hole: slices are missing. */
  hole: 1.6,
  /** One missing slice is bridged; wider holes are refused from this size on. */
  wideHole: 2.5,
  wideHoleMm: 8,
  /** Share of the slices that may be missing altogether. */
  missingShare: 0.1,
  /** In-plane movement in pixels that is left as it is. */
  shiftPixels: 0.1,
  /** A spacing that is used by at least this share of the gaps can be the spacing of the grid. */
  usualGapShare: 0.2,
  tiltDegrees: 0.1,
  tiltTagDegrees: 1,
  voxels: 300e6,
  positions: 3000,
} as const;

/** @throws ImageRefusal 'too-few-slices' | 'missing-slices' | 'too-large' */
export function regularGrid(stack: Stack): GridPlan {
  const depths = stack.positions.map(({ depth }) => depth);
  const last = depths.at(-1) ?? 0;
  if (depths.length < 2) {
    throw new ImageRefusal('too-few-slices', 'the series has a single slice position: it is no volume');
  }
  if (depths.length > LIMITS.positions) {
    throw new ImageRefusal('too-large', `the series has ${depths.length} slice positions`);
  }
  const gaps = depths.slice(1).map((depth, at) => depth - (depths[at] ?? 0));
  const bridged = holes(gaps, depths);
  const mean = last / gaps.length;
  const uneven = Math.max(...depths.map((depth, at) => Math.abs(depth - at * mean)));
  const isEven = uneven <= Math.min(0.1 * mean, Math.max(LIMITS.unevenShare * mean, LIMITS.unevenMm));
  const layerCount = isEven ? depths.length : Math.round(last / usualGap(gaps)) + 1;
  const spacing = last / (layerCount - 1);
  const { shifts, columns, rows, moved } = inPlane(stack);
  const size = [columns, rows, layerCount] as const;
  if (columns * rows * layerCount > LIMITS.voxels) {
    throw new ImageRefusal('too-large', `the volume would have ${columns} x ${rows} x ${layerCount} voxels`);
  }

  const steps: GeometryStep[] = [...bridged];
  if (!isEven) {
    steps.push({
      step: 'uneven-gaps-resampled',
      smallestMm: round(Math.min(...gaps)),
      largestMm: round(Math.max(...gaps)),
      spacingMm: round(spacing),
    });
  }
  steps.push(...tiltSteps(stack, last, moved));
  return {
    grid: { size, affine: affineOf(stack, spacing, shifts[0] ?? { columns: 0, rows: 0 }) },
    layers: isEven
      ? depths.map((_, at) => ({ lower: at, upper: at, share: 0 }))
      : layersOf(depths, spacing, layerCount),
    shifts,
    steps,
  };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

/** The smallest gap that is usual in the stack, so that nothing finely sampled is coarsened. */
function usualGap(gaps: readonly number[]): number {
  const sorted = [...gaps].sort((a, b) => a - b);
  const usual = sorted.find((gap) => {
    const alike = gaps.filter((other) => Math.abs(other - gap) <= 0.03 * gap + LIMITS.unevenMm).length;
    return alike >= LIMITS.usualGapShare * gaps.length && alike > 1;
  });
  return usual ?? sorted[Math.floor((sorted.length - 1) / 2)] ?? 1;
}

function holes(gaps: readonly number[], depths: readonly number[]): GeometryStep[] {
  const steps: GeometryStep[] = [];
  let missing = 0;
  gaps.forEach((gap, at) => {
    const beside = Math.max(gaps[at - 1] ?? 0, gaps[at + 1] ?? 0);
    if (beside === 0 || gap <= LIMITS.hole * beside) return;
    const count = Math.max(1, Math.round(gap / beside) - 1);
    missing += count;
    if (gap > LIMITS.wideHole * beside && gap > LIMITS.wideHoleMm) {
      throw new ImageRefusal(
        'missing-slices',
        `about ${count} slices are missing between slice ${at + 1} and slice ${at + 2}, counted from one end: ` +
          `they are ${round(gap)} mm apart, their neighbors ${round(beside)} mm`,
      );
    }
    steps.push({ step: 'gap-bridged', atMm: round(depths[at] ?? 0), gapMm: round(gap), missingSlices: count });
  });
  if (missing > 1 && missing > LIMITS.missingShare * (depths.length + missing)) {
    throw new ImageRefusal('missing-slices', `about ${missing} of ${depths.length + missing} slices are missing`);
  }
  return steps;
}

function layersOf(depths: readonly number[], spacing: number, count: number): Layer[] {
  const layers: Layer[] = [];
  let lower = 0;
  for (let layer = 0; layer < count; layer++) {
    const depth = layer * spacing;
    while (lower < depths.length - 2 && (depths[lower + 1] ?? 0) <= depth) lower++;
    const [from = 0, to = 0] = [depths[lower], depths[lower + 1]];
    const share = Math.min(1, Math.max(0, (depth - from) / (to - from)));
    if (share < 1e-3) layers.push({ lower, upper: lower, share: 0 });
    else if (share > 1 - 1e-3) layers.push({ lower: lower + 1, upper: lower + 1, share: 0 });
    else layers.push({ lower, upper: lower + 1, share });
  }
  return layers;
}

/** The grid holds every position whole: where a tilted slice does not reach is padding. */
function inPlane(stack: Stack): { shifts: Shift[]; columns: number; rows: number; moved: boolean } {
  const [betweenRows, betweenColumns] = stack.pixelSpacing;
  const off = stack.positions.map(({ across, down }) => ({
    columns: across / betweenColumns,
    rows: down / betweenRows,
  }));
  const moved = off.some((o) => Math.max(Math.abs(o.columns), Math.abs(o.rows)) > LIMITS.shiftPixels);
  if (!moved) {
    return { shifts: off.map(() => ({ columns: 0, rows: 0 })), columns: stack.columns, rows: stack.rows, moved };
  }
  const axis = (values: readonly number[]): { before: number; more: number } => {
    // A few hundredths of a pixel need no further row.
    const before = -Math.floor(Math.min(0, ...values) + 0.02);
    return { before, more: before + Math.ceil(Math.max(0, ...values) - 0.02) };
  };
  const [c, r] = [axis(off.map((o) => o.columns)), axis(off.map((o) => o.rows))];
  return {
    shifts: off.map((o) => ({ columns: o.columns + c.before, rows: o.rows + r.before })),
    columns: stack.columns + c.more,
    rows: stack.rows + r.more,
    moved,
  };
}

function tiltSteps(stack: Stack, depth: number, moved: boolean): GeometryStep[] {
  const last = stack.positions.at(-1);
  const measured = last === undefined ? 0 : degrees(Math.atan2(Math.hypot(last.across, last.down), depth));
  const steps: GeometryStep[] = [];
  if (moved && measured > LIMITS.tiltDegrees) steps.push({ step: 'tilt-resampled', degrees: round(measured) });
  else if (moved) steps.push({ step: 'shifted-slices-resampled' });
  const [slice] = stack.positions[0]?.slices ?? [];
  const tag = slice?.header.gantryTiltDegrees ?? null;
  if (tag !== null && Math.abs(Math.abs(tag) - measured) > LIMITS.tiltTagDegrees) {
    steps.push({ step: 'tilt-tag-differs', tagDegrees: tag, measuredDegrees: round(measured) });
  }
  return steps;
}

const degrees = (radians: number): number => (180 / Math.PI) * radians;

/** LPS of DICOM to right, front and up positive: the signs of x and y turn. */
function affineOf(stack: Stack, spacing: number, first: Shift): Affine {
  const { row, column, normal, origin, pixelSpacing } = stack;
  const [betweenRows, betweenColumns] = pixelSpacing;
  const line = (axis: 0 | 1 | 2, sign: 1 | -1): number[] => {
    const [i, j] = [row[axis] * betweenColumns, column[axis] * betweenRows];
    return [i, j, normal[axis] * spacing, origin[axis] - i * first.columns - j * first.rows].map((v) => sign * v);
  };
  return [...line(0, -1), ...line(1, -1), ...line(2, 1)] as unknown as Affine;
}
