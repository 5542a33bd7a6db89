/**
 * A simulated population with the case mix of the thrombolysis trials (Emberson 2014): control patients by NIHSS as in
 * figure 2 (321, 1 252, 1 792 with 0–4, 5–10, 11 or more; the last split 808, 671, 313), 26 % older than 80 years
 * (1 729 of 6 756). Glucose above 7.3 mmol/L in 40 % (IST-3: 33 % with 8 or more, 48 % with 6 or 7 mmol/L).
 * Not published, so assumed: ages within the two groups, delays within a band, arrival an hour before treatment, and the
 * share with a visual field defect and with reduced consciousness by severity.
 */
import { ASTRAL } from '../../../src/decisions/scores/astral.ts';

export interface SimulatedPatient {
  readonly age: number;
  readonly nihss: number;
  readonly astralPoints: number;
  /** Minutes from onset to treatment, or to no treatment. */
  readonly minutes: number;
}

const NIHSS_BANDS = [
  { from: 1, to: 4, patients: 321, visual: 0.05, consciousness: 0.02 },
  { from: 5, to: 10, patients: 1252, visual: 0.2, consciousness: 0.05 },
  { from: 11, to: 15, patients: 808, visual: 0.5, consciousness: 0.15 },
  { from: 16, to: 21, patients: 671, visual: 0.65, consciousness: 0.35 },
  { from: 22, to: 30, patients: 313, visual: 0.75, consciousness: 0.7 },
] as const;
const CONTROLS = 3365;
const OLDER_THAN_80 = 1729 / 6756;
const GLUCOSE_HIGH = 0.4;

/** A generator with a fixed seed (mulberry32): the same population on every machine. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** @param delay minutes from onset to treatment, lowest and highest */
export function simulatedTrial(size: number, delay: readonly [number, number], seed: number): SimulatedPatient[] {
  const random = generator(seed);
  const between = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const normal = (mean: number, sd: number): number =>
    mean + sd * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: size }, () => {
    const band = pick(random() * CONTROLS);
    const nihss = between(band.from, band.to);
    const isOld = random() < OLDER_THAN_80;
    const age = Math.round(isOld ? clamp(normal(85, 4), 81, 100) : clamp(normal(66, 11), 18, 80));
    const minutes = between(...delay);
    const { points } = ASTRAL.compute({
      age,
      nihss,
      onset_to_admission_gt_3h: minutes - 60 > 180 ? 'true' : 'false',
      visual_field_defect: random() < band.visual,
      glucose_mmol_l: random() < GLUCOSE_HIGH ? 9 : 6,
      decreased_loc: random() < band.consciousness,
    }) as { points: number };
    return { age, nihss, astralPoints: points, minutes };
  });
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

function pick(position: number): (typeof NIHSS_BANDS)[number] {
  let passed = 0;
  for (const band of NIHSS_BANDS) {
    passed += band.patients;
    if (position < passed) return band;
  }
  return NIHSS_BANDS[4];
}
