/**
 * Items of each score with the inputs at their lowest and highest class, so that points by item and the range of a score
 * with open items follow from the published table itself, which stays in one place (`decisions/scores`).
 * All items add up and rise from `lowest` to `highest`.
 */
import type { HemorrhageOutcome, Span, TransformationScoreName } from './result.ts';

type InputValues = Readonly<Record<string, string | number | boolean>>;

export interface ItemDefinition {
  readonly id: string;
  readonly lowest: InputValues;
  readonly highest: InputValues;
  /** Points of the lowest class; 0 except in GRASPS. */
  readonly base?: number;
  readonly switchedOff?: true;
}

export interface ScoreDetails {
  readonly items: readonly ItemDefinition[];
  readonly scale: Span;
  readonly outcome: HemorrhageOutcome;
  /** Names of the rates in the score's result; several when derivation and validation are both published. */
  readonly rates: readonly string[];
}

const nihss = { id: 'nihss', lowest: { nihss: 0 }, highest: { nihss: 42 } } as const;
const age = { id: 'age', lowest: { age: 18 }, highest: { age: 120 } } as const;
const glucose = { id: 'glucose', lowest: { glucose_mg_dl: 90 }, highest: { glucose_mg_dl: 400 } } as const;
const pressure = { id: 'systolic-pressure', lowest: { sbp: 100 }, highest: { sbp: 220 } } as const;
const flag = (id: string, input: string): ItemDefinition => ({
  id,
  lowest: { [input]: false },
  highest: { [input]: true },
});
const hypertension = flag('hypertension', 'hypertension');

export const SCORE_DETAILS: Readonly<Record<TransformationScoreName, ScoreDetails>> = {
  SEDAN: {
    items: [
      glucose,
      flag('early-infarct-signs', 'early_infarct_signs'),
      flag('hyperdense-artery', 'hyperdense_artery'),
      age,
      nihss,
    ],
    scale: { low: 0, high: 6 },
    outcome: 'symptomatic-ecass-2',
    rates: ['sich_pct_derivation', 'sich_pct_validation'],
  },
  HAT: {
    items: [
      nihss,
      { id: 'hypodensity', lowest: { ct_hypodensity: 'none' }, highest: { ct_hypodensity: 'gt_third_mca' } },
      {
        id: 'diabetes-or-glucose',
        lowest: { diabetes: false, glucose_mg_dl: 90 },
        highest: { diabetes: true, glucose_mg_dl: 400 },
      },
    ],
    scale: { low: 0, high: 5 },
    outcome: 'symptomatic-attributed',
    rates: ['sich_pct'],
  },
  GRASPS: {
    items: [
      { ...glucose, base: 2 },
      // The origin of the patient is never asked for: both totals count.
      { id: 'asian-origin', lowest: { asian: 'false' }, highest: { asian: 'true' }, switchedOff: true },
      { ...age, base: 8 },
      flag('male-sex', 'male'),
      { ...pressure, base: 10 },
      { ...nihss, base: 25 },
    ],
    scale: { low: 45, high: 101 },
    outcome: 'symptomatic-attributed-36-hours',
    rates: ['sich_pct_fit'],
  },
  'SITS-SICH': {
    items: [
      { id: 'antiplatelet', lowest: { antiplatelet: 'none' }, highest: { antiplatelet: 'aspirin_clopidogrel' } },
      nihss,
      glucose,
      age,
      pressure,
      { id: 'weight', lowest: { weight_kg: 60 }, highest: { weight_kg: 120 } },
      { id: 'onset-to-treatment', lowest: { ott_min: 60 }, highest: { ott_min: 240 } },
      hypertension,
    ],
    scale: { low: 0, high: 12 },
    outcome: 'symptomatic-sits-most',
    rates: ['sich_pct'],
  },
  RICH: {
    items: [age, nihss, glucose, pressure, flag('statin', 'medium_or_high_statin')],
    scale: { low: 0, high: 5 },
    outcome: 'symptomatic-ecass-3',
    rates: ['sich_pct'],
  },
  'SPAN-100': {
    items: [
      { ...age, base: 18 },
      { ...nihss, base: 0 },
    ],
    scale: { low: 18, high: 162 },
    outcome: 'any-hemorrhage',
    rates: ['any_ich_pct_alteplase'],
  },
  THRIVE: {
    items: [nihss, age, hypertension, flag('diabetes', 'diabetes'), flag('atrial-fibrillation', 'atrial_fibrillation')],
    scale: { low: 0, high: 9 },
    outcome: 'not-hemorrhage',
    rates: [],
  },
};
