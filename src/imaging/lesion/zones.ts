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

/**
 * Borders of the middle cerebral artery. External: with the cortical territories of the anterior and the posterior cerebral
 * artery. Internal: with the anterior cerebral and the lenticulostriate arteries in the corona radiata and centrum semiovale
 * (Mangla 2011, RadioGraphics 31:1201).
 */
export const BORDER = { none: 0, external: 1, internal: 2 } as const;
