/** What the pixels of a perfusion series tell of its quality; its motion is measured where it is corrected, in the pipeline. */
import type { QualityRemark } from '../../case/index.ts';
import { spacing } from '../affine.ts';
import type { TimeSeries } from '../volume/volume.ts';
import { bolusOf, type Bolus } from './bolus.ts';
import { remark } from './remarks.ts';
import { grade } from './thresholds.ts';

export async function timeSeriesQuality(series: TimeSeries): Promise<readonly QualityRemark[]> {
  const missing = missingShare(series);
  const [, , depth] = spacing(series.affine);
  const coverageMm = series.size[2] * depth;
  const bolus = await bolusOf(series);
  return [
    ...remark('small-coverage', grade('courseMm', coverageMm), { coverageMm }),
    ...remark('missing-frames', grade('missingShare', missing), { missingShare: missing }),
    ...(bolus === null ? remark('contrast-absent', 'refuses') : bolusQuality(bolus, series.unit === 'HU', depth)),
  ];
}

function bolusQuality(bolus: Bolus, isCt: boolean, depthMm: number): readonly QualityRemark[] {
  // Noise falls with the root of the thickness.
  const noise = isCt ? bolus.noise * Math.sqrt(depthMm / 5) : bolus.noise;
  const interval = grade(isCt ? 'ctIntervalS' : 'mrIntervalS', bolus.intervalS);
  const contrast = grade(isCt ? 'riseHu' : 'dropShare', bolus.peak);
  const always = [
    ...remark(
      'noisy',
      grade(isCt ? 'courseNoiseHu' : 'mrCourseNoise', noise),
      isCt ? { noiseHu: noise } : { noiseShare: noise },
    ),
    ...remark('low-temporal-sampling', interval, { intervalS: bolus.intervalS }),
    ...remark('contrast-absent', contrast, isCt ? { riseHu: bolus.peak } : { signalLossShare: bolus.peak }),
  ];
  // Without a bolus its course has no meaning.
  if (contrast === 'refuses') return always;
  const { endShare, afterArrivalS, arrivalS, durationS } = bolus;
  return [
    ...always,
    ...remark('late-start', grade('baselineS', arrivalS), { baselineS: arrivalS }),
    ...remark('truncated-bolus', grade('endShare', endShare), { endShare, durationS }),
    ...remark('short-acquisition', grade('afterArrivalS', afterArrivalS), { afterArrivalS, durationS }),
  ];
}

/** Share of the slices and time points of which no voxel was acquired. */
function missingShare({ frames, size: [nx, ny, nz] }: TimeSeries): number {
  let missing = 0;
  for (const frame of frames) {
    for (let k = 0; k < nz; k++) {
      const slice = frame.subarray(k * nx * ny, (k + 1) * nx * ny);
      missing += Number(slice.every((value) => Number.isNaN(value)));
    }
  }
  return missing / Math.max(1, frames.length * nz);
}
