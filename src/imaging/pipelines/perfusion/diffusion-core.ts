/** Core by diffusion: low apparent diffusion coefficient (Purushotham 2015, J Cereb Blood Flow Metab 35:630). */
import type { Point } from '../../affine.ts';
import { withoutSmallParts } from './morphology.ts';
import { SETTINGS } from './settings.ts';

/**
 * @param adc on the grid of the mask, 10⁻⁶ mm²/s; NaN where it was not imaged
 * @param brain 1 where a core may lie
 * @returns null when less than half of the brain was imaged
 */
export function diffusionCore(adc: Float32Array, brain: Uint8Array, size: Point, voxelMl: number): Uint8Array | null {
  let [inside, seen] = [0, 0];
  const low = brain.map((voxel, at) => {
    if (voxel !== 1) return 0;
    inside++;
    const value = adc[at] ?? NaN;
    if (Number.isNaN(value)) return 0;
    seen++;
    return value > SETTINGS.lowestAdc && value < SETTINGS.coreAdc ? 1 : 0;
  });
  if (2 * seen < inside) return null;
  return withoutSmallParts(low, size, Math.ceil(SETTINGS.smallestCoreMl / voxelMl));
}
