/** Reversal agents given in this episode: what was given is not offered again; what follows it is. */
import { candidates, HOUR, plus } from '../../case/index.ts';
import type { DrugExposure, FactKey, Instant, StrokeCase, TimeSpan } from '../../case/index.ts';
import type { Message, RequiredAction } from '../evaluation.ts';
import { exactNumber, takesAny } from '../scores/case-values.ts';
import { VITAMIN_K_CITATION } from './citations.ts';

/** An older dose was for another bleeding, or has worn off. */
const STILL_ACTS = 24 * HOUR;

interface Course {
  readonly agent: string;
  /** The anticoagulant that it reverses. */
  readonly list:
    'vitaminKAntagonist' | 'directOralAnticoagulant' | 'unfractionatedHeparin' | 'lowMolecularWeightHeparin';
  readonly reverses: (drug: DrugExposure) => boolean;
  /** The options that the dose has done. */
  readonly done: readonly string[];
  readonly next: (stroke: StrokeCase, given: TimeSpan) => Message;
}

const next = (key: string) => (_stroke: StrokeCase, given: TimeSpan) => ({ key, params: at(given) });
const at = ({ latest }: TimeSpan) => ({ at: { instant: latest } });
const every = (): boolean => true;
const isXaInhibitor = (drug: DrugExposure): boolean => drug.class === 'factor-xa-inhibitor';

/** The INR of before the dose says nothing any more. */
function afterComplex({ facts }: StrokeCase, given: TimeSpan): Message {
  const isSince = candidates(facts.inr).every((inr) => inr.at !== null && inr.at.earliest > given.latest);
  const inr = exactNumber(facts.inr);
  return isSince && inr !== undefined
    ? { key: 'pcc-given-inr-since', params: { ...at(given), inr } }
    : { key: 'pcc-given-check-inr', params: at(given) };
}

const XA_OPTIONS = ['andexanet', 'pcc-when-no-andexanet'];
const COURSES: readonly Course[] = [
  {
    agent: 'prothrombin-complex',
    list: 'vitaminKAntagonist',
    reverses: every,
    done: ['four-factor-pcc-25-to-50', 'four-factor-pcc-10-to-20', 'check-inr'],
    next: afterComplex,
  },
  {
    agent: 'phytonadione',
    list: 'vitaminKAntagonist',
    reverses: every,
    done: ['vitamin-k-intravenous'],
    next: next('vitamin-k-given'),
  },
  {
    agent: 'idarucizumab',
    list: 'directOralAnticoagulant',
    reverses: (drug) => drug.class === 'direct-thrombin-inhibitor',
    done: ['idarucizumab'],
    next: next('idarucizumab-given'),
  },
  {
    agent: 'andexanet',
    list: 'directOralAnticoagulant',
    reverses: isXaInhibitor,
    done: XA_OPTIONS,
    next: next('andexanet-given'),
  },
  {
    agent: 'prothrombin-complex',
    list: 'directOralAnticoagulant',
    reverses: isXaInhibitor,
    done: XA_OPTIONS,
    next: next('pcc-given-for-factor-xa-inhibitor'),
  },
  {
    agent: 'protamine',
    list: 'unfractionatedHeparin',
    reverses: every,
    done: ['protamine-for-heparin', 'heparin-time-unknown', 'heparin-prophylactic', 'heparin-worn-off'],
    next: next('protamine-given-check-aptt'),
  },
  {
    agent: 'protamine',
    list: 'lowMolecularWeightHeparin',
    reverses: every,
    done: ['protamine-for-lmwh', 'lmwh-time-unknown', 'lmwh-prophylactic', 'lmwh-worn-off'],
    next: next('protamine-given-for-lmwh'),
  },
];

