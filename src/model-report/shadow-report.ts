/**
 * What the models said in use, shadow ones next to the active one of their family: how often, how spread, how far apart,
 * and against outcomes where a site supplies them. A person counts once, with the newest evaluation.
 */
import type { ModelFamily } from '../decisions/prediction.ts';
import { calibrationOf, type Calibration, type Judged } from './calibration.ts';
import type { RecordedPrediction } from './recorded-predictions.ts';

/** By evaluation: the name of the class that came true, or '1' and '0' for a question of yes and no. */
export type Outcomes = ReadonlyMap<string, string>;

export interface Distribution {
  readonly lowest: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly highest: number;
}

export interface Agreement {
  readonly with: string;
  /** Persons for whom both gave a number. */
  readonly pairs: number;
  readonly meanDifference: number;
  readonly meanAbsoluteDifference: number;
  /** Share of pairs that are more than ten points (of a hundred) apart. */
  readonly farApart: number;
  /** Share of pairs with the same most probable class. */
  readonly sameClass: number;
}

export interface ModelUse {
  readonly family: ModelFamily;
  readonly model: string;
  readonly version: string;
  readonly digest: string;
  readonly role: 'active' | 'shadow';
  readonly simulated: boolean;
  readonly evaluations: number;
  readonly persons: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** Shares of persons. */
  readonly outside: number;
  readonly unusual: number;
  readonly averaged: number;
  readonly oneAnswer: number;
  /** Of the headline's probability; null where it was never given. */
  readonly distribution: Distribution | null;
  /** With each active model of the family, in evaluations that hold both. */
  readonly agreement: readonly Agreement[];
  /** Null without outcomes for this model. */
  readonly calibration: Calibration | null;
}

const keyOf = (p: RecordedPrediction): string => [p.family, p.model, p.version, p.digest, p.role].join('|');

const FAR = 0.1;

export function shadowReport(predictions: readonly RecordedPrediction[], outcomes: Outcomes): readonly ModelUse[] {
  const byModel = new Map<string, RecordedPrediction[]>();
  for (const prediction of predictions) {
    const key = keyOf(prediction);
    const list = byModel.get(key);
    if (list === undefined) byModel.set(key, [prediction]);
    else list.push(prediction);
  }
  const newest = new Map([...byModel].map(([key, list]) => [key, newestOfPersons(list)]));
  const actives = [...newest].filter(([, [first]]) => first?.role === 'active');
  return [...byModel]
    .flatMap(([key, all]) => {
      const persons = newest.get(key) ?? [];
      const [first] = persons;
      if (first === undefined) return [];
      const rivals = actives.filter(([other, [one]]) => other !== key && one?.family === first.family);
      return [
        useOf(
          first,
          all,
          persons,
          rivals.map(([, list]) => list),
          outcomes,
        ),
      ];
    })
    .sort((a, b) => a.family.localeCompare(b.family) || a.role.localeCompare(b.role) || a.model.localeCompare(b.model));
}

function newestOfPersons(list: readonly RecordedPrediction[]): readonly RecordedPrediction[] {
  const byPerson = new Map<string, RecordedPrediction>();
  for (const prediction of list) {
    const known = byPerson.get(prediction.patient);
    if (known === undefined || known.recordedAt <= prediction.recordedAt) byPerson.set(prediction.patient, prediction);
  }
  return [...byPerson.values()];
}

const share = <T>(list: readonly T[], test: (item: T) => boolean): number =>
  list.length === 0 ? 0 : list.filter(test).length / list.length;

function useOf(
  { family, model, version, digest, role, simulated }: RecordedPrediction,
  all: readonly RecordedPrediction[],
  persons: readonly RecordedPrediction[],
  rivals: readonly (readonly RecordedPrediction[])[],
  outcomes: Outcomes,
): ModelUse {
  const times = all.map(({ recordedAt }) => recordedAt).toSorted();
  return {
    family,
    model,
    version,
    digest,
    role,
    simulated,
    evaluations: all.length,
    persons: persons.length,
    firstAt: times[0] ?? '',
    lastAt: times.at(-1) ?? '',
    outside: share(persons, ({ state }) => state === 'outside'),
    unusual: share(persons, ({ state }) => state === 'unusual'),
    averaged: share(persons, (p) => p.averaged),
    oneAnswer: share(persons, ({ set }) => set.length === 1),
    distribution: distributionOf(persons.flatMap(({ headline }) => (headline === null ? [] : [headline.probability]))),
    agreement: rivals.flatMap((other) => agreementOf(persons, other)),
    calibration: calibrationOf(all.flatMap((prediction) => judge(prediction, outcomes))),
  };
}

function distributionOf(values: readonly number[]): Distribution | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  // Linear between the two nearest values.
  const at = (q: number): number => {
    const place = q * (sorted.length - 1);
    const below = sorted[Math.floor(place)] ?? 0;
    const above = sorted[Math.ceil(place)] ?? below;
    return below + (above - below) * (place - Math.floor(place));
  };
  return { lowest: at(0), lowerQuartile: at(0.25), median: at(0.5), upperQuartile: at(0.75), highest: at(1) };
}

function agreementOf(own: readonly RecordedPrediction[], others: readonly RecordedPrediction[]): readonly Agreement[] {
  const byEvaluation = new Map(others.map((other) => [other.evaluationId, other]));
  const pairs = own.flatMap((a) => {
    const b = byEvaluation.get(a.evaluationId);
    return b === undefined || a.headline === null || b.headline === null
      ? []
      : [{ same: a.mostProbable === b.mostProbable, difference: a.headline.probability - b.headline.probability }];
  });
  const [first] = others;
  if (first === undefined || pairs.length === 0) return [];
  const mean = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0) / values.length;
  return [
    {
      with: first.model,
      pairs: pairs.length,
      meanDifference: mean(pairs.map(({ difference }) => difference)),
      meanAbsoluteDifference: mean(pairs.map(({ difference }) => Math.abs(difference))),
      farApart: share(pairs, ({ difference }) => Math.abs(difference) > FAR),
      sameClass: share(pairs, ({ same }) => same),
    },
  ];
}

/** An outcome of another question (a TOAST class for an mRS model) is none of this model. */
function judge({ evaluationId, headline, classes }: RecordedPrediction, outcomes: Outcomes): readonly Judged[] {
  const outcome = outcomes.get(evaluationId);
  if (outcome === undefined || headline === null) return [];
  const binary = classes.length === 2 && /^[01]$/.test(outcome) ? classes[Number(outcome)] : undefined;
  const came = binary ?? outcome;
  return classes.includes(came) ? [{ probability: headline.probability, event: headline.classes.includes(came) }] : [];
}
