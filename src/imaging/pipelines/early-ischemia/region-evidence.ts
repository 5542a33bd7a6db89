/** How likely early ischemic change is in each region of each side: difference to the other side, and what the network says. */
import type { Side } from '../../anatomy/index.ts';
import { SETTINGS } from './settings.ts';
import type { SideDensity } from './side-density.ts';
import { netWaterUptake } from './water-uptake.ts';

export interface RegionEvidence {
  readonly region: string;
  readonly side: Side;
  /** HU by which this side is darker than the other; negative when it is brighter. */
  readonly dropHu: number;
  /** HU, standard error of the drop from noise. */
  readonly noiseHu: number;
  /** Median HU of the mirror image. */
  readonly normalHu: number;
  /** Percent of the other side. */
  readonly waterUptake: number;
  /** mL of tissue. */
  readonly ml: number;
  /** Mean probability of ischemic change over the tissue of the region by the network; null without one. */
  readonly network: number | null;
  /** 0 to 1. */
  readonly probability: number;
}

/** Regions whose noise leaves a drop of a few HU to be seen. @param network share by region and side, where it ran */
export function regionEvidence(
  densities: readonly SideDensity[],
  network: ((region: string, side: Side) => number) | null,
): RegionEvidence[] {
  return densities
    .filter(({ noiseHu }) => noiseHu <= SETTINGS.largestNoiseHu)
    .map(({ region, side, dropHu, noiseHu, normalHu, ml }) => ({
      ...{ region, side, dropHu, noiseHu, normalHu, ml },
      waterUptake: netWaterUptake(normalHu - dropHu, normalHu),
      network: network === null ? null : network(region, side),
      probability: affectedProbability(dropHu, noiseHu),
    }));
}

/** That the true drop is beyond `affectedDropHu`, with the noise of the image and the asymmetry of normal brains. */
export function affectedProbability(dropHu: number, noiseHu: number): number {
  const spread = Math.hypot(noiseHu, SETTINGS.normalAsymmetryHu);
  return normalShare((dropHu - SETTINGS.affectedDropHu) / spread);
}

/** Share of the standard normal distribution below z; error below 2 · 10⁻⁴ (Bowling 2009, J Ind Eng Manag 2:114). */
function normalShare(z: number): number {
  return 1 / (1 + Math.exp(-0.07056 * z ** 3 - 1.5976 * z));
}
