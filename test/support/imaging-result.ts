/** Results for tests of what becomes of them. */
import { instantFromEpoch, type QualityRemark } from '../../src/case/index.ts';
import type { FindingDraft } from '../../src/imaging/pipelines/pipeline.ts';
import type { NewResult } from '../../src/imaging/results/result.ts';

export const FOUND_AT = instantFromEpoch(Date.UTC(2026, 10, 28, 14, 5, 30));
export const ACQUIRED_AT = instantFromEpoch(Date.UTC(2026, 10, 28, 13, 58, 0));

export const MOTION: QualityRemark = { code: 'motion', severity: 'refuses', figures: { motionMm: 9.4 } };
export const SHORT_TAIL: QualityRemark = { code: 'bolus-cut-off', severity: 'limits', figures: { seconds: 38 } };

export function aDraft(draft: Pick<FindingDraft, 'kind' | 'value'> & Partial<FindingDraft>): FindingDraft {
  return {
    interval: null,
    detectionFloor: null,
    quality: [],
    settings: {},
    seriesUids: ['1.2.840.99999.2'],
    ...draft,
  };
}

export const PERFUSION_FINDINGS: readonly FindingDraft[] = [
  aDraft({
    kind: 'core-volume',
    value: 23.4,
    interval: { low: 17.9, high: 30.1, basis: 'noise and threshold jitter, 90 %' },
    detectionFloor: 1.5,
    settings: { relativeCbf: 0.3 },
  }),
  aDraft({
    kind: 'tmax-over-6-volume',
    value: 88.2,
    interval: { low: 79.5, high: 97.3, basis: 'noise and threshold jitter, 90 %' },
    detectionFloor: 1.5,
    quality: [SHORT_TAIL],
    settings: {
      tmaxSeconds: 6,
      deconvolution: 'oscillation-index',
      oscillationLimit: 0.035,
      stepSeconds: 1,
      smoothingMm: 2,
      density: 1.04,
    },
  }),
  aDraft({ kind: 'mismatch-ratio', value: null }),
  aDraft({ kind: 'ischemic-side', value: 'left' }),
  aDraft({ kind: 'ischemic-territory', value: 'left-carotid' }),
];

export function aResult(change: Partial<NewResult> = {}): NewResult {
  return {
    studyUid: '1.2.840.99999.1',
    pipeline: 'perfusion',
    pipelineVersion: '1.0.0',
    inputsHash: 'a'.repeat(64),
    state: 'final',
    acquiredAt: ACQUIRED_AT,
    said: {
      quality: [],
      findings: PERFUSION_FINDINGS,
      curves: [{ name: 'arterial input', seconds: [0, 1.5], values: [0, 120], voxel: [12, 30, 4] }],
      model: { name: 'perfusion-deconvolution', version: '1.0.0', digest: 'd'.repeat(64) },
      ranOn: 'cpu',
    },
    stageTimes: [{ stage: 'volume', startedAt: ACQUIRED_AT, endedAt: FOUND_AT }],
    ...change,
  };
}
