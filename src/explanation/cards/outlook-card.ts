/**
 * What is to be expected: the 90 days from published evidence, the trained prediction at discharge, and the risk of
 * symptomatic hemorrhage, side by side and never averaged. Information only: nothing here decides.
 */
import type { FactKey } from '../../case/index.ts';
import type { HemorrhagicTransformation } from '../../decisions/hemorrhagic-transformation/index.ts';
import type { ModelFamily, ModelPrediction } from '../../decisions/prediction.ts';
import type { Estimate, Prognosis } from '../../decisions/prognosis/index.ts';
import type { CardDraft } from '../card-draft.ts';
import type { ExplainContext } from '../explain-context.ts';
import { blocks, list } from '../format/markdown.ts';
import { probabilityRange, probabilityText } from '../format/percent.ts';
import { closingLine } from './blocks.ts';
import { contributionLines, counterfactualSentence, driversSentence, signed } from './contribution-lines.ts';
import { headlineText, limitSentences, simulatedMark, usesLesion, headlineOutcome } from './model-statement.ts';
import {
  distributionTable,
  estimateText,
  outcomeLines,
  prognosisDrivers,
  scoresBlock,
  stillPossible,
  treatmentLines,
  withoutFigure,
} from './ninety-days-block.ts';
import { fitSummary } from './summary.ts';
import { hasRisk, riskInSummary, transformationBlock } from './transformation-block.ts';

const BARS = 3;

export interface Outlooks {
  /** Null where that part could not be evaluated. */
  readonly prognosis: Prognosis | null;
  readonly risk: HemorrhagicTransformation | null;
  /** Trained models that should have spoken, and are damaged. */
  readonly damaged: readonly ModelFamily[];
}

/** A bleeding has cards of its own, and after a week these statements, made on admission, are over. */
const NOTHING_TO_EXPECT: ReadonlySet<Prognosis['status']> = new Set([
  'hemorrhagic-stroke',
  'hemorrhage-after-treatment',
  'past-acute-phase',
]);

/** Anything to say at all? */
export function hasOutlook({ prognosis, risk }: Outlooks): boolean {
  if (prognosis !== null && NOTHING_TO_EXPECT.has(prognosis.status)) return false;
  const hasModel = modelsOf(prognosis).some(({ headline }) => headline !== null);
  return hasNinetyDays(prognosis) || hasModel || (risk !== null && hasRisk(risk));
}

const hasNinetyDays = (prognosis: Prognosis | null): prognosis is Prognosis =>
  prognosis?.status === 'estimated' && prognosis.untreated !== null;

const modelsOf = (prognosis: Prognosis | null): ModelPrediction[] =>
  [prognosis?.siteModel ?? null, prognosis?.discharge ?? null].filter((model) => model !== null);

/** @param cause the section of the subtype where it has no card of its own; '' otherwise */
export function outlookCard(outlooks: Outlooks, cause: string, c: ExplainContext): CardDraft | null {
  if (!hasOutlook(outlooks)) return null;
  const { prognosis, risk } = outlooks;
  return {
    topic: 'outlook',
    summary: outlookSummary(outlooks, c),
    indicator: 'info',
    detail: blocks([
      ...(hasNinetyDays(prognosis) ? ninetyDays(prognosis, c) : []),
      ...modelsOf(prognosis).map((model, i) => modelBlock(model, i === 0 ? BARS : 0, c)),
      risk === null ? '' : transformationBlock(risk, c),
      cause,
      damagedLine(outlooks, c),
      c.texts.text('outlook.limits'),
      closingLine(dataOf(outlooks), c),
    ]),
    // The hour of the treatment decision is not that of the search for the cause.
    suggestions: [],
  };
}

/** Silence would look as if the site had no such model. */
function damagedLine({ damaged }: Outlooks, c: ExplainContext): string {
  if (damaged.length === 0) return '';
  const names = damaged.map((family) => c.texts.text(`model.family.${family}`));
  return c.texts.text('outlook.damaged', { list: names.join(c.texts.text('ui.separator')) });
}

function ninetyDays(prognosis: Prognosis, c: ExplainContext): string[] {
  const conditions = [
    ...(prognosis.assumesIschemic ? [c.texts.text('outlook.assumes-ischemic')] : []),
    ...(prognosis.assumesIndependentBefore ? [c.texts.text('outlook.assumes-independent')] : []),
  ].join(c.texts.text('ui.separator'));
  const heading =
    conditions === ''
      ? c.texts.text('outlook.ninety-days')
      : c.texts.text('outlook.ninety-days-if', { condition: conditions });
  return [
    `${heading} ${outcomeLines(prognosis, c).join(' ')}`,
    distributionTable(prognosis, c),
    list(treatmentLines(prognosis, c)),
    scoresBlock(prognosis, c),
    prognosisDrivers(prognosis, c),
    prognosis.notes
      .map((key) => `outlook.note.${key}`)
      .filter((key) => c.texts.has(key))
      .map((key) => c.texts.text(key))
      .join(' '),
  ];
}

/**
 * A trained model: probability, interval, set, reasons as bars, and what would change it.
 * @param most bars; a second model on the card names its strongest reasons in a sentence only
 */
