/** Fixed choices of the perfusion pipeline, each with its source; those that decide a value travel with the findings. */

export const SETTINGS = {
  /** In-plane size of the voxels that are computed on, at most. Finer images are averaged in blocks. */
  workingMm: 2.2,
  /** Regular time grid, s. */
  stepSeconds: 1,
  /** A pause this long between two frames ends the first pass; later frames are not used. */
  longestGapSeconds: 6,
  longestSeconds: 100,
  /** Standard deviation of the in-plane Gaussian: 4.7 mm full width at half maximum. */
  smoothingMm: 2,
  /** Wu 2003, for signal to noise of about 20. */
  oscillationLimit: 0.035,
  earliestLagSeconds: -5,
  latestLagSeconds: 30,
  /** g/mL, brain tissue (Rempp 1994, Radiology 193:637). */
  density: 1.04,
  /** (1 - 0.45) / (1 - 0.25): hematocrit of large over small vessels (Rempp 1994). */
  hematocritFactor: 0.733,
  /** Below it a voxel of CT is cerebrospinal fluid, HU before contrast. */
  csfHu: 15,
  /** Above this multiple of the median signal a voxel of T2*-weighted MR is cerebrospinal fluid. */
  csfSignalRatio: 1.5,
  /** Above this multiple of the median blood volume a voxel is a vessel. */
  vesselVolumeRatio: 3.5,
  /** Campbell 2011, Stroke 42:3435; of the mean of the other hemisphere. */
  coreRelativeFlow: 0.3,
  /** For very early images only; never a finding (Boned 2017, J Neurointerv Surg 9:66). */
  strictCoreRelativeFlow: 0.2,
  /** Purushotham 2015, J Cereb Blood Flow Metab 35:630; 10⁻⁶ mm²/s. */
  coreAdc: 620,
  /** Lower values are no tissue. */
  lowestAdc: 150,
  /** Olivot 2009, Stroke 40:469; Lansberg 2012, Lancet Neurol 11:860. */
  hypoperfusionTmax: 6,
  /** Tissue above it is not used as reference. */
  normalTmax: 4,
  /** Parts of a region (26 neighbors) below this are taken for noise, mL. */
  smallestHypoperfusionMl: 3,
  smallestCoreMl: 1,
  /** Core that is overestimated: within 170 min (Rotem 2021) to 185 min (Boned 2017) of onset. */
  ghostCoreMinutes: 180,
  /** The lesser side counts as ischemic too above this share of the greater one, and 10 mL. */
  bothSidesShare: 0.4,
  bothSidesMl: 10,
} as const;

/** Parts of the pipeline that differ between CT and dynamic susceptibility contrast MR. */
export type PerfusionKind = 'ct' | 'mr';
