/** Hematoma expansion: what counts as growth, and who is at risk of it. */
import { holds } from '../../case/index.ts';
import type { FactKey } from '../../case/index.ts';
import type { Criterion, SitePolicy } from '../evaluation.ts';
import type { CaseScore } from '../scores/from-case.ts';
import { BAT } from '../scores/bat.ts';
import { SPOT_SIGN_SCORE } from '../scores/spot-sign.ts';
import { verdict } from './verdicts.ts';

export const EXPANSION_ML = 6;
export const EXPANSION_PERCENT = 33;

/**
 * Growth by 6 mL or by 33 %, with the site's operator (sources print both '>' and '>=').
 * @param baselineMl volume on the first CT, mL, ≥ 0
 * @param followUpMl volume on the later CT, mL, ≥ 0
 * @throws RangeError for a negative or not finite volume
 */
export function isHematomaExpansion(
  baselineMl: number,
  followUpMl: number,
  operator: SitePolicy['hematomaExpansionOperator'],
): boolean {
  if (!(baselineMl >= 0 && followUpMl >= 0 && Number.isFinite(baselineMl + followUpMl))) {
    throw new RangeError('hematoma volumes must be finite and not negative (mL)');
  }
  // Rounded so that 16 − 10 and 13.3 / 10 meet the boundary and not its binary neighbor.
  const growth = Math.round((followUpMl - baselineMl) * 1e6) / 1e6;
  const percent = Math.round(((followUpMl - baselineMl) / baselineMl) * 1e8) / 1e6;
  const reaches = (value: number, limit: number): boolean => (operator === '>' ? value > limit : value >= limit);
  return reaches(growth, EXPANSION_ML) || (baselineMl > 0 && reaches(percent, EXPANSION_PERCENT));
}

const BAT_FACTS: readonly FactKey[] = [
  'blendSign',
  'hematomaHypodensity',
  'brainImaging',
  'witnessedOnset',
  'lastKnownWell',
  'symptomRecognition',
];

export const EXPANSION_CRITERIA: readonly Criterion<readonly CaseScore[]>[] = [
  {
    id: 'bat-score-3-or-more',
    class: 'relative',
    data: BAT_FACTS,
    citation: BAT.basis.citation,
    evaluate: (stroke, _at, scores) => {
      const bat = scores.find(({ score }) => score === BAT.name);
      if (bat?.result.status !== 'computed') {
        return { status: 'unknown', missing: bat?.missingFacts ?? BAT_FACTS };
      }
      return verdict(stroke, BAT_FACTS, bat.result['predicts_expansion'] === true);
    },
  },
  {
    id: 'spot-sign-present',
    class: 'relative',
    data: ['spotSign'],
    citation: SPOT_SIGN_SCORE.basis.citation,
    evaluate: (stroke) =>
      verdict(
        stroke,
        ['spotSign'],
        holds(stroke.facts.spotSign, (present) => present),
      ),
  },
];
