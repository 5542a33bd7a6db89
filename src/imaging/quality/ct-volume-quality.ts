/** What the pixels of a built head CT tell of its quality. */
import type { QualityRemark } from '../../case/index.ts';
import { determinant, spacing } from '../affine.ts';
import { type CtSlice, ctSlice } from '../series/head-shape.ts';
import { breathe } from '../volume/slice.ts';
import type { Built, Volume } from '../volume/volume.ts';
import { remark } from './remarks.ts';
import { grade } from './thresholds.ts';

const METAL_HU = 3000;
/** Inside the skull only metal makes values so far from tissue; calcification and air cells of bone are fewer. */
const STREAK_HU = 200;
const MAX_LAYERS = 48;

interface LayerFinding {
  readonly shape: CtSlice;
  readonly metalVoxels: number;
  readonly streakShare: number;
  readonly noiseHu: number | null;
}

/** @param built of an axial series; others are judged by noise and metal alone */
export async function ctVolumeQuality({ image, source }: Built<Volume>): Promise<readonly QualityRemark[]> {
  const [, , nz] = image.size;
  const every = Math.max(1, Math.ceil(nz / MAX_LAYERS));
  const layers: LayerFinding[] = [];
  for (let k = 0; k < nz; k += every) {
    layers.push(layerFinding(image, k));
    await breathe();
  }
  const metalMl =
    (layers.reduce((sum, { metalVoxels }) => sum + metalVoxels, 0) * every * Math.abs(determinant(image.affine))) /
    1000;
  const streakShare = layers.reduce((most, layer) => Math.max(most, layer.streakShare), 0);
  const noises = layers
    .map(({ noiseHu }) => noiseHu)
    .filter((hu) => hu !== null)
    .sort((a, b) => a - b);
  const median = noises[Math.floor((noises.length - 1) / 2)] ?? null;
  const noiseHu = median === null ? null : median * Math.sqrt(Math.min(5, spacing(image.affine)[2]) / 5);
  return [
    ...(isAxial(image) ? coverage(layers, upwards(image)) : []),
    ...remark('metal', grade('metalMl', metalMl), { metalMl }),
    ...remark('streaks', grade('streakShare', streakShare), { streakShare }),
    ...remark('noisy', grade('ctNoiseHu', noiseHu), { noiseHu: noiseHu ?? 0 }),
    ...(source.slices.length >= 8
      ? jumps(
          image,
          layers.map(({ shape }) => shape),
          every,
        )
      : []),
  ];
}

const isAxial = ({ affine }: Volume): boolean => Math.abs(affine[10]) > 0.75 * spacing(affine)[2];
const upwards = ({ affine }: Volume): boolean => affine[10] > 0;

function layerFinding(image: Volume, k: number): LayerFinding {
  const [columns, rows] = image.size;
  const [betweenColumns, betweenRows] = spacing(image.affine);
  const values = image.values.subarray(k * columns * rows, (k + 1) * columns * rows);
  const shape = ctSlice({ values, columns, rows, pixelSpacing: [betweenRows, betweenColumns] });
  let metalVoxels = 0;
  for (const value of values) if (value > METAL_HU) metalVoxels++;
  const { inside } = shape;
  let far = 0;
  for (const hu of inside) if (hu < -STREAK_HU || hu > METAL_HU) far++;
  return {
    shape,
    metalVoxels,
    // Air cells of the skull base are as dark: only beside metal it is a streak.
    streakShare: metalVoxels > 20 && inside.length > 0 ? far / inside.length : 0,
    noiseHu: shape.vesselShare === null ? null : noiseOf(values, columns),
  };
}

/**
 * Noise from differences of pixels two apart in soft tissue, of which the anatomy is mostly gone. Their median absolute
 * deviation is 0.6745 √2 times that of the noise.
 */
function noiseOf(values: Float32Array, columns: number): number | null {
  const step = Math.max(1, Math.floor(values.length / 50_000));
  const differences: number[] = [];
  for (let at = 0; at + 2 < values.length; at += step) {
    if (at % columns > columns - 3) continue;
    const [a, b] = [values[at] ?? NaN, values[at + 2] ?? NaN];
    if (a > 0 && a < 80 && b > 0 && b < 80) differences.push(Math.abs(a - b));
  }
  if (differences.length < 500) return null;
  differences.sort((a, b) => a - b);
  return (differences[Math.floor(differences.length / 2)] ?? 0) / (0.6745 * Math.SQRT2);
}

/** At the vertex the inside of the skull closes; at the base the ring of skull opens. */
function coverage(layers: readonly LayerFinding[], up: boolean): readonly QualityRemark[] {
  const sorted = up ? layers : [...layers].reverse();
  const [bottom, top] = [sorted[0]?.shape, sorted.at(-1)?.shape];
  if (bottom === undefined || top === undefined) return [];
  const closed = (shape: CtSlice): number => (shape.isHead && shape.skullShare > 0.85 ? shape.insideMm2 : 0);
  return [
    ...remark('vertex-cut', grade('topAreaMm2', closed(top)), { topAreaMm2: closed(top) }),
    ...remark('base-cut', grade('baseAreaMm2', closed(bottom)), { baseAreaMm2: closed(bottom) }),
  ];
}

/** A head that moved during a sequential scan has a step in its outline: a layer off the line through its neighbors. */
function jumps(image: Volume, shapes: readonly CtSlice[], every: number): readonly QualityRemark[] {
  const [betweenColumns, betweenRows, betweenLayers] = spacing(image.affine);
  if (every * betweenLayers > 8) return [];
  let largest = 0;
  for (let at = 1; at + 2 < shapes.length; at++) {
    const around = [at - 1, at, at + 1, at + 2].map((index) => shapes[index]);
    if (!around.every((shape) => shape?.isHead === true && shape.skullShare > 0.97)) continue;
    const [before, here, next, after] = around.map((shape) => shape?.middle ?? [0, 0]) as [Pair, Pair, Pair, Pair];
    // A step between two layers that neither of the two neighboring steps shows.
    const step = (a: Pair, b: Pair): Pair => [(b[0] - a[0]) * betweenColumns, (b[1] - a[1]) * betweenRows];
    const [s0, s1, s2] = [step(before, here), step(here, next), step(next, after)];
    const off = Math.hypot(s1[0] - (s0[0] + s2[0]) / 2, s1[1] - (s0[1] + s2[1]) / 2);
    largest = Math.max(largest, off);
  }
  return remark('motion-between-slices', grade('sliceJumpMm', largest), { jumpMm: largest });
}

type Pair = readonly [number, number];
