/** Lesions of known shape and place in MNI space, on any grid. */
import { type Affine, inverse, type Point, transform } from '../../src/imaging/affine.ts';
import type { BinaryMask } from '../../src/imaging/binary-mask.ts';
import { ATLAS_DIRECTORY, type ArterialAtlas, loadArterialAtlas } from '../../src/imaging/index.ts';

let atlas: Promise<ArterialAtlas> | undefined;
/** The atlas of the product, prepared once a test file. */
export const productAtlas = (): Promise<ArterialAtlas> => (atlas ??= loadArterialAtlas(ATLAS_DIRECTORY));

export interface Grid {
  readonly size: Point;
  readonly affine: Affine;
}

/** The grid of the atlas: x runs from right to left. */
export const ATLAS_GRID: Grid = { size: [157, 189, 136], affine: [-1, 0, 0, 78, 0, 1, 0, -112, 0, 0, 1, -50] };

/** A solid within a box of corners `low` and `high`, in mm. */
export interface Shape {
  readonly low: Point;
  readonly high: Point;
  readonly holds: (x: number, y: number, z: number) => boolean;
}

/** @param center in mm, @param radius in mm */
export const ball = ([cx, cy, cz]: Point, radius: number): Shape => ({
  low: [cx - radius, cy - radius, cz - radius],
  high: [cx + radius, cy + radius, cz + radius],
  holds: (x, y, z) => (x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2 <= radius ** 2,
});

/** Both corners inside, in mm. */
export const box = (low: Point, high: Point): Shape => ({
  low,
  high,
  holds: (x, y, z) => x >= low[0] && x <= high[0] && y >= low[1] && y <= high[1] && z >= low[2] && z <= high[2],
});

/** Nothing at all. */
export const NOTHING: Shape = { low: [0, 0, 0], high: [0, 0, 0], holds: () => false };

/** Sets each voxel whose center lies in one of the shapes. */
export function drawn(shapes: Shape | readonly Shape[], { size, affine }: Grid = ATLAS_GRID): BinaryMask {
  const [nx, ny, nz] = size;
  const voxels = new Uint8Array(nx * ny * nz);
  const toIndex = inverse(affine);
  for (const { low, high, holds } of [shapes].flat()) {
    const corners = [low[0], high[0]].flatMap((x) =>
      [low[1], high[1]].flatMap((y) => [low[2], high[2]].map((z) => transform(toIndex, [x, y, z]))),
    );
    const from = (axis: 0 | 1 | 2): number => Math.max(0, Math.floor(Math.min(...corners.map((c) => c[axis]))));
    const to = (axis: 0 | 1 | 2): number =>
      Math.min(size[axis] - 1, Math.ceil(Math.max(...corners.map((c) => c[axis]))));
    for (let k = from(2); k <= to(2); k++) {
      for (let j = from(1); j <= to(1); j++) {
        for (let i = from(0); i <= to(0); i++) {
          const [x, y, z] = transform(affine, [i, j, k]);
          if (holds(x, y, z)) voxels[(k * ny + j) * nx + i] = 1;
        }
      }
    }
  }
  return { size, affine, voxels };
}
