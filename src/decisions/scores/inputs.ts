/** Inputs of a score: what each accepts, and how an untyped row becomes typed values or a clear refusal. */

/** A value that cannot be used; the text names the input, its range and how to mend it, never the patient. */
export class ScoreInputError extends Error {
  override readonly name = 'ScoreInputError';
}

interface Spec {
  /** A missing value does not stop the score by itself; the score says when it needs it. */
  readonly optional?: true;
}
export interface NumberSpec extends Spec {
  readonly kind: 'number';
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly whole?: true;
  /** Ages count in completed years. */
  readonly completed?: true;
  /** The same quantity under another name and unit; `factor` converts it to this unit. */
  readonly twin?: { readonly name: string; readonly factor: number };
}
export interface FlagSpec extends Spec {
  readonly kind: 'flag';
}
export interface ChoiceSpec<V extends string = string> extends Spec {
  readonly kind: 'choice';
  readonly values: readonly V[];
  readonly synonyms: Readonly<Record<string, V>>;
}
export interface ListSpec<V extends string = string> extends Spec {
  readonly kind: 'list';
  readonly values: readonly V[];
  readonly synonyms: Readonly<Record<string, V>>;
}
export type InputSpec = NumberSpec | FlagSpec | ChoiceSpec | ListSpec;
export type InputSpecs = Readonly<Record<string, InputSpec>>;

type ValueOf<S> = S extends { kind: 'number' }
  ? number
  : S extends { kind: 'flag' }
    ? boolean
    : S extends { kind: 'choice'; values: readonly (infer V)[] }
      ? V
      : S extends { kind: 'list'; values: readonly (infer V)[] }
        ? readonly V[]
        : never;
/** The typed inputs of a score, from its table of specifications. */
export type Inputs<S extends InputSpecs> = {
  readonly [K in keyof S]: S[K] extends { optional: true } ? ValueOf<S[K]> | undefined : ValueOf<S[K]>;
};

/** Molar mass of glucose, 180.156 g/mol, per decilitre. */
export const MG_DL_PER_MMOL_L = 18.0156;

const number = <const N extends Omit<NumberSpec, 'kind'>>(spec: N) => ({ kind: 'number' as const, ...spec });
export const flag = () => ({ kind: 'flag' as const });
export const optionalFlag = () => ({ kind: 'flag' as const, optional: true as const });
export const choice = <const V extends string>(values: readonly V[], synonyms: Readonly<Record<string, V>> = {}) => ({
  kind: 'choice' as const,
  values,
  synonyms,
});
export const listOf = <const V extends string>(values: readonly V[], synonyms: Readonly<Record<string, V>> = {}) => ({
  kind: 'list' as const,
  values,
  synonyms,
});

export const age = () => number({ unit: 'completed years', min: 18, max: 120, completed: true });
export const nihss = () => number({ unit: 'points', min: 0, max: 42, whole: true });
export const gcs = () => number({ unit: 'points', min: 3, max: 15, whole: true });
export const mrs = () => number({ unit: 'grade', min: 0, max: 5, whole: true });
export const aspectsPoints = () => number({ unit: 'points', min: 0, max: 10, whole: true });
export const systolic = () => number({ unit: 'mmHg', min: 40, max: 350 });
export const weight = () => number({ unit: 'kg', min: 30, max: 300 });
export const minutes = () => number({ unit: 'min', min: 0, max: 10_080 });
export const hours = () => number({ unit: 'h', min: 0, max: 168 });
export const volume = () => number({ unit: 'mL', min: 0, max: 2_000 });
export const centimeters = () => number({ unit: 'cm', min: 0, max: 20 });
export const glucoseMmol = () =>
  number({ unit: 'mmol/L', min: 0.5, max: 85, twin: { name: 'glucose_mg_dl', factor: 1 / MG_DL_PER_MMOL_L } });
export const glucoseMg = () =>
  number({ unit: 'mg/dL', min: 9, max: 1_530, twin: { name: 'glucose_mmol_l', factor: MG_DL_PER_MMOL_L } });
