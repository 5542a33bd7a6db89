/** Apparent diffusion coefficient from two diffusion weightings, where the scanner sent no map. */
import { cornerDistance } from '../affine.ts';
import { ImageRefusal } from '../image-refusal.ts';
import type { Volume } from './volume.ts';

/** Voxels that are darker without diffusion weighting than this share of the bright ones are air: no coefficient. */
const NOISE_SHARE = 0.05;

/**
 * ADC = ln(S0 / Sb) / (b - b0), Stejskal and Tanner 1965; 10⁻⁶ mm²/s, at least 0. NaN in air and padding.
 * @param weighted the trace-weighted image (geometric mean of the directions)
 * @param bValues s/mm² of the two, at least 400 apart
 * @throws ImageRefusal 'mixed-geometry' when the two are not on one grid
 */
export function diffusionCoefficient(
  unweighted: Volume,
  weighted: Volume,
  { b0, b }: { readonly b0: number; readonly b: number },
): Volume {
  if (!(b - b0 >= 400)) throw new RangeError(`b values of ${b0} and ${b} s/mm² are too near to each other`);
  const sameSize = unweighted.size.every((n, axis) => n === weighted.size[axis]);
  if (!sameSize || cornerDistance(unweighted.affine, weighted.affine, weighted.size) > 0.5) {
    throw new ImageRefusal('mixed-geometry', 'the images with and without diffusion weighting do not cover each other');
  }
  const floor = NOISE_SHARE * brightness(unweighted.values);
  const values = new Float32Array(weighted.values.length);
  for (let at = 0; at < values.length; at++) {
    const [s0, s] = [unweighted.values[at] ?? NaN, weighted.values[at] ?? NaN];
    values[at] = s0 > floor && s > 0 ? Math.max(0, (1e6 * Math.log(s0 / s)) / (b - b0)) : NaN;
  }
  return { size: weighted.size, affine: weighted.affine, values, unit: '10*-6.mm2/s' };
}

/** 98th percentile of a sample of the voxels. */
function brightness(values: Float32Array): number {
  const step = Math.max(1, Math.floor(values.length / 50_000));
  const sample: number[] = [];
  for (let at = 0; at < values.length; at += step) {
    const value = values[at] ?? NaN;
    if (value > 0) sample.push(value);
  }
  sample.sort((a, b) => a - b);
  return sample[Math.floor(0.98 * (sample.length - 1))] ?? 0;
}
