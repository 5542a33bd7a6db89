/** Pattern, size and supply of the infarct: as reported, else from the lesion's own features. */
import { awaitsReader, candidates, holds, infarctPatternOf, isAbove, isBelow } from '../../case/index.ts';
import type { FactKey, InfarctPattern, InfarctTerritory, LesionFeatures, StrokeFacts } from '../../case/index.ts';

export const PATTERN_FACTS: readonly FactKey[] = ['infarctPattern', 'ischemicLesion'];
export const SIZE_FACTS: readonly FactKey[] = ['infarctDiameter', 'ischemicLesion'];
export const TERRITORY_FACTS: readonly FactKey[] = ['infarctTerritory', 'ischemicLesion'];

const knownLesion = ({ ischemicLesion }: StrokeFacts): LesionFeatures | undefined =>
  ischemicLesion.status === 'known' ? ischemicLesion.value : undefined;

/** The pattern that only software drew from the images; undefined when a person named one. */
export function computedPattern(facts: StrokeFacts): InfarctPattern | undefined {
  const { infarctPattern } = facts;
  return infarctPattern.status === 'known' && awaitsReader('infarctPattern', facts) ? infarctPattern.value : undefined;
}

/**
 * The report outranks what was computed. Undefined when sources disagree, and for border zones that nobody has read: the
 * borders are those of a template, and the mechanism would follow from them.
 */
export function patternOf(facts: StrokeFacts): InfarctPattern | undefined {
  const computed = computedPattern(facts);
  if (computed === 'border-zone') return undefined;
  const reported = computed === undefined ? candidates(facts.infarctPattern).map(({ value }) => value) : [];
  const [first] = reported;
  if (first !== undefined) return reported.every((value) => value === first) ? first : undefined;
  const lesion = knownLesion(facts);
  return lesion === undefined ? undefined : infarctPatternOf(lesion);
}

export function patternIs(facts: StrokeFacts, ...patterns: readonly InfarctPattern[]): boolean | undefined {
  const pattern = patternOf(facts);
  return pattern === undefined ? undefined : patterns.includes(pattern);
}

/** Template space enlarges: a computed diameter up to this factor above a limit may be below it in the patient. */
const TEMPLATE_STRETCH = 1.15;

/** Is the largest diameter below the limit (mm)? */
export function narrowerThan(facts: StrokeFacts, limit: number): boolean | undefined {
  if (facts.infarctDiameter.status !== 'unknown') return holds(facts.infarctDiameter, (q) => isBelow(q, limit));
  const computed = knownLesion(facts)?.maxAxialDiameterMm;
  if (computed === undefined) return undefined;
  if (computed < limit) return true;
  return computed >= limit * TEMPLATE_STRETCH ? false : undefined;
}

/** Is it above the limit (mm)? */
export function widerThan(facts: StrokeFacts, limit: number): boolean | undefined {
  if (facts.infarctDiameter.status !== 'unknown') return holds(facts.infarctDiameter, (q) => isAbove(q, limit));
  const computed = knownLesion(facts)?.maxAxialDiameterMm;
  if (computed === undefined) return undefined;
  if (computed <= limit) return false;
  return computed >= limit * TEMPLATE_STRETCH ? true : undefined;
}

/** Below this share, what a mask holds of another territory can be its blurred edge. */
const SPILL = 0.1;

function territoriesFromLesion(lesion: LesionFeatures): readonly InfarctTerritory[] | undefined {
  if (lesion.lesionPresent === 0) return undefined;
  const front = lesion.anteriorFraction >= SPILL;
  const back = lesion.anteriorFraction <= 1 - SPILL;
  // With infarcts on both sides, front and behind, the features do not say which side is where.
  if (front && back && lesion.bilateral === 1) return undefined;
  const sided = lesion.leftHemisphere === 1 || lesion.rightHemisphere === 1 || lesion.bilateral === 1;
  if (front && !sided) return undefined;
  return [
    ...(front && (lesion.leftHemisphere === 1 || lesion.bilateral === 1) ? (['left-carotid'] as const) : []),
    ...(front && (lesion.rightHemisphere === 1 || lesion.bilateral === 1) ? (['right-carotid'] as const) : []),
    ...(back ? (['vertebrobasilar'] as const) : []),
  ];
}

/** Supplies in which acute infarcts lie; undefined when not known or when sources disagree. */
export function territoriesOf(facts: StrokeFacts): readonly InfarctTerritory[] | undefined {
  const { infarctTerritory } = facts;
  if (infarctTerritory.status === 'known') return infarctTerritory.value;
  if (infarctTerritory.status === 'conflicting') return undefined;
  const lesion = knownLesion(facts);
  return lesion === undefined ? undefined : territoriesFromLesion(lesion);
}
