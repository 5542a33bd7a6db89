/** Which parts of called blood count. */
import type { Point } from '../../affine.ts';
import { partFeatures, probabilityOfBlood, type SecondLook } from './second-look.ts';
import { distanceBetween, partsOf } from './labels.ts';
import { SETTINGS, type Cuts } from './settings.ts';

export interface Where {
  /** 1 where blood can be (inside the skull); a part counts when most of it lies there. */
  readonly inside: Uint8Array;
  readonly size: Point;
  /** Of a voxel. */
  readonly millimeters: Point;
  readonly cuts: Cuts;
}

/**
 * Without a second look: from a size and a certainty on; smaller ones only beside a larger one.
 * @param blood 1 for voxels of called blood
 * @param probability of any blood
 */
export function sureParts(
  blood: Uint8Array,
  probability: Float32Array,
  { inside, size, millimeters, cuts }: Where,
): Int32Array[] {
  const voxelMl = voxelMlOf(millimeters);
  const parts = partsOf(blood, size).filter(
    (part) => mostlyInside(part, inside) && part.some((at) => (probability[at] ?? 0) >= cuts.peakProbability),
  );
  const large = parts.filter((part) => part.length * voxelMl >= cuts.smallestMl);
  const small = parts.filter(
    (part) => part.length * voxelMl < cuts.smallestMl && part.length * voxelMl >= SETTINGS.smallestBesideMl,
  );
  return [
    ...large,
    ...small.filter((part) =>
      large.some((other) => distanceBetween(part, other, size, millimeters) <= SETTINGS.besideMm),
    ),
  ];
}

/** A part with what the second look says of it. */
export interface JudgedPart {
  readonly voxels: Int32Array;
  readonly ml: number;
  /** That it is blood, 0 to 1. */
  readonly probability: number;
}

/** Every part that is looked at, the largest first. Parameters as of {@link sureParts}. */
export function judgedParts(
  blood: Uint8Array,
  probability: Float32Array,
  { inside, size, millimeters, cuts }: Where,
  look: SecondLook,
): JudgedPart[] {
  const voxelMl = voxelMlOf(millimeters);
  return partsOf(blood, size)
    .filter((part) => part.length * voxelMl >= cuts.smallestMl && mostlyInside(part, inside))
    .map((voxels) => ({
      voxels,
      ml: voxels.length * voxelMl,
      probability: probabilityOfBlood(look, partFeatures(voxels, probability, size[0] * size[1], voxelMl)),
    }));
}

export const voxelMlOf = ([x, y, z]: Point): number => (x * y * z) / 1000;

const mostlyInside = (part: Int32Array, inside: Uint8Array): boolean => {
  let count = 0;
  for (const at of part) count += inside[at] ?? 0;
  return 2 * count >= part.length;
};
