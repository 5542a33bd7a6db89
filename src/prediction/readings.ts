/**
 * What a case says about the inputs of models, as plain numbers. A fact may support one reading (known), several
 * (conflicting, or a total that is only a lower bound), or none; nothing is ever filled in here.
 */
import { candidates, LESION_FEATURES, NIHSS_HIGHEST } from '../case/index.ts';
import type { Fact, FactKey, NihssItem, NihssItems, Quantity, StrokeCase, StrokeFacts } from '../case/index.ts';

/** Numbers by input name, with the unit where the record has one. */
export interface Reading {
  readonly values: Readonly<Record<string, number>>;
  readonly unit?: string;
}

export interface FactReadings {
  readonly state: 'known' | 'conflicting' | 'lower-bound' | 'unknown';
  /** One when known, at least two when conflicting or a lower bound, none when unknown. */
  readonly alternatives: readonly Reading[];
  /** The ends of the interval of a measured value; the answer is that of the value, and its interval spans them. */
  readonly ends?: readonly [low: Reading, high: Reading];
}

export type CaseReadings = (fact: FactKey) => FactReadings;

export const NOTHING: FactReadings = { state: 'unknown', alternatives: [] };

/** Inputs that are a part of a fact with another name. */
const PART_OF: Readonly<Record<string, FactKey>> = {
  systolicPressure: 'bloodPressure',
  diastolicPressure: 'bloodPressure',
};

/** The fact that an input of a model comes from. */
export function factOf(input: string): FactKey {
  if (input in LESION_FEATURES) return 'ischemicLesion';
  // The names of all other inputs are those of their facts; one that is no fact is never known.
  return PART_OF[input] ?? (input as FactKey);
}

/** Points that untestable items may hide; one item of the motor scale where the items themselves are not recorded. */
function hiddenPoints(items: Fact<NihssItems>): number {
  const hidden = candidates(items).map(({ value }) =>
    Object.entries(value)
      .filter(([, score]) => score === 'untestable')
      .reduce((sum, [item]) => sum + NIHSS_HIGHEST[item as NihssItem], 0),
  );
  return Math.max(...hidden, 0) || 4;
}

function nihssReadings({ nihss, nihssItems }: StrokeFacts): FactReadings {
  const totals = candidates(nihss).map(({ value }) => value);
  if (totals.every(({ isLowerBound }) => !isLowerBound)) {
    return collected(totals.map(({ total }) => ({ values: { nihss: total } })));
  }
  const lowest = Math.min(...totals.map(({ total }) => total));
  const reach = hiddenPoints(nihssItems);
  const highest = Math.min(42, Math.max(...totals.map((t) => t.total + (t.isLowerBound ? reach : 0))));
  const alternatives = Array.from({ length: highest - lowest + 1 }, (_, i) => ({ values: { nihss: lowest + i } }));
  return { state: 'lower-bound', alternatives };
}

function collected(readings: readonly Reading[]): FactReadings {
  const distinct =
    readings.length < 2
      ? readings
      : [...new Map(readings.map((reading) => [JSON.stringify(reading), reading])).values()];
  const state = distinct.length === 0 ? 'unknown' : distinct.length === 1 ? 'known' : 'conflicting';
  return { state, alternatives: distinct };
}

const isQuantity = (value: unknown): value is Quantity =>
  typeof value === 'object' && value !== null && 'value' in value && 'unit' in value && typeof value.value === 'number';

/** A fact of one number, yes or no, or a list of events (there is one or none). A comparator is no number. */
function plainReading(name: string, value: unknown): Reading | null {
  if (typeof value === 'number') return { values: { [name]: value } };
  if (typeof value === 'boolean') return { values: { [name]: value ? 1 : 0 } };
  if (Array.isArray(value)) return { values: { [name]: value.length > 0 ? 1 : 0 } };
  if (!isQuantity(value) || value.comparator !== undefined) return null;
  return { values: { [name]: value.value }, unit: value.unit };
}

function plainReadings(facts: StrokeFacts, key: FactKey): FactReadings {
  const fact: Fact<unknown> = facts[key];
  const readings = someMissing(candidates(fact).map(({ value }) => plainReading(key, value)));
  return fact.status === 'known' ? { ...readings, ...endsOf(key, fact.value) } : readings;
}

function endsOf(name: string, value: unknown): Pick<FactReadings, 'ends'> {
  if (!isQuantity(value) || value.interval === undefined || value.interval.low === value.interval.high) return {};
  const { unit, interval } = value;
  const at = (end: number): Reading => ({ values: { [name]: end }, unit });
  return { ends: [at(interval.low), at(interval.high)] };
}

/** A value that cannot be read as a number beside ones that can: then the fact is not known as a number. */
function someMissing(readings: readonly (Reading | null)[]): FactReadings {
  const found = readings.filter((reading) => reading !== null);
  return found.length < readings.length ? NOTHING : collected(found);
}

function lesionReadings({ ischemicLesion }: StrokeFacts): FactReadings {
  // A mask without lesion measures nothing: its zeros are no features of a lesion.
  return someMissing(
    candidates(ischemicLesion).map(({ value }) => (value.lesionPresent === 1 ? { values: value } : null)),
  );
}

function pressureReadings({ bloodPressure }: StrokeFacts): FactReadings {
  return someMissing(
    candidates(bloodPressure).map(({ value: { systolic, diastolic } }) =>
      systolic.comparator === undefined && diastolic.comparator === undefined
        ? { values: { systolicPressure: systolic.value, diastolicPressure: diastolic.value }, unit: systolic.unit }
        : null,
    ),
  );
}

function sexReadings({ sex }: StrokeFacts): FactReadings {
  // The models know female and male only; another sex is not one of them.
  return someMissing(
    candidates(sex).map(({ value }) => (value === 'other' ? null : { values: { sex: value === 'male' ? 1 : 0 } })),
  );
}

/** Readings of a stroke case; each fact is read once, when a model asks for it. */
export function caseReadings({ facts }: StrokeCase): CaseReadings {
  const read = new Map<FactKey, FactReadings>();
  return (fact) => {
    let readings = read.get(fact);
    if (readings === undefined) {
      readings = readFact(facts, fact);
      read.set(fact, readings);
    }
    return readings;
  };
}

function readFact(facts: StrokeFacts, fact: FactKey): FactReadings {
  switch (fact) {
    case 'nihss':
      return nihssReadings(facts);
    case 'sex':
      return sexReadings(facts);
    case 'bloodPressure':
      return pressureReadings(facts);
    case 'ischemicLesion':
      return lesionReadings(facts);
    default:
      return plainReadings(facts, fact);
  }
}