/** They complete a reversal or belong to it, and are not the reversal itself. */
const STOPS = new Set(['stop-anticoagulant-and-reverse', 'stop-anticoagulant']);
const VITAMIN_K = 'vitamin-k-intravenous';
const BESIDE = new Set([...STOPS, VITAMIN_K, 'activated-charcoal']);

const REVERSAL: readonly FactKey[] = ['anticoagulantReversal'];

export interface Reversal {
  /** What is still to be considered. */
  readonly options: readonly RequiredAction[];
  /** What was given, when, and what is to be checked now. */
  readonly given: readonly RequiredAction[];
}

/** @param options those that the anticoagulants call for, whatever was given */
export function withoutGiven(options: readonly RequiredAction[], stroke: StrokeCase, now: Instant): Reversal {
  const courses = COURSES.filter(({ list, reverses }) => takesAny(stroke.facts[list], now, reverses) === true);
  const timed = courses.flatMap((course) => {
    const dose = doseOf(course, stroke, now);
    return dose === undefined ? [] : [{ course, dose }];
  });
  const given = timed.map(({ course, dose }): RequiredAction => ({
    ...course.next(stroke, dose),
    because: [...REVERSAL, course.list],
  }));
  const done = new Set(timed.flatMap(({ course }) => course.done));
  const open = [...options.filter(({ key }) => !done.has(key)), ...vitaminKAfterComplex(stroke, timed, options)];
  const isUntimed = courses.some(
    ({ agent, done: does }) => hasUntimed(agent, stroke) && open.some(({ key }) => does.includes(key)),
  );
  const checked: readonly RequiredAction[] = isUntimed
    ? [{ key: 'check-whether-reversal-was-given', because: REVERSAL }, ...open]
    : open;
  const isReversed = given.some(({ key }) => key !== 'vitamin-k-given') && open.every(({ key }) => BESIDE.has(key));
  return isReversed
    ? {
        options: checked.filter(({ key }) => !STOPS.has(key)),
        given: [...given, { key: 'keep-anticoagulant-stopped', because: REVERSAL }],
      }
    : { options: checked, given };
}

/** The INR that the complex lowered no longer calls for vitamin K, and the factors wear off without it. */
function vitaminKAfterComplex(
  stroke: StrokeCase,
  timed: readonly { readonly course: Course }[],
  options: readonly RequiredAction[],
): readonly RequiredAction[] {
  const isOnComplex = timed.some(({ course }) => course.done.includes('four-factor-pcc-25-to-50'));
  const isOffered = options.some(({ key }) => key === VITAMIN_K);
  if (!isOnComplex || isOffered || exposures('phytonadione', stroke).length > 0) return [];
  return [{ key: VITAMIN_K, because: [...REVERSAL, 'vitaminKAntagonist'], citation: VITAMIN_K_CITATION }];
}

const exposures = (agent: string, { facts }: StrokeCase): readonly DrugExposure[] =>
  candidates(facts.anticoagulantReversal).flatMap(({ value }) => value.filter(({ drug }) => drug === agent));

/** The time of the dose; undefined when none is known, or the anticoagulant was surely taken after it. */
function doseOf({ agent, list, reverses }: Course, stroke: StrokeCase, now: Instant): TimeSpan | undefined {
  const taken = candidates(stroke.facts[list]).flatMap(({ value }) => value.filter(reverses));
  const isBefore = (dose: TimeSpan): boolean =>
    taken.some(({ lastIntake }) => candidates(lastIntake).some(({ value }) => value.earliest > dose.latest));
  return exposures(agent, stroke)
    .flatMap(({ lastIntake }) => candidates(lastIntake).map(({ value }) => value))
    .find((dose) => dose.earliest <= now && dose.latest >= plus(now, -STILL_ACTS) && !isBefore(dose));
}

/** An order, or an entry without a time: it may have been given. */
const hasUntimed = (agent: string, stroke: StrokeCase): boolean =>
  exposures(agent, stroke).some(({ active, lastIntake }) => active && lastIntake.status === 'unknown');
