/** What can go wrong with the care in the first 24 h after thrombolysis, as far as the record shows it. */
import { ANTICOAGULANT_CLASSES, candidates, holds, HOUR, isAtLeast, MINUTE, plus } from '../../case/index.ts';
import type {
  At,
  BloodPressure,
  DrugClass,
  DrugExposure,
  DrugOrder,
  FactKey,
  ImagingExam,
  Instant,
  StrokeCase,
} from '../../case/index.ts';
import type { Criterion, Message, Verdict } from '../evaluation.ts';
import { or } from '../three-valued.ts';
import { CARE_AFTER_THROMBOLYSIS, PRESSURE_AFTER_THROMBOLYSIS } from './citations.ts';
import type { MonitoringSchedule } from './schedule.ts';

/** A scan from 22 h on counts as the 24 h scan (SITS-MOST: 22 to 36 h). */
const FOLLOW_UP_EARLIEST = 22 * HOUR;

const ANTITHROMBOTICS = [
  'antiplatelet',
  'vitaminKAntagonist',
  'directOralAnticoagulant',
  'unfractionatedHeparin',
  'lowMolecularWeightHeparin',
  'otherAnticoagulant',
] as const satisfies readonly FactKey[];

const NOT_BELOW_LIMIT = ({ systolic, diastolic }: BloodPressure): boolean | undefined =>
  or(isAtLeast(systolic, 180), isAtLeast(diastolic, 105));

const reading = ({ value, at }: At<BloodPressure>): Message => ({
  key: 'blood-pressure-reading',
  params: {
    systolic: value.systolic.value,
    diastolic: value.diastolic.value,
    at: { instant: at.latest },
  },
});

/** Readings taken after the dose and up to now, oldest first; undefined when the course is not known. */
function readingsSince(
  { facts }: StrokeCase,
  schedule: MonitoringSchedule,
  at: Instant,
): At<BloodPressure>[] | undefined {
  if (facts.bloodPressureCourse.status !== 'known') return undefined;
  return facts.bloodPressureCourse.value.filter(
    (r) => r.at.latest >= schedule.givenAt.earliest && r.at.latest <= schedule.endsAt && r.at.earliest <= at,
  );
}

function pressureNow(stroke: StrokeCase, at: Instant, schedule: MonitoringSchedule): Verdict {
  if (schedule.phase === 'completed') return { status: 'notApplicable' };
  const changesAt = [schedule.endsAt];
  const newest = readingsSince(stroke, schedule, at)?.at(-1);
  const tooHigh =
    newest === undefined
      ? holds(stroke.facts.bloodPressure, (value, known) =>
          known.at !== null && known.at.latest < schedule.givenAt.earliest ? undefined : NOT_BELOW_LIMIT(value),
        )
      : NOT_BELOW_LIMIT(newest.value);
  if (tooHigh === undefined) return { status: 'unknown', missing: ['bloodPressure'], changesAt };
  const note = newest === undefined ? {} : { note: reading(newest) };
  return { status: tooHigh ? 'met' : 'notMet', ...note, changesAt };
}

function pressureEarlier(stroke: StrokeCase, at: Instant, schedule: MonitoringSchedule): Verdict {
  const readings = readingsSince(stroke, schedule, at);
  if (readings === undefined) return { status: 'unknown', missing: ['bloodPressureCourse'] };
  const excursion = readings.slice(0, -1).findLast((r) => NOT_BELOW_LIMIT(r.value) === true);
  return excursion === undefined ? { status: 'notMet' } : { status: 'met', note: reading(excursion) };
}

