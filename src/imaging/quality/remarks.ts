/** What the quality gate can say. Each code has its words, what and how to mend, in cards/terms. */
import type { QualityRemark } from '../../case/index.ts';
import { rounded, type Figures } from './figures.ts';

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

/** Empty for 'none'. */
export function remark(code: QualityCode, severity: Grade, figures: Figures = {}): readonly QualityRemark[] {
  if (severity === 'none') return [];
  return [{ code, severity, figures: rounded(figures) }];
}
