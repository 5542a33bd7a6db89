/**
 * The rows that stand for a case in one model: one when every input is known; one for each reading where readings conflict;
 * and, for inputs that are not known, one for each patient of the reference sample, so that the answer is averaged over
 * them and its interval spans them. The sample is taken as it is: what is known does not reweight it.
 */
import type { FactKey } from '../case/index.ts';
import type { AdditiveModel, Row } from './additive-model.ts';
import { factOf, type CaseReadings, type FactReadings, type Reading } from './readings.ts';
import type { StatisticsInput } from './statistics.ts';

/** More conflicting readings of one fact than this are not told apart: the lowest, highest and some between remain. */
const MOST_READINGS = 16;

export interface WeightedRow {
  readonly row: Row;
  /** Sum 1 over the rows of a case. */
  readonly weight: number;
}

export interface CaseRows {
  readonly rows: readonly WeightedRow[];
  /** One of the rows for each way to read what is known. */
  readonly readings: readonly Row[];
  /** With the inputs that have an interval at its ends: they widen the answer and do not move it. */
  readonly ends: readonly Row[];
  /** State of each fact that the model reads. */
  readonly facts: ReadonlyMap<FactKey, FactReadings['state']>;
  readonly isKnown: (input: string) => boolean;
  /** The patient's own value of an input that the rows hold at the limit of the model: the mean of the readings. */
  readonly beyondLimit: ReadonlyMap<string, number>;
}

const factsOfModels = new WeakMap<AdditiveModel, readonly FactKey[]>();

/** The facts that a model reads. */
export function factsOf(model: AdditiveModel): readonly FactKey[] {
  let facts = factsOfModels.get(model);
  if (facts === undefined) {
    facts = [...new Set(model.statistics.inputs.map(({ name }) => factOf(name)))];
    factsOfModels.set(model, facts);
  }
  return facts;
}

/** @throws RangeError when a value comes in another unit than the model was trained with, or is no number */
export function rowsOf(model: AdditiveModel, readings: CaseReadings): CaseRows {
  const { inputs, reference } = model.statistics;
  const byFact = new Map(factsOf(model).map((fact) => [fact, readings(fact)]));
  const knownInputs = new Set<string>();
  for (const { name } of inputs) {
    if ((byFact.get(factOf(name))?.alternatives.length ?? 0) > 0) knownInputs.add(name);
  }
  const isKnown = (input: string): boolean => knownInputs.has(input);

  const known = combinations([...byFact.values()].filter(({ alternatives }) => alternatives.length > 0));
  const complete = inputs.every(({ name }) => isKnown(name));
  const samples = complete ? [null] : reference.rows;
  const rowsWith = (values: Values): Row[] => {
    const given = inputs.map((input) =>
      isKnown(input.name) ? Math.min(valueOf(values, input), limitOf(input)) : undefined,
    );
    return samples.map((sample) => given.map((value, i) => value ?? sample?.[i] ?? Number.NaN));
  };
  const rows = known.flatMap((values) =>
    rowsWith(values).map((row, s) => ({
      row,
      weight: (complete ? 1 : (reference.weights[s] ?? 0)) / known.length,
    })),
  );
  const perReading = samples.length;
  const intervals = [...byFact.values()].flatMap(({ ends }) => (ends === undefined ? [] : [ends]));
  return {
    rows,
    readings: rows.filter((_, i) => i % perReading === 0).map(({ row }) => row),
    ends: known.flatMap((values) => atEnds(values, intervals, complete)).flatMap(rowsWith),
    facts: new Map([...byFact].map(([fact, { state }]) => [fact, state])),
    isKnown,
    beyondLimit: new Map(
      inputs.flatMap((input): [string, number][] => {
        const own = isKnown(input.name) ? known.map((values) => valueOf(values, input)) : [];
        if (!own.some((value) => value > limitOf(input))) return [];
        return [[input.name, own.reduce((sum, value) => sum + value, 0) / own.length]];
      }),
    ),
  };
}

type Values = ReadonlyMap<string, Reading>;

/** Every way to take one reading of each fact. */
function combinations(facts: readonly FactReadings[]): Values[] {
  const single = new Map<string, Reading>();
  const several: (readonly Reading[])[] = [];
  for (const { alternatives } of facts) {
    const [only, ...more] = alternatives;
    if (only !== undefined && more.length === 0) take(single, only);
    else several.push(spread(alternatives));
  }
  return several.reduce<Map<string, Reading>[]>(
    (sofar, alternatives) =>
      sofar.flatMap((values) =>
        alternatives.map((reading) => {
          const taken = new Map(values);
          take(taken, reading);
          return taken;
        }),
      ),
    [single],
  );
}

/** Corners of more intervals than this are not told apart. */
const MOST_INTERVALS = 6;

/**
 * Every corner of the intervals; with the reference sample in place of unknown inputs, or with very many intervals, all
 * at their low and all at their high ends: volumes of one map err together.
 */
function atEnds(values: Values, intervals: readonly NonNullable<FactReadings['ends']>[], complete: boolean): Values[] {
  if (intervals.length === 0) return [];
  const taken = (readings: readonly Reading[]): Values => {
    const moved = new Map(values);
    for (const reading of readings) take(moved, reading);
    return moved;
  };
  if (!complete || intervals.length > MOST_INTERVALS) {
    return [taken(intervals.map(([low]) => low)), taken(intervals.map(([, high]) => high))];
  }
  const corners = intervals.reduce<Reading[][]>(
    (sofar, ends) => sofar.flatMap((corner) => ends.map((end) => [...corner, end])),
    [[]],
  );
  return corners.map(taken);
}

function take(values: Map<string, Reading>, reading: Reading): void {
  for (const name of Object.keys(reading.values)) values.set(name, reading);
}

function spread(readings: readonly Reading[]): readonly Reading[] {
  if (readings.length <= MOST_READINGS) return readings;
  const step = (readings.length - 1) / (MOST_READINGS - 1);
  return Array.from({ length: MOST_READINGS }, (_, i) => readings[Math.round(i * step)]).filter((r) => r !== undefined);
}

/** Training tables code every age above 89 as 89, so the model must see such ages that way too. */
const limitOf = ({ name, high }: StatisticsInput): number =>
  name === 'age' && high >= 85 ? high : Number.POSITIVE_INFINITY;

function valueOf(values: Values, { name, unit }: StatisticsInput): number {
  const reading = values.get(name);
  const value = reading?.values[name];
  if (reading === undefined || value === undefined || !Number.isFinite(value)) {
    throw new RangeError(`'${name}' is not a finite number in its fact`);
  }
  if (reading.unit !== undefined && reading.unit !== unit) {
    throw new RangeError(`'${name}' comes in ${reading.unit}, the model takes ${unit}`);
  }
  return value;
}
