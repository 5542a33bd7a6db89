/** One trained statement in full: every class with its interval, the whole sum of log-odds, limits, version and digest. */
import type { Contribution, ModelPrediction } from '../../decisions/prediction.ts';
import { LESION_FEATURES } from '../../case/index.ts';
import { groupName, inputValueText, signed } from '../cards/contribution-lines.ts';
import { classSetText, limitSentences, simulatedMark, headlineOutcome } from '../cards/model-statement.ts';
import type { ExplainContext } from '../explain-context.ts';
import { probabilityRange, probabilityText } from '../format/percent.ts';
import { definitions, html, join, list, table, text, type Html } from './html-parts.ts';

/** Digits of a digest that tell two models apart for a reader; the audit record holds all. */
const DIGEST_DIGITS = 16;
const LONGEST_BAR = 16;

/** @param heading what the model was asked, as a heading of third rank */
export function modelSection(prediction: ModelPrediction, heading: string, c: ExplainContext): Html {
  const word = (key: string): string => c.texts.text(`page.${key}`);
  const { headline, model, version, digest, reference } = prediction;
  const title = `${simulatedMark(prediction, c)}${heading}`;
  const outside = headline === null ? [html(`<p class="note">${text(c.texts.text('model.outside'))}</p>`)] : [];
  return join([
    html(`<h3>${text(title)}</h3>`),
    ...outside,
    definitions([
      [
        word('model'),
        html(
          `<a href="/models/${encodeURIComponent(model)}/card">${text(model)}</a> ${text(version)} <span class="ref">sha256 ${text(digest.slice(0, DIGEST_DIGITS))}…</span>`,
        ),
      ],
      [
        word('model-card'),
        html(`<a href="/models/${encodeURIComponent(model)}/card">${text(word('model-card-link'))}</a>`),
      ],
      [
        word('model-headline'),
        headline === null
          ? html('')
          : text(
              `${headlineOutcome(headline, c)}: ${c.texts.text('ui.noted', { value: probabilityText(headline.probability, c.f), note: probabilityRange(headline, c.f) })}`,
            ),
      ],
      [word('model-limits'), list(limitSentences(prediction, c).map((sentence) => text(sentence)))],
      [word('model-distance'), text(distanceText(prediction, c))],
      [word('model-stability'), text(stabilityText(prediction, c))],
      [word('model-reference'), html(`<span lang="en">${text(reference)}</span>`)],
    ]),
    headline === null ? html('') : classTable(prediction, c),
    contributionTable(prediction, c),
    counterfactualTable(prediction, c),
  ]);
}

function distanceText({ outOfDistribution: d }: ModelPrediction, c: ExplainContext): string {
  return c.texts.text('page.model-distance-value', {
    score: c.f.number(d.score, 1),
    usual: c.f.number(d.threshold95, 1),
    last: c.f.number(d.threshold99, 1),
    state: c.texts.text(`page.model-distance-${d.state}`),
  });
}

function stabilityText({ stability, headline }: ModelPrediction, c: ExplainContext): string {
  if (headline === null) return '';
  return c.texts.text(stability.stable ? 'page.model-stable' : 'page.model-not-stable', {
    range: probabilityRange(stability.range, c.f),
  });
}

function classTable({ classes, probabilities, intervals, conformalSet }: ModelPrediction, c: ExplainContext): Html {
  const word = (key: string): string => c.texts.text(`page.${key}`);
  const set = new Set(conformalSet.classes);
  return table(
    word('model-classes'),
    ['model-class', 'model-probability', 'model-interval', 'model-in-set'].map(word),
    classes.map((name, i) => {
      const interval = intervals[i];
      return [
        text(classSetText([name], c)),
        text(probabilityText(probabilities[i] ?? 0, c.f)),
        text(interval === undefined ? '' : probabilityRange(interval, c.f)),
        text(c.texts.text(set.has(name) ? 'ui.yes' : 'ui.no')),
      ];
    }),
  );
}

/** Baseline, each idea with its values, and the sum: what stands here adds up to the prediction. */
function contributionTable({ explanation, headline }: ModelPrediction, c: ExplainContext): Html {
  if (headline === null) return html('');
  const word = (key: string): string => c.texts.text(`page.${key}`);
  const { baselineLogOdds, contributions, mixtureLogOdds, totalLogOdds } = explanation;
  const sorted = contributions.toSorted((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds));
  const largest = Math.max(...sorted.map(({ logOdds }) => Math.abs(logOdds)), 0);
  const row = (name: string, values: Html, logOdds: number, bar = ''): Html[] => [
    text(name),
    values,
    text(signed(logOdds, c, 2)),
    text(bar),
  ];
  const note = c.texts.text(explanation.quantity === 'log-odds' ? 'page.model-log-odds' : 'page.model-log-ratio');
  return join([
    table(word('model-contributions'), ['model-group', 'model-values', 'model-contribution', 'model-bar'].map(word), [
      row(word('model-baseline'), html(''), baselineLogOdds),
      ...sorted.map((contribution) =>
        row(
          groupName(contribution.group, c),
          valuesOf(contribution, c),
          contribution.logOdds,
          barOf(contribution, largest),
        ),
      ),
      ...(mixtureLogOdds === 0 ? [] : [row(word('model-mixture'), html(''), mixtureLogOdds)]),
      row(word('model-total'), html(''), totalLogOdds),
    ]),
    html(`<p>${text(note)}</p>`),
  ]);
}

function barOf({ logOdds }: Contribution, largest: number): string {
  if (largest === 0 || logOdds === 0) return '';
  const length = Math.max(1, Math.round((Math.abs(logOdds) / largest) * LONGEST_BAR));
  return (logOdds > 0 ? '■' : '□').repeat(length);
}

const FEATURES: Readonly<Record<string, { readonly meaning: string } | undefined>> = LESION_FEATURES;

/** Inputs by their clinical name; measures of the lesion by their meaning, in English where the locale has no words. */
function valuesOf({ values, known }: Contribution, c: ExplainContext): Html {
  if (!known) return text(c.texts.text('page.model-unknown'));
  return list(
    values.map((value) => {
      const meaning = c.texts.has(`lesion.${value.input}`) ? undefined : FEATURES[value.input]?.meaning;
      const name =
        meaning === undefined ? text(inputName(value.input, c)) : html(`<span lang="en">${text(meaning)}</span>`);
      const written = inputValueText(value, c);
      return html(`${name}: ${text(written === '' ? c.texts.text('page.model-unknown') : written)}`);
    }),
  );
}

function inputName(input: string, c: ExplainContext): string {
  for (const key of [`fact.${input}`, `lesion.${input}`, `term.group-${input}`])
    if (c.texts.has(key)) return c.texts.text(key);
  return input;
}

function counterfactualTable({ counterfactuals, headline }: ModelPrediction, c: ExplainContext): Html {
  if (headline === null) return html('');
  const word = (key: string): string => c.texts.text(`page.${key}`);
  return table(
    word('model-counterfactuals'),
    ['model-group', 'model-from', 'model-to', 'model-probability'].map(word),
    counterfactuals.map(({ group, input, from, to, unit, probability }) => [
      text(groupName(group, c)),
      text(inputValueText({ input, value: from, unit }, c)),
      text(inputValueText({ input, value: to, unit }, c)),
      text(probabilityText(probability, c.f)),
    ]),
  );
}
