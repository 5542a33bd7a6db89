/**
 * Every numeric fact that is one Observation: unit, range a living patient can have, and how old a value may be.
 * The ranges are wide on purpose: they catch errors of entry (a decimal point, another unit), not disease. They come
 * from analyzers' reporting ranges and survivable extremes in case reports, and are ours, not a guideline's.
 */
import { DAY, HOUR, type Fact, type Quantity, type StrokeFacts, type Unit } from '../../case/index.ts';
import type { RecordKey } from '../record.ts';
import { MOLAR_MASS, type UnitTarget } from '../units.ts';

export type QuantityKey = {
  [K in keyof StrokeFacts]: StrokeFacts[K] extends Fact<Quantity> ? K : never;
}[keyof StrokeFacts];
/** Age comes from the date of birth, the coma scale from its parts. */
export type MeasuredKey = Exclude<QuantityKey, 'age' | 'gcs'>;

export interface MeasuredQuantity {
  /** ValueSet of the codes. */
  readonly group: string;
  /** Name in reasons: 'INR 480'. */
  readonly label: string;
  readonly target: UnitTarget;
  /** Plausible range in the target's unit, both ends included. */
  readonly range: readonly [number, number];
  /** How old a value may be, in ms. */
  readonly lookBack: number;
  readonly list: RecordKey;
  /** Scores and counts take whole numbers only. */
  readonly whole?: boolean;
  /** Changes over hours only: results closer together that differ by more than methods do contradict each other. */
  readonly slow?: true;
  /** Of this episode: a measurement before the patient was last known well says nothing about it. */
  readonly ofEpisode?: boolean;
}

// A result of yesterday is not this patient's state now: all that decide about treatment must be of the last day.
const NOW_LAB = DAY;
const RENAL = 2 * DAY;
const GLUCOSE = 6 * HOUR;

const lab = (
  group: string,
  label: string,
  unit: Unit,
  range: readonly [number, number],
  lookBack: number,
  conversion: Pick<UnitTarget, 'molarMass' | 'decimals'> = {},
): MeasuredQuantity => ({
  group: `observation-${group}`,
  label,
  target: { unit, ...conversion },
  range,
  lookBack,
  list: 'laboratory',
});

const slow = (quantity: MeasuredQuantity): MeasuredQuantity => ({ ...quantity, slow: true });

const image = (
  group: string,
  label: string,
  unit: Unit,
  range: readonly [number, number],
  more: Partial<MeasuredQuantity> = {},
): MeasuredQuantity => ({
  group: `observation-${group}`,
  label,
  target: { unit },
  range,
  lookBack: DAY,
  list: 'strokeObservations',
  ofEpisode: true,
  whole: unit === '{score}' || unit === '{count}',
  ...more,
});

const EVER = 100 * 365 * DAY;

