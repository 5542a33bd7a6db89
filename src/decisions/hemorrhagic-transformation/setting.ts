/** Which question the scores would answer for this patient now. */
import { exactly, HOUR, plus } from '../../case/index.ts';
import type { Instant, StrokeCase, TimeSpan } from '../../case/index.ts';
import { thrombolysisGiven, thrombolyticAlreadyGiven } from '../complications/thrombolytic-given.ts';
import type { ThrombolysisGiven } from '../complications/thrombolytic-given.ts';
import { hemorrhagePresent } from '../intracerebral-hemorrhage/presence.ts';
import { hasHistory, hoursAbove, hoursSinceOnset, onsetRange } from '../scores/case-values.ts';
import type { Span, TransformationSetting } from './result.ts';

/** The scores' outcomes were counted within 22 to 36 h of treatment. */
const RISK_HOURS = 36;
/** No guideline set treats later than 24 h from onset. */
const LATEST_TREATMENT_HOURS = 24;

export interface Setting {
  readonly setting: TransformationSetting;
  readonly given: ThrombolysisGiven | null;
  readonly hoursSince: Span | null;
  readonly validUntil: Instant | null;
}

export function settingOf(stroke: StrokeCase, at: Instant): Setting {
  const given = thrombolysisGiven(stroke, at);
  const hoursSince = given?.at == null ? null : hoursBetween(given.at, at);
  const stays = (setting: TransformationSetting): Setting => ({ setting, given, hoursSince, validUntil: null });

  if (hemorrhagePresent(stroke) === true) {
    return stays(given === null ? 'hemorrhagic-stroke' : 'hemorrhage-after-thrombolysis');
  }
  if (given !== null) {
    if (hoursSince !== null && hoursSince.low > RISK_HOURS) return stays('after-36-hours');
    const until = given.at === null ? null : plus(given.at.latest, RISK_HOURS * HOUR);
    return { ...stays('after-thrombolysis'), validUntil: until };
  }
  if (thrombolyticAlreadyGiven(stroke, at) === undefined) return stays('thrombolysis-unknown');
  if (hasHistory(stroke.facts.thrombectomyDone) === true) return stays('thrombectomy-only');
  if (hoursAbove(hoursSinceOnset(stroke, exactly(at)), LATEST_TREATMENT_HOURS) === true) return stays('too-late');
  const { latest } = onsetRange(stroke);
  const until = latest === undefined ? null : plus(latest, LATEST_TREATMENT_HOURS * HOUR);
  return { ...stays('before-thrombolysis'), validUntil: until };
}

export const HAS_SCORES: ReadonlySet<TransformationSetting> = new Set([
  'before-thrombolysis',
  'thrombolysis-unknown',
  'after-thrombolysis',
]);

function hoursBetween(treated: TimeSpan, at: Instant): Span {
  return { low: Math.max((at - treated.latest) / HOUR, 0), high: Math.max((at - treated.earliest) / HOUR, 0) };
}
