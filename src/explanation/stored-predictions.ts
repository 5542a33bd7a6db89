/**
 * Predictions as the audit record keeps them: what was shown and why, with nine digits, so that the basis page shows them
 * again instead of asking today's models. Shadow predictions are kept for later comparison with outcomes.
 */
import type { CasePredictions, Contribution, Interval, ModelPrediction } from '../decisions/prediction.ts';

/** [group, log-odds, all inputs known, [[input, value, unit, what the model read where that differs], …]] */
type StoredContribution = readonly [
  group: string,
  logOdds: number,
  known: boolean,
  values: readonly (readonly [input: string, value: number | null, unit: string, takenAs?: number])[],
];

export interface StoredPrediction extends Omit<ModelPrediction, 'explanation' | 'intervals'> {
  /** [low, high] of each class. */
  readonly intervals: readonly (readonly [low: number, high: number])[];
  readonly explanation: Omit<ModelPrediction['explanation'], 'contributions'> & {
    readonly contributions: readonly StoredContribution[];
  };
}

export interface StoredPredictions {
  readonly predictions: readonly StoredPrediction[];
  readonly unavailable: CasePredictions['unavailable'];
}

/** Nine digits keep sums within 1e-6 and halve the record. */
function shortened<T>(value: T): T;
function shortened(value: unknown): unknown {
  if (typeof value === 'number') return shortNumber(value);
  if (typeof value !== 'object' || value === null) return value;
  // A copy that is then changed keeps its shape, and makes no lists of the members.
  const copy: unknown = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  const members = copy as Record<string, unknown>;
  for (const key in members) members[key] = shortened(members[key]);
  return copy;
}

const NINE_DIGITS = 1e9;

function shortNumber(value: number): number | null {
  // Most numbers of a prediction are flags, counts and whole points.
  if (Number.isInteger(value) && Math.abs(value) < NINE_DIGITS) return value;
  return Number.isFinite(value) ? Number(value.toPrecision(9)) : null;
}

export function storePredictions({ predictions, unavailable }: CasePredictions): StoredPredictions {
  return {
    predictions: predictions.map((prediction) =>
      shortened({
        ...prediction,
        intervals: prediction.intervals.map(({ low, high }) => [low, high] as const),
        explanation: {
          ...prediction.explanation,
          contributions: prediction.explanation.contributions.map(
            ({ group, logOdds, known, values }): StoredContribution => [
              group,
              logOdds,
              known,
              values.map(({ input, value, unit, takenAs }) =>
                takenAs === undefined ? ([input, value, unit] as const) : ([input, value, unit, takenAs] as const),
              ),
            ],
          ),
        },
      }),
    ),
    unavailable,
  };
}

export function restorePredictions({ predictions, unavailable }: StoredPredictions): CasePredictions {
  return {
    predictions: predictions.map((stored): ModelPrediction => ({
      ...stored,
      intervals: stored.intervals.map(([low, high]): Interval => ({ low, high })),
      explanation: {
        ...stored.explanation,
        contributions: stored.explanation.contributions.map(([group, logOdds, known, values]): Contribution => ({
          group,
          logOdds,
          known,
          values: values.map(([input, value, unit, takenAs]) => ({
            ...{ input, value, unit },
            ...(takenAs === undefined ? {} : { takenAs }),
          })),
        })),
      },
    })),
    unavailable,
  };
}
