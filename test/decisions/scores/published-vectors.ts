/**
 * Worked by hand from the published tables: each boundary of each item, on both sides.
 * A row is [score, inputs that differ from `base`, expected].
 */
import type { ScoreValue } from '../../../src/decisions/scores/index.ts';

type Values = Readonly<Record<string, unknown>>;
export interface Published {
  readonly score: string;
  /** Paper or table the expectations come from. */
  readonly source: string;
  readonly base: Values;
  readonly rows: readonly (readonly [inputs: Values, expected: Readonly<Record<string, ScoreValue>>])[];
}

const points = (n: number): Readonly<Record<string, ScoreValue>> => ({ points: n });

export const PUBLISHED: readonly Published[] = [
  {
    score: 'SEDAN',
    source: 'Strbian, Ann Neurol 2012;71:634',
    base: { glucose_mmol_l: 6, early_infarct_signs: false, hyperdense_artery: false, age: 60, nihss: 5 },
    rows: [
      [{ glucose_mmol_l: 8 }, { points: 0, sich_pct_derivation: 1.4 }],
      [{ glucose_mmol_l: 8.1 }, { points: 1, sich_pct_derivation: 2.9 }],
      [{ glucose_mmol_l: 12 }, points(1)],
      [{ glucose_mmol_l: 12.1 }, points(2)],
      [{ glucose_mmol_l: null, glucose_mg_dl: 144 }, points(0)],
      [{ glucose_mmol_l: null, glucose_mg_dl: 145 }, points(1)],
      [{ glucose_mmol_l: null, glucose_mg_dl: 216 }, points(1)],
      [{ glucose_mmol_l: null, glucose_mg_dl: 217 }, points(2)],
      [{ age: 75 }, points(0)],
      [{ age: 76 }, points(1)],
      [{ nihss: 9 }, points(0)],
      [{ nihss: 10 }, points(1)],
      [
        { glucose_mmol_l: 13, early_infarct_signs: true, hyperdense_artery: true, age: 80 },
        { points: 5, sich_pct_derivation: 33.3 },
      ],
    ],
  },
  {
    score: 'HAT',
    source: 'Lou, Neurology 2008;71:1417',
    base: { nihss: 5, ct_hypodensity: 'none', diabetes: false, glucose_mg_dl: 100 },
    rows: [
      [{ nihss: 14 }, { points: 0, sich_pct: 2 }],
      [{ nihss: 15 }, { points: 1, sich_pct: 5 }],
      [{ nihss: 20 }, points(1)],
      [{ nihss: 21 }, { points: 2, sich_pct: 10 }],
      [{ glucose_mg_dl: 200 }, points(0)],
      [{ glucose_mg_dl: 201 }, points(1)],
      [{ diabetes: true, glucose_mg_dl: 300 }, points(1)],
      [
        { ct_hypodensity: 'gt_third_mca', nihss: 15 },
        { points: 3, sich_pct: 15 },
      ],
      [
        { ct_hypodensity: 'gt_third_mca', nihss: 21 },
        { points: 4, sich_pct: 44 },
      ],
    ],
  },
  {
    score: 'GRASPS',
    source: 'Menon, Stroke 2012;43:2293',
    base: { glucose_mg_dl: 90, asian: false, age: 55, male: false, sbp: 110, nihss: 3 },
    rows: [
      [{}, points(45)],
      [{ glucose_mg_dl: 99 }, points(45)],
      [{ glucose_mg_dl: 100 }, points(49)],
      [{ glucose_mg_dl: 149 }, points(49)],
      [{ glucose_mg_dl: 150 }, points(51)],
      [{ asian: true }, points(54)],
      [{ age: 60 }, points(45)],
      [{ age: 61 }, points(48)],
      [{ age: 70 }, points(48)],
      [{ age: 71 }, points(52)],
      [{ age: 80 }, points(52)],
      [{ age: 81 }, points(54)],
      [{ male: true }, points(49)],
      [{ sbp: 119 }, points(45)],
      [{ sbp: 120 }, points(49)],
      [{ sbp: 150 }, points(53)],
      [{ sbp: 180 }, points(56)],
      [{ nihss: 5 }, points(45)],
      [{ nihss: 6 }, points(47)],
      [{ nihss: 11 }, points(54)],
      [{ nihss: 16 }, points(60)],
      [{ nihss: 21 }, points(62)],
      [{ glucose_mg_dl: 150, asian: true, age: 81, male: true, sbp: 180, nihss: 21 }, points(101)],
    ],
  },
  {
    score: 'SITS-SICH',
    source: 'Mazya, Stroke 2012;43:1524',
    base: {
      antiplatelet: 'none',
      nihss: 5,
      glucose_mg_dl: 100,
      sbp: 130,
      weight_kg: 70,
      age: 60,
      ott_min: 120,
      hypertension: false,
    },
    rows: [
      [{ nihss: 6 }, { points: 0, sich_pct: 0.2 }],
      [{ nihss: 7 }, { points: 1, sich_pct: null }],
      [{ nihss: 12 }, points(1)],
      [{ nihss: 13 }, points(2)],
      [{ glucose_mg_dl: 179 }, points(0)],
      [{ glucose_mg_dl: 180 }, points(2)],
      [{ age: 71 }, points(0)],
      [{ age: 72 }, points(1)],
      [{ sbp: 145 }, points(0)],
      [{ sbp: 146 }, points(1)],
      [{ weight_kg: 94.9 }, points(0)],
      [{ weight_kg: 95 }, points(1)],
      [{ ott_min: 179 }, points(0)],
      [{ ott_min: 180 }, points(1)],
      [{ hypertension: true }, points(1)],
    ],
  },
  {
    score: 'DRAGON',
    source: 'Strbian, Neurology 2012;78:427',
    base: {
      dense_artery_or_early_infarct: 'neither',
      prestroke_mrs: 0,
      age: 50,
      glucose_mmol_l: 6,
      onset_to_treatment_min: 60,
      nihss: 3,
    },
    rows: [
      [{}, { points: 0, good_outcome_pct: 96 }],
      [{ dense_artery_or_early_infarct: 'either' }, points(1)],
      [{ dense_artery_or_early_infarct: 'both' }, { points: 2, good_outcome_pct: 88 }],
      [{ prestroke_mrs: 1 }, points(0)],
      [{ prestroke_mrs: 2 }, points(1)],
      [{ age: 64 }, points(0)],
      [{ age: 65 }, points(1)],
      [{ age: 79 }, points(1)],
      [{ age: 80 }, points(2)],
      [{ glucose_mmol_l: 8 }, points(0)],
      [{ glucose_mmol_l: 8.1 }, points(1)],
      [{ onset_to_treatment_min: 90 }, points(0)],
      [{ onset_to_treatment_min: 91 }, points(1)],
      [{ nihss: 4 }, points(0)],
      [{ nihss: 5 }, points(1)],
      [{ nihss: 10 }, points(2)],
      [{ nihss: 15 }, points(2)],
      [{ nihss: 16 }, { points: 3, good_outcome_pct: 74 }],
      [
        { nihss: 16, age: 65 },
        { points: 4, good_outcome_pct: null },
      ],
    ],
  },
  {
    score: 'THRIVE',
    source: 'Flint, AJNR 2010;31:1192',
    base: { nihss: 5, age: 50, hypertension: false, diabetes: false, atrial_fibrillation: false },
    rows: [
      [{ nihss: 10 }, { points: 0, good_outcome_pct: 64.7, mortality_90d_pct: 5.9 }],
      [{ nihss: 11 }, points(2)],
      [{ nihss: 20 }, points(2)],
      [{ nihss: 21 }, points(4)],
      [{ age: 59 }, points(0)],
      [{ age: 60 }, points(1)],
      [{ age: 80 }, points(2)],
      [
        { age: 60, nihss: 11 },
        { points: 3, good_outcome_pct: null },
      ],
    ],
  },
  {
    score: 'ASTRAL',
    source: 'Ntaios, Neurology 2012;78:1916',
    base: {
      age: 70,
      nihss: 4,
      onset_to_admission_gt_3h: false,
      visual_field_defect: false,
      glucose_mmol_l: 6,
      decreased_loc: false,
    },
    rows: [
      [{}, { points: 18, points_age_rounded: 18, age_rounding_differs: false }],
      [{ age: 73 }, { points: 18, points_age_rounded: 19, age_rounding_differs: true }],
      [{ glucose_mmol_l: 7.3 }, points(18)],
      [{ glucose_mmol_l: 7.4 }, points(19)],
      [{ glucose_mmol_l: 3.7 }, points(18)],
      [{ glucose_mmol_l: 3.6 }, points(19)],
      [{ onset_to_admission_gt_3h: true }, points(20)],
      [{ onset_to_admission_gt_3h: 'unknown' }, points(20)],
      [{ visual_field_defect: true, decreased_loc: true }, points(23)],
    ],
  },
  {
    score: 'PLAN',
    source: 'O’Donnell, Arch Intern Med 2012;172:1548 (abstract: age counts 10 points, maximum 25)',
    base: {
      dependence: false,
      cancer: false,
      chf: false,
      af: false,
      reduced_loc: false,
      age: 49,
      leg: false,
      arm: false,
      aphasia_neglect: false,
    },
    rows: [
      [{}, { points: 4, mortality_30d_pct: 0.7 }],
      [{ age: 50 }, { points: 5, mortality_30d_pct: null }],
      [{ age: 99 }, points(9)],
      [
        {
          age: 104,
          dependence: true,
          cancer: true,
          chf: true,
          af: true,
          reduced_loc: true,
          leg: true,
          arm: true,
          aphasia_neglect: true,
        },
        points(25),
      ],
    ],
  },
  {
    score: 'HIAT2',
    source: 'Sarraj 2013',
    base: { age: 59, glucose_mg_dl: 149, nihss: 10, aspects: 8 },
    rows: [
      [{}, { points: 0, poor_outcome_pct: null }],
      [{ age: 60 }, points(2)],
      [{ age: 80 }, points(4)],
      [{ glucose_mg_dl: 150 }, points(1)],
      [{ nihss: 11 }, points(1)],
      [{ nihss: 20 }, points(1)],
      [{ nihss: 21 }, points(2)],
      [{ aspects: 7 }, points(3)],
      [
        { age: 60, aspects: 7 },
        { points: 5, poor_outcome_pct: '>80' },
      ],
    ],
  },
  {
    score: 'RICH',
    source: 'Erdur 2018, PMC5820302',
    base: { age: 80, nihss: 4, glucose_mg_dl: 125, sbp: 155, medium_or_high_statin: false },
    rows: [
      [{}, { points: 0, sich_pct: 0 }],
      [{ age: 81 }, { points: 1, sich_pct: 1.7 }],
      [{ nihss: 5 }, points(1)],
      [{ glucose_mg_dl: 126 }, points(1)],
      [{ sbp: 156 }, points(1)],
      [
        { age: 81, nihss: 5, glucose_mg_dl: 126, sbp: 156, medium_or_high_statin: true },
        { points: 5, sich_pct: 8.1 },
      ],
    ],
  },
  {
    score: 'SPAN-100',
    source: 'Saposnik, Neurology 2013;80:21',
    base: { age: 80, nihss: 19 },
    rows: [
      [{}, { index: 99, positive: false }],
      [{ nihss: 20 }, { index: 100, positive: true }],
    ],
  },
  {
    score: 'DAWN clinical-core mismatch',
    source: 'Nogueira, NEJM 2018;378:11',
    base: { age: 70, nihss: 10, core_ml: 10 },
    rows: [
      [
        { age: 80, core_ml: 20.9 },
        { meets: true, group: 'A' },
      ],
      [
        { age: 80, core_ml: 21 },
        { meets: false, group: null },
      ],
      [
        { age: 79, core_ml: 21 },
        { meets: true, group: 'B' },
      ],
      [{ core_ml: 31 }, { meets: false }],
      [
        { core_ml: 31, nihss: 20 },
        { meets: true, group: 'C' },
      ],
      [{ core_ml: 31, nihss: 19 }, { meets: false }],
      [{ core_ml: 51, nihss: 20 }, { meets: false }],
    ],
  },
  {
    score: 'DEFUSE 3 mismatch',
    source: 'Albers, NEJM 2018;378:708',
    base: { core_ml: 50, tmax6_ml: 90 },
    rows: [
      [{}, { meets: true, ratio: 1.8, mismatch_ml: 40 }],
      [{ tmax6_ml: 89.9 }, { meets: false }],
      [
        { core_ml: 5, tmax6_ml: 20 },
        { meets: true, mismatch_ml: 15 },
      ],
      [{ core_ml: 69.9, tmax6_ml: 200 }, { meets: true }],
      [{ core_ml: 70, tmax6_ml: 200 }, { meets: false }],
      [
        { core_ml: 0, tmax6_ml: 15 },
        { meets: true, ratio: null },
      ],
      [
        { core_ml: 0, tmax6_ml: 0 },
        { meets: false, ratio: null },
      ],
    ],
  },
  {
    score: 'EXTEND mismatch',
    source: 'Ma, NEJM 2019;380:1795',
    base: { core_ml: 60, tmax6_ml: 90 },
    rows: [
      [{ tmax6_ml: 72 }, { meets: false, ratio: 1.2 }],
      [{ tmax6_ml: 72.1 }, { meets: true }],
      [
        { core_ml: 10, tmax6_ml: 20 },
        { meets: false, mismatch_ml: 10 },
      ],
      [{ core_ml: 70, tmax6_ml: 200 }, { meets: false }],
    ],
  },
  {
    score: 'EPITHET mismatch',
    source: 'AHA/ASA 2026, Table 3',
    base: { core_ml: 10, tmax2_ml: 20 },
    rows: [
      [{}, { meets: true }],
      [{ tmax2_ml: 19.9 }, { meets: false }],
    ],
  },
  {
    score: 'ECASS-4 mismatch',
    source: 'AHA/ASA 2026, Table 3',
    base: { core_ml: 50, pwi_ml: 60 },
    rows: [
      [{}, { meets: true }],
      [{ core_ml: 10, pwi_ml: 19.9 }, { meets: false }],
    ],
  },
  {
    score: 'TIMELESS/TRACE-3 mismatch',
    source: 'AHA/ASA 2026, Table 3',
    base: { core_ml: 50, tmax6_ml: 90 },
    rows: [
      [{}, { meets: false }],
      [{ tmax6_ml: 90.1 }, { meets: true }],
    ],
  },
  {
    score: 'Alteplase stroke dose',
    source: '0.9 mg/kg, at most 90 mg, 10 % as bolus',
    base: { weight_kg: 80 },
    rows: [
      [{}, { total_mg: 72, bolus_mg: 7.2, infusion_mg: 64.8 }],
      [{ weight_kg: 130 }, { total_mg: 90, bolus_mg: 9, infusion_mg: 81 }],
    ],
  },
  {
    score: 'Tenecteplase stroke dose',
    source: 'AHA/ASA 2026, Table 7',
    base: { weight_kg: 59.9 },
    rows: [
      [{}, { dose_mg: 15 }],
      [{ weight_kg: 69.9 }, { dose_mg: 17.5 }],
      [{ weight_kg: 89.9 }, { dose_mg: 22.5 }],
      [{ weight_kg: 96 }, { dose_mg: 25, exact_dose_mg: 24, band_differs_from_exact: true }],
      [{ weight_kg: 150 }, { dose_mg: 25, exact_dose_mg: 25, band_differs_from_exact: false }],
    ],
  },
];
