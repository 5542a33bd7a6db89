/** What limits a diffusion study or makes it useless; each code has its words in cards/terms/<locale>/quality.json. */
import type { QualityRemark } from '../../../case/index.ts';
import { rounded, type Figures } from '../../quality/figures.ts';

export const DIFFUSION_QUALITY_CODES = [
  'adc-missing',
  'adc-implausible',
  'anatomy-off',
  'lesion-methods-differ',
  'hemispheres-differ',
  'lesion-not-restricted',
  'lesion-outside-template',
  'flair-missing',
  'flair-unreadable',
  'flair-not-matched',
  'flair-other-frame',
  'flair-network-off',
  'lesion-too-small-for-flair',
] as const;
export type DiffusionQualityCode = (typeof DIFFUSION_QUALITY_CODES)[number];

export function diffusionRemark(
  code: DiffusionQualityCode,
  severity: QualityRemark['severity'],
  figures: Figures = {},
): QualityRemark {
  return { code, severity, figures: rounded(figures) };
}
