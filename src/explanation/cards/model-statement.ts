/** What a trained model says, with its limits: probability, interval, conformal set, and when it has nothing to say. */
import type { Headline, ModelPrediction } from '../../decisions/prediction.ts';
import type { ExplainContext } from '../explain-context.ts';
import { escapeValue } from '../format/markdown.ts';
import { probabilityRange, probabilityText } from '../format/percent.ts';
import { factName } from './blocks.ts';

/** 'SIMULATED: ' before the first word of anything that rests on simulated data; '' otherwise. */
export const simulatedMark = ({ simulated }: ModelPrediction, c: ExplainContext): string =>
  simulated ? c.texts.text('model.simulated') : '';

/** 'mRS 3–6 62 % (50–72 %)', or that no number can be given; Markdown. */
export function headlineText(prediction: ModelPrediction, c: ExplainContext): string {
  const { headline } = prediction;
  if (headline === null) return c.texts.text('model.outside');
  return c.texts.text('model.headline', {
    outcome: escapeValue(headlineOutcome(headline, c)),
    probability: escapeValue(probabilityText(headline.probability, c.f)),
    range: escapeValue(probabilityRange(headline, c.f)),
  });
}

/** What the number is the probability of: its own name, or that of the class where the most probable one is taken. */
export function headlineOutcome({ id, classes }: Headline, c: ExplainContext): string {
  const [only] = classes;
  return !c.texts.has(`term.${id}`) && classes.length === 1 && only !== undefined
    ? outcomeText(only, c)
    : outcomeText(id, c);
}

export function outcomeText(id: string, c: ExplainContext): string {
  const key = `term.${id}`;
  return c.texts.has(key) ? c.texts.text(key) : id.replaceAll('-', ' ');
}

const MRS = /^mrs-([0-6])$/;

/** 'mRS 2–5', 'large-artery atherosclerosis, cardioembolism'. */
export function classSetText(classes: readonly string[], c: ExplainContext): string {
  const grades = classes.flatMap((name) => MRS.exec(name)?.[1] ?? []).map(Number);
  if (grades.length !== classes.length || grades.length === 0)
    return classes.map((name) => outcomeText(name, c)).join(c.texts.text('ui.separator'));
  const sorted = grades.toSorted((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const grade of sorted) {
    const last = runs.at(-1);
    if (last !== undefined && grade === last[1] + 1) last[1] = grade;
    else runs.push([grade, grade]);
  }
  return c.texts.text('model.mrs', {
    grades: runs
      .map(([low, high]) => (low === high ? String(low) : `${low}–${high}`))
      .join(c.texts.text('ui.separator')),
  });
}

/** What limits this number for this patient, each as a sentence; empty when nothing does. */
export function limitSentences(prediction: ModelPrediction, c: ExplainContext): string[] {
  const { headline, conformalSet, outOfDistribution, stability, missing, assumesIschemic } = prediction;
  if (headline === null) return [];
  const sentences = prediction.simulated ? [c.texts.text('model.simulated-note')] : [];
  if (conformalSet.classes.length > 0)
    sentences.push(
      c.texts.text('model.conformal', {
        level: escapeValue(probabilityText(conformalSet.level, c.f)),
        list: escapeValue(classSetText(conformalSet.classes, c)),
      }),
    );
  if (outOfDistribution.state === 'unusual') sentences.push(c.texts.text('model.unusual'));
  if (!stability.stable) sentences.push(c.texts.text('model.unstable'));
  const open = [...new Set(missing.filter(({ handled }) => handled === 'averaged').map(({ fact }) => fact))];
  if (open.length > 0)
    sentences.push(
      c.texts.text('model.averaged', {
        list: escapeValue(open.map((fact) => factName(fact, c)).join(c.texts.text('ui.separator'))),
      }),
    );
  if (assumesIschemic) sentences.push(c.texts.text('model.if-ischemic'));
  return sentences;
}

/** Did the model see the lesion? Decides how the statement is introduced. */
export const usesLesion = ({ explanation }: ModelPrediction): boolean =>
  explanation.contributions.some(({ group, known }) => known && group.startsWith('lesion'));
