/** Head anatomy where its model is installed and understood the head; side and place of the hematoma. */
import type { HematomaLocation, QualityRemark } from '../../../case/index.ts';
import { InferenceError, type InferenceEngine } from '../../../inference/engine.ts';
import { headAnatomy, labelsOn, placeOf, type Anatomy, type HeadAnatomy } from '../../anatomy/index.ts';
import { ImageRefusal } from '../../image-refusal.ts';
import type { Volume } from '../../volume/volume.ts';
import { findMidline, rightOf } from '../perfusion/midline.ts';
import { positionOf } from '../perfusion/working-grid.ts';
import { partsOf } from './labels.ts';
import { remark } from './plausibility.ts';

export interface FoundAnatomy {
  readonly anatomy: Anatomy | null;
  readonly quality: readonly QualityRemark[];
}

/** A hemorrhage is told without its place rather than not at all: what is wrong with the anatomy only limits. */
export async function anatomyOf(
  volume: Volume,
  engine: InferenceEngine,
  signal: AbortSignal,
  run: HeadAnatomy = headAnatomy,
): Promise<FoundAnatomy> {
  try {
    const anatomy = await run(volume, 'ct', engine, { signal });
    const useless = anatomy.quality.some(({ severity }) => severity === 'refuses');
    const quality = anatomy.quality.map((one): QualityRemark =>
      one.severity === 'refuses' ? { ...one, severity: 'limits' } : one,
    );
    return { anatomy: useless ? null : anatomy, quality };
  } catch (error) {
    const absent = error instanceof InferenceError && (error.code === 'unknown-model' || error.code === 'refused');
    if (!absent && !(error instanceof ImageRefusal)) throw error;
    return { anatomy: null, quality: [remark('anatomy-missing', 'limits')] };
  }
}

export type HematomaSide = 'left' | 'right' | 'both';

export interface HematomaPlace {
  /** Of the parts of intraparenchymal blood that are large enough, the largest first; empty without anatomy. */
  readonly locations: readonly HematomaLocation[];
  readonly side: HematomaSide | null;
}

const LOCATIONS = ['lobar', 'deep', 'brainstem', 'cerebellar'] as const satisfies readonly HematomaLocation[];
/** A further part with a place of its own is named from this size on, mL. */
const FURTHER_ML = 1;
/** Of a part, the least that must lie in labelled brain for a place to be named. */
const LEAST_SHARE = 0.2;
/** The lesser side counts above this share of the greater one. */
const BOTH_SIDES_SHARE = 0.2;

/** @param blood 1 for hematoma (`hematomaMask`), on the grid of `stack` */
export function hematomaPlace(
  blood: Uint8Array,
  stack: Volume,
  brain: Uint8Array,
  voxelMl: number,
  anatomy: Anatomy | null,
): HematomaPlace {
  if (!blood.includes(1)) return { locations: [], side: null };
  if (anatomy === null) return { locations: [], side: sideByPlane(blood, stack, brain) };
  const onStack = labelsOn(anatomy, stack);
  const parts = partsOf(blood, stack.size).filter((part, n) => n === 0 || part.length * voxelMl >= FURTHER_ML);
  const locations = parts.flatMap((part): HematomaLocation[] => {
    const mask = new Uint8Array(blood.length);
    for (const at of part) mask[at] = 1;
    const { locations: shares } = placeOf(mask, onStack);
    const [first] = LOCATIONS.toSorted((a, b) => shares[b] - shares[a]);
    return first !== undefined && shares[first] >= LEAST_SHARE ? [first] : [];
  });
  return { locations: [...new Set(locations)], side: placeOf(blood, onStack).side ?? sideByPlane(blood, stack, brain) };
}

function sideByPlane(blood: Uint8Array, stack: Volume, brain: Uint8Array): HematomaSide | null {
  if (!brain.includes(1)) return null;
  const midline = findMidline(stack.values, stack, brain);
  let [left, right] = [0, 0];
  blood.forEach((inside, at) => {
    if (inside !== 1) return;
    if (rightOf(midline, positionOf(at, stack)) > 0) right++;
    else left++;
  });
  if (Math.min(left, right) > BOTH_SIDES_SHARE * Math.max(left, right)) return 'both';
  return right > left ? 'right' : 'left';
}
