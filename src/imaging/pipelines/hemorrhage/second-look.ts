/**
 * A second look at each part of called blood: is it blood? The network is surest where it is wrong (calcification, edges of
 * bone): its most probable voxel says little. The mean over all of a part says more, and blood goes through more slices than
 * what only looks like it. Fitted on synthetic scans (`models/training/stroke_imaging/hemorrhage/second_look.py`); the weights stand in the manifest of the network.
 */
import type { NetworkFigures } from '../pipeline.ts';

/** Log odds of the mean probability, natural logarithms of the volume in mL and of the number of slices. */
const FEATURES = ['mean', 'logVolume', 'logSlices'] as const;
export type PartFeatures = Readonly<Record<(typeof FEATURES)[number], number>>;

export interface SecondLook {
  /** Log odds of a part whose features are all `means`. */
  readonly intercept: number;
  /** Log odds for each unit that a feature lies above its mean. */
  readonly weights: PartFeatures;
  readonly means: PartFeatures;
  /** From this probability on a part is held for blood. */
  readonly partProbability: number;
}

/** As its manifest says; null for a network that nobody fitted one for. */
export function secondLookOf(thresholds: NetworkFigures['thresholds']): SecondLook | null {
  const { secondLookIntercept: intercept, partProbability } = thresholds;
  const [weights, means] = [numbersOf(thresholds, 'Weight'), numbersOf(thresholds, 'Mean')];
  if (intercept === undefined || partProbability === undefined || weights === null || means === null) return null;
  return { intercept, weights, means, partProbability };
}

function numbersOf(thresholds: NetworkFigures['thresholds'], kind: 'Weight' | 'Mean'): PartFeatures | null {
  const [mean, logVolume, logSlices] = FEATURES.map((name) => thresholds[`${name}${kind}`]);
  return mean === undefined || logVolume === undefined || logSlices === undefined
    ? null
    : { mean, logVolume, logSlices };
}

/** Probabilities nearer to 0 or 1 say no more. */
const NEVER_SURER = 1e-4;

function logOdds(probability: number): number {
  const p = Math.min(1 - NEVER_SURER, Math.max(NEVER_SURER, probability));
  return Math.log(p / (1 - p));
}

/**
 * @param part flat indices of its voxels
 * @param probability of any blood
 * @param plane voxels of a slice
 * @param voxelMl mL of a voxel
 */
export function partFeatures(
  part: Int32Array,
  probability: Float32Array,
  plane: number,
  voxelMl: number,
): PartFeatures {
  let sum = 0;
  const slices = new Set<number>();
  for (const at of part) {
    sum += probability[at] ?? 0;
    slices.add(Math.floor(at / plane));
  }
  return {
    mean: logOdds(sum / part.length),
    logVolume: Math.log(part.length * voxelMl),
    logSlices: Math.log(slices.size),
  };
}

/** How likely a part with these features is blood, 0 to 1. */
export function probabilityOfBlood({ intercept, weights, means }: SecondLook, features: PartFeatures): number {
  const odds = FEATURES.reduce((sum, name) => sum + weights[name] * (features[name] - means[name]), intercept);
  return 1 / (1 + Math.exp(-odds));
}
