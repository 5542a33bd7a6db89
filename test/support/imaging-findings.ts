/** Findings and progress of imaging pipelines, as the perfusion pipeline leaves them. */
import type { FindingKind, ImagingFinding, ImagingProgress, PatientImaging } from '../../src/case/index.ts';
import { MINUTE, plus } from '../../src/case/index.ts';
import { NOW } from './case-builder.ts';

export const STUDY = '1.2.840.99999.1';

/** A final value with an interval of ±20 %, acquired 40 and found 35 minutes ago. */
export function finding(kind: FindingKind, value: ImagingFinding['value'], more: Partial<ImagingFinding> = {}) {
  const made: ImagingFinding = {
    id: `${kind}-of-${more.studyUid ?? STUDY}`,
    kind,
    state: 'final',
    value,
    interval:
      typeof value === 'number' ? { low: value * 0.8, high: value * 1.2, basis: 'noise and threshold jitter' } : null,
    detectionFloor: 1,
    quality: [],
    method: {
      pipeline: 'perfusion',
      version: '0.1.0',
      model: { name: 'perfusion-deconvolution', version: '1', digest: 'a'.repeat(64) },
      ranOn: 'cpu',
      settings: { tmaxSeconds: 6 },
    },
    studyUid: STUDY,
    seriesUids: [`${STUDY}.2`],
    acquiredAt: plus(NOW, -40 * MINUTE),
    foundAt: plus(NOW, -35 * MINUTE),
    ...more,
  };
  return made;
}

/** Core and Tmax > 6 s of one study, mL. */
export const perfusionOf = (core: number, tmax: number, more: Partial<ImagingFinding> = {}): ImagingFinding[] => [
  finding('core-volume', core, more),
  finding('tmax-over-6-volume', tmax, more),
];

export const progress = (state: ImagingProgress['state'], more: Partial<ImagingProgress> = {}): ImagingProgress => ({
  studyUid: STUDY,
  pipeline: 'perfusion',
  state,
  since: plus(NOW, -5 * MINUTE),
  percent: null,
  reason: null,
  ...more,
});

export const imagingOf = (
  findings: readonly ImagingFinding[],
  states: readonly ImagingProgress[] = [],
): PatientImaging => ({ findings, progress: states });
