/** Volumes of the kinds of blood with intervals, and whether there is a hemorrhage. */
import type { FindingInterval } from '../../../case/index.ts';
import type { Point } from '../../affine.ts';
import { believedLabels, bloodProbability, doubtfulVoxels, isBlood, labelsAt, type Where } from './labels.ts';
import { labelOfClass, SETTINGS, type HemorrhageClass } from './settings.ts';
import type { Segmented } from './segment.ts';

/** All blood together beside the single kinds. */
export type Measure = HemorrhageClass | 'blood';
const MEASURES: readonly Measure[] = [
  'blood',
  'intraparenchymal',
  'intraventricular',
  'extraAxial',
  'subarachnoid',
  'edema',
];

/** Ends of the jittered threshold. */
const [LEAST, MOST] = [0.05, 0.95] as const;

export interface MeasuredVolume {
  readonly ml: number;
  readonly interval: FindingInterval;
}

/**
 * 'present': at least the detection floor, in every variant. 'uncertain': something was seen in some variant, and less than
 * that. 'not-seen': nothing in any.
 */
export type Presence = 'present' | 'uncertain' | 'not-seen';

export interface Measured {
  readonly labels: Uint8Array;
  readonly volumes: Readonly<Record<Measure, MeasuredVolume>>;
  readonly presence: Presence;
  /** Dice of the blood of the two passes that agree least; 1 when none saw any. */
  readonly agreement: number;
}

export function measure({ passes, mean, intervalBasis }: Segmented, where: Omit<Where, 'probability'>): Measured {
  const voxelMl = voxelMlOf(where.millimeters);
  const { bloodProbability: cut, edemaProbability } = where.cuts;
  const [lower, higher] = [
    Math.max(LEAST, cut - SETTINGS.probabilityJitter),
    Math.min(MOST, cut + SETTINGS.probabilityJitter),
  ];
  const doubtful = doubtfulVoxels([...passes, mean], Math.min(lower, edemaProbability));
  const at = (probabilities: Float32Array, threshold: number): Uint8Array =>
    believedLabels(labelsAt(probabilities, threshold, edemaProbability, doubtful), {
      ...where,
      probability: bloodProbability(probabilities, doubtful),
    });
  const labels = at(mean, cut);
  const ofPasses = passes.map((pass) => at(pass, cut));
  const variants = [labels, ...ofPasses, at(mean, lower), at(mean, higher)];
  const all = variants.map((variant) => volumesOf(variant, doubtful, voxelMl));
  const volumes = Object.fromEntries(
    MEASURES.map((name): [Measure, MeasuredVolume] => {
      const values = all.map((own) => own[name]);
      return [
        name,
        {
          ml: values[0] ?? 0,
          interval: { low: Math.min(...values), high: Math.max(...values), basis: intervalBasis },
        },
      ];
    }),
  ) as Record<Measure, MeasuredVolume>;
  return {
    labels,
    volumes,
    presence: presenceOf(volumes.blood, where.cuts.detectionFloorMl),
    agreement: agreementOf(ofPasses, doubtful),
  };
}

export const voxelMlOf = ([x, y, z]: Point): number => (x * y * z) / 1000;

function volumesOf(labels: Uint8Array, where: Int32Array, voxelMl: number): Record<Measure, number> {
  const counts = new Array<number>(6).fill(0);
  for (const at of where) counts[labels[at] ?? 0] = (counts[labels[at] ?? 0] ?? 0) + 1;
  const ml = (name: HemorrhageClass): number => (counts[labelOfClass(name)] ?? 0) * voxelMl;
  const [intraparenchymal, intraventricular, extraAxial, subarachnoid, edema] = (
    ['intraparenchymal', 'intraventricular', 'extraAxial', 'subarachnoid', 'edema'] as const
  ).map(ml) as [number, number, number, number, number];
  const blood = intraparenchymal + intraventricular + extraAxial + subarachnoid;
  return { blood, intraparenchymal, intraventricular, extraAxial, subarachnoid, edema };
}

function presenceOf({ ml, interval: { low, high } }: MeasuredVolume, floorMl: number): Presence {
  if (ml >= floorMl && low > 0) return 'present';
  return high > 0 ? 'uncertain' : 'not-seen';
}

function agreementOf(passes: readonly Uint8Array[], where: Int32Array): number {
  let least = 1;
  passes.forEach((a, n) => {
    for (const b of passes.slice(n + 1)) least = Math.min(least, dice(a, b, where));
  });
  return least;
}

function dice(a: Uint8Array, b: Uint8Array, where: Int32Array): number {
  let [both, sum] = [0, 0];
  for (const at of where) {
    const [x, y] = [isBlood(a[at] ?? 0), isBlood(b[at] ?? 0)];
    if (x && y) both++;
    sum += Number(x) + Number(y);
  }
  return sum === 0 ? 1 : (2 * both) / sum;
}
