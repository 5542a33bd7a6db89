/** Risk of hemorrhagic transformation: each score with its own definition and cohort, side by side, never averaged. */
import type {
  HemorrhagicTransformation,
  OutsideCohort,
  ScoreItem,
  Span,
  TransformationScore,
} from '../../decisions/hemorrhagic-transformation/index.ts';
import { SCORE_DETAILS } from '../../decisions/hemorrhagic-transformation/score-items.ts';
import type { ExplainContext } from '../explain-context.ts';
import { escapeValue, list } from '../format/markdown.ts';
import { percentRange } from '../format/percent.ts';
import { factName } from './blocks.ts';
import { driversSentence } from './contribution-lines.ts';
import { headlineText, limitSentences, simulatedMark } from './model-statement.ts';
import { ifAbsent, scoreSlug } from './score-lines.ts';

/** Items named as what gives the points. */
const DRIVERS = 3;
const NAMES = 3;
/** A range of rates wider than this (percent) tells nothing: the score is left to the basis page. */
const TOO_OPEN = 15;

/** Enough for a card of its own: one score complete, or a model with a number. */
export const hasRisk = ({ spread, prediction }: HemorrhagicTransformation): boolean =>
  spread !== null || (prediction !== null && prediction.headline !== null);

/** A range over nearly everything tells nothing, and a rate of any hemorrhage is none of a symptomatic one. */
const tellsARate = ({ riskPercent, points, scale, outcome }: TransformationScore): boolean =>
  riskPercent !== null &&
  points !== null &&
  outcome !== 'any-hemorrhage' &&
  riskPercent.high - riskPercent.low <= TOO_OPEN &&
  points.high - points.low <= (scale.high - scale.low) / 2;

/** 'sICH if lysed 3–12 %', for the sentence of the card; '' when no score is complete. */
export function riskInSummary(
  { spread, setting }: HemorrhagicTransformation,
  c: ExplainContext,
  form: 'full' | 'short' = 'full',
): string {
  if (spread === null) return '';
  const isNamed = form === 'short' || setting === 'after-thrombolysis';
  return c.texts.text(isNamed ? 'outlook.summary.risk-after' : 'outlook.summary.risk', {
    range: percentRange(spread, c.f, 0),
  });
}

export function transformationBlock(risk: HemorrhagicTransformation, c: ExplainContext): string {
  if (!hasRisk(risk) && !risk.scores.some(tellsARate)) return '';
  const published = risk.scores.filter(tellsARate);
  const lines = published.map((score) => scoreLine(score, c));
  const heading = c.texts.text(`outlook.risk.${risk.setting}`);
  return [lines.length === 0 ? '' : `${heading}\n\n${list(lines)}`, notes(risk, published, c), modelPart(risk, c)]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** 'SEDAN 3 of 6: 5.1–8.5 % (ECASS II; n 974 + 828)'. */
function scoreLine(score: TransformationScore, c: ExplainContext): string {
  const { points, scale, riskPercent, outcome } = score;
  const text = c.texts.text('outlook.risk-score', {
    score: score.score,
    points: points === null ? '–' : spanText(points, c),
    most: scale.high,
    risk: riskPercent === null ? '–' : percentRange(riskPercent, c.f),
    definition: c.texts.text(`term.hemorrhage-${outcome}`),
    cohort: c.texts.text(`term.cohort-${scoreSlug(score.score)}`),
  });
  return escapeValue(ifAbsent(text, score.score, c));
}

/** What gives the points over all scores shown: an item that weighs in several comes first. */
function drivers(scores: readonly TransformationScore[], c: ExplainContext): string {
  const counts = new Map<string, number>();
  for (const score of scores) for (const { id } of drivingItems(score)) counts.set(id, (counts.get(id) ?? 0) + 1);
  const names = [...counts]
    .toSorted((x, y) => y[1] - x[1])
    .slice(0, DRIVERS)
    .map(([id]) => c.texts.text(`term.item-${id}`));
  return names.length === 0
    ? ''
    : c.texts.text('outlook.risk-drivers', { items: escapeValue(names.join(c.texts.text('ui.separator'))) });
}

/** Known items that give points beyond the least that they can give, most first. */
export function drivingItems({ score, items }: TransformationScore, most = 2): ScoreItem[] {
  const gained = ({ id, points }: ScoreItem): number =>
    points.low - (SCORE_DETAILS[score].items.find((item) => item.id === id)?.base ?? 0);
  return items
    .filter((item) => (item.state === 'known' || item.state === 'lower-bound') && gained(item) > 0)
    .toSorted((a, b) => gained(b) - gained(a))
    .slice(0, most);
}

export const spanText = ({ low, high }: Span, c: ExplainContext): string =>
  low === high ? c.f.number(low) : c.texts.text('ui.range', { from: c.f.number(low), to: c.f.number(high) });

/** What is open, and in what the patient differs from the cohorts. */
function notes(risk: HemorrhagicTransformation, published: readonly TransformationScore[], c: ExplainContext): string {
  const flags = [...new Set(risk.scores.filter((s) => s.riskPercent !== null).flatMap((s) => s.outsideCohort))];
  const parts = [drivers(published, c)].filter((part) => part !== '');
  if (risk.missing.length > 0) {
    const names = risk.missing.slice(0, NAMES).map((fact) => factName(fact, c));
    const more = risk.missing.length - names.length;
    const text = names.join(c.texts.text('ui.separator'));
    parts.push(
      c.texts.text('outlook.risk-open', {
        list: escapeValue(more > 0 ? c.texts.text('block.and-more-short', { list: text, count: more }) : text),
      }),
    );
  }
  const told = flags.filter((flag): flag is OutsideCohort => flag !== 'thrombectomy-cohort');
  if (told.length > 0)
    parts.push(
      c.texts.text('outlook.risk-outside', {
        list: escapeValue(told.map((flag) => c.texts.text(`term.outside-${flag}`)).join(c.texts.text('ui.separator'))),
      }),
    );
  return parts.join(' ');
}

/** The site's own model, beside the scores. */
function modelPart({ prediction }: HemorrhagicTransformation, c: ExplainContext): string {
  if (prediction === null) return '';
  const statement = c.texts.text('outlook.risk-model', {
    mark: simulatedMark(prediction, c),
    text: headlineText(prediction, c),
  });
  return [
    statement,
    ...limitSentences(prediction, c),
    prediction.headline === null ? '' : driversSentence(prediction, c),
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}
