/** Numbers of the hemorrhage pipeline. Where the manifest of the network names its own (`models/hemorrhage/model.json`), those count. */
import type { FindingMethod } from '../../../case/index.ts';
import type { NetworkFigures } from '../pipeline.ts';
import { secondLookOf, type SecondLook } from './second-look.ts';

export const HEMORRHAGE_MODEL = 'hemorrhage';

/** Classes of the network, in the order of its output. */
export const CLASSES = ['none', 'intraparenchymal', 'intraventricular', 'extraAxial', 'subarachnoid', 'edema'] as const;
export type HemorrhageClass = Exclude<(typeof CLASSES)[number], 'none'>;
/** Label of a class in a label map: its place in {@link CLASSES}. */
export const labelOfClass = (name: (typeof CLASSES)[number]): number => CLASSES.indexOf(name);
export const BLOOD = ['intraparenchymal', 'intraventricular', 'extraAxial', 'subarachnoid'] as const;
/** Under which label the region of a class is kept. */
export const SEGMENT_LABELS = [
  ['intraparenchymal', 'intraparenchymal-hemorrhage'],
  ['intraventricular', 'intraventricular-hemorrhage'],
  ['extraAxial', 'extra-axial-hemorrhage'],
  ['subarachnoid', 'subarachnoid-hemorrhage'],
  ['edema', 'edema'],
] as const satisfies readonly (readonly [HemorrhageClass, string])[];
export const EDEMA_LABEL = labelOfClass('edema');

export const SETTINGS = {
  /** Grid of the network. */
  pixelMm: 1.2,
  slabMm: 5,
  outsideHu: -1000,
  /** Rows and columns are multiples of it. */
  multiple: 16,
  /** Everything above it belongs to the head, HU. */
  headHu: -300,
  /** Probability of any blood above which a voxel is blood; the interval spans the jitter around it. */
  bloodProbability: 0.5,
  probabilityJitter: 0.2,
  edemaProbability: 0.5,
  /** A part counts when its likeliest voxel reaches it. */
  peakProbability: 0.7,
  /** Smaller parts are taken for noise unless they lie beside a larger one, mL. */
  smallestMl: 0.3,
  smallestBesideMl: 0.03,
  besideMm: 20,
  /** Below it 'not seen' means unknown, mL. */
  detectionFloorMl: 1,
  /** Usual density of brain, HU. */
  brainHu: 31,
  /** By which share contrast differs in test-time augmentation. */
  contrastJitter: 0.1,
  /** Slices a run. */
  batch: 8,
  /** Milliseconds for one run. */
  timeoutMs: 60_000,
} as const;

/** Where the network's answer is cut, and what it cannot see. */
export interface Cuts {
  readonly bloodProbability: number;
  readonly peakProbability: number;
  readonly edemaProbability: number;
  readonly smallestMl: number;
  readonly detectionFloorMl: number;
  /** Judges parts in place of `peakProbability`; null for a network without one. */
  readonly secondLook: SecondLook | null;
}

/** What stands beside every finding, and must be the same in two scans that are compared. */
export function settingsOf({ bloodProbability, smallestMl, secondLook }: Cuts): FindingMethod['settings'] {
  return {
    bloodProbability,
    smallestMl,
    ...(secondLook === null ? {} : { partProbability: secondLook.partProbability }),
  };
}

/** As the manifest of the network says, which was measured with them; what it leaves out as in {@link SETTINGS}. */
export function cutsOf(figures: NetworkFigures | undefined): Cuts {
  const { thresholds = {}, detectionFloors = {} } = figures ?? {};
  return {
    bloodProbability: thresholds['bloodProbability'] ?? SETTINGS.bloodProbability,
    peakProbability: thresholds['peakProbability'] ?? SETTINGS.peakProbability,
    edemaProbability: thresholds['edemaProbability'] ?? SETTINGS.edemaProbability,
    smallestMl: thresholds['smallestPartMl'] ?? SETTINGS.smallestMl,
    detectionFloorMl: detectionFloors['hemorrhage-volume'] ?? SETTINGS.detectionFloorMl,
    secondLook: secondLookOf(thresholds),
  };
}