export const optionalNumber = (unit: string, min: number, max: number) => number({ unit, min, max, optional: true });
export const optionalGlucoseMg = () => ({ ...glucoseMg(), optional: true as const });

const isAbsent = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

export type ParsedInputs =
  | { readonly ok: true; readonly values: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly missing: readonly string[] };

/** Reads a row of inputs. @throws ScoreInputError */
export type InputParser = (raw: Readonly<Record<string, unknown>>) => ParsedInputs;

/**
 * The reader of a score's inputs. An absent or null value is missing, never zero or false. It throws ScoreInputError for
 * a value of the wrong kind or outside its range, and for one quantity given twice unequally.
 */
export function inputParser(specs: InputSpecs): InputParser {
  const entries = Object.entries(specs);
  return (raw) => {
    const values: Record<string, unknown> = {};
    const missing: string[] = [];
    for (const [name, spec] of entries) {
      const value = spec.kind === 'number' ? readNumber(name, spec, raw) : readOther(name, spec, raw[name]);
      if (value !== undefined) values[name] = value;
      else if (spec.optional !== true) missing.push(name);
    }
    return missing.length > 0 ? { ok: false, missing } : { ok: true, values };
  };
}

function readNumber(name: string, spec: NumberSpec, raw: Readonly<Record<string, unknown>>): number | undefined {
  const own = isAbsent(raw[name]) ? undefined : toNumber(name, raw[name]);
  const twin = spec.twin;
  const other = twin === undefined || isAbsent(raw[twin.name]) ? undefined : toNumber(twin.name, raw[twin.name]);
  const converted = twin === undefined || other === undefined ? undefined : other * twin.factor;
  if (own !== undefined && converted !== undefined && Math.abs(own - converted) > 0.02 * own) {
    throw new ScoreInputError(`${name} and ${twin?.name ?? ''} disagree: give one of them`);
  }
  const value = own ?? converted;
  if (value === undefined) return undefined;
  if (value < spec.min || value > spec.max) {
    throw new ScoreInputError(
      `${name} must lie in ${String(spec.min)} to ${String(spec.max)} ${spec.unit}: check the value and its unit`,
    );
  }
  if (spec.whole === true && !Number.isInteger(value)) {
    throw new ScoreInputError(`${name} must be a whole number of ${spec.unit}: give the recorded total`);
  }
  return spec.completed === true ? Math.floor(value) : value;
}

function toNumber(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'string' && /^[+-]?\d+(\.\d+)?$/.test(value.trim())) return Number(value);
  throw new ScoreInputError(`${name} must be a number: write it without unit or sign such as "<"`);
}

const plain = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');

function readOther(name: string, spec: FlagSpec | ChoiceSpec | ListSpec, value: unknown): unknown {
  if (isAbsent(value)) return undefined;
  switch (spec.kind) {
    case 'flag':
      return toFlag(name, value);
    case 'choice':
      return toMember(name, spec, value);
    case 'list':
      if (!Array.isArray(value)) {
        throw new ScoreInputError(`${name} must be a list of ${spec.values.join(', ')}; write [] for none`);
      }
      return [...new Set(value.map((entry) => toMember(name, spec, entry)))];
  }
}

function toFlag(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? plain(value) : value;
  if (word === 'true' || word === 'yes' || word === 1 || word === '1') return true;
  if (word === 'false' || word === 'no' || word === 0 || word === '0') return false;
  throw new ScoreInputError(`${name} must be true or false; leave it out when it is not known`);
}

function toMember(name: string, spec: ChoiceSpec | ListSpec, value: unknown): string {
  if (typeof value === 'string' && spec.values.includes(value)) return value;
  const word = ['string', 'number', 'boolean'].includes(typeof value) ? plain(String(value)) : '';
  const found =
    spec.values.find((v) => plain(v) === word) ??
    (Object.hasOwn(spec.synonyms, word) ? spec.synonyms[word] : undefined);
  if (found === undefined) throw new ScoreInputError(`${name} must be one of ${spec.values.join(', ')}`);
  return found;
}
