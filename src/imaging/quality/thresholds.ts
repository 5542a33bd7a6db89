/** The limits of the quality gate in one table. `above` and `below` are exclusive: a value at the limit is still good. */
import type { Grade } from './remarks.ts';

export interface Limits {
  readonly unit: string;
  /** Bad when large (`above`) or when small (`below`). */
  readonly bad: 'above' | 'below';
  readonly note?: number;
  readonly limits?: number;
  readonly refuses?: number;
  /** Where the numbers come from. */
  readonly source: string;
}

const OWN = 'own choice, tested on generated defects and on one real head CT';

export const THRESHOLDS = {
  ctSlices: { unit: 'slices', bad: 'below', limits: 16, refuses: 8, source: `${OWN}; a head is 120 to 160 mm high` },
  mrSlices: { unit: 'slices', bad: 'below', limits: 14, refuses: 6, source: OWN },
  sliceMm: { unit: 'mm', bad: 'above', note: 5.5, limits: 8, source: `${OWN}; 5 mm is usual for native head CT` },
  missingShare: { unit: 'share', bad: 'above', note: 0, limits: 0.1, refuses: 0.3, source: OWN },
  courseMm: {
    unit: 'mm',
    bad: 'below',
    limits: 80,
    source:
      'DEFUSE 3 (Albers 2018) used about 80 mm of coverage where the scanner could; one 40 mm slab is usual; limits: own choice',
  },
  topAreaMm2: { unit: 'mm2', bad: 'above', limits: 3000, source: `${OWN}; the vertex of a covered head has less` },
  baseAreaMm2: {
    unit: 'mm2',
    bad: 'above',
    limits: 5000,
    source: `${OWN}; at the foramen magnum no ring of skull is left`,
  },
  sliceJumpMm: { unit: 'mm', bad: 'above', limits: 6, source: OWN },
  metalMl: { unit: 'mL', bad: 'above', note: 0.05, limits: 1, source: `${OWN}; above 3000 HU no tooth or bone counts` },
  streakShare: { unit: 'share of a slice', bad: 'above', limits: 0.03, source: OWN },
  ctNoiseHu: { unit: 'HU, for 5 mm', bad: 'above', note: 7, limits: 11, refuses: 40, source: OWN },
  courseNoiseHu: { unit: 'HU, for 5 mm', bad: 'above', note: 12, limits: 20, refuses: 60, source: OWN },
  mrCourseNoise: { unit: 'share of the signal', bad: 'above', note: 0.06, limits: 0.12, refuses: 0.4, source: OWN },
  contrastInNative: { unit: 'share of the brain', bad: 'above', limits: 0.0015, source: 'as the rule of series roles' },
  riseHu: { unit: 'HU', bad: 'below', limits: 50, refuses: 15, source: `${OWN}; arteries rise by 100 to 400 HU` },
  dropShare: { unit: 'share of the signal', bad: 'below', limits: 0.1, refuses: 0.03, source: OWN },
  baselineS: { unit: 's before the bolus', bad: 'below', limits: 3, source: OWN },
  endShare: {
    unit: 'share of the peak at the end',
    bad: 'above',
    limits: 0.5,
    refuses: 0.9,
    source: 'own choice; truncation lowers CBV and hides late tissue (Copen 2015, AJNR 36:638, recalled)',
  },
  afterArrivalS: { unit: 's', bad: 'below', limits: 35, refuses: 15, source: 'own choice; protocols run 45 to 70 s' },
  ctIntervalS: {
    unit: 's',
    bad: 'above',
    note: 2.6,
    limits: 3.6,
    refuses: 8,
    source: 'own choice; protocols sample every 1 to 3 s',
  },
  mrIntervalS: {
    unit: 's',
    bad: 'above',
    note: 2.1,
    limits: 2.6,
    refuses: 5,
    source: 'own choice; protocols sample every 1.2 to 2 s',
  },
} as const satisfies Readonly<Record<string, Limits>>;
export type Threshold = keyof typeof THRESHOLDS;

/** How bad a value is; one that is not known is not judged. */
export function grade(threshold: Threshold, value: number | null): Grade {
  if (value === null || Number.isNaN(value)) return 'none';
  const limits: Limits = THRESHOLDS[threshold];
  const isBad = (limit: number | undefined): boolean =>
    limit !== undefined && (limits.bad === 'above' ? value > limit : value < limit);
  if (isBad(limits.refuses)) return 'refuses';
  if (isBad(limits.limits)) return 'limits';
  return isBad(limits.note) ? 'note' : 'none';
}