export function modelBlock(prediction: ModelPrediction, most: number, c: ExplainContext): string {
  const intro =
    prediction.family === 'mrs-90-days' ? 'site-model' : usesLesion(prediction) ? 'discharge-image' : 'discharge';
  const statement = c.texts.text(`outlook.${intro}`, {
    mark: simulatedMark(prediction, c),
    text: headlineText(prediction, c),
  });
  if (prediction.headline === null) return statement;
  const lines = most === 0 ? [] : contributionLines(prediction, c, most);
  return blocks([
    [statement, ...limitSentences(prediction, c), counterfactualSentence(prediction, c)]
      .filter((sentence) => sentence !== '')
      .join(' '),
    // A single bar compares with nothing.
    lines.length < 2
      ? driversSentence(prediction, c)
      : `${driversSentence(prediction, c)} ${c.texts.text('model.bars')}\n\n${list(lines)}`,
  ]);
}

/** 'Outlook: independent at 90 days 38 % (24–55 %) untreated, thrombolysis now +9 of 100; sICH if lysed 3–12 %'. */
export function outlookSummary({ prognosis, risk }: Outlooks, c: ExplainContext): string {
  const riskText = risk === null ? '' : riskInSummary(risk, c);
  const then = riskText === '' ? '' : c.texts.text('outlook.summary.then', { text: riskText });
  if (hasNinetyDays(prognosis)) {
    const gains = gainsInSummary(prognosis, c);
    const text = (gain: string, more: string): string => ninetyDaysSentence(prognosis, gain, more, c);
    // Beside the gain of a treatment it is clear whose bleeding is meant.
    const short = risk === null ? '' : riskInSummary(risk, c, 'short');
    const shortThen = short === '' ? '' : c.texts.text('outlook.summary.then', { text: short });
    const all = gains === '' ? [] : [text(gains, then), text(gains, shortThen), text(gains, '')];
    return fitSummary([...all, text('', then), text('', '')]);
  }
  const [model] = modelsOf(prognosis).filter(({ headline }) => headline !== null);
  if (model?.headline != null) {
    const at = model.family === 'mrs-90-days' ? 'site-model' : 'discharge';
    const text = c.texts.text(`outlook.summary.${at}`, {
      mark: simulatedMark(model, c),
      outcome: headlineOutcome(model.headline, c),
      probability: probabilityText(model.headline.probability, c.f),
      range: probabilityRange(model.headline, c.f),
    });
    return fitSummary([text + then, text]);
  }
  if (riskText !== '') return fitSummary([c.texts.text('outlook.summary.only', { text: riskText })]);
  // Only a model of the site on hemorrhage is left.
  return fitSummary([c.texts.text('outlook.summary.open')]);
}

function ninetyDaysSentence(prognosis: Prognosis, gain: string, then: string, c: ExplainContext): string {
  const { asTreated, untreated } = prognosis;
  if (asTreated !== null)
    return c.texts.text('outlook.summary.as-treated', {
      treatment: c.texts.text(`outlook.treatment-in-sentence.${asTreated.by}`),
      independent: estimateText(asTreated.outlook.independent, c),
      then: gain + then,
    });
  const [given] = withoutFigure(prognosis);
  if (given !== undefined)
    return c.texts.text('outlook.summary.not-as-treated', {
      treatment: c.texts.text(`outlook.treatment-in-sentence.${given.treatment}`),
      independent: untreated === null ? '–' : estimateText(untreated.independent, c),
      then: gain + then,
    });
  return c.texts.text('outlook.summary.untreated', {
    independent: untreated === null ? '–' : estimateText(untreated.independent, c),
    then: gain + then,
  });
}

/** ', with thrombolysis +7, thrombectomy +16 of 100': the span where the occlusion is not known. */
function gainsInSummary(prognosis: Prognosis, c: ExplainContext): string {
  // Thrombectomy without a known occlusion would be a promise on a guess; the card says it with its condition.
  const told = stillPossible(prognosis).filter(
    ({ treatment }) => treatment === 'thrombolysis' || prognosis.occlusion === 'large-vessel',
  );
  const items = told.map(({ treatment, effects }) =>
    c.texts.text('outlook.summary.gain-item', {
      treatment: c.texts.text(`outlook.treatment-in-sentence.${treatment}`),
      gain: shortGain(
        effects.map(({ gain }) => gain.independent),
        c,
      ),
    }),
  );
  return items.length === 0
    ? ''
    : c.texts.text('outlook.summary.gain', { list: items.join(c.texts.text('ui.separator')) });
}

function shortGain(gains: readonly Estimate[], c: ExplainContext): string {
  const low = Math.min(...gains.map(({ value, low: least }) => value ?? least));
  const high = Math.max(...gains.map(({ value, high: most }) => value ?? most));
  const [from, to] = [signed(low * 100, c, 0), signed(high * 100, c, 0)];
  return from === to ? from : c.texts.text('outlook.from-to', { from, to });
}

function dataOf({ prognosis, risk }: Outlooks): FactKey[] {
  const scores = prognosis?.scores.flatMap(({ items }) => items.flatMap(({ facts }) => facts)) ?? [];
  const risks = risk?.scores.flatMap(({ items }) => items.flatMap(({ facts }) => facts)) ?? [];
  return [...new Set([...scores, ...risks])];
}
