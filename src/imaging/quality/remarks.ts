/** What the quality gate can say. Each code has its words, what and how to mend, in cards/terms. */
import type { QualityRemark } from '../../case/index.ts';

export const QUALITY_CODES = [
  'few-slices',
  'thick-slices',
  'incomplete-series',
  'bridged-gap',
  'tilt-tag-differs',
  'vertex-cut',
  'base-cut',
  'small-coverage',
  'motion',
  'motion-between-slices',
  'metal',
  'streaks',
  'noisy',
  'sharp-kernel',
  'contrast-present',
  'contrast-absent',
  'late-start',
  'truncated-bolus',
  'short-acquisition',
  'low-temporal-sampling',
  'missing-frames',
  'phantom',
  'another-body-part',
  'lossy-compression',
] as const;
export type QualityCode = (typeof QUALITY_CODES)[number];

/** 'none': nothing to say. */
export type Grade = 'none' | QualityRemark['severity'];

/** Figures rounded to what can be read; empty for 'none'. */
export function remark(
  code: QualityCode,
  severity: Grade,
  figures: Readonly<Record<string, number>> = {},
): readonly QualityRemark[] {
  if (severity === 'none') return [];
  const rounded = Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(3))] as const);
  return [{ code, severity, figures: Object.fromEntries(rounded) }];
}
