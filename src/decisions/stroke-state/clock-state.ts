import { candidates, exactly, HOUR, MINUTE, plus } from '../../case/index.ts';
import type { FactKey, Instant, StrokeCase, TimeSpan } from '../../case/index.ts';
import { strokeClock } from './clock.ts';
import { midpointOfSleep } from '../time-windows.ts';
import type { StrokeClock } from './clock.ts';

export const CLOCK_FACTS = [
  'lastKnownWell',
  'witnessedOnset',
  'symptomRecognition',
  'bedtime',
  'wakeTime',
  'arrival',
] as const satisfies readonly FactKey[];
export type ClockFact = (typeof CLOCK_FACTS)[number];

/** One clock as the record gives it. Conflicting times are all shown. */
export interface ClockTime {
  readonly fact: ClockFact;
  readonly status: 'known' | 'conflicting' | 'unknown';
  readonly times: readonly TimeSpan[];
  /** Whole minutes from the time to `at`: fewest and most when the time is inexact; null when unknown. */
  readonly minutesSince: { readonly least: number; readonly most: number } | null;
}

/** Edges of the treatment windows, in hours after zero. */
const EDGES = [
  { id: 'thrombolysis-4.5h', hours: 4.5 },
  { id: 'thrombectomy-6h', hours: 6 },
  { id: 'extended-thrombolysis-9h', hours: 9 },
  { id: 'late-window-24h', hours: 24 },
] as const;
export type WindowEdgeId = (typeof EDGES)[number]['id'] | 'recognition-4.5h';

export interface WindowEdge {
  readonly id: WindowEdgeId;
  readonly at: Instant;
  readonly passed: boolean;
}

export interface ClockState {
  readonly zero: StrokeClock;
  readonly times: readonly ClockTime[];
  /** All edges in time order; windows include their end. */
  readonly edges: readonly WindowEdge[];
  /** The next edge ahead; null when the clock is unknown or all have passed. */
  readonly nextEdge: WindowEdge | null;
}

export function clockState(stroke: StrokeCase, at: Instant): ClockState {
  const zero = strokeClock(stroke, at);
  const edges = [...zeroEdges(stroke, zero, at), ...recognitionEdge(stroke, at)].sort((a, b) => a.at - b.at);
  return {
    zero,
    times: CLOCK_FACTS.map((fact) => clockTime(stroke, fact, at)),
    edges,
    nextEdge: edges.find((edge) => !edge.passed) ?? null,
  };
}

function clockTime(stroke: StrokeCase, fact: ClockFact, at: Instant): ClockTime {
  const times = candidates(stroke.facts[fact]).map((known) => known.value);
  const minutes = (instant: Instant): number => Math.floor((at - instant) / MINUTE);
  return {
    fact,
    status: stroke.facts[fact].status,
    times,
    minutesSince:
      times.length === 0
        ? null
        : {
            least: Math.min(...times.map((span) => minutes(span.latest < at ? span.latest : at))),
            most: Math.max(...times.map((span) => minutes(span.earliest < at ? span.earliest : at))),
          },
  };
}

const edge = (id: WindowEdgeId, from: TimeSpan, hours: number, at: Instant): WindowEdge => {
  const end = plus(from.earliest, hours * HOUR);
  return { id, at: end, passed: at > end };
};

/** After waking with symptoms the 9 h count from the middle of sleep; without it they are not told. */
function zeroEdges(stroke: StrokeCase, zero: StrokeClock, at: Instant): WindowEdge[] {
  if (zero.status === 'unknown') return [];
  const isWakeUp = stroke.facts.wakeUpStroke.status === 'known' && stroke.facts.wakeUpStroke.value;
  return EDGES.flatMap(({ id, hours }) => {
    const since = isWakeUp && id === 'extended-thrombolysis-9h' ? midpointOfSleep(stroke) : zero.since;
    return since === undefined ? [] : [edge(id, since, hours, at)];
  });
}

/** The 4.5 h from recognition count only where the onset was not seen. */
function recognitionEdge({ facts }: StrokeCase, at: Instant): WindowEdge[] {
  const recognized = candidates(facts.symptomRecognition).map((known) => known.value.earliest);
  if (recognized.length === 0 || candidates(facts.witnessedOnset).length > 0) return [];
  const first = recognized.reduce((a, b) => (a < b ? a : b));
  return [edge('recognition-4.5h', exactly(first), 4.5, at)];
}