export const QUANTITIES: Readonly<Record<MeasuredKey, MeasuredQuantity>> = {
  // Glucose mimics a stroke and moves within minutes: one from before this stroke does not speak of it.
  glucose: {
    ...lab('glucose', 'glucose', 'mg/dL', [5, 2500], GLUCOSE, { molarMass: MOLAR_MASS.glucose, decimals: 0 }),
    ofEpisode: true,
  },
  inr: slow(lab('inr', 'INR', '{INR}', [0.5, 25], NOW_LAB)),
  prothrombinTime: slow(lab('prothrombin-time', 'PT', 's', [5, 250], NOW_LAB)),
  aptt: slow(lab('aptt', 'aPTT', 's', [10, 400], NOW_LAB)),
  antiXaActivity: slow(lab('anti-xa', 'anti-Xa', '[IU]/mL', [0, 15], NOW_LAB)),
  thrombinTime: slow(lab('thrombin-time', 'TT', 's', [5, 500], NOW_LAB)),
  platelets: slow(lab('platelets', 'platelets', '10*9/L', [1, 4000], NOW_LAB)),
  fibrinogen: lab('fibrinogen', 'fibrinogen', 'mg/dL', [5, 2000], NOW_LAB),
  creatinine: lab('creatinine', 'creatinine', 'mg/dL', [0.1, 40], RENAL, {
    molarMass: MOLAR_MASS.creatinine,
    decimals: 2,
  }),
  egfr: lab('egfr', 'eGFR', 'mL/min/{1.73_m2}', [0, 250], RENAL),
  // Glycated hemoglobin averages two to three months; lipids change slowly.
  hba1c: lab('hba1c', 'HbA1c', '%', [2, 25], 120 * DAY, { decimals: 1 }),
  ldl: lab('ldl', 'LDL', 'mg/dL', [1, 1500], 365 * DAY, { molarMass: MOLAR_MASS.cholesterol, decimals: 0 }),

  aspects: image('aspects', 'ASPECTS', '{score}', [0, 10]),
  pcAspects: image('pc-aspects', 'pc-ASPECTS', '{score}', [0, 10]),
  coreVolume: image('core-volume', 'core', 'mL', [0, 1000]),
  hypoperfusionVolume: image('hypoperfusion-volume', 'Tmax>6s', 'mL', [0, 1500]),
  severeHypoperfusionVolume: image('severe-hypoperfusion-volume', 'Tmax>10s', 'mL', [0, 1500]),
  tmaxOver14Volume: image('tmax-over-14-volume', 'Tmax>14s', 'mL', [0, 1500]),
  veryLowCbvVolume: image('very-low-cbv-volume', 'very low CBV', 'mL', [0, 1000]),
  bloodBrainBarrierPermeability: image('blood-brain-barrier-permeability', 'permeability', 'mL/(100.g.min)', [0, 100]),
  relativePermeability: image('relative-permeability', 'relative permeability', '{ratio}', [0, 100]),
  dwiLesionVolume: image('dwi-lesion-volume', 'DWI', 'mL', [0, 1000]),
  // Microbleeds and aneurysms are known from earlier examinations.
  cerebralMicrobleeds: image('cerebral-microbleeds', 'microbleeds', '{count}', [0, 2000], {
    lookBack: EVER,
    ofEpisode: false,
  }),
  aneurysmDiameter: image('aneurysm-diameter', 'aneurysm', 'mm', [0.5, 100], { lookBack: EVER, ofEpisode: false }),
  // As long as the hemorrhage itself counts.
  hematomaVolume: image('hematoma-volume', 'hematoma', 'mL', [0, 400], { lookBack: 7 * DAY }),
  hematomaDiameter: image('hematoma-diameter', 'hematoma', 'mm', [1, 150], { lookBack: 7 * DAY }),
  // The cause is looked for over days, with what was seen on the first ones.
  infarctDiameter: image('infarct-diameter', 'infarct', 'mm', [0.5, 250], { lookBack: 7 * DAY }),
  aorticArchPlaque: image('aortic-arch-plaque', 'arch plaque', 'mm', [0, 60], {
    lookBack: 365 * DAY,
    ofEpisode: false,
  }),
  ejectionFraction: image('ejection-fraction', 'LVEF', '%', [1, 95], { lookBack: 365 * DAY, ofEpisode: false }),
};

/** The other look-backs, in ms. */
export const LOOK_BACK = {
  /** The pressure that decides must be of the same few hours; the course shows the day. */
  bloodPressure: 3 * HOUR,
  bloodPressureCourse: DAY,
  nihss: 2 * DAY,
  gcs: DAY,
  mrs: 365 * DAY,
  /** Older weights are not this patient's dose. */
  weight: 180 * DAY,
  /** A weight of this stay: here the better method outranks the later entry. */
  weightOfStay: 2 * DAY,
  judgement: 2 * DAY,
  cognition: EVER,
  /** A clock that lies further back belongs to another episode. */
  clock: 7 * DAY,
  pregnancyTest: 14 * DAY,
  imagingFinding: DAY,
  /** A hemorrhage once seen is one for the acute phase; that there was none says little a day later. */
  hemorrhage: 7 * DAY,
  /** The cause of a stroke is looked for over days. */
  causeFinding: 7 * DAY,
  /** Arteries narrow over months. */
  vessels: 90 * DAY,
} as const;

/** Plausible ranges of quantities that have mappers of their own. */
export const RANGE = {
  systolic: [30, 350],
  diastolic: [10, 250],
  weight: [2, 400],
} as const satisfies Record<string, readonly [number, number]>;

/** Units of quantities that have mappers of their own. */
export const TARGET = {
  pressure: { unit: 'mm[Hg]', decimals: 0 },
  weight: { unit: 'kg', decimals: 1 },
} as const satisfies Record<string, UnitTarget>;
