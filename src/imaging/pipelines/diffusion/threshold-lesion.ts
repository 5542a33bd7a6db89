/**
 * Acute diffusion lesion: a coefficient below 620 · 10⁻⁶ mm²/s (Purushotham 2015, J Cereb Blood Flow Metab 35:630) that is
 * bright on the weighted image. Fluid is neither; artefacts of susceptibility and old blood are dark where the coefficient
 * is low; what is bright with a high coefficient shines through from T2.
 */
import type { Point } from '../../affine.ts';
import { medianInPlane } from '../perfusion/maps.ts';
import { withoutSmallParts } from '../perfusion/morphology.ts';
import { median } from '../perfusion/tissue-mask.ts';
import type { LesionMasks } from './network-lesion.ts';

export const DIFFUSION_SETTINGS = {
  /** 10⁻⁶ mm²/s */
  coreAdc: 620,
  /** Lower values are no tissue. */
  lowestAdc: 150,
  /** Of the median signal of the brain on the weighted image. */
  brightRatio: 1.25,
  /** Smaller parts (26 neighbors) are taken for noise, mL. */
  smallestMl: 1,
  /** How far coefficients of scanners differ at most times: the interval spans thresholds from 580 to 660. */
  adcJitter: 40,
} as const;

export interface DiffusionImages {
  readonly size: Point;
  readonly voxelMl: number;
  /** 10⁻⁶ mm²/s; NaN where it was not imaged. */
  readonly adc: Float32Array;
  /** Trace-weighted, b about 1000 s/mm², on the same grid. */
  readonly weighted: Float32Array;
  /** 1 for brain. */
  readonly brain: Uint8Array;
}

export interface DiffusionLesion extends LesionMasks {
  readonly ml: number;
  /** With the threshold at the ends of its jitter, mL. */
  readonly lowMl: number;
  readonly highMl: number;
}

type Mask = Uint8Array;

export function diffusionLesion({ size, voxelMl, adc, weighted, brain }: DiffusionImages): DiffusionLesion {
  const inside = (values: Float32Array): Float32Array => values.map((x, at) => (brain[at] === 1 ? x : NaN));
  const smooth = medianInPlane(inside(adc), size);
  const bright = DIFFUSION_SETTINGS.brightRatio * median(inside(weighted));
  const leastVoxels = Math.ceil(DIFFUSION_SETTINGS.smallestMl / voxelMl - 1e-9);
  const below = (threshold: number): Uint8Array => {
    const mask = new Uint8Array(brain.length);
    for (let at = 0; at < mask.length; at++) {
      const value = smooth[at] ?? NaN;
      const low = value > DIFFUSION_SETTINGS.lowestAdc && value < threshold;
      if (low && (weighted[at] ?? NaN) > bright) mask[at] = 1;
    }
    return withoutSmallParts(mask, size, leastVoxels);
  };
  const volume = (mask: Uint8Array): number => mask.reduce((sum, x) => sum + x, 0) * voxelMl;
  const { coreAdc, adcJitter } = DIFFUSION_SETTINGS;
  const [voxels, least, most] = [coreAdc, coreAdc - adcJitter, coreAdc + adcJitter].map(below) as [Mask, Mask, Mask];
  return { voxels, least, most, ml: volume(voxels), lowMl: volume(least), highMl: volume(most) };
}
