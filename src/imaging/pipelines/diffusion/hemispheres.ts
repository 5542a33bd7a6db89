/**
 * Does one hemisphere diffuse less than the other, beside what was drawn? The network reads slice by slice and may pass
 * over a large lesion of low contrast that anyone sees by comparing the sides.
 */
import { transform } from '../../affine.ts';
import { median } from '../perfusion/tissue-mask.ts';
import { rightOf } from '../perfusion/midline.ts';
import type { DiffusionStudy } from './prepare.ts';

/** 10⁻⁶ mm²/s: tissue, without noise, fluid and what borders on it. */
const TISSUE_ADC = [300, 1200] as const;
/** mm from the plane; it is a few millimeters off. */
const BESIDE_PLANE_MM = 5;
/** Voxels of each side; fewer are no hemisphere. */
const LEAST_VOXELS = 500;
/**
 * Percent. On 44 synthetic heads (fold 3, network 1.1.0) 1.9 at most, 2.8 with an infarct of 383 mL, and 6.5 beside the one
 * infarct of a hemisphere that was passed over.
 */
export const MOST_DIFFERENCE = 4;

/**
 * @param drawn 1 where a lesion may be, which is left out
 * @returns median ADC of the right side over that of the left, as their difference in percent of the mean; null when a side
 *   is not there
 */
export function hemisphereDifference(
  { adc, brain, midline }: Pick<DiffusionStudy, 'adc' | 'brain' | 'midline'>,
  drawn: Uint8Array,
): number | null {
  const [nx, ny] = adc.size;
  const sides: { readonly right: number[]; readonly left: number[] } = { right: [], left: [] };
  adc.values.forEach((value, at) => {
    if (brain[at] !== 1 || drawn[at] === 1 || value < TISSUE_ADC[0] || value > TISSUE_ADC[1]) return;
    const place = transform(adc.affine, [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))]);
    const right = rightOf(midline, place);
    if (Math.abs(right) >= BESIDE_PLANE_MM) sides[right > 0 ? 'right' : 'left'].push(value);
  });
  if (Math.min(sides.right.length, sides.left.length) < LEAST_VOXELS) return null;
  const [right, left] = [median(Float32Array.from(sides.right)), median(Float32Array.from(sides.left))];
  return (200 * (right - left)) / (right + left);
}