function checkOverdue(stroke: StrokeCase, at: Instant, schedule: MonitoringSchedule): Verdict {
  if (schedule.checkEveryMinutes === null) return { status: 'notApplicable' };
  const readings = readingsSince(stroke, schedule, at);
  if (readings === undefined) return { status: 'unknown', missing: ['bloodPressureCourse'] };
  const last = readings.at(-1)?.at.earliest ?? schedule.givenAt.latest;
  const due = plus(last, schedule.checkEveryMinutes * MINUTE);
  const note = { key: 'last-blood-pressure-check', params: { at: { instant: last }, due: { instant: due } } };
  const changesAt = [due, ...schedule.phaseEnds].filter((edge) => edge >= at);
  return at > due ? { status: 'met', note, changesAt } : { status: 'notMet', changesAt };
}

/** Undefined when the exams are unknown or an undated one could be the scan. */
export function followUpScan({ facts }: StrokeCase, schedule: MonitoringSchedule): ImagingExam | 'none' | undefined {
  if (facts.brainImaging.status !== 'known') return undefined;
  const from = plus(schedule.givenAt.latest, FOLLOW_UP_EARLIEST);
  const scans = facts.brainImaging.value.filter(
    ({ modality, state }) => (modality === 'CT' || modality === 'MR') && state !== 'registered',
  );
  const done = scans.find(({ at }) => at !== null && at.earliest >= from);
  if (done !== undefined) return done;
  return scans.some(({ at }) => at === null) ? undefined : 'none';
}

function followUpMissing(stroke: StrokeCase, at: Instant, schedule: MonitoringSchedule): Verdict {
  const scan = followUpScan(stroke, schedule);
  if (scan !== undefined && scan !== 'none') return { status: 'notMet' };
  if (at < schedule.imagingDueAt) return { status: 'notApplicable', changesAt: [schedule.imagingDueAt] };
  return scan === undefined ? { status: 'unknown', missing: ['brainImaging'] } : { status: 'met' };
}

/** Was a dose taken inside [from, to]? Undefined when the time is unknown or only partly inside. */
function takenBetween({ lastIntake }: DrugExposure, from: Instant, to: Instant): boolean | undefined {
  return holds(lastIntake, ({ earliest, latest }) => {
    if (latest < from || earliest > to) return false;
    return earliest >= from && latest <= to ? true : undefined;
  });
}

function antithromboticTooEarly(stroke: StrokeCase, at: Instant, schedule: MonitoringSchedule): Verdict {
  const scan = followUpScan(stroke, schedule);
  const scanAt = scan === undefined || scan === 'none' ? null : scan.at;
  const until = scanAt === null ? at : scanAt.earliest;
  const answers = ANTITHROMBOTICS.map((key) => ({
    key,
    taken: holds(stroke.facts[key], (drugs) =>
      or(...drugs.map((d) => takenBetween(d, schedule.givenAt.latest, until))),
    ),
  }));
  const any = or(...answers.map(({ taken }) => taken));
  if (any === undefined) {
    return { status: 'unknown', missing: answers.filter(({ taken }) => taken === undefined).map(({ key }) => key) };
  }
  return { status: any ? 'met' : 'notMet' };
}

const ANTITHROMBOTIC_CLASSES: ReadonlySet<DrugClass> = new Set<DrugClass>([
  ...ANTICOAGULANT_CLASSES,
  'antiplatelet',
  'glycoprotein-iib-iiia-inhibitor',
]);

/**
 * Is the order one of the time after the dose? One of the call is; what the patient took at home was ordered before.
 * Undefined when its time does not tell.
 */
function isSinceDose({ draft, at }: DrugOrder, { givenAt }: MonitoringSchedule): boolean | undefined {
  if (draft) return true;
  if (at === null || (at.earliest < givenAt.latest && at.latest >= givenAt.earliest)) return undefined;
  return at.earliest >= givenAt.latest;
}

/** Orders of antithrombotics that are to begin before the scan is due; none once it is done. */
function ordersBeforeScan(stroke: StrokeCase, at: Instant, schedule: MonitoringSchedule): readonly DrugOrder[] {
  const scan = followUpScan(stroke, schedule);
  if (scan !== undefined && scan !== 'none') return [];
  return stroke.orders.filter(
    ({ class: kind, startsAt }) =>
      ANTITHROMBOTIC_CLASSES.has(kind) &&
      (startsAt === null || startsAt.earliest <= at || startsAt.latest < schedule.imagingDueAt),
  );
}

