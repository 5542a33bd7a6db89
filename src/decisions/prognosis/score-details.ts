/** Items, scale, outcome and cohort of the scores of the 90-day outlook, and how their published rates are read. */
import type { InputValues, RangedItem } from '../scores/item-range.ts';
import type { CohortTreatment, PrognosisOutcome, PrognosisScoreName, Span } from './result.ts';

/** A rate in the score's result, in percent. */
export interface RateField {
  readonly field: string;
  readonly outcome: PrognosisOutcome;
}

export interface ScoreDetails {
  readonly items: readonly RangedItem[];
  readonly scale: Span;
  readonly outcome: PrognosisOutcome;
  readonly cohortTreatment: CohortTreatment;
  readonly rates: readonly RateField[];
}

const item = (id: string, lowest: InputValues, highest: InputValues, base?: Span): RangedItem =>
  base === undefined ? { id, lowest, highest } : { id, lowest, highest, base };
const flag = (id: string, input: string): RangedItem => item(id, { [input]: false }, { [input]: true });

const ADULT = 18;
const OLDEST = 120;
const age = (base?: Span): RangedItem => item('age', { age: ADULT }, { age: OLDEST }, base);
const nihss = item('nihss', { nihss: 0 }, { nihss: 42 });
/** The case gives mg/dL; 400 lies above every cut. */
const glucose = item('glucose', { glucose_mg_dl: 90 }, { glucose_mg_dl: 400 });

export const SCORE_DETAILS: Readonly<Record<PrognosisScoreName, ScoreDetails>> = {
  ASTRAL: {
    items: [
      // 18/5 is 3 rounded down, 4 to the nearest whole.
      age({ low: 3, high: 4 }),
      nihss,
      item('onset-to-admission', { onset_to_admission_gt_3h: 'false' }, { onset_to_admission_gt_3h: 'true' }),
      flag('visual-field', 'visual_field_defect'),
      glucose,
      flag('consciousness', 'decreased_loc'),
    ],
    scale: { low: 3, high: 74 },
    outcome: 'mrs-3-to-6-at-90-days',
    cohortTreatment: 'mixed',
    rates: [
      { field: 'unfavorable_3m_pct_fit', outcome: 'mrs-3-to-6-at-90-days' },
      { field: 'unfavorable_3m_pct_fit_age_rounded', outcome: 'mrs-3-to-6-at-90-days' },
    ],
  },
  DRAGON: {
    items: [
      item(
        'dense-artery-or-early-infarct',
        { dense_artery_or_early_infarct: 'neither' },
        { dense_artery_or_early_infarct: 'both' },
      ),
      item('pre-stroke-mrs', { prestroke_mrs: 0 }, { prestroke_mrs: 5 }),
      age(),
      glucose,
      item('onset-to-treatment', { onset_to_treatment_min: 60 }, { onset_to_treatment_min: 240 }),
      nihss,
    ],
    scale: { low: 0, high: 10 },
    outcome: 'mrs-0-to-2-at-90-days',
    cohortTreatment: 'thrombolysis',
    rates: [{ field: 'good_outcome_pct', outcome: 'mrs-0-to-2-at-90-days' }],
  },
  THRIVE: {
    items: [
      nihss,
      age(),
      flag('hypertension', 'hypertension'),
      flag('diabetes', 'diabetes'),
      flag('atrial-fibrillation', 'atrial_fibrillation'),
    ],
    scale: { low: 0, high: 9 },
    outcome: 'mrs-0-to-2-at-90-days',
    cohortTreatment: 'thrombectomy',
    rates: [
      { field: 'good_outcome_pct', outcome: 'mrs-0-to-2-at-90-days' },
      { field: 'mortality_90d_pct', outcome: 'death-at-90-days' },
    ],
  },
  PLAN: {
    items: [
      flag('dependence', 'dependence'),
      flag('cancer', 'cancer'),
      flag('heart-failure', 'chf'),
      flag('atrial-fibrillation', 'af'),
      flag('consciousness', 'reduced_loc'),
      age({ low: 1, high: 1 }),
      flag('leg-weakness', 'leg'),
      flag('arm-weakness', 'arm'),
      flag('aphasia-or-neglect', 'aphasia_neglect'),
    ],
    scale: { low: 1, high: 25 },
    outcome: 'death-within-30-days',
    cohortTreatment: 'mixed',
    rates: [{ field: 'mortality_30d_pct', outcome: 'death-within-30-days' }],
  },
  HIAT2: {
    items: [age(), glucose, nihss, item('aspects', { aspects: 10 }, { aspects: 0 })],
    scale: { low: 0, high: 10 },
    outcome: 'mrs-4-to-6-at-90-days',
    cohortTreatment: 'intra-arterial',
    rates: [{ field: 'poor_outcome_pct', outcome: 'mrs-4-to-6-at-90-days' }],
  },
  'SPAN-100': {
    items: [age({ low: ADULT, high: ADULT }), nihss],
    scale: { low: 18, high: 162 },
    outcome: 'favorable-composite-at-90-days',
    cohortTreatment: 'thrombolysis',
    rates: [{ field: 'favorable_3m_pct_alteplase', outcome: 'favorable-composite-at-90-days' }],
  },
};
