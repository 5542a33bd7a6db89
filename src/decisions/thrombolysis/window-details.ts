import type { Instant, StrokeCase } from '../../case/index.ts';
import { HOUR, plus } from '../../case/index.ts';
import type { RuledResult, ThrombolysisContext, WindowTiming } from './rule.ts';

export interface ThrombolysisWindow {
  /** Id of the criterion: the kind of window. */
  readonly kind: string;
  /** 'open' for this patient; 'possible' when a fact is missing; 'closed' by time or imaging; 'not-needed' while a simpler one is open. */
  readonly state: 'open' | 'possible' | 'closed' | 'not-needed';
  /** What the time is counted from, and that instant by its worse end. */
  readonly clock: { readonly basis: WindowTiming['basis']; readonly since: Instant; readonly exact: boolean };
  /** null when it is open from the start. */
  readonly opensAt: Instant | null;
  readonly closesAt: Instant;
  readonly isPast: boolean;
  /** Beyond the exclusion of hemorrhage. */
  readonly needsImaging: boolean;
}

const STATE = { met: 'open', unknown: 'possible', notMet: 'closed', notApplicable: 'not-needed' } as const;

/** The windows of the guideline whose clock is known, in the order of its table. */
export function windowDetails(
  rows: readonly RuledResult[],
  stroke: StrokeCase,
  at: Instant,
  context: ThrombolysisContext,
): ThrombolysisWindow[] {
  return rows.flatMap(({ effect, result }) => {
    if (effect.kind !== 'opens') return [];
    const timing = effect.timing(stroke, context);
    if (timing === undefined) return [];
    const { basis, since, fromHours, toHours } = timing;
    const closesAt = plus(since.earliest, toHours * HOUR);
    return [
      {
        kind: result.id,
        state: STATE[result.status],
        clock: { basis, since: since.earliest, exact: since.earliest === since.latest },
        opensAt: fromHours === 0 ? null : plus(since.earliest, fromHours * HOUR),
        closesAt,
        isPast: at > closesAt,
        needsImaging: effect.needsImaging,
      },
    ];
  });
}

/** The window that decided, else an open one, else one that a missing fact would open, else the first. */
export function pickWindow(
  windows: readonly ThrombolysisWindow[],
  decidedBy: readonly string[],
): ThrombolysisWindow | null {
  const picked =
    windows.find(({ kind, state }) => state === 'open' && decidedBy.includes(kind)) ??
    windows.find(({ state }) => state === 'open') ??
    windows.find(({ state }) => state === 'possible') ??
    windows[0];
  return picked === undefined ? null : runningOn(picked, windows);
}

/** 0–3 h and 3–4.5 h are two recommendations, but one window for whoever asks when it closes. */
function runningOn(picked: ThrombolysisWindow, windows: readonly ThrombolysisWindow[]): ThrombolysisWindow {
  const next = windows.find(
    ({ opensAt, needsImaging, clock }) =>
      opensAt === picked.closesAt && !needsImaging && clock.basis === picked.clock.basis,
  );
  return next === undefined || picked.needsImaging || picked.state !== 'open'
    ? picked
    : { ...picked, closesAt: next.closesAt, isPast: next.isPast };
}
