/** The columns of `stroke-cds predict`: probabilities, intervals, sets and where they come from, one row a participant. */
import type { CasePredictions, ModelFamily, ModelPrediction } from '../decisions/prediction.ts';

type Cell = string | number;

const MRS = [0, 1, 2, 3, 4, 5, 6];
const TOAST = [1, 2, 3, 4, 5];
const withBounds = (columns: readonly string[]): string[] => columns.flatMap((name) => [`${name}_low`, `${name}_high`]);
const MRS_COLUMNS = MRS.map((grade) => `p_mrs${grade}`);
const TOAST_COLUMNS = TOAST.map((type) => `p_toast_${type}`);

/** In the order of the file. */
export const PREDICTION_COLUMNS: readonly string[] = [
  'participant_id',
  ...MRS_COLUMNS,
  ...TOAST_COLUMNS,
  'p_mrs_ge3',
  ...withBounds(['p_mrs_ge3', ...MRS_COLUMNS, ...TOAST_COLUMNS]),
  'mrs_set',
  'toast_set',
  'model_mrs',
  'model_toast',
  'out_of_distribution',
  'out_of_distribution_mrs',
  'out_of_distribution_toast',
  'note',
];

/** Class names end in what the columns count by: 'mrs-4' is grade 4, 'toast-2' is TOAST 2. */
const numberOf = (name: string): number => Number(/\d+$/.exec(name)?.[0] ?? Number.NaN);

const cell = (value: number | undefined): Cell => (value === undefined ? '' : Number(value.toPrecision(10)));

interface ByNumber {
  readonly p: (n: number) => number | undefined;
  readonly low: (n: number) => number | undefined;
  readonly high: (n: number) => number | undefined;
}

function byNumber(prediction: ModelPrediction | undefined): ByNumber {
  const at = (n: number): number => prediction?.classes.findIndex((name) => numberOf(name) === n) ?? -1;
  return {
    p: (n) => prediction?.probabilities[at(n)],
    low: (n) => prediction?.intervals[at(n)]?.low,
    high: (n) => prediction?.intervals[at(n)]?.high,
  };
}

const setOf = (prediction: ModelPrediction | undefined): Cell =>
  prediction?.conformalSet.classes.map((name) => String(numberOf(name))).join(' ') ?? '';

const STATES = ['inside', 'unusual', 'outside'] as const;
type State = (typeof STATES)[number];

/** The worse of the models that answered; empty when none did. */
function worst(predictions: readonly (ModelPrediction | undefined)[]): State | '' {
  const states = predictions.flatMap((p) => (p === undefined ? [] : [STATES.indexOf(p.outOfDistribution.state)]));
  return states.length === 0 ? '' : (STATES[Math.max(...states)] ?? '');
}

/** What else must be known to read the numbers, per family. */
function remarks(family: ModelFamily, short: string, said: CasePredictions): string[] {
  const prediction = said.predictions.find((p) => p.family === family && p.role === 'active');
  if (prediction === undefined) {
    return said.unavailable.filter((one) => one.family === family).map(({ why }) => `${short}: no answer (${why})`);
  }
  const averaged = prediction.missing.filter(({ handled }) => handled === 'averaged').map(({ fact }) => fact);
  const nothing = prediction.explanation.contributions.every(({ values }) =>
    values.every(({ value }) => value === null),
  );
  return [
    ...(nothing
      ? [`${short}: nothing known, average of the reference population`]
      : averaged.length > 0
        ? [`${short}: averaged over the reference population for ${averaged.join(', ')}`]
        : []),
    ...(prediction.outOfDistribution.state === 'outside' ? [`${short}: outside what the model knows`] : []),
    ...(prediction.simulated ? [`${short}: model trained on simulated data`] : []),
  ];
}

/** @param missing what was not known of the participant, in words */
export function predictionCells(id: string, said: CasePredictions, missing: readonly string[]): Cell[] {
  const active = (family: ModelFamily): ModelPrediction | undefined =>
    said.predictions.find((p) => p.family === family && p.role === 'active');
  const mrs = active('discharge-mrs');
  const toast = active('toast');
  const grades = byNumber(mrs);
  const types = byNumber(toast);
  const dependent = mrs === undefined ? undefined : MRS.slice(3).reduce((sum, n) => sum + (grades.p(n) ?? 0), 0);
  const notes = [...missing, ...remarks('discharge-mrs', 'mRS', said), ...remarks('toast', 'TOAST', said)];
  return [
    id,
    ...MRS.map((n) => cell(grades.p(n))),
    ...TOAST.map((n) => cell(types.p(n))),
    cell(dependent),
    // The interval of a sum is not the sum of intervals: it comes with the headline, which a case outside does not have.
    cell(mrs?.headline?.low),
    cell(mrs?.headline?.high),
    ...MRS.flatMap((n) => [cell(grades.low(n)), cell(grades.high(n))]),
    ...TOAST.flatMap((n) => [cell(types.low(n)), cell(types.high(n))]),
    setOf(mrs),
    setOf(toast),
    mrs?.model ?? '',
    toast?.model ?? '',
    worst([mrs, toast]),
    mrs?.outOfDistribution.state ?? '',
    toast?.outOfDistribution.state ?? '',
    notes.join('; '),
  ];
}
