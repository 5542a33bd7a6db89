/** Stored slices → one volume with right angles, even spacing and known position. */
import { ImageRefusal } from '../image-refusal.ts';
import { type GridPlan, regularGrid } from './regular-grid.ts';
import { shiftSlice } from './shift-slice.ts';
import { breathe, type ReadSlice, type Slice, sliceName } from './slice.ts';
import { sourceOf, type Stack, stackOf, type StackPosition } from './stack.ts';
import type { Built, GeometryStep, Volume, VoxelUnit } from './volume.ts';

export interface BuildOptions {
  readonly unit: VoxelUnit;
  /**
   * What several different images at one position are: `refuse` (default): a contradiction. `mean`: repeated
   * measurements. `geometric-mean`: directions of diffusion, whose geometric mean is the trace-weighted image.
   */
  readonly repeats?: 'refuse' | 'mean' | 'geometric-mean';
}

/**
 * Slices are read once each, in the order of space; two are in memory beside the volume.
 * @throws ImageRefusal when they are no volume, or contradict each other
 */
export async function buildVolume(
  slices: readonly Slice[],
  read: ReadSlice,
  { unit, repeats = 'refuse' }: BuildOptions,
): Promise<Built<Volume>> {
  const stack = stackOf(slices);
  const plan = regularGrid(stack);
  const [nx, ny, nz] = plan.grid.size;
  const values = new Float32Array(nx * ny * nz);
  let duplicates = stack.repeatedInstances;
  let combined = 0;
  const position = async (index: number): Promise<Float32Array> => {
    const one = await readPosition(stack, index, read, repeats);
    duplicates += one.duplicates;
    combined = Math.max(combined, one.combined);
    return placed(one.pixels, stack, plan, index);
  };

  let [lower, upper]: (Held | undefined)[] = [];
  for (const [k, layer] of plan.layers.entries()) {
    const held = (index: number): Held | undefined => [lower, upper].find((slice) => slice?.index === index);
    const a: Held = held(layer.lower) ?? { index: layer.lower, pixels: await position(layer.lower) };
    const b: Held =
      layer.share === 0 ? a : (held(layer.upper) ?? { index: layer.upper, pixels: await position(layer.upper) });
    values.set(mixed(a.pixels, b.pixels, layer.share), k * nx * ny);
    [lower, upper] = [a, b];
    await breathe();
  }

  const steps: GeometryStep[] = [{ step: 'sorted-by-position', slices: stack.positions.length }];
  if (duplicates > 0) steps.push({ step: 'duplicates-dropped', count: duplicates });
  if (combined > 1) steps.push({ step: 'repeats-combined', images: combined, by: repeats });
  return {
    image: { ...plan.grid, values, unit },
    source: sourceOf(stack),
    steps: [...steps, ...plan.steps],
  };
}

/** Directions of diffusion are at most some hundreds. */
const MAX_REPEATS = 300;

interface Held {
  readonly index: number;
  readonly pixels: Float32Array;
}

/** A slice moved to where it belongs on the grid. */
export function placed(pixels: Float32Array, stack: Stack, { grid, shifts }: GridPlan, index: number): Float32Array {
  const shift = shifts[index] ?? { columns: 0, rows: 0 };
  const [nx, ny] = grid.size;
  if (nx === stack.columns && ny === stack.rows && shift.columns === 0 && shift.rows === 0) return pixels;
  return shiftSlice(pixels, [stack.columns, stack.rows], [nx, ny], shift);
}

export function mixed(a: Float32Array, b: Float32Array, share: number): Float32Array {
  if (share === 0) return a;
  const values = new Float32Array(a.length);
  for (let at = 0; at < values.length; at++) values[at] = (1 - share) * (a[at] ?? NaN) + share * (b[at] ?? NaN);
  return values;
}

interface ReadPosition {
  readonly pixels: Float32Array;
  readonly duplicates: number;
  /** Different images that went into `pixels`. */
  readonly combined: number;
}

async function readPosition(
  stack: Stack,
  index: number,
  read: ReadSlice,
  repeats: NonNullable<BuildOptions['repeats']>,
): Promise<ReadPosition> {
  const { slices } = stack.positions[index] as StackPosition;
  if (slices.length > MAX_REPEATS) {
    throw new ImageRefusal('conflicting-slices', `${slices.length} images lie at one position`);
  }
  const different: Float32Array[] = [];
  for (const slice of slices) {
    const pixels = await checkedPixels(slice, stack, read);
    if (!different.some((other) => sameValues(other, pixels))) different.push(pixels);
  }
  const [first, ...others] = different as [Float32Array, ...Float32Array[]];
  const duplicates = slices.length - different.length;
  if (others.length === 0) return { pixels: first, duplicates, combined: 1 };
  if (repeats === 'refuse') {
    throw new ImageRefusal(
      'conflicting-slices',
      `${different.length} different images lie at the position of ${sliceName(slices[0] as Slice)}: ` +
        'send one acquisition or one reconstruction as one series',
    );
  }
  return { pixels: combinedPixels(different, repeats), duplicates, combined: different.length };
}

/** @throws ImageRefusal 'damaged' when the reader gives another number of pixels than the header says */
export async function checkedPixels(slice: Slice, stack: Stack, read: ReadSlice): Promise<Float32Array> {
  const pixels = await read(slice);
  if (pixels.length === stack.rows * stack.columns) return pixels;
  throw new ImageRefusal(
    'damaged',
    `${sliceName(slice)} has ${pixels.length} pixels, its header says ${stack.columns} x ${stack.rows}`,
  );
}

export function sameValues(a: Float32Array, b: Float32Array): boolean {
  for (let at = 0; at < a.length; at++) if (!Object.is(a[at], b[at]) && a[at] !== b[at]) return false;
  return true;
}

function combinedPixels(images: readonly Float32Array[], how: 'mean' | 'geometric-mean'): Float32Array {
  const [first] = images as [Float32Array];
  const result = new Float32Array(first.length);
  for (let at = 0; at < result.length; at++) {
    let sum = 0;
    for (const image of images) sum += how === 'mean' ? (image[at] ?? NaN) : Math.log(Math.max(image[at] ?? NaN, 0));
    result[at] = how === 'mean' ? sum / images.length : Math.exp(sum / images.length);
  }
  return result;
}
