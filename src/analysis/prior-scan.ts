/** Which earlier scan a study is compared with, and how it is read: its images and the segmentation that was made of them. */
import { firstOfEpisode, instantFromEpoch, volumeToCompare } from '../case/index.ts';
import { ImageRefusal } from '../imaging/image-refusal.ts';
import type { PriorScan, RoledSeries } from '../imaging/pipelines/pipeline.ts';
import { readSegmentation, sliceKey } from '../imaging/results/dicom/read-segmentation.ts';
import { labelsOnSource } from '../imaging/volume/on-source-slices.ts';
import type { AnalyzedPipeline } from './analyze-study.ts';
import type { PriorStudy } from './protocol.ts';

/** @returns undefined where no native scan of this study says when it was taken, or none before it is of the episode */
export function priorScan(
  priors: readonly PriorStudy[],
  series: readonly RoledSeries[],
  open: (prior: PriorStudy) => Promise<readonly RoledSeries[]>,
): PriorScan | undefined {
  const times = series.flatMap(({ role, acquiredAt }) => (role === 'ncct' && acquiredAt !== null ? [acquiredAt] : []));
  if (times.length === 0) return undefined;
  const first = firstOfEpisode(priors, instantFromEpoch(Math.min(...times)));
  if (first === undefined) return undefined;
  return {
    findingId: first.findingId,
    method: first.method,
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

/**
 * A scan that was analyzed just now, for the next one to be compared with.
 * @returns undefined where no hemorrhage was found in it, or not for sure
 */
export function priorScanOf(
  { result, findings }: AnalyzedPipeline,
  series: readonly RoledSeries[],
): PriorScan | undefined {
  const volume = volumeToCompare(findings);
  const [segment] = result.segments;
  if (volume === undefined || segment === undefined) return undefined;
  const { seriesUid } = segment.source;
  return {
    findingId: volume.id,
    volume: { ml: volume.value, interval: volume.interval ?? { low: volume.value, high: volume.value } },
    method: volume.method,
    load: async () => {
      const built = await series.find(({ source }) => source.seriesUid === seriesUid)?.load();
      if (built === undefined || 'frames' in built.image) {
        throw new ImageRefusal('no-pixels', 'the series that was segmented is not held as one volume');
      }
      return {
        built: { ...built, image: built.image },
        segments: new Map(
          result.segments.map(({ label, grid, voxels }) => [label, labelsOnSource(grid, voxels, built.source)]),
        ),
      };
    },
  };
}
