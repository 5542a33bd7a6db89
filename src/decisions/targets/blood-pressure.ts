import type { Citation, SourceGrade } from '../evaluation.ts';

export const REPERFUSION_PHASES = [
  'before-thrombolysis',
  'after-thrombolysis',
  'before-thrombectomy',
  'after-thrombectomy',
  'after-successful-thrombectomy',
  'no-reperfusion',
] as const;
/** 'after-…' covers the treatment itself and the 24 h that follow. */
export type ReperfusionPhase = (typeof REPERFUSION_PHASES)[number];

export interface BloodPressureTarget {
  /** Text key: `target.<id>`. */
  readonly id: string;
  /** keep-below and keep-at-most: the aim. treat-uncertain: benefit of treating from there uncertain. avoid: do not go there. */
  readonly kind:
    'keep-below' | 'keep-at-most' | 'treatment-benefit-uncertain-from' | 'do-not-treat-below' | 'avoid-below';
  /** mmHg */
  readonly systolic: number;
  /** mmHg; null where the guideline names the systolic pressure only. */
  readonly diastolic: number | null;
  /** How long it holds; null means until treatment starts. */
  readonly hours: number | null;
  readonly citation: Citation;
}

const cite = (grade: SourceGrade, cor: string, loe?: string): Citation => ({
  source: 'aha-asa-2026',
  section: '4.3',
  doi: '10.1161/STR.0000000000000513',
  grade,
  errataChecked: false,
  cor,
  ...(loe === undefined ? {} : { loe }),
});

const TARGETS: Readonly<Record<ReperfusionPhase, readonly BloodPressureTarget[]>> = {
  'before-thrombolysis': [
    {
      id: 'below-185-110-before-thrombolysis',
      kind: 'keep-below',
      systolic: 185,
      diastolic: 110,
      hours: null,
      citation: cite('V2', '1'),
    },
  ],
  'after-thrombolysis': [
    {
      id: 'below-180-105-after-thrombolysis',
      kind: 'keep-below',
      systolic: 180,
      diastolic: 105,
      hours: 24,
      citation: cite('V2', '1', 'B-R'),
    },
    {
      id: 'no-intensive-lowering-after-thrombolysis',
      kind: 'avoid-below',
      systolic: 140,
      diastolic: null,
      hours: 24,
      citation: cite('V2', '3: No Benefit', 'B-R'),
    },
  ],
  'before-thrombectomy': [
    {
      id: 'at-most-185-110-before-thrombectomy',
      kind: 'keep-at-most',
      systolic: 185,
      diastolic: 110,
      hours: null,
      citation: cite('V2', '2a'),
    },
  ],
  'after-thrombectomy': [
    {
      id: 'at-most-180-105-after-thrombectomy',
      kind: 'keep-at-most',
      systolic: 180,
      diastolic: 105,
      hours: 24,
      citation: cite('V2', '2a', 'B-NR'),
    },
  ],
  'after-successful-thrombectomy': [
    {
      id: 'at-most-180-105-after-thrombectomy',
      kind: 'keep-at-most',
      systolic: 180,
      diastolic: 105,
      hours: 24,
      citation: cite('V2', '2a', 'B-NR'),
    },
    {
      id: 'no-intensive-lowering-after-successful-thrombectomy',
      kind: 'avoid-below',
      systolic: 140,
      diastolic: null,
      hours: 72,
      citation: cite('V2', '3: Harm', 'A'),
    },
  ],
  'no-reperfusion': [
    {
      id: 'from-220-120-without-reperfusion',
      kind: 'treatment-benefit-uncertain-from',
      systolic: 220,
      diastolic: 120,
      hours: 72,
      citation: cite('V1', '2b'),
    },
    {
      id: 'below-220-120-without-reperfusion',
      kind: 'do-not-treat-below',
      systolic: 220,
      diastolic: 120,
      hours: 72,
      citation: cite('V1', '3: No Benefit'),
    },
  ],
};

/** The targets of the phase, the aim first, then what to avoid. */
export function bloodPressureTargets(phase: ReperfusionPhase): readonly BloodPressureTarget[] {
  return TARGETS[phase];
}
