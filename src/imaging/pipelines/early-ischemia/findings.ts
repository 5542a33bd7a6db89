/** What was measured as findings, each with interval, detection floor, quality, and the evidence of every region. */
import type { FindingInterval, FindingKind, QualityRemark } from '../../../case/index.ts';
import type { FindingDraft } from '../pipeline.ts';
import type { ComputedAspects } from './aspects.ts';
import type { Measured } from './extent.ts';
import type { ArteryDensity } from './hyperdense-artery.ts';
import type { ComputedPosterior } from './posterior.ts';
import type { RegionEvidence } from './region-evidence.ts';
import { SETTINGS } from './settings.ts';
import { netWaterUptake, onsetWithin4h30 } from './water-uptake.ts';

export interface FindingParts {
  readonly aspects: ComputedAspects;
  readonly posterior: ComputedPosterior | null;
  readonly evidence: readonly RegionEvidence[];
  readonly early: Measured | null;
  readonly frank: Measured | null;
  readonly mcaShare: Measured | null;
  /** null: not assessable. */
  readonly artery: ArteryDensity | null;
  readonly quality: readonly QualityRemark[];
  readonly settings: FindingDraft['settings'];
  readonly seriesUids: readonly string[];
}

export function ischemiaFindings(parts: FindingParts): FindingDraft[] {
  const { aspects, posterior, evidence, early, frank, mcaShare, artery, quality, settings, seriesUids } = parts;
  const draft = (
    kind: FindingKind,
    value: FindingDraft['value'],
    interval: FindingInterval | null = null,
    more: Partial<FindingDraft> = {},
  ): FindingDraft => ({ kind, value, interval, detectionFloor: null, quality, settings, seriesUids, ...more });
  const measured = (kind: FindingKind, found: Measured | null, detectionFloor: number | null): FindingDraft[] =>
    found === null ? [] : [draft(kind, round(found.value), rounded(found.interval), { detectionFloor })];
  const uptake = aspects.affected.length === 0 ? null : uptakeOf(aspects.affected);
  return [
    draft('aspects', aspects.score, aspects.interval),
    draft('early-ischemia-side', aspects.side),
    ...(aspects.score === null
      ? []
      : [draft('aspects-regions', namesOf(aspects.affected), null, { settings: evidenceOf(evidence) })]),
    ...(posterior === null ? [] : [draft('pc-aspects', posterior.score, posterior.interval)]),
    ...measured('early-ischemia-volume', early, SETTINGS.smallestMl),
    ...measured('frank-hypodensity-volume', frank, SETTINGS.smallestMl),
    ...measured('mca-hypodensity-share', mcaShare, null),
    ...measured('net-water-uptake', uptake, null),
    ...(uptake === null ? [] : [draft('onset-within-4.5-h', ...onsetOf(uptake))]),
    draft('hyperdense-artery', artery === null ? null : artery.hyperdense, null, {
      settings:
        artery === null ? settings : { ...settings, leftHu: round(artery.hu.left), rightHu: round(artery.hu.right) },
    }),
  ];
}

const namesOf = (affected: readonly RegionEvidence[]): string =>
  affected.length === 0 ? 'none' : affected.map(({ side, region }) => `${side}-${region.toLowerCase()}`).join(' ');

/** 'leftM1': 'p 0.92, 3.1 HU darker (noise 0.4), net water uptake 9.1 %' */
function evidenceOf(evidence: readonly RegionEvidence[]): FindingDraft['settings'] {
  return Object.fromEntries(
    evidence.map(({ region, side, probability, dropHu, noiseHu, waterUptake, network }) => [
      side + region,
      `p ${probability.toFixed(2)}, ${dropHu.toFixed(1)} HU darker (noise ${noiseHu.toFixed(1)}), ` +
        `net water uptake ${waterUptake.toFixed(1)} %${network === null ? '' : `, network ${network.toFixed(2)}`}`,
    ]),
  );
}

/**
 * Of the affected regions together, weighted by their tissue. The interval holds noise and normal asymmetry, not that the
 * regions are larger than the lesion, which makes it too low.
 */
export function uptakeOf(affected: readonly RegionEvidence[]): Measured {
  const ml = affected.reduce((sum, one) => sum + one.ml, 0);
  const mean = (of: (one: RegionEvidence) => number): number =>
    affected.reduce((sum, one) => sum + of(one) * one.ml, 0) / ml;
  const drop = mean(({ dropHu }) => dropHu);
  const normal = mean(({ dropHu, waterUptake }) => (100 * dropHu) / waterUptake);
  const noise = Math.sqrt(affected.reduce((sum, one) => sum + (one.noiseHu * one.ml) ** 2, 0)) / ml;
  // The asymmetry of normal brains is common to the regions of a side.
  const spread = 1.645 * Math.hypot(noise, SETTINGS.normalAsymmetryHu);
  const uptake = (hu: number): number => netWaterUptake(normal - hu, normal);
  return {
    value: uptake(drop),
    interval: {
      low: Math.max(0, uptake(drop - spread)),
      high: uptake(drop + spread),
      basis: 'noise and asymmetry of normal brains, 90 %',
    },
  };
}

function onsetOf({ value, interval }: Measured): [value: number, interval: FindingInterval] {
  return [
    round(onsetWithin4h30(value)),
    {
      low: round(onsetWithin4h30(interval.high)),
      high: round(onsetWithin4h30(interval.low)),
      basis: 'interval of the net water uptake',
    },
  ];
}

const round = (value: number): number => Math.round(value * 10) / 10;
const rounded = ({ low, high, basis }: FindingInterval): FindingInterval => ({
  low: round(low),
  high: round(high),
  basis,
});
