/** Volumes of the kinds of blood with intervals, and whether there is a hemorrhage. */
import type { FindingInterval } from '../../../case/index.ts';
import { judgedParts, sureParts, voxelMlOf, type JudgedPart, type Where } from './counted-parts.ts';
import { bloodProbability, doubtfulVoxels, isBlood, labelsAt, labelsOfParts, partsOf } from './labels.ts';
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

/** Ends of a jittered threshold. */
const [LEAST, MOST] = [0.05, 0.95] as const;
/** By how many jitters thresholds are moved: down, not at all, up. */
type Shift = -1 | 0 | 1;

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
  /** What the second look says of each part, the largest first; null for a network without one. */
  readonly judged: readonly JudgedPart[] | null;
}

export function measure({ passes, mean, intervalBasis }: Segmented, where: Where): Measured {
  const voxelMl = voxelMlOf(where.millimeters);
  const { bloodProbability: cut, edemaProbability, secondLook: look } = where.cuts;
  const doubtful = doubtfulVoxels([...passes, mean], Math.min(shifted(cut, -1), edemaProbability));
  const at = (probabilities: Float32Array, shift: Shift = 0): Uint8Array => {
    const labels = labelsAt(probabilities, shifted(cut, shift), edemaProbability, doubtful);
    const probability = bloodProbability(probabilities, doubtful);
    return labelsOfParts(labels, countedParts(bloodOf(labels), probability, where, shift), where.size);
  };
  const labels = at(mean);
  const ofPasses = passes.map((pass) => at(pass));
  const variants = [labels, ...ofPasses, at(mean, -1), at(mean, 1)];
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
    judged:
      look === null
        ? null
        : judgedParts(
            bloodOf(labelsAt(mean, cut, edemaProbability, doubtful)),
            bloodProbability(mean, doubtful),
            where,
            look,
          ),
  };
}

const shifted = (threshold: number, shift: Shift): number =>
  Math.min(MOST, Math.max(LEAST, threshold + shift * SETTINGS.probabilityJitter));

const bloodOf = (labels: Uint8Array): Uint8Array => labels.map((label) => (isBlood(label) ? 1 : 0));

/**
 * The second look judges parts as they are at the threshold it was fitted with; a shift changes how far they reach, and how
 * likely they must be.
 */
function countedParts(blood: Uint8Array, probability: Float32Array, where: Where, shift: Shift): Int32Array[] {
  const { bloodProbability: cut, secondLook: look } = where.cuts;
  if (look === null) return sureParts(blood, probability, where);
  const usual = shift === 0 ? blood : Uint8Array.from(probability, (p) => (p >= cut ? 1 : 0));
  const held = judgedParts(usual, probability, where, look).filter(
    (part) => part.probability >= shifted(look.partProbability, shift),
  );
  if (shift === 0) return held.map(({ voxels }) => voxels);
  const isHeld = new Uint8Array(blood.length);
  for (const { voxels } of held) for (const at of voxels) isHeld[at] = 1;
  return partsOf(blood, where.size).filter((part) => part.some((at) => isHeld[at] === 1));
}

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
