/** The quality gate on what was built, by role. */
import type { QualityRemark } from '../../case/index.ts';
import type { SeriesRole } from '../series/series-role.ts';
import type { Built, GeometryStep, TimeSeries, Volume } from '../volume/volume.ts';
import { ctVolumeQuality } from './ct-volume-quality.ts';
import { remark } from './remarks.ts';
import { timeSeriesQuality } from './time-series-quality.ts';

export async function builtQuality(
  built: Built<Volume> | Built<TimeSeries>,
  role: SeriesRole,
): Promise<readonly QualityRemark[]> {
  return [...built.steps.flatMap(ofStep), ...(await ofPixels(built, role))];
}

function ofStep({ step, ...figures }: GeometryStep): readonly QualityRemark[] {
  const number = (name: string): number => Number(figures[name] ?? 0);
  if (step === 'gap-bridged') {
    return remark('bridged-gap', 'limits', {
      atMm: number('atMm'),
      gapMm: number('gapMm'),
      missing: number('missingSlices'),
    });
  }
  if (step === 'tilt-tag-differs') {
    const [tag, measured] = [number('tagDegrees'), number('measuredDegrees')];
    // A tag without drift is usual: the scanner has already put the slices upright.
    return remark('tilt-tag-differs', 'note', { tagDegrees: tag, measuredDegrees: measured });
  }
  return [];
}

function ofPixels(built: Built<Volume> | Built<TimeSeries>, role: SeriesRole): Promise<readonly QualityRemark[]> {
  if (isTimeSeries(built)) return timeSeriesQuality(built.image);
  if (role === 'ncct' || role === 'cta') return ctVolumeQuality(built);
  return Promise.resolve([]);
}

const isTimeSeries = (built: Built<Volume> | Built<TimeSeries>): built is Built<TimeSeries> => 'frames' in built.image;
