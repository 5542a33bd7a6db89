import { holds, isAbove, isBelow } from '../../case/index.ts';
import type { StrokeCase } from '../../case/index.ts';
import type { Citation, SourceGrade } from '../evaluation.ts';

export interface GlucoseTarget {
  /** mg/dL */
  readonly low: number;
  /** mg/dL */
  readonly high: number;
  /** Treat at once below this, mg/dL. */
  readonly treatBelow: number;
  readonly citation: Citation;
  readonly treatBelowCitation: Citation;
  /** Intravenous insulin to this range (mg/dL) is not recommended. */
  readonly notIntensive: { readonly low: number; readonly high: number; readonly citation: Citation };
}

const cite = (grade: SourceGrade, cor: string, loe?: string): Citation => ({
  source: 'aha-asa-2026',
  section: '4.5',
  doi: '10.1161/STR.0000000000000513',
  grade,
  errataChecked: false,
  cor,
  ...(loe === undefined ? {} : { loe }),
});

/** Aim for 140–180 mg/dL; treat below 60 mg/dL at once. */
export const GLUCOSE_TARGET: GlucoseTarget = {
  low: 140,
  high: 180,
  treatBelow: 60,
  citation: cite('V2', '2a'),
  treatBelowCitation: cite('V2', '1', 'C-LD'),
  notIntensive: { low: 80, high: 130, citation: cite('V2', '3: No Benefit') },
};

export type GlucoseStep = 'treat-hypoglycemia' | 'lower-to-target' | 'no-step' | 'unknown';

/** What the newest glucose calls for. A value between 60 and 140 mg/dL calls for nothing: it is not raised to a target. */
export function glucoseStep({ facts }: StrokeCase): GlucoseStep {
  const low = holds(facts.glucose, (value) => isBelow(value, GLUCOSE_TARGET.treatBelow));
  if (low === true) return 'treat-hypoglycemia';
  const high = holds(facts.glucose, (value) => isAbove(value, GLUCOSE_TARGET.high));
  if (high === true) return 'lower-to-target';
  return low === undefined || high === undefined ? 'unknown' : 'no-step';
}
