/** Averages voxels in the plane until they have the size that is computed on. */
import { spacing, transform, type Affine, type Point } from '../../affine.ts';
import type { Grid } from '../../volume/volume.ts';

/** How many voxels along i and j become one; 1 for images that are coarse already. */
export function reduction({ affine }: Grid, workingMm: number): number {
  const [x, y] = spacing(affine);
  return Math.max(1, Math.floor(workingMm / Math.max(x, y)));
}

/** Rows and columns that do not fill a block are cut off. */
export function reducedGrid({ size, affine: a }: Grid, factor: number): Grid {
  const shift = (factor - 1) / 2;
  const row = (c: 0 | 4 | 8): readonly number[] => {
    const [i, j, k, origin] = [a[c], a[(c + 1) as 1], a[(c + 2) as 2], a[(c + 3) as 3]];
    return [i * factor, j * factor, k, origin + shift * (i + j)];
  };
  return {
    size: [Math.floor(size[0] / factor), Math.floor(size[1] / factor), size[2]],
    affine: [...row(0), ...row(4), ...row(8)] as unknown as Affine,
  };
}

/** Mean of the voxels of each block that are not NaN; NaN where all are. */
export function reduceInPlane(values: Float32Array, [nx, ny, nz]: Point, factor: number): Float32Array {
  if (factor === 1) return values;
  const [wx, wy] = [Math.floor(nx / factor), Math.floor(ny / factor)];
  const out = new Float32Array(wx * wy * nz);
  const [sums, counts] = [new Float64Array(wx), new Uint16Array(wx)];
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < wy; j++) {
      sums.fill(0);
      counts.fill(0);
      for (let row = 0; row < factor; row++) {
        const from = (k * ny + j * factor + row) * nx;
        for (let i = 0; i < wx * factor; i++) {
          const value = values[from + i] ?? NaN;
          if (Number.isNaN(value)) continue;
          const at = Math.floor(i / factor);
          sums[at] = (sums[at] ?? 0) + value;
          counts[at] = (counts[at] ?? 0) + 1;
        }
      }
      const to = (k * wy + j) * wx;
      for (let i = 0; i < wx; i++) out[to + i] = (sums[i] ?? 0) / (counts[i] ?? 0);
    }
  }
  return out;
}

/** mL */
export function voxelVolume({ affine }: Grid): number {
  const [x, y, z] = spacing(affine);
  return (x * y * z) / 1000;
}

/** Position in mm of a flat voxel index. */
export function positionOf(at: number, { size, affine }: Grid): Point {
  return transform(affine, [at % size[0], Math.floor(at / size[0]) % size[1], Math.floor(at / (size[0] * size[1]))]);
}
