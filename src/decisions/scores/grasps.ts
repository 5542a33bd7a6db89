import { defineScore, round, steps, when } from './definition.ts';
import { age, choice, flag, glucoseMg, nihss, systolic } from './inputs.ts';

/**
 * Risk from a third party's polynomials through the published nomogram, in %.
 * @returns '<1' below 50 points, else one decimal
 */
function fittedRisk(points: number): number | string {
  if (points < 50) return '<1';
  const s = points;
  return round(s <= 80 ? 0.0085 * s * s - 0.851 * s + 22.14 : 0.02725 * s * s - 3.673 * s + 127.8, 1);
}

/** GRASPS: Glucose, Race, Age, Sex, Pressure, Severity; 45–101 points. */
export const GRASPS = defineScore({
  name: 'GRASPS',
  synonyms: ['GRASPS score', 'GWTG sICH'],
  basis: {
    definition:
      'symptomatic intracranial hemorrhage within 36 h of alteplase (clinical deterioration attributed to it)',
    cohort: '10 242 patients given alteplase within 3 h, Get With The Guidelines-Stroke; 4.8 % had it',
    range: 'intravenous alteplase within 3 h',
    limits:
      'the percentage is a third-party curve through the nomogram, not the paper’s; the item on Asian origin can be switched off ("off"), then both totals are shown',
    citation: { source: 'Menon 2012', doi: '10.1161/STROKEAHA.112.660415', grade: 'V1' },
  },
  inputs: {
    glucose_mg_dl: glucoseMg(),
    asian: choice(['true', 'false', 'off'], { yes: 'true', no: 'false', '1': 'true', '0': 'false', not_used: 'off' }),
    age: age(),
    male: flag(),
    sbp: systolic(),
    nihss: nihss(),
  },
  compute: (i) => {
    const others =
      steps(i.glucose_mg_dl, [
        [0, 2],
        [100, 6],
        [150, 8],
      ]) +
      steps(i.age, [
        [0, 8],
        [61, 11],
        [71, 15],
        [81, 17],
      ]) +
      when(i.male, 4) +
      steps(i.sbp, [
        [0, 10],
        [120, 14],
        [150, 18],
        [180, 21],
      ]) +
      steps(i.nihss, [
        [0, 25],
        [6, 27],
        [11, 34],
        [16, 40],
        [21, 42],
      ]);
    if (i.asian === 'off') {
      return {
        points: null,
        points_without_origin_item: others,
        points_with_origin_item: others + 9,
        sich_pct_fit: null,
        sich_pct_fit_without_origin_item: fittedRisk(others),
        sich_pct_fit_with_origin_item: fittedRisk(others + 9),
      };
    }
    const points = others + when(i.asian === 'true', 9);
    return { points, sich_pct_fit: fittedRisk(points) };
  },
});
