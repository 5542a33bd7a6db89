/** Salvageable penumbra from the core and the Tmax > 6 s volume (reference: EXTEND, TIMELESS, TRACE-3). */
import { holds, isAbove, isBelow } from '../../case/index.ts';
import type { Quantity, StrokeCase } from '../../case/index.ts';
import { borderlineMismatch, mismatchOf } from '../borderline.ts';
import type { Borderline } from '../borderline.ts';
import { and } from '../three-valued.ts';

export interface MismatchRule {
  /** exclusive */
  readonly ratioAbove: number;
  /** mL, exclusive */
  readonly differenceAboveMl: number;
  /** mL, exclusive */
  readonly coreBelowMl: number;
}

export const EXTEND_MISMATCH: MismatchRule = { ratioAbove: 1.2, differenceAboveMl: 10, coreBelowMl: 70 };
export const TIMELESS_MISMATCH: MismatchRule = { ratioAbove: 1.8, differenceAboveMl: 15, coreBelowMl: 70 };

/**
 * Does the patient have the mismatch? undefined when a volume is unknown, conflicting, only bounded, or borderline.
 * With a core measured as 0 mL the ratio is not computable and counts as passed; the difference still has to be there.
 */
export function hasMismatch({ facts }: StrokeCase, rule: MismatchRule): boolean | undefined {
  return holds(facts.coreVolume, (core) =>
    holds(facts.hypoperfusionVolume, (hypoperfused) => mismatch(core, hypoperfused, rule)),
  );
}

function mismatch(core: Quantity<'mL'>, hypoperfused: Quantity<'mL'>, rule: MismatchRule): boolean | undefined {
  if (core.comparator !== undefined || hypoperfused.comparator !== undefined) return undefined;
  const { ratio, difference } = mismatchOf(core, hypoperfused);
  return and(
    isBelow(core, rule.coreBelowMl),
    isAbove(ratio, rule.ratioAbove),
    isAbove(difference, rule.differenceAboveMl),
  );
}

/** What keeps the answer open although both volumes are known. */
export function borderlineOf({ facts }: StrokeCase, rule: MismatchRule): Borderline[] {
  return borderlineMismatch(facts, {
    ratio: rule.ratioAbove,
    differenceMl: rule.differenceAboveMl,
    coreMl: rule.coreBelowMl,
  });
}
