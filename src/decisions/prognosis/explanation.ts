/** Why the central figure is what it is: contributions in log-odds that add up to it exactly. */
import { ASTRAL_CURVE } from '../scores/astral.ts';
import type { AgeAndSeverity } from './baseline.ts';
import { logit } from './distribution.ts';
import type { PrognosisExplanation, PrognosisScore, Span } from './result.ts';
import { trialControlRisk, trialControlTerms } from './trial-controls.ts';

export function explanationOf(astral: PrognosisScore, likeTrials: AgeAndSeverity | null): PrognosisExplanation | null {
  return likeTrials === null ? byAstral(astral) : byTrialControls(likeTrials);
}

function byTrialControls({ age, nihss }: AgeAndSeverity): PrognosisExplanation {
  const least = trialControlTerms(age, nihss.low);
  const most = trialControlTerms(age, nihss.high);
  return {
    reading: 'trial-controls',
    baselineLogOdds: least.baseline,
    contributions: [
      { item: 'nihss', points: null, logOdds: { low: least.nihss, high: most.nihss }, facts: ['nihss'] },
      { item: 'age', points: null, logOdds: { low: least.age, high: most.age }, facts: ['age'] },
    ],
    totalLogOdds: { low: logit(trialControlRisk(age, nihss.low)), high: logit(trialControlRisk(age, nihss.high)) },
  };
}

function byAstral(astral: PrognosisScore): PrognosisExplanation | null {
  if (astral.points === null) return null;
  const inLogOdds = ({ low, high }: Span): Span => ({ low: ASTRAL_CURVE.slope * low, high: ASTRAL_CURVE.slope * high });
  const total = inLogOdds(astral.points);
  return {
    reading: 'astral-curve',
    baselineLogOdds: ASTRAL_CURVE.intercept,
    contributions: astral.items.map(({ id, points, facts }) => ({
      item: id,
      points,
      logOdds: inLogOdds(points),
      facts,
    })),
    totalLogOdds: { low: ASTRAL_CURVE.intercept + total.low, high: ASTRAL_CURVE.intercept + total.high },
  };
}
