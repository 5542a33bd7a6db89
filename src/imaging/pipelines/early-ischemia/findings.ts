/** What was measured as findings, each with interval, detection floor, quality, and the evidence of every region. */
import type { FindingInterval, FindingKind, QualityRemark } from '../../../case/index.ts';
import type { FindingDraft } from '../pipeline.ts';
import type { ComputedAspects } from './aspects.ts';
import type { Measured } from './extent.ts';
import type { ArteryDensity } from './hyperdense-artery.ts';
import type { ComputedPosterior } from './posterior.ts';
import type { RegionEvidence } from './region-evidence.ts';
import { SETTINGS } from './settings.ts';
import { onsetWithin4h30, type WaterUptake } from './water-uptake.ts';

export interface FindingParts {
  readonly aspects: ComputedAspects;
  readonly posterior: ComputedPosterior | null;
  readonly evidence: readonly RegionEvidence[];
  readonly early: Measured | null;
  readonly frank: Measured | null;
  readonly mcaShare: Measured | null;
  /** null where nothing is affected. */
  readonly uptake: WaterUptake | null;
  /** null: not assessable. */
  readonly artery: ArteryDensity | null;
  readonly quality: readonly QualityRemark[];
  readonly settings: FindingDraft['settings'];
  readonly seriesUids: readonly string[];
}

export function ischemiaFindings(parts: FindingParts): FindingDraft[] {
  const { aspects, posterior, evidence, early, frank, mcaShare, uptake, artery, quality, settings, seriesUids } = parts;
  const draft = (
    kind: FindingKind,
    value: FindingDraft['value'],
    interval: FindingInterval | null = null,
    more: Partial<FindingDraft> = {},
  ): FindingDraft => ({ kind, value, interval, detectionFloor: null, quality, settings, seriesUids, ...more });
  const measured = (kind: FindingKind, found: Measured | null, detectionFloor: number | null): FindingDraft[] =>
    found === null ? [] : [draft(kind, round(found.value), rounded(found.interval), { detectionFloor })];
  return [
    draft('aspects', aspects.score, aspects.interval),
    draft('early-ischemia-side', aspects.side),
    draft('aspects-regions', namesOf(aspects.affected), null, { settings: evidenceOf(evidence) }),
    ...(posterior === null ? [] : [draft('pc-aspects', posterior.score, posterior.interval)]),
    ...measured('early-ischemia-volume', early, SETTINGS.floorMl),
    ...measured('frank-hypodensity-volume', frank, SETTINGS.floorMl),
    ...measured('mca-hypodensity-share', mcaShare, null),
    ...measured('net-water-uptake', uptake, null),
    ...(uptake?.of === 'lesion' ? [draft('onset-within-4.5-h', ...onsetOf(uptake))] : []),
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
