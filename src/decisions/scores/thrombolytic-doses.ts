/** Doses for ischemic stroke by weight, as rows of the score table; the numbers come from the dose tables. */
import { alteplase, tenecteplaseBand, tenecteplaseExact } from '../thrombolysis/dose-tables.ts';
import { defineScore } from './definition.ts';
import { weight } from './inputs.ts';

const STROKE_ONLY = 'acute ischemic stroke only: the doses for myocardial infarction are twice as large';

export const TENECTEPLASE_BANDED = defineScore({
  name: 'Tenecteplase stroke dose (banded, AHA 2026 Table 7)',
  synonyms: [
    'Tenecteplase stroke dose',
    'Tenecteplase stroke dose (banded)',
    'Tenecteplase banded',
    'Tenecteplase',
    'TNK',
  ],
  basis: {
    definition: 'single bolus by weight band, 5 mg/mL; the exact 0.25 mg/kg dose is shown beside it',
    cohort: 'adults with acute ischemic stroke',
    range: '30–300 kg',
    limits: `${STROKE_ONLY}; below 60 kg the band exceeds 0.25 mg/kg`,
    citation: {
      source: 'aha-asa-2026',
      section: 'Table 7',
      doi: '10.1161/STR.0000000000000513',
      grade: 'V2',
      errataChecked: false,
    },
  },
  inputs: { weight_kg: weight() },
  compute: (i) => {
    const band = tenecteplaseBand(i.weight_kg);
    const exact = tenecteplaseExact(i.weight_kg);
    return {
      dose_mg: band.doseMg,
      volume_ml: band.volumeMl,
      exact_dose_mg: exact.doseMg,
      exact_volume_ml: exact.volumeMl,
      band_differs_from_exact: band.doseMg !== exact.doseMg,
    };
  },
});

export const TENECTEPLASE_EXACT = defineScore({
  name: 'Tenecteplase stroke dose (exact, 0.25 mg/kg)',
  synonyms: ['Tenecteplase stroke dose (exact)', 'Tenecteplase exact'],
  basis: {
    definition: 'single bolus of 0.25 mg/kg, at most 25 mg, 5 mg/mL; the band dose is shown beside it',
    cohort: 'adults with acute ischemic stroke',
    range: '30–300 kg',
    limits: STROKE_ONLY,
    citation: {
      source: 'aha-asa-2026',
      section: '4.6.2 rec. 1',
      cor: '1',
      loe: 'A',
      doi: '10.1161/STR.0000000000000513',
      grade: 'V2',
      errataChecked: false,
    },
  },
  inputs: { weight_kg: weight() },
  compute: (i) => {
    const band = tenecteplaseBand(i.weight_kg);
    const exact = tenecteplaseExact(i.weight_kg);
    return {
      dose_mg: exact.doseMg,
      volume_ml: exact.volumeMl,
      band_dose_mg: band.doseMg,
      band_volume_ml: band.volumeMl,
      band_differs_from_exact: band.doseMg !== exact.doseMg,
    };
  },
});

export const ALTEPLASE = defineScore({
  name: 'Alteplase stroke dose',
  synonyms: ['Alteplase', 'rt-PA', 'tPA', 'Alteplase dose'],
  basis: {
    definition: '0.9 mg/kg, at most 90 mg: 10 % as a bolus over 1 min, the rest over 60 min; written to 0.1 mg',
    cohort: 'adults with acute ischemic stroke',
    range: '30–300 kg',
    limits: STROKE_ONLY,
    citation: {
      source: 'aha-asa-2026',
      section: '4.6.2 rec. 1',
      cor: '1',
      loe: 'A',
      doi: '10.1161/STR.0000000000000513',
      grade: 'V2',
      errataChecked: false,
    },
  },
  inputs: { weight_kg: weight() },
  compute: (i) => {
    const dose = alteplase(i.weight_kg);
    return {
      total_mg: dose.totalMg,
      bolus_mg: dose.bolusMg,
      infusion_mg: dose.infusionMg,
      infusion_min: dose.infusionMinutes,
      bolus_min: dose.bolusMinutes,
    };
  },
});
