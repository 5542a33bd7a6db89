/** Perfusion mismatch rules of trials: volumes in mL, one table. */
import type { SourceGrade } from '../evaluation.ts';
import { defineScore, round } from './definition.ts';
import type { ScoreValues } from './definition.ts';
import { volume } from './inputs.ts';

interface MismatchRule {
  readonly ratio: { readonly limit: number; readonly inclusive: boolean };
  /** Hypoperfused volume less core, mL. */
  readonly difference?: { readonly limit: number; readonly inclusive: boolean };
  /** Core must lie below, mL. */
  readonly coreBelow?: number;
  /** Hypoperfused volume at least, mL. */
  readonly perfusionAtLeast?: number;
}

const reaches = (value: number, { limit, inclusive }: { limit: number; inclusive: boolean }): boolean =>
  inclusive ? value >= limit : value > limit;

/**
 * Applies one rule.
 * @param core ischemic core, mL
 * @param perfusion hypoperfused volume, mL
 * @returns ratio null when the core is 0: not computable, and the ratio test passes as infinite (a measured core of 0)
 */
function applyRule(rule: MismatchRule, core: number, perfusion: number): ScoreValues {
  // Rounded before comparing, so that 60/50 and 19.9 − 5 sit exactly where the rule's boundary is.
  const difference = round(perfusion - core, 6);
  const ratio = core === 0 ? null : round(perfusion / core, 9);
  const meets =
    (ratio === null ? perfusion > 0 : reaches(ratio, rule.ratio)) &&
    (rule.difference === undefined || reaches(difference, rule.difference)) &&
    (rule.coreBelow === undefined || core < rule.coreBelow) &&
    (rule.perfusionAtLeast === undefined || perfusion >= rule.perfusionAtLeast);
  return {
    mismatch_ml: round(difference, 4),
    ratio: ratio === null ? null : round(ratio, 4),
    meets,
    ...(ratio === null ? { ratio_note: 'not computable: core volume is 0' } : {}),
  };
}

const basisOf = (source: string, doi: string | undefined, grade: SourceGrade, range: string, limits?: string) => ({
  definition: 'imaging selection rule of the trial (a target mismatch, not an outcome)',
  cohort: `patients of ${source}`,
  range,
  ...(limits === undefined ? {} : { limits }),
  citation: { source, ...(doi === undefined ? {} : { doi }), grade },
});

const tmax6 = () => ({ core_ml: volume(), tmax6_ml: volume() });

export const DEFUSE_3 = defineScore({
  name: 'DEFUSE 3 mismatch',
  synonyms: ['DEFUSE 3', 'DEFUSE-3', 'DEFUSE3', 'DEFUSE 3 target mismatch'],
  basis: basisOf(
    'DEFUSE 3 (Albers 2018)',
    '10.1056/NEJMoa1713973',
    'V2',
    'ICA or M1 occlusion, 6–16 h from last known well',
    'imaging part only: core below 70 mL, ratio at least 1.8, difference at least 15 mL; age, mRS and NIHSS are judged elsewhere',
  ),
  inputs: tmax6(),
  compute: (i) =>
    applyRule(
      { ratio: { limit: 1.8, inclusive: true }, difference: { limit: 15, inclusive: true }, coreBelow: 70 },
      i.core_ml,
      i.tmax6_ml,
    ),
});

export const EXTEND = defineScore({
  name: 'EXTEND mismatch',
  synonyms: ['EXTEND'],
  basis: basisOf(
    'EXTEND (Ma 2019)',
    '10.1056/NEJMoa1813046',
    'V2',
    'alteplase 4.5–9 h from onset, or wake-up stroke within 9 h of the middle of sleep',
    'ratio above 1.2, difference above 10 mL, core below 70 mL',
  ),
  inputs: tmax6(),
  compute: (i) =>
    applyRule(
      { ratio: { limit: 1.2, inclusive: false }, difference: { limit: 10, inclusive: false }, coreBelow: 70 },
      i.core_ml,
      i.tmax6_ml,
    ),
});

export const EPITHET = defineScore({
  name: 'EPITHET mismatch',
  synonyms: ['EPITHET'],
  basis: basisOf(
    'EPITHET (Davis 2008)',
    undefined,
    'V1',
    'alteplase 3–6 h; MR perfusion with Tmax above 2 s against the DWI lesion',
    'ratio above 1.2 and difference of at least 10 mL; Tmax above 2 s is not interchangeable with 6 s',
  ),
  inputs: { core_ml: volume(), tmax2_ml: volume() },
  compute: (i) =>
    applyRule(
      { ratio: { limit: 1.2, inclusive: false }, difference: { limit: 10, inclusive: true } },
      i.core_ml,
      i.tmax2_ml,
    ),
});

export const ECASS_4 = defineScore({
  name: 'ECASS-4 mismatch',
  synonyms: ['ECASS-4', 'ECASS 4', 'ECASS4'],
  basis: basisOf(
    'ECASS-4 (Ringleb 2019)',
    undefined,
    'V1',
    'alteplase 4.5–9 h; MR perfusion against the DWI lesion',
    'ratio of at least 1.2 and perfusion lesion of at least 20 mL',
  ),
  inputs: { core_ml: volume(), pwi_ml: volume() },
  compute: (i) => applyRule({ ratio: { limit: 1.2, inclusive: true }, perfusionAtLeast: 20 }, i.core_ml, i.pwi_ml),
});

export const TIMELESS_TRACE_3 = defineScore({
  name: 'TIMELESS/TRACE-3 mismatch',
  synonyms: ['TIMELESS', 'TRACE-3', 'TRACE 3', 'TIMELESS mismatch', 'TRACE-3 mismatch'],
  basis: basisOf(
    'TIMELESS (Albers 2024), TRACE-3 (Xiong 2024)',
    undefined,
    'V1',
    'tenecteplase 4.5–24 h, ICA, M1 or M2 occlusion',
    'ratio above 1.8, penumbra above 15 mL, core below 70 mL as the guideline’s table prints it; other copies print "at least"',
  ),
  inputs: tmax6(),
  compute: (i) =>
    applyRule(
      { ratio: { limit: 1.8, inclusive: false }, difference: { limit: 15, inclusive: false }, coreBelow: 70 },
      i.core_ml,
      i.tmax6_ml,
    ),
});
