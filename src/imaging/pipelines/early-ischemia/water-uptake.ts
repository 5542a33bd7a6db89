/**
 * Net water uptake: by how much less dense ischemic tissue is than its mirror image. Water that replaces tissue lowers its
 * density in proportion (Broocks 2018, Invest Radiol 53:401; Minnerup 2016, Ann Neurol 80:924).
 */

import type { Measured } from './extent.ts';
import type { RegionEvidence } from './region-evidence.ts';
import { SETTINGS } from './settings.ts';
import { differenceWithin, type Halves } from './side-density.ts';

/** Percent: (1 − HU of ischemic tissue / HU of normal tissue) · 100. Negative where the tissue is denser. */
export const netWaterUptake = (ischemicHu: number, normalHu: number): number => 100 * (1 - ischemicHu / normalHu);

/**
 * Net water uptake below 9.6 % meant with 95 % probability that onset was within 4.5 h, above 14.4 % that it was not (Minnerup
 * 2016, 178 patients, 83 % of them within 4.5 h; best cut-off 11.5 %; lesions outlined on perfusion CT). A logistic curve
 * through the two points.
 */
const PUBLISHED = { within95: 9.6, beyond95: 14.4 } as const;

/** @param uptake net water uptake, percent @returns probability of onset within 4.5 h, percent */
export function onsetWithin4h30(uptake: number): number {
  const { within95, beyond95 } = PUBLISHED;
  const slope = (2 * Math.log(19)) / (beyond95 - within95);
  return 100 / (1 + Math.exp(slope * (uptake - (within95 + beyond95) / 2)));
}

/**
 * `lesion`: of what the network outlined. `regions`: of whole regions, which is lower than that of the lesion in them, so that
 * nothing is said of the time of onset.
 */
export interface WaterUptake extends Measured {
  readonly of: 'lesion' | 'regions';
}

/** Of the affected regions together, weighted by their tissue; null without any. */
export function uptakeOfRegions(affected: readonly RegionEvidence[]): WaterUptake | null {
  const ml = affected.reduce((sum, one) => sum + one.ml, 0);
  if (ml === 0) return null;
  const mean = (of: (one: RegionEvidence) => number): number =>
    affected.reduce((sum, one) => sum + of(one) * one.ml, 0) / ml;
  const noise = Math.sqrt(affected.reduce((sum, one) => sum + (one.noiseHu * one.ml) ** 2, 0)) / ml;
  return {
    of: 'regions',
    ...uptakeWith(
      mean(({ dropHu }) => dropHu),
      mean(({ normalHu }) => normalHu),
      noise,
      'whole regions, lower than of the lesion; noise and asymmetry of normal brains, 90 %',
    ),
  };
}

/** Of the outlined voxels; null where too few of them can be compared. */
export function uptakeOfLesion(halves: Halves, lesion: Uint8Array): WaterUptake | null {
  const found = differenceWithin(halves, lesion);
  if (found === null || found.dropHu <= 0) return null;
  const basis = 'noise and asymmetry of normal brains, 90 %';
  return { of: 'lesion', ...uptakeWith(found.dropHu, found.normalHu, found.noiseHu, basis) };
}

/** The asymmetry of normal brains is common to all that is measured on a side. */
function uptakeWith(dropHu: number, normalHu: number, noiseHu: number, basis: string): Measured {
  const spread = 1.645 * Math.hypot(noiseHu, SETTINGS.normalAsymmetryHu);
  const uptake = (drop: number): number => netWaterUptake(normalHu - drop, normalHu);
  return {
    value: uptake(dropHu),
    interval: { low: Math.max(0, uptake(dropHu - spread)), high: uptake(dropHu + spread), basis },
  };
}
