/** Bits of the zones of an atlas voxel: places that lie across territories. */
export const ZONE = {
  left: 1,
  /** Within 5 mm of the border between two of the ACA, MCA and PCA territories. */
  borderZone: 2,
  /** Within 10 mm of a lateral ventricle. */
  periventricular: 4,
  corticospinal: 8,
  handKnob: 16,
  perisylvian: 32,
  /** ACA territory near the midline: cortex that no outer surface is near to. */
  medialAca: 64,
} as const;
