/** Looks at a sample of the pixels of a series: the header may lie. */
import { breathe, frameOf, type ReadSlice, type Slice } from '../volume/slice.ts';
import { secondsOf } from '../volume/time-points.ts';
import { bodyBox, ctSlice, isMrHead, type SlicePixels } from './head-shape.ts';
import type { PixelFacts } from './rule.ts';
import type { SeriesFacts } from './series-facts.ts';
import { byPosition, MIN_COURSE } from './split-series.ts';

export interface PixelSampleOptions {
  /** Slices looked at for shape and contrast. */
  readonly slices?: number;
  /** Time points looked at for the course. */
  readonly timePoints?: number;
}

const NOTHING: PixelFacts = {
  headShare: null,
  bodyWidthMm: null,
  vesselShare: null,
  uniformShare: null,
  contrastRiseHu: null,
  signalDropShare: null,
};

/** A slice whose inside varies less than this is no brain with ventricles, gray and white matter. */
const UNIFORM_HU = 3;

/** @throws ImageRefusal when a sampled slice cannot be read */
export async function pixelFacts(
  slices: readonly Slice[],
  facts: SeriesFacts,
  read: ReadSlice,
  { slices: count = 12, timePoints = 60 }: PixelSampleOptions = {},
): Promise<PixelFacts> {
  const [modality] = facts.sets.modality;
  if (facts.sets.color.includes('COLOR') || (modality !== 'CT' && modality !== 'MR')) return NOTHING;
  const positions = [...byPosition(slices).entries()].sort(([a], [b]) => Number(a) - Number(b)).map(([, here]) => here);
  const isCourse = (facts.numbers.imagesPerPosition ?? 0) >= MIN_COURSE;
  const shape = facts.sets.plane.includes('AXIAL') ? await shapeOf(spreadOut(positions, count), modality, read) : {};
  const course = isCourse ? await courseOf(middleOf(positions), modality, timePoints, read) : {};
  return { ...NOTHING, ...shape, ...course };
}

function spreadOut<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, at) => items[Math.floor(((at + 0.5) * items.length) / count)] as T);
}

async function shapeOf(
  positions: readonly Slice[][],
  modality: 'CT' | 'MR',
  read: ReadSlice,
): Promise<Partial<PixelFacts>> {
  let [heads, uniform, width] = [0, 0, 0];
  const vessels: number[] = [];
  for (const [slice] of positions) {
    if (slice === undefined) continue;
    const pixels = await pixelsOf(slice, read);
    if (pixels === undefined) continue;
    if (modality === 'MR') heads += Number(isMrHead(pixels));
    else {
      const ct = ctSlice(pixels);
      heads += Number(ct.isHead && !isUniform(ct.insideSpreadHu));
      uniform += Number(isUniform(ct.insideSpreadHu));
      width = Math.max(width, ct.widthMm);
      if (ct.vesselShare !== null) vessels.push(ct.vesselShare);
    }
    await breathe();
  }
  return {
    headShare: heads / Math.max(1, positions.length),
    ...(modality === 'CT' && {
      bodyWidthMm: width,
      uniformShare: uniform / Math.max(1, positions.length),
      // The median: slices through the base of the skull hold bone that is as bright as contrast.
      vesselShare:
        vessels.length === 0 ? null : (vessels.sort((a, b) => a - b)[Math.floor((vessels.length - 1) / 2)] ?? null),
    }),
  };
}

const isUniform = (spread: number | null): boolean => spread !== null && spread < UNIFORM_HU;

async function pixelsOf(slice: Slice, read: ReadSlice): Promise<SlicePixels | undefined> {
  const { pixels } = slice.header;
  const { pixelSpacing } = frameOf(slice);
  if (pixels === null || pixelSpacing === null) return undefined;
  return { values: await read(slice), columns: pixels.columns, rows: pixels.rows, pixelSpacing };
}

