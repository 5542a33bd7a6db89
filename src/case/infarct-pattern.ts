/** Pattern of the acute infarcts as far as the features of the lesion allow; its parts tell more (`imaging/lesion`). */
import type { LesionFeatures } from './lesion-features.ts';
import type { InfarctPattern } from './vascular-findings.ts';

/** Parts of a lesion below 0.05 mL are more often noise of the mask than infarcts. */
const isOnePart = (lesion: LesionFeatures): boolean => lesion.componentCountFrom50Ul <= 1;
/** Widest infarct that is taken for that of one penetrating artery without a report that says so; Hart 2014. */
const ONE_PENETRATOR_MM = 20;
/** Below this share, what a mask holds of another territory can be its blurred edge. */
const SPILL = 0.1;

/**
 * What the features allow to be said. A wide deep infarct may be that of one or of several penetrating arteries, and
 * the share near a border does not make a border-zone infarct: those are left to the parts of the lesion and to a report.
 */
export function infarctPatternOf(lesion: LesionFeatures): InfarctPattern | undefined {
  if (lesion.lesionPresent === 0) return 'none-visible';
  const inBrainstem = lesion.basilarFraction >= 0.8;
  if (isOnePart(lesion)) {
    if (lesion.subcorticalOnly === 0 && !inBrainstem) return 'single-territorial';
    return lesion.maxAxialDiameterMm < ONE_PENETRATOR_MM ? 'single-penetrating-artery' : undefined;
  }
  const frontAndBack = lesion.anteriorFraction >= SPILL && lesion.anteriorFraction <= 1 - SPILL;
  if (lesion.bilateral === 1 || frontAndBack) return 'multiple-territories';
  return lesion.borderZoneFraction >= 0.5 ? undefined : 'multiple-one-territory';
}
