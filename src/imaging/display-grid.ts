/** The slices of a volume as radiologists look at them: patient's right on the left of the picture, front at the top. */
import { compose, inverse, spacing, transform, type Affine, type Point } from './affine.ts';
import type { Grid } from './volume/volume.ts';

/** A picture in space: (x, y, 0) in pixels from its top left → millimeters, right, front and up positive. */
export interface Plane {
  readonly affine: Affine;
  /** Millimeters above the origin, at the middle of the picture. */
  readonly height: number;
  /** Index along the axis of the slices. */
  readonly slice: number;
}

export interface DisplayGrid {
  readonly size: { readonly width: number; readonly height: number; readonly slices: number };
  /** Millimeters of a pixel, across and down. */
  readonly pixel: readonly [number, number];
  readonly plane: (slice: number) => Plane;
}

type Axis = 0 | 1 | 2;

/** Voxel axis whose direction lies closest to the world axis; each is taken once. */
export function axesOf(affine: Affine): readonly [Axis, Axis, Axis] {
  const steps = spacing(affine);
  const along = (world: Axis, voxel: Axis): number => Math.abs((affine[4 * world + voxel] ?? 0) / steps[voxel]);
  const orders: readonly (readonly [Axis, Axis, Axis])[] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  const fit = (order: readonly [Axis, Axis, Axis]): number =>
    along(0, order[0]) + along(1, order[1]) + along(2, order[2]);
  return orders.reduce((best, order) => (fit(order) > fit(best) ? order : best));
}

/** Pixels of the display are voxels of the grid, turned so that slices are as axial as the grid allows. */
export function displayGrid({ size, affine }: Grid): DisplayGrid {
  const [across, down, up] = axesOf(affine);
  const steps = spacing(affine);
  const column = (axis: Axis): Point => [affine[axis], affine[axis + 4] ?? 0, affine[axis + 8] ?? 0];
  // Right to left and front to back run against the world axes, feet to head along its axis.
  const turned = (axis: Axis, world: Axis, wanted: 1 | -1): { step: Point; start: number } => {
    const step = column(axis);
    return Math.sign(step[world]) === wanted
      ? { step, start: 0 }
      : { step: [-step[0], -step[1], -step[2]], start: size[axis] - 1 };
  };
  const [x, y, z] = [turned(across, 0, -1), turned(down, 1, -1), turned(up, 2, 1)];
  const corner: [number, number, number] = [0, 0, 0];
  corner[across] = x.start;
  corner[down] = y.start;
  corner[up] = z.start;
  const origin = transform(affine, corner);
  const row = (world: Axis): readonly [number, number, number, number] => [
    x.step[world],
    y.step[world],
    z.step[world],
    origin[world],
  ];
  const whole = [...row(0), ...row(1), ...row(2)] as unknown as Affine;
  return {
    size: { width: size[across], height: size[down], slices: size[up] },
    pixel: [steps[across], steps[down]],
    plane: (slice) => {
      const at = compose(whole, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, slice]);
      return { affine: at, height: transform(at, [size[across] / 2, size[down] / 2, 0])[2], slice };
    },
  };
}

/** Part of a picture, scaled: pixels of the crop are `pixels` by `pixels` for the square from `left`, `top`. */
export interface Crop {
  readonly left: number;
  readonly top: number;
  /** Millimeters of its side. */
  readonly side: number;
}

/** (column, row, 0) of a square tile of `pixels` → voxel of `grid`. */
export function tileToVoxels(display: DisplayGrid, slice: number, crop: Crop, pixels: number, grid: Grid): Affine {
  const step = crop.side / pixels;
  const [dx, dy] = [step / display.pixel[0], step / display.pixel[1]];
  const scaled: Affine = [dx, 0, 0, crop.left + dx / 2 - 0.5, 0, dy, 0, crop.top + dy / 2 - 0.5, 0, 0, 1, 0];
  return compose(inverse(grid.affine), compose(display.plane(slice).affine, scaled));
}
