/** Which treatments are credited with an effect: those that were given, and those that their decision does not exclude. */
import { candidates } from '../../case/index.ts';
import type { Instant, StrokeCase, TimeSpan } from '../../case/index.ts';
import { thrombolysisGiven } from '../complications/thrombolytic-given.ts';
import { meanMrs } from './distribution.ts';
import { mayBeBasilar } from './occlusion.ts';
import { outlookOf } from './outlook.ts';
import type { Individual } from './outlook.ts';
import type { NoFiguresBecause, Prognosis, Span, TreatmentName, TreatmentOutlook, TreatmentState } from './result.ts';
import { minutesFromOnset, minutesUntilNow, wokeWithSymptoms } from './timing.ts';
import {
  effectOf,
  LATEST_WITHOUT_IMAGING_MIN,
  noEffectInstant,
  referenceFor,
  treatedReference,
  TREATMENT_CITATIONS,
} from './treatment.ts';

/** Conclusions of the treatment decisions as plain values; null when a decision failed. */
export type Conclusions = Readonly<Record<TreatmentName, string | null>>;

const IN_FAVOR: ReadonlySet<string> = new Set(['recommended', 'reasonable', 'may-be-considered']);

/** When it was given; `at` null when the record does not say when. */
interface Done {
  readonly at: TimeSpan | null;
}

export function treatmentOutlooks(
  individual: Individual,
  stroke: StrokeCase,
  at: Instant,
  conclusions: Conclusions,
): readonly TreatmentOutlook[] {
  const [thrombectomy] = candidates(stroke.facts.thrombectomyDone).flatMap(({ value }) => value);
  const done: Readonly<Record<TreatmentName, Done | null>> = {
    thrombolysis: thrombolysisGiven(stroke, at),
    thrombectomy: thrombectomy === undefined ? null : { at: thrombectomy.when },
  };
  return (['thrombolysis', 'thrombectomy'] as const).map((treatment) =>
    outlookOfTreatment(treatment, individual, stroke, at, done[treatment], conclusions[treatment]),
  );
}

function outlookOfTreatment(
  treatment: TreatmentName,
  individual: Individual,
  stroke: StrokeCase,
  at: Instant,
  done: Done | null,
  conclusion: string | null,
): TreatmentOutlook {
  const state = done === null ? stateOf(conclusion) : 'given';
  const minutes = done === null ? minutesUntilNow(stroke, at) : minutesFromOnset(stroke, done.at, at);
  const because = noFiguresBecause(treatment, state, stroke, minutes, individual);
  const common = { treatment, state, minutesFromOnset: minutes, citation: TREATMENT_CITATIONS[treatment] };
  if (because !== null || minutes === null) {
    return { ...common, noFiguresBecause: because ?? 'time-unknown', effects: [], noEffectAt: null };
  }
  const effects = individual.occlusions.flatMap((occlusion) => {
    const reference = referenceFor(treatment, occlusion);
    return reference === null
      ? []
      : [effectOf(individual, treatment, reference, occlusion, minutes, state === 'given')];
  });
  return {
    ...common,
    noFiguresBecause: null,
    effects,
    noEffectAt: state === 'given' ? null : noEffectInstant(treatment, minutes, at),
  };
}

function stateOf(conclusion: string | null): TreatmentState {
  if (conclusion === null) return 'unknown';
  if (IN_FAVOR.has(conclusion)) return 'possible';
  return conclusion === 'undecided' ? 'open' : 'excluded';
}

function noFiguresBecause(
  treatment: TreatmentName,
  state: TreatmentState,
  stroke: StrokeCase,
  minutes: Span | null,
  { occlusions }: Individual,
): NoFiguresBecause | null {
  if (state === 'excluded') return 'excluded';
  if (state === 'unknown') return 'decision-unknown';
  if (treatment === 'thrombectomy' && !occlusions.includes('large-vessel')) return 'no-large-vessel-occlusion';
  if (mayBeBasilar(stroke)) return 'basilar';
  if (treatment === 'thrombolysis' && wokeWithSymptoms(stroke)) return 'late-window';
  if (minutes === null) return 'time-unknown';
  return minutes.high > LATEST_WITHOUT_IMAGING_MIN[treatment] ? 'late-window' : null;
}

/**
 * The outlook with what was given. Where both were, the source takes the one that shifts the mean mRS more and adds
 * nothing up. Null when nothing was given, when a given treatment is outside the source, or when its kind is unknown.
 */
export function asTreated(individual: Individual, treatments: readonly TreatmentOutlook[]): Prognosis['asTreated'] {
  const given = treatments.filter(({ state }) => state === 'given');
  if (given.length === 0 || given.some(({ effects }) => effects.length === 0)) return null;
  const options = given.flatMap(({ treatment, minutesFromOnset, effects }) => {
    // Thrombectomy has an effect on a large-vessel occlusion only; done, it tells that there was one.
    const occlusions = effects.map(({ occlusion }) => occlusion);
    const minutes = minutesFromOnset?.high;
    return minutes === undefined
      ? []
      : [{ by: treatment, outlook: outlookTreatedAt({ ...individual, occlusions }, treatment, minutes) }];
  });
  return options.reduce<Prognosis['asTreated']>(
    (best, option) => (best === null || worstMean(option.outlook) < worstMean(best.outlook) ? option : best),
    null,
  );
}

function outlookTreatedAt(
  individual: Individual,
  treatment: TreatmentName,
  minutes: number,
): ReturnType<typeof outlookOf> {
  return outlookOf(individual, (occlusion) => {
    const reference = referenceFor(treatment, occlusion);
    if (reference === null) throw new Error('the source has no such treatment of this occlusion');
    return treatedReference(reference, minutes);
  });
}

const worstMean = ({ distributions }: ReturnType<typeof outlookOf>): number =>
  Math.max(...distributions.map(({ central, worst }) => meanMrs(central ?? worst)));
