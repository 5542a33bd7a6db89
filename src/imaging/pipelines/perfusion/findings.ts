/** What was measured as findings, each with interval, detection floor, quality and settings. */
import type { FindingKind, InfarctTerritory, QualityRemark } from '../../../case/index.ts';
import type { FindingDraft } from '../pipeline.ts';
import type { Intervals } from './intervals.ts';
import type { Measured, Regions } from './regions.ts';
import { SETTINGS } from './settings.ts';

export interface FindingParts {
  readonly regions: Regions;
  readonly intervals: Intervals;
  readonly territories: readonly InfarctTerritory[];
  readonly quality: readonly QualityRemark[];
  readonly settings: FindingDraft['settings'];
  readonly seriesUids: readonly string[];
}

/** Kind of each measure, with what it cannot see below. */
const KINDS: { readonly [K in keyof Measured]: readonly [FindingKind, number | null] } = {
  core: ['core-volume', SETTINGS.smallestCoreMl],
  tmax4: ['tmax-over-4-volume', SETTINGS.smallestHypoperfusionMl],
  tmax6: ['tmax-over-6-volume', SETTINGS.smallestHypoperfusionMl],
  tmax8: ['tmax-over-8-volume', null],
  tmax10: ['tmax-over-10-volume', null],
  tmax14: ['tmax-over-14-volume', null],
  veryLowCbv: ['very-low-cbv-volume', null],
  mismatch: ['mismatch-volume', null],
  mismatchRatio: ['mismatch-ratio', null],
  hypoperfusionIntensityRatio: ['hypoperfusion-intensity-ratio', null],
  cbvIndex: ['cbv-index', null],
};

export function perfusionFindings({
  regions,
  intervals,
  territories,
  quality,
  settings,
  seriesUids,
}: FindingParts): FindingDraft[] {
  const common = { quality, settings, seriesUids };
  const measures = (Object.keys(KINDS) as (keyof Measured)[]).flatMap((name): FindingDraft[] => {
    const [kind, detectionFloor] = KINDS[name];
    const value = regions.measured[name];
    const interval = intervals[name];
    const rounded = interval === null ? null : { ...interval, low: round(interval.low), high: round(interval.high) };
    return value === null ? [] : [{ kind, value: round(value), interval: rounded, detectionFloor, ...common }];
  });
  if (regions.side === null) return measures;
  const word = (kind: FindingKind, value: string): FindingDraft => ({
    kind,
    value,
    interval: null,
    detectionFloor: null,
    ...common,
  });
  return [
    ...measures,
    word('ischemic-side', regions.side),
    ...(territories.length === 0 ? [] : [word('ischemic-territory', territories.join(' '))]),
  ];
}

/** Two decimals: more would look like a precision that no map has. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
