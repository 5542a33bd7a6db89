/** Largest distances within a set of voxels. */
import type { Point } from '../affine.ts';

/**
 * The largest distance between the centers of two voxels plus one voxel, in voxels: a single voxel is 1 across.
 * Exact: only voxels at the end of a run along every axis can be farthest, and pairs are tried from the outside in.
 * @param indices flat indices of the voxels
 */
export function largestDiameter(indices: Int32Array, [nx, ny]: Point): number {
  const points = extremes(indices, nx, ny);
  return 1 + Math.sqrt(farthest(points));
}

/** The largest {@link largestDiameter} within one slice of constant k. */
export function largestAxialDiameter(indices: Int32Array, size: Point): number {
  const plane = size[0] * size[1];
  const slices = new Map<number, number[]>();
  for (const at of indices) {
    const k = Math.floor(at / plane);
    const slice = slices.get(k);
    if (slice === undefined) slices.set(k, [at]);
    else slice.push(at);
  }
  let largest = 0;
  for (const slice of slices.values()) largest = Math.max(largest, largestDiameter(Int32Array.from(slice), size));
  return largest;
}

/** Coordinates of those voxels that are first or last of their line along i, then of what is left along j, then k. */
function extremes(indices: Int32Array, nx: number, ny: number): readonly Point[] {
  const rows = rowEnds(indices, nx);
  let points = rows.map((at): Point => [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))]);
  for (const [axis, a, b] of [
    [1, 0, 2],
    [2, 0, 1],
  ] as const) {
    const ends = new Map<number, [Point, Point]>();
    for (const point of points) {
      const line = point[a] * 65_536 + point[b];
      const end = ends.get(line);
      if (end === undefined) ends.set(line, [point, point]);
      else if (point[axis] < end[0][axis]) end[0] = point;
      else if (point[axis] > end[1][axis]) end[1] = point;
    }
    points = [...ends.values()].flatMap(([low, high]) => (low === high ? [low] : [low, high]));
  }
  return points;
}

/** Flat indices of the first and the last voxel of each row along i. */
function rowEnds(indices: Int32Array, nx: number): number[] {
  let [low, high] = [Infinity, -1];
  for (const at of indices) {
    if (at < low) low = at;
    if (at > high) high = at;
  }
  const firstRow = Math.floor(low / nx);
  const count = Math.floor(high / nx) - firstRow + 1;
  const first = new Int32Array(count).fill(-1);
  const last = new Int32Array(count).fill(-1);
  for (const at of indices) {
    const row = Math.floor(at / nx) - firstRow;
    const known = first[row] ?? -1;
    if (known === -1 || at < known) first[row] = at;
    if (at > (last[row] ?? -1)) last[row] = at;
  }
  const ends: number[] = [];
  first.forEach((at, row) => {
    const other = last[row] ?? at;
    if (at !== -1) ends.push(at);
    if (other !== at) ends.push(other);
  });
  return ends;
}

/** Largest squared distance of two points. */
function farthest(points: readonly Point[]): number {
  const center = [0, 1, 2].map((axis) => points.reduce((sum, p) => sum + (p[axis] ?? 0), 0) / points.length);
  const [cx = 0, cy = 0, cz = 0] = center;
  const sorted = points
    .map(([x, y, z]) => ({ x, y, z, radius: Math.hypot(x - cx, y - cy, z - cz) }))
    .sort((p, q) => q.radius - p.radius);
  let best = 0;
  let reach = 0;
  for (let m = 1; m < sorted.length; m++) {
    const p = sorted[m];
    if (p === undefined) break;
    for (let n = 0; n < m; n++) {
      const q = sorted[n];
      // By the triangle inequality no later pair can be farther apart than both radii together.
      if (q === undefined || p.radius + q.radius <= reach) break;
      const distance = (p.x - q.x) ** 2 + (p.y - q.y) ** 2 + (p.z - q.z) ** 2;
      if (distance > best) {
        best = distance;
        reach = Math.sqrt(best);
      }
    }
  }
  return best;
}
