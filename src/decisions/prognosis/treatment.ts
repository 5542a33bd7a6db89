/**
 * What a reperfusion treatment changes, by time: the mean effect in pooled trials as a change of the odds of each cut of
 * the mRS, applied to the individual's own risk. The harm is inside: the source's late end carries its excess deaths.
 */
import { MINUTE, plus } from '../../case/index.ts';
import type { Instant } from '../../case/index.ts';
import type { Citation } from '../evaluation.ts';
import { samuelCumulative } from '../scores/samuel.ts';
import { TREATED, UNTREATED } from '../scores/samuel-distributions.ts';
import type { Cumulative, SamuelTreatment } from '../scores/samuel-distributions.ts';
import { death, expit, hull, INDEPENDENT, logit, NO_DISABILITY, upTo } from './distribution.ts';
import { REFERENCES } from './occlusion.ts';
import { individualDistribution } from './outlook.ts';
import type { Individual } from './outlook.ts';
import { STEP_MIN } from './timing.ts';
import type {
  Estimate,
  Gain,
  GoodOutcome,
  MrsDistribution,
  NumberNeeded,
  Occlusion,
  Span,
  TreatedAt,
  TreatmentByOcclusion,
  TreatmentName,
} from './result.ts';

/** Later than this the guidelines treat on imaging, and the source's trials did not select so. */
export const LATEST_WITHOUT_IMAGING_MIN: Readonly<Record<TreatmentName, number>> = {
  thrombolysis: 270,
  thrombectomy: 360,
};
/** The end of the effect in the source. */
export const NO_EFFECT_AFTER_MIN: Readonly<Record<TreatmentName, number>> = {
  thrombolysis: TREATED.nlvo_ivt.noEffectAfterMin,
  thrombectomy: TREATED.lvo_mt.noEffectAfterMin,
};

export const TREATMENT_CITATIONS: Readonly<Record<TreatmentName, Citation>> = {
  thrombolysis: {
    source: 'SAMueL stroke_outcome after Emberson 2014',
    doi: '10.1016/S0140-6736(14)60584-5',
    grade: 'V1',
  },
  thrombectomy: {
    source: 'SAMueL stroke_outcome after Fransen 2016, Goyal 2016',
    doi: '10.1001/jamaneurol.2015.3886',
    grade: 'V1',
  },
};

/** Source's reference for a treatment of this kind of stroke; null where the source has none. */
export function referenceFor(treatment: TreatmentName, occlusion: Occlusion): SamuelTreatment | null {
  return REFERENCES[occlusion][treatment];
}

/** Shares with mRS ≤ 0 … 5 in the reference population treated at `minutes` from onset. */
export function treatedReference(reference: SamuelTreatment, minutes: number): Cumulative {
  const at = samuelCumulative(reference, minutes);
  const share = (grade: number): number => at[grade] ?? 1;
  return [share(0), share(1), share(2), share(3), share(4), share(5)];
}

/**
 * Half the width of the 95 % interval of the pooled odds ratio, in log-odds: Emberson 2014 by delay (OR 1.75, 1.35–2.27;
 * 1.26, 1.05–1.51; 1.15, 0.95–1.40), Goyal 2016 (common OR 2.49, 1.76–3.53).
 */
export function trialUncertainty(treatment: TreatmentName, minutes: number): number {
  if (treatment === 'thrombectomy') return Math.log(3.53 / 1.76) / 2;
  if (minutes <= 180) return Math.log(2.27 / 1.35) / 2;
  return minutes <= 270 ? Math.log(1.51 / 1.05) / 2 : Math.log(1.4 / 0.95) / 2;
}

/**
 * @param minutes from onset to treatment, both ends possible; the longer gives the central figures
 * @param isGiven then there is no further delay to count
 */
