/** The mRS distribution of the individual: a reference shifted to the published risk, bounded by the state before. */
import type { Cumulative } from '../scores/samuel-distributions.ts';
import { UNTREATED } from '../scores/samuel-distributions.ts';
import { death, hull, INDEPENDENT, NO_DISABILITY, notBetterThan, shifted, shiftTo, upTo } from './distribution.ts';
import type { Floor } from './distribution.ts';
import { REFERENCES } from './occlusion.ts';
import type { Estimate, MrsDistribution, Occlusion, Outlook } from './result.ts';

/** What is known of the individual before any treatment. */
export interface Individual {
  /** Probability of mRS 3 to 6 without treatment. */
  readonly risk: Estimate;
  readonly occlusions: readonly Occlusion[];
  /** Null when the mRS before the stroke is not known. */
  readonly before: Floor | null;
}

/**
 * @param reference the course of action in the reference population; the untreated one gives the untreated outcome
 * @param extra log-odds on top, as the interval of a trial allows
 */
export function individualDistribution(
  { before }: Individual,
  occlusion: Occlusion,
  risk: number,
  reference: Cumulative,
  extra = 0,
): MrsDistribution {
  const shift = shiftTo(UNTREATED[REFERENCES[occlusion].untreated], risk);
  return notBetterThan(shifted(reference, shift + extra), before ?? 0);
}

/** @param referenceOf the course of action in the reference population of an occlusion */
export function outlookOf(individual: Individual, referenceOf: (occlusion: Occlusion) => Cumulative): Outlook {
  const { risk, occlusions, before } = individual;
  const distributions = occlusions.map((occlusion) => {
    const at = (r: number): MrsDistribution => individualDistribution(individual, occlusion, r, referenceOf(occlusion));
    return {
      occlusion,
      central: risk.value === null ? null : at(risk.value),
      best: at(risk.low),
      worst: at(risk.high),
    };
  });
  const estimate = (read: (distribution: MrsDistribution) => number): Estimate => {
    const central = distributions.flatMap((d) => (d.central === null ? [] : [read(d.central)]));
    const span = hull(distributions.flatMap(({ best, worst }) => [read(best), read(worst)]));
    return { value: agreedValue(central), ...span };
  };
  return {
    distributions,
    independent: estimate((d) => upTo(d, INDEPENDENT)),
    noDisability: estimate((d) => upTo(d, NO_DISABILITY)),
    death: estimate(death),
    backToBefore: before === null ? null : estimate((d) => upTo(d, before)),
  };
}

/** One value, or null where none was computed or the references disagree. */
function agreedValue(values: readonly number[]): number | null {
  const [first] = values;
  return first !== undefined && values.every((value) => Math.abs(value - first) < 1e-9) ? first : null;
}
