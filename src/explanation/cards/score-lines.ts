/** One line per score that could be computed: points, and what they mean in which cohort. */
import type { CaseScore } from '../../decisions/scores/from-case.ts';
import type { ScoreBasis, ScoreValue } from '../../decisions/scores/definition.ts';
import type { ExplainContext } from '../explain-context.ts';
import { escapeValue } from '../format/markdown.ts';

/** The published rate of each score, by the name that its result gives it. */
const RATES: Readonly<Record<string, string>> = {
  'ich-score': 'mortality_30d_pct',
  func: 'independent_90d_pct',
  'max-ich': 'survival_5y_pct_mrochen2025',
};

export const scoreSlug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

export function scoreLines(scores: readonly CaseScore[], c: ExplainContext): string[] {
  return scores.flatMap(({ score, result }) => {
    const slug = scoreSlug(score);
    const key = `hemorrhage.score.${slug}`;
    if (!c.texts.has(key)) return [];
    if (result.status === 'at-least') {
      if (result.points_at_least === null) return [];
      const text = c.texts.text(key, { points: result.points_at_least });
      return [escapeValue(c.texts.text('hemorrhage.score.at-least', { text }))];
    }
    if (result.status !== 'computed') return [];
    const rateName = RATES[slug];
    const points = numeric(result['points'], c);
    const rate = rateName === undefined ? undefined : numeric(result[rateName], c);
    if (points === undefined || (rateName !== undefined && rate === undefined)) return [];
    return [escapeValue(c.texts.text(key, { points, ...(rate === undefined ? {} : { rate }) }))];
  });
}

function numeric(value: ScoreValue | ScoreBasis | undefined, c: ExplainContext): string | undefined {
  return typeof value === 'number' ? c.f.number(value) : undefined;
}