export function effectOf(
  individual: Individual,
  treatment: TreatmentName,
  reference: SamuelTreatment,
  occlusion: Occlusion,
  minutes: Span,
  isGiven: boolean,
): TreatmentByOcclusion {
  const untreated = UNTREATED[REFERENCES[occlusion].untreated];
  const without = (risk: number): MrsDistribution => individualDistribution(individual, occlusion, risk, untreated);
  const treated = (risk: number, at: Cumulative, extra = 0): MrsDistribution =>
    individualDistribution(individual, occlusion, risk, at, extra);
  const at = (time: number): Cumulative => treatedReference(reference, time);
  const atLatest = at(minutes.high);
  const { value: risk } = individual.risk;

  const times = minutes.low === minutes.high ? [minutes.high] : [minutes.low, minutes.high];
  const pairs = times.flatMap((time) => {
    const width = trialUncertainty(treatment, time);
    const population = at(time);
    return riskGrid(individual.risk).flatMap((r) => {
      const untouched = without(r);
      return [-width, 0, width].map((extra) => [treated(r, population, extra), untouched] as const);
    });
  });
  const central = risk === null ? null : ([treated(risk, atLatest), without(risk)] as const);
  const change = (read: (distribution: MrsDistribution) => number): Estimate => ({
    value: central === null ? null : read(central[0]) - read(central[1]),
    ...hull(pairs.map(([after, before]) => read(after) - read(before))),
  });
  const { outcome, read } = goodOutcome(individual);
  const course =
    risk === null || isGiven ? [] : courseOf(treatment, minutes.high, (time) => treated(risk, at(time)), read);
  return {
    occlusion,
    treated: central === null ? null : central[0],
    gain: gainOf(individual, change),
    numberNeeded: numberNeeded(outcome, change(read)),
    per15Minutes:
      risk === null || isGiven
        ? null
        : read(treated(risk, at(minutes.high + STEP_MIN))) - read(treated(risk, atLatest)),
    noGainAfterMin: noGainAfter(reference, untreated),
    course,
  };
}

function gainOf({ before }: Individual, change: (read: (d: MrsDistribution) => number) => Estimate): Gain {
  return {
    independent: change((d) => upTo(d, INDEPENDENT)),
    noDisability: change((d) => upTo(d, NO_DISABILITY)),
    death: change(death),
    backToBefore: before === null ? null : change((d) => upTo(d, before)),
  };
}

function goodOutcome({ before }: Individual): {
  readonly outcome: GoodOutcome;
  readonly read: (distribution: MrsDistribution) => number;
} {
  return before !== null && before > INDEPENDENT
    ? { outcome: 'back-to-before', read: (d) => upTo(d, before) }
    : { outcome: 'independent', read: (d) => upTo(d, INDEPENDENT) };
}

const GRID = 8;
/** The gain is largest in between, so the ends of the risk alone would not bound it. */
function riskGrid({ low, high, value }: Estimate): readonly number[] {
  const from = logit(low);
  const step = (logit(high) - from) / GRID;
  const inner = Array.from({ length: GRID + 1 }, (_, i) => expit(from + i * step));
  return value === null ? inner : [...inner, value];
}

function numberNeeded(outcome: GoodOutcome, gain: Estimate): NumberNeeded {
  const per = (share: number | null): number | null => (share !== null && share > 0 ? 1 / share : null);
  return { outcome, value: per(gain.value), fewest: per(gain.high), most: per(gain.low) };
}

/** Where the treated line of mRS ≤ 2 meets the untreated one; in log-odds both are straight, so no individual shift moves it. */
function noGainAfter(reference: SamuelTreatment, untreated: Cumulative): number {
  const { atOnset, noEffect, noEffectAfterMin } = TREATED[reference];
  const start = logit(atOnset[INDEPENDENT]);
  return ((start - logit(untreated[INDEPENDENT])) / (start - logit(noEffect[INDEPENDENT]))) * noEffectAfterMin;
}

function courseOf(
  treatment: TreatmentName,
  from: number,
  treatedAt: (minutes: number) => MrsDistribution,
  good: (distribution: MrsDistribution) => number,
): readonly TreatedAt[] {
  const steps = Math.floor((LATEST_WITHOUT_IMAGING_MIN[treatment] - from) / STEP_MIN);
  return Array.from({ length: Math.max(steps + 1, 0) }, (_, step): TreatedAt => {
    const minutes = from + step * STEP_MIN;
    const distribution = treatedAt(minutes);
    return { minutesFromOnset: minutes, good: good(distribution), death: death(distribution) };
  });
}

export const noEffectInstant = (treatment: TreatmentName, minutes: Span, at: Instant): Instant =>
  plus(at, (NO_EFFECT_AFTER_MIN[treatment] - minutes.high) * MINUTE);
