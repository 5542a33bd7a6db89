/** Connected parts of a mask. */
import type { Point } from '../affine.ts';
import type { Box } from '../binary-mask.ts';

export interface Components {
  /** Voxels of each part, in the order in which they are met. */
  readonly sizes: readonly number[];
  /** Flat voxel indices (into the whole grid) of the largest part; the first of several equals. */
  readonly largest: Int32Array;
  /** Flat voxel indices of all parts. */
  readonly all: Int32Array;
}

/** Parts that touch by face, edge or corner (26 neighbors) are one. `box` holds every voxel that is set. */
export function components(voxels: Uint8Array, [nx, ny]: Point, box: Box): Components {
  const size = [0, 1, 2].map((axis) => (box.to[axis] ?? 0) - (box.from[axis] ?? 0)) as unknown as Point;
  // A copy with a margin of one voxel: no neighbor needs a check of bounds.
  const [wx, wy, wz] = [size[0] + 2, size[1] + 2, size[2] + 2];
  const open = new Uint8Array(wx * wy * wz);
  let total = 0;
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      const from = ((box.from[2] + k) * ny + box.from[1] + j) * nx + box.from[0];
      const to = ((k + 1) * wy + j + 1) * wx + 1;
      for (let i = 0; i < size[0]; i++) if (voxels[from + i] === 1) total += open[to + i] = 1;
    }
  }
  const neighbors = neighborhood(wx, wy);
  const found = new Int32Array(total);
  const sizes: number[] = [];
  let [start, end, largestStart, largestSize] = [0, 0, 0, 0];
  for (let seed = open.indexOf(1); seed !== -1; seed = open.indexOf(1, seed + 1)) {
    start = end;
    open[seed] = 0;
    found[end++] = seed;
    for (let head = start; head < end; head++) {
      const at = found[head] ?? 0;
      for (const step of neighbors) {
        if (open[at + step] !== 1) continue;
        open[at + step] = 0;
        found[end++] = at + step;
      }
    }
    sizes.push(end - start);
    if (end - start > largestSize) [largestStart, largestSize] = [start, end - start];
  }
  const all = found.map((at) => {
    const [i, j, k] = [(at % wx) - 1, (Math.floor(at / wx) % wy) - 1, Math.floor(at / (wx * wy)) - 1];
    return ((box.from[2] + k) * ny + box.from[1] + j) * nx + box.from[0] + i;
  });
  return { sizes, largest: all.subarray(largestStart, largestStart + largestSize), all };
}

function neighborhood(wx: number, wy: number): readonly number[] {
  const steps = [-1, 0, 1];
  return steps
    .flatMap((k) => steps.flatMap((j) => steps.map((i) => (k * wy + j) * wx + i)))
    .filter((step) => step !== 0);
}
