/** What limits a perfusion study or makes it useless; each code has its words in cards/terms/<locale>/quality.json. */
import type { QualityRemark } from '../../../case/index.ts';
import { rounded, type Figures } from '../../quality/figures.ts';
import { spacing } from '../../affine.ts';
import type { QualityCode } from '../../quality/remarks.ts';
import type { Grid } from '../../volume/volume.ts';
import type { Bolus } from './bolus.ts';
import type { ChosenCurve } from './input-functions.ts';
import type { RegularTime } from './regular-time.ts';
import { SETTINGS, type PerfusionKind } from './settings.ts';

/** Of perfusion and diffusion, beside those of the gate on the series. */
export const PERFUSION_QUALITY_CODES = [
  'brain-not-found',
  'artery-not-found',
  'vein-not-found',
  'arterial-voxel-outside-image',
  'arterial-voxel-outside-head',
  'venous-voxel-outside-image',
  'venous-voxel-outside-head',
  'both-sides',
  'ghost-core',
  'onset-unknown',
  'no-diffusion',
  'relative-flow',
  'threshold-only',
] as const;
export type PerfusionQualityCode = (typeof PERFUSION_QUALITY_CODES)[number];

export function remark(
  code: PerfusionQualityCode | QualityCode,
  severity: QualityRemark['severity'],
  figures: Figures = {},
): QualityRemark {
  return { code, severity, figures: rounded(figures) };
}

/** What the gate said of the series, and what it did not say yet. */
export function joined(gate: readonly QualityRemark[], own: readonly QualityRemark[]): QualityRemark[] {
  return [...gate, ...own.filter(({ code, severity }) => severity === 'refuses' || !gate.some((r) => r.code === code))];
}

const LEAST_FRAMES = 15;
const LEAST_SECONDS = 30;
/** HU, or -ln(S/S0), of the strongest voxels. */
const LEAST_BOLUS = { ct: 40, mr: 0.3 } as const;
const LEAST_BASELINE = 3;

export function timeRemarks({ seconds, frames }: RegularTime): QualityRemark[] {
  const duration = (seconds.at(-1) ?? 0) - (seconds[0] ?? 0);
  if (frames >= LEAST_FRAMES && duration >= LEAST_SECONDS) return [];
  return [remark('short-acquisition', 'refuses', { frames, durationS: duration })];
}

export function bolusRemarks(bolus: Bolus, kind: PerfusionKind, { stepSeconds }: RegularTime): QualityRemark[] {
  const contrast = kind === 'ct' ? { riseHu: bolus.height } : { signalLossShare: 1 - Math.exp(-bolus.height) };
  if (bolus.height < LEAST_BOLUS[kind]) return [remark('contrast-absent', 'refuses', contrast)];
  const points = bolus.baselineTo - bolus.baselineFrom;
  return points < LEAST_BASELINE ? [remark('late-start', 'limits', { baselineS: points * stepSeconds })] : [];
}

/** Seconds that must be seen after the arterial peak, and share of the venous peak that may be left at the end. */
const AFTER_PEAK = { refuses: 12, limits: 30 } as const;
const LEFT_AT_END = { refuses: 0.8, limits: 0.5 } as const;

export function truncationRemarks(
  artery: ChosenCurve,
  vein: ChosenCurve | null,
  { seconds, stepSeconds }: RegularTime,
): QualityRemark[] {
  const secondsAfterPeak = (seconds.length - 1 - artery.shape.peakAt) * stepSeconds;
  const left = vein?.shape.remainder ?? 0;
  const beyond = (limit: 'refuses' | 'limits'): boolean =>
    secondsAfterPeak < AFTER_PEAK[limit] || left > LEFT_AT_END[limit];
  const figures = { afterPeakS: secondsAfterPeak, venousShareLeft: left };
  if (beyond('refuses')) return [remark('truncated-bolus', 'refuses', figures)];
  return beyond('limits') ? [remark('truncated-bolus', 'limits', figures)] : [];
}

/** Median tissue peak over noise, after smoothing. */
const CONTRAST_TO_NOISE = { refuses: 3, limits: 6 } as const;

export function noiseRemarks(contrastToNoise: number): QualityRemark[] {
  if (contrastToNoise < CONTRAST_TO_NOISE.refuses) return [remark('noisy', 'refuses', { contrastToNoise })];
  return contrastToNoise < CONTRAST_TO_NOISE.limits ? [remark('noisy', 'limits', { contrastToNoise })] : [];
}

/** Largest displacement of the head; own choice. It is corrected, and refused only where that is beyond correction. */
const MOTION_MM = { note: 2, limits: 4, refuses: 25 } as const;
/** Share of frames beyond the refusing motion. */
const MOVED_SHARE = 0.2;

export function motionRemarks(motionMm: readonly number[]): QualityRemark[] {
  const most = Math.max(0, ...motionMm);
  const far = motionMm.filter((mm) => mm > MOTION_MM.refuses).length;
  if (far > MOVED_SHARE * motionMm.length) return [remark('motion', 'refuses', { motionMm: most, movedFrames: far })];
  if (most > MOTION_MM.limits) return [remark('motion', 'limits', { motionMm: most })];
  return most > MOTION_MM.note ? [remark('motion', 'note', { motionMm: most })] : [];
}

/** mm along the body; less leaves out most of an MCA territory. */
const LEAST_COVERAGE_MM = 60;

export function coverageRemarks({ size, affine }: Grid): QualityRemark[] {
  const coverageMm = size[2] * spacing(affine)[2];
  return coverageMm < LEAST_COVERAGE_MM ? [remark('small-coverage', 'limits', { coverageMm })] : [];
}

/** @param minutes from last known well to the images; null when unknown */
export function ghostCoreRemarks(
  minutes: number | null,
  coreMl: number | null,
  strictCoreMl: number | null,
): QualityRemark[] {
  if (coreMl === null || strictCoreMl === null || coreMl === 0) return [];
  if (minutes === null) return [remark('onset-unknown', 'note')];
  if (minutes < 0 || minutes > SETTINGS.ghostCoreMinutes) return [];
  return [remark('ghost-core', 'limits', { minutes, coreMl, coreBelow20PercentMl: strictCoreMl })];
}
