/** Two CTs of one head laid on each other: another day, or with and without contrast. The skull decides: it is rigid. */
import { compose, inverse, spacing, transform, type Affine, type Point } from '../affine.ts';
import { resampleTo } from '../volume/resample.ts';
import { headBox, slabStack } from '../volume/slab-stack.ts';
import type { Grid, Volume } from '../volume/volume.ts';
import { fixedVolume, NO_MOTION, register, type RigidMotion } from './rigid-registration.ts';

export interface HeadRegistration {
  /** Position in the fixed image → position of the same place in the moving one; mm. */
  readonly toMoving: Affine;
  /** Correlation of the two over the head, 1 for the same image. */
  readonly correlation: number;
}

const PIXEL_MM = 3;
const GRID_MM = 4;
/** HU: from skin to skull, so that neither metal nor contrast pulls. */
const WINDOW = [-300, 700] as const;
const HEAD_HU = -300;
/** From the vertex down: a CT angiography that goes on to the neck and the arch is compared by its head alone. */
const HEAD_MM = 190;
/** Less is another head, or none. Own choice, tested on one head against another. */
export const LEAST_CORRELATION = 0.8;

/** @returns null when the two do not agree after all */
export function registerHeads(fixed: Volume, moving: Volume): HeadRegistration | null {
  const [still, other] = [prepared(fixed), prepared(moving)];
  if (still === null || other === null) return null;
  const grid = gridAround(still.low, still.high);
  const values = clamped(resampleTo(still.stack, grid).values);
  const where = values.map((hu) => (hu > WINDOW[0] ? 1 : 0));
  const target = fixedVolume(values, grid.size, spacing(grid.affine), Uint8Array.from(where));
  const found = startsOf(still, other).map((offset): HeadRegistration => {
    const moved: Volume = {
      ...other.stack,
      affine: compose(shiftBy(offset.map((x) => -x) as unknown as Point), other.stack.affine),
    };
    const motion = register(target, clamped(resampleTo(moved, grid).values), NO_MOTION);
    const toMoving = compose(shiftBy(offset), inSpace(motion, grid));
    const there = clamped(resampleTo(placed(other.stack, toMoving), grid).values);
    return { toMoving, correlation: correlationOf(values, there, where) };
  });
  const [best] = found.toSorted((a, b) => b.correlation - a.correlation);
  return best !== undefined && best.correlation >= LEAST_CORRELATION ? best : null;
}

/**
 * Where the search begins, which reaches about 20 mm: as it was scanned, for a patient who stayed on the table, and with the
 * vertices on each other, for one who did not. The lower ends say nothing: coverage differs.
 */
function startsOf(still: Prepared, other: Prepared): readonly Point[] {
  const middle = (axis: 0 | 1): number => (other.low[axis] + other.high[axis] - still.low[axis] - still.high[axis]) / 2;
  return [
    [0, 0, 0],
    [middle(0), middle(1), other.high[2] - still.high[2]],
  ];
}

/** The moving image in the space of the fixed one; its voxels stay as they are. */
export const placed = (moving: Volume, toMoving: Affine): Volume => ({
  ...moving,
  affine: compose(inverse(toMoving), moving.affine),
});

interface Prepared {
  readonly stack: Volume;
  /** Corners of the head, mm. */
  readonly low: Point;
  readonly high: Point;
}

function prepared(volume: Volume): Prepared | null {
  const whole = slabStack(volume, { pixelMm: PIXEL_MM, slabMm: GRID_MM, outside: -1000 });
  const vertex = headBox(whole, HEAD_HU)?.to[2];
  if (vertex === undefined) return null;
  const stack = fromSlab(whole, Math.max(0, vertex - Math.round(HEAD_MM / spacing(whole.affine)[2])));
  const box = headBox(stack, HEAD_HU);
  if (box === null) return null;
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((n) =>
    transform(
      stack.affine,
      [0, 1, 2].map((axis) => (((n >> axis) & 1) === 1 ? box.to : box.from)[axis] ?? 0) as unknown as Point,
    ),
  );
  const end = (of: (...values: number[]) => number): Point =>
    [0, 1, 2].map((axis) => of(...corners.map((corner) => corner[axis] ?? 0))) as unknown as Point;
  return { stack, low: end(Math.min), high: end(Math.max) };
}

/** The slabs from one on; they go upward. */
function fromSlab({ size: [nx, ny, nz], affine, values, unit }: Volume, first: number): Volume {
  return {
    size: [nx, ny, nz - first],
    affine: compose(affine, shiftBy([0, 0, first])),
    values: values.subarray(first * nx * ny),
    unit,
  };
}

function gridAround(low: Point, high: Point): Grid {
  const size = low.map((from, axis) =>
    Math.max(2, Math.ceil(((high[axis] ?? 0) - from) / GRID_MM) + 1),
  ) as unknown as Point;
  return { size, affine: [GRID_MM, 0, 0, low[0], 0, GRID_MM, 0, low[1], 0, 0, GRID_MM, low[2]] };
}

const clamped = (values: Float32Array): Float32Array =>
  values.map((hu) => (Number.isNaN(hu) ? NaN : Math.min(WINDOW[1], Math.max(WINDOW[0], hu))));

const shiftBy = ([x, y, z]: Point): Affine => [1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z];

/** The motion about the center of the grid as an affine of space; the axes of the grid are those of space. */
function inSpace({ rotation, shift }: RigidMotion, { size, affine }: Grid): Affine {
  const center = transform(affine, size.map((n) => (n - 1) / 2) as unknown as Point);
  const [a = 1, b = 0, c = 0, d = 0, e = 1, f = 0, g = 0, h = 0, i = 1] = rotation;
  const [x = 0, y = 0, z = 0] = shift;
  const about: Affine = [a, b, c, x, d, e, f, y, g, h, i, z];
  return compose(shiftBy(center), compose(about, shiftBy(center.map((m) => -m) as unknown as Point)));
}

function correlationOf(a: Float32Array, b: Float32Array, where: Float32Array): number {
  let [n, sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at] ?? NaN, b[at] ?? NaN];
    if (where[at] !== 1 || Number.isNaN(x + y)) continue;
    [n, sa, sb, saa, sbb, sab] = [n + 1, sa + x, sb + y, saa + x * x, sbb + y * y, sab + x * y];
  }
  const spread = Math.sqrt((n * saa - sa * sa) * (n * sbb - sb * sb));
  return n < 1000 || spread === 0 ? 0 : (n * sab - sa * sb) / spread;
}
