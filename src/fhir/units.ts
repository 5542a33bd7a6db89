/**
 * Conversion of recorded quantities to the unit of their fact. The UCUM library is asked once per pair of units;
 * the hot path multiplies by the factor it gave.
 */
import ucum from '@lhncbc/ucum-lhc';
import type { Unit } from '../case/index.ts';

/** What one fact needs to know about units. */
export interface UnitTarget<U extends Unit = Unit> {
  readonly unit: U;
  /** g/mol, where laboratories report moles as well as mass. */
  readonly molarMass?: number;
  /** Decimals that a value converted from another unit is given with; undefined = as computed. */
  readonly decimals?: number;
}

/** g/mol: glucose C6H12O6; creatinine C4H7N3O; cholesterol C27H46O (lipid results are reported as cholesterol). */
export const MOLAR_MASS = { glucose: 180.156, creatinine: 113.12, cholesterol: 386.65 } as const;

/** Units that count or compare: '%' or '10*3' would convert in UCUM but mean something else here. */
const DIMENSIONLESS: ReadonlySet<Unit> = new Set<Unit>(['{INR}', '{ratio}', '{score}', '{count}']);
const DIMENSIONLESS_SPELLINGS = /^(?:1|\{[^{}]*\}|inr|ratio|score|points?|count)?$/i;

/** Spellings seen in records that are not UCUM, or that UCUM reads as something else (K is kelvin). */
const SPELLINGS: Readonly<Record<string, string>> = {
  'K/uL': '10*3/uL',
  'K/µL': '10*3/uL',
  'K/mcL': '10*3/uL',
  'k/uL': '10*3/uL',
  'thou/uL': '10*3/uL',
  'thousand/uL': '10*3/uL',
  'x10E3/uL': '10*3/uL',
  'x10E9/L': '10*9/L',
  'x10^3/uL': '10*3/uL',
  'x10^9/L': '10*9/L',
  'x10(3)/mcL': '10*3/uL',
  '10^3/uL': '10*3/uL',
  '10^9/L': '10*9/L',
  '10*3/mm3': '10*3/uL',
  '10e3/uL': '10*3/uL',
  '10e9/L': '10*9/L',
  'G/L': '10*9/L',
  '/mm3': '/uL',
  '/cmm': '/uL',
  mmHg: 'mm[Hg]',
  'mm Hg': 'mm[Hg]',
  sec: 's',
  secs: 's',
  seconds: 's',
  second: 's',
  lb: '[lb_av]',
  lbs: '[lb_av]',
  pounds: '[lb_av]',
  oz: '[oz_av]',
  kgs: 'kg',
  gm: 'g',
  'mg%': 'mg/dL',
  'mg/100mL': 'mg/dL',
  'mcmol/L': 'umol/L',
  'µmol/L': 'umol/L',
  'μmol/L': 'umol/L',
  'U/mL': '[IU]/mL',
  'IU/mL': '[IU]/mL',
  '[iU]/mL': '[IU]/mL',
  'U/ml': '[IU]/mL',
  'IU/ml': '[IU]/mL',
  'mL/min/1.73m2': 'mL/min/{1.73_m2}',
  'mL/min/1.73 m2': 'mL/min/{1.73_m2}',
  'mL/min/1.73m^2': 'mL/min/{1.73_m2}',
  'mL/min/1.73_m2': 'mL/min/{1.73_m2}',
  'mL/min/{1.73m2}': 'mL/min/{1.73_m2}',
  'mL/min/1.73.m2': 'mL/min/{1.73_m2}',
  'mL/min': 'mL/min/{1.73_m2}',
  'mL/100g/min': 'mL/(100.g.min)',
  'mL/100 g/min': 'mL/(100.g.min)',
  'mL/min/100g': 'mL/(100.g.min)',
  ml: 'mL',
  cc: 'mL',
  percent: '%',
};

/** Plain unit tokens may be named in a reason; anything longer or with blanks could be free text. */
const PLAIN_TOKEN = /^[A-Za-z0-9%*/.[\]{}_^-]{1,15}$/;

/** The unit's text when it is safe to repeat. */
export function nameableUnit(unit: string | undefined): string | undefined {
  return unit !== undefined && PLAIN_TOKEN.test(unit) ? unit : undefined;
}

interface Linear {
  readonly factor: number;
  readonly offset: number;
}

const IDENTITY: Linear = { factor: 1, offset: 0 };
const CACHE_LIMIT = 1024;
const LONGEST_UNIT = 30;
const UCUM_CHARACTERS = /^[A-Za-z0-9%*/.[\]{}_^'-]+$/;
const conversions = new Map<string, Linear | null>();

/** NGSP % from IFCC mmol/mol, the master equation (Hoelzel et al., Clin Chem 2004;50:166). */
const NGSP_FROM_IFCC: Linear = { factor: 0.09148, offset: 2.152 };

function findConversion(recorded: string, target: UnitTarget): Linear | null {
  if (DIMENSIONLESS.has(target.unit)) return DIMENSIONLESS_SPELLINGS.test(recorded) ? IDENTITY : null;
  const unit = SPELLINGS[recorded] ?? recorded;
  if (unit === target.unit) return IDENTITY;
  // The library prints what it cannot parse: free text must not reach it.
  if (unit.length > LONGEST_UNIT || !UCUM_CHARACTERS.test(unit)) return null;
  if (target.unit === '%') {
    // 'mmol/mol' is dimensionless in UCUM; for hemoglobin A1c it is the other reference system.
    if (unit === 'mmol/mol') return NGSP_FROM_IFCC;
    return unit === '1' ? { factor: 100, offset: 0 } : null;
  }
  const options = target.molarMass === undefined ? undefined : { molecularWeight: target.molarMass };
  const { status, toVal } = ucum.UcumLhcUtils.getInstance().convertUnitTo(unit, 1, target.unit, options);
  return status === 'succeeded' && toVal !== null ? { factor: toVal, offset: 0 } : null;
}

/**
 * @param recorded UCUM code, else the printed unit; undefined counts as no unit
 * @returns the value in the target's unit, rounded to 12 digits so that 100 10*3/uL is exactly 100 10*9/L;
 * undefined when the unit is not understood
 */
export function convert(value: number, recorded: string | undefined, target: UnitTarget): number | undefined {
  if (recorded === target.unit) return value;
  const key = `${target.unit} ${target.molarMass ?? ''} ${recorded ?? ''}`;
  let conversion = conversions.get(key);
  if (conversion === undefined) {
    conversion = findConversion(recorded ?? '', target);
    if (conversions.size >= CACHE_LIMIT) conversions.clear();
    conversions.set(key, conversion);
  }
  if (conversion === null) return undefined;
  if (conversion === IDENTITY) return value;
  return Number((value * conversion.factor + conversion.offset).toPrecision(12));
}

/**
 * A converted value as a clinician reads it. The limits of guidelines and dose bands are multiples of five in these units
 * (glucose 50, 60, 400 mg/dL; pressure 185/110 mm[Hg]; weight 60, 70 … kg): a value beside one is given to a tenth and
 * stays on its own side, so that 49.97 mg/dL becomes 49.9 and not 50.
 */
export function rounded(value: number, decimals: number): number {
  const near = Number(value.toFixed(decimals));
  if (near === value || near % 5 !== 0) return near;
  const tenth = Number(value.toFixed(1));
  return tenth === near ? (value < near ? Math.floor(value * 10) : Math.ceil(value * 10)) / 10 : tenth;
}
