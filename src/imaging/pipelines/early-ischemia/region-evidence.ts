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
  /** The probability is above that of nearly all unaffected regions. */
  readonly affected: boolean;
}

/**
 * Logistic models of 'a quarter of the region or more is affected', fitted on synthetic heads; the same figures stand in
 * `models/early-ischemia/model.json`, and a test compares them. `affected`: where 98 (network: 99) of 100 unaffected regions lie below.
 */
export const REGION_MODELS = {
  plain: { intercept: -3.0995, drop: 0.7174, affected: 0.251 },
  both: { intercept: -3.9627, drop: -0.1458, network: 14.068, networkAgainstOtherSide: 0.1944, affected: 0.317 },
} as const;

/** A drop beyond so many standard deviations says no more. */
const LARGEST_DROP = 4;

/** Regions whose noise leaves a drop of a few HU to be seen. @param network share by region and side, where it ran */
export function regionEvidence(
  densities: readonly SideDensity[],
  network: ((region: string, side: Side) => number) | null,
): RegionEvidence[] {
  return densities
    .filter(({ noiseHu }) => noiseHu <= SETTINGS.largestNoiseHu)
    .map(({ region, side, dropHu, noiseHu, normalHu, ml }) => {
      const own = network === null ? null : network(region, side);
      const other = network === null ? null : network(region, side === 'left' ? 'right' : 'left');
      const probability = affectedProbability(dropHu, noiseHu, own === null || other === null ? null : { own, other });
      return {
        ...{ region, side, dropHu, noiseHu, normalHu, ml, probability, network: own },
        waterUptake: netWaterUptake(normalHu - dropHu, normalHu),
        affected: probability >= REGION_MODELS[network === null ? 'plain' : 'both'].affected,
      };
    });
}

/** @param network mean probability of change in the region and in that of the other side; null without a network */
export function affectedProbability(
  dropHu: number,
  noiseHu: number,
  network: { readonly own: number; readonly other: number } | null,
): number {
  const spread = Math.hypot(noiseHu, SETTINGS.normalAsymmetryHu);
  const drop = Math.min(LARGEST_DROP, Math.max(-LARGEST_DROP, dropHu / spread));
  const { plain, both } = REGION_MODELS;
  const logOdds =
    network === null
      ? plain.intercept + plain.drop * drop
      : both.intercept +
        both.drop * drop +
        both.network * network.own +
        both.networkAgainstOtherSide * (network.own - network.other);
  return 1 / (1 + Math.exp(-logOdds));
}
