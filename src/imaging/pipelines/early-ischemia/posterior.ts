/**
 * Posterior circulation ASPECTS (Puetz 2008, Stroke 39:2485). Thalami, occipital territory and cerebellum have another side to
 * compare with; midbrain and pons have none, and bone around them darkens CT: they are left open in the interval.
 */
import type { FindingInterval } from '../../../case/index.ts';
import { CEREBELLUM, PC_ASPECTS_REGIONS } from '../../anatomy/index.ts';
import { countRange } from './aspects.ts';
import type { RegionEvidence } from './region-evidence.ts';
import { SETTINGS } from './settings.ts';
import type { RegionOfInterest } from './side-density.ts';

export const POSTERIOR_REGIONS: readonly RegionOfInterest[] = [
  { name: 'thalamus', structures: ['thalamus'] },
  { name: 'pca', structures: ['pca'] },
  { name: 'cerebellum', structures: CEREBELLUM },
];

const BASIS = 'probabilities of thalami, occipital lobes and cerebellum, 90 %; brainstem not assessed';
const TOP = 10;

export interface ComputedPosterior {
  readonly score: number;
  readonly interval: FindingInterval;
  readonly affected: readonly RegionEvidence[];
}

/** null unless all three pairs were measured. */
export function computedPosterior(evidence: readonly RegionEvidence[]): ComputedPosterior | null {
  if (evidence.length < 2 * POSTERIOR_REGIONS.length) return null;
  const affected = evidence.filter(({ affected }) => affected);
  const open = PC_ASPECTS_REGIONS.midbrain.points + PC_ASPECTS_REGIONS.pons.points;
  const [fewest, most] = countRange(evidence.map(({ probability }) => probability));
  const score = TOP - affected.length;
  return {
    score,
    interval: {
      low: Math.max(0, Math.min(TOP - most, score - SETTINGS.leastUncertainty) - open),
      high: Math.min(TOP, Math.max(TOP - fewest, score + SETTINGS.leastUncertainty)),
      basis: BASIS,
    },
    affected,
  };
}
