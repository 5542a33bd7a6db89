/** In-plane Gaussian smoothing that mixes in nothing from outside a mask. */
import type { Point } from '../../affine.ts';

export interface Smoother {
  /** Smoothed inside the mask; NaN outside. Voxels of `values` that are NaN do not count. */
  readonly smooth: (values: Float32Array) => Float32Array;
}

/** @param sigma of the Gaussian in voxels along i and j */
export function smoother(mask: Uint8Array, size: Point, sigma: readonly [number, number]): Smoother {
  const [along, across] = [kernel(sigma[0]), kernel(sigma[1])];
  const whole = Float32Array.from(mask);
  const maskWeight = blur(whole, size, along, across);
  return {
    smooth: (values) => {
      let gaps = false;
      const filled = new Float32Array(values.length);
      for (let at = 0; at < values.length; at++) {
        if (mask[at] !== 1) continue;
        const value = values[at] ?? NaN;
        if (Number.isNaN(value)) gaps = true;
        else filled[at] = value;
      }
      const sums = blur(filled, size, along, across);
      const present = (value: number, at: number): number => (mask[at] === 1 && !Number.isNaN(value) ? 1 : 0);
      const weight = gaps ? blur(values.map(present), size, along, across) : maskWeight;
      for (let at = 0; at < sums.length; at++) {
        const w = weight[at] ?? 0;
        sums[at] = mask[at] === 1 && w > 0.01 ? (sums[at] ?? 0) / w : NaN;
      }
      return sums;
    },
  };
}

function kernel(sigma: number): Float64Array {
  const radius = Math.ceil(2.5 * sigma);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, at) =>
    sigma === 0 ? 1 : Math.exp(-((at - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / sum);
}

function blur(values: Float32Array, [nx, ny, nz]: Point, along: Float64Array, across: Float64Array): Float32Array {
  const rows = new Float32Array(values.length);
  for (let line = 0; line < ny * nz; line++) pass(values, rows, line * nx, nx, 1, along);
  const out = new Float32Array(values.length);
  for (let k = 0; k < nz; k++) for (let i = 0; i < nx; i++) pass(rows, out, k * nx * ny + i, ny, nx, across);
  return out;
}

/** One line of `length` voxels from `start`, `stride` apart. */
function pass(
  values: Float32Array,
  out: Float32Array,
  start: number,
  length: number,
  stride: number,
  weights: Float64Array,
): void {
  const radius = (weights.length - 1) / 2;
  for (let at = 0; at < length; at++) {
    const low = Math.max(0, at - radius);
    const high = Math.min(length - 1, at + radius);
    let sum = 0;
    for (let n = low; n <= high; n++) sum += (weights[n - at + radius] ?? 0) * (values[start + n * stride] ?? 0);
    out[start + at * stride] = sum;
  }
}
