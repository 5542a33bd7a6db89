/** One line per score that could be computed: points, and what they mean in which cohort. */
import { countedAbsent, type CaseScore } from '../../decisions/scores/from-case.ts';
import type { ScoreBasis, ScoreValue } from '../../decisions/scores/definition.ts';
import type { ExplainContext } from '../explain-context.ts';
import { escapeValue } from '../format/markdown.ts';
import { factName, inSentence } from './blocks.ts';

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
    if (result.status !== 'computed' && result.status !== 'range') return [];
    const ends = result.status === 'range' ? [result.least, result.most] : [result];
    const values = (name: string): string | undefined =>
      numbers(
        ends.map((end) => end[name]),
        c,
      );
    const rateName = RATES[slug];
    const points = values('points');
    const rate = rateName === undefined ? undefined : values(rateName);
    if (points === undefined || (rateName !== undefined && rate === undefined)) return [];
    const text = c.texts.text(key, { points, ...(rate === undefined ? {} : { rate }) });
    return [escapeValue(text)];
  });
}

/** '42–66', lowest first; undefined where the score has no such number. */
function numbers(values: readonly (ScoreValue | ScoreBasis | undefined)[], c: ExplainContext): string | undefined {
  const sorted = values.filter((value) => typeof value === 'number').toSorted((a, b) => a - b);
  const [low, high] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined || sorted.length < values.length) return undefined;
  if (low === high) return c.f.number(low);
  return c.texts.text('ui.range', { from: c.f.number(low), to: c.f.number(high) });
}

/** 'THRIVE 1: …; if no diabetes': a list that holds nothing is good enough to go on, and is named. */
export function ifAbsent(text: string, score: string, c: ExplainContext): string {
  const absent = countedAbsent(score, c.stroke, c.at);
  if (absent.length === 0) return text;
  return c.texts.text('block.if-absent', {
    text,
    list: absent.map((key) => inSentence(factName(key, c))).join(c.texts.text('ui.separator')),
  });
}
