/** The computed score: which side, which regions, how many points, and how sure. */
import type { FindingInterval } from '../../../case/index.ts';
import { ASPECTS_REGIONS, type Side } from '../../anatomy/index.ts';
import type { RegionEvidence } from './region-evidence.ts';
import { SETTINGS } from './settings.ts';

export interface ComputedAspects {
  /** 'none': no region of either side is affected. 'both': there is no normal side to compare with, and no score. */
  readonly side: Side | 'none' | 'both';
  readonly score: number | null;
  readonly interval: FindingInterval | null;
  /** The affected regions of the affected side; with 'both' of both. */
  readonly affected: readonly RegionEvidence[];
}

const BASIS = 'probabilities of the regions, 90 %, at least one point';

/** @param evidence of both sides of the measured regions */
export function computedAspects(evidence: readonly RegionEvidence[]): ComputedAspects {
  const of = (side: Side): RegionEvidence[] => evidence.filter((one) => one.side === side);
  const affectedOf = (side: Side): RegionEvidence[] => of(side).filter(({ affected }) => affected);
  const [left, right] = [affectedOf('left'), affectedOf('right')];
  if (Math.min(left.length, right.length) >= SETTINGS.bothSidesRegions) {
    return { side: 'both', score: null, interval: null, affected: [...left, ...right] };
  }
  const expected = (side: Side): number => of(side).reduce((sum, { probability }) => sum + probability, 0);
  const worse: Side = expected('left') > expected('right') ? 'left' : 'right';
  const affected = worse === 'left' ? left : right;
  const score = ASPECTS_REGIONS.length - affected.length;
  const unmeasured = ASPECTS_REGIONS.length - of(worse).length;
  const [fewest, most] = countRange(of(worse).map(({ probability }) => probability));
  const { leastUncertainty } = SETTINGS;
  return {
    side: affected.length === 0 ? 'none' : worse,
    score,
    interval: {
      low: Math.max(0, Math.min(ASPECTS_REGIONS.length - most, score - leastUncertainty) - unmeasured),
      high: Math.min(ASPECTS_REGIONS.length, Math.max(ASPECTS_REGIONS.length - fewest, score + leastUncertainty)),
      basis: BASIS,
    },
    affected,
  };
}

/** 5th and 95th percentile of how many of independent events happen. */
export function countRange(probabilities: readonly number[]): readonly [fewest: number, most: number] {
  let chances = [1];
  for (const p of probabilities) {
    chances = [...chances, 0].map((chance, n) => chance * (1 - p) + (chances[n - 1] ?? 0) * p);
  }
  const at = (share: number): number => {
    let sum = 0;
    const found = chances.findIndex((chance) => (sum += chance) >= share - 1e-12);
    return found === -1 ? probabilities.length : found;
  };
  return [at(0.05), at(0.95)];
}
