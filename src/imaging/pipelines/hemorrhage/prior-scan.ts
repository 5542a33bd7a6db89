/** An earlier scan as it is compared: its slabs, and on them the regions that were stored. */
import { labelsFromSource } from '../../volume/on-source-slices.ts';
import type { PriorScan } from '../pipeline.ts';
import { headOf } from './head.ts';
import { medianHu, noiseHu } from './plausibility.ts';
import type { SerialScan } from './serial-comparison.ts';
import { labelOfClass, SEGMENT_LABELS } from './settings.ts';

/** @throws ImageRefusal, or when the images are no longer held */
export async function serialScanOf({ volume, load }: PriorScan): Promise<SerialScan> {
  const { built, segments } = await load();
  const { stack, brain } = headOf(built.image);
  const labels = new Uint8Array(stack.values.length);
  for (const [name, label] of SEGMENT_LABELS) {
    const slices = segments.get(label);
    if (slices === undefined) continue;
    const own = labelOfClass(name);
    labelsFromSource(slices, built.source, stack).forEach((inside, at) => {
      if (inside === 1) labels[at] = own;
    });
  }
  const tissue = brain.map((own, at) => (own === 1 && labels[at] === 0 ? 1 : 0));
  return {
    image: built.image,
    stack,
    labels,
    brainHu: medianHu(stack, tissue),
    noiseHu: noiseHu(stack, tissue),
    intraparenchymal: volume,
  };
}
