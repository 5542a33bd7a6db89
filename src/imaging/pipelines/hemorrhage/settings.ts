/** Numbers of the hemorrhage pipeline. Those of the network are compared with `models/hemorrhage/model.json` by a test. */

export const HEMORRHAGE_MODEL = 'hemorrhage';

/** Classes of the network, in the order of its output. */
export const CLASSES = ['none', 'intraparenchymal', 'intraventricular', 'extraAxial', 'subarachnoid', 'edema'] as const;
export type HemorrhageClass = Exclude<(typeof CLASSES)[number], 'none'>;
/** Label of a class in a label map: its place in {@link CLASSES}. */
export const labelOfClass = (name: (typeof CLASSES)[number]): number => CLASSES.indexOf(name);
export const BLOOD = ['intraparenchymal', 'intraventricular', 'extraAxial', 'subarachnoid'] as const;
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
  /** HU added to the image for test-time augmentation. */
  jitterHu: 3,
  /** Slices a run. */
  batch: 8,
  /** Milliseconds for one run. */
  timeoutMs: 60_000,
} as const;
