/** What can be wrong with the anatomy of an image; each code has its words in cards/terms/<locale>/quality.json. */
import type { QualityRemark } from '../../case/index.ts';
import { rounded, type Figures } from '../quality/figures.ts';
import type { QualityCode } from '../quality/remarks.ts';

export const ANATOMY_QUALITY_CODES = [
  'head-not-found',
  'head-upside-down',
  'head-turned',
  'anatomy-uncertain',
] as const;
export type AnatomyQualityCode = (typeof ANATOMY_QUALITY_CODES)[number];

export function anatomyRemark(
  code: AnatomyQualityCode | QualityCode,
  severity: QualityRemark['severity'],
  figures: Figures,
): QualityRemark {
  return { code, severity, figures: rounded(figures) };
}
