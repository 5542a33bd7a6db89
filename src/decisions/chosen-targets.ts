/** Blood pressure and glucose to aim for, given what was decided and what was already done. */
import { candidates, holds, HOUR, isBelow, plus } from '../case/index.ts';
import type { ClinicalEvent, Instant, StrokeCase } from '../case/index.ts';
import { thrombolysisGiven, thrombolyticAlreadyGiven } from './complications/thrombolytic-given.ts';
import { strokeClock } from './stroke-state/clock.ts';
import { or } from './three-valued.ts';
import { bloodPressureTargets, GLUCOSE_TARGET, glucoseStep } from './targets/index.ts';
import type { BloodPressureTarget, GlucoseStep, GlucoseTarget, ReperfusionPhase } from './targets/index.ts';

export interface ChosenTargets {
  /** Where the patient stands; two at once when both treatments are open. Empty with a hemorrhage: its own rules hold. */
  readonly phases: readonly ReperfusionPhase[];
  /** Of all phases, each target once, in the order of the phases. */
  readonly bloodPressure: readonly BloodPressureTarget[];
  /** True for a child: the pressures of the guideline are those of adults, so none is given. */
  readonly adultsOnly: boolean;
  readonly glucose: GlucoseTarget;
  readonly glucoseStep: GlucoseStep;
}

/** The conclusions that the phase depends on; null where a decision could not be evaluated: then it is open. */
export interface Chosen {
  readonly thrombolysis: string | null;
  readonly thrombectomy: string | null;
  readonly hemorrhage: string | null;
}

const YES: readonly string[] = ['recommended', 'reasonable', 'may-be-considered'];
const maybe = (conclusion: string | null): boolean =>
  conclusion === null || conclusion === 'undecided' || YES.includes(conclusion);
const isYes = (conclusion: string | null): boolean => conclusion !== null && YES.includes(conclusion);

/** Pressure targets after either treatment hold for at most 72 h. */
const LONGEST = 72;

export function chooseTargets(stroke: StrokeCase, at: Instant, chosen: Chosen): ChosenTargets {
  const phases = chosen.hemorrhage === 'intracranial-hemorrhage' ? [] : phasesOf(stroke, at, chosen);
  const opened = lastThrombectomy(stroke, at);
  const adultsOnly = phases.length > 0 && holds(stroke.facts.age, (age) => isBelow(age, 18)) === true;
  const targets = (adultsOnly ? [] : phases).flatMap((phase) =>
    bloodPressureTargets(phase).filter(
      ({ hours }) =>
        phase !== 'after-successful-thrombectomy' ||
        hours === null ||
        opened === null ||
        at <= plus(opened, hours * HOUR),
    ),
  );
  return {
    phases,
    bloodPressure: targets.filter(({ id }, index) => targets.findIndex((other) => other.id === id) === index),
    adultsOnly,
    glucose: GLUCOSE_TARGET,
    glucoseStep: glucoseStep(stroke),
  };
}

function phasesOf(stroke: StrokeCase, at: Instant, chosen: Chosen): ReperfusionPhase[] {
  const phases: ReperfusionPhase[] = [];
  const isLysed = withinADayOfThrombolysis(stroke, at);
  if (isLysed) phases.push('after-thrombolysis');
  // Whether reperfusion succeeded is not among the facts: the stricter list says so in its own words.
  const isOpened = thrombectomyDone(stroke, at);
  if (isOpened === true) return [...phases, 'after-successful-thrombectomy'];
  if (!isLysed && maybe(chosen.thrombolysis)) phases.push('before-thrombolysis');
  if (isYes(chosen.thrombectomy)) phases.push('before-thrombectomy');
  // Permissive pressure only where it is certain that neither was done and neither will be.
  const isUntreated = isOpened === false && thrombolyticAlreadyGiven(stroke, at) === false;
  if (isUntreated && phases.length === 0 && !maybe(chosen.thrombectomy)) phases.push('no-reperfusion');
  return phases;
}

/** A dose at an unknown time may lie within the day. */
function withinADayOfThrombolysis(stroke: StrokeCase, at: Instant): boolean {
  const given = thrombolysisGiven(stroke, at);
  return given !== null && (given.at === null || at <= plus(given.at.latest, 24 * HOUR));
}

/** The newest dated one, by its later end: a target is never dropped too early. */
function lastThrombectomy({ facts }: StrokeCase, at: Instant): Instant | null {
  const ends = candidates(facts.thrombectomyDone)
    .flatMap(({ value }) => value)
    .flatMap(({ when }) => (when === null ? [] : [when.latest < at ? when.latest : at]));
  return ends.length === 0 ? null : ends.reduce((a, b) => (a > b ? a : b));
}

/** In this episode; undefined when the procedures are unknown or an undated one could be it. */
function thrombectomyDone(stroke: StrokeCase, at: Instant): boolean | undefined {
  const clock = strokeClock(stroke, at);
  const from = clock.status === 'known' ? clock.since.earliest : plus(at, -LONGEST * HOUR);
  const recent = ({ when }: ClinicalEvent): boolean | undefined => {
    if (when === null) return undefined;
    return when.latest >= from && at <= plus(when.latest, LONGEST * HOUR);
  };
  return holds(stroke.facts.thrombectomyDone, (events) => or(...events.map(recent)));
}
