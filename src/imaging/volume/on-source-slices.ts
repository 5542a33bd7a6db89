/** Labels from the grid that a pipeline computed on, back on the slices as they were stored: what DICOM SEG refers to. */
import { type Affine, compose, inverse } from '../affine.ts';
import type { Grid, SourceSeries, SourceSlice } from './volume.ts';

/**
 * Where the pixels of a stored slice lie: (column, row, 0) → millimeters, right, front and up positive.
 * DICOM PS3.3 C.7.6.2.1.1, with x and y turned from LPS to RAS.
 */
export function sliceAffine(
  position: SourceSlice['position'],
  { orientation: o, pixelSpacing: [betweenRows, betweenColumns] }: Pick<SourceSeries, 'orientation' | 'pixelSpacing'>,
): Affine {
  const normal = [o[1] * o[5] - o[2] * o[4], o[2] * o[3] - o[0] * o[5], o[0] * o[4] - o[1] * o[3]] as const;
  return [
    ...[-o[0] * betweenColumns, -o[3] * betweenRows, -normal[0], -position[0]],
    ...[-o[1] * betweenColumns, -o[4] * betweenRows, -normal[1], -position[1]],
    ...[o[2] * betweenColumns, o[5] * betweenRows, normal[2], position[2]],
  ] as unknown as Affine;
}

/**
 * Each source slice takes, pixel by pixel, the label of the voxel that its center lies in (nearest neighbor); 0 outside
 * the grid.
 * @param voxels labels on `grid`, i fastest
 * @returns one array a source slice, row by row (rows x columns), in the order of `source.slices`
 */
export function labelsOnSource(grid: Grid, voxels: Uint8Array, source: SourceSeries): Uint8Array[] {
  const [nx, ny, nz] = grid.size;
  const toVoxels = inverse(grid.affine);
  return source.slices.map(({ position }) => {
    const a = compose(toVoxels, sliceAffine(position, source));
    const labels = new Uint8Array(source.rows * source.columns);
    let at = 0;
    for (let row = 0; row < source.rows; row++) {
      // Adding a half rounds to the nearest voxel by cutting off.
      const [x, y, z] = [a[1] * row + a[3] + 0.5, a[5] * row + a[7] + 0.5, a[9] * row + a[11] + 0.5];
      for (let column = 0; column < source.columns; column++, at++) {
        const i = Math.floor(a[0] * column + x);
        const j = Math.floor(a[4] * column + y);
        const k = Math.floor(a[8] * column + z);
        if (i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz) continue;
        labels[at] = voxels[i + nx * (j + ny * k)] ?? 0;
      }
    }
    return labels;
  });
}

/**
 * The way back: each voxel takes the label of the pixel that its center lies in, on the nearest slice; 0 beside the image and
 * farther from a slice than slices are from each other.
 * @param labels one array a source slice, row by row, in the order of `source.slices`; undefined: nothing on that slice
 */
export function labelsFromSource(
  labels: readonly (Uint8Array | undefined)[],
  source: SourceSeries,
  { size: [nx, ny, nz], affine }: Grid,
): Uint8Array {
  const voxels = new Uint8Array(nx * ny * nz);
  const slices = source.slices.map(({ position }, at) => ({
    fromVoxel: compose(inverse(sliceAffine(position, source)), affine),
    labels: labels[at],
  }));
  const gap = gapOf(source);
  let at = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, at++) {
        let [nearest, least] = [-1, gap / 2 + 1e-3];
        slices.forEach(({ fromVoxel: a }, slice) => {
          const off = Math.abs(a[8] * i + a[9] * j + a[10] * k + a[11]);
          if (off < least) [nearest, least] = [slice, off];
        });
        const found = slices[nearest];
        if (found?.labels === undefined) continue;
        const a = found.fromVoxel;
        const column = Math.floor(a[0] * i + a[1] * j + a[2] * k + a[3] + 0.5);
        const row = Math.floor(a[4] * i + a[5] * j + a[6] * k + a[7] + 0.5);
        if (column < 0 || row < 0 || column >= source.columns || row >= source.rows) continue;
        voxels[at] = found.labels[row * source.columns + column] ?? 0;
      }
    }
  }
  return voxels;
}

/** Largest distance of neighbors along the normal, mm. */
function gapOf(source: SourceSeries): number {
  const [first] = source.slices;
  if (first === undefined) return 0;
  const along = source.slices.map(({ position }) => {
    const place = sliceAffine(position, source);
    return compose(inverse(sliceAffine(first.position, source)), place)[11];
  });
  return Math.max(0, ...along.slice(1).map((z, at) => Math.abs(z - (along[at] ?? 0))));
}
