/** What sets the patient apart from those in whom a score was derived. An unknown time is named, not passed over. */
import { exactly, holds } from '../../case/index.ts';
import type { Instant, StrokeCase } from '../../case/index.ts';
import type { SitePolicy } from '../evaluation.ts';
import { exactNumber, hasHistory, hoursAbove, hoursSinceOnset } from '../scores/case-values.ts';
import type { HourRange } from '../scores/case-values.ts';
import type { OutsideCohort, TransformationScoreName } from './result.ts';
import type { Setting } from './setting.ts';

interface Limits {
  /** Latest treatment in the cohort, hours from onset; null where the source seen here gives none. */
  readonly hours: 3 | 4.5 | 6 | null;
  readonly basilarExcluded?: true;
  readonly thrombectomy?: true;
}

const LIMITS: Readonly<Record<TransformationScoreName, Limits>> = {
  // The abstract names no limit; 4.5 h was the widest window of its cohorts' years.
  SEDAN: { hours: 4.5, basilarExcluded: true },
  HAT: { hours: 3 },
  GRASPS: { hours: 3 },
  'SITS-SICH': { hours: 6 },
  RICH: { hours: null },
  'SPAN-100': { hours: 3 },
  THRIVE: { hours: null, thrombectomy: true },
};
const LATE = {
  3: 'onset-to-treatment-over-3-hours',
  4.5: 'onset-to-treatment-over-4-5-hours',
  6: 'onset-to-treatment-over-6-hours',
} as const;

export function outsideCohort(
  score: TransformationScoreName,
  stroke: StrokeCase,
  at: Instant,
  { given, setting }: Setting,
  policy: SitePolicy,
): readonly OutsideCohort[] {
  const { hours, basilarExcluded, thrombectomy } = LIMITS[score];
  const age = exactNumber(stroke.facts.age);
  const basilar = holds(stroke.facts.occlusionSite, (site) => site === 'basilar');
  const drug = given?.drug ?? (setting === 'before-thrombolysis' ? policy.thrombolyticAgent : null);
  return [
    ...(age !== undefined && age < 18 ? (['age-below-18'] as const) : []),
    ...(thrombectomy === true ? (['thrombectomy-cohort'] as const) : []),
    ...(hours === null ? [] : timeFlags(hours, toTreatment(stroke, at, given))),
    ...(basilarExcluded === true && basilar === true ? (['basilar-occlusion'] as const) : []),
    ...(drug !== null && drug !== 'alteplase' && thrombectomy !== true ? (['not-alteplase'] as const) : []),
    ...(thrombectomy !== true && hasHistory(stroke.facts.thrombectomyDone) === true
      ? (['thrombectomy-as-well'] as const)
      : []),
  ];
}

function toTreatment(stroke: StrokeCase, at: Instant, given: Setting['given']): HourRange | undefined {
  if (given === null) return hoursSinceOnset(stroke, exactly(at));
  return given.at === null ? undefined : hoursSinceOnset(stroke, given.at);
}

/** Over the limit when the worse end is: a patient found after sleep may be far beyond it. */
function timeFlags(limit: 3 | 4.5 | 6, range: HourRange | undefined): readonly OutsideCohort[] {
  if (range === undefined || !Number.isFinite(range.most)) return ['onset-time-unknown'];
  if (hoursAbove(range, limit) === true) return [LATE[limit]];
  return range.most > limit ? [LATE[limit], 'onset-time-unknown'] : [];
}