/** The drugs ordered after the dose that should wait for the scan. */
export function drugsOrderedTooEarly(stroke: StrokeCase, at: Instant, schedule: MonitoringSchedule): readonly string[] {
  const orders = ordersBeforeScan(stroke, at, schedule).filter((order) => isSinceDose(order, schedule) === true);
  return [...new Set(orders.map(({ drug }) => drug))];
}

function orderedTooEarly(stroke: StrokeCase, at: Instant, schedule: MonitoringSchedule): Verdict {
  const since = or(...ordersBeforeScan(stroke, at, schedule).map((order) => isSinceDose(order, schedule)));
  return { status: since === undefined ? 'unknown' : since ? 'met' : 'notMet' };
}

function aspirinTooEarly({ facts }: StrokeCase, _at: Instant, schedule: MonitoringSchedule): Verdict {
  const answer = holds(facts.antiplatelet, (drugs) =>
    or(
      ...drugs
        .filter(({ drug }) => drug === 'aspirin')
        .map((drug) => takenBetween(drug, schedule.givenAt.earliest, schedule.aspirinNotBefore)),
    ),
  );
  if (answer === undefined) return { status: 'unknown', missing: ['antiplatelet'] };
  return { status: answer ? 'met' : 'notMet' };
}

export const MONITORING_CRITERIA: readonly Criterion<MonitoringSchedule>[] = [
  {
    id: 'blood-pressure-at-or-above-180-105-after-thrombolysis',
    class: 'gate',
    data: ['bloodPressure', 'bloodPressureCourse', 'thrombolyticGiven'],
    citation: PRESSURE_AFTER_THROMBOLYSIS,
    evaluate: pressureNow,
  },
  {
    id: 'blood-pressure-excursion-after-thrombolysis',
    class: 'relative',
    data: ['bloodPressureCourse', 'thrombolyticGiven'],
    citation: PRESSURE_AFTER_THROMBOLYSIS,
    evaluate: pressureEarlier,
  },
  {
    id: 'blood-pressure-check-overdue',
    class: 'gate',
    data: ['bloodPressureCourse', 'thrombolyticGiven'],
    citation: CARE_AFTER_THROMBOLYSIS,
    evaluate: checkOverdue,
  },
  {
    id: 'follow-up-imaging-at-24h-missing',
    class: 'gate',
    data: ['brainImaging', 'thrombolyticGiven'],
    citation: CARE_AFTER_THROMBOLYSIS,
    evaluate: followUpMissing,
  },
  {
    id: 'antithrombotic-before-24h-imaging',
    class: 'relative',
    data: [...ANTITHROMBOTICS, 'brainImaging', 'thrombolyticGiven'],
    citation: CARE_AFTER_THROMBOLYSIS,
    evaluate: antithromboticTooEarly,
  },
  {
    id: 'antithrombotic-ordered-before-24h-imaging',
    class: 'relative',
    data: ['brainImaging', 'thrombolyticGiven'],
    citation: CARE_AFTER_THROMBOLYSIS,
    evaluate: orderedTooEarly,
  },
  {
    id: 'aspirin-within-90min-of-thrombolysis',
    class: 'relative',
    data: ['antiplatelet', 'thrombolyticGiven'],
    citation: CARE_AFTER_THROMBOLYSIS,
    evaluate: aspirinTooEarly,
  },
];

/** Newest reading after the dose that is not below the limit, for the action that asks to lower it. */
export function readingToLower(
  stroke: StrokeCase,
  schedule: MonitoringSchedule,
  at: Instant,
): BloodPressure | undefined {
  const newest = readingsSince(stroke, schedule, at)?.at(-1)?.value ?? candidates(stroke.facts.bloodPressure)[0]?.value;
  return newest !== undefined && NOT_BELOW_LIMIT(newest) === true ? newest : undefined;
}
