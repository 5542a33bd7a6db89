/** Where a person's report and a pipeline measured the same and do not agree: both are shown, the report counts. */
import { currentFindings, FACT_OF_FINDING, isImagingReference } from '../../case/index.ts';
import type { Fact, ImagingFinding, Known, Quantity, StrokeCase, VolumeKey } from '../../case/index.ts';

export interface ImagingDisagreement {
  readonly fact: VolumeKey;
  readonly recorded: Known<Quantity<'mL'>>;
  readonly computed: ImagingFinding;
}

/**
 * mL. Packages differ by more than this on one scan (limits of agreement of 20 mL and more); below it, a remark would
 * only tire.
 */
const MATERIAL = 10;

/** Recorded values that lie outside the interval of the computed one, and materially apart from it. */
export function imagingDisagreements(stroke: StrokeCase): ImagingDisagreement[] {
  return currentFindings(stroke.imaging, stroke).flatMap((computed): ImagingDisagreement[] => {
    const key = (FACT_OF_FINDING as Readonly<Partial<Record<string, VolumeKey>>>)[computed.kind];
    if (key === undefined || typeof computed.value !== 'number') return [];
    const fact: Fact<Quantity<'mL'>> = stroke.facts[key];
    if (fact.status !== 'known' || fact.sources.some(({ reference }) => isImagingReference(reference))) return [];
    const { value } = fact.value;
    const { low, high } = computed.interval ?? { low: computed.value, high: computed.value };
    const isInside = value >= low && value <= high;
    if (isInside || Math.abs(value - computed.value) < MATERIAL) return [];
    return [{ fact: key, recorded: fact, computed }];
  });
}
