/** Which earlier scan a study is compared with, and how it is read: its images and the segmentation that was made of them. */
import { LONGEST_COURSE_MS } from '../case/index.ts';
import { ImageRefusal } from '../imaging/image-refusal.ts';
import type { PriorScan, RoledSeries } from '../imaging/pipelines/pipeline.ts';
import { readSegmentation, sliceKey } from '../imaging/results/dicom/read-segmentation.ts';
import type { PriorStudy } from './protocol.ts';

/**
 * The first scan of the episode: what has grown since then is the course.
 * @returns undefined where no native scan of this study says when it was taken, or none before it is of the episode
 */
export function priorScan(
  priors: readonly PriorStudy[],
  series: readonly RoledSeries[],
  open: (prior: PriorStudy) => Promise<readonly RoledSeries[]>,
): PriorScan | undefined {
  const times = series.flatMap(({ role, acquiredAt }) => (role === 'ncct' && acquiredAt !== null ? [acquiredAt] : []));
  const at = Math.min(...times);
  const [first] = priors
    .filter(({ acquiredAt }) => acquiredAt < at && at - acquiredAt <= LONGEST_COURSE_MS)
    .toSorted((a, b) => a.acquiredAt - b.acquiredAt);
  if (times.length === 0 || first === undefined) return undefined;
  return {
    findingId: first.findingId,
    volume: first.volume,
    load: async () => {
      const { sourceSeriesUid, segments } = readSegmentation(first.segmentation);
      const source = (await open(first)).find((one) => one.source.seriesUid === sourceSeriesUid);
      const built = await source?.load();
      if (built === undefined || 'frames' in built.image) {
        throw new ImageRefusal('no-pixels', 'the series that was segmented is not held as one volume');
      }
      return {
        built: { ...built, image: built.image },
        segments: new Map(
          [...segments].map(([label, slices]) => [
            label,
            built.source.slices.map((slice) => slices.get(sliceKey(slice))),
          ]),
        ),
      };
    },
  };
}
