/** Networks that read a volume slice by slice: their grid, and the run through the inference port. */
import type { FindingMethod } from '../../case/index.ts';
import type { InferenceEngine, Tensor } from '../../inference/engine.ts';
import { compose, spacing, transform, type Affine, type Point } from '../affine.ts';
import { boundingBox } from '../binary-mask.ts';
import { ImageRefusal } from '../image-refusal.ts';
import { gridWithSpacing } from '../volume/resample.ts';
import type { Grid } from '../volume/volume.ts';

/** Rows and columns must be multiples of it: the networks halve them four times. */
const MULTIPLE = 16;
/** cos 40°: slices that are tilted more are no axial ones. */
const LEAST_AXIAL = 0.766;

/**
 * The slices of a volume with pixels of `pixelMm`, ordered as the networks expect: slices upward, rows to the back,
 * columns to the patient's left. Nothing is turned: tilted slices stay tilted.
 * @throws ImageRefusal 'not-three-dimensional' when the slices are not axial
 */
export function sliceGrid(grid: Grid, pixelMm: number): Grid {
  const axes = [0, 1, 2].map((axis) => direction(grid, axis as 0 | 1 | 2));
  const slice = axes[2] as Point;
  if (Math.abs(slice[2]) < LEAST_AXIAL) {
    throw new ImageRefusal('not-three-dimensional', 'the slices are not axial: send the axial series');
  }
  const acrossFirst = Math.abs((axes[0] as Point)[0]) >= Math.abs((axes[1] as Point)[0]);
  const [column, row] = acrossFirst ? ([0, 1] as const) : ([1, 0] as const);
  const turned = reordered(grid, [
    { axis: column, backward: (axes[column] as Point)[0] > 0 },
    { axis: row, backward: (axes[row] as Point)[1] > 0 },
    { axis: 2, backward: slice[2] < 0 },
  ]);
  return gridWithSpacing(turned, [pixelMm, pixelMm, spacing(turned.affine)[2]]);
}

/** The part of a grid around a mask on it, with a margin in the plane; rows and columns are multiples of 16. All slices. */
export function aroundMask(grid: Grid, mask: Uint8Array, marginVoxels: number): Grid {
  const box = boundingBox(mask, grid.size);
  if (box === undefined) return grid;
  const [low, count] = [0, 1].reduce<[number[], number[]]>(
    ([lows, counts], axis) => {
      const from = box.from[axis as 0 | 1] - marginVoxels;
      const wanted = box.to[axis as 0 | 1] + marginVoxels - from;
      const full = Math.ceil(wanted / MULTIPLE) * MULTIPLE;
      return [
        [...lows, from - Math.floor((full - wanted) / 2)],
        [...counts, full],
      ];
    },
    [[], []],
  );
  const [i = 0, j = 0] = low;
  const [nx = 0, ny = 0] = count;
  return { size: [nx, ny, grid.size[2]], affine: compose(grid.affine, [1, 0, 0, i, 0, 1, 0, j, 0, 0, 1, 0]) };
}

function direction({ affine: a }: Grid, axis: 0 | 1 | 2): Point {
  const [x, y, z] = [a[axis], a[(axis + 4) as 4], a[(axis + 8) as 8]];
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

interface NewAxis {
  readonly axis: 0 | 1 | 2;
  readonly backward: boolean;
}

function reordered({ size, affine }: Grid, axes: readonly NewAxis[]): Grid {
  const rows = [0, 1, 2].map((old) => {
    const at = axes.findIndex(({ axis }) => axis === old);
    const backward = axes[at]?.backward === true;
    const row = [0, 0, 0, backward ? size[old as 0 | 1 | 2] - 1 : 0];
    row[at] = backward ? -1 : 1;
    return row;
  });
  return {
    size: axes.map(({ axis }) => size[axis]) as unknown as Point,
    affine: compose(affine, rows.flat() as unknown as Affine),
  };
}

export interface SliceRun {
  readonly model: string;
  /** Name of the input tensor, float32 [n, channels, rows, columns]. */
  readonly input: string;
  /** Volumes on one grid, one a channel; NaN becomes 0. */
  readonly channels: readonly Float32Array[];
  readonly size: Point;
  readonly signal: AbortSignal;
}

export interface SliceAnswer {
  /** Probability of the class, mean of the slice and its mirror image; on the grid of the run. */
  readonly probability: Float32Array;
  readonly model: NonNullable<FindingMethod['model']>;
  readonly ranOn: string;
}

const SLICES_PER_RUN = 4;
const TIMEOUT_MS = 120_000;

/**
 * Every slice as it is and mirrored at its middle column: the mean of both is more certain than either.
 * @returns the probability of class 1 of the output `probability` [n, classes, rows, columns]
 * @throws InferenceError of the engine
 */
export async function runOnSlices(
  engine: InferenceEngine,
  { model, input, channels, size, signal }: SliceRun,
): Promise<SliceAnswer> {
  const [width, height, depth] = size;
  const plane = width * height;
  const probability = new Float32Array(plane * depth);
  let ran: Omit<SliceAnswer, 'probability'> | undefined;
  for (let first = 0; first < depth; first += SLICES_PER_RUN) {
    const count = Math.min(SLICES_PER_RUN, depth - first);
    const data = new Float32Array(2 * count * channels.length * plane);
    channels.forEach((channel, c) => {
      for (let n = 0; n < count; n++) {
        const from = (first + n) * plane;
        const [straight, mirrored] = [n, n + count].map((slot) => (slot * channels.length + c) * plane) as [
          number,
          number,
        ];
        for (let at = 0; at < plane; at++) {
          const value = channel[from + at] ?? NaN;
          const finite = Number.isNaN(value) ? 0 : value;
          data[straight + at] = finite;
          data[mirrored + mirrorOf(at, width)] = finite;
        }
      }
    });
    const answer = await engine.infer(
      {
        model,
        inputs: [{ name: input, datatype: 'FP32', shape: [2 * count, channels.length, height, width], data }],
        outputs: ['probability'],
      },
      { timeoutMs: TIMEOUT_MS, signal },
    );
    ran = { model: answer.model, ranOn: answer.ranOn };
    const [output] = answer.outputs as [Tensor];
    const classes = output.shape[1] ?? 2;
    for (let n = 0; n < count; n++) {
      const [straight, mirrored] = [n, n + count].map((slot) => (slot * classes + 1) * plane) as [number, number];
      for (let at = 0; at < plane; at++) {
        const mean = (Number(output.data[straight + at]) + Number(output.data[mirrored + mirrorOf(at, width)])) / 2;
        probability[(first + n) * plane + at] = mean;
      }
    }
  }
  if (ran === undefined) throw new ImageRefusal('no-pixels', 'the volume holds no slices');
  return { probability, ...ran };
}

const mirrorOf = (at: number, width: number): number => at - (at % width) + (width - 1 - (at % width));

/** Millimeters of a voxel of the grid. */
export const placeOfVoxel = ({ size, affine }: Grid, at: number): Point =>
  transform(affine, [at % size[0], Math.floor(at / size[0]) % size[1], Math.floor(at / (size[0] * size[1]))]);
