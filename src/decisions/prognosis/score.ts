/** One published score of the 90-day outlook: points by item, its own outcome, its own cohort. */
import type { Instant, StrokeCase } from '../../case/index.ts';
import type { ComputedScore } from '../scores/definition.ts';
import { scoreNamed } from '../scores/index.ts';
import { pointsOf, scoreRange } from '../scores/item-range.ts';
import { outsideCohort } from './cohort.ts';
import type { Given } from './cohort.ts';
import { hull } from './distribution.ts';
import type { PrognosisScore, PrognosisScoreName, PublishedOutcome, Span } from './result.ts';
import { SCORE_DETAILS } from './score-details.ts';
import type { RateField } from './score-details.ts';

/** @param at counts as the time of treatment where none was given yet */
export function evaluateScore(name: PrognosisScoreName, stroke: StrokeCase, at: Instant, given: Given): PrognosisScore {
  const { items, scale, outcome, cohortTreatment, rates } = SCORE_DETAILS[name];
  const definition = scoreNamed(name);
  const range = scoreRange(name, items, stroke, at);
  const common = {
    score: name,
    state: range.state,
    scale,
    outcome,
    cohortTreatment,
    outsideCohort: outsideCohort(name, stroke, given),
    items: range.items,
    missing: range.missing,
    basis: definition.basis,
  };
  const { least, most, ends } = range;
  if (least === null || most === null || ends === null || range.state === 'nothing-known') {
    return { ...common, points: null, published: [] };
  }
  return {
    ...common,
    points: { low: pointsOf(least).low, high: pointsOf(most).high },
    published: publishedOutcomes(rates, least, most, ends),
  };
}

/**
 * Where a range of points has a published rate at one end only, the ends of the scale bound it, since rates move one way
 * with the points; where neither end has one, nothing is said.
 */
function publishedOutcomes(
  rates: readonly RateField[],
  least: ComputedScore,
  most: ComputedScore,
  [first, last]: readonly [ComputedScore, ComputedScore],
): readonly PublishedOutcome[] {
  const outcomes = [...new Set(rates.map(({ outcome }) => outcome))];
  return outcomes.flatMap((outcome) => {
    const spans = rates
      .filter((rate) => rate.outcome === outcome)
      .flatMap(({ field }) => {
        const low = rateOf(least[field]);
        const high = rateOf(most[field]);
        if (low === null && high === null) return [];
        return [low ?? rateOf(first[field]), high ?? rateOf(last[field])];
      });
    // A range that nobody has published a bound for could reach anywhere.
    if (!spans.every((span) => span !== null)) return [];
    return spans.length === 0 ? [] : [{ outcome, probability: hull(spans.flatMap(({ low, high }) => [low, high])) }];
  });
}

/** '>80' is anything from 80 to 100 %. */
function rateOf(rate: unknown): Span | null {
  if (typeof rate === 'number') return { low: rate / 100, high: rate / 100 };
  return rate === '>80' ? { low: 0.8, high: 1 } : null;
}
