/** Where a person's report and a pipeline measured the same and do not agree: both are shown, the report counts. */
import { currentFindings, FACT_OF_FINDING, isImagingReference } from '../../case/index.ts';
import type { Fact, ImagingFinding, Known, MeasuredFactKey, Quantity, StrokeCase, Unit } from '../../case/index.ts';

export interface ImagingDisagreement {
  readonly fact: MeasuredFactKey;
  readonly recorded: Known<Quantity>;
  readonly computed: ImagingFinding;
}

/**
 * Below it a remark would only tire. mL: packages differ by more on one scan (limits of agreement of 20 mL and more).
 * Points of ASPECTS: readers differ by one.
 */
const MATERIAL: Readonly<Partial<Record<Unit, number>>> = { mL: 10, '{score}': 2 };

/** Recorded values that lie outside the interval of the computed one, and materially apart from it. */
export function imagingDisagreements(stroke: StrokeCase): ImagingDisagreement[] {
  return currentFindings(stroke.imaging, stroke).flatMap((computed): ImagingDisagreement[] => {
    const key = (FACT_OF_FINDING as Readonly<Partial<Record<string, MeasuredFactKey>>>)[computed.kind];
    if (key === undefined || typeof computed.value !== 'number') return [];
    const fact: Fact<Quantity> = stroke.facts[key];
    if (fact.status !== 'known' || fact.sources.some(({ reference }) => isImagingReference(reference))) return [];
    const { value, unit } = fact.value;
    const { low, high } = computed.interval ?? { low: computed.value, high: computed.value };
    const isInside = value >= low && value <= high;
    if (isInside || Math.abs(value - computed.value) < (MATERIAL[unit] ?? 0)) return [];
    return [{ fact: key, recorded: fact, computed }];
  });
}