/** The position of the middle and the one between it and the upper end: vessels of the base and the hemispheres. */
function middleOf(positions: readonly Slice[][]): Slice[][] {
  const at = (share: number): number => Math.floor(share * (positions.length - 1));
  return [...new Set([at(0.35), at(0.65)])].map((index) => positions[index] ?? []);
}

async function courseOf(
  positions: readonly Slice[][],
  modality: 'CT' | 'MR',
  timePoints: number,
  read: ReadSlice,
): Promise<Partial<PixelFacts>> {
  const found: number[] = [];
  for (const here of positions) {
    const timed = here
      .map((slice) => ({ slice, at: secondsOf(frameOf(slice).acquiredAt) ?? frameOf(slice).temporalIndex ?? 0 }))
      .sort((a, b) => a.at - b.at);
    const frames: Float32Array[] = [];
    let inside: Int32Array | undefined;
    for (const { slice } of spreadOut(timed, timePoints)) {
      const pixels = await pixelsOf(slice, read);
      if (pixels === undefined) continue;
      inside ??= insideBox(pixels, modality);
      frames.push(Float32Array.from(inside, (index) => pixels.values[index] ?? NaN));
      await breathe();
    }
    if (frames.length >= MIN_COURSE) found.push(modality === 'CT' ? rise(frames) : drop(frames));
  }
  if (found.length === 0) return {};
  const largest = Math.max(...found);
  return modality === 'CT' ? { contrastRiseHu: largest } : { signalDropShare: largest };
}

/** Indices of the pixels in the inner part of the body, every second of each row and column. */
function insideBox(slice: SlicePixels, modality: 'CT' | 'MR'): Int32Array {
  const sorted = slice.values.filter((value, at) => at % 11 === 0 && value > 0).sort();
  const threshold = modality === 'CT' ? -300 : 0.12 * (sorted[Math.floor(0.98 * sorted.length)] ?? 0);
  const box = bodyBox(slice, threshold);
  if (box === undefined) return new Int32Array();
  const found: number[] = [];
  const [dx, dy] = [Math.round((box.right - box.left) / 7), Math.round((box.bottom - box.top) / 7)];
  for (let row = box.top + dy; row <= box.bottom - dy; row += 2) {
    for (let column = box.left + dx; column <= box.right - dx; column += 2) {
      const at = row * slice.columns + column;
      const value = slice.values[at] ?? NaN;
      if (modality === 'CT' ? value > -20 && value < 120 : value > threshold) found.push(at);
    }
  }
  return Int32Array.from(found);
}

/** HU by which the most enhancing pixels (vessels) rise over their start, in the mean of three time points. */
function rise(frames: readonly Float32Array[]): number {
  const count = frames[0]?.length ?? 0;
  const rises = new Float32Array(count);
  for (let at = 0; at < count; at++) {
    let highest = -Infinity;
    const base = meanOf(frames, at, 0);
    for (let t = 0; t + 3 <= frames.length; t++) highest = Math.max(highest, meanOf(frames, at, t));
    rises[at] = highest - base;
  }
  rises.sort();
  // The chance that noise alone rises so far is taken off: the median rise is noise and slow tissue.
  return (rises[Math.floor(0.998 * count)] ?? 0) - 2.5 * (rises[Math.floor(0.5 * count)] ?? 0);
}

/** Share of the signal that the whole section loses when contrast arrives. */
function drop(frames: readonly Float32Array[]): number {
  const means = frames.map((frame) => frame.reduce((sum, value) => sum + value, 0) / Math.max(1, frame.length));
  // The first images of a steady state are brighter.
  const settled = means.slice(Math.min(3, means.length - MIN_COURSE));
  const base = settled.slice(0, 4).reduce((sum, value) => sum + value, 0) / 4;
  return base > 0 ? 1 - Math.min(...settled) / base : 0;
}

function meanOf(frames: readonly Float32Array[], at: number, from: number): number {
  return ((frames[from]?.[at] ?? 0) + (frames[from + 1]?.[at] ?? 0) + (frames[from + 2]?.[at] ?? 0)) / 3;
}
