/** What headers and a sample of the pixels tell of a series, before it is built. */
import type { QualityRemark } from '../../case/index.ts';
import type { RoleDecision } from '../series/assign-roles.ts';
import type { PixelFacts } from '../series/rule.ts';
import type { SeriesFacts } from '../series/series-facts.ts';
import type { SubSeries } from '../series/split-series.ts';
import { remark } from './remarks.ts';
import { grade } from './thresholds.ts';

export interface SeriesToJudge {
  readonly part: SubSeries;
  readonly facts: SeriesFacts;
  readonly pixels: PixelFacts | null;
  readonly decision: RoleDecision;
}

export function seriesQuality({ part, facts, pixels, decision }: SeriesToJudge): readonly QualityRemark[] {
  const { role, rule } = decision;
  if (role === 'other' || role === 'derived' || role === 'localizer') return [];
  if (role === 'not-a-head') {
    const isPhantom = rule === 'phantom' || (pixels?.uniformShare ?? 0) >= 0.5;
    return remark(isPhantom ? 'phantom' : 'another-body-part', 'refuses');
  }
  const { positions, gapMm, thicknessMm } = facts.numbers;
  const isCourse = role === 'ctp' || role === 'pwi';
  const isCt = facts.sets.modality.includes('CT');
  const sliceMm = Math.max(gapMm ?? 0, thicknessMm ?? 0);
  const vesselShare = pixels?.vesselShare ?? null;
  return [
    ...(isCourse
      ? []
      : remark('few-slices', grade(isCt ? 'ctSlices' : 'mrSlices', positions), { slices: positions ?? 0 })),
    ...remark('thick-slices', grade('sliceMm', sliceMm), { sliceMm }),
    ...incomplete(part),
    ...remark('sharp-kernel', rule === 'native-head-sharp' ? 'limits' : 'none'),
    ...(role === 'ncct'
      ? remark('contrast-present', grade('contrastInNative', vesselShare), { brightShare: vesselShare ?? 0 })
      : []),
    ...remark('lossy-compression', part.slices.some(({ header }) => header.lossy) ? 'note' : 'none'),
  ];
}

/** The scanner says how many images an acquisition has; fewer came. */
function incomplete({ slices }: SubSeries): readonly QualityRemark[] {
  const told = slices[0]?.header.imagesInAcquisition ?? null;
  const numbers = new Set(slices.map(({ header }) => header.acquisitionNumber));
  if (told === null || numbers.size !== 1 || slices.length >= told) return [];
  // Where the series was split into parts the number counts all of them.
  const isPart = slices.some(({ header }) => header.frames.length > 1);
  return isPart ? [] : remark('incomplete-series', 'limits', { expected: told, received: slices.length });
}
