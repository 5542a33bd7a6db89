import { defineScore, needs, when } from './definition.ts';
import { choice, optionalNumber } from './inputs.ts';

/**
 * CTA spot sign score: number, size, density; 0–3 points. Size and density are needed only when there is a spot. This is the
 * count of reference E. The abstract of 2009 (Stroke 40:2994) counts three and more spots, and tables after it give 0–4 points,
 * as the finding of the hemorrhage pipeline does: the sources conflict, and the finding names its range.
 */
export const SPOT_SIGN_SCORE = defineScore({
  name: 'CTA spot sign score',
  synonyms: ['spot sign score', 'spot sign', 'CTA spot sign'],
  basis: {
    definition: 'hematoma expansion and in-hospital death; 2–3 points are the highest risk',
    cohort: '573 patients with spontaneous hemorrhage and CTA, Boston',
    range: 'CTA at presentation',
    citation: { source: 'Delgado Almandoz 2010', grade: 'V1' },
  },
  inputs: {
    spot_count: choice(['none', '1', 'ge2'], {
      '0': 'none',
      one: '1',
      '2': 'ge2',
      two_or_more: 'ge2',
      '>=2': 'ge2',
      '≥2': 'ge2',
    }),
    max_axial_mm: optionalNumber('mm', 0, 60),
    max_hu: optionalNumber('HU', 0, 3_000),
  },
  compute: (i) => {
    if (i.spot_count === 'none') return { points: 0, highest_risk: false };
    if (i.max_axial_mm === undefined || i.max_hu === undefined) {
      return needs(
        ...(i.max_axial_mm === undefined ? ['max_axial_mm'] : []),
        ...(i.max_hu === undefined ? ['max_hu'] : []),
      );
    }
    const points = when(i.spot_count === 'ge2', 1) + when(i.max_axial_mm >= 5, 1) + when(i.max_hu >= 180, 1);
    return { points, highest_risk: points >= 2 };
  },
});
