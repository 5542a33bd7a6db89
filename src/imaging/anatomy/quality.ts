/** What can be wrong with the anatomy of an image; each code has its words in cards/terms/<locale>/quality.json. */
import type { QualityRemark } from '../../case/index.ts';
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
  figures: Readonly<Record<string, number>>,
): QualityRemark {
  const rounded = Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(3))] as const);
  return { code, severity, figures: Object.fromEntries(rounded) };
}
