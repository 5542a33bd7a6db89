/** Lesions of known shape and place in MNI space, on any grid. */
import { type Affine, type Point, transform } from '../../src/imaging/affine.ts';
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

export type Shape = (x: number, y: number, z: number) => boolean;

/** @param center in mm, @param radius in mm */
export const ball =
  ([cx, cy, cz]: Point, radius: number): Shape =>
  (x, y, z) =>
    (x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2 <= radius ** 2;

/** Both corners inside, in mm. */
export const box =
  (low: Point, high: Point): Shape =>
  (x, y, z) =>
    x >= low[0] && x <= high[0] && y >= low[1] && y <= high[1] && z >= low[2] && z <= high[2];

export const either =
  (...shapes: readonly Shape[]): Shape =>
  (x, y, z) =>
    shapes.some((shape) => shape(x, y, z));

/** Sets each voxel whose center lies in the shape. */
export function drawn(shape: Shape, { size, affine }: Grid = ATLAS_GRID): BinaryMask {
  const [nx, ny, nz] = size;
  const voxels = new Uint8Array(nx * ny * nz);
  for (let k = 0, at = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, at++) {
        const [x, y, z] = transform(affine, [i, j, k]);
        if (shape(x, y, z)) voxels[at] = 1;
      }
    }
  }
  return { size, affine, voxels };
}
