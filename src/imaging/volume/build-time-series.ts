/** Stored slices of a perfusion → volumes over time on one regular grid, with the time of every slice. */
import { compose } from '../affine.ts';
import { ImageRefusal } from '../image-refusal.ts';
import { checkedPixels, mixed, placed, sameValues } from './build-volume.ts';
import { type GridPlan, type Layer, regularGrid } from './regular-grid.ts';
import { breathe, type ReadSlice, type Slice, sliceName } from './slice.ts';
import { sourceOf, type Stack, stackOf } from './stack.ts';
import { timePoints, type TimePoints } from './time-points.ts';
import type { Built, GeometryStep, Grid, TimeSeries, VoxelUnit } from './volume.ts';

export interface TimeSeriesOptions {
  readonly unit: VoxelUnit;
  /** Voxels of all frames together; a finer series is averaged in depth. 4 bytes each. */
  readonly maxVoxels?: number;
}

/** Perfusion is computed on voxels of about 1 mm and 5 mm in depth: what is finer holds noise, not detail. */
const FINE_PIXEL_MM = 0.6;
const DEPTH_MM = 5;
const MAX_VOXELS = 120e6;

/**
 * Every slice is read once; voxels of a slice that is missing at a time point are NaN.
 * @throws ImageRefusal when they are no volumes over time, or contradict each other
 */
export async function buildTimeSeries(
  slices: readonly Slice[],
  read: ReadSlice,
  { unit, maxVoxels = MAX_VOXELS }: TimeSeriesOptions,
): Promise<Built<TimeSeries>> {
  const stack = stackOf(slices);
  const plan = regularGrid(stack);
  const points = timePoints(stack);
  const count = points.seconds[0]?.length ?? 0;
  const coarse = coarser(plan, stack, count, maxVoxels);
  const [nx, ny, nz] = coarse.grid.size;
  const frames: Float32Array[] = [];
  let duplicates = stack.repeatedInstances;
  for (let t = 0; t < count; t++) {
    const sums = new Float32Array(nx * ny * nz);
    const images = new Uint8Array(nz);
    const at = async (index: number): Promise<Float32Array | undefined> => {
      const here = points.slices[index]?.[t] ?? [];
      duplicates += Math.max(0, here.length - 1);
      const pixels = await oneImage(here, stack, read);
      return pixels === undefined ? undefined : placed(pixels, stack, plan, index);
    };
    for await (const [layer, pixels] of layersAt(plan.layers, at)) {
      const k = Math.floor(layer / coarse.layers);
      if (pixels === undefined) continue;
      images[k] = (images[k] ?? 0) + 1;
      addBlocks(pixels, plan.grid.size, sums.subarray(k * nx * ny, (k + 1) * nx * ny), [nx, ny], coarse.pixels);
      await breathe();
    }
    images.forEach((n, k) => {
      const slab = sums.subarray(k * nx * ny, (k + 1) * nx * ny);
      if (n === 0) slab.fill(NaN);
      else if (n > 1) slab.forEach((sum, index) => (slab[index] = sum / n));
    });
    frames.push(sums);
  }

  const steps: GeometryStep[] = [{ step: 'sorted-by-position', slices: stack.positions.length }, ...points.steps];
  if (duplicates > 0) steps.push({ step: 'duplicates-dropped', count: duplicates });
  steps.push(...plan.steps);
  if (coarse.pixels > 1 || coarse.layers > 1) {
    steps.push({ step: 'averaged-to-coarser-voxels', pixels: coarse.pixels, slices: coarse.layers });
  }
  return {
    image: { ...coarse.grid, frames, times: coarseTimes(plan.layers, points.seconds, coarse.layers, nz), unit },
    source: sourceOf(stack, firstComplete(stack, points)),
    steps,
  };
}

/** The layers of one time point, each made of one or two positions; undefined where one of them is missing. */
async function* layersAt(
  layers: readonly Layer[],
  read: (index: number) => Promise<Float32Array | undefined>,
): AsyncGenerator<readonly [number, Float32Array | undefined]> {
  let held = new Map<number, Float32Array | undefined>();
  for (const [at, { lower, upper, share }] of layers.entries()) {
    const now = new Map<number, Float32Array | undefined>();
    for (const index of new Set([lower, upper])) {
      now.set(index, held.has(index) ? held.get(index) : await read(index));
    }
    held = now;
    const [a, b] = [now.get(lower), now.get(upper)];
    yield [at, a === undefined || b === undefined ? undefined : mixed(a, b, share)];
  }
}

