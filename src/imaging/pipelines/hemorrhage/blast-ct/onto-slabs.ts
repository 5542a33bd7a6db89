/** Answers on fine, even voxels as means on the slabs that hemorrhages are measured on. */
import { compose, inverse, type Point } from '../../../affine.ts';
import { shares, type Share } from '../../../volume/slab-stack.ts';
import type { Grid } from '../../../volume/volume.ts';

/** A tile of one class: `values` of `tile`³ voxels, the first of which is `begin` on the fine grid. */
export interface Tile {
  readonly begin: Point;
  readonly tile: number;
  readonly values: Float32Array;
}

/** Adds what a tile is worth to the slabs; all tiles together give the mean over each voxel, 0 where there was none. */
export type OntoSlabs = (tile: Tile, slabs: Float32Array) => void;

/** @param slabs on the axes of `fine`, with other spacing and origin */
export function ontoSlabs(fine: Grid, slabs: Grid): OntoSlabs {
  const step = compose(inverse(fine.affine), slabs.affine);
  const [nx, ny] = slabs.size;
  const [columns, rows, planes] = [0, 1, 2].map((axis) =>
    targets(
      shares(slabs.size[axis as 0], fine.size[axis as 0], step[(5 * axis) as 0], step[(4 * axis + 3) as 3]),
      fine.size[axis as 0],
    ),
  ) as [Targets, Targets, Targets];
  return ({ begin: [x, y, z], tile, values }, sum) => {
    for (let k = 0; k < tile; k++) {
      for (const plane of planes[z + k] ?? []) {
        for (let j = 0; j < tile; j++) {
          for (const row of rows[y + j] ?? []) {
            const weight = plane.weight * row.weight;
            const [from, to] = [(k * tile + j) * tile, (plane.at * ny + row.at) * nx];
            for (let i = 0; i < tile; i++) {
              const value = weight * (values[from + i] ?? 0);
              for (const column of columns[x + i] ?? []) {
                sum[to + column.at] = (sum[to + column.at] ?? 0) + value * column.weight;
              }
            }
          }
        }
      }
    }
  };
}

/** For each fine voxel along an axis the slab voxels that it is a part of. */
type Targets = readonly (readonly Share[])[];

function targets(parts: readonly (readonly Share[])[], count: number): Targets {
  const out: Share[][] = Array.from({ length: count }, () => []);
  parts.forEach((own, target) => {
    for (const { at, weight } of own) out[at]?.push({ at: target, weight });
  });
  return out;
}
