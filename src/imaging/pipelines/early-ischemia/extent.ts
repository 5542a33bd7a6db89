/** Volumes of ischemic change and its share of the territory of the middle cerebral artery. */
import type { FindingInterval } from '../../../case/index.ts';
import { BELONGS, SIDED_STRUCTURES, maskOf, type Side } from '../../anatomy/index.ts';
import { withoutSmallParts } from '../perfusion/morphology.ts';
import { voxelVolume } from '../perfusion/working-grid.ts';
import type { Grid } from '../../volume/volume.ts';
import type { ComputedAspects } from './aspects.ts';
import type { IschemiaProbability } from './network.ts';
import type { RegionEvidence } from './region-evidence.ts';
import { SETTINGS } from './settings.ts';

export interface Measured {
  readonly value: number;
  readonly interval: FindingInterval;
}

export interface ProbableRegion {
  /** 1 inside, parts below `smallestMl` taken away. */
  readonly voxels: Uint8Array;
  /** mL */
  readonly volume: Measured;
}

const NETWORK_BASIS = 'probability thresholds of the network';

/**
 * Voxels whose probability of change is high enough and of which one class is the more likely.
 * @param within 1 where they can lie
 */
export function probableRegion(
  { early, frank }: Pick<IschemiaProbability, 'early' | 'frank'>,
  kind: 'early' | 'frank',
  within: Uint8Array,
  grid: Grid,
): ProbableRegion {
  const voxelMl = voxelVolume(grid);
  const least = Math.ceil(SETTINGS.smallestMl / voxelMl);
  const above = (threshold: number): Uint8Array => {
    const mask = new Uint8Array(within.length);
    for (let at = 0; at < mask.length; at++) {
      const [e, f] = [early[at] ?? 0, frank[at] ?? 0];
      if (within[at] === 1 && e + f >= threshold && (kind === 'frank') === f > e) mask[at] = 1;
    }
    return withoutSmallParts(mask, grid.size, least);
  };
  const ml = (mask: Uint8Array): number => mask.reduce((sum, inside) => sum + inside, 0) * voxelMl;
  const voxels = above(SETTINGS.changeProbability);
  const [low, high] = SETTINGS.changeRange;
  const value = ml(voxels);
  return {
    voxels,
    volume: {
      value,
      interval: { low: Math.min(value, ml(above(high))), high: Math.max(value, ml(above(low))), basis: NETWORK_BASIS },
    },
  };
}

const MCA = SIDED_STRUCTURES.filter((structure) => BELONGS[structure].territory === 'mca');

/** Percent of the territory's tissue that is changed, early or frank. */
export function mcaShareOfVoxels(
  { early, frank }: IschemiaProbability,
  labels: Uint8Array,
  tissue: Uint8Array,
  side: Side,
): Measured {
  const territory = maskOf(labels, MCA, side);
  const { changeProbability, changeRange } = SETTINGS;
  const [low, high] = changeRange;
  const counts = { all: 0, inside: 0, low: 0, high: 0 };
  for (let at = 0; at < territory.length; at++) {
    const p = (early[at] ?? 0) + (frank[at] ?? 0);
    // A cavity is no tissue, and yet part of what was lost.
    if (territory[at] !== 1 || (tissue[at] !== 1 && (frank[at] ?? 0) < changeProbability)) continue;
    counts.all++;
    if (p >= changeProbability) counts.inside++;
    if (p >= high) counts.low++;
    if (p >= low) counts.high++;
  }
  const percent = (count: number): number => (counts.all === 0 ? 0 : (100 * count) / counts.all);
  return {
    value: percent(counts.inside),
    interval: { low: percent(counts.low), high: percent(counts.high), basis: NETWORK_BASIS },
  };
}

/** Percent of the ten regions' tissue that lies in affected regions; regions count whole. */
export function mcaShareOfRegions(evidence: readonly RegionEvidence[], { side }: ComputedAspects): Measured {
  const own = evidence.filter((one) => one.side === side);
  const all = own.reduce((sum, { ml }) => sum + ml, 0);
  const share = (counts: (one: RegionEvidence) => boolean): number =>
    (100 * own.filter(counts).reduce((sum, { ml }) => sum + ml, 0)) / all;
  return {
    value: share(({ affected }) => affected),
    interval: {
      low: share(({ affected, probability }) => affected && probability >= 0.8),
      high: share(({ affected, probability }) => affected || probability >= 0.2),
      basis: 'regions with a probability from 0.2 to 0.8',
    },
  };
}
