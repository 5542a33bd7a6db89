/** Of the age of a diffusion lesion by FLAIR. */
export const LESION_AGE = {
  /**
   * Below it the lesion counts as not visible on FLAIR: the quantitative mismatch of MR WITNESS (Schwamm 2018, Ann Neurol
   * 83:980; Song 2012, Stroke 43:2331).
   */
  mismatchBelow: 1.15,
  /** 10⁻⁶ mm²/s: more is fluid, which FLAIR darkens. */
  fluidAdc: 1200,
  /** Smaller lesions are all edge. */
  leastComparedMl: 0.5,
  mirrorJitterMm: 2,
  besideMidlineMm: 4,
  /** Neighboring voxels are not independent: blocks of this width are drawn anew. */
  blockMm: 10,
  draws: 300,
  /** A voxel counts as marked on FLAIR from here on; as in `models/flair-lesion/model.json`. */
  markedProbability: 0.5,
  /** Share of the lesion that the FLAIR network marks: from here on it speaks against 'not visible'. */
  markedFrom: 0.3,
  /** Below it the network sees nothing there: it speaks against 'visible' when the ratio is not clear either. */
  unmarkedBelow: 0.05,
  clearRatio: 1.3,
  /** The head moved more between the two series: nothing is compared. */
  mostMovedMm: 12,
  /** Normalized mutual information below it: the series do not show the same. */
  leastAgreement: 1.03,
} as const;
