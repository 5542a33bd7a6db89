/**
 * Where a network that sees a part of a volume at a time is run, and what it gets to see. Its convolutions are valid ones: an
 * answer lies `margin` voxels inside of its input. Runs begin on multiples of `step`, the least common multiple of the factors
 * by which its paths coarsen the image, so that their answers together are those of one run over everything.
 */
import type { Point } from '../../../affine.ts';

export interface Tiling {
  /** Voxels that one run answers, along each axis; a multiple of `step`. */
  readonly tile: number;
  readonly margin: number;
  readonly step: number;
}

/**
 * Layers, in them rows, in them tiles, each begun where there is something to see: what lies between is not computed.
 * @param wanted 1 where an answer is wanted
 * @returns first voxels of tiles that cover every wanted voxel once
 */
export function planTiles(wanted: Uint8Array, [nx, ny, nz]: Point, { tile, step }: Tiling): Point[] {
  const cover = (count: number, isWanted: (n: number) => boolean): number[] => {
    const begins: number[] = [];
    let end = 0;
    for (let n = 0; n < count; n++) {
      if (n < end || !isWanted(n)) continue;
      const begin = Math.floor(n / step) * step;
      begins.push(begin);
      end = begin + tile;
    }
    return begins;
  };
  const row = (j: number, k: number): Uint8Array => wanted.subarray((k * ny + j) * nx, (k * ny + j + 1) * nx);
  const within = (begin: number, count: number): number[] =>
    Array.from({ length: Math.min(tile, count - begin) }, (_, n) => begin + n);
  return cover(nz, (k) => wanted.subarray(k * ny * nx, (k + 1) * ny * nx).includes(1)).flatMap((z) => {
    const slices = within(z, nz);
    return cover(ny, (j) => slices.some((k) => row(j, k).includes(1))).flatMap((y) => {
      const rows = slices.flatMap((k) => within(y, ny).map((j) => row(j, k)));
      return cover(nx, (i) => rows.some((one) => one[i] === 1)).map((x): Point => [x, y, z]);
    });
  });
}

/** What the run of a tile sees; beyond the volume its border goes on, and what was not acquired is `outside`. */
export function seenByTile(
  { values, size }: { readonly values: Float32Array; readonly size: Point },
  begin: Point,
  { tile, margin }: Tiling,
  outside: number,
): Float32Array {
  const width = tile + 2 * margin;
  const [nx, ny] = size;
  const [columns, rows, slices] = size.map((count, axis) =>
    Int32Array.from({ length: width }, (_, n) =>
      Math.min(count - 1, Math.max(0, begin[axis as 0 | 1 | 2] - margin + n)),
    ),
  ) as [Int32Array, Int32Array, Int32Array];
  const out = new Float32Array(width ** 3);
  let at = 0;
  for (const k of slices) {
    for (const j of rows) {
      const from = (k * ny + j) * nx;
      for (const i of columns) {
        const value = values[from + i] ?? NaN;
        out[at++] = Number.isNaN(value) ? outside : value;
      }
    }
  }
  return out;
}
