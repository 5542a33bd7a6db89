/**
 * Exact squared Euclidean distances on an isotropic grid, in voxels, one axis after the other
 * (Felzenszwalb & Huttenlocher, Theory of Computing 2012;8:415-428).
 */
import type { Point } from '../affine.ts';

/** Larger than any squared distance within a head, small enough to add up without loss. */
export const FAR = 10_000_000;

export interface Distances {
  /** Squared distance in voxels to the nearest source; {@link FAR} when there is none. */
  readonly squared: Int32Array;
  /** The label of that source. */
  readonly nearest: Uint8Array;
}

/** Distance of every voxel to the nearest voxel whose label is not 0. i runs fastest. */
export function distanceTransform(labels: Uint8Array, [nx, ny, nz]: Point): Distances {
  const squared = new Int32Array(labels.length);
  const nearest = labels.slice();
  for (let at = 0; at < labels.length; at++) squared[at] = labels[at] === 0 ? FAR : 0;
  const line = new EnvelopeLine(Math.max(nx, ny, nz), squared, nearest);
  for (let row = 0; row < ny * nz; row++) line.run(row * nx, 1, nx);
  for (let k = 0; k < nz; k++) for (let i = 0; i < nx; i++) line.run(k * nx * ny + i, nx, ny);
  for (let column = 0; column < nx * ny; column++) line.run(column, nx * ny, nz);
  return { squared, nearest };
}

/** The lower envelope of the parabolas that stand on the values of one line. */
class EnvelopeLine {
  private readonly squared: Int32Array;
  private readonly nearest: Uint8Array;
  private readonly value: Int32Array;
  private readonly label: Uint8Array;
  private readonly vertex: Int32Array;
  private readonly border: Float64Array;

  constructor(longest: number, squared: Int32Array, nearest: Uint8Array) {
    this.squared = squared;
    this.nearest = nearest;
    this.value = new Int32Array(longest);
    this.label = new Uint8Array(longest);
    this.vertex = new Int32Array(longest);
    this.border = new Float64Array(longest + 1);
  }

  run(start: number, step: number, length: number): void {
    const { value, label, vertex, border, squared, nearest } = this;
    let last = -1;
    for (let q = 0; q < length; q++) {
      const f = squared[start + q * step] ?? FAR;
      value[q] = f;
      label[q] = nearest[start + q * step] ?? 0;
      if (f >= FAR) continue;
      let from = -Infinity;
      while (last >= 0) {
        const v = vertex[last] ?? 0;
        from = (f + q * q - ((value[v] ?? 0) + v * v)) / (2 * (q - v));
        if (from > (border[last] ?? 0)) break;
        last--;
      }
      last++;
      vertex[last] = q;
      border[last] = last === 0 ? -Infinity : from;
      border[last + 1] = Infinity;
    }
    if (last < 0) return;
    let at = 0;
    for (let q = 0; q < length; q++) {
      while ((border[at + 1] ?? Infinity) < q) at++;
      const v = vertex[at] ?? 0;
      squared[start + q * step] = (q - v) * (q - v) + (value[v] ?? 0);
      nearest[start + q * step] = label[v] ?? 0;
    }
  }
}
