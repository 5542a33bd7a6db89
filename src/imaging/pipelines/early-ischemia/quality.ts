/** Why early ischemia is not assessed, or less surely; each code has its words in cards/terms/<locale>/quality.json. */
import type { QualityRemark } from '../../../case/index.ts';
import { rounded, type Figures } from '../../quality/figures.ts';
import type { QualityCode } from '../../quality/remarks.ts';

export const ISCHEMIA_QUALITY_CODES = [
  'hemorrhage-found',
  'hemorrhage-not-excluded',
  'no-anatomy-network',
  'aspects-regions-missing',
  'noise-hides-ischemia',
  'midline-unclear',
  'ischemia-on-both-sides',
  'sides-compared-only',
  'thick-for-arteries',
] as const;
export type IschemiaQualityCode = (typeof ISCHEMIA_QUALITY_CODES)[number];

export function ischemiaRemark(
  code: IschemiaQualityCode,
  severity: QualityRemark['severity'],
  figures: Figures = {},
): QualityRemark {
  return { code, severity, figures: rounded(figures) };
}

/** With these a few HU of difference mean nothing, although the image can still be looked at. */
const DECEIVING: ReadonlySet<string> = new Set<QualityCode>([
  'contrast-present',
  'metal',
  'streaks',
  'motion-between-slices',
  'incomplete-series',
]);

/** The remarks of the gate; those that limit other uses of the series refuse this one. */
export function gateRemarks(gate: readonly QualityRemark[]): QualityRemark[] {
  return gate.map((remark) =>
    DECEIVING.has(remark.code) && remark.severity === 'limits' ? { ...remark, severity: 'refuses' } : remark,
  );
}

export const refuses = (quality: readonly QualityRemark[]): boolean =>
  quality.some(({ severity }) => severity === 'refuses');
