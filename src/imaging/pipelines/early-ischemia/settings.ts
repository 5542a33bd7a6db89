/** Every figure that decides a value of this pipeline, with its source. HU of 5 mm slabs. */

export const SETTINGS = {
  pixelMm: 1.2,
  slabMm: 5,
  /** Rows and columns of the network's input are multiples of it. */
  pixelMultiple: 16,
  /** Smoothed HU of tissue, healthy or not: below is fluid or a cavity, above blood, calcium or bone. Own choice. */
  tissueHu: [10, 50],
  /** Of tissue that is compared with: no infarct, and no fluid between the gyri. Own choice, on synthetic heads. */
  referenceHu: [20, 50],
  /** Pixels below the inner table that bone brightens. */
  rimPixels: 4,
  /** In a region a side needs this many mL of tissue to be measured. */
  leastRegionMl: 0.8,
  /** Neighboring pixels share their noise: so many count as one. Own choice, on synthetic heads. */
  pixelsOfOneGrain: 6,
  /** HU by which normal sides of a region differ, beyond noise (standard deviation). Own choice, on synthetic heads. */
  normalAsymmetryHu: 1.3,
  /** HU of one standard error above which a difference of a few HU cannot be told. Own choice. */
  largestNoiseHu: 1.6,
  /** So many regions of each side affected: there is no normal side to compare with. */
  bothSidesRegions: 2,
  /** Regions of ten that must be measured on both sides. */
  leastRegions: 8,
  /** A computed score is never more certain than that: readers differ by one point (Barber 2000, Lancet 355:1670; kappa 0.71–0.89). */
  leastUncertainty: 1,
  /** mL; smaller parts are taken for noise. */
  smallestMl: 2,
  /** mL that the network marks in heads without any infarct; detection floor of its manifest. */
  floorMl: 27,
  /**
   * Of a voxel's probability of early or frank change: where it counts as changed, as the manifest of the network says, and the
   * thresholds that an interval spans.
   */
  changeProbability: 0.93,
  changeRange: [0.3, 0.97],
  /** Koo 2000, Cerebrovasc Dis 10:419: ratio of the denser to the other middle cerebral artery. */
  arteryRatio: 1.2,
  /** HU: upper end of the 99 % interval of the mean of normal arteries, same source. */
  arteryHu: 43,
  /** mm between slices; 5 mm images miss the sign (Nakatsuka 2013, Open J Radiol 3:187). */
  thinSliceMm: 2.5,
} as const;
