/** The 90-day outlook as the audit record keeps it: the figures that a card may have shown, without what the version says. */
import { isFailed } from '../decisions/decide.ts';
import type { Decisions } from '../decisions/decide.ts';
import type { Estimate, Prognosis, Span } from '../decisions/prognosis/index.ts';

/** Value (null where a fact is missing), lowest, highest. */
type Triple = readonly [number | null, number, number];

export interface StoredPrognosis {
  readonly status: Prognosis['status'];
  /** Lowest and highest points; null where the score has none. */
  readonly points: Readonly<Record<string, readonly [number, number] | null>>;
  /** Lowest and highest risk of mRS 3 to 6 by reading. */
  readonly readings: Readonly<Record<string, readonly [number, number]>>;
  readonly untreated: { readonly independent: Triple; readonly death: Triple } | null;
  /** By treatment: state, why without figures, minutes from onset, and the change of independence by occlusion. */
  readonly treatments: Readonly<Record<string, StoredTreatment>>;
}

interface StoredTreatment {
  readonly state: string;
  readonly because: string | null;
  readonly minutes: readonly [number, number] | null;
  readonly gain: Readonly<Record<string, Triple>>;
}

const ends = ({ low, high }: Span): readonly [number, number] => [low, high];
/** Four decimals of a share: a card shows none finer than a tenth of a percent. */
const share = (value: number): number => Math.round(value * 1e4) / 1e4;
const triple = ({ value, low, high }: Estimate): Triple => [
  value === null ? null : share(value),
  share(low),
  share(high),
];

export function storePrognosis(outcome: Decisions['prognosis']): StoredPrognosis | { readonly failed: string } {
  if (isFailed(outcome)) return { failed: outcome.errorId };
  const { status, scores, readings, untreated, treatments } = outcome;
  return {
    status,
    points: Object.fromEntries(scores.map(({ score, points }) => [score, points === null ? null : ends(points)])),
    readings: Object.fromEntries(readings.map(({ id, risk }) => [id, [share(risk.low), share(risk.high)] as const])),
    untreated:
      untreated === null ? null : { independent: triple(untreated.independent), death: triple(untreated.death) },
    treatments: Object.fromEntries(
      treatments.map(({ treatment, state, noFiguresBecause, minutesFromOnset, effects }) => [
        treatment,
        {
          state,
          because: noFiguresBecause,
          minutes: minutesFromOnset === null ? null : ends(minutesFromOnset),
          gain: Object.fromEntries(effects.map(({ occlusion, gain }) => [occlusion, triple(gain.independent)])),
        },
      ]),
    ),
  };
}
