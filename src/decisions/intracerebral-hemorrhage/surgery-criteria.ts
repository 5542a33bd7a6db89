/** When surgery is an option (AHA/ASA 2022). */
import { holds, isAbove, isAtLeast, isAtMost, isBelow } from '../../case/index.ts';
import type { FactKey, StrokeCase } from '../../case/index.ts';
import type { Criterion } from '../evaluation.ts';
import { and } from '../three-valued.ts';
import { CEREBELLAR, MINIMALLY_INVASIVE, VENTRICULAR_DRAIN } from './citations.ts';
import { verdict } from './verdicts.ts';

/** A rise of the NIHSS by this much counts as deterioration, as in the definitions of symptomatic hemorrhage. */
const NIHSS_RISE = 4;

const isCerebellar = ({ facts }: StrokeCase): boolean | undefined =>
  holds(facts.hematomaLocation, (l) => l === 'cerebellar');

/** A later total at least 4 above an earlier one. One reading alone shows neither course nor stability. */
function hasWorsened({ facts }: StrokeCase): boolean | undefined {
  return holds(facts.nihssCourse, (course) => {
    if (course.length < 2) return undefined;
    // An earlier lower bound may have been higher in truth, so it proves no rise.
    const roseFrom = (i: number): boolean =>
      course.slice(i + 1).some((later) => later.value.total - (course[i]?.value.total ?? 0) >= NIHSS_RISE);
    if (course.some((first, i) => !first.value.isLowerBound && roseFrom(i))) return true;
    return course.some(({ value }) => value.isLowerBound) ? undefined : false;
  });
}

const cerebellar = (id: string, fact: FactKey, test: (stroke: StrokeCase) => boolean | undefined): Criterion => ({
  id,
  class: 'benefit',
  data: ['hematomaLocation', fact],
  citation: CEREBELLAR,
  evaluate: (stroke) => {
    const where = isCerebellar(stroke);
    return where === false
      ? { status: 'notApplicable' }
      : verdict(stroke, where === true ? [fact] : ['hematomaLocation', fact], and(where, test(stroke)));
  },
});

const MIS_FACTS = ['hematomaLocation', 'hematomaVolume', 'gcs'] as const;
const IVH_FACTS = ['intraventricularHemorrhage', 'gcs'] as const;

export const SURGERY_CRITERIA: readonly Criterion[] = [
  cerebellar('cerebellar-hematoma-15-ml-or-more', 'hematomaVolume', ({ facts }) =>
    holds(facts.hematomaVolume, (v) => isAtLeast(v, 15)),
  ),
  cerebellar('cerebellar-hematoma-with-hydrocephalus', 'hydrocephalus', ({ facts }) =>
    holds(facts.hydrocephalus, (present) => present),
  ),
  cerebellar('cerebellar-hematoma-with-mass-effect', 'massEffect', ({ facts }) =>
    holds(facts.massEffect, (present) => present),
  ),
  cerebellar('cerebellar-hematoma-deteriorating', 'nihssCourse', hasWorsened),
  {
    id: 'intraventricular-hemorrhage-with-reduced-consciousness',
    class: 'benefit',
    data: [...IVH_FACTS, 'hydrocephalus'],
    citation: VENTRICULAR_DRAIN,
    evaluate: (stroke) =>
      verdict(
        stroke,
        IVH_FACTS,
        and(
          holds(stroke.facts.intraventricularHemorrhage, (present) => present),
          holds(stroke.facts.gcs, (gcs) => isBelow(gcs, 15)),
        ),
        { note: { key: 'judge-whether-large' } },
      ),
  },
  {
    id: 'supratentorial-over-20-ml-gcs-5-to-12',
    class: 'benefit',
    data: MIS_FACTS,
    citation: MINIMALLY_INVASIVE,
    evaluate: (stroke) => {
      const { hematomaLocation, hematomaVolume, gcs } = stroke.facts;
      const isSupratentorial = holds(hematomaLocation, (l) => l === 'lobar' || l === 'deep');
      if (isSupratentorial === false) return { status: 'notApplicable' };
      const isLarge = holds(hematomaVolume, (v) => isAbove(v, 20));
      const isModerate = holds(gcs, (g) => and(isAtLeast(g, 5), isAtMost(g, 12)));
      // The guideline prints the threshold as "20 to 30 mL".
      const isInRange = holds(hematomaVolume, (v) => isAtMost(v, 30)) === true;
      return verdict(
        stroke,
        MIS_FACTS,
        and(isSupratentorial, isLarge, isModerate),
        isInRange ? { note: { key: 'volume-in-20-to-30-ml-range' } } : {},
      );
    },
  },
];