/** @throws ImageRefusal 'conflicting-slices' when several images of one moment differ */
async function oneImage(slices: readonly Slice[], stack: Stack, read: ReadSlice): Promise<Float32Array | undefined> {
  const [first, ...others] = slices;
  if (first === undefined) return undefined;
  const pixels = await checkedPixels(first, stack, read);
  for (const other of others) {
    if (sameValues(pixels, await checkedPixels(other, stack, read))) continue;
    throw new ImageRefusal(
      'conflicting-slices',
      `${sliceName(other)} shows something else than ${sliceName(first)} at the same place and time`,
    );
  }
  return pixels;
}

interface Coarser {
  readonly grid: Grid;
  /** Pixels of each side of a block, and layers, that become one voxel. */
  readonly pixels: number;
  readonly layers: number;
}

function coarser({ grid }: GridPlan, { pixelSpacing, positions }: Stack, count: number, maxVoxels: number): Coarser {
  const [nx, ny, nz] = grid.size;
  const pixels = Math.max(...pixelSpacing) < FINE_PIXEL_MM && Math.min(nx, ny) >= 384 ? 2 : 1;
  const spacing = (positions.at(-1)?.depth ?? 0) / Math.max(1, nz - 1);
  const [columns, rows] = [Math.ceil(nx / pixels), Math.ceil(ny / pixels)];
  const fits = columns * rows * nz * count <= maxVoxels;
  const layers = fits ? 1 : Math.max(1, Math.round(DEPTH_MM / spacing));
  const depth = Math.ceil(nz / layers);
  if (columns * rows * depth * count > maxVoxels) {
    throw new ImageRefusal(
      'too-large',
      `the series would have ${count} time points of ${columns} x ${rows} x ${depth} voxels`,
    );
  }
  const [p, l] = [(pixels - 1) / 2, (layers - 1) / 2];
  const affine = compose(grid.affine, [pixels, 0, 0, p, 0, pixels, 0, p, 0, 0, layers, l]);
  return { grid: { size: [columns, rows, depth], affine }, pixels, layers };
}

/** Adds the mean of each block of pixels; a block with padding has the mean of the rest. */
function addBlocks(
  pixels: Float32Array,
  [columns, rows]: readonly [number, number, number],
  sums: Float32Array,
  [nx, ny]: readonly [number, number],
  side: number,
): void {
  if (side === 1) {
    for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] ?? 0) + (pixels[at] ?? NaN);
    return;
  }
  for (let j = 0; j < ny; j++) {
    for (let i = 0; i < nx; i++) {
      let [sum, n] = [0, 0];
      for (let row = j * side; row < Math.min(rows, (j + 1) * side); row++) {
        for (let column = i * side; column < Math.min(columns, (i + 1) * side); column++) {
          const value = pixels[row * columns + column] ?? NaN;
          if (Number.isNaN(value)) continue;
          sum += value;
          n++;
        }
      }
      sums[i + nx * j] = (sums[i + nx * j] ?? 0) + (n === 0 ? NaN : sum / n);
    }
  }
}

function coarseTimes(
  layers: readonly Layer[],
  seconds: readonly Float64Array[],
  together: number,
  nz: number,
): Float64Array[] {
  const count = seconds[0]?.length ?? 0;
  const timeOf = ({ lower, upper, share }: Layer, t: number): number =>
    (1 - share) * (seconds[lower]?.[t] ?? NaN) + share * (seconds[upper]?.[t] ?? NaN);
  return Array.from({ length: nz }, (_, k) => {
    const here = layers.slice(k * together, (k + 1) * together);
    return Float64Array.from(
      { length: count },
      (__, t) => here.reduce((sum, l) => sum + timeOf(l, t), 0) / here.length,
    );
  });
}

/** Chooses, of each position, the slice of the first time point at which none is missing. */
function firstComplete(stack: Stack, { slices }: TimePoints): (here: readonly Slice[]) => Slice | undefined {
  const count = slices[0]?.length ?? 0;
  const complete = Array.from({ length: count }, (_, t) => t).find((t) =>
    slices.every((row) => (row[t]?.length ?? 0) > 0),
  );
  const chosen = new Map(
    stack.positions.map((position, at) => {
      const row = slices[at] ?? [];
      return [
        position.slices,
        (complete === undefined ? undefined : row[complete]?.[0]) ?? row.find((s) => s.length > 0)?.[0],
      ];
    }),
  );
  return (here) => chosen.get(here);
}
