/**
 * Doses of thrombolytics for acute ischemic stroke by body weight: pure tables, no patient, no guideline choice.
 * Never to be used for myocardial infarction, whose tenecteplase doses are twice as large.
 */

/** Range in which a weight is taken as that of an adult patient; outside it no dose is calculated. */
export const PLAUSIBLE_ADULT_WEIGHT_KG = { min: 30, max: 300 } as const;

export const TENECTEPLASE_MG_PER_ML = 5;
export const ALTEPLASE_MG_PER_ML = 1;
export const TENECTEPLASE_MAX_MG = 25;
export const ALTEPLASE_MAX_MG = 90;

export interface BolusDose {
  readonly doseMg: number;
  readonly volumeMl: number;
}

export interface InfusionDose {
  /** 0.9 mg/kg, at most 90 mg */
  readonly totalMg: number;
  /** 10 % over 1 min */
  readonly bolusMg: number;
  /** the rest over 60 min */
  readonly infusionMg: number;
  readonly bolusMinutes: 1;
  readonly infusionMinutes: 60;
  readonly totalMl: number;
  readonly bolusMl: number;
  readonly infusionMl: number;
}

/** Doses are written to 0.1 mg; the added epsilon keeps 0.25 × 75.4 and the like from falling below their half. */
const toTenth = (mg: number): number => Math.round(mg * 10 + 1e-9) / 10;
const toHundredth = (ml: number): number => Math.round(ml * 100 + 1e-9) / 100;

const TENECTEPLASE_BANDS: readonly { readonly belowKg: number; readonly doseMg: number }[] = [
  { belowKg: 60, doseMg: 15 },
  { belowKg: 70, doseMg: 17.5 },
  { belowKg: 80, doseMg: 20 },
  { belowKg: 90, doseMg: 22.5 },
  { belowKg: Number.POSITIVE_INFINITY, doseMg: TENECTEPLASE_MAX_MG },
];

/**
 * Tenecteplase by weight band, single bolus (AHA/ASA 2026, Table 7).
 * @param weightKg body weight in kg
 * @returns mg, and mL at 5 mg/mL
 * @throws RangeError for a weight outside 30–300 kg or not finite
 */
export function tenecteplaseBand(weightKg: number): BolusDose {
  refuseImplausible(weightKg);
  const band = TENECTEPLASE_BANDS.find(({ belowKg }) => weightKg < belowKg);
  return bolus(band?.doseMg ?? TENECTEPLASE_MAX_MG);
}

/**
 * Tenecteplase 0.25 mg/kg, at most 25 mg, single bolus (AHA/ASA 2026, 4.6.2 rec. 1; ESO 2023).
 * @param weightKg body weight in kg
 * @returns mg to 0.1, and mL at 5 mg/mL to 0.01
 * @throws RangeError for a weight outside 30–300 kg or not finite
 */
export function tenecteplaseExact(weightKg: number): BolusDose {
  refuseImplausible(weightKg);
  return bolus(Math.min(toTenth(0.25 * weightKg), TENECTEPLASE_MAX_MG));
}

/**
 * Alteplase 0.9 mg/kg, at most 90 mg: 10 % as a bolus over 1 min, 90 % over 60 min.
 * The infusion is the total less the rounded bolus, so that the two always add up.
 * @param weightKg body weight in kg
 * @returns mg to 0.1, and mL at 1 mg/mL
 * @throws RangeError for a weight outside 30–300 kg or not finite
 */
export function alteplase(weightKg: number): InfusionDose {
  refuseImplausible(weightKg);
  const totalMg = Math.min(toTenth(0.9 * weightKg), ALTEPLASE_MAX_MG);
  const bolusMg = toTenth(totalMg * 0.1);
  const infusionMg = toTenth(totalMg - bolusMg);
  return {
    totalMg,
    bolusMg,
    infusionMg,
    bolusMinutes: 1,
    infusionMinutes: 60,
    totalMl: totalMg / ALTEPLASE_MG_PER_ML,
    bolusMl: bolusMg / ALTEPLASE_MG_PER_ML,
    infusionMl: infusionMg / ALTEPLASE_MG_PER_ML,
  };
}

function bolus(doseMg: number): BolusDose {
  return { doseMg, volumeMl: toHundredth(doseMg / TENECTEPLASE_MG_PER_ML) };
}

export function isPlausibleAdultWeight(weightKg: number): boolean {
  return weightKg >= PLAUSIBLE_ADULT_WEIGHT_KG.min && weightKg <= PLAUSIBLE_ADULT_WEIGHT_KG.max;
}

function refuseImplausible(weightKg: number): void {
  if (!isPlausibleAdultWeight(weightKg)) throw new RangeError('weight for a thrombolytic dose must lie in 30–300 kg');
}
